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
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/shop-dev" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:shop-dev-alarms" }
  }
  mock_resource "aws_kinesis_stream" {
    defaults = { arn = "arn:aws:kinesis:eu-central-1:123456789012:stream/shop-dev-events" }
  }
  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/shop-dev-delta-log" }
  }
}

variables {
  name         = "shop-dev"
  project_root = "../../.."
  wheel        = "../glue_jobs/tests/fixtures/shop-0.0.0-py3-none-any.whl"
  warehouse    = { target = "snowflake:secret/shop-dev/warehouse" }
}

run "without_a_place_for_models_there_is_no_forecast" {
  assert {
    condition     = !contains(keys(output.jobs), "forecast_sales") && contains(keys(output.jobs), "publish_to_warehouse")
    error_message = "The forecast is provisioned, and has no place for its models."
  }
}

run "jobs_of_the_pipeline_work_on_this_lake" {
  variables {
    tracking = "https://mlflow.example.com"
  }

  assert {
    condition     = output.landing_url == "s3://shop-dev-landing-123456789012/orders" && output.tables_url == "s3://shop-dev-lake-123456789012/tables" && output.exports_url == "s3://shop-dev-lake-123456789012/exports"
    error_message = "The lake is elsewhere."
  }
  assert {
    condition     = jsonencode(output.jobs) == jsonencode({ for job in keys(yamldecode(file("../../../glue_jobs/pipeline.yaml")).jobs) : job => "shop-dev-${job}" })
    error_message = "A job of the pipeline is not provisioned, or one too many."
  }
  assert {
    condition     = output.event_stream == "shop-dev-events" && output.delivery_stream == "shop-dev-landing" && output.workflow == "shop-dev"
    error_message = "A name is another."
  }
  assert {
    condition     = output.mlflow == null && length(aws_s3_object.mapping) == 0
    error_message = "MLflow, or a mapping, is there unasked."
  }
}

run "without_glue_all_else_is_there" {
  variables {
    glue_enabled = false
  }

  assert {
    condition     = output.workflow == null && output.databases == null
    error_message = "Something of Glue is provisioned where there is none."
  }
  assert {
    condition     = contains(keys(output.jobs), "publish_to_warehouse") && output.event_stream == "shop-dev-events"
    error_message = "More than Glue is left out."
  }
}

run "mapping_file_of_a_shop_is_uploaded" {
  command = plan
  variables {
    mapping_file = "../../../spark/lakehouse/sources/builtin/uci_online_retail.toml"
  }
  assert {
    condition     = aws_s3_object.mapping[0].key == "mappings/${filesha256("../../../spark/lakehouse/sources/builtin/uci_online_retail.toml")}/uci_online_retail.toml"
    error_message = "The mapping's key does not follow its content."
  }
}

run "mapping_that_is_no_file_and_odd_source_are_refused" {
  command = plan
  variables {
    mapping_file = "no_such_shop.toml"
    source_name  = "My Shop"
  }
  expect_failures = [var.mapping_file, var.source_name]
}
