# No default tags here: the local AWS forgets those of a stream, and each plan would want to set them anew.
provider "aws" {
  region                      = var.region
  access_key                  = "test"
  secret_key                  = "test"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true

  endpoints {
    budgets        = var.endpoint
    cloudwatch     = var.endpoint
    dynamodb       = var.endpoint
    events         = var.endpoint
    firehose       = var.endpoint
    glue           = var.endpoint
    iam            = var.endpoint
    kinesis        = var.endpoint
    kms            = var.endpoint
    logs           = var.endpoint
    s3             = var.endpoint
    secretsmanager = var.endpoint
    sns            = var.endpoint
    sts            = var.endpoint
  }
}

module "platform" {
  source = "../../modules/platform"

  name             = var.name
  project_root     = "${path.module}/../../.."
  wheel            = var.wheel
  source_name      = var.source_name
  mapping_file     = var.mapping_file
  force_destroy    = true
  tls_only         = var.tls_only
  lifecycle_rules  = var.lifecycle_rules
  retention        = { key_deletion_days = 7 }
  event_stream     = { shards = 1, buffer_megabytes = 1, buffer_seconds = var.buffer_seconds }
  warehouse        = { target = var.warehouse }
  tracking         = var.tracking
  spark_conf       = var.spark_conf
  schedule_enabled = var.schedule_enabled
  glue_enabled     = var.glue_enabled
}
