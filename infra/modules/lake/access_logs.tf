resource "aws_s3_bucket" "access_logs" {
  #checkov:skip=CKV_AWS_18:It receives the access logs; logging its own would never end
  #checkov:skip=CKV_AWS_21:Log objects are never overwritten, so there are no versions to keep
  #checkov:skip=CKV_AWS_144:One region holds the platform
  #checkov:skip=CKV_AWS_145:S3's log delivery writes with S3's own keys
  #checkov:skip=CKV2_AWS_62:Nothing listens to single objects
  bucket        = "${var.name}-access-logs-${local.account}"
  force_destroy = var.force_destroy
}

resource "aws_s3_bucket_server_side_encryption_configuration" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "access_logs" {
  count = var.lifecycle_rules ? 1 : 0

  bucket = aws_s3_bucket.access_logs.id

  rule {
    id     = "expire"
    status = "Enabled"

    filter {}

    expiration {
      days = var.access_logs_expire_after_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}

resource "aws_s3_bucket_policy" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id
  policy = data.aws_iam_policy_document.access_logs.json

  depends_on = [aws_s3_bucket_public_access_block.this]
}

data "aws_iam_policy_document" "access_logs" {
  statement {
    sid       = "TakeLogsOfTheOtherBuckets"
    actions   = ["s3:PutObject"]
    resources = ["arn:${local.partition}:s3:::${var.name}-access-logs-${local.account}/*"]

    principals {
      type        = "Service"
      identifiers = ["logging.s3.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }

  dynamic "statement" {
    for_each = var.tls_only ? [1] : []

    content {
      sid    = "RefuseRequestsWithoutTls"
      effect = "Deny"
      # A refusal may be wide: it must hold for every action there is and will be.
      actions = ["s3:*"]
      resources = [
        "arn:${local.partition}:s3:::${var.name}-access-logs-${local.account}",
        "arn:${local.partition}:s3:::${var.name}-access-logs-${local.account}/*",
      ]

      principals {
        type        = "AWS"
        identifiers = ["*"]
      }

      condition {
        test     = "Bool"
        variable = "aws:SecureTransport"
        values   = ["false"]
      }
    }
  }
}
