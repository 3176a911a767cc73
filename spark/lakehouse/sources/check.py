"""Trying a mapping on landed files: first rows as mapped, equal lines, and every problem at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from lakehouse.caching import cached
from lakehouse.quality import MEANINGS
from lakehouse.sources.expressions import expression_problems, first_sentence
from lakehouse.sources.format import COLUMNS
from lakehouse.sources.landing import list_landing
from lakehouse.sources.mapping import Mapping
from lakehouse.sources.parse import parse_records
from lakehouse.sources.plan import FileEntry, Registry
from lakehouse.sources.read import read_records
from lakehouse.sources.storage import Storage
from lakehouse.transforms.order_lines import order_lines

FIRST_ROWS = 10
SHOWN = (*(name for name in COLUMNS if name not in ("order_ts", "line_id")), "order_ts", "order_date", "amount")


@dataclass
class SourceCheck:
    """What was found: files, rows, `shown` rows as mapped, rules broken with an example, and problems to mend first."""

    files: int = 0
    ignored: list[tuple[str, str]] = field(default_factory=list)
    rows: int = 0
    equal_rows: int = 0
    shown: list[dict[str, Any]] = field(default_factory=list)
    broken: list[tuple[str, int, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def check_source(spark: SparkSession, mapping: Mapping, landing: Storage, first_rows: int = FIRST_ROWS) -> SourceCheck:
    """Try the mapping on every file of the landing place; nothing is written.

    Raises:
        LandingError: there is no such place, or no file in it.
    """
    listing = list_landing(landing, mapping.format)
    entries = Registry([]).new_entries(listing, mapping, retry=False)
    found = SourceCheck(len(listing.files), list(listing.ignored))
    wrong = expression_problems(spark, mapping)
    found.problems += [*_file_problems(entries), *wrong]
    readable = [entry for entry in entries if entry.status == "planned"]
    if readable and not wrong:
        try:
            _try_rows(spark, mapping, landing, readable, found, first_rows)
        except PySparkException as error:
            advice = "Use try_cast, try_to_timestamp or try_divide, which give NULL."
            found.problems.append(f"an expression fails at some row: {first_sentence(error)} {advice}")
    return found


def _file_problems(entries: list[FileEntry]) -> list[str]:
    by_problem: dict[str, list[str]] = {}
    for entry in entries:
        if entry.problem:
            by_problem.setdefault(entry.problem, []).append(entry.path)
    return [
        f"{paths[0]}{f' and {len(paths) - 1} more file(s)' if len(paths) > 1 else ''}: {problem}"
        for problem, paths in by_problem.items()
    ]


def _try_rows(
    spark: SparkSession,
    mapping: Mapping,
    landing: Storage,
    entries: list[FileEntry],
    found: SourceCheck,
    first_rows: int,
) -> None:
    headers = sorted({entry.header for entry in entries if entry.header})
    records = read_records(spark, landing, entries, mapping)
    with cached(order_lines(parse_records(records, mapping, headers), mapping)) as lines:
        found.rows = lines.count()
        found.equal_rows = found.rows - lines.select("line_id", "content_hash").distinct().count()
        # As text: Python would shift times to this machine's zone, and knows no year 0.
        times = {name: F.col(name).cast("string") for name in ("order_ts", "order_date", "updated_at")}
        shown = lines.orderBy("file", "line_number").select(*SHOWN).limit(first_rows).withColumns(times)
        found.shown = [row.asDict() for row in shown.collect()]
        found.broken = _broken(lines)
        found.problems += likely_fixes(found, mapping)


def _broken(lines: DataFrame) -> list[tuple[str, int, str]]:
    rules = lines.select(F.explode("reasons").alias("rule"), "file", "line_number", "raw")
    example = F.min(F.struct("file", "line_number", "raw")).alias("example")
    counted = rules.groupBy("rule").agg(F.count("*").alias("n"), example).orderBy(F.desc("n"), "rule").collect()
    return [
        (r["rule"], r["n"], f"{r['example']['file']}:{r['example']['line_number']}: {r['example']['raw']}")
        for r in counted
    ]


FIXES = {
    "malformed_line": "are format.delimiter, format.quote and format.multiline right? JSON must be one object a line",
    "unbalanced_quotes": "if records go on over several lines, set format.multiline = true",
    "invalid_encoding": "if Excel wrote the file, try format.encoding = \"windows-1252\"",
    "invalid_quantity": "for decimal commas, set format.decimal_mark = \",\"; for 1.234,5 also thousands_mark = \".\"",
    "invalid_unit_price": "for decimal commas, set format.decimal_mark = \",\"; strip currency signs in the expression",
    "invalid_order_ts": "does format.timestamp_format match? dd is the day, MM the month, HH the hour, mm the minute",
    "order_ts_out_of_bounds": "are day and month, or two-digit years, swapped? earliest and latest set the bounds",
    "invalid_line_type": "columns.line_type must give 'sale', 'return' or 'adjustment'",
    "wrong_sign": "returns need negative quantities: negate them in columns.quantity, or tell line_type by sign",
    "missing_order_id": "does columns.order_id name the right field?",
    "missing_product_id": "does columns.product_id name the right field?",
    "missing_line_id": "does columns.line_id name the right field?",
    "invalid_updated_at": "does format.timestamp_format match updated_at as well?",
}  # fmt: skip


def likely_fixes(found: SourceCheck, mapping: Mapping) -> list[str]:
    """A sentence for each rule that so many rows break that the mapping is likely to blame."""
    return [
        f"{count:,} of {found.rows:,} rows break {rule} ({MEANINGS[rule]}): {FIXES.get(rule, 'see the first example')}"
        for rule, count, _ in found.broken
        if count > mapping.max_quarantine * found.rows
    ]
