"""A mapping that reads files in another way than before has them read again."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession

from lakehouse.delta import Lake
from lakehouse.jobs import ingest_orders
from lakehouse.model import LANDING_FILES, ORDER_LINES_RAW

MAPPING = """
name = "shop"
currency = "EUR"
timezone = "Europe/Berlin"
[format]
encoding = "{encoding}"
timestamp_format = "yyyy-MM-dd"
[fields]
id = "id"
name = "name"
day = "day"
[columns]
order_id = "id"
product_id = "name"
quantity = "'1'"
unit_price = "'1'"
order_ts = "day"
line_type = "'sale'"
"""


def test_mended_encoding_reads_the_files_again(spark: SparkSession, lake: Lake, tmp_path: Path) -> None:
    landing, mapping = tmp_path / "landing", tmp_path / "shop.toml"
    landing.mkdir()
    (landing / "orders.csv").write_bytes("id,name,day\n1,Käse,2024-01-02\n".encode("windows-1252"))
    for run, encoding in (("r1", "utf-8"), ("r2", "windows-1252"), ("r3", "windows-1252")):
        mapping.write_text(MAPPING.format(encoding=encoding))
        ingest_orders.run(spark, ingest_orders.Config(lake.root, str(landing), str(mapping), run))
    bronze = lake.read(ORDER_LINES_RAW).select("raw", "raw_base64", "batch").collect()
    assert [tuple(row) for row in bronze] == [("1,Käse,2024-01-02", None, 2)]
    files = lake.read(LANDING_FILES).orderBy("batch").select("batch", "status").collect()
    assert [tuple(row) for row in files] == [(1, "replaced"), (2, "loaded")]
