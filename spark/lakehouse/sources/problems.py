"""What is wrong with a mapping file's content, all of it at once, each with its likely fix."""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from typing import Any
from zoneinfo import available_timezones

from lakehouse.model import FIRST_DAY
from lakehouse.sources.format import COLUMNS, ENCODINGS, REQUIRED_COLUMNS, TYPES, Format

TOP_TYPES: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "description": (str,),
    "currency": (str,),
    "timezone": (str,),
    "business_timezone": (str,),
    "earliest": (date,),
    "latest": (date,),
    "max_quarantine": (float, int),
    "format": (dict,),
    "fields": (dict,),
    "columns": (dict,),
}


def mapping_problems(content: dict[str, Any]) -> list[str]:
    """Every problem of a mapping file's content that can be seen without Spark, each with its likely fix."""
    return [
        *_top_problems(content),
        *_format_problems(content),
        *_field_problems(content),
        *_column_problems(content),
    ]


def _top_problems(content: dict[str, Any]) -> list[str]:
    problems = _unknown(content, TOP_TYPES, "setting")
    for key, types in TOP_TYPES.items():
        if key in content and content[key] is not None and type(content[key]) not in types:
            problems.append(f"{key} must be {types[0].__name__}, and is {content[key]!r}")
    needed = {"currency": 'such as currency = "EUR"', "timezone": 'such as timezone = "Europe/Berlin"'}
    problems += [f"{key} is missing: add a line {example}" for key, example in needed.items() if key not in content]
    if not re.fullmatch(r"[A-Za-z0-9][\w.-]{0,62}", str(content["name"])):
        problems.append(f"name {content['name']!r} must be letters, digits, _ - or . and names the state's folder")
    if not re.fullmatch("[A-Z]{3}", str(content.get("currency", "EUR"))):
        problems.append(f"currency {content['currency']!r} is not an ISO 4217 code such as EUR")
    for key in ("timezone", "business_timezone"):
        if isinstance(content.get(key), str) and content[key] not in available_timezones():
            close = get_close_matches(content[key], available_timezones(), 1)
            problems.append(
                f"{key} {content[key]!r} is not known{_did_you_mean(close)}; use a name such as Europe/Berlin"
            )
    if not problems and not 0 <= content.get("max_quarantine", 0) <= 1:
        problems.append(f"max_quarantine {content['max_quarantine']} must be a share from 0 to 1, such as 0.05 for 5 %")
    if not problems and content["earliest"] <= FIRST_DAY:
        problems.append(f"earliest ({content['earliest']}) must be after {FIRST_DAY}, when all versions begin")
    if not problems and content["earliest"] >= content["latest"]:
        problems.append(f"earliest ({content['earliest']}) must be before latest ({content['latest']})")
    return problems


def _format_problems(content: dict[str, Any]) -> list[str]:
    form = content.get("format", {})
    if not isinstance(form, dict):
        return []
    problems = _unknown(form, Format.__dataclass_fields__, "setting of [format]")
    for key, value in form.items():
        default = getattr(Format, key, None)
        if default is not None and not isinstance(value, type(default)):
            problems.append(f"format.{key} must be {type(default).__name__}, and is {value!r}")
    if problems:
        return problems
    choices = {"type": TYPES, "encoding": ENCODINGS, "decimal_mark": (".", ",")}
    for key, allowed in choices.items():
        if form.get(key, allowed[0]) not in allowed:
            problems.append(f"format.{key} {form[key]!r} is not known; it can be {', '.join(allowed)}")
    for key in ("delimiter", "quote"):
        if len(form.get(key, ",")) != 1:
            problems.append(f"format.{key} {form[key]!r} must be one character")
    if form.get("delimiter", ",") == form.get("quote", '"'):
        problems.append("format.delimiter and format.quote must differ")
    if len(form.get("thousands_mark", "")) > 1 or form.get("thousands_mark") == form.get("decimal_mark", "."):
        problems.append('format.thousands_mark must be one character, and not decimal_mark: set decimal_mark = ","?')
    if form.get("multiline") and form.get("type") == "json":
        problems.append("format.multiline is for CSV: a JSON file must hold one object a line")
    return problems + _time_problems(form.get("timestamp_format", ""))


TIME_PARTS = {"year (yyyy)": "yu", "month (MM; mm is the minute)": "MLD", "day (dd)": "dD"}


def _time_problems(pattern: str) -> list[str]:
    """What a pattern for times leaves to chance: Spark would fill in 1970, January, the 1st, or the morning."""
    letters = set(re.sub("'[^']*'", "", pattern))
    missing = [part for part, signs in TIME_PARTS.items() if pattern and not letters & set(signs)]
    problems = [f"format.timestamp_format {pattern!r} has no {part}" for part in missing]
    if letters & set("hK") and "a" not in letters:
        problems.append(f"format.timestamp_format {pattern!r} has hh without a (AM or PM): HH is the hour of a day")
    return problems


def _field_problems(content: dict[str, Any]) -> list[str]:
    fields = content.get("fields")
    if not isinstance(fields, dict) or not fields:
        return ['[fields] is missing: give each value that you need a name, such as price = "Unit Price"']
    problems = []
    form = content.get("format")
    headless = isinstance(form, dict) and form.get("header") is False
    for name, value in fields.items():
        names = value if isinstance(value, list) else [value]
        kind, example = (int, "its position, from 1") if headless else (str, "its name in the files, in quotes")
        if not names or not all(type(one) is kind and one for one in names):
            problems.append(f"fields.{name} must be {example} (or a list of them), and is {value!r}")
        if not re.fullmatch(r"[A-Za-z]\w*", name):
            problems.append(f"fields.{name}: a field's own name must be letters, digits and _")
    lower = [name.lower() for name in fields]
    alike = [name for name in fields if lower.count(name.lower()) > 1]
    return problems + ([f"fields {', '.join(alike)} differ in case only, and SQL takes them for one"] if alike else [])


def _column_problems(content: dict[str, Any]) -> list[str]:
    columns = content.get("columns")
    if not isinstance(columns, dict):
        return [f"[columns] is missing: give an expression for {', '.join(REQUIRED_COLUMNS)}"]
    problems = _unknown(columns, dict.fromkeys(COLUMNS), "column of [columns]")
    problems += [
        f"columns.{name} is missing: every order line needs it" for name in REQUIRED_COLUMNS if name not in columns
    ]
    for name, expression in columns.items():
        if not isinstance(expression, str) or not expression.strip():
            problems.append(f"columns.{name} must be a Spark SQL expression in quotes, and is {expression!r}")
    if "deleted" in columns and not {"line_id", "updated_at"} <= columns.keys():
        problems.append(
            "columns.deleted needs line_id and updated_at as well: without them, nothing tells what is deleted"
        )
    if "updated_at" in columns and "line_id" not in columns:
        problems.append("columns.updated_at needs line_id as well: without it, a changed line is another line")
    return problems


def _unknown(content: dict[str, Any], known: dict[str, Any], what: str) -> list[str]:
    return [
        f"{key!r} is no {what}{_did_you_mean(get_close_matches(key, known, 1))}; known are {', '.join(known)}"
        for key in content
        if key not in known
    ]


def _did_you_mean(close: list[str]) -> str:
    return f" (did you mean {close[0]}?)" if close else ""
