"""AWS Glue runs this: the job is lakehouse.jobs.publish_to_warehouse."""

from lakehouse.jobs import publish_to_warehouse
from lakehouse.runtime import main

if __name__ == "__main__":
    main(publish_to_warehouse)
