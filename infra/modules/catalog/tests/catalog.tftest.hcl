mock_provider "aws" {}

variables {
  name       = "shop-dev"
  tables_url = "s3://shop-lake/tables"
}

run "each_table_of_the_model_is_found_by_its_layer" {
  command = plan
  assert {
    condition     = jsonencode(output.databases) == jsonencode({ for layer in ["bronze", "gold", "ops", "silver"] : layer => "shop_dev_${layer}" })
    error_message = "The databases are ${jsonencode(output.databases)}."
  }
  assert {
    condition     = output.tables["gold.fact_sales"] == "s3://shop-lake/tables/gold/fact_sales"
    error_message = "fact_sales is elsewhere than the jobs write it."
  }
  assert {
    condition     = alltrue([for table in aws_glue_catalog_table.this : table.parameters["spark.sql.sources.provider"] == "delta" && length(table.storage_descriptor[0].columns) > 0])
    error_message = "A table is not known as a Delta table, or has no column."
  }
  assert {
    condition     = [for column in aws_glue_catalog_table.this["silver.order_lines"].storage_descriptor[0].columns : column.type if column.name == "quantity"] == ["decimal(14,3)"]
    error_message = "Quantities are not exact decimals."
  }
}

run "name_and_url_that_cannot_be_are_refused" {
  command = plan
  variables {
    name       = "shop_dev"
    tables_url = "shop-lake/tables"
  }
  expect_failures = [var.name, var.tables_url]
}
