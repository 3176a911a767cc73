"""What a Spark does in a run of the pipeline, in small: loads the classes that the archive is to hold."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pyspark.sql import SparkSession

from lakehouse.session import start_session, stop_session


def exercise(spark: SparkSession, folder: Path) -> None:
    """Read text, write, merge and read back a Delta table below `folder`."""
    landed = folder / "landed.csv"
    landed.write_text("a,1\nb,2\n")
    table = f"delta.`{folder}/table`"
    spark.sql(
        f"CREATE TABLE {table} (k STRING, n DECIMAL(18,4)) USING DELTA "
        "TBLPROPERTIES (delta.enableChangeDataFeed = true)"
    )
    parts = spark.read.text(str(landed)).selectExpr("from_csv(value, 'k STRING, n STRING') v")
    rows = parts.selectExpr("v.k", "try_cast(v.n AS DECIMAL(18,4)) n", "sha2(v.k, 256) h")
    totals = rows.groupBy("k").agg({"n": "max"}).withColumnRenamed("max(n)", "n")
    totals.write.format("delta").mode("append").save(f"{folder}/table")
    merge = f"MERGE INTO {table} t USING {{changed}} c ON t.k = c.k WHEN MATCHED THEN UPDATE SET t.n = c.n + 1 "
    spark.sql(merge + "WHEN NOT MATCHED THEN INSERT (k, n) VALUES (c.k, c.n)", changed=totals).collect()
    feed = spark.read.format("delta").option("readChangeFeed", "true").option("startingVersion", 1)
    feed.load(f"{folder}/table").selectExpr(
        "*", "row_number() OVER (PARTITION BY k ORDER BY _commit_version) AS n1"
    ).collect()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        session = start_session(driver_memory="1g")
        exercise(session, Path(scratch))
        stop_session(session)
