"""A value is read exactly, or the line says why it cannot be: nothing is rounded, guessed or lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from pyspark.sql import Row, SparkSession

from lakehouse.errors import MappingError
from lakehouse.quality import LINE_RULES, MEANINGS, RECORD_RULES
from lakehouse.sources.mapping import Mapping
from lakehouse.sources.parse import field_positions, parse_records

# On Glue, and here where much has landed, queries are compiled.
pytestmark = pytest.mark.usefixtures("compiled")

Make = Callable[..., Mapping]
Judged = Callable[..., list[Row]]
JSON = {"type": "json"}


def record(**changes: Any) -> str:
    """A sound line of the shop as JSON; a value given as `raw:...` is written as it is."""
    values = {"id": "A1", "q": "2", "p": "1.50", "t": "2024-05-06 07:08:09", **changes}
    return json.dumps(values).replace('"raw:', "").replace(':raw"', "")


def written(number: str) -> str:
    """A number that goes into the JSON as it is written."""
    return f"raw:{number}:raw"


def fields_of(row: Row) -> tuple[str | None, ...]:
    return tuple(row.fields)


def test_sound_line_has_every_value_and_no_reason(mapping_of: Make, judged: Judged) -> None:
    (line,) = judged(mapping_of(columns={"country": "' DE '"}), "A1,2,1.50,2024-05-06 07:08:09")
    assert (line.order_id, line.product_id, line.country, line.category) == ("A1", "mug", "DE", None)
    assert (line.quantity, line.unit_price, line.net_amount) == (Decimal(2), Decimal("1.5"), Decimal(3))
    assert (line.order_ts, line.order_date) == ("2024-05-06 05:08:09", "2024-05-06")
    assert (line.line_type, line.currency, line.deleted, line.reasons) == ("sale", "EUR", False, [])
    assert (line.file, line.line_number, line.raw) == ("file", 1, "A1,2,1.50,2024-05-06 07:08:09")


def test_csv_record_is_taken_apart_or_says_why_not(mapping_of: Make, judged: Judged) -> None:
    cases: dict[str, tuple[tuple[str | None, ...] | None, list[str]]] = {
        '"say ""hi"", twice",2,3,t': (('say "hi", twice', "2", "3", "t"), []),
        '"""",2,3,t': (('"', "2", "3", "t"), []),
        '"""""",2,3,t': (('""', "2", "3", "t"), []),
        ' a ,2,3,"t\n u"': ((" a ", "2", "3", "t\n u"), []),
        ',"",3,t': ((None, None, "3", "t"), []),  # CSV has one kind of nothing, in quotes or not
        'back\\slash\\",2,3,t"': (('back\\slash\\"', "2", "3", 't"'), []),
        "a,2,3": (None, ["malformed_line"]),
        "a,2,3,t,": (None, ["malformed_line"]),
        "a": (None, ["malformed_line"]),
        'a,2,3,"t': (None, ["unbalanced_quotes"]),
        'a,"2,3,t"': (None, ["malformed_line"]),
        '5" nail,2,3,t': (None, ["unbalanced_quotes"]),
    }
    for raw, row in zip(cases, judged(mapping_of(), *cases), strict=True):
        fields, faults = cases[raw]
        assert [reason for reason in row.reasons if reason in RECORD_RULES] == faults, raw
        assert fields is None or fields_of(row) == fields, raw


def test_columns_go_by_name_whatever_their_order_and_spelling(mapping_of: Make, judged: Judged) -> None:
    mapping = mapping_of(fields={"id": ["id", "order"], "q": "q", "p": "p", "t": "t"})
    lines = judged(
        mapping,
        (["id", "q", "p", "t"], "A1,2,3,2024-05-06 07:08:09"),
        (["t", "new", "p", "q", "order"], "2024-05-06 07:08:09,x,3,2,A1"),
        (["id", "order", "q", "p", "t"], "A1,old,2,3,2024-05-06 07:08:09"),
    )
    assert [fields_of(line) for line in lines] == [("A1", "2", "3", "2024-05-06 07:08:09")] * 3
    assert len({(line.line_id, line.content_hash) for line in lines}) == 1
    assert [line.reasons for line in lines] == [[], [], []]


def test_header_that_lacks_a_field_is_named_and_not_guessed(mapping_of: Make) -> None:
    with pytest.raises(MappingError, match=r"fields\.t: files with the columns id, q, p are loaded already"):
        field_positions(mapping_of(), ["id", "q", "p"])


def test_files_without_any_line_are_no_error(mapping_of: Make, judged: Judged) -> None:
    assert judged(mapping_of()) == []


def test_json_record_is_taken_apart_or_says_why_not(mapping_of: Make, judged: Judged) -> None:
    nested = mapping_of(format=JSON, fields={"id": ["order.id", "nr"], "q": "q", "p": "p.of.one", "t": "t"})
    cases: dict[str, tuple[tuple[str | None, ...] | None, list[str]]] = {
        '{"order": {"id": "A1"}, "q": 2, "p": {"of": {"one": 1.10}}, "t": "x"}': (("A1", "2", "1.1", "x"), []),
        '{"nr": 7, "q": true, "t": null}': (("7", "true", None, None), []),
        '{"order": null, "nr": "B", "q": ""}': (("B", "", None, None), []),
        '{"order": "A1", "q": {"a": [1]}}': ((None, '{"a":[1]}', None, None), []),
        '{"ORDER": {"id": "A1"}}': ((None, None, None, None), []),
        '{"q": "\\u00fc \\n \\"x\\""}': ((None, 'ü \n "x"', None, None), []),
        " {} ": ((None, None, None, None), []),
        '{"q": "2"} x': (None, ["malformed_line"]),
        '{"q": "2"}, {"q": "3"}': (None, ["malformed_line"]),
        '{"q": "2"}]': (None, ["malformed_line"]),
        '{"q": "2"': (None, ["malformed_line"]),
        '{"q": "2", "q": "3"}': (None, ["malformed_line"]),
        '{"q": NaN}': (None, ["malformed_line"]),
        "[1]": (None, ["malformed_line"]),
        "null": (None, ["malformed_line"]),
        "text": (None, ["malformed_line"]),
    }
    for raw, row in zip(cases, judged(nested, *cases), strict=True):
        fields, faults = cases[raw]
        assert [reason for reason in row.reasons if reason in RECORD_RULES] == faults, raw
        assert fields is None or fields_of(row) == fields, raw


NUMBERS: dict[str, str | None] = {
    "1": "1", "-1.250": "-1.25", "+5": "5", ".5": "0.5", "5.": "5", " 7 ": "7", "0.0000": "0", "00012": "12",
    "1e2": "100", "1.2345e3": "1234.5", "1.234567E7": "12345670", "99999999999.999": "99999999999.999",
    "1.00000000000000000000": "1", "100000000000": "quantity_too_large", "1e400": "quantity_too_large",
    "9" * 60: "quantity_too_large", "1.0005": "quantity_too_many_decimals",
    "0.00000000001": "quantity_too_many_decimals", "99999999999.9999": "quantity_too_many_decimals",
    "1.2345678e2": "quantity_too_many_decimals", "1e-2": "invalid_quantity", "NaN": "invalid_quantity",
    "Infinity": "invalid_quantity", "-inf": "invalid_quantity", "": "invalid_quantity", " ": "invalid_quantity",
    "two": "invalid_quantity", "1,5": "invalid_quantity", "1 000": "invalid_quantity", "0x10": "invalid_quantity",
    "5d": "invalid_quantity", "1_0": "invalid_quantity", "\u0663": "invalid_quantity", ".": "invalid_quantity",
    "--1": "invalid_quantity", "€5": "invalid_quantity", "5%": "invalid_quantity",
}  # fmt: skip
"""Texts of a quantity, and the number or the one reason that each gives."""


def of_quantity(line: Row) -> str | None:
    """The quantity in its shortest form, or the reasons against the line."""
    return ", ".join(line.reasons) or f"{line.quantity.normalize():f}"


def test_number_is_exact_or_says_why_not(mapping_of: Make, judged: Judged) -> None:
    lines = judged(mapping_of(format=JSON), *(record(q=text) for text in NUMBERS))
    assert {text: of_quantity(line) for text, line in zip(NUMBERS, lines, strict=True)} == NUMBERS


def test_number_of_json_is_exact_as_written(mapping_of: Make, judged: Judged) -> None:
    expected = {
        "1.005": "1.005", "0.1": "0.1", "-3": "-3", "1e2": "100", "1.5e-1": "0.15", "2.50": "2.5",
        "12345678901.234": "12345678901.234",
        "0.10000000000000000000000000000000000001": "quantity_too_many_decimals",
        "12345678901234567890": "quantity_too_large", "1e40": "quantity_too_large", "1e400": "invalid_quantity",
        "null": "invalid_quantity", "true": "invalid_quantity", "[1]": "invalid_quantity",
    }  # fmt: skip
    lines = judged(mapping_of(format=JSON), *(record(q=written(number)) for number in expected))
    assert {number: of_quantity(line) for number, line in zip(expected, lines, strict=True)} == expected


def test_number_of_an_exact_type_keeps_its_decimals(mapping_of: Make, judged: Judged) -> None:
    expected = {"1.5": "1.5", "0": "0", "-2": "-2", "0.0004": "quantity_too_many_decimals",
                "0.0000001": "quantity_too_many_decimals", "x": "invalid_quantity"}  # fmt: skip
    mapping = mapping_of(format=JSON, columns={"quantity": "try_cast(q AS DECIMAL(38, 10))"})
    lines = judged(mapping, *(record(q=text) for text in expected))
    assert {text: of_quantity(line) for text, line in zip(expected, lines, strict=True)} == expected


def test_decimal_comma_and_thousands_mark_never_move_the_point(mapping_of: Make, judged: Judged) -> None:
    german = {"1,5": "1.5", "1.234,5": "1234.5", "-1.234.567": "-1234567", "1234,5": "1234.5", "12.50": None,
              "1.5": None, "1.2345,5": None, "1234.567": None, "1,5.000": None, "1,234,5": None}  # fmt: skip
    plain = {"1,5": "1.5", "1.5": None, "1.234,5": None, "7": "7"}
    english = {"1,234.5": "1234.5", "1,5": None, "12,50": None, "1,234": "1234", "1.234,5": None, "7.25": "7.25"}
    spaced = {"1\u00a0234,5": "1234.5", "1 234,5": None}
    for marks, expected in ((",.", german), (",", plain), (".,", english), (",\u00a0", spaced)):
        form = {**JSON, "decimal_mark": marks[0], "thousands_mark": marks[1:]}
        lines = judged(mapping_of(format=form), *(record(q=text, p="2") for text in expected))
        found = {text: of_quantity(line) for text, line in zip(expected, lines, strict=True)}
        assert found == {text: number or "invalid_quantity" for text, number in expected.items()}, marks


def test_amount_is_rounded_half_up_once(mapping_of: Make, judged: Judged) -> None:
    cases = {("0.5", "0.0001"): "0.0001", ("-0.5", "0.0001"): "-0.0001", ("0.333", "0.3333"): "0.1110"}
    lines = judged(mapping_of(format=JSON), *(record(q=q, p=p) for q, p in cases))
    assert [(line.net_amount, line.amount) for line in lines] == [(Decimal(a), Decimal(a)) for a in cases.values()]


def test_amount_of_a_bad_line_is_told_where_it_can_be_computed(mapping_of: Make, judged: Judged) -> None:
    cases = {
        record(t="x"): Decimal("3.0000"),
        record(q="1.0005"): Decimal("1.5008"),
        record(q="4.999", p="4.00001"): Decimal("19.9960"),  # 19.99604999: by way of 19.996050 it would be 19.9961
        record(q="1" + "0" * 11): Decimal("150000000000.0000"),
        record(q="x"): None,
        record() + "x": None,
    }
    assert [line.amount for line in judged(mapping_of(format=JSON), *cases)] == list(cases.values())


def test_time_is_read_by_its_format_alone(mapping_of: Make, judged: Judged) -> None:
    cases = {
        "2024-05-06 07:08:09": "2024-05-06 05:08:09",
        " 2024-05-06 07:08:09 ": "2024-05-06 05:08:09",
        "2023-02-29 00:00:00": "invalid_order_ts",
        "2024-04-31 00:00:00": "invalid_order_ts",
        "2024-05-06 24:00:00": "invalid_order_ts",
        "2024-05-06 23:59:60": "invalid_order_ts",
        "0000-00-00 00:00:00": "invalid_order_ts",
        "2024-5-6 7:8:9": "invalid_order_ts",
        "2024-05-06": "invalid_order_ts",
        "12:30": "invalid_order_ts",
        "06.05.2024 07:08:09": "invalid_order_ts",
        "2024-05-06 07:08:09+02:00": "invalid_order_ts",
        "2024-05-06 07:08:09.5": "invalid_order_ts",
        "": "invalid_order_ts",
        "0001-01-01 00:00:00": "order_ts_out_of_bounds",
        "1999-12-31 23:59:59": "order_ts_out_of_bounds",
        "2000-01-01 00:00:00": "1999-12-31 23:00:00",
        "2023-12-31 23:59:59": "2023-12-31 22:59:59",
        "2030-01-01 00:00:00": "order_ts_out_of_bounds",
    }
    lines = judged(mapping_of(format=JSON, latest=date(2030, 1, 1)), *(record(t=text) for text in cases))
    found = {text: ", ".join(line.reasons) or line.order_ts for text, line in zip(cases, lines, strict=True)}
    assert found == cases


def test_order_date_is_the_day_in_the_business_time_zone(mapping_of: Make, judged: Judged) -> None:
    cases = {
        "2024-07-01 00:30:00": ("2024-06-30 22:30:00", "2024-06-30"),
        "2024-01-01 05:59:59": ("2024-01-01 04:59:59", "2023-12-31"),
        "2024-03-31 01:30:00": ("2024-03-31 00:30:00", "2024-03-30"),
        "2024-03-31 02:30:00": ("2024-03-31 01:30:00", "2024-03-30"),  # never was: clocks went from 2 to 3
        "2024-03-31 03:30:00": ("2024-03-31 01:30:00", "2024-03-30"),
        "2024-10-27 02:30:00": ("2024-10-27 00:30:00", "2024-10-26"),  # was twice: the first counts
        "2024-10-27 03:30:00": ("2024-10-27 02:30:00", "2024-10-26"),
    }
    mapping = mapping_of(format=JSON, timezone="Europe/Berlin", business_timezone="America/New_York")
    lines = judged(mapping, *(record(t=text) for text in cases))
    assert {t: (line.order_ts, line.order_date) for t, line in zip(cases, lines, strict=True)} == cases


def test_time_that_names_its_zone_is_not_shifted(mapping_of: Make, judged: Judged) -> None:
    times = ("2024-07-01T00:30:00+02:00", "2024-06-30T22:30:00Z", "2024-06-30T18:30:00-04:00")
    mapping = mapping_of(format={**JSON, "timestamp_format": "yyyy-MM-dd'T'HH:mm:ssXXX"})
    assert [line.order_ts for line in judged(mapping, *(record(t=t) for t in times))] == ["2024-06-30 22:30:00"] * 3
    literal = mapping_of(format={**JSON, "timestamp_format": "yyyy-MM-dd'T'HH:mm:ss'Z'"}, timezone="UTC")
    assert [line.order_ts for line in judged(literal, record(t=times[1]))] == ["2024-06-30 22:30:00"]


def test_time_of_an_expression_is_in_the_sources_zone(mapping_of: Make, judged: Judged) -> None:
    columns = {"order_ts": "try_to_timestamp(t, 'dd.MM.yyyy HH:mm')"}
    (line,) = judged(mapping_of(format=JSON, columns=columns), record(t="01.07.2024 00:30"))
    assert (line.order_ts, line.order_date) == ("2024-06-30 22:30:00", "2024-07-01")


STATES = {
    "fields": {n: n for n in ("id", "q", "p", "t", "line", "changed", "gone", "kind", "money", "land", "name")},
    "columns": {"line_id": "line", "updated_at": "changed", "deleted": "gone = 'yes'", "line_type": "kind",
                "currency": "money", "country": "land", "product_id": "name"},
    "format": JSON,
}  # fmt: skip
SOUND = {"line": "L1", "changed": "2024-05-06 07:08:09", "kind": "sale", "money": "eur", "land": "DE", "name": "mug"}
BREAKS: dict[str, dict[str, str | None]] = {
    "missing_line_id": {"line": " "},
    "missing_order_id": {"id": None},
    "missing_product_id": {"name": ""},
    "invalid_quantity": {"q": "two"},
    "quantity_too_large": {"q": "100000000000"},
    "quantity_too_many_decimals": {"q": "1.0001"},
    "invalid_unit_price": {"p": None},
    "unit_price_too_large": {"p": "100000000000000"},
    "unit_price_too_many_decimals": {"p": "1.00001"},
    "negative_price": {"p": "-0.0001"},
    "amount_too_large": {"q": "99999999999", "p": "9999"},
    "invalid_line_type": {"kind": "gift"},
    "wrong_sign": {"q": "-1"},
    "invalid_order_ts": {"t": "2024-02-30 00:00:00"},
    "order_ts_out_of_bounds": {"t": "1999-12-31 00:00:00"},
    "invalid_currency": {"money": "EURO"},
    "text_too_long": {"land": "x" * 65},
    "invalid_updated_at": {"changed": "yesterday"},
}


def test_each_rule_is_broken_by_some_line_alone(mapping_of: Make, judged: Judged) -> None:
    assert list(BREAKS) == [rule.name for rule in LINE_RULES]
    lines = judged(mapping_of(**STATES), *(record(**{**SOUND, **change}) for change in ({}, *BREAKS.values())))
    assert [line.reasons for line in lines] == [[], *([name] for name in BREAKS)]


def test_line_breaks_every_rule_that_it_breaks(mapping_of: Make, judged: Judged) -> None:
    (line,) = judged(mapping_of(**STATES), "{}")
    assert line.reasons == [
        "missing_line_id", "missing_order_id", "missing_product_id", "invalid_quantity", "invalid_unit_price",
        "invalid_line_type", "invalid_order_ts", "invalid_currency", "invalid_updated_at",
    ]  # fmt: skip
    assert set(line.reasons) < set(MEANINGS)


def test_bounds_of_the_rules_are_still_sound(mapping_of: Make, judged: Judged) -> None:
    sound: list[dict[str, str | None]] = [
        {"q": "-1", "kind": "return"}, {"q": "0"}, {"q": "0", "kind": "return"}, {"p": "0"}, {"kind": " SALE "},
        {"kind": "adjustment", "q": "-1"}, {"land": "ü" * 64}, {"land": "x" * 64 + " "}, {"land": None},
        {"p": "99999999999999.9999", "q": "1"}, {"q": "-99999999999.999", "p": "0.0001", "kind": "return"},
    ]  # fmt: skip
    lines = judged(mapping_of(**STATES), *(record(**{**SOUND, **change}) for change in sound))
    assert [line.reasons for line in lines] == [[]] * len(sound)
    (ended,) = judged(mapping_of(**STATES), record(**{**SOUND, "money": "eur\n"}))
    assert ended.reasons == ["invalid_currency"]


def test_tombstone_needs_its_id_and_time_only(mapping_of: Make, judged: Judged) -> None:
    tombstone = '{"line": "L1", "changed": "2024-05-06 07:08:09", "gone": "yes"}'
    lines = judged(mapping_of(**STATES), tombstone, '{"gone": "yes"}')
    assert [line.reasons for line in lines] == [[], ["missing_line_id", "invalid_updated_at"]]
    assert [line.deleted for line in lines] == [True, True]


def compact(*values: str | None) -> str:
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False)


def test_line_id_is_a_hash_of_the_fields_as_delivered(mapping_of: Make, judged: Judged) -> None:
    columns = {"unit_price": "q", "order_ts": "id"}
    mapping = mapping_of(format=JSON, fields={"id": "id", "q": "q"}, columns=columns)
    raws = {
        '{"q": null, "id": "a|b"}': ("a|b", None),
        '{"id": "a|b", "q": ""}': ("a|b", ""),
        '{"id": "a", "q": "b|"}': ("a", "b|"),
        '{"id": "a|b ", "new": 1}': ("a|b ", None),
    }
    lines = judged(mapping, *raws)
    assert [line.line_id for line in lines] == [
        sha256(compact("shop", compact(*fields)).encode()).hexdigest() for fields in raws.values()
    ]
    assert len({line.line_id for line in lines}) == len({line.content_hash for line in lines}) == 4


def test_mended_expression_changes_neither_id_nor_content(mapping_of: Make, judged: Judged) -> None:
    raw = "A1,2,1.50,2024-05-06 07:08:09"
    mended = {"quantity": "-abs(try_cast(q AS INT))", "line_type": "'return'", "product_id": "'cup'"}
    (before,), (after,) = judged(mapping_of(), raw), judged(mapping_of(columns=mended), raw)
    assert (before.line_id, before.content_hash) == (after.line_id, after.content_hash)
    assert (before.quantity, after.quantity) == (Decimal(2), Decimal(-2))


def test_own_line_id_outlives_other_content(mapping_of: Make, judged: Judged) -> None:
    lines = judged(mapping_of(**STATES), record(**SOUND), record(**{**SOUND, "line": " L1 ", "q": "3"}))
    assert {line.line_id for line in lines} == {sha256(compact("shop", "L1").encode()).hexdigest()}
    assert lines[0].content_hash != lines[1].content_hash


def test_own_line_id_is_hashed_as_json(mapping_of: Make, judged: Judged) -> None:
    own = ("L1", 'L"1', "L\\1", "L\t1", "Ł1", "L/1 é\U0001f6d2", "L\u007f1", "[L1]")
    lines = judged(mapping_of(**STATES), *(record(**{**SOUND, "line": line}) for line in own))
    assert [line.line_id for line in lines] == [sha256(compact("shop", line).encode()).hexdigest() for line in own]


def test_fields_may_be_named_like_columns_of_the_lake(mapping_of: Make, judged: Judged) -> None:
    names = ("file", "raw", "batch", "source", "broken", "fields", "record", "m", "order", "line_number")
    mapping = mapping_of(
        fields={name: name for name in (*names, "id", "q", "p", "t")},
        columns={"order_id": "concat_ws('-', file, raw, batch, source, broken, fields, record, m, order, line_number)"},
    )
    (line,) = judged(mapping, "1,2,3,4,5,6,7,8,9,10,A1,2,1.50,2024-05-06 07:08:09")
    assert (line.order_id, line.reasons) == ("1-2-3-4-5-6-7-8-9-10", [])
    assert (line.file, line.line_number, line.source) == ("file", 1, "shop")


def test_bytes_that_are_no_text_are_the_records_fault(spark: SparkSession, mapping_of: Make) -> None:
    rows = [("caf\ufffd,2,3,t", "Y2Fm6Q==", '["id","q","p","t"]')]
    records = spark.createDataFrame(rows, "raw STRING, raw_base64 STRING, header STRING")
    parsed = parse_records(records, mapping_of(), [rows[0][2]])
    assert [row.broken for row in parsed.collect()] == [["invalid_encoding"]]
