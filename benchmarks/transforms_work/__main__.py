"""`python -m benchmarks.transforms_work spark|sail OUT [BRONZE...]`: prints seconds by table as JSON.

Without files of bronze it tries what else the lakehouse asks of an engine, and prints what came of it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import SparkSession

from benchmarks.transforms_work import build
from benchmarks.transforms_work.probes import probe


@contextmanager
def spark() -> Iterator[SparkSession]:
    """The project's own local session."""
    from lakehouse.session import start_session, stop_session

    session = start_session()
    yield session
    stop_session(session)


@contextmanager
def sail() -> Iterator[SparkSession]:
    """A session on a Sail server in this process, over Spark Connect."""
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer()
    server.start(background=True)
    host, port = server.listening_address
    session = SparkSession.builder.remote(f"sc://{host}:{port}").getOrCreate()
    session.conf.set("spark.sql.session.timeZone", "UTC")
    yield session
    session.stop()
    server.stop()


ENGINES = {"spark": spark, "sail": sail}

if __name__ == "__main__":
    out, bronze = Path(sys.argv[2]).resolve(), sys.argv[3:]
    with ENGINES[sys.argv[1]]() as opened:
        print(json.dumps(build(opened, bronze, out) if bronze else probe(opened, out)))
