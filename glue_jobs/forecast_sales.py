"""AWS Glue runs this: the job is lakehouse.jobs.forecast_sales."""

from lakehouse.jobs import forecast_sales
from lakehouse.runtime import main

if __name__ == "__main__":
    main(forecast_sales)
