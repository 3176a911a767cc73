variable "name" {
  description = "What every AWS resource's name begins with, such as softcart-dev"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name is ${var.name}: it must be 3 to 30 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "exports_url" {
  description = "Where the lake's exports lie: all that Snowflake may read"
  type        = string

  validation {
    condition     = can(regex("^s3://[^/]+/.*[^/]$", var.exports_url))
    error_message = "exports_url is ${var.exports_url}: it must be s3://bucket/prefix, without a slash at its end."
  }
}

variable "kms_key_arn" {
  description = "The key that encrypts the exports and the secret"
  type        = string
}

variable "compute" {
  description = "The virtual warehouse: its name, size, and seconds without a query after which it is suspended"
  type = object({
    name         = optional(string, "LAKEHOUSE")
    size         = optional(string, "XSMALL")
    auto_suspend = optional(number, 60)
  })
  default = {}

  validation {
    condition     = can(regex("^[A-Z][A-Z0-9_]*$", var.compute.name))
    error_message = "compute.name is ${var.compute.name}: it must be upper-case letters, digits and underscores."
  }

  validation {
    condition     = contains(["XSMALL", "SMALL", "MEDIUM", "LARGE", "XLARGE", "XXLARGE"], var.compute.size)
    error_message = "compute.size is ${var.compute.size}: it must be XSMALL, SMALL, MEDIUM, LARGE, XLARGE or XXLARGE."
  }

  validation {
    condition     = var.compute.auto_suspend >= 60
    error_message = "compute.auto_suspend must be at least 60 seconds: each start is billed for a minute."
  }
}

variable "storage_integration" {
  description = "Name of the storage integration; the jobs' option of the same name says it again"
  type        = string
  default     = "LAKEHOUSE_LAKE"

  validation {
    condition     = can(regex("^[A-Z][A-Z0-9_]*$", var.storage_integration))
    error_message = "storage_integration is ${var.storage_integration}: it must be upper-case letters, digits and underscores."
  }
}

variable "monthly_credits" {
  description = "Credits that the virtual warehouse may use in a month: at 80 % administrators are told, at 100 % it is suspended"
  type        = number
  default     = 50

  validation {
    condition     = var.monthly_credits >= 1 && floor(var.monthly_credits) == var.monthly_credits
    error_message = "monthly_credits must be a whole number from 1."
  }
}

variable "data_retention_days" {
  description = "Days that Snowflake keeps what was changed or dropped (time travel)"
  type        = number
  default     = 1

  validation {
    condition     = var.data_retention_days >= 0 && var.data_retention_days <= 90
    error_message = "data_retention_days must be between 0 and 90; more than 1 needs Snowflake's Enterprise edition."
  }
}

variable "public_key" {
  description = "Public key of the service user: the lines of the PEM file between BEGIN and END, as one. Its private half never comes here"
  type        = string

  validation {
    condition     = can(regex("^MII[A-Za-z0-9+/]+=*$", var.public_key))
    error_message = "public_key must be the base64 text of an RSA public key, without the lines BEGIN and END and without line ends."
  }
}

variable "analysts" {
  description = "Snowflake users who may read the star schema and the marts"
  type        = set(string)
  default     = []
}
