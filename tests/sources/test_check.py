"""`source check` tells a newcomer all that is wrong with a mapping, and shows what it makes of the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from lakehouse.errors import LandingError
from lakehouse.quality import MEANINGS
from lakehouse.sources.check import FIXES, SourceCheck, check_source, likely_fixes
from lakehouse.sources.mapping import Mapping
from lakehouse.sources.storage import Folder

Make = Callable[..., Mapping]
Land = Callable[[dict[str, bytes]], Path]

GOOD = b"id,q,p,t\nA1,2,1.50,2024-05-06 07:08:09\nA2,-1,2,0001-01-01 00:00:00\n"


def test_first_rows_are_shown_as_mapped(spark: SparkSession, mapping_of: Make, land: Land) -> None:
    folder = land({"b.csv": GOOD, "a.csv": GOOD + b"A3,1,1,2024-05-07 00:00:00\n", "_x.csv": b""})
    found = check_source(spark, mapping_of(max_quarantine=0.5), Folder(folder), first_rows=2)
    assert (found.files, found.rows, found.equal_rows, found.problems) == (2, 5, 2, [])
    assert found.ignored == [("_x.csv", "hidden: its name, or its folder's, starts with _ or .")]
    first, second = found.shown
    assert (first["order_id"], first["quantity"], first["amount"]) == ("A1", Decimal(2), Decimal("3.0000"))
    assert (first["order_ts"], first["order_date"]) == ("2024-05-06 05:08:09", "2024-05-06")
    assert second["order_id"] == "A2"
    assert second["order_date"] is None
    assert found.broken == [("order_ts_out_of_bounds", 2, "a.csv:3: A2,-1,2,0001-01-01 00:00:00")]


def test_every_problem_is_told_at_once(spark: SparkSession, mapping_of: Make, land: Land) -> None:
    folder = land({"a.csv": b"id,qty,p,t\n", "b.csv": b"id,qty,p,t\n", "c.csv.gz": b"id", "d.csv": GOOD})
    mapping = mapping_of(columns={"order_id": "idd", "unit_price": "CAST(p AS DOUBLE)"})
    found = check_source(spark, mapping, Folder(folder))
    assert [problem.split(";")[0].split(" with name")[0].split(", and must")[0] for problem in found.problems] == [
        "a.csv and 1 more file(s): column 'q' is missing",
        "c.csv.gz: it is no whole gzip file (Not a gzipped file (b'id')): deliver it again",
        "columns.order_id: A column, variable, or function parameter",
        "columns.unit_price: it gives DOUBLE",
    ]
    assert (found.files, found.rows, found.shown) == (4, 0, [])


def test_one_unreadable_file_does_not_hide_the_rows_of_others(
    spark: SparkSession, mapping_of: Make, land: Land
) -> None:
    rows = b"id,q,p,t\n" + b'A1,"1,5",2,05/06/2024\n' * 9 + b'A1,"1,5",2\n'
    found = check_source(spark, mapping_of(), Folder(land({"a.csv": rows, "b.csv.gz": b"id"})))
    assert (found.rows, found.equal_rows) == (10, 8)
    assert found.problems == [
        "b.csv.gz: it is no whole gzip file (Not a gzipped file (b'id')): deliver it again",
        "9 of 10 rows break invalid_order_ts (order_ts is missing, not in the source's format, or no date that "
        "exists): does format.timestamp_format match? dd is the day, MM the month, HH the hour, mm the minute",
        "9 of 10 rows break invalid_quantity (quantity is missing or no number): for decimal commas, set "
        'format.decimal_mark = ","; for 1.234,5 also thousands_mark = "."',
        f"1 of 10 rows break malformed_line ({MEANINGS['malformed_line']}): {FIXES['malformed_line']}",
    ]
    assert found.broken[2] == ("malformed_line", 1, 'a.csv:11: A1,"1,5",2')


def test_expression_that_fails_on_a_row_is_told(spark: SparkSession, mapping_of: Make, land: Land) -> None:
    fails_at_two_alone = "CASE WHEN q = 'two' THEN CAST(q AS DECIMAL(14, 3)) ELSE try_cast(q AS DECIMAL(14, 3)) END"
    mapping = mapping_of(columns={"quantity": fails_at_two_alone})
    found = check_source(spark, mapping, Folder(land({"a.csv": b"id,q,p,t\nA1,two,1,2024-05-06 07:08:09\n"})))
    (problem,) = found.problems
    assert problem.startswith("an expression fails at some row: The value 'two' of the type")
    assert problem.endswith("Use try_cast, try_to_timestamp or try_divide, which give NULL.")


def test_files_without_any_row_are_no_problem(spark: SparkSession, mapping_of: Make, land: Land) -> None:
    found = check_source(spark, mapping_of(), Folder(land({"a.csv": b"", "b.csv": b"\n"})))
    assert (found.files, found.rows, found.shown, found.broken, found.problems) == (2, 0, [], [], [])


def test_absent_folder_is_an_error(spark: SparkSession, mapping_of: Make, tmp_path: Path) -> None:
    with pytest.raises(LandingError, match="does not exist"):
        check_source(spark, mapping_of(), Folder(tmp_path / "absent"))


def test_few_bad_rows_do_not_blame_the_mapping(mapping_of: Make) -> None:
    found = SourceCheck(rows=100, broken=[("wrong_sign", 6, "a.csv:2: x"), ("negative_price", 5, "a.csv:3: y")])
    assert [fix.split(" (")[0] for fix in likely_fixes(found, mapping_of())] == ["6 of 100 rows break wrong_sign"]
    assert likely_fixes(found, replace(mapping_of(), max_quarantine=0.06)) == []
