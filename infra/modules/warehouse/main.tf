# The names SOFTCART, STAGING, STAR, MARTS and OPS are those of snowflake/migrations, which make the tables, streams,
# tasks and views. So one Snowflake account holds one environment.
locals {
  database = "SOFTCART"
  schemas = {
    OPS     = "What was applied and published"
    STAGING = "Changes on their way from the lake into the star schema"
    STAR    = "The star schema: one fact of sales, five dimensions"
    MARTS   = "Aggregates for readers and dashboards"
  }
}

resource "snowflake_database" "this" {
  name                        = local.database
  comment                     = "Sales of the shop"
  data_retention_time_in_days = var.data_retention_days
}

resource "snowflake_schema" "this" {
  for_each = local.schemas

  database = snowflake_database.this.name
  name     = each.key
  comment  = each.value
}

# Without a frequency of its own it counts by the month, as Snowflake does by default.
resource "snowflake_resource_monitor" "this" {
  name            = "${var.compute.name}_MONTHLY"
  credit_quota    = var.monthly_credits
  notify_triggers = [80]
  suspend_trigger = 100
}

resource "snowflake_warehouse" "this" {
  name                = var.compute.name
  comment             = "Loads and merges what the lake publishes, and answers readers"
  warehouse_size      = var.compute.size
  auto_suspend        = var.compute.auto_suspend
  auto_resume         = "true"
  initially_suspended = true
  resource_monitor    = snowflake_resource_monitor.this.name
}

resource "snowflake_stage_external_s3" "exports" {
  database            = snowflake_database.this.name
  schema              = snowflake_schema.this["STAGING"].name
  name                = "EXPORTS"
  url                 = var.exports_url
  storage_integration = snowflake_storage_integration_aws.lake.name
  comment             = "Parquet exports of the lake's change feed"
}
