variable "pipeline" {
  description = "glue_jobs/pipeline.yaml, decoded: the schedule, and by name each job's entry point, order, size and rights"
  type = object({
    schedule = string
    jobs = map(object({
      description     = string
      entry_point     = string
      after           = optional(list(string), [])
      schedule        = optional(string)
      arguments       = optional(list(string), [])
      reads           = optional(list(string), [])
      writes          = optional(list(string), [])
      python_modules  = optional(list(string), [])
      worker_type     = optional(string, "G.1X")
      workers         = optional(number, 2)
      timeout_minutes = optional(number, 60)
      retries         = optional(number, 1)
    }))
  })

  validation {
    condition     = alltrue([for schedule in concat([var.pipeline.schedule], [for job in var.pipeline.jobs : job.schedule if job.schedule != null]) : can(regex("^cron\\([0-9*,/-]+ [0-9*,/-]+ [0-9*,/?LW-]+ [0-9A-Z*,/-]+ [0-9A-Z*,/?L#-]+ [0-9*,/-]+\\)$", schedule)) && length(regexall("\\?", schedule)) == 1])
    error_message = "pipeline.yaml: schedule is \"${var.pipeline.schedule}\"${join("", [for name, job in var.pipeline.jobs : ", that of ${name} \"${job.schedule}\"" if job.schedule != null])}. It must be cron(minutes hours day-of-month month day-of-week year), with ? for one of the two days, such as cron(15 * * * ? *)."
  }

  validation {
    condition     = alltrue([for name, job in var.pipeline.jobs : length(job.after) == 0 && !contains(flatten([for other in var.pipeline.jobs : other.after]), name) if job.schedule != null])
    error_message = "pipeline.yaml: a job with a schedule of its own waits for none and none waits for it, unlike ${join(", ", [for name, job in var.pipeline.jobs : name if job.schedule != null && (length(job.after) > 0 || contains(flatten([for other in var.pipeline.jobs : other.after]), name))])}."
  }

  validation {
    condition     = length(var.pipeline.jobs) >= 1 && length(var.pipeline.jobs) <= 32
    error_message = "pipeline.yaml: there are ${length(var.pipeline.jobs)} jobs; there must be 1 to 32."
  }

  validation {
    condition     = alltrue([for job in keys(var.pipeline.jobs) : can(regex("^[a-z][a-z0-9_]{0,28}$", job))])
    error_message = "pipeline.yaml: jobs are named with up to 29 lower-case letters, digits and underscores, and these are not: ${join(", ", [for job in keys(var.pipeline.jobs) : job if !can(regex("^[a-z][a-z0-9_]{0,28}$", job))])}."
  }

  validation {
    condition     = alltrue(flatten([for job in var.pipeline.jobs : [for before in job.after : contains(keys(var.pipeline.jobs), before)]]))
    error_message = "pipeline.yaml: no such job: ${join(", ", flatten([for name, job in var.pipeline.jobs : [for before in job.after : "${name} comes after ${before}" if !contains(keys(var.pipeline.jobs), before)]]))}."
  }

  validation {
    condition     = alltrue([for job in var.pipeline.jobs : contains(["G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X"], job.worker_type)])
    error_message = "pipeline.yaml: worker_type must be G.1X, G.2X, G.4X, G.8X, G.12X or G.16X: ${join(", ", [for name, job in var.pipeline.jobs : "that of ${name} is ${job.worker_type}" if !contains(["G.1X", "G.2X", "G.4X", "G.8X", "G.12X", "G.16X"], job.worker_type)])}."
  }

  validation {
    condition     = alltrue([for job in var.pipeline.jobs : job.workers >= 2 && job.workers <= 299 && floor(job.workers) == job.workers])
    error_message = "pipeline.yaml: workers must be a whole number from 2 to 299: ${join(", ", [for name, job in var.pipeline.jobs : "${name} has ${job.workers}" if !(job.workers >= 2 && job.workers <= 299 && floor(job.workers) == job.workers)])}."
  }

  validation {
    condition     = alltrue([for job in var.pipeline.jobs : job.timeout_minutes >= 1 && job.timeout_minutes <= 10080 && job.retries >= 0 && job.retries <= 10])
    error_message = "pipeline.yaml: timeout_minutes must be 1 to 10080 and retries 0 to 10, unlike in ${join(", ", [for name, job in var.pipeline.jobs : name if !(job.timeout_minutes >= 1 && job.timeout_minutes <= 10080 && job.retries >= 0 && job.retries <= 10)])}."
  }

  validation {
    condition     = alltrue(flatten([for job in var.pipeline.jobs : [for place in concat(job.reads, job.writes) : can(regex("^(landing|exports|warehouse|[a-z]+\\.[a-z_]+)$", place))]]))
    error_message = "pipeline.yaml: reads and writes name tables (layer.table), landing, exports or warehouse, unlike ${join(", ", flatten([for name, job in var.pipeline.jobs : [for place in concat(job.reads, job.writes) : "${place} of ${name}" if !can(regex("^(landing|exports|warehouse|[a-z]+\\.[a-z_]+)$", place))]]))}."
  }
}

locals {
  jobs = var.pipeline.jobs

  in_workflow     = { for name, job in local.jobs : name => job if job.schedule == null }
  on_own_schedule = { for name, job in local.jobs : name => job if job.schedule != null }

  # Which jobs come before a job, in 1 step, in up to 2, 4, 8, 16 and 32: more jobs than that there are not.
  before_1  = { for name, job in local.jobs : name => toset(job.after) }
  before_2  = { for name, before in local.before_1 : name => setunion(before, [for one in before : local.before_1[one]]...) }
  before_4  = { for name, before in local.before_2 : name => setunion(before, [for one in before : local.before_2[one]]...) }
  before_8  = { for name, before in local.before_4 : name => setunion(before, [for one in before : local.before_4[one]]...) }
  before_16 = { for name, before in local.before_8 : name => setunion(before, [for one in before : local.before_8[one]]...) }
  before_32 = { for name, before in local.before_16 : name => setunion(before, [for one in before : local.before_16[one]]...) }
  in_cycle  = [for name, before in local.before_32 : name if contains(before, name)]

  without_value = flatten([for name, job in local.jobs : [for argument in job.arguments : "${argument} of ${name}" if !contains(keys(var.arguments), argument)]])

  # Every job writes down its runs, and reads there where it left off.
  run_log   = "ops.job_runs"
  on_tables = { for name, job in local.jobs : name => [for place in concat(job.reads, job.writes, [local.run_log]) : replace(place, ".", "/") if strcontains(place, ".")] }
  fills     = { for name, job in local.jobs : name => [for place in concat(job.writes, [local.run_log]) : replace(place, ".", "/") if strcontains(place, ".")] }
}
