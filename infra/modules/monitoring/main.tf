data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

locals {
  account = data.aws_caller_identity.current.account_id
  region  = data.aws_region.current.name
  watched = { for job, hours in var.stale_after_hours : job => hours if contains(keys(var.jobs), job) }
}

resource "aws_sns_topic" "alarms" {
  name              = "${var.name}-alarms"
  kms_master_key_id = var.kms_key_arn
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.emails

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_sns_topic_policy" "alarms" {
  arn    = aws_sns_topic.alarms.arn
  policy = data.aws_iam_policy_document.alarms.json
}

data "aws_iam_policy_document" "alarms" {
  statement {
    sid       = "AlarmsOfThisAccount"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

    principals {
      type        = "Service"
      identifiers = ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }

  # EventBridge does not say for which account it sends: with a condition on it, no message would arrive.
  statement {
    sid       = "FailedJobs"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alarms.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
  }
}

resource "aws_cloudwatch_event_rule" "failed" {
  name        = "${var.name}-job-failed"
  description = "A job of ${var.name} failed, ran into its timeout, or could not start"
  event_pattern = jsonencode({
    source      = ["aws.glue"]
    detail-type = ["Glue Job State Change"]
    detail      = { jobName = values(var.jobs), state = ["FAILED", "TIMEOUT", "ERROR"] }
  })
}

resource "aws_cloudwatch_event_target" "failed" {
  rule = aws_cloudwatch_event_rule.failed.name
  arn  = aws_sns_topic.alarms.arn

  input_transformer {
    input_paths    = { job = "$.detail.jobName", message = "$.detail.message", run = "$.detail.jobRunId", state = "$.detail.state" }
    input_template = "\"<job> <state>: <message> (run <run>). docs/runbooks/a-run-failed.md says what to do.\""
  }
}

# The job says so in its own words before it fails, and publishes nothing.
resource "aws_cloudwatch_log_metric_filter" "ledger" {
  name           = "${var.name}-ledger-out-of-balance"
  log_group_name = var.log_groups["${var.ledger_job}/output"]
  pattern        = "\"The ledger does not balance\""

  metric_transformation {
    name      = "LedgerOutOfBalance"
    namespace = var.name
    value     = "1"
  }
}

resource "aws_cloudwatch_metric_alarm" "ledger" {
  alarm_name          = "${var.name}-ledger-out-of-balance"
  alarm_description   = "Rows or money were lost between two hops, and nothing more is published. docs/runbooks/ledger-does-not-balance.md says what to do."
  namespace           = var.name
  metric_name         = "LedgerOutOfBalance"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]

  depends_on = [aws_cloudwatch_log_metric_filter.ledger]
}

# A rule counts the successes, and an alarm misses them.
resource "aws_cloudwatch_event_rule" "succeeded" {
  for_each = local.watched

  name        = "${var.name}-${each.key}-succeeded"
  description = "A run of ${each.key} ended well"
  event_pattern = jsonencode({
    source      = ["aws.glue"]
    detail-type = ["Glue Job State Change"]
    detail      = { jobName = [var.jobs[each.key]], state = ["SUCCEEDED"] }
  })
}

resource "aws_cloudwatch_metric_alarm" "stale" {
  for_each = local.watched

  alarm_name          = "${var.name}-${each.key}-stale"
  alarm_description   = "${each.key} has not ended well for ${each.value} hours: what readers see is stale"
  namespace           = "AWS/Events"
  metric_name         = "TriggeredRules"
  dimensions          = { RuleName = aws_cloudwatch_event_rule.succeeded[each.key].name }
  statistic           = "Sum"
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  period              = 3600
  evaluation_periods  = each.value
  datapoints_to_alarm = each.value
  treat_missing_data  = "breaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  ok_actions          = [aws_sns_topic.alarms.arn]
}

resource "aws_budgets_budget" "month" {
  count = var.monthly_budget_usd == null ? 0 : 1

  name         = var.name
  budget_type  = "COST"
  limit_amount = format("%.1f", var.monthly_budget_usd)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"

  dynamic "cost_filter" {
    for_each = var.budget_tag == null ? [] : [var.budget_tag]

    content {
      name   = "TagKeyValue"
      values = [format("user:%s$%s", cost_filter.value.key, cost_filter.value.value)]
    }
  }

  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }

    content {
      notification_type         = notification.key
      comparison_operator       = "GREATER_THAN"
      threshold                 = notification.value
      threshold_type            = "PERCENTAGE"
      subscriber_sns_topic_arns = [aws_sns_topic.alarms.arn]
    }
  }

  depends_on = [aws_sns_topic_policy.alarms]
}
