mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\": \"2012-10-17\", \"Statement\": []}" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555" }
  }
}

variables {
  name = "shop-dev"
}

run "buckets_are_private_encrypted_kept_logged_and_take_no_request_without_tls" {
  assert {
    condition     = jsonencode(output.buckets) == jsonencode({ for place in ["landing", "lake", "artifacts"] : place => "shop-dev-${place}-123456789012" })
    error_message = "The buckets' names are ${jsonencode(output.buckets)}."
  }
  assert {
    condition     = alltrue([for settings in aws_s3_bucket_versioning.this : settings.versioning_configuration[0].status == "Enabled"])
    error_message = "A bucket is not versioned."
  }
  assert {
    condition     = alltrue(flatten([for settings in aws_s3_bucket_server_side_encryption_configuration.this : [for rule in settings.rule : rule.apply_server_side_encryption_by_default[0].kms_master_key_id == aws_kms_key.this.arn]]))
    error_message = "A bucket is not encrypted with the platform's key."
  }
  assert {
    condition     = length(aws_s3_bucket_public_access_block.this) == 4 && alltrue([for block in aws_s3_bucket_public_access_block.this : block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets])
    error_message = "A bucket can be made public."
  }
  assert {
    condition     = alltrue([for place, logging in aws_s3_bucket_logging.this : logging.target_prefix == "${place}/"])
    error_message = "A bucket's access is not logged."
  }
  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this["landing"].rule : one(rule.transition).storage_class if rule.id == "infrequent-access"] == ["STANDARD_IA"]
    error_message = "Landing does not move to infrequent access."
  }
  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.this["lake"].rule : rule.filter[0].prefix if rule.id == "exports"] == ["exports/"]
    error_message = "Something else than the exports expires in the lake."
  }
  assert {
    condition     = alltrue([for settings in aws_s3_bucket_lifecycle_configuration.this : contains([for rule in settings.rule : rule.id], "old-versions")])
    error_message = "A bucket keeps old versions for ever."
  }
  assert {
    condition     = aws_dynamodb_table.delta_log.hash_key == "tablePath" && aws_dynamodb_table.delta_log.range_key == "fileName" && one(aws_dynamodb_table.delta_log.ttl).attribute_name == "expireTime"
    error_message = "Delta's log store cannot use this table."
  }
  assert {
    condition     = keys(aws_s3_bucket_policy.this) == ["artifacts", "lake", "landing"]
    error_message = "A bucket takes requests without TLS."
  }
  assert {
    condition     = alltrue([for policy in data.aws_iam_policy_document.tls_only : policy.statement[0].effect == "Deny" && one(policy.statement[0].condition).variable == "aws:SecureTransport"])
    error_message = "The policy does not refuse requests without TLS."
  }
}

run "tls_can_be_left_out_where_there_is_none" {
  command = plan
  variables {
    tls_only = false
  }
  assert {
    condition     = length(aws_s3_bucket_policy.this) == 0
    error_message = "The local AWS speaks plain HTTP to its own machine."
  }
}

run "name_that_no_bucket_can_bear_is_refused" {
  command = plan
  variables {
    name = "Shop_Dev"
  }
  expect_failures = [var.name]
}

run "days_that_s3_and_kms_do_not_take_are_refused" {
  command = plan
  variables {
    infrequent_access_after_days   = 29
    old_versions_expire_after_days = 0
    exports_expire_after_days      = 0
    access_logs_expire_after_days  = 0
    key_deletion_days              = 31
  }
  expect_failures = [
    var.infrequent_access_after_days,
    var.old_versions_expire_after_days,
    var.exports_expire_after_days,
    var.access_logs_expire_after_days,
    var.key_deletion_days,
  ]
}
