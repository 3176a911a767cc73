locals {
  exports_prefix = "exports"
  tables_prefix  = "tables"
}

output "buckets" {
  description = "Names of the buckets, by what they hold: landing, lake, artifacts"
  value       = { for place, bucket in aws_s3_bucket.this : place => bucket.bucket }

  # What is put into a bucket before these is encrypted with S3's own key, and has no version.
  depends_on = [
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_policy.this,
    aws_s3_bucket_public_access_block.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
  ]
}

output "tables_url" {
  description = "Root of the Delta tables"
  value       = "s3://${aws_s3_bucket.this["lake"].bucket}/${local.tables_prefix}"
}

output "exports_url" {
  description = "Where Parquet files wait for the warehouse"
  value       = "s3://${aws_s3_bucket.this["lake"].bucket}/${local.exports_prefix}"
}

output "kms_key_arn" {
  description = "The key that encrypts everything stored"
  value       = aws_kms_key.this.arn
}

output "delta_log_table" {
  description = "DynamoDB table of Delta's multi-writer log store: its name and arn"
  value       = { name = aws_dynamodb_table.delta_log.name, arn = aws_dynamodb_table.delta_log.arn }
}
