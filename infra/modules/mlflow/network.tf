resource "aws_lb" "this" {
  #checkov:skip=CKV_AWS_91:The servers log each request themselves
  #checkov:skip=CKV_AWS_150:It holds nothing: what must not be lost is protected where it is kept
  #checkov:skip=CKV2_AWS_28:It is reached from client_cidrs only, and not from the internet
  name                       = "${var.name}-mlflow"
  internal                   = true
  load_balancer_type         = "application"
  subnets                    = var.subnet_ids
  security_groups            = [aws_security_group.balancer.id]
  drop_invalid_header_fields = true
}

resource "aws_lb_target_group" "server" {
  #checkov:skip=CKV_AWS_378:TLS ends at the load balancer; from there on the traffic stays between two security groups
  for_each = local.servers

  name                 = "${var.name}-${each.key}"
  port                 = each.value.port
  protocol             = "HTTP"
  target_type          = "ip"
  vpc_id               = var.vpc_id
  deregistration_delay = 30

  health_check {
    path    = each.value.health
    matcher = "200"
  }
}

resource "aws_lb_listener" "server" {
  for_each = local.servers

  load_balancer_arn = aws_lb.this.arn
  port              = each.value.open
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = var.certificate_arn

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.server[each.key].arn
  }
}

resource "aws_route53_record" "this" {
  zone_id = var.zone_id
  name    = var.host
  type    = "A"

  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = false
  }
}

resource "aws_security_group" "balancer" {
  name        = "${var.name}-mlflow-balancer"
  description = "From the clients to the MLflow servers"
  vpc_id      = var.vpc_id
}

resource "aws_security_group" "server" {
  name        = "${var.name}-mlflow-server"
  description = "The MLflow servers"
  vpc_id      = var.vpc_id
}

resource "aws_security_group" "database" {
  name        = "${var.name}-mlflow-database"
  description = "The database of the tracking server"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "clients" {
  for_each = { for pair in setproduct(keys(local.servers), var.client_cidrs) : "${pair[0]} ${pair[1]}" => { port = local.servers[pair[0]].open, cidr = pair[1] } }

  security_group_id = aws_security_group.balancer.id
  description       = "Clients"
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
  cidr_ipv4         = each.value.cidr
}

# The model server fetches its model from the tracking server, under the name that the certificate is for.
resource "aws_vpc_security_group_ingress_rule" "model_to_tracking" {
  security_group_id            = aws_security_group.balancer.id
  description                  = "The model server"
  ip_protocol                  = "tcp"
  from_port                    = local.tracking.open
  to_port                      = local.tracking.open
  referenced_security_group_id = aws_security_group.server.id
}

data "aws_subnet" "jobs" {
  id = var.subnet_ids[0]
}

# Jobs on Glue: their workers talk to each other, and to the tracking server.
resource "aws_security_group" "jobs" {
  #checkov:skip=CKV2_AWS_5:The jobs' connection in glue_jobs attaches it
  name        = "${var.name}-mlflow-jobs"
  description = "Jobs that keep models"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "jobs_to_each_other" {
  #checkov:skip=CKV_AWS_24:Its source is this group alone, and no address
  #checkov:skip=CKV_AWS_25:Its source is this group alone, and no address
  #checkov:skip=CKV_AWS_260:Its source is this group alone, and no address
  security_group_id            = aws_security_group.jobs.id
  description                  = "Workers of one job; Glue asks for all ports"
  ip_protocol                  = "tcp"
  from_port                    = 0
  to_port                      = 65535
  referenced_security_group_id = aws_security_group.jobs.id
}

resource "aws_vpc_security_group_egress_rule" "jobs_to_each_other" {
  security_group_id            = aws_security_group.jobs.id
  description                  = "Workers of one job; Glue asks for all ports"
  ip_protocol                  = "tcp"
  from_port                    = 0
  to_port                      = 65535
  referenced_security_group_id = aws_security_group.jobs.id
}

resource "aws_vpc_security_group_egress_rule" "jobs_https" {
  security_group_id = aws_security_group.jobs.id
  description       = "The tracking server, S3, Snowflake, secrets, logs, Python packages: all by TLS"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_ingress_rule" "jobs_to_tracking" {
  security_group_id            = aws_security_group.balancer.id
  description                  = "Jobs that keep models"
  ip_protocol                  = "tcp"
  from_port                    = local.tracking.open
  to_port                      = local.tracking.open
  referenced_security_group_id = aws_security_group.jobs.id
}

resource "aws_vpc_security_group_egress_rule" "balancer" {
  for_each = local.servers

  security_group_id            = aws_security_group.balancer.id
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = aws_security_group.server.id
}

resource "aws_vpc_security_group_ingress_rule" "server" {
  for_each = local.servers

  security_group_id            = aws_security_group.server.id
  description                  = each.key
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = aws_security_group.balancer.id
}

resource "aws_vpc_security_group_egress_rule" "https" {
  security_group_id = aws_security_group.server.id
  description       = "Images, S3, secrets, logs, and the tracking server: all by TLS"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
}

resource "aws_vpc_security_group_egress_rule" "database" {
  security_group_id            = aws_security_group.server.id
  description                  = "PostgreSQL"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.database.id
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  security_group_id            = aws_security_group.database.id
  description                  = "The tracking server"
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
  referenced_security_group_id = aws_security_group.server.id
}
