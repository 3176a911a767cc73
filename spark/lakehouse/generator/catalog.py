"""The shop's products: names, categories and prices that change at known moments, and how popular each is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lakehouse.generator.calendar import PROMOTIONS, Calendar

CURRENCY = "USD"


class Category(NamedTuple):
    """What a category sells: nouns for names, median price in dollars, and whether by the metre."""

    name: str
    nouns: tuple[str, ...]
    price: float
    by_metre: bool = False


CATEGORIES = (
    Category("Laptops", ("Laptop 14", 'Laptop 15,6"', "Ultrabook"), 890),
    Category("Phones", ("Phone", "Phone Mini", "Phone Pro"), 520),
    Category("Monitors", ('24" Monitor', '27" Monitor, curved'), 260),
    Category("Keyboards & Mice", ("Keyboard, US layout", "Tastatur für Büro", "Mouse"), 45),
    Category("Audio", ("Headphones 🎧", "Speaker", 'Bar "Großer Klang"'), 95),
    Category("Cameras", ("Camera 📷", "Objectif 50 mm", "Tripod"), 310),
    Category("Games", ("Puzzle, 1000 pieces", "Console", "Würfelspiel"), 38),
    Category("Kitchen", ("Kettle", "Crêpe pan", "Espresso Maker ☕"), 62),
    Category("Books", ('"How to" Guide', "Cookbook", "Straßenatlas"), 19),
    Category("Toys", ("Teddy 🧸", "Building Set", "Train, wooden"), 27),
    Category("Garden", ("Hose Reel", "Grill", "Gießkanne"), 58),
    Category("Office", ("Paper, A4", "Desk Lamp", "Chair"), 34),
    Category("Cables by the Metre", ("Cable CAT7", "Speaker Wire 2 x 2.5 mm²"), 2.2, by_metre=True),
    Category("Sport", ("Yoga Mat", "Vélo Helmet", "Dumbbell 5 kg"), 41),
)

_BRANDS = ("Nordwind", "Müller & Söhne", "O'Brien", "Acme, Inc.", "Ébène", "Łódź", "Kappa\\One", "東京", "Blue Fox")
_RENAMES = (" (new)", ', 2nd "edition"', " Mk II größer", " ★")
_LEAST_PRICE, _MOST_PRICE = 35, 349_999  # cents
_CHANGES_PER_YEAR = 3.0


class Version(NamedTuple):
    """A product as it is from a moment on: UTC milliseconds, name, category number, price in cents."""

    since: int
    name: str
    category: int
    cents: int


@dataclass(frozen=True)
class Catalog:
    """All products and all their versions, in order of product and time.

    Attributes:
        keys: product and moment in one sortable number, for `version_at`: int64 [versions].
        product: int64 [versions]; name, category and price hold from `keys` on.
        cents: list price: int64 [versions].
        by_metre: whether a product is cut to length: bool [products].
        percents: price cut by promotion of the calendar: int64 [promotions + 1, products].
        draws: product by 16 random bits, as popular as it is: int64 [promotions + 1, 65536].
        json: `"id":...,"name":...,"category":...` of each version, escaped: binary [versions].
    """

    keys: npt.NDArray[np.int64]
    product: npt.NDArray[np.int64]
    cents: npt.NDArray[np.int64]
    by_metre: npt.NDArray[np.bool_]
    percents: npt.NDArray[np.int64]
    draws: npt.NDArray[np.int64]
    json: pa.BinaryArray

    def version_at(self, product: npt.NDArray[np.int64], at: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The version of each product that holds at each moment (UTC milliseconds)."""
        return np.searchsorted(self.keys, _key(product, at), side="right") - 1


def product_catalog(lines: int, calendar: Calendar, rng: np.random.Generator) -> Catalog:
    """Draw the products for a shop of about `lines` lines: 500 at 200,000 lines, slowly more for more."""
    count = int(np.clip(500 * (lines / 200_000) ** 0.15, 20, 2000))
    popularity = rng.permutation((np.arange(count) + 4.0) ** -0.9)
    ranking = np.argsort(-popularity)
    histories = [_history(number, calendar, rng) for number in range(count)]
    _force_changes(histories, ranking, calendar)
    versions = [version for history in histories for version in history]
    product = np.repeat(np.arange(count), [len(history) for history in histories])
    group = np.array([history[0].category for history in histories])
    covered = rng.random((len(PROMOTIONS) + 1, len(CATEGORIES)))[:, group] < 0.4
    covered[-1] = False
    return Catalog(
        keys=_key(product, np.array([version.since for version in versions])),
        product=product,
        cents=np.array([version.cents for version in versions]),
        by_metre=np.array([CATEGORIES[number].by_metre for number in group]),
        percents=covered * np.array([promotion.percent for promotion in PROMOTIONS] + [0])[:, None],
        draws=_draws(popularity, covered),
        json=pa.array([_json(*pair) for pair in zip(product.tolist(), versions, strict=True)], pa.binary()),
    )


def _key(product: npt.NDArray[np.int64], at: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return (product << 43) + at  # 43 bits hold milliseconds until the year 2248


def _history(number: int, calendar: Calendar, rng: np.random.Generator) -> list[Version]:
    category = number % len(CATEGORIES)
    about = CATEGORIES[category]
    name = f"{rng.choice(_BRANDS)} {rng.choice(about.nouns)} {100 + number}"
    first = Version(0, name, category, _priced(about.price * 100 * float(np.exp(rng.normal(0, 0.45)))))
    history = [first]
    begin, end = int(calendar.midnights[0]), int(calendar.midnights[-1])
    moments = rng.integers(begin, end, rng.poisson(_CHANGES_PER_YEAR * calendar.days / 365))
    for since in np.sort(moments).tolist():
        history.append(_changed(history[-1], since // 1000 * 1000, rng))
    return history


def _changed(before: Version, since: int, rng: np.random.Generator) -> Version:
    what = rng.random()
    if what < 0.10:
        return before._replace(since=since, name=before.name + str(rng.choice(_RENAMES)))
    if what < 0.12 and not CATEGORIES[before.category].by_metre:
        return before._replace(since=since, category=(before.category + 1) % len(CATEGORIES))
    return before._replace(since=since, cents=_priced(before.cents * float(rng.uniform(0.85, 1.2))))


def _priced(cents: float) -> int:
    rounded = round(cents / 10) * 10 - 1 if cents > 500 else round(cents)
    return min(max(rounded, _LEAST_PRICE), _MOST_PRICE)


def _force_changes(histories: list[list[Version]], ranking: npt.NDArray[np.int64], calendar: Calendar) -> None:
    """Let three bestsellers change name, category and price, so that even a small shop has one of each."""
    begin, end = int(calendar.midnights[0]), int(calendar.midnights[-1])
    for product, share, what in zip(ranking[:3], (0.35, 0.5, 0.6), ("name", "category", "cents"), strict=True):
        first = histories[product][0]
        since = int(begin + share * (end - begin)) // 1000 * 1000
        changed = {
            "name": first._replace(since=since, name=first.name + _RENAMES[1]),
            "category": first._replace(since=since, category=(first.category + 5) % len(CATEGORIES)),
            "cents": first._replace(since=since, cents=_priced(first.cents * 1.1 + 10)),
        }
        histories[product] = [first, changed[what]]


def _draws(popularity: npt.NDArray[np.float64], covered: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    lifts = np.array([promotion.lift for promotion in PROMOTIONS] + [1.0])[:, None]
    weights = popularity * np.where(covered, lifts, 1.0)
    steps = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    at = (np.arange(65536) + 0.5) / 65536
    return np.stack([np.searchsorted(row, at) for row in steps]).clip(max=len(popularity) - 1)


def _json(product: int, version: Version) -> bytes:
    name = json.dumps(version.name, ensure_ascii=False)
    category = json.dumps(CATEGORIES[version.category].name, ensure_ascii=False)
    return f'"id":"P{product + 1:04d}","name":{name},"category":{category}'.encode()
