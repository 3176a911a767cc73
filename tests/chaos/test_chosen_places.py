"""`make chaos` leaves no place out, and tries what all jobs share no more often than it has to."""

from __future__ import annotations

from pathlib import Path

from lakehouse.settings import State
from tests.chaos.__main__ import at_places
from tests.chaos.trial import Baseline, Phase

AROUND = ("before lock", "after lock")


def baseline(job: str, delivery: int, *events: str) -> Baseline:
    landing = Path(f"landing-{delivery}")
    return Baseline(Phase(f"{job} {delivery}", landing, job=job), State(Path(job), "softcart", landing), {}, events)


def tried(stages: list[Baseline], rebuild: Baseline) -> list[str]:
    return [trial.name for trial in at_places(stages, rebuild, lambda state, options: "")]


def test_what_surrounds_every_job_is_tried_with_the_first_and_the_last_of_a_delivery() -> None:
    stages = [baseline(job, n, *AROUND, f"before {job}") for n in (1, 2) for job in ("a", "b", "c")]
    assert tried(stages, baseline("rebuild", 2)) == [
        f"{job} {n}: {event}"
        for n in (1, 2)
        for job, events in (("a", AROUND), ("b", ()), ("c", AROUND))
        for event in (*events[:1], f"after lock, before {job}")
    ]


def test_of_a_rebuild_only_what_no_run_came_past_is_tried() -> None:
    rebuild = baseline("rebuild", 2, "before set aside", "after set aside", *AROUND)
    assert tried([baseline("a", 1, *AROUND)], rebuild) == [
        "a 1: before lock", "a 1: after lock", "rebuild 2: before set aside",
    ]  # fmt: skip
