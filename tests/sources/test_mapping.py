"""What a mapping file may get wrong: everything is told at once, each with the way out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from lakehouse.errors import MappingError, UsageError
from lakehouse.sources.mapping import builtin_sources, load_mapping, parse_mapping

Content = Callable[..., dict[str, Any]]


def problems_of(content: dict[str, Any]) -> list[str]:
    with pytest.raises(MappingError) as raised:
        parse_mapping(content, "shop.toml")
    assert str(raised.value).startswith(f"shop.toml has {len(raised.value.problems)} problem(s):\n  - ")
    return raised.value.problems


def test_builtin_sources_load() -> None:
    assert builtin_sources() == ["softcart", "uci_online_retail"]
    assert [load_mapping(name).name for name in builtin_sources()] == builtin_sources()


def test_unknown_source_names_the_nearest_and_the_way_to_an_own_one() -> None:
    with pytest.raises(UsageError, match=r"no source 'softcrat'. Did you mean softcart\?.*ends in \.toml"):
        load_mapping("softcrat")


def test_absent_mapping_file_is_no_unknown_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no source '.*absent\.toml'"):
        load_mapping(str(tmp_path / "absent.toml"))


@pytest.mark.parametrize("content", [b"name = ", b'name = "\xe9"', b'name = "a"\nname = "b"'])
def test_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mine.toml").write_bytes(content)
    with pytest.raises(MappingError, match=r"mine\.toml has 1 problem.*\n.*not valid TOML"):
        load_mapping(str(tmp_path / "mine.toml"))


def test_mapping_file_of_windows_notepad_is_read(tmp_path: Path) -> None:
    shop = Path(load_mapping("softcart").origin).read_text().replace('name = "softcart"\n', "")
    (tmp_path / "my-shop.toml").write_text("\ufeff" + shop.replace("\n", "\r\n"), encoding="utf-8", newline="")
    assert load_mapping(str(tmp_path / "my-shop.toml")).name == "my-shop"


def test_empty_mapping_lacks_everything_at_once() -> None:
    assert [problem.split(":")[0] for problem in problems_of({})] == [
        "currency is missing",
        "timezone is missing",
        "[fields] is missing",
        "[columns] is missing",
    ]


def test_all_problems_are_told_at_once(content_of: Content) -> None:
    content = content_of(
        curency="EUR",
        timezone="Europe/Berlim",
        format={"type": "cvs", "delimiter": "\\t"},
        fields={"id": "id", "q": 3},
        columns={"order_ts": " ", "zzz": "id"},
    )
    assert problems_of(content) == [
        "'curency' is no setting (did you mean currency?); known are name, description, currency, timezone, "
        "business_timezone, earliest, latest, max_quarantine, format, fields, columns",
        "timezone 'Europe/Berlim' is not known (did you mean Europe/Berlin?); use a name such as Europe/Berlin",
        "format.type 'cvs' is not known; it can be csv, json, parquet",
        "format.delimiter '\\\\t' must be one character",
        "fields.q must be its name in the files, in quotes (or a list of them), and is 3",
        "'zzz' is no column of [columns]; known are order_id, product_id, quantity, unit_price, order_ts, "
        "line_type, product_name, category, customer_id, country, line_id, updated_at, deleted, currency",
        "columns.order_ts must be a Spark SQL expression in quotes, and is ' '",
    ]


def test_each_missing_column_is_named(content_of: Content) -> None:
    content = {**content_of(), "columns": {"order_id": "id"}}
    assert [problem.split(":")[0] for problem in problems_of(content)] == [
        f"columns.{name} is missing" for name in ("product_id", "quantity", "unit_price", "order_ts", "line_type")
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"currency": 978}, "currency must be str, and is 978"),
        ({"currency": "Euro"}, "currency 'Euro' is not an ISO 4217 code such as EUR"),
        ({"timezone": ["UTC"]}, "timezone must be str, and is ['UTC']"),
        ({"timezone": ""}, "timezone '' is not known; use a name such as Europe/Berlin"),
        ({"earliest": "2020-01-01"}, "earliest must be date, and is '2020-01-01'"),
        ({"earliest": datetime(2020, 1, 1)}, "earliest must be date, and is datetime.datetime(2020, 1, 1, 0, 0)"),
        ({"latest": date(1999, 1, 1)}, "earliest (2000-01-01) must be before latest (1999-01-01)"),
        ({"earliest": date(1900, 1, 1)}, "earliest (1900-01-01) must be after 1900-01-01, when all versions begin"),
        ({"max_quarantine": True}, "max_quarantine must be float, and is True"),
        ({"max_quarantine": 5}, "max_quarantine 5 must be a share from 0 to 1, such as 0.05 for 5 %"),
        ({"name": "../up"}, "name '../up' must be letters, digits, _ - or . and names the state's folder"),
        ({"fields": {}}, '[fields] is missing: give each value that you need a name, such as price = "Unit Price"'),
        ({"fields": {"_id": "id"}}, "fields._id: a field's own name must be letters, digits and _"),
        ({"fields": {"id": []}}, "fields.id must be its name in the files, in quotes (or a list of them), and is []"),
        ({"fields": {"id": "a", "ID": "b"}}, "fields id, ID differ in case only, and SQL takes them for one"),
        ({"columns": {"updated_at": "t"}}, "columns.updated_at needs line_id as well"),
        ({"columns": {"deleted": "true", "line_id": "id"}}, "columns.deleted needs line_id and updated_at as well"),
        ({"columns": {"quantity": 5}}, "columns.quantity must be a Spark SQL expression in quotes, and is 5"),
    ],
)
def test_setting_of_a_wrong_kind_is_named(content_of: Content, change: dict[str, Any], problem: str) -> None:
    assert any(found.startswith(problem) for found in problems_of(content_of(**change)))


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"headers": True}, "'headers' is no setting of [format] (did you mean header?)"),
        ({"header": "yes"}, "format.header must be bool, and is 'yes'"),
        ({"encoding": "latin1"}, "format.encoding 'latin1' is not known; it can be utf-8, windows-1250"),
        ({"quote": ""}, "format.quote '' must be one character"),
        ({"delimiter": '"'}, "format.delimiter and format.quote must differ"),
        ({"decimal_mark": "·"}, "format.decimal_mark '·' is not known; it can be ., ,"),
        ({"thousands_mark": "."}, 'format.thousands_mark must be one character, and not decimal_mark: set'),
        ({"type": "json", "multiline": True}, "format.multiline is for CSV: a JSON file must hold one object a line"),
        ({"timestamp_format": "yyyy-mm-dd"}, "format.timestamp_format 'yyyy-mm-dd' has no month (MM; mm is the"),
        ({"timestamp_format": "HH:mm"}, "format.timestamp_format 'HH:mm' has no year (yyyy)"),
        ({"timestamp_format": "yyyy-MM-dd hh:mm"}, "format.timestamp_format 'yyyy-MM-dd hh:mm' has hh without a"),
    ],
)  # fmt: skip
def test_format_that_would_misread_a_value_is_refused(content_of: Content, form: dict[str, Any], problem: str) -> None:
    assert any(found.startswith(problem) for found in problems_of(content_of(format=form)))


def test_format_that_is_no_table_is_named(content_of: Content) -> None:
    assert problems_of({**content_of(), "format": "csv"}) == ["format must be dict, and is 'csv'"]


@pytest.mark.parametrize("pattern", ["dd/MM/uuuu h:mm a", "yyyy-MM-dd'T'HH:mm:ss[.SSS]XXX", "yyyyDDD", "d MMM yy", ""])
def test_other_ways_to_write_a_time_are_taken(content_of: Content, pattern: str) -> None:
    mapping = parse_mapping(content_of(format={"timestamp_format": pattern}), "shop.toml")
    assert mapping.format.timestamp_format == pattern


def test_columns_without_names_go_by_number(content_of: Content) -> None:
    mapping = parse_mapping(content_of(format={"header": False}, fields={"id": 1, "q": [2, 3]}), "shop.toml")
    assert mapping.fields == {"id": (1,), "q": (2, 3)}
    assert problems_of(content_of(format={"header": False}, fields={"id": "id"})) == [
        "fields.id must be its position, from 1 (or a list of them), and is 'id'"
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"timezone": "UTC"},
        {"latest": date(2031, 1, 1)},
        {"format": {"encoding": "utf-16"}},
        {"fields": {"id": ["id", "ID"], "q": "q", "p": "p", "t": "t"}},
        {"columns": {"country": "'DE'"}},
    ],
)
def test_whatever_bears_on_a_row_changes_the_hash(content_of: Content, change: dict[str, Any]) -> None:
    assert (
        parse_mapping(content_of(**change), "shop.toml").hash
        != parse_mapping(content_of(), "elsewhere/shop.toml").hash
        == parse_mapping(content_of(description="a shop", max_quarantine=0.1), "shop.toml").hash
    )
