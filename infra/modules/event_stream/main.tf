data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name
}

resource "aws_kinesis_stream" "events" {
  name             = "${var.name}-events"
  shard_count      = var.shards
  retention_period = var.retention_hours
  encryption_type  = "KMS"
  kms_key_id       = var.kms_key_arn

  stream_mode_details {
    stream_mode = var.shards == null ? "ON_DEMAND" : "PROVISIONED"
  }
}

resource "aws_kinesis_firehose_delivery_stream" "landing" {
  #checkov:skip=CKV_AWS_240:Its source is the stream, which is encrypted; Firehose then takes no key of its own
  #checkov:skip=CKV_AWS_241:Its source is the stream, which is encrypted; Firehose then takes no key of its own
  name        = "${var.name}-landing"
  destination = "extended_s3"

  kinesis_source_configuration {
    kinesis_stream_arn = aws_kinesis_stream.events.arn
    role_arn           = aws_iam_role.delivery.arn
  }

  extended_s3_configuration {
    role_arn   = aws_iam_role.delivery.arn
    bucket_arn = "arn:${local.partition}:s3:::${var.bucket}"
    # The days are UTC. What cannot be delivered lies beside the prefix, where the jobs do not read.
    prefix              = "${var.prefix}/!{timestamp:yyyy/MM/dd}/"
    error_output_prefix = "undelivered/${var.prefix}/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/"
    compression_format  = "GZIP"
    file_extension      = ".jsonl.gz"
    buffering_size      = var.buffer.megabytes
    buffering_interval  = var.buffer.seconds
    kms_key_arn         = var.kms_key_arn

    dynamic "processing_configuration" {
      for_each = var.append_newline ? [1] : []

      content {
        enabled = true

        processors {
          type = "AppendDelimiterToRecord"

          parameters {
            parameter_name  = "Delimiter"
            parameter_value = "\\n"
          }
        }
      }
    }

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.delivery.name
      log_stream_name = aws_cloudwatch_log_stream.delivery.name
    }
  }

  # Firehose tries its role when it is made.
  depends_on = [aws_iam_role_policy.delivery]
}

resource "aws_cloudwatch_log_group" "delivery" {
  #checkov:skip=CKV_AWS_338:log_retention_days decides; what could not be delivered lies on S3 with its reason
  name              = "/${var.name}/delivery"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}

resource "aws_cloudwatch_log_stream" "delivery" {
  name           = "landing"
  log_group_name = aws_cloudwatch_log_group.delivery.name
}
