output "topic_arn" {
  description = "SNS topic that every alarm goes to"
  value       = aws_sns_topic.alarms.arn
}

output "dashboard_url" {
  description = "The dashboard in the AWS console"
  value       = "https://${local.region}.console.aws.amazon.com/cloudwatch/home?region=${local.region}#dashboards/dashboard/${aws_cloudwatch_dashboard.this.dashboard_name}"
}
