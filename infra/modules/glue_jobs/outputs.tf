output "workflow" {
  description = "Name of the workflow that runs the jobs in their order; null without Glue"
  value       = one(aws_glue_workflow.this[*].name)
}

output "jobs" {
  description = "Names of the Glue jobs, by their name in the pipeline"
  value       = local.job_names
}

output "roles" {
  description = "Roles of the jobs, by the job's name in the pipeline"
  value       = { for name, role in aws_iam_role.job : name => role.arn }
}

output "log_groups" {
  description = "Log groups by job and stream, such as ingest_orders/error"
  value       = local.log_groups
}
