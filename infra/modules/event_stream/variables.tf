variable "name" {
  description = "What every resource's name begins with, such as softcart-dev"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name is ${var.name}: it must be 3 to 30 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "shards" {
  description = "Shards of the stream, 1 MB and 1,000 records a second each; null for a stream that grows on demand"
  type        = number
  default     = null

  validation {
    condition     = var.shards == null || try(var.shards >= 1 && floor(var.shards) == var.shards, false)
    error_message = "shards must be a whole number from 1, or null for a stream on demand."
  }
}

variable "retention_hours" {
  description = "Hours that the stream keeps a record: so long may the delivery stand still without a loss"
  type        = number
  default     = 48

  validation {
    condition     = var.retention_hours >= 24 && var.retention_hours <= 8760
    error_message = "retention_hours must be between 24 and 8760, as Kinesis demands."
  }
}

variable "bucket" {
  description = "Name of the landing bucket"
  type        = string
}

variable "prefix" {
  description = "Part of the landing bucket that the jobs read; the days are folders below it"
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9_/-]*[a-z0-9]$", var.prefix)) && !startswith(var.prefix, "undelivered/")
    error_message = "prefix is ${var.prefix}: it must be a path without a slash at either end, and not begin with undelivered/, where the jobs must not read."
  }
}

variable "kms_key_arn" {
  description = "The key that encrypts the stream and the landing bucket"
  type        = string
}

variable "buffer" {
  description = "A file is delivered when so many megabytes or seconds have come together, whichever is first"
  type = object({
    megabytes = optional(number, 64)
    seconds   = optional(number, 300)
  })
  default = {}

  validation {
    condition     = var.buffer.megabytes >= 1 && var.buffer.megabytes <= 128 && var.buffer.seconds >= 0 && var.buffer.seconds <= 900
    error_message = "buffer must hold 1 to 128 megabytes and 0 to 900 seconds, as Firehose demands."
  }
}

variable "append_newline" {
  description = "Whether each record is given a line end on delivery; off where the senders put one"
  type        = bool
  default     = true
}

variable "alarm_topic_arn" {
  description = "SNS topic that the alarms go to; null for none"
  type        = string
  default     = null
}

variable "late_after_minutes" {
  description = "Minutes that a record may wait, in the stream or for its delivery, before an alarm goes off"
  type        = number
  default     = 30

  validation {
    condition     = var.late_after_minutes > 0
    error_message = "late_after_minutes must be more than 0."
  }
}

variable "log_retention_days" {
  description = "Days that the log of failed deliveries is kept"
  type        = number
  default     = 90
}
