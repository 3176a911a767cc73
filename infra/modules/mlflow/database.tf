resource "aws_db_subnet_group" "this" {
  name       = "${var.name}-mlflow"
  subnet_ids = var.subnet_ids
}

resource "aws_db_instance" "this" {
  #checkov:skip=CKV_AWS_118:Its load is small; the servers' own logs and the health checks tell of trouble
  #checkov:skip=CKV_AWS_157:database.multi_az decides: a standby doubles the cost
  #checkov:skip=CKV_AWS_161:MLflow signs in with a password, which AWS keeps and replaces
  #checkov:skip=CKV_AWS_293:database.force_destroy decides
  #checkov:skip=CKV2_AWS_30:Logging each query would fill the logs with every metric's insertion
  identifier     = "${var.name}-mlflow"
  engine         = "postgres"
  engine_version = "17"
  instance_class = var.database.class
  db_name        = "mlflow"
  username       = "mlflow"
  # AWS makes the password and keeps it in Secrets Manager: it is in no state.
  manage_master_user_password   = true
  master_user_secret_kms_key_id = var.kms_key_arn

  allocated_storage         = var.database.gigabytes
  max_allocated_storage     = 5 * var.database.gigabytes
  storage_type              = "gp3"
  storage_encrypted         = true
  kms_key_id                = var.kms_key_arn
  multi_az                  = var.database.multi_az
  db_subnet_group_name      = aws_db_subnet_group.this.name
  vpc_security_group_ids    = [aws_security_group.database.id]
  publicly_accessible       = false
  backup_retention_period   = 7
  copy_tags_to_snapshot     = true
  deletion_protection       = !var.database.force_destroy
  skip_final_snapshot       = var.database.force_destroy
  final_snapshot_identifier = "${var.name}-mlflow-last"

  auto_minor_version_upgrade      = true
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
  performance_insights_enabled    = true
  performance_insights_kms_key_id = var.kms_key_arn
}

# By default AWS replaces the password every week, and servers that run would be locked out.
resource "aws_secretsmanager_secret_rotation" "database" {
  #checkov:skip=CKV_AWS_304:The servers must be started anew after each change, which somebody must be there for
  secret_id          = aws_db_instance.this.master_user_secret[0].secret_arn
  rotate_immediately = false

  rotation_rules {
    automatically_after_days = 365
  }
}
