# LOADER fills STAGING, TRANSFORMER makes and merges everything, ANALYST reads STAR and MARTS.
locals {
  roles = {
    LOADER      = "Loads changes into STAGING, and notes how far"
    TRANSFORMER = "Applies the migrations, owns what they make, and runs the MERGE tasks"
    ANALYST     = "Reads the star schema and the marts"
  }

  on_schemas = {
    "LOADER/OPS"          = ["USAGE"]
    "LOADER/STAGING"      = ["USAGE"]
    "TRANSFORMER/OPS"     = ["USAGE", "CREATE TABLE"]
    "TRANSFORMER/STAGING" = ["USAGE", "CREATE STAGE", "CREATE STREAM", "CREATE TABLE", "CREATE TASK"]
    "TRANSFORMER/STAR"    = ["USAGE", "CREATE TABLE"]
    "TRANSFORMER/MARTS"   = ["USAGE", "CREATE TABLE", "CREATE VIEW"]
    "ANALYST/STAR"        = ["USAGE"]
    "ANALYST/MARTS"       = ["USAGE"]
  }

  # On what the migrations will make: grants on tables of now would miss those of the next migration.
  on_future_objects = {
    "LOADER/OPS/TABLES"      = ["DELETE", "INSERT", "SELECT"]
    "LOADER/STAGING/TABLES"  = ["DELETE", "INSERT", "SELECT"]
    "LOADER/STAGING/STREAMS" = ["SELECT"]
    "LOADER/STAGING/STAGES"  = ["USAGE"]
    "ANALYST/STAR/TABLES"    = ["SELECT"]
    "ANALYST/MARTS/TABLES"   = ["SELECT"]
    "ANALYST/MARTS/VIEWS"    = ["SELECT"]
  }
}

resource "snowflake_account_role" "this" {
  for_each = local.roles

  name    = "${local.database}_${each.key}"
  comment = each.value
}

resource "snowflake_grant_account_role" "loader_to_transformer" {
  role_name        = snowflake_account_role.this["LOADER"].name
  parent_role_name = snowflake_account_role.this["TRANSFORMER"].name
}

resource "snowflake_grant_account_role" "to_sysadmin" {
  for_each = toset(["TRANSFORMER", "ANALYST"])

  role_name        = snowflake_account_role.this[each.key].name
  parent_role_name = "SYSADMIN"
}

resource "snowflake_grant_account_role" "analyst" {
  for_each = var.analysts

  role_name = snowflake_account_role.this["ANALYST"].name
  user_name = each.value
}

resource "snowflake_grant_privileges_to_account_role" "database" {
  for_each = { LOADER = ["USAGE"], TRANSFORMER = ["USAGE", "CREATE SCHEMA"], ANALYST = ["USAGE"] }

  account_role_name = snowflake_account_role.this[each.key].name
  privileges        = each.value

  on_account_object {
    object_type = "DATABASE"
    object_name = snowflake_database.this.name
  }
}

resource "snowflake_grant_privileges_to_account_role" "schema" {
  for_each = local.on_schemas

  account_role_name = snowflake_account_role.this[split("/", each.key)[0]].name
  privileges        = each.value

  on_schema {
    schema_name = snowflake_schema.this[split("/", each.key)[1]].fully_qualified_name
  }
}

resource "snowflake_grant_privileges_to_account_role" "future" {
  for_each = local.on_future_objects

  account_role_name = snowflake_account_role.this[split("/", each.key)[0]].name
  privileges        = each.value

  on_schema_object {
    future {
      object_type_plural = split("/", each.key)[2]
      in_schema          = snowflake_schema.this[split("/", each.key)[1]].fully_qualified_name
    }
  }
}

resource "snowflake_grant_privileges_to_account_role" "compute" {
  for_each = local.roles

  account_role_name = snowflake_account_role.this[each.key].name
  privileges        = ["USAGE"]

  on_account_object {
    object_type = "WAREHOUSE"
    object_name = snowflake_warehouse.this.name
  }
}

resource "snowflake_grant_privileges_to_account_role" "integration" {
  account_role_name = snowflake_account_role.this["TRANSFORMER"].name
  privileges        = ["USAGE"]

  on_account_object {
    object_type = "INTEGRATION"
    object_name = snowflake_storage_integration_aws.lake.name
  }
}

resource "snowflake_grant_privileges_to_account_role" "tasks" {
  account_role_name = snowflake_account_role.this["TRANSFORMER"].name
  privileges        = ["EXECUTE TASK"]
  on_account        = true
}

# The migrations put the stage in place again when the lake moves, which only its owner may.
resource "snowflake_grant_ownership" "exports" {
  account_role_name   = snowflake_account_role.this["TRANSFORMER"].name
  outbound_privileges = "COPY"

  on {
    object_type = "STAGE"
    object_name = snowflake_stage_external_s3.exports.fully_qualified_name
  }
}
