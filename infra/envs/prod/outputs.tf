output "platform" {
  description = "What the platform tells of itself: addresses and names"
  value       = module.platform
}

output "warehouse" {
  description = "What the warehouse's secret must say, and where it is"
  value = {
    secret     = module.warehouse.secret_arn
    connection = module.warehouse.connection
  }
}
