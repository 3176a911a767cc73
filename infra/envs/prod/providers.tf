provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = {
      Platform  = var.name
      ManagedBy = "terraform"
    }
  }
}

# Account, user and key come from the environment (SNOWFLAKE_ORGANIZATION_NAME, SNOWFLAKE_ACCOUNT_NAME, SNOWFLAKE_USER,
# SNOWFLAKE_PRIVATE_KEY): no file of the project and no state holds them.
provider "snowflake" {
  authenticator = "SNOWFLAKE_JWT"
  role          = "ACCOUNTADMIN"
}
