"""AWS Glue runs this: the job is lakehouse.jobs.ingest_orders."""

from lakehouse.jobs import ingest_orders
from lakehouse.runtime import main

if __name__ == "__main__":
    main(ingest_orders)
