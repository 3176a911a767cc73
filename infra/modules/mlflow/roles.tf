data "aws_iam_policy_document" "ecs" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ecs-tasks.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

# ECS takes this role to start a server: image, secret, log.
resource "aws_iam_role" "start" {
  for_each = local.servers

  name               = "${var.name}-mlflow-${each.key}-start"
  description        = "What ECS may do to start the ${each.key} server"
  assume_role_policy = data.aws_iam_policy_document.ecs.json
}

resource "aws_iam_role_policy" "start" {
  for_each = local.servers

  name   = "start"
  role   = aws_iam_role.start[each.key].id
  policy = data.aws_iam_policy_document.start[each.key].json
}

data "aws_iam_policy_document" "start" {
  #checkov:skip=CKV_AWS_356:GetAuthorizationToken knows no resource
  for_each = local.servers

  statement {
    sid       = "SignInToTheImageRegistry"
    actions   = ["ecr:GetAuthorizationToken"]
    resources = ["*"] # GetAuthorizationToken knows no resource.
  }

  dynamic "statement" {
    for_each = regexall("^([0-9]{12})\\.dkr\\.ecr\\.([a-z0-9-]+)\\.amazonaws\\.com/([^:@]+)", local.servers[each.key].image)

    content {
      sid       = "PullItsImage"
      actions   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      resources = ["arn:${local.partition}:ecr:${statement.value[1]}:${statement.value[0]}:repository/${statement.value[2]}"]
    }
  }

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.server[each.key].arn}:*"]
  }

  dynamic "statement" {
    for_each = each.key == "tracking" ? [1] : []

    content {
      sid       = "ReadThePassword"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [aws_db_instance.this.master_user_secret[0].secret_arn]
    }
  }

  dynamic "statement" {
    for_each = each.key == "tracking" ? [1] : []

    content {
      sid       = "DecryptThePassword"
      actions   = ["kms:Decrypt"]
      resources = [var.kms_key_arn]
    }
  }
}

# The servers' own roles. The model server has no rights: it asks the tracking server for its model.
resource "aws_iam_role" "server" {
  for_each = local.servers

  name               = "${var.name}-mlflow-${each.key}"
  description        = "What the ${each.key} server may do"
  assume_role_policy = data.aws_iam_policy_document.ecs.json
}

resource "aws_iam_role_policy" "tracking" {
  name   = "artifacts"
  role   = aws_iam_role.server["tracking"].id
  policy = data.aws_iam_policy_document.tracking.json
}

data "aws_iam_policy_document" "tracking" {
  statement {
    sid       = "KeepArtifacts"
    actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["arn:${local.partition}:s3:::${var.artifacts_bucket}/mlflow/*"]
  }

  statement {
    sid       = "ListArtifacts"
    actions   = ["s3:ListBucket"]
    resources = ["arn:${local.partition}:s3:::${var.artifacts_bucket}"]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["mlflow", "mlflow/*"]
    }
  }

  statement {
    sid       = "EncryptAndDecrypt"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.kms_key_arn]
  }
}
