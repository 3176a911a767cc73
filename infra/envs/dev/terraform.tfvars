# What makes this environment dev. What is yours (account, region, keys, addresses) goes into account.auto.tfvars.
name             = "softcart-dev"
force_destroy    = true
schedule_enabled = false
monthly_credits  = 10
alarms           = { monthly_budget_usd = 100, stale_after_hours = {} }

event_stream = { shards = 1, buffer_megabytes = 5, buffer_seconds = 60 }

retention = {
  old_versions_days  = 7
  access_logs_days   = 30
  logs_days          = 30
  event_stream_hours = 24
  key_deletion_days  = 7
}
