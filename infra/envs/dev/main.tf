module "platform" {
  source = "../../modules/platform"

  name                 = var.name
  project_root         = "${path.module}/../../.."
  wheel                = var.wheel
  source_name          = var.source_name
  mapping_file         = var.mapping_file
  force_destroy        = var.force_destroy
  retention            = var.retention
  event_stream         = var.event_stream
  delta_log_store_jars = var.delta_log_store_jars
  schedule_enabled     = var.schedule_enabled
  alarms               = var.alarms
  mlflow               = var.mlflow
  warehouse_secret_arn = module.warehouse.secret_arn

  warehouse = {
    target              = module.warehouse.target
    compute             = module.warehouse.compute
    storage_integration = module.warehouse.storage_integration
  }
}

module "warehouse" {
  source = "../../modules/warehouse"

  name                = var.name
  exports_url         = module.platform.exports_url
  kms_key_arn         = module.platform.kms_key_arn
  compute             = var.compute
  monthly_credits     = var.monthly_credits
  data_retention_days = var.data_retention_days
  public_key          = var.public_key
  analysts            = var.analysts
}
