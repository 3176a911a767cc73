"""`python -m lakehouse.jvm`: fetch Spark's jars and make the class archive, once for a machine."""

from __future__ import annotations

import sys

from lakehouse.errors import LakehouseError
from lakehouse.jvm.archive import make_archive
from lakehouse.jvm.jars import spark_jars
from lakehouse.jvm.java import find_java


def prepare() -> None:
    """Do what the first session would have to wait for."""
    find_java()
    jars = spark_jars()
    sys.stderr.write(f"{len(jars)} jars of Delta Lake and S3A are in {jars[0].parent}\n")
    archive = make_archive(jars)
    sys.stderr.write(f"class archive: {archive or 'not made, Spark starts without'}\n")


if __name__ == "__main__":
    try:
        prepare()
    except LakehouseError as problem:
        sys.exit(f"{problem}")
