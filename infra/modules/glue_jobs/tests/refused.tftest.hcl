# Each a pipeline.yaml, or a setting, that must not come as far as AWS. tests/infra/test_terraform_refusals.py has more.
mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{\"Version\": \"2012-10-17\", \"Statement\": []}" }
  }
}

variables {
  name           = "shop-dev"
  project_root   = "../../.."
  wheel          = "tests/fixtures/shop-0.0.0-py3-none-any.whl"
  buckets        = { landing = "shop-landing", lake = "shop-lake", artifacts = "shop-artifacts" }
  landing_prefix = "orders"
  tables_url     = "s3://shop-lake/tables"
  exports_url    = "s3://shop-lake/exports"
  kms_key_arn    = "arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555"
  arguments      = { lake = "s3://shop-lake/tables" }
  pipeline = {
    schedule = "cron(15 * * * ? *)"
    jobs     = { ingest = { description = "Landing to bronze", entry_point = "glue_jobs/ingest_orders.py" } }
  }
}

run "jobs_that_wait_for_each_other" {
  command = plan
  variables {
    pipeline = {
      schedule = "cron(15 * * * ? *)"
      jobs = {
        first  = { description = "x", entry_point = "glue_jobs/ingest_orders.py" }
        second = { description = "x", entry_point = "glue_jobs/ingest_orders.py", after = ["first", "fourth"] }
        third  = { description = "x", entry_point = "glue_jobs/ingest_orders.py", after = ["second"] }
        fourth = { description = "x", entry_point = "glue_jobs/ingest_orders.py", after = ["third"] }
      }
    }
  }
  expect_failures = [aws_glue_workflow.this]
}

run "job_that_comes_after_an_unknown_one" {
  command = plan
  variables {
    pipeline = {
      schedule = "cron(15 * * * ? *)"
      jobs     = { second = { description = "x", entry_point = "glue_jobs/ingest_orders.py", after = ["first"] } }
    }
  }
  expect_failures = [var.pipeline]
}

run "option_that_nobody_gives_a_value" {
  command = plan
  variables {
    pipeline = {
      schedule = "cron(15 * * * ? *)"
      jobs     = { ingest = { description = "x", entry_point = "glue_jobs/ingest_orders.py", arguments = ["lake", "colour"] } }
    }
  }
  expect_failures = [aws_glue_workflow.this]
}

run "entry_point_that_is_not_there" {
  command = plan
  variables {
    pipeline = {
      schedule = "cron(15 * * * ? *)"
      jobs     = { ingest = { description = "x", entry_point = "glue_jobs/no_such_job.py" } }
    }
  }
  expect_failures = [aws_s3_object.entry_point]
}

run "wheel_jar_urls_name_and_retention" {
  command = plan
  variables {
    name               = "Shop"
    wheel              = "dist/not-built.whl"
    extra_jars         = ["no-such.jar"]
    tables_url         = "shop-lake/tables/"
    exports_url        = "s3://shop-lake/exports/"
    log_retention_days = 42
  }
  expect_failures = [var.name, var.wheel, var.extra_jars, var.tables_url, var.exports_url, var.log_retention_days]
}
