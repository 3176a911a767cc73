variable "name" {
  description = "What every resource's name begins with, such as softcart-dev"
  type        = string
}

variable "project_root" {
  description = "The project's folder, which holds glue_jobs/pipeline.yaml and the entry points"
  type        = string
}

variable "wheel" {
  description = "Path of the project's wheel"
  type        = string
}

variable "source_name" {
  description = "The shop that the orders come from: a built-in source, such as softcart. Not used where mapping_file is given"
  type        = string
  default     = "softcart"

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]*$", var.source_name))
    error_message = "source_name is ${var.source_name}: it must be lower-case letters, digits and underscores."
  }
}

variable "mapping_file" {
  description = "Path of a mapping file for a shop of your own (docs/bring-your-own-orders.md); null for a built-in source"
  type        = string
  default     = null

  validation {
    condition     = var.mapping_file == null || try(endswith(var.mapping_file, ".toml") && fileexists(var.mapping_file), false)
    error_message = "mapping_file must be a file that ends in .toml."
  }
}

variable "landing_prefix" {
  description = "Part of the landing bucket that holds the source's files; what is sent to the event stream lands there too"
  type        = string
  default     = "orders"
}

variable "force_destroy" {
  description = "Whether destroy may remove buckets that still hold objects"
  type        = bool
  default     = false
}

variable "tls_only" {
  description = "Whether the buckets refuse requests without TLS; off only where the endpoint has none"
  type        = bool
  default     = true
}

variable "retention" {
  description = "How long things are kept: days until landed files move to infrequent access, days of old versions, exports, access logs and job logs, hours of the event stream, days from destroy to the loss of the key"
  type = object({
    infrequent_access_days = optional(number, 30)
    old_versions_days      = optional(number, 30)
    exports_days           = optional(number, 14)
    access_logs_days       = optional(number, 90)
    logs_days              = optional(number, 90)
    event_stream_hours     = optional(number, 48)
    key_deletion_days      = optional(number, 30)
  })
  default = {}
}

variable "event_stream" {
  description = "The stream of orders: shards (null for on demand), the buffer of the delivery, and whether each record is given a line end"
  type = object({
    shards           = optional(number)
    buffer_megabytes = optional(number, 64)
    buffer_seconds   = optional(number, 300)
    append_newline   = optional(bool, true)
  })
  default = {}
}

variable "warehouse" {
  description = "The warehouse that is published to: `snowflake:secret/<name>` or `embedded:<path>`, its compute and its storage integration"
  type = object({
    target              = string
    compute             = optional(string, "LAKEHOUSE")
    storage_integration = optional(string, "LAKEHOUSE_LAKE")
  })
}

variable "warehouse_secret_arn" {
  description = "Secret with the warehouse's connection; null where there is none"
  type        = string
  default     = null
}

variable "more_arguments" {
  description = "Values of further options of the jobs, by name, such as those of a job of your own"
  type        = map(string)
  default     = {}
}

variable "spark_conf" {
  description = "Settings of Spark that every job is started with, beyond Delta Lake's"
  type        = map(string)
  default     = {}
}

variable "delta_log_store_jars" {
  description = "Paths of the jars of Delta's log store for DynamoDB; with them, several writers of one table exclude each other. Without, the workflow runs one at a time"
  type        = list(string)
  default     = []
}

variable "schedule_enabled" {
  description = "Whether the workflow, and jobs with a schedule of their own, start by themselves; without, when they are asked to"
  type        = bool
  default     = true
}

variable "alarms" {
  description = "Who hears of failures, when results are stale, what a month may cost, and how long an event may wait"
  type = object({
    emails                   = optional(set(string), [])
    stale_after_hours        = optional(map(number), { publish_to_warehouse = 6, forecast_sales = 48 })
    monthly_budget_usd       = optional(number)
    event_late_after_minutes = optional(number, 30)
  })
  default = {}
}

variable "tracking" {
  description = "MLflow store of your own, as a URI; null for the servers of `mlflow`, or for no forecast where there are none"
  type        = string
  default     = null
}

variable "mlflow" {
  description = "The MLflow servers, as infra/modules/mlflow describes them; null for none"
  type = object({
    vpc_id          = string
    subnet_ids      = list(string)
    client_cidrs    = list(string)
    host            = string
    zone_id         = string
    certificate_arn = string
    tracking_image  = string
    model_image     = optional(string)
    model_uri       = optional(string, "models:/sales_forecast@champion")
    sizes = optional(object({
      tracking = optional(object({ cpu = optional(number, 512), memory = optional(number, 2048), count = optional(number, 1) }), {})
      model    = optional(object({ cpu = optional(number, 1024), memory = optional(number, 4096), count = optional(number, 1) }), {})
    }), {})
    database = optional(object({
      class         = optional(string, "db.t4g.micro")
      gigabytes     = optional(number, 20)
      multi_az      = optional(bool, false)
      force_destroy = optional(bool, false)
    }), {})
  })
  default = null
}

variable "lifecycle_rules" {
  description = "Whether objects move and expire by rules; off only in rehearsals, where nothing grows old"
  type        = bool
  default     = true
}

variable "glue_enabled" {
  description = "Whether there is Glue; off only where a stand-in for AWS has none: jobs, workflow, triggers and catalog are left out"
  type        = bool
  default     = true
}
