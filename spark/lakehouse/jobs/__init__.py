"""The jobs, one a module: a frozen `Config` and `run(spark, config)`."""
