variable "name" {
  description = "What every resource's name begins with, such as softcart-dev"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name is ${var.name}: it must be 3 to 30 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "force_destroy" {
  description = "Whether destroy may remove buckets that still hold objects"
  type        = bool
  default     = false
}

variable "infrequent_access_after_days" {
  description = "Days after which a landed file moves to infrequent access: by then every run has read it"
  type        = number
  default     = 30

  validation {
    condition     = var.infrequent_access_after_days >= 30
    error_message = "infrequent_access_after_days must be at least 30: S3 moves no object to infrequent access earlier."
  }
}

variable "old_versions_expire_after_days" {
  description = "Days that a replaced or deleted object can still be brought back"
  type        = number
  default     = 30

  validation {
    condition     = var.old_versions_expire_after_days >= 1
    error_message = "old_versions_expire_after_days must be at least 1."
  }
}

variable "exports_expire_after_days" {
  description = "Days that the Parquet files exported for the warehouse are kept once it has loaded them"
  type        = number
  default     = 14

  validation {
    condition     = var.exports_expire_after_days >= 1
    error_message = "exports_expire_after_days must be at least 1."
  }
}

variable "access_logs_expire_after_days" {
  description = "Days that the access logs of the buckets are kept"
  type        = number
  default     = 90

  validation {
    condition     = var.access_logs_expire_after_days >= 1
    error_message = "access_logs_expire_after_days must be at least 1."
  }
}

variable "key_deletion_days" {
  description = "Days between destroy and the loss of the encryption key, and with it of all data"
  type        = number
  default     = 30

  validation {
    condition     = var.key_deletion_days >= 7 && var.key_deletion_days <= 30
    error_message = "key_deletion_days must be between 7 and 30, as KMS demands."
  }
}

variable "tls_only" {
  description = "Whether the buckets refuse requests without TLS; off only where the endpoint has none, as the local AWS"
  type        = bool
  default     = true
}

variable "lifecycle_rules" {
  description = "Whether objects move and expire by rules; off only in rehearsals, where nothing grows old"
  type        = bool
  default     = true
}
