resource "aws_s3_bucket_lifecycle_configuration" "this" {
  for_each = var.lifecycle_rules ? aws_s3_bucket.this : {}

  bucket = each.value.id

  rule {
    id     = "old-versions"
    status = "Enabled"

    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.old_versions_expire_after_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  dynamic "rule" {
    for_each = each.key == "landing" ? [1] : []

    content {
      id     = "infrequent-access"
      status = "Enabled"

      filter {}

      transition {
        days          = var.infrequent_access_after_days
        storage_class = "STANDARD_IA"
      }
    }
  }

  dynamic "rule" {
    for_each = each.key == "lake" ? [1] : []

    content {
      id     = "exports"
      status = "Enabled"

      filter {
        prefix = "${local.exports_prefix}/"
      }

      expiration {
        days = var.exports_expire_after_days
      }
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}
