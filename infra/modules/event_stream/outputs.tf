output "stream" {
  description = "Name and arn of the Kinesis stream that events are sent to"
  value       = { name = aws_kinesis_stream.events.name, arn = aws_kinesis_stream.events.arn }
}

output "delivery_stream" {
  description = "Name of the Firehose stream that writes them to landing"
  value       = aws_kinesis_firehose_delivery_stream.landing.name
}
