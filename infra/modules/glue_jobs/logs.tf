locals {
  log_prefix = "/${var.name}/jobs"

  # With a security configuration, Glue puts its name and the role's behind the prefix.
  log_groups = {
    for pair in setproduct(keys(local.jobs), ["error", "output"]) :
    "${pair[0]}/${pair[1]}" => "${local.log_prefix}/${var.name}-role/${local.role_names[pair[0]]}/${pair[1]}"
  }
}

# Made here, and not by the first run, so that they are encrypted and do not grow for ever.
resource "aws_cloudwatch_log_group" "job" {
  #checkov:skip=CKV_AWS_338:log_retention_days decides; the ledger and ops.job_runs keep what must last
  for_each = local.log_groups

  name              = each.value
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}
