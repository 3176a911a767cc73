"""AWS Glue runs this: the job is lakehouse.jobs.build_daily_sales."""

from lakehouse.jobs import build_daily_sales
from lakehouse.runtime import main

if __name__ == "__main__":
    main(build_daily_sales)
