# A job that keeps models reaches the tracking server, which is private, from within its network.
locals {
  connected = { for name, job in local.jobs : name => job if var.network != null && contains(job.arguments, "tracking") }

  network_arn = "arn:${local.partition}:ec2:${local.region}:${local.account}"
  catalog_arn = "arn:${local.partition}:glue:${local.region}:${local.account}"
}

resource "aws_glue_connection" "network" {
  count = var.network == null || !var.glue_enabled ? 0 : 1

  name            = var.name
  description     = "Into the network that the tracking server stands in"
  connection_type = "NETWORK"

  physical_connection_requirements {
    availability_zone      = var.network.availability_zone
    subnet_id              = var.network.subnet_id
    security_group_id_list = [var.network.security_group_id]
  }
}

resource "aws_iam_role_policy" "network" {
  for_each = local.connected

  name   = "network"
  role   = aws_iam_role.job[each.key].id
  policy = data.aws_iam_policy_document.network[0].json
}

data "aws_iam_policy_document" "network" {
  #checkov:skip=CKV_AWS_356:EC2's questions know no resource
  count = var.network == null ? 0 : 1

  statement {
    sid       = "FindTheConnection"
    actions   = ["glue:GetConnection"]
    resources = ["${local.catalog_arn}:catalog", "${local.catalog_arn}:connection/${var.name}"]
  }

  statement {
    sid       = "JoinTheNetwork"
    actions   = ["ec2:CreateNetworkInterface"]
    resources = ["${local.network_arn}:subnet/${var.network.subnet_id}", "${local.network_arn}:security-group/${var.network.security_group_id}", "${local.network_arn}:network-interface/*"]
  }

  statement {
    sid       = "LeaveTheNetwork"
    actions   = ["ec2:DeleteNetworkInterface"]
    resources = ["${local.network_arn}:network-interface/*"]
  }

  statement {
    sid       = "MarkItsInterfaces"
    actions   = ["ec2:CreateTags", "ec2:DeleteTags"]
    resources = ["${local.network_arn}:network-interface/*"]

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "aws:TagKeys"
      values   = ["aws-glue-service-resource"]
    }
  }

  statement {
    sid       = "SeeTheNetwork"
    actions   = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints"]
    resources = ["*"] # EC2's questions know no resource.
  }
}
