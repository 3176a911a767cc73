locals {
  written     = yamldecode(file("${var.project_root}/glue_jobs/pipeline.yaml"))
  landing_url = "s3://${module.lake.buckets.landing}/${var.landing_prefix}"
  mapping     = var.mapping_file == null ? var.source_name : "s3://${module.lake.buckets.artifacts}/${aws_s3_object.mapping[0].key}"

  # A forecast needs a place that keeps its models: without one, its job is left out.
  keeps_models = var.mlflow != null || var.tracking != null
  tracking     = var.mlflow == null ? { for uri in compact([var.tracking]) : "tracking" => uri } : { tracking = module.mlflow[0].tracking_uri }
  pipeline     = merge(local.written, { jobs = { for name, job in local.written.jobs : name => job if local.keeps_models || !contains(job.arguments, "tracking") } })
}

module "lake" {
  source = "../lake"

  name                           = var.name
  force_destroy                  = var.force_destroy
  tls_only                       = var.tls_only
  lifecycle_rules                = var.lifecycle_rules
  infrequent_access_after_days   = var.retention.infrequent_access_days
  old_versions_expire_after_days = var.retention.old_versions_days
  exports_expire_after_days      = var.retention.exports_days
  access_logs_expire_after_days  = var.retention.access_logs_days
  key_deletion_days              = var.retention.key_deletion_days
}

module "event_stream" {
  source = "../event_stream"

  name               = var.name
  shards             = var.event_stream.shards
  retention_hours    = var.retention.event_stream_hours
  bucket             = module.lake.buckets.landing
  prefix             = var.landing_prefix
  kms_key_arn        = module.lake.kms_key_arn
  buffer             = { megabytes = var.event_stream.buffer_megabytes, seconds = var.event_stream.buffer_seconds }
  append_newline     = var.event_stream.append_newline
  alarm_topic_arn    = module.monitoring.topic_arn
  late_after_minutes = var.alarms.event_late_after_minutes
  log_retention_days = var.retention.logs_days
}

module "catalog" {
  source = "../catalog"
  count  = var.glue_enabled ? 1 : 0

  name       = var.name
  tables_url = module.lake.tables_url
}

module "glue_jobs" {
  source = "../glue_jobs"

  name                 = var.name
  pipeline             = local.pipeline
  project_root         = var.project_root
  wheel                = var.wheel
  extra_jars           = var.delta_log_store_jars
  readable_artifacts   = aws_s3_object.mapping[*].key
  buckets              = module.lake.buckets
  landing_prefix       = var.landing_prefix
  tables_url           = module.lake.tables_url
  exports_url          = module.lake.exports_url
  kms_key_arn          = module.lake.kms_key_arn
  spark_conf           = var.spark_conf
  delta_log_table      = length(var.delta_log_store_jars) == 0 ? null : module.lake.delta_log_table
  warehouse_secret_arn = var.warehouse_secret_arn
  network              = one(module.mlflow[*].jobs_network)
  log_retention_days   = var.retention.logs_days
  schedule_enabled     = var.schedule_enabled
  glue_enabled         = var.glue_enabled

  arguments = merge(
    {
      lake                = module.lake.tables_url
      landing             = local.landing_url
      source              = local.mapping
      exports             = module.lake.exports_url
      warehouse           = var.warehouse.target
      compute             = var.warehouse.compute
      storage_integration = var.warehouse.storage_integration
    },
    local.tracking,
    var.more_arguments,
  )
}

module "monitoring" {
  source = "../monitoring"

  name                 = var.name
  kms_key_arn          = module.lake.kms_key_arn
  emails               = var.alarms.emails
  jobs                 = module.glue_jobs.jobs
  log_groups           = module.glue_jobs.log_groups
  stale_after_hours    = var.alarms.stale_after_hours
  monthly_budget_usd   = var.alarms.monthly_budget_usd
  budget_tag           = { key = "Platform", value = var.name }
  stream_name          = "${var.name}-events"
  delivery_stream_name = "${var.name}-landing"
}

module "mlflow" {
  source = "../mlflow"
  count  = var.mlflow == null ? 0 : 1

  name               = var.name
  vpc_id             = var.mlflow.vpc_id
  subnet_ids         = var.mlflow.subnet_ids
  client_cidrs       = var.mlflow.client_cidrs
  host               = var.mlflow.host
  zone_id            = var.mlflow.zone_id
  certificate_arn    = var.mlflow.certificate_arn
  tracking_image     = var.mlflow.tracking_image
  model_image        = var.mlflow.model_image
  model_uri          = var.mlflow.model_uri
  sizes              = var.mlflow.sizes
  database           = var.mlflow.database
  artifacts_bucket   = module.lake.buckets.artifacts
  kms_key_arn        = module.lake.kms_key_arn
  log_retention_days = var.retention.logs_days
}

resource "aws_s3_object" "mapping" {
  #checkov:skip=CKV_AWS_186:The bucket encrypts with the platform's key by default
  count = var.mapping_file == null ? 0 : 1

  bucket = module.lake.buckets.artifacts
  key    = "mappings/${filesha256(var.mapping_file)}/${basename(var.mapping_file)}"
  source = var.mapping_file

  lifecycle {
    create_before_destroy = true
  }
}
