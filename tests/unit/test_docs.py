"""The documents: links lead somewhere, examples work, messages are the code's own, nothing is left undescribed."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from lakehouse.balance import require_balance
from lakehouse.errors import HeldError, LedgerError
from lakehouse.holds import Hold, require_none
from lakehouse.ledger import Entry
from lakehouse.model.document import dictionary
from lakehouse.sources.check import SourceCheck, check_source
from lakehouse.sources.format import COLUMNS, ENCODINGS, Format
from lakehouse.sources.mapping import Mapping, parse_mapping
from lakehouse.sources.plan import file_changed_while_read
from lakehouse.sources.problems import TOP_TYPES
from lakehouse.sources.storage import Folder

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
GUIDE = (ROOT / "docs" / "bring-your-own-orders.md").read_text(encoding="utf-8")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The headings as GitHub names them."""
    prose = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@each_page
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8")):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link} leads nowhere"
        assert not anchor or anchor in anchors(target), f"{link}: there is no such heading"


@each_page
def test_no_page_names_a_path_of_one_machine(page: Path) -> None:
    assert not re.findall(r"(?<![\w./~])/(?:home|Users|root|work|tmp|mnt)/\S*", page.read_text(encoding="utf-8"))


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        page = page / "README.md" if page.is_dir() else page
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        links = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
        waiting += [(page.parent / link).resolve() for link in links if not link.startswith("https://")]
    assert set(PAGES) <= reached


def test_data_dictionary_is_the_models() -> None:
    assert (ROOT / "docs" / "data-dictionary.md").read_text(encoding="utf-8") == dictionary(), (
        "write it anew: python -m lakehouse.model.document > docs/data-dictionary.md"
    )


def test_guide_describes_every_setting() -> None:
    reference = GUIDE.partition("## Every setting")[2]
    rows = set(re.findall(r"^\| `(\w+)` \|", reference, re.MULTILINE))
    assert rows >= (TOP_TYPES.keys() - {"format", "fields", "columns"}) | Format.__dataclass_fields__.keys()
    assert rows >= set(COLUMNS)
    assert all(f'"{encoding}"' in reference for encoding in ENCODINGS)


def test_guide_tells_the_defaults() -> None:
    form = GUIDE.partition("### [format]")[2]
    told = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", form, re.MULTILINE))
    values = {name: tomllib.loads(f"x = {text.strip('`')}")["x"] for name, text in told.items() if text.startswith("`")}
    assert values == {name: getattr(Format, name) for name in values}
    assert len(values) == 8


def mappings() -> dict[str, Mapping]:
    """Every mapping that the documents show, by its name."""
    shown = [block for page in PAGES for block in blocks(page.read_text(encoding="utf-8"), "toml")]
    contents = [tomllib.loads(block) for block in shown]
    return {content["name"]: parse_mapping(content, "docs") for content in contents if "currency" in content}


def test_every_mapping_can_be_read() -> None:
    assert mappings().keys() == {"my_shop", "shop_events", "till", "lamps", "warehouse_export"}


def checked(spark: SparkSession, landing: Path, name: str) -> SourceCheck:
    found = check_source(spark, mappings()[name], Folder(landing))
    assert found.problems == []
    assert found.broken == []
    return found


def test_excel_example_gives_what_the_guide_says(spark: SparkSession, tmp_path: Path) -> None:
    excel = blocks(GUIDE, "csv")[0]
    (tmp_path / "march.csv").write_bytes(excel.replace("\n", "\r\n").encode("windows-1252"))
    found = checked(spark, tmp_path, "my_shop")
    told = re.findall(r"^\| (\w+) \| (.+) \|$", GUIDE.partition("### 3. Check it")[2].partition("### 4.")[0], re.M)
    first = {column: str(value) for column, value in found.shown[0].items()}
    assert {column: first[column] for column, _ in told if column != "column"} == dict(told[1:])
    assert [row["line_type"] for row in found.shown] == ["sale", "sale", "sale", "sale", "return", "adjustment"]
    assert [row["product_name"] for row in found.shown][1] == "Teekanne „Grün“"
    assert [row["unit_price"] for row in found.shown][2] == Decimal("1249.0000")
    days = {
        day: Decimal(amount.replace(",", "")) for day, amount in re.findall(r"^\| (\S+) \| (\S+) \| \d", GUIDE, re.M)
    }
    assert sales_by_day(found) == days


def sales_by_day(found: SourceCheck) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in found.shown:
        if row["line_type"] != "adjustment":
            sums[row["order_date"]] = sums.get(row["order_date"], Decimal(0)) + row["amount"]
    return sums


def test_json_example_reads_changes_and_deletions(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text(blocks(GUIDE, "json")[0])
    rows = checked(spark, tmp_path, "shop_events").shown
    assert [row["quantity"] for row in rows] == [2, 1, 3, None]
    assert [row["deleted"] for row in rows] == [False, False, False, True]
    assert str(rows[0]["order_ts"]) == "2024-05-01 08:00:00"


def test_headerless_example_goes_by_position(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "till.csv").write_text(blocks(GUIDE, "csv")[1])
    rows = checked(spark, tmp_path, "till").shown
    assert [row["amount"] for row in rows] == [Decimal("9.0000"), Decimal("9.9000"), Decimal("-4.5000")]
    assert str(rows[2]["order_ts"]) == "2024-03-04 22:40:00"


def test_multiline_example_keeps_records_together(spark: SparkSession, tmp_path: Path) -> None:
    lamps = blocks(GUIDE, "csv")[2]
    (tmp_path / "january.csv").write_text(lamps)
    (tmp_path / "later.csv").write_text(
        lamps.replace("Product", "Title").replace("\n1,A", "\n3,B").replace("\n2,A", "\n4,B")
    )
    rows = checked(spark, tmp_path, "lamps").shown
    assert [row["product_name"] for row in rows] == ['Desk lamp, black, "Studio"', "Bulb"] * 2
    assert [row["currency"] for row in rows] == ["CHF", "EUR"] * 2


def test_parquet_example_reads_times_with_a_zone(spark: SparkSession, tmp_path: Path) -> None:
    ordered_at = pa.array([1714557600000000], pa.timestamp("us", tz="UTC"))
    price = pa.array([Decimal("4.50")], pa.decimal128(10, 2))
    columns = {"order_id": ["7"], "sku": ["T1"], "units": [-2], "price": price, "ordered_at": ordered_at}
    pq.write_table(pa.table(columns), tmp_path / "orders.parquet")
    row = checked(spark, tmp_path, "warehouse_export").shown[0]
    assert (str(row["order_ts"]), row["amount"], row["line_type"]) == (
        "2024-05-01 10:00:00",
        Decimal("-9.0000"),
        "return",
    )


def runbook(name: str) -> str:
    """The first message that a runbook shows."""
    return blocks((ROOT / "docs" / "runbooks" / f"{name}.md").read_text(encoding="utf-8"), "text")[0].strip()


def test_runbook_shows_the_message_of_a_hold() -> None:
    with pytest.raises(HeldError) as held:
        require_none([Hold("my_shop", 3, 1200, 96, "invalid_unit_price", "open", 0)], 0.05)
    assert runbook("held-by-quarantine") == str(held.value)


def test_runbook_shows_the_message_of_the_ledger() -> None:
    day = date(2024, 3, 4)
    facts = Entry("my_shop", "EUR", day, "fact_sales", "sale", 4, 0, Decimal("1347.9000"))
    before = [facts._replace(hop=hop, disposition="fact") for hop in ("landing", "bronze", "silver", "order_lines")]
    sums = Entry("my_shop", "EUR", day, "daily_sales", "net", 3, 0, Decimal("1298.0000"))
    with pytest.raises(LedgerError) as unbalanced:
        require_balance([*before, facts, sums], published=False)
    assert runbook("ledger-does-not-balance") == str(unbalanced.value)


def test_runbook_shows_the_message_of_a_changing_file() -> None:
    message = str(file_changed_while_read(["2024/march.csv"]))
    assert message in (ROOT / "docs" / "runbooks" / "files-set-aside.md").read_text(encoding="utf-8")
