# Where Delta's log store notes each commit before it appears on S3: of two writers of one version, one is refused.
# The names of the keys are those of io.delta.storage.S3DynamoDBLogStore.
resource "aws_dynamodb_table" "delta_log" {
  name         = "${var.name}-delta-log"
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "tablePath"
  range_key    = "fileName"

  attribute {
    name = "tablePath"
    type = "S"
  }

  attribute {
    name = "fileName"
    type = "S"
  }

  ttl {
    attribute_name = "expireTime"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.this.arn
  }
}
