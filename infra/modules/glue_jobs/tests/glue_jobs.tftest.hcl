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
    defaults = { arn = "arn:aws:iam::123456789012:role/shop-dev-job" }
  }
}

variables {
  name                 = "shop-dev"
  project_root         = "../../.."
  wheel                = "tests/fixtures/shop-0.0.0-py3-none-any.whl"
  buckets              = { landing = "shop-landing", lake = "shop-lake", artifacts = "shop-artifacts" }
  landing_prefix       = "orders"
  tables_url           = "s3://shop-lake/tables"
  exports_url          = "s3://shop-lake/exports"
  kms_key_arn          = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  warehouse_secret_arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop-dev/warehouse-a1b2c3"
  readable_artifacts   = ["mappings/1/shop.toml"]
  delta_log_table      = { name = "shop-dev-delta-log", arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/shop-dev-delta-log" }
  arguments            = { lake = "s3://shop-lake/tables", landing = "s3://shop-landing/orders", source = "shop" }

  # Two jobs read landing and bronze, and a third waits for both.
  pipeline = {
    schedule = "cron(15 * * * ? *)"
    jobs = {
      ingest_orders     = { description = "Landing to bronze", entry_point = "glue_jobs/ingest_orders.py", arguments = ["lake", "landing", "source"], reads = ["landing"], writes = ["bronze.orders"] }
      build_order_lines = { description = "Bronze to silver", entry_point = "glue_jobs/build_order_lines.py", after = ["ingest_orders"], arguments = ["lake"], reads = ["bronze.orders"], writes = ["silver.lines"], worker_type = "G.2X", workers = 5, timeout_minutes = 30, retries = 0, python_modules = ["pytz==2026.6"] }
      publish           = { description = "Silver to the warehouse", entry_point = "glue_jobs/publish_to_warehouse.py", after = ["ingest_orders", "build_order_lines"], reads = ["silver.lines"], writes = ["exports", "warehouse"] }
      maintain          = { description = "Upkeep", entry_point = "glue_jobs/maintain_lake.py", schedule = "cron(45 3 ? * SUN *)", arguments = ["lake"], writes = ["bronze.orders", "silver.lines"] }
    }
  }
}

run "without_a_network_no_job_is_in_one" {
  command = plan
  assert {
    condition     = length(aws_glue_connection.network) == 0 && length(aws_iam_role_policy.network) == 0 && alltrue([for job in aws_glue_job.this : job.connections == null])
    error_message = "A job is in a network that nobody named."
  }
}

run "job_that_keeps_models_and_no_other_is_in_the_network" {
  variables {
    network   = { subnet_id = "subnet-1", availability_zone = "eu-central-1a", security_group_id = "sg-1" }
    arguments = { lake = "s3://shop-lake/tables", landing = "s3://shop-landing/orders", source = "shop", tracking = "https://mlflow.shop.example" }
    pipeline = {
      schedule = "cron(15 * * * ? *)"
      jobs = {
        ingest_orders  = { description = "Landing to bronze", entry_point = "glue_jobs/ingest_orders.py", arguments = ["lake", "landing", "source"], reads = ["landing"], writes = ["bronze.orders"] }
        forecast_sales = { description = "Forecast", entry_point = "glue_jobs/forecast_sales.py", after = ["ingest_orders"], arguments = ["lake", "tracking"], reads = ["bronze.orders"], writes = ["gold.sales_forecast"] }
      }
    }
  }
  assert {
    condition     = aws_glue_job.this["ingest_orders"].connections == null && aws_glue_job.this["forecast_sales"].connections == tolist(["shop-dev"]) && keys(aws_iam_role_policy.network) == ["forecast_sales"]
    error_message = "The job that keeps models does not reach the tracking server, or another job is in its network."
  }
  assert {
    condition     = aws_glue_connection.network[0].physical_connection_requirements[0].subnet_id == "subnet-1" && aws_glue_connection.network[0].connection_type == "NETWORK"
    error_message = "The connection leads elsewhere."
  }
  assert {
    condition     = one([for statement in data.aws_iam_policy_document.network[0].statement : statement.resources if statement.sid == "JoinTheNetwork"]) == toset(["arn:aws:ec2:eu-central-1:123456789012:subnet/subnet-1", "arn:aws:ec2:eu-central-1:123456789012:security-group/sg-1", "arn:aws:ec2:eu-central-1:123456789012:network-interface/*"])
    error_message = "The job may join other networks."
  }
}

run "jobs_code_order_and_logs_are_those_of_the_pipeline" {
  assert {
    condition     = jsonencode([for job in ["ingest_orders", "build_order_lines"] : [aws_glue_job.this[job].worker_type, aws_glue_job.this[job].number_of_workers, aws_glue_job.this[job].timeout, aws_glue_job.this[job].max_retries, aws_glue_job.this[job].glue_version]]) == jsonencode([["G.1X", 2, 60, 1, "6.0"], ["G.2X", 5, 30, 0, "6.0"]])
    error_message = "A job has not the size that the pipeline gives it."
  }
  assert {
    condition     = [for name, value in aws_glue_job.this["ingest_orders"].default_arguments : "${name} ${value}" if contains(["--lake", "--landing", "--source", "--exports"], name)] == ["--lake s3://shop-lake/tables", "--landing s3://shop-landing/orders", "--source shop"]
    error_message = "ingest_orders is not given the options that its entry names, or others."
  }
  assert {
    condition     = aws_glue_job.this["publish"].default_arguments["--enable-auto-scaling"] == "true" && aws_glue_job.this["publish"].default_arguments["--datalake-formats"] == "delta"
    error_message = "A job does not scale, or has no Delta Lake."
  }
  assert {
    condition     = strcontains(aws_glue_job.this["publish"].default_arguments["--conf"], "spark.delta.logStore.s3.impl=io.delta.storage.S3DynamoDBLogStore")
    error_message = "A job does not use Delta's log store."
  }
  assert {
    condition     = aws_s3_object.wheel.key == "wheels/${filesha256("tests/fixtures/shop-0.0.0-py3-none-any.whl")}/shop-0.0.0-py3-none-any.whl"
    error_message = "The wheel's key does not follow its content."
  }
  assert {
    condition     = aws_glue_job.this["build_order_lines"].default_arguments["--additional-python-modules"] == "s3://shop-artifacts/${aws_s3_object.wheel.key},pytz==2026.6"
    error_message = "The job does not install the wheel, or not what its entry adds."
  }
  assert {
    condition     = aws_glue_job.this["publish"].command[0].script_location == "s3://shop-artifacts/entry_points/${filesha256("../../../glue_jobs/publish_to_warehouse.py")}/publish_to_warehouse.py"
    error_message = "The job does not start its entry point."
  }
  assert {
    condition     = aws_glue_trigger.schedule[0].schedule == "cron(15 * * * ? *)" && [for action in aws_glue_trigger.schedule[0].actions : action.job_name] == ["shop-dev-ingest_orders"]
    error_message = "The schedule starts other jobs than the first."
  }
  assert {
    condition     = toset([for condition in aws_glue_trigger.after["publish"].predicate[0].conditions : "${condition.job_name} ${condition.state}"]) == toset(["shop-dev-ingest_orders SUCCEEDED", "shop-dev-build_order_lines SUCCEEDED"])
    error_message = "publish does not wait for both jobs."
  }
  assert {
    condition     = keys(aws_glue_trigger.after) == ["build_order_lines", "publish"] && aws_glue_trigger.after["publish"].predicate[0].logical == "AND"
    error_message = "A job of the pipeline has no trigger."
  }
  assert {
    condition     = aws_cloudwatch_log_group.job["publish/error"].name == "/shop-dev/jobs/shop-dev-role/shop-dev-publish/error" && aws_cloudwatch_log_group.job["publish/error"].retention_in_days == 90
    error_message = "publish logs elsewhere, or for ever."
  }
}

run "job_with_a_schedule_of_its_own_is_apart_from_the_workflow" {
  command = plan
  assert {
    condition     = keys(aws_glue_trigger.own_schedule) == ["maintain"] && aws_glue_trigger.own_schedule["maintain"].schedule == "cron(45 3 ? * SUN *)" && aws_glue_trigger.own_schedule["maintain"].workflow_name == null
    error_message = "maintain starts at another time, or within the workflow."
  }
  assert {
    condition     = [for action in aws_glue_trigger.own_schedule["maintain"].actions : action.job_name] == ["shop-dev-maintain"] && contains(keys(aws_cloudwatch_log_group.job), "maintain/error")
    error_message = "The trigger starts another job, or the job has no log group."
  }
}

run "role_may_do_what_its_job_does_and_no_more" {
  command = plan
  assert {
    condition     = one([for statement in data.aws_iam_policy_document.job["build_order_lines"].statement : statement.resources if statement.sid == "ChangeItsTables"]) == toset(["arn:aws:s3:::shop-lake/tables/ops/job_runs/*", "arn:aws:s3:::shop-lake/tables/silver/lines/*"])
    error_message = "build_order_lines may change what it does not write."
  }
  assert {
    condition     = one([for statement in data.aws_iam_policy_document.job["build_order_lines"].statement : statement.resources if statement.sid == "SeeItsTables"]) == toset(flatten([for table in ["bronze/orders", "silver/lines", "ops/job_runs"] : ["arn:aws:s3:::shop-lake/tables/${table}", "arn:aws:s3:::shop-lake/tables/${table}/*"]]))
    error_message = "build_order_lines may read what it does not use."
  }
  assert {
    condition     = [for name, document in data.aws_iam_policy_document.job : name if contains(document.statement[*].sid, "ReadLanding")] == ["ingest_orders"]
    error_message = "Another job than ingest_orders may read landing."
  }
  assert {
    condition     = [for name, document in data.aws_iam_policy_document.job : name if contains(document.statement[*].sid, "ConnectToTheWarehouse")] == ["publish"]
    error_message = "Another job than publish may read the warehouse's secret."
  }
  assert {
    condition     = one([for statement in data.aws_iam_policy_document.job["publish"].statement : statement.resources if statement.sid == "ChangeItsTables"]) == toset(["arn:aws:s3:::shop-lake/tables/ops/job_runs/*", "arn:aws:s3:::shop-lake/exports/*"])
    error_message = "publish may change a table, or not its exports."
  }
  assert {
    condition     = flatten([for document in data.aws_iam_policy_document.job : [for statement in document.statement : statement.sid if contains(statement.resources, "*")]]) == [for job in keys(var.pipeline.jobs) : "ReportMetrics"]
    error_message = "A statement is not held to what it is for."
  }
  assert {
    condition     = alltrue([for document in data.aws_iam_policy_document.job : contains(one([for statement in document.statement : statement.resources if statement.sid == "ItsOwnCode"]), "arn:aws:s3:::shop-artifacts/mappings/1/shop.toml")])
    error_message = "A job may not read the mapping that it is given."
  }
}

run "without_the_log_store_no_job_starts_by_itself_beside_the_workflow" {
  command = plan
  variables {
    delta_log_table = null
  }
  assert {
    condition     = aws_glue_trigger.own_schedule["maintain"].type == "ON_DEMAND" && aws_glue_trigger.schedule[0].type == "SCHEDULED"
    error_message = "Two writers would overwrite each other's commits."
  }
}

run "workflow_without_a_schedule_waits_to_be_asked" {
  command = plan
  variables {
    schedule_enabled = false
  }
  assert {
    condition     = alltrue([for trigger in [aws_glue_trigger.schedule[0], aws_glue_trigger.own_schedule["maintain"]] : trigger.type == "ON_DEMAND" && trigger.schedule == null])
    error_message = "It starts by itself."
  }
}
