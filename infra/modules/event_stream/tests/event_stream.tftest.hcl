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
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/shop-dev-delivery" }
  }
  mock_resource "aws_kinesis_stream" {
    defaults = { arn = "arn:aws:kinesis:eu-central-1:123456789012:stream/shop-dev-events" }
  }
}

variables {
  name            = "shop-dev"
  bucket          = "shop-landing"
  prefix          = "orders"
  kms_key_arn     = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  alarm_topic_arn = "arn:aws:sns:eu-central-1:123456789012:shop-dev-alarms"
}

run "events_land_as_gzip_lines_by_day_and_failures_beside_them" {
  assert {
    condition     = aws_kinesis_stream.events.stream_mode_details[0].stream_mode == "ON_DEMAND" && aws_kinesis_stream.events.encryption_type == "KMS"
    error_message = "The stream does not grow on demand, or is not encrypted."
  }
  assert {
    condition     = jsonencode([for settings in aws_kinesis_firehose_delivery_stream.landing.extended_s3_configuration : [settings.prefix, settings.error_output_prefix, settings.compression_format, settings.file_extension]]) == jsonencode([["orders/!{timestamp:yyyy/MM/dd}/", "undelivered/orders/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd}/", "GZIP", ".jsonl.gz"]])
    error_message = "Events land elsewhere, or in another form."
  }
  assert {
    condition     = aws_kinesis_firehose_delivery_stream.landing.extended_s3_configuration[0].processing_configuration[0].processors[0].type == "AppendDelimiterToRecord"
    error_message = "Records run into each other on one line."
  }
  assert {
    condition     = one([for statement in data.aws_iam_policy_document.delivery.statement : statement.resources if statement.sid == "WriteToLanding"]) == toset(["arn:aws:s3:::shop-landing/orders/*", "arn:aws:s3:::shop-landing/undelivered/orders/*"])
    error_message = "Firehose may write elsewhere than below its prefixes."
  }
  assert {
    condition     = length(flatten([for statement in data.aws_iam_policy_document.delivery.statement : [for resource in statement.resources : resource if resource == "*"]])) == 0
    error_message = "A statement is not held to what it is for."
  }
}

run "what_is_late_goes_to_the_topic" {
  command = plan
  variables {
    late_after_minutes = 10
    buffer             = { seconds = 60 }
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.iterator_age.threshold == 600000 && aws_cloudwatch_metric_alarm.delivery_freshness.threshold == 660
    error_message = "The alarms go off at other times."
  }
  assert {
    condition     = tolist(aws_cloudwatch_metric_alarm.iterator_age.alarm_actions) == tolist(["arn:aws:sns:eu-central-1:123456789012:shop-dev-alarms"])
    error_message = "Nobody hears the alarm."
  }
}

run "shards_can_be_counted_and_newlines_left_to_the_senders" {
  command = plan
  variables {
    shards         = 2
    append_newline = false
  }
  assert {
    condition     = aws_kinesis_stream.events.shard_count == 2 && aws_kinesis_stream.events.stream_mode_details[0].stream_mode == "PROVISIONED"
    error_message = "The stream has not the shards asked for."
  }
  assert {
    condition     = length(aws_kinesis_firehose_delivery_stream.landing.extended_s3_configuration[0].processing_configuration) == 0
    error_message = "Lines end twice."
  }
}

run "values_that_kinesis_and_firehose_do_not_take_are_refused" {
  command = plan
  variables {
    name               = "Shop"
    shards             = 0
    retention_hours    = 12
    prefix             = "undelivered/orders/"
    buffer             = { megabytes = 256 }
    late_after_minutes = 0
  }
  expect_failures = [var.name, var.shards, var.retention_hours, var.prefix, var.buffer, var.late_after_minutes]
}
