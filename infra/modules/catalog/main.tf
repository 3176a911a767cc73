# What an entry tells of a table is for people and query planners. The schema in force is in the table's own Delta log,
# where Athena, Redshift Spectrum and Glue read it.
locals {
  layers = jsondecode(file("${path.module}/tables.json"))
  tables = merge([for layer, tables in local.layers : { for table, entry in tables : "${layer}.${table}" => merge(entry, { layer = layer, table = table }) }]...)

  comments = {
    bronze = "What landed, as text"
    silver = "Order lines typed and judged, the quarantine, what became of each record"
    gold   = "The star schema and sales by day"
    ops    = "Runs, the ledger, holds"
  }
}

resource "aws_glue_catalog_database" "layer" {
  for_each = local.layers

  name         = "${replace(var.name, "-", "_")}_${each.key}"
  description  = local.comments[each.key]
  location_uri = "${var.tables_url}/${each.key}"
}

resource "aws_glue_catalog_table" "this" {
  for_each = local.tables

  database_name = aws_glue_catalog_database.layer[each.value.layer].name
  name          = each.value.table
  description   = each.value.comment
  table_type    = "EXTERNAL_TABLE"

  parameters = {
    EXTERNAL                      = "TRUE"
    classification                = "delta"
    table_type                    = "DELTA"
    "spark.sql.sources.provider"  = "delta"
    "spark.sql.partitionProvider" = "catalog"
  }

  storage_descriptor {
    location = "${var.tables_url}/${each.value.layer}/${each.value.table}"

    dynamic "columns" {
      for_each = each.value.columns

      content {
        name    = columns.value.name
        type    = columns.value.type
        comment = columns.value.comment
      }
    }

    # Spark takes the table's place from here when it reads it by name.
    ser_de_info {
      serialization_library = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
      parameters            = { path = "${var.tables_url}/${each.value.layer}/${each.value.table}" }
    }
  }
}
