variable "account_id" {
  description = "Number of the AWS account that this environment belongs to: in another one, nothing is changed"
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id is ${var.account_id}: it must be 12 digits, as `aws sts get-caller-identity` tells."
  }
}

variable "region" {
  description = "AWS region, such as eu-central-1"
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region is ${var.region}: it must be the short name of an AWS region, such as eu-central-1."
  }
}

variable "name" {
  description = "What every resource's name begins with"
  type        = string
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

variable "public_key" {
  description = "Public key of the user that publishes to Snowflake: the PEM file's lines between BEGIN and END, as one"
  type        = string
}

variable "force_destroy" {
  description = "Whether destroy may remove buckets that still hold objects"
  type        = bool
}

variable "retention" {
  description = "How long things are kept"
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

variable "delta_log_store_jars" {
  description = "Paths of the jars of Delta's log store for DynamoDB; empty to rely on one workflow at a time"
  type        = list(string)
  default     = []
}

variable "schedule_enabled" {
  description = "Whether the workflow, and jobs with a schedule of their own, start by themselves; without, when they are asked to"
  type        = bool
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

variable "compute" {
  description = "Snowflake's virtual warehouse: size, and seconds without a query after which it is suspended"
  type = object({
    name         = optional(string, "LAKEHOUSE")
    size         = optional(string, "XSMALL")
    auto_suspend = optional(number, 60)
  })
  default = {}
}

variable "monthly_credits" {
  description = "Credits that the virtual warehouse may use in a month"
  type        = number
}

variable "data_retention_days" {
  description = "Days that Snowflake keeps what was changed or dropped"
  type        = number
  default     = 1
}

variable "analysts" {
  description = "Snowflake users who may read the star schema and the marts"
  type        = set(string)
  default     = []
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
