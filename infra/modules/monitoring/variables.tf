variable "name" {
  description = "What every resource's name begins with, such as softcart-dev"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name is ${var.name}: it must be 3 to 30 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "kms_key_arn" {
  description = "The key that encrypts the messages"
  type        = string
}

variable "emails" {
  description = "Addresses that alarms are sent to; each must confirm the subscription by the link in its first mail"
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for email in var.emails : can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", email))])
    error_message = "Of emails, these are no addresses: ${join(", ", [for email in var.emails : email if !can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", email))])}."
  }
}

variable "jobs" {
  description = "Names of the Glue jobs, by their name in the pipeline"
  type        = map(string)
}

variable "log_groups" {
  description = "Log groups by job and stream, such as publish_to_warehouse/output"
  type        = map(string)
}

variable "ledger_job" {
  description = "The job that balances the ledger before it publishes"
  type        = string
  default     = "publish_to_warehouse"

  validation {
    condition     = contains(keys(var.jobs), var.ledger_job)
    error_message = "ledger_job is ${var.ledger_job}, and there is no such job."
  }
}

variable "stale_after_hours" {
  description = "Hours without a success after which a job's results are stale, by the job's name in the pipeline; a job that the pipeline does not have is passed over"
  type        = map(number)
  default     = { publish_to_warehouse = 6, forecast_sales = 48 }

  validation {
    condition     = alltrue([for hours in var.stale_after_hours : hours >= 1 && hours <= 168 && floor(hours) == hours])
    error_message = "stale_after_hours must be whole numbers from 1 to 168: CloudWatch looks back a week."
  }
}

variable "monthly_budget_usd" {
  description = "What a month may cost: at 80 % of it, and when it is likely to be passed, a message goes out; null for no budget"
  type        = number
  default     = null

  validation {
    condition     = var.monthly_budget_usd == null || try(var.monthly_budget_usd > 0, false)
    error_message = "monthly_budget_usd must be more than 0, or null for no budget."
  }
}

variable "budget_tag" {
  description = "Tag and value of what counts towards the budget; activate the tag for cost allocation in the billing console"
  type        = object({ key = string, value = string })
  default     = null
}

variable "stream_name" {
  description = "Kinesis stream, for the dashboard"
  type        = string
}

variable "delivery_stream_name" {
  description = "Firehose stream, for the dashboard"
  type        = string
}
