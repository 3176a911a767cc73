# The bucket is yours: terraform init -backend-config=bucket=... -backend-config=region=...
terraform {
  backend "s3" {
    key          = "softcart-lakehouse/dev.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
