"""Charts of what was refused, and of where the time went."""

from __future__ import annotations

from collections.abc import Sequence

from lakehouse.report.charts import OTHER, WARN, Figure, lying_bars
from lakehouse.report.data import Step
from lakehouse.report.lake import Reason


def refused(found: Sequence[Reason]) -> Figure:
    """Quarantined records by rule."""
    spec = lying_bars([(r.rule, r.records) for r in found], [f"{r.records:,}" for r in found], WARN)
    told = f"Rules broken: {len(found)}, most often {found[0].rule}, by {found[0].records:,}."
    rows = [(r.rule, r.meaning, f"{r.records:,}") for r in found]
    return Figure("refused", "Quarantined records by rule", told, spec, ("rule", "meaning", "records"), rows)


def times(steps: Sequence[Step]) -> Figure:
    """Seconds of each job's newest run."""
    spec = lying_bars([(s.job, s.seconds) for s in steps], [f"{s.seconds:,.1f} s" for s in steps], OTHER)
    slowest = max(steps, key=lambda step: step.seconds)
    told = f"{sum(s.seconds for s in steps):,.1f} seconds in all; {slowest.job} took {slowest.seconds:,.1f} of them."
    rows = [(s.job, f"{s.seconds:,.1f}", f"{s.rows:,}", s.run_id, f"{s.finished_at:%Y-%m-%d %H:%M} UTC") for s in steps]
    return Figure("times", "Seconds by step", told, spec, ("job", "seconds", "rows changed", "run", "ended"), rows)
