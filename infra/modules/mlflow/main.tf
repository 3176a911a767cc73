data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name

  tracking = {
    image   = var.tracking_image
    size    = var.sizes.tracking
    port    = 5000
    open    = 443
    health  = "/health"
    secrets = [{ name = "PGPASSWORD", valueFrom = "${aws_db_instance.this.master_user_secret[0].secret_arn}:password::" }]
    # The password is not in the address: libpq takes it from PGPASSWORD.
    command = [
      "mlflow", "server", "--host", "0.0.0.0", "--port", "5000", "--workers", "2",
      "--backend-store-uri", "postgresql://${aws_db_instance.this.username}@${aws_db_instance.this.endpoint}/${aws_db_instance.this.db_name}?sslmode=require",
      "--artifacts-destination", "s3://${var.artifacts_bucket}/mlflow",
      "--allowed-hosts", var.host,
    ]
    environment = []
  }
  model = {
    image       = var.model_image
    size        = var.sizes.model
    port        = 8080
    open        = 8443
    health      = "/ping"
    secrets     = []
    command     = ["mlflow", "models", "serve", "--model-uri", var.model_uri, "--env-manager", "local", "--host", "0.0.0.0", "--port", "8080"]
    environment = [{ name = "MLFLOW_TRACKING_URI", value = "https://${var.host}" }]
  }
  servers = merge({ tracking = local.tracking }, var.model_image == null ? {} : { model = local.model })
}

resource "aws_ecs_cluster" "this" {
  name = "${var.name}-mlflow"

  setting {
    name  = "containerInsights"
    value = "enabled"
  }
}

resource "aws_ecs_task_definition" "server" {
  #checkov:skip=CKV_AWS_336:MLflow writes uploads to its own temporary folder before it passes them on
  for_each = local.servers

  family                   = "${var.name}-${each.key}"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = each.value.size.cpu
  memory                   = each.value.size.memory
  execution_role_arn       = aws_iam_role.start[each.key].arn
  task_role_arn            = aws_iam_role.server[each.key].arn

  container_definitions = jsonencode([{
    name         = each.key
    image        = each.value.image
    command      = each.value.command
    essential    = true
    environment  = each.value.environment
    secrets      = each.value.secrets
    portMappings = [{ containerPort = each.value.port, hostPort = each.value.port, protocol = "tcp" }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.server[each.key].name
        awslogs-region        = local.region
        awslogs-stream-prefix = each.key
      }
    }
  }])
}

resource "aws_ecs_service" "server" {
  for_each = local.servers

  name                              = each.key
  cluster                           = aws_ecs_cluster.this.id
  task_definition                   = aws_ecs_task_definition.server[each.key].arn
  desired_count                     = each.value.size.count
  launch_type                       = "FARGATE"
  health_check_grace_period_seconds = 180

  network_configuration {
    subnets          = var.subnet_ids
    security_groups  = [aws_security_group.server.id]
    assign_public_ip = false
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.server[each.key].arn
    container_name   = each.key
    container_port   = each.value.port
  }

  # A version that does not come up is taken back.
  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  depends_on = [aws_lb_listener.server]
}

resource "aws_cloudwatch_log_group" "server" {
  #checkov:skip=CKV_AWS_338:log_retention_days decides
  for_each = local.servers

  name              = "/${var.name}/mlflow/${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
}
