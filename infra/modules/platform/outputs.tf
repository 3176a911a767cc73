output "landing_url" {
  description = "Where files of orders are put for the next run to read"
  value       = local.landing_url
}

output "tables_url" {
  description = "Root of the Delta tables"
  value       = module.lake.tables_url
}

output "exports_url" {
  description = "Where Parquet files wait for the warehouse"
  value       = module.lake.exports_url
}

output "kms_key_arn" {
  description = "The key that encrypts everything stored"
  value       = module.lake.kms_key_arn
}

output "buckets" {
  description = "Names of the buckets, by what they hold"
  value       = module.lake.buckets
}

output "event_stream" {
  description = "Name of the Kinesis stream that orders are sent to"
  value       = module.event_stream.stream.name
}

output "delivery_stream" {
  description = "Name of the Firehose stream that writes them to landing"
  value       = module.event_stream.delivery_stream
}

output "workflow" {
  description = "Name of the Glue workflow; null without Glue"
  value       = module.glue_jobs.workflow
}

output "jobs" {
  description = "Names of the Glue jobs, by their name in the pipeline"
  value       = module.glue_jobs.jobs
}

output "databases" {
  description = "Glue databases, by layer; null without Glue"
  value       = one(module.catalog[*].databases)
}

output "dashboard_url" {
  description = "The dashboard in the AWS console"
  value       = module.monitoring.dashboard_url
}

output "mlflow" {
  description = "Addresses of the tracking server and of the model; null where there is no MLflow"
  value       = one([for servers in module.mlflow : { tracking_uri = servers.tracking_uri, model_url = servers.model_url }])
}
