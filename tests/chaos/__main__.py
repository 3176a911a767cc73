"""`make chaos`: real runs killed at every place where state changes, and at random moments; each run to the end after.

Everything that a run of a tiny shop leaves, lake, warehouse and ledger, must equal what a run without any trouble
leaves. The places are those that the code passes: they are recorded, not listed. A run that is to die in one job starts
where the jobs before it have ended.
"""

from __future__ import annotations

import argparse
import random
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from subprocess import TimeoutExpired

from rich.console import Console
from rich.table import Table

from tests.chaos.delivery import deliver
from tests.chaos.faults import Place, places
from tests.chaos.trial import (
    Baseline,
    Finish,
    Outcome,
    Phase,
    finish_here,
    job_by_job,
    run_to_the_end,
    try_death,
    undisturbed,
)
from tests.chaos.watched import Death

LONGEST_DELAY_SECONDS = 2.0
console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Trial:
    """One death to be tried, and how the run after it comes to its end."""

    kind: str
    name: str
    baseline: Baseline
    death: Death
    finish: Finish = run_to_the_end


def main() -> int:
    """Try what the options ask for; 1 where anything differs."""
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="chaos-", dir=options.folder))
    began = time.monotonic()
    runs = _baselines(folder)
    stages = [stage for run in runs[:2] for stage in job_by_job(run, run.state.home.parent / "job-by-job")]
    with finish_here() as finish:
        at = list(at_places(stages, runs[2], finish))
        console.print(f"{len(at)} places")
        trials = _chosen([*at, *_at_moments(runs, options.seed, options.moments)], options)
        outcomes = list(_run(trials, folder, options.parallel))
    _summary(outcomes, time.monotonic() - began)
    bad = any(outcome.differences for _, outcome in outcomes)
    if bad:
        console.print(f"What was left is in {folder}")
    else:
        shutil.rmtree(folder)
    return int(bad)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--only", default="", help="only the trials whose name contains this text")
    parser.add_argument("--limit", type=int, help="at most so many trials, evenly spread over all")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="the first random moment's seed")
    parser.add_argument("--moments", type=int, default=30, help="how many random moments")
    parser.add_argument(
        "--parallel", type=int, default=2, help="how many at a time; each takes 1.5 GB, all of them 3 GB more"
    )
    parser.add_argument("--folder", type=Path, help="where the states go, instead of the system's place")
    return parser.parse_args()


def _baselines(folder: Path) -> list[Baseline]:
    """A first run, one over a second delivery, and one that rebuilds everything."""
    for number in (1, 2):
        for earlier in range(1, number + 1):
            deliver(folder / f"landing-{number}", earlier)
    first = undisturbed(Phase("first run", folder / "landing-1"), folder / "first")
    console.print("first run recorded")
    second = undisturbed(Phase("second delivery", folder / "landing-2", first.state), folder / "second")
    console.print("second delivery recorded")
    rebuild = Phase("rebuild", folder / "landing-2", second.state, ("--full-refresh",))
    return [first, second, undisturbed(rebuild, folder / "rebuild")]


def at_places(stages: list[Baseline], rebuild: Baseline, finish: Finish) -> Iterator[Trial]:
    """Every place of the jobs; what surrounds a job in a run with the first and the last of a delivery only.

    Of the rebuild, which is a first run otherwise, those that no run before it came past.
    """
    for stage in stages:
        delivery = [other for other in stages if other.phase.landing == stage.phase.landing]
        surrounding = set.intersection(*(set(places(other.events)) for other in delivery))
        left_out = set() if stage in (delivery[0], delivery[-1]) else surrounding
        yield from _trials(stage, (place for place in places(stage.events) if place not in left_out), finish)
    known = {event for stage in stages for event in stage.events}
    yield from _trials(rebuild, (place for place in places(rebuild.events) if place.event not in known), finish)


def _trials(baseline: Baseline, at: Iterable[Place], finish: Finish) -> Iterator[Trial]:
    name = baseline.phase.name
    for place in at:
        yield Trial(name, f"{name}: {place}", baseline, Death(place.event, place.time), finish)


def _at_moments(baselines: list[Baseline], seed: int, count: int) -> Iterator[Trial]:
    """Moments up to some seconds after a random place; half of them leave the JVM behind."""
    for number in range(seed, seed + count):
        chance = random.Random(number)  # noqa: S311
        baseline = chance.choice(baselines)
        after, seconds = chance.randint(0, len(baseline.events)), chance.uniform(0.01, LONGEST_DELAY_SECONDS)
        death = Death(time=after, seconds=seconds, alone=chance.random() < 0.5)
        last = baseline.events[after - 1] if after else "start"
        name = f"seed {number}, {baseline.phase.name}: {seconds:.2f} s after {last}{', JVM left' * death.alone}"
        yield Trial("random moments", name, baseline, death)


def _chosen(trials: list[Trial], options: argparse.Namespace) -> list[Trial]:
    named = [trial for trial in trials if options.only in trial.name]
    step = max(len(named) / options.limit, 1) if options.limit else 1
    return [named[int(number * step)] for number in range(int(len(named) / step))]


def _run(trials: list[Trial], folder: Path, parallel: int) -> Iterator[tuple[Trial, Outcome]]:
    with ThreadPoolExecutor(parallel) as pool:
        running = {pool.submit(_one, trial, folder / f"trial-{n}"): trial for n, trial in enumerate(trials, 1)}
        for number, done in enumerate(as_completed(running), 1):
            trial, (outcome, seconds) = running[done], done.result()
            said = "DIFFERS" if outcome.differences else "equal" if outcome.killed else "equal, ended before"
            console.print(f"[{number:>3}/{len(trials)}] {seconds:4.0f} s  {trial.name}: {said}", markup=False)
            for difference in outcome.differences:
                console.print(f"      {difference}", markup=False)
            yield trial, outcome


def _one(trial: Trial, folder: Path) -> tuple[Outcome, float]:
    began = time.monotonic()
    try:
        outcome = try_death(trial.baseline, trial.death, folder, trial.finish)
    except TimeoutExpired as hung:
        outcome = Outcome(False, [str(hung)])
    if not outcome.killed and trial.death.event:
        outcome.differences.append("the run never came to this place")
    if not outcome.differences:
        shutil.rmtree(folder)
    return outcome, time.monotonic() - began


def _summary(outcomes: list[tuple[Trial, Outcome]], seconds: float) -> None:
    table = Table(title="Runs killed, and run again to the end")
    for column in ("where", "trials", "killed", "equal", "different"):
        table.add_column(column, justify="left" if column == "where" else "right")
    for kind, trials in Counter(trial.kind for trial, _ in outcomes).items():
        here = [outcome for trial, outcome in outcomes if trial.kind == kind]
        different = sum(bool(outcome.differences) for outcome in here)
        killed = sum(outcome.killed for outcome in here)
        table.add_row(kind, str(trials), str(killed), str(trials - different), str(different))
    console.print(table)
    console.print(f"{seconds / 60:.0f} minutes")


if __name__ == "__main__":
    sys.exit(main())
