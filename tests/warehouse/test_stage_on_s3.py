"""A stage on S3 is read through AWS_ENDPOINT_URL, and its files too are loaded once."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from lakehouse.warehouse.embedded import Connection

server = pytest.importorskip("moto.server")

COPY = """
    copy into SALES from @EXPORTS/run file_format = (type = parquet use_logical_type = true)
    match_by_column_name = case_insensitive pattern = '.*[.]parquet'
"""


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[fs.S3FileSystem]:
    running = server.ThreadedMotoServer(port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    filesystem = fs.S3FileSystem(endpoint_override=f"http://{host}:{port}", allow_bucket_creation=True)
    filesystem.create_dir("lake")
    yield filesystem
    running.stop()


def test_files_on_s3_are_loaded_once_and_again_when_they_change(connection: Connection, s3: fs.S3FileSystem) -> None:
    connection.execute_string("create table SALES (ID varchar(3)); create stage EXPORTS url = 's3://lake/exports/'")
    for ids in (["a", "b"], ["c"]):
        pq.write_table(pa.table({"id": ids}), "lake/exports/run/part-0.parquet", filesystem=s3)
        assert connection.cursor().execute(COPY).rowcount == len(ids)
        assert connection.cursor().execute(COPY).fetchall() == [("Copy executed with 0 files processed.",)]
    assert connection.cursor().execute("select ID from SALES order by ID").fetchall() == [("a",), ("b",), ("c",)]
