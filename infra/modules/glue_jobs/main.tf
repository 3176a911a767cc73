data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name

  delta_log_conf = var.delta_log_table == null ? {} : {
    "spark.delta.logStore.s3.impl"                            = "io.delta.storage.S3DynamoDBLogStore"
    "spark.delta.logStore.s3a.impl"                           = "io.delta.storage.S3DynamoDBLogStore"
    "spark.io.delta.storage.S3DynamoDBLogStore.ddb.tableName" = var.delta_log_table.name
    "spark.io.delta.storage.S3DynamoDBLogStore.ddb.region"    = local.region
  }
  # Roles, artifacts and log groups are there without Glue as well, as far as a stand-in knows them.
  deployed  = { for name, job in local.jobs : name => job if var.glue_enabled }
  job_names = { for name in keys(local.jobs) : name => "${var.name}-${name}" }

  spark_conf = merge(
    {
      "spark.sql.extensions"            = "io.delta.sql.DeltaSparkSessionExtension"
      "spark.sql.catalog.spark_catalog" = "org.apache.spark.sql.delta.catalog.DeltaCatalog"
      "spark.sql.session.timeZone"      = "UTC"
      "spark.sql.legacy.javaCharsets"   = "true"
    },
    local.delta_log_conf,
    var.spark_conf,
  )
}

resource "aws_glue_job" "this" {
  for_each = local.deployed

  name                   = local.job_names[each.key]
  description            = each.value.description
  role_arn               = aws_iam_role.job[each.key].arn
  glue_version           = "6.0"
  execution_class        = "STANDARD"
  worker_type            = each.value.worker_type
  number_of_workers      = each.value.workers
  timeout                = each.value.timeout_minutes
  max_retries            = each.value.retries
  security_configuration = aws_glue_security_configuration.this[0].name
  connections            = contains(keys(local.connected), each.key) ? aws_glue_connection.network[*].name : null

  command {
    name            = "glueetl"
    python_version  = "3"
    script_location = "s3://${var.buckets.artifacts}/${aws_s3_object.entry_point[each.key].key}"
  }

  # Delta's commits and the high-water marks allow for one run of a job at a time.
  execution_property {
    max_concurrent_runs = 1
  }

  default_arguments = merge(
    { for argument in each.value.arguments : "--${argument}" => lookup(var.arguments, argument, null) },
    {
      "--job-language"              = "python"
      "--datalake-formats"          = "delta"
      "--conf"                      = join(" --conf ", [for setting, value in local.spark_conf : "${setting}=${value}"])
      "--additional-python-modules" = join(",", concat(["s3://${var.buckets.artifacts}/${aws_s3_object.wheel.key}"], each.value.python_modules))
      # The wheel names PySpark as its one need, and Glue has it: pip would fetch another beside it.
      "--python-modules-installer-option" = "--no-deps"
      "--enable-auto-scaling"             = "true"
      "--enable-metrics"                  = "true"
      "--enable-observability-metrics"    = "true"
      "--custom-logGroup-prefix"          = local.log_prefix
      "--job-bookmark-option"             = "job-bookmark-disable"
    },
    length(var.extra_jars) == 0 ? {} : { "--extra-jars" = join(",", [for jar in var.extra_jars : "s3://${var.buckets.artifacts}/${aws_s3_object.jar[jar].key}"]) },
  )
}

resource "aws_glue_security_configuration" "this" {
  count = var.glue_enabled ? 1 : 0

  name = var.name

  encryption_configuration {
    cloudwatch_encryption {
      cloudwatch_encryption_mode = "SSE-KMS"
      kms_key_arn                = var.kms_key_arn
    }

    job_bookmarks_encryption {
      job_bookmarks_encryption_mode = "CSE-KMS"
      kms_key_arn                   = var.kms_key_arn
    }

    s3_encryption {
      s3_encryption_mode = "SSE-KMS"
      kms_key_arn        = var.kms_key_arn
    }
  }
}
