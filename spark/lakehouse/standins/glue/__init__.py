"""A deployed Glue workflow, run on this machine: jobs, triggers and arguments as the Glue API tells them."""
