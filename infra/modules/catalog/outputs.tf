output "databases" {
  description = "Names of the Glue databases, by layer"
  value       = { for layer, database in aws_glue_catalog_database.layer : layer => database.name }
}

output "tables" {
  description = "Where each table lies, by layer.table"
  value       = { for name, table in aws_glue_catalog_table.this : name => table.storage_descriptor[0].location }
}
