"""AWS Glue runs this: the job is lakehouse.jobs.build_dimensions."""

from lakehouse.jobs import build_dimensions
from lakehouse.runtime import main

if __name__ == "__main__":
    main(build_dimensions)
