output "tracking_uri" {
  description = "Address of the tracking server"
  value       = "https://${var.host}"
}

output "jobs_network" {
  description = "Where a job starts that is to reach the tracking server: subnet, its zone, security group"
  value = {
    subnet_id         = var.subnet_ids[0]
    availability_zone = data.aws_subnet.jobs.availability_zone
    security_group_id = aws_security_group.jobs.id
  }
}

output "model_url" {
  description = "Where the model answers; null where none is served"
  value       = var.model_image == null ? null : "https://${var.host}:${local.model.open}/invocations"
}
