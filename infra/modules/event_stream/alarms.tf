locals {
  alarm_actions = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "iterator_age" {
  alarm_name          = "${var.name}-events-iterator-age"
  alarm_description   = "Records wait in the stream for more than ${var.late_after_minutes} minutes: the delivery stands still, and after ${var.retention_hours} hours they are lost"
  namespace           = "AWS/Kinesis"
  metric_name         = "GetRecords.IteratorAgeMilliseconds"
  dimensions          = { StreamName = aws_kinesis_stream.events.name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.late_after_minutes * 60 * 1000
  period              = 300
  evaluation_periods  = 3
  # No reader reports no age: a delivery that has ended altogether must go off too.
  treat_missing_data = "breaching"
  alarm_actions      = local.alarm_actions
  ok_actions         = local.alarm_actions
}

resource "aws_cloudwatch_metric_alarm" "delivery_freshness" {
  alarm_name          = "${var.name}-delivery-freshness"
  alarm_description   = "The oldest record that Firehose holds is older than its buffer and ${var.late_after_minutes} minutes: it cannot write to landing"
  namespace           = "AWS/Firehose"
  metric_name         = "DeliveryToS3.DataFreshness"
  dimensions          = { DeliveryStreamName = aws_kinesis_firehose_delivery_stream.landing.name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = var.late_after_minutes * 60 + var.buffer.seconds
  period              = 300
  evaluation_periods  = 3
  # Where nothing is sent, nothing is delivered.
  treat_missing_data = "notBreaching"
  alarm_actions      = local.alarm_actions
  ok_actions         = local.alarm_actions
}
