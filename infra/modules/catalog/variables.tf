variable "name" {
  description = "What every database's name begins with, such as softcart-dev; in databases, hyphens become underscores"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name is ${var.name}: it must be 3 to 30 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "tables_url" {
  description = "Root of the Delta tables"
  type        = string

  validation {
    condition     = can(regex("^s3://[^/]+/.*[^/]$", var.tables_url))
    error_message = "tables_url is ${var.tables_url}: it must be s3://bucket/prefix, without a slash at its end."
  }
}
