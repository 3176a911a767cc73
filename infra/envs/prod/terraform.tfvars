# What makes this environment prod. What is yours (account, region, keys, addresses) goes into account.auto.tfvars.
name             = "softcart-prod"
force_destroy    = false
schedule_enabled = true
monthly_credits  = 100
alarms           = { monthly_budget_usd = 1000 }

retention = {
  old_versions_days  = 90
  access_logs_days   = 365
  logs_days          = 365
  event_stream_hours = 168
}
