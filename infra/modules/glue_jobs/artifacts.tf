# Each object's key holds the hash of its content: a job always starts what it was planned with, and a run under way
# keeps its files until the new ones are in place.
resource "aws_s3_object" "wheel" {
  #checkov:skip=CKV_AWS_186:The bucket encrypts with the platform's key by default
  bucket = var.buckets.artifacts
  key    = "wheels/${filesha256(var.wheel)}/${basename(var.wheel)}"
  source = var.wheel

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_s3_object" "entry_point" {
  #checkov:skip=CKV_AWS_186:The bucket encrypts with the platform's key by default
  for_each = local.jobs

  bucket = var.buckets.artifacts
  key    = "entry_points/${filesha256("${var.project_root}/${each.value.entry_point}")}/${basename(each.value.entry_point)}"
  source = "${var.project_root}/${each.value.entry_point}"

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = fileexists("${var.project_root}/${each.value.entry_point}")
      error_message = "pipeline.yaml: the entry point of ${each.key} is ${each.value.entry_point}, and there is no such file."
    }
  }
}

resource "aws_s3_object" "jar" {
  #checkov:skip=CKV_AWS_186:The bucket encrypts with the platform's key by default
  for_each = toset(var.extra_jars)

  bucket = var.buckets.artifacts
  key    = "jars/${filesha256(each.value)}/${basename(each.value)}"
  source = each.value

  lifecycle {
    create_before_destroy = true
  }
}
