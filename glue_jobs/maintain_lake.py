"""AWS Glue runs this: the job is lakehouse.jobs.maintain_lake."""

from lakehouse.jobs import maintain_lake
from lakehouse.runtime import main

if __name__ == "__main__":
    main(maintain_lake)
