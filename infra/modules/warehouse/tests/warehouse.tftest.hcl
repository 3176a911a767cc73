mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\": \"2012-10-17\", \"Statement\": []}" }
  }
}

mock_provider "snowflake" {
  mock_resource "snowflake_storage_integration_aws" {
    defaults = {
      describe_output = [{ iam_user_arn = "arn:aws:iam::999999999999:user/snowflake", external_id = "SHOP_1" }]
    }
  }
  mock_resource "snowflake_schema" {
    defaults = { fully_qualified_name = "\"SOFTCART\".\"A_SCHEMA\"" }
  }
  mock_resource "snowflake_stage_external_s3" {
    defaults = { fully_qualified_name = "\"SOFTCART\".\"STAGING\".\"EXPORTS\"" }
  }
}

variables {
  name        = "shop-dev"
  exports_url = "s3://shop-lake/exports"
  kms_key_arn = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  public_key  = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA"
}

run "names_are_those_of_the_migrations_and_of_the_jobs_and_compute_sleeps" {
  assert {
    condition     = snowflake_database.this.name == "SOFTCART" && keys(snowflake_schema.this) == ["MARTS", "OPS", "STAGING", "STAR"]
    error_message = "The migrations look for another database or other schemas."
  }
  assert {
    condition     = output.target == "snowflake:secret/shop-dev/warehouse" && output.compute == "LAKEHOUSE" && output.storage_integration == "LAKEHOUSE_LAKE"
    error_message = "The jobs look for other names."
  }
  assert {
    condition     = snowflake_stage_external_s3.exports.name == "EXPORTS" && snowflake_stage_external_s3.exports.url == "s3://shop-lake/exports" && snowflake_stage_external_s3.exports.comment == "Parquet exports of the lake's change feed"
    error_message = "The stage is another than the one that the migrations put in place again."
  }
  assert {
    condition     = snowflake_warehouse.this.auto_suspend == 60 && snowflake_warehouse.this.auto_resume == "true" && snowflake_warehouse.this.resource_monitor == "LAKEHOUSE_MONTHLY"
    error_message = "The virtual warehouse runs on, or without limit."
  }
  assert {
    condition     = snowflake_resource_monitor.this.credit_quota == 50 && snowflake_resource_monitor.this.suspend_trigger == 100
    error_message = "The limit is another."
  }
}

run "snowflake_reads_exports_alone_and_roles_do_what_they_are_for" {
  command = plan
  assert {
    condition     = snowflake_storage_integration_aws.lake.storage_allowed_locations == toset(["s3://shop-lake/exports/"]) && snowflake_storage_integration_aws.lake.storage_aws_role_arn == "arn:aws:iam::123456789012:role/shop-dev-snowflake"
    error_message = "The integration shows more than the exports, or has another role."
  }
  assert {
    condition     = one([for statement in data.aws_iam_policy_document.read_exports.statement : statement.resources if statement.sid == "ReadExports"]) == toset(["arn:aws:s3:::shop-lake/exports/*"])
    error_message = "The role may read more than the exports."
  }
  assert {
    condition     = one(data.aws_iam_policy_document.trust.statement[0].principals).identifiers == toset(["arn:aws:iam::999999999999:user/snowflake"]) && one(data.aws_iam_policy_document.trust.statement[0].condition).values == tolist(["SHOP_1"])
    error_message = "Others than our Snowflake account may take the role."
  }
  assert {
    condition     = keys(snowflake_account_role.this) == ["ANALYST", "LOADER", "TRANSFORMER"]
    error_message = "The roles are others."
  }
  assert {
    condition     = toset(flatten([for name, grant in merge(snowflake_grant_privileges_to_account_role.schema, snowflake_grant_privileges_to_account_role.future) : grant.privileges if startswith(name, "ANALYST/")])) == toset(["SELECT", "USAGE"])
    error_message = "Analysts may do more than read."
  }
  assert {
    condition     = snowflake_service_user.publisher.default_role == "SOFTCART_TRANSFORMER" && snowflake_grant_account_role.publisher.role_name == "SOFTCART_TRANSFORMER"
    error_message = "The service user has another role."
  }
}

run "values_that_snowflake_does_not_take_are_refused" {
  command = plan
  variables {
    name                = "Shop"
    exports_url         = "shop-lake/exports/"
    compute             = { name = "lake house", size = "TINY", auto_suspend = 5 }
    storage_integration = "lake"
    monthly_credits     = 0.5
    data_retention_days = 91
    public_key          = "-----BEGIN PUBLIC KEY-----"
  }
  expect_failures = [var.name, var.exports_url, var.compute, var.storage_integration, var.monthly_credits, var.data_retention_days, var.public_key]
}
