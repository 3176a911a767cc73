locals {
  role_names = { for name in keys(local.jobs) : name => "${var.name}-${name}" }

  tables_path  = trimprefix(var.tables_url, "s3://${var.buckets.lake}/")
  exports_path = trimprefix(var.exports_url, "s3://${var.buckets.lake}/")

  arn = { for place, bucket in var.buckets : place => "arn:${local.partition}:s3:::${bucket}" }

  # What a job may see, and what it may change, below the lake bucket.
  sees    = { for name, job in local.jobs : name => concat([for table in local.on_tables[name] : "${local.tables_path}/${table}"], contains(job.writes, "exports") ? [local.exports_path] : []) }
  changes = { for name, job in local.jobs : name => concat([for table in local.fills[name] : "${local.tables_path}/${table}"], contains(job.writes, "exports") ? [local.exports_path] : []) }
}

resource "aws_iam_role" "job" {
  for_each = local.jobs

  name               = local.role_names[each.key]
  description        = "What the Glue job ${var.name}-${each.key} may do"
  assume_role_policy = data.aws_iam_policy_document.glue.json
}

data "aws_iam_policy_document" "glue" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["glue.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role_policy" "job" {
  for_each = local.jobs

  name   = "job"
  role   = aws_iam_role.job[each.key].id
  policy = data.aws_iam_policy_document.job[each.key].json
}

data "aws_iam_policy_document" "job" {
  #checkov:skip=CKV_AWS_111:PutMetricData knows no resource; a condition holds it to Glue's namespace
  #checkov:skip=CKV_AWS_356:PutMetricData knows no resource; a condition holds it to Glue's namespace
  for_each = local.jobs

  statement {
    sid       = "ItsOwnCode"
    actions   = ["s3:GetObject"]
    resources = concat(["${local.arn.artifacts}/${aws_s3_object.wheel.key}", "${local.arn.artifacts}/${aws_s3_object.entry_point[each.key].key}"], [for jar in aws_s3_object.jar : "${local.arn.artifacts}/${jar.key}"], [for key in var.readable_artifacts : "${local.arn.artifacts}/${key}"])
  }

  statement {
    sid     = "SeeItsTables"
    actions = ["s3:GetObject"]
    # The path itself is no object, but S3A asks whether it is one.
    resources = flatten([for path in local.sees[each.key] : ["${local.arn.lake}/${path}", "${local.arn.lake}/${path}/*"]])
  }

  statement {
    sid     = "ListItsTables"
    actions = ["s3:ListBucket"]
    # IfExists: without leave to list, a missing object would be told as a forbidden one, and such a question has no prefix.
    resources = [local.arn.lake]

    condition {
      test     = "StringLikeIfExists"
      variable = "s3:prefix"
      values   = distinct(concat([local.tables_path, "${local.tables_path}/"], flatten([for path in local.sees[each.key] : [dirname(path), "${dirname(path)}/", path, "${path}/*"]])))
    }
  }

  statement {
    sid = "ChangeItsTables"
    # Delete: Delta clears old log files, Spark its temporary ones, and an export may be written again.
    actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject"]
    resources = [for path in local.changes[each.key] : "${local.arn.lake}/${path}/*"]
  }

  dynamic "statement" {
    for_each = contains(each.value.reads, "landing") ? [1] : []

    content {
      sid       = "ReadLanding"
      actions   = ["s3:GetObject"]
      resources = ["${local.arn.landing}/${var.landing_prefix}", "${local.arn.landing}/${var.landing_prefix}/*"]
    }
  }

  dynamic "statement" {
    for_each = contains(each.value.reads, "landing") ? [1] : []

    content {
      sid       = "ListLanding"
      actions   = ["s3:ListBucket"]
      resources = [local.arn.landing]

      condition {
        test     = "StringLikeIfExists"
        variable = "s3:prefix"
        values   = [var.landing_prefix, "${var.landing_prefix}/*"]
      }
    }
  }

  statement {
    sid       = "EncryptAndDecrypt"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }

  dynamic "statement" {
    for_each = var.delta_log_table == null ? [] : [var.delta_log_table]

    content {
      sid       = "NoteCommitsOfItsTables"
      actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
      resources = [statement.value.arn]

      condition {
        test     = "ForAllValues:StringEquals"
        variable = "dynamodb:LeadingKeys"
        values   = flatten([for table in local.on_tables[each.key] : ["${var.tables_url}/${table}", "s3a://${var.buckets.lake}/${local.tables_path}/${table}"]])
      }
    }
  }

  dynamic "statement" {
    for_each = var.delta_log_table == null ? [] : [var.delta_log_table]

    content {
      sid       = "FindTheLogTable"
      actions   = ["dynamodb:DescribeTable"]
      resources = [statement.value.arn]
    }
  }

  dynamic "statement" {
    for_each = contains(each.value.writes, "warehouse") && var.warehouse_secret_arn != null ? [var.warehouse_secret_arn] : []

    content {
      sid       = "ConnectToTheWarehouse"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [statement.value]
    }
  }

  statement {
    sid       = "WriteItsLogs"
    actions   = ["logs:AssociateKmsKey", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
    resources = flatten([for output in ["error", "output"] : ["arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${local.log_groups["${each.key}/${output}"]}", "arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${local.log_groups["${each.key}/${output}"]}:*"]])
  }

  statement {
    sid       = "ReportMetrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"] # PutMetricData knows no resource; the condition holds it to Glue's metrics.

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = ["Glue"]
    }
  }
}
