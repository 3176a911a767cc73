data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  bucket    = split("/", trimprefix(var.exports_url, "s3://"))[0]
  prefix    = trimprefix(var.exports_url, "s3://${local.bucket}/")
  role_name = "${var.name}-snowflake"
  # By its name, and not from the resource: the role trusts the integration, which must know the role before.
  role_arn = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${local.role_name}"
}

resource "snowflake_storage_integration_aws" "lake" {
  name                      = var.storage_integration
  comment                   = "The lake's exports on S3"
  enabled                   = true
  storage_provider          = "S3"
  storage_aws_role_arn      = local.role_arn
  storage_allowed_locations = ["${var.exports_url}/"]
}

resource "aws_iam_role" "snowflake" {
  name               = local.role_name
  description        = "What Snowflake may read of the lake"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [snowflake_storage_integration_aws.lake.describe_output[0].iam_user_arn]
    }

    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = [snowflake_storage_integration_aws.lake.describe_output[0].external_id]
    }
  }
}

resource "aws_iam_role_policy" "snowflake" {
  name   = "read-exports"
  role   = aws_iam_role.snowflake.id
  policy = data.aws_iam_policy_document.read_exports.json
}

data "aws_iam_policy_document" "read_exports" {
  statement {
    sid       = "ReadExports"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${local.bucket}/${local.prefix}/*"]
  }

  statement {
    sid       = "ListExports"
    actions   = ["s3:ListBucket"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${local.bucket}"]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["${local.prefix}/*"]
    }
  }

  statement {
    sid       = "FindTheBucket"
    actions   = ["s3:GetBucketLocation"]
    resources = ["arn:${data.aws_partition.current.partition}:s3:::${local.bucket}"]
  }

  statement {
    sid       = "Decrypt"
    actions   = ["kms:Decrypt"]
    resources = [var.kms_key_arn]
  }
}
