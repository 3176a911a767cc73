resource "snowflake_service_user" "publisher" {
  name              = "${local.database}_PUBLISHER"
  comment           = "The Glue job that publishes to the warehouse; signs in with its key pair"
  default_role      = snowflake_account_role.this["TRANSFORMER"].name
  default_warehouse = snowflake_warehouse.this.name
  rsa_public_key    = var.public_key
}

resource "snowflake_grant_account_role" "publisher" {
  role_name = snowflake_account_role.this["TRANSFORMER"].name
  user_name = snowflake_service_user.publisher.name
}

# Empty: the private key is put in by hand (docs/deploy.md), and so is in no state and no file of the project.
resource "aws_secretsmanager_secret" "connection" {
  #checkov:skip=CKV2_AWS_57:The key pair is replaced by hand: both halves must change together, one of them in Snowflake
  name                    = "${var.name}/warehouse"
  description             = "JSON with account, user, role, warehouse and private_key, for the job that publishes"
  kms_key_id              = var.kms_key_arn
  recovery_window_in_days = 7
}
