output "platform" {
  description = "What the platform tells of itself: addresses and names"
  value       = module.platform
}
