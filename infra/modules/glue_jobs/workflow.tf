resource "aws_glue_workflow" "this" {
  count = var.glue_enabled ? 1 : 0

  name                = var.name
  description         = "The jobs of glue_jobs/pipeline.yaml, in their order"
  max_concurrent_runs = 1

  lifecycle {
    precondition {
      condition     = length(local.in_cycle) == 0
      error_message = "pipeline.yaml: these jobs wait for each other: ${join(", ", local.in_cycle)}. Take one of them out of another's `after`."
    }
    precondition {
      condition     = length(local.without_value) == 0
      error_message = "pipeline.yaml: there is no value for ${join(", ", local.without_value)}. Known are ${join(", ", keys(var.arguments))}."
    }
  }
}

resource "aws_glue_trigger" "schedule" {
  count = var.glue_enabled ? 1 : 0

  name          = "${var.name}-schedule"
  description   = "Starts the jobs that wait for no other"
  type          = var.schedule_enabled ? "SCHEDULED" : "ON_DEMAND"
  schedule      = var.schedule_enabled ? var.pipeline.schedule : null
  enabled       = var.schedule_enabled
  workflow_name = aws_glue_workflow.this[0].name

  dynamic "actions" {
    for_each = [for name, job in local.in_workflow : name if length(job.after) == 0]

    content {
      job_name = aws_glue_job.this[actions.value].name
    }
  }
}

resource "aws_glue_trigger" "after" {
  for_each = { for name, job in local.in_workflow : name => job if length(job.after) > 0 && var.glue_enabled }

  name          = "${var.name}-${each.key}"
  description   = "Starts ${each.key} when ${join(" and ", each.value.after)} succeeded"
  type          = "CONDITIONAL"
  enabled       = true
  workflow_name = aws_glue_workflow.this[0].name

  predicate {
    logical = "AND"

    dynamic "conditions" {
      for_each = each.value.after

      content {
        job_name         = aws_glue_job.this[conditions.value].name
        logical_operator = "EQUALS"
        state            = "SUCCEEDED"
      }
    }
  }

  actions {
    job_name = aws_glue_job.this[each.key].name
  }
}

locals {
  # Nothing but Delta's log store keeps the commits of two writers apart: without it, nobody starts a job beside the workflow.
  beside_the_workflow = var.schedule_enabled && var.delta_log_table != null
}

resource "aws_glue_trigger" "own_schedule" {
  for_each = { for name, job in local.on_own_schedule : name => job if var.glue_enabled }

  name        = "${var.name}-${each.key}"
  description = "Starts ${each.key}, apart from the workflow"
  type        = local.beside_the_workflow ? "SCHEDULED" : "ON_DEMAND"
  schedule    = local.beside_the_workflow ? each.value.schedule : null
  enabled     = local.beside_the_workflow

  actions {
    job_name = aws_glue_job.this[each.key].name
  }
}
