"""AWS Glue runs this: the job is lakehouse.jobs.build_order_lines."""

from lakehouse.jobs import build_order_lines
from lakehouse.runtime import main

if __name__ == "__main__":
    main(build_order_lines)
