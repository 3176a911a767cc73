"""The sales forecast on days that it has not seen: generated sales, and UCI Online Retail."""

from __future__ import annotations

import json
from statistics import mean
from typing import Any

from benchmarks.charts import bars
from benchmarks.measure import CommandFailed, lakehouse, python
from benchmarks.measure import measure as run
from benchmarks.page import Grid, Section, Target
from benchmarks.results import Plan

TITLE = "The sales forecast, on days it has not seen"
ABOUT = """
Daily net sales of the next 28 days. WAPE is the sum of absolute errors over the sum of absolute sales; intervals are to
hold nine days in ten. The ensemble blends Theta and one LightGBM for all series, and takes weights and intervals from
backtests before each cut-off alone; the other models are what it is made of and what it must beat.

**Generated**: 1,000 series over three years, orders as a Poisson process with week, year, holidays, promotions on the
same dates each year and by surprise, drift and returns (`benchmarks/generated_sales.py`), drawn by three seeds. *Noise*
is the error of one who knows the very means that sales were drawn from. **UCI Online Retail**: four cut-offs, mean of
the four; the total, and the eight largest countries pooled.
"""
SEEDS, COUNTRIES = (11, 12, 13), 20
NAIVE, ENSEMBLE = "seasonal_naive", "ensemble"
MOST_OF_NAIVE, MOST_SECONDS, MOST_TOTAL, MOST_LARGEST, LEAST_OF_ONE = 0.60, 60, 0.27, 0.40, 0.80
COVERED = (0.87, 0.93)


def measure(plan: Plan) -> dict[str, Any]:
    """Forecast both; UCI's sales are those of a lakehouse that is filled for it."""
    countries = max(1, round(COUNTRIES * plan.share))
    generated = [_told("generated", str(seed), str(countries)) for seed in SEEDS]
    home = plan.work / "uci"
    run(
        lakehouse("run", "--source", "uci_online_retail", "--landing", str(plan.uci)),
        {"LAKEHOUSE_HOME": str(home)},
    )
    return {"generated": dict(zip(map(str, SEEDS), generated, strict=True)), "uci": _told("uci", str(home))}


def _told(*arguments: str) -> dict[str, Any]:
    output = run(python("-m", "benchmarks.forecast_work", *arguments)).output
    try:
        told: dict[str, Any] = json.loads(output.splitlines()[-1])
    except (IndexError, json.JSONDecodeError) as error:
        raise CommandFailed(f"forecasting {arguments[0]} told no figures") from error
    return told


def section(data: dict[str, Any]) -> Section:
    """Show accuracy by model and data, and the intervals."""
    seeds, uci = list(data["generated"].values()), data["uci"]
    grids = (
        Grid(
            (
                "Generated, 28 days unseen",
                *(f"seed {seed}" for seed in data["generated"]),
                "of naive's",
                "bias",
                "MASE",
            ),
            [*_by_seed(seeds), ("*noise*", *(_three(seed["noise"]) for seed in seeds), *_noise(seeds))],
            "WAPE over all series:",
        ),
        Grid(("Ensemble, generated", "WAPE", "bias", "coverage"), _by_level(seeds), "By level, mean of the seeds:"),
        Grid(
            ("UCI, mean of four cut-offs", "total", "largest eight", "bias", "coverage"),
            [_uci_row(name, found) for name, found in uci["models"].items()],
            "WAPE, bias of the total, coverage over all countries:",
        ),
        Grid(("Country", "Days covered"), [(name, _percent(share)) for name, share in uci["coverage"].items()]),
    )
    rows = [("generated", name, _wape(seeds, name)) for name in seeds[0]["models"]]
    rows += [
        (f"UCI, {group}", name, _uci(uci, name, group)) for group in ("total", "largest") for name in uci["models"]
    ]
    return Section(TITLE, ABOUT, _targets(seeds, uci), grids, chart=bars(rows, "WAPE"))


def _by_seed(seeds: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return [
        (
            name,
            *(_three(seed["models"][name]["wape"]) for seed in seeds),
            f"{_wape(seeds, name) / _wape(seeds, NAIVE):.3f}",
            *(_three(mean(seed["models"][name][figure] for seed in seeds)) for figure in ("bias", "mase")),
        )
        for name in seeds[0]["models"]
    ]


def _noise(seeds: list[dict[str, Any]]) -> tuple[str, str, str]:
    return f"{mean(seed['noise'] for seed in seeds) / _wape(seeds, NAIVE):.3f}", "", ""


def _by_level(seeds: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    figures = ("wape", "bias", "coverage")
    return [
        (level, *(_three(mean(seed["levels"][level][figure] for seed in seeds)) for figure in figures))
        for level in seeds[0]["levels"]
    ]


def _uci_row(name: str, found: list[dict[str, Any]]) -> tuple[str, ...]:
    picked = (("total", "wape"), ("largest", "wape"), ("total", "bias"), ("countries", "coverage"))
    return (name, *(_three(mean(window[group][figure] for window in found)) for group, figure in picked))


def _wape(seeds: list[dict[str, Any]], name: str) -> float:
    return float(mean(seed["models"][name]["wape"] for seed in seeds))


def _uci(uci: dict[str, Any], name: str, group: str, figure: str = "wape") -> float:
    return float(mean(window[group][figure] for window in uci["models"][name]))


def _targets(seeds: list[dict[str, Any]], uci: dict[str, Any]) -> list[Target]:
    others = min(_wape(seeds, name) for name in seeds[0]["models"] if name != ENSEMBLE)
    ours, slowest = _wape(seeds, ENSEMBLE), max(seed["seconds"] for seed in seeds)
    covered = mean(seed["models"][ENSEMBLE]["coverage"] for seed in seeds)
    least = min(uci["coverage"].values())
    return [
        _at_most(
            "Forecast of 1,000 series, WAPE as part of seasonal naive's", MOST_OF_NAIVE, ours / _wape(seeds, NAIVE)
        ),
        Target(
            "Forecast of 1,000 series, WAPE against the best model alone",
            "below",
            f"{ours:.4f} to {others:.4f}",
            ours < others,
        ),
        Target("Training on 1,000 series", f"{MOST_SECONDS} s", f"{slowest:.1f} s", slowest < MOST_SECONDS),
        _covered("Forecast of 1,000 series, days within their interval", covered),
        _at_most("Forecast of UCI, WAPE of the total", MOST_TOTAL, _uci(uci, ENSEMBLE, "total")),
        _at_most("Forecast of UCI, WAPE of the eight largest countries", MOST_LARGEST, _uci(uci, ENSEMBLE, "largest")),
        _covered("Forecast of UCI, days within their interval", _uci(uci, ENSEMBLE, "countries", "coverage")),
        Target(
            "Forecast of UCI, the least covered country", _percent(LEAST_OF_ONE), _percent(least), least >= LEAST_OF_ONE
        ),
    ]


def _at_most(what: str, most: float, reached: float) -> Target:
    return Target(what, f"{most:.2f}", _three(reached), reached <= most)


def _covered(what: str, share: float) -> Target:
    low, high = COVERED
    return Target(what, f"{low:.0%} to {high:.0%}", _percent(share), low <= share <= high)


def _percent(share: float) -> str:
    return f"{share:.1%}"


def _three(value: float) -> str:
    return f"{value:.3f}"
