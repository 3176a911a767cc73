variable "name" {
  description = "What every resource's name begins with, such as softcart-dev"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}[a-z0-9]$", var.name))
    error_message = "name is ${var.name}: with MLflow it must be 3 to 22 lower-case letters, digits and hyphens, and begin with a letter, since names of load balancers are short."
  }
}

variable "vpc_id" {
  description = "The network that servers and database stand in"
  type        = string
}

variable "subnet_ids" {
  description = "Private subnets in two zones or more, from which images and Python packages can be fetched and S3, Secrets Manager, CloudWatch and Snowflake be reached"
  type        = list(string)

  validation {
    condition     = length(var.subnet_ids) >= 2
    error_message = "subnet_ids must name at least two subnets: load balancer and database need two zones."
  }
}

variable "client_cidrs" {
  description = "Address ranges that may reach the servers, such as the VPN's"
  type        = list(string)

  validation {
    condition     = length(var.client_cidrs) > 0 && alltrue([for cidr in var.client_cidrs : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "client_cidrs must be address ranges, and not the whole internet: MLflow asks nobody who they are."
  }
}

variable "host" {
  description = "Name under which the servers are reached; the certificate is for it"
  type        = string
}

variable "zone_id" {
  description = "Private hosted zone in which the name is entered"
  type        = string
}

variable "certificate_arn" {
  description = "Certificate (ACM) for the name"
  type        = string
}

variable "tracking_image" {
  description = "Image of the tracking server: MLflow with psycopg2 and boto3"
  type        = string
}

variable "model_image" {
  description = "Image of the model server: the project with its extra [ml]; null to serve no model"
  type        = string
  default     = null
}

variable "model_uri" {
  description = "The registered model that is served"
  type        = string
  default     = "models:/sales_forecast@champion"

  validation {
    condition     = can(regex("^models:/[^/@]+(@[^/@]+|/[0-9]+)$", var.model_uri))
    error_message = "model_uri is ${var.model_uri}: it must be models:/name@alias or models:/name/version."
  }
}

variable "sizes" {
  description = "CPU units (1024 are one) and MiB of memory of the two servers, as Fargate offers them, and how many of each"
  type = object({
    tracking = optional(object({ cpu = optional(number, 512), memory = optional(number, 2048), count = optional(number, 1) }), {})
    model    = optional(object({ cpu = optional(number, 1024), memory = optional(number, 4096), count = optional(number, 1) }), {})
  })
  default = {}

  validation {
    condition     = alltrue([for size in [var.sizes.tracking, var.sizes.model] : contains([256, 512, 1024, 2048, 4096, 8192], size.cpu) && size.memory >= 2 * size.cpu && size.memory <= 8 * size.cpu])
    error_message = "sizes: cpu must be 256, 512, 1024, 2048, 4096 or 8192, and memory 2 to 8 times that."
  }
}

variable "database" {
  description = "The PostgreSQL behind the tracking server: its class, gigabytes, whether a second one stands by, and whether destroy may remove it without a last snapshot"
  type = object({
    class         = optional(string, "db.t4g.micro")
    gigabytes     = optional(number, 20)
    multi_az      = optional(bool, false)
    force_destroy = optional(bool, false)
  })
  default = {}

  validation {
    condition     = startswith(var.database.class, "db.") && var.database.gigabytes >= 20
    error_message = "database: class must begin with db., and gigabytes be at least 20."
  }
}

variable "artifacts_bucket" {
  description = "Bucket that holds models and plots, below mlflow/"
  type        = string
}

variable "kms_key_arn" {
  description = "The key that encrypts bucket, database, secret and logs"
  type        = string
}

variable "log_retention_days" {
  description = "Days that the servers' logs are kept"
  type        = number
  default     = 90
}
