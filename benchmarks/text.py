"""How numbers read on the page."""

from __future__ import annotations

from typing import Any


def seconds(value: float) -> str:
    """Seconds with one decimal, two below ten."""
    return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.1f}"


def gigabytes(size: float) -> str:
    """Bytes as GiB with two decimals."""
    return f"{size / 2**30:.2f}"


def cost(measured: dict[str, Any]) -> tuple[str, str, str]:
    """Wall seconds, CPU seconds and memory of what `measure.medians` returned."""
    return seconds(measured["wall_seconds"]), seconds(measured["cpu_seconds"]), gigabytes(measured["peak_bytes"])


COST = ("Wall s", "CPU s", "Memory GB")
"""The columns of `cost`."""
