variable "name" {
  description = "What every resource's name begins with, such as softcart-dev"
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,28}[a-z0-9]$", var.name))
    error_message = "name is ${var.name}: it must be 3 to 30 lower-case letters, digits and hyphens, and begin with a letter."
  }
}

variable "project_root" {
  description = "Folder that the entry points of the pipeline are relative to"
  type        = string
}

variable "wheel" {
  description = "Path of the project's wheel, as `python -m hatchling build -t wheel` makes it"
  type        = string

  validation {
    condition     = endswith(var.wheel, ".whl") && fileexists(var.wheel)
    error_message = "wheel is ${var.wheel}: there must be a file of this name, ending in .whl. docs/deploy.md says how to build it."
  }
}

variable "extra_jars" {
  description = "Paths of jars that the jobs need beyond Glue's own, such as those of Delta's log store for DynamoDB"
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for jar in var.extra_jars : endswith(jar, ".jar") && fileexists(jar)])
    error_message = "Of extra_jars, these are no files that end in .jar: ${join(", ", [for jar in var.extra_jars : jar if !(endswith(jar, ".jar") && fileexists(jar))])}."
  }
}

variable "buckets" {
  description = "Names of the buckets"
  type = object({
    landing   = string
    lake      = string
    artifacts = string
  })
}

variable "landing_prefix" {
  description = "Part of the landing bucket that holds the source's files"
  type        = string
}

variable "tables_url" {
  description = "Root of the Delta tables, in the lake bucket"
  type        = string

  validation {
    condition     = can(regex("^s3://[^/]+/.*[^/]$", var.tables_url))
    error_message = "tables_url is ${var.tables_url}: it must be s3://bucket/prefix, without a slash at its end."
  }
}

variable "exports_url" {
  description = "Where Parquet files wait for the warehouse, in the lake bucket"
  type        = string

  validation {
    condition     = can(regex("^s3://[^/]+/.*[^/]$", var.exports_url))
    error_message = "exports_url is ${var.exports_url}: it must be s3://bucket/prefix, without a slash at its end."
  }
}

variable "kms_key_arn" {
  description = "The key that encrypts buckets, logs and bookmarks"
  type        = string
}

variable "arguments" {
  description = "Values of the jobs' options, by name; each job gets those that its entry of the pipeline names"
  type        = map(string)
}

variable "spark_conf" {
  description = "Settings of Spark that every job is started with"
  type        = map(string)
  default     = {}
}

variable "delta_log_table" {
  description = "DynamoDB table of Delta's log store; null where the log store is not used"
  type        = object({ name = string, arn = string })
  default     = null
}

variable "warehouse_secret_arn" {
  description = "Secret with the warehouse's connection, for the job that writes to the warehouse; null where there is none"
  type        = string
  default     = null
}

variable "network" {
  description = "Where the tracking server can be reached from: a private subnet, its zone, and a security group; null where no job need be in a network"
  type        = object({ subnet_id = string, availability_zone = string, security_group_id = string })
  default     = null
}

variable "log_retention_days" {
  description = "Days that the jobs' logs are kept"
  type        = number
  default     = 90

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is ${var.log_retention_days}: CloudWatch offers 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 and some longer ones."
  }
}

variable "schedule_enabled" {
  description = "Whether the workflow, and jobs with a schedule of their own, start by themselves; without, when they are asked to"
  type        = bool
  default     = true
}

variable "readable_artifacts" {
  description = "Keys of further objects in the artifacts bucket that every job may read, such as a mapping file"
  type        = list(string)
  default     = []
}

variable "glue_enabled" {
  description = "Whether there is Glue; off only where a stand-in for AWS has none: jobs, workflow and triggers are left out"
  type        = bool
  default     = true
}
