variable "endpoint" {
  description = "Address of the local AWS, as `lakehouse aws status` tells it"
  type        = string
  default     = "http://127.0.0.1:5000"

  validation {
    condition     = can(regex("^http://(127\\.0\\.0\\.1|localhost|\\[::1\\])(:[0-9]+)?$", var.endpoint))
    error_message = "endpoint is ${var.endpoint}: this environment is for a server on this machine, such as http://127.0.0.1:5000."
  }
}

variable "region" {
  description = "Region that the local AWS plays"
  type        = string
  default     = "us-east-1"
}

variable "name" {
  description = "What every resource's name begins with"
  type        = string
  default     = "softcart-local"
}

variable "wheel" {
  description = "Path of the project's wheel"
  type        = string
}

variable "source_name" {
  description = "The shop that the orders come from: a built-in source"
  type        = string
  default     = "softcart"
}

variable "mapping_file" {
  description = "Path of a mapping file for a shop of your own; null for a built-in source"
  type        = string
  default     = null
}

variable "warehouse" {
  description = "The warehouse that is published to: `embedded:<path of its file>`"
  type        = string
  default     = "embedded:.lakehouse/rehearsal/warehouse.duckdb"
}

variable "tracking" {
  description = "MLflow store of the sales forecast, such as `sqlite:///<path of its file>`; null for no forecast"
  type        = string
  default     = null
}

variable "buffer_seconds" {
  description = "Seconds after which Firehose delivers what it has"
  type        = number
  default     = 60
}

variable "spark_conf" {
  description = "Settings of Spark that every job is started with, beyond Delta Lake's"
  type        = map(string)
  default     = {}
}

variable "tls_only" {
  description = "Whether the buckets refuse requests without TLS; off for a stock moto server, which then refuses every request"
  type        = bool
  default     = true
}

variable "schedule_enabled" {
  description = "Whether the workflow is to start by itself, which takes a clock that the local AWS does not have"
  type        = bool
  default     = false
}

variable "lifecycle_rules" {
  description = "Whether objects move and expire by rules; without, apply is a minute shorter, which Terraform waits for them"
  type        = bool
  default     = true
}

variable "glue_enabled" {
  description = "Whether the server knows Glue; LocalStack's community edition does not: jobs, workflow, triggers and catalog are left out"
  type        = bool
  default     = true
}
