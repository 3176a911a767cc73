"""Public holidays by country, as shops name countries, through the `holidays` package."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import TypeAlias

Calendar: TypeAlias = Mapping[date, str]
"""The name of the holiday on each day that is one."""

_OTHER_NAMES = {
    "czech republic": "CZ",
    "eire": "IE",
    "hong kong": "HK",
    "korea": "KR",
    "republic of ireland": "IE",
    "rsa": "ZA",
    "the netherlands": "NL",
    "turkey": "TR",
}


@lru_cache(maxsize=1024)
def country_code(country: str) -> str | None:
    """The ISO 3166 code of a country by its English name or its code; None where it is no country."""
    from holidays.registry import COUNTRIES

    wanted = country.strip().lower()
    if wanted in _OTHER_NAMES:
        return _OTHER_NAMES[wanted]
    for name, (_, code, *codes) in COUNTRIES.items():
        if wanted.replace(" ", "_") == name or wanted.upper() in (code, *codes):
            return str(code)
    return None


def national_calendar(country: str, first: date, last: date) -> Calendar:
    """The holidays of the whole country in the years from `first` to `last`; empty where none are known."""
    code = country_code(country)
    return _calendar(code, None, first.year, last.year) if code else {}


def regional_calendars(country: str, first: date, last: date) -> Iterator[Calendar]:
    """The holidays in each part of the country, which hold those of the whole."""
    import holidays

    code = country_code(country)
    for part in holidays.list_supported_countries().get(code, []) if code else []:
        yield _calendar(code, part, first.year, last.year)


@lru_cache(maxsize=512)
def _calendar(code: str, part: str | None, first: int, last: int) -> Calendar:
    import holidays

    # The year after the last holds the days that are observed in the old year.
    return dict(holidays.country_holidays(code, subdiv=part, years=range(first, last + 2)))
