mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\": \"2012-10-17\", \"Statement\": []}" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/shop-dev-mlflow" }
  }
  mock_resource "aws_lb" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/shop-dev-mlflow/1" }
  }
  mock_resource "aws_lb_target_group" {
    defaults = { arn = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:targetgroup/shop-dev/1" }
  }
  mock_resource "aws_db_instance" {
    defaults = {
      endpoint           = "db.shop.example:5432"
      master_user_secret = [{ secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds-1" }]
    }
  }
}

variables {
  name             = "shop-dev"
  vpc_id           = "vpc-1"
  subnet_ids       = ["subnet-1", "subnet-2"]
  client_cidrs     = ["10.0.0.0/16"]
  host             = "mlflow.shop.example"
  zone_id          = "Z1"
  certificate_arn  = "arn:aws:acm:eu-central-1:123456789012:certificate/1"
  tracking_image   = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/mlflow:3.17.2"
  artifacts_bucket = "shop-artifacts"
  kms_key_arn      = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "jobs_reach_the_tracking_server_and_nothing_else_reaches_them" {
  assert {
    condition     = output.jobs_network.subnet_id == "subnet-1" && aws_vpc_security_group_ingress_rule.jobs_to_tracking.from_port == 443 && aws_vpc_security_group_ingress_rule.jobs_to_tracking.security_group_id == aws_security_group.balancer.id
    error_message = "A job's requests do not come through."
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.jobs_to_each_other.referenced_security_group_id == aws_security_group.jobs.id
    error_message = "Others than its own workers may reach a job."
  }
}

run "tracking_server_is_private_and_its_password_is_nowhere" {
  assert {
    condition     = keys(aws_ecs_service.server) == ["tracking"] && output.model_url == null
    error_message = "A model server runs without an image."
  }
  assert {
    condition     = aws_db_instance.this.manage_master_user_password == true && aws_db_instance.this.password == null
    error_message = "The password is in the state."
  }
  assert {
    condition     = contains(jsondecode(aws_ecs_task_definition.server["tracking"].container_definitions)[0].command, "postgresql://mlflow@db.shop.example:5432/mlflow?sslmode=require")
    error_message = "The server looks for another store, or without TLS."
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.server["tracking"].container_definitions)[0].secrets == [{ name = "PGPASSWORD", valueFrom = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:rds-1:password::" }]
    error_message = "The server does not get the password from its secret."
  }
  assert {
    condition     = one([for statement in data.aws_iam_policy_document.start["tracking"].statement : statement.resources if statement.sid == "PullItsImage"]) == toset(["arn:aws:ecr:eu-central-1:123456789012:repository/mlflow"])
    error_message = "ECS may pull other images."
  }
  assert {
    condition     = aws_lb.this.internal == true && alltrue([for listener in aws_lb_listener.server : listener.protocol == "HTTPS"])
    error_message = "The servers are open to the internet, or without TLS."
  }
  assert {
    condition     = [for rule in aws_vpc_security_group_ingress_rule.clients : "${rule.cidr_ipv4} ${rule.from_port}"] == ["10.0.0.0/16 443"]
    error_message = "Others than the clients may come in."
  }
  assert {
    condition     = aws_db_instance.this.publicly_accessible == false && aws_db_instance.this.storage_encrypted == true && aws_db_instance.this.deletion_protection == true
    error_message = "The database is open, plain or unprotected."
  }
}

run "model_server_asks_the_tracking_server_for_the_champion" {
  command = plan
  variables {
    model_image = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/softcart:0.1.0"
  }
  assert {
    condition     = contains(jsondecode(aws_ecs_task_definition.server["model"].container_definitions)[0].command, "models:/sales_forecast@champion") && jsondecode(aws_ecs_task_definition.server["model"].container_definitions)[0].environment == [{ name = "MLFLOW_TRACKING_URI", value = "https://mlflow.shop.example" }]
    error_message = "Another model is served, or one from elsewhere."
  }
  assert {
    condition     = output.model_url == "https://mlflow.shop.example:8443/invocations"
    error_message = "The model is elsewhere."
  }
}

run "values_that_cannot_be_are_refused" {
  command = plan
  variables {
    name         = "shop-with-a-name-that-is-long"
    subnet_ids   = ["subnet-1"]
    client_cidrs = ["0.0.0.0/0"]
    model_uri    = "sales_forecast"
    sizes        = { tracking = { cpu = 300 } }
    database     = { gigabytes = 5 }
  }
  expect_failures = [var.name, var.subnet_ids, var.client_cidrs, var.model_uri, var.sizes, var.database]
}
