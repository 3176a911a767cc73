locals {
  widgets = [
    {
      title = "Failed Spark tasks, by job"
      metrics = [
        for job, name in var.jobs : ["Glue", "glue.driver.aggregate.numFailedTasks", "JobName", name, "JobRunId", "ALL", "Type", "count", { label = job }]
      ]
    },
    {
      title   = "Seconds of work, by job"
      metrics = [for job, name in var.jobs : ["Glue", "glue.driver.aggregate.elapsedTime", "JobName", name, "JobRunId", "ALL", "Type", "count", { label = job }]]
    },
    {
      title   = "Ended well, where it is watched"
      metrics = [for job, rule in aws_cloudwatch_event_rule.succeeded : ["AWS/Events", "TriggeredRules", "RuleName", rule.name, { label = job }]]
    },
    {
      title   = "Ledger out of balance"
      metrics = [[var.name, "LedgerOutOfBalance"]]
    },
    {
      title = "Events: in, and delivered"
      metrics = [
        ["AWS/Kinesis", "IncomingRecords", "StreamName", var.stream_name],
        ["AWS/Firehose", "DeliveryToS3.Records", "DeliveryStreamName", var.delivery_stream_name],
      ]
    },
    {
      title = "Events: age in the stream (ms), age in the delivery (s)"
      metrics = [
        ["AWS/Kinesis", "GetRecords.IteratorAgeMilliseconds", "StreamName", var.stream_name, { stat = "Maximum" }],
        ["AWS/Firehose", "DeliveryToS3.DataFreshness", "DeliveryStreamName", var.delivery_stream_name, { stat = "Maximum", yAxis = "right" }],
      ]
    },
  ]
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({
    widgets = [for position, widget in local.widgets : {
      type   = "metric"
      x      = 12 * (position % 2)
      y      = 6 * floor(position / 2)
      width  = 12
      height = 6
      properties = {
        title   = widget.title
        metrics = widget.metrics
        region  = local.region
        stat    = "Sum"
        period  = 3600
        view    = "timeSeries"
      }
    }]
  })
}
