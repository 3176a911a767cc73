output "target" {
  description = "The warehouse, as the jobs' option `warehouse` names it"
  value       = "snowflake:secret/${aws_secretsmanager_secret.connection.name}"
}

output "secret_arn" {
  description = "Secret that takes the connection, the private key among it"
  value       = aws_secretsmanager_secret.connection.arn
}

output "connection" {
  description = "What the secret must say beside account and private_key"
  value = {
    user      = snowflake_service_user.publisher.name
    role      = snowflake_account_role.this["TRANSFORMER"].name
    warehouse = snowflake_warehouse.this.name
  }
}

output "compute" {
  description = "Name of the virtual warehouse"
  value       = snowflake_warehouse.this.name
}

output "storage_integration" {
  description = "Name of the storage integration"
  value       = snowflake_storage_integration_aws.lake.name
}
