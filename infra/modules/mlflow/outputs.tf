output "tracking_uri" {
  description = "Address of the tracking server"
  value       = "https://${var.host}"
}

output "model_url" {
  description = "Where the model answers; null where none is served"
  value       = var.model_image == null ? null : "https://${var.host}:${local.model.open}/invocations"
}
