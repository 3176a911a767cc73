mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\": \"2012-10-17\", \"Statement\": []}" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:shop-dev-alarms" }
  }
}

variables {
  name                 = "shop-dev"
  kms_key_arn          = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  emails               = ["data@shop.example"]
  jobs                 = { ingest_orders = "shop-dev-ingest_orders", publish_to_warehouse = "shop-dev-publish_to_warehouse" }
  log_groups           = { "publish_to_warehouse/output" = "/shop-dev/jobs/publish/output" }
  stream_name          = "shop-dev-events"
  delivery_stream_name = "shop-dev-landing"
  monthly_budget_usd   = 300
  budget_tag           = { key = "Platform", value = "shop-dev" }
}

run "failed_job_ledger_staleness_and_budget_reach_the_topic_and_jobs_the_dashboard" {
  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.failed.event_pattern).detail == { jobName = ["shop-dev-ingest_orders", "shop-dev-publish_to_warehouse"], state = ["FAILED", "TIMEOUT", "ERROR"] } && aws_cloudwatch_event_target.failed.arn == aws_sns_topic.alarms.arn
    error_message = "A failed job goes unheard."
  }
  assert {
    condition     = aws_cloudwatch_log_metric_filter.ledger.log_group_name == "/shop-dev/jobs/publish/output" && aws_cloudwatch_log_metric_filter.ledger.metric_transformation[0].name == aws_cloudwatch_metric_alarm.ledger.metric_name && aws_cloudwatch_log_metric_filter.ledger.metric_transformation[0].namespace == aws_cloudwatch_metric_alarm.ledger.namespace
    error_message = "A ledger out of balance goes unheard."
  }
  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.stale) == ["publish_to_warehouse"] && aws_cloudwatch_metric_alarm.stale["publish_to_warehouse"].evaluation_periods == 6 && aws_cloudwatch_metric_alarm.stale["publish_to_warehouse"].treat_missing_data == "breaching"
    error_message = "A warehouse without news goes unheard, or a job is watched that is not there."
  }
  assert {
    condition     = aws_budgets_budget.month[0].limit_amount == "300.0" && one(aws_budgets_budget.month[0].cost_filter).values == tolist(["user:Platform$shop-dev"]) && toset([for notification in aws_budgets_budget.month[0].notification : "${notification.notification_type} ${notification.threshold}"]) == toset(["ACTUAL 80", "FORECASTED 100"])
    error_message = "The budget is another."
  }
  assert {
    condition     = aws_sns_topic_subscription.email["data@shop.example"].topic_arn == aws_sns_topic.alarms.arn
    error_message = "The address gets no mail."
  }
  assert {
    condition     = alltrue([for job in ["shop-dev-ingest_orders", "shop-dev-publish_to_warehouse"] : strcontains(aws_cloudwatch_dashboard.this.dashboard_body, job)]) && length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 6
    error_message = "A job is not on the dashboard."
  }
}

run "forecast_is_watched_once_the_pipeline_has_it_and_no_budget_is_none" {
  command = plan
  variables {
    jobs               = { publish_to_warehouse = "shop-dev-publish_to_warehouse", forecast_sales = "shop-dev-forecast_sales" }
    monthly_budget_usd = null
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.stale["forecast_sales"].evaluation_periods == 48 && jsondecode(aws_cloudwatch_event_rule.succeeded["forecast_sales"].event_pattern).detail == { jobName = ["shop-dev-forecast_sales"], state = ["SUCCEEDED"] }
    error_message = "A stale forecast goes unheard."
  }
  assert {
    condition     = length(aws_budgets_budget.month) == 0
    error_message = "There is a budget that nobody set."
  }
}

run "values_that_cannot_be_are_refused" {
  command = plan
  variables {
    name               = "Shop"
    emails             = ["data at shop"]
    ledger_job         = "balance"
    stale_after_hours  = { publish_to_warehouse = 200 }
    monthly_budget_usd = 0
  }
  expect_failures = [var.name, var.emails, var.ledger_job, var.stale_after_hours, var.monthly_budget_usd]
}
