"""Numbers as they are read."""

from __future__ import annotations

from decimal import Decimal

NONE = "-"
SHORT = ((10**9, "bn"), (10**6, "M"), (10**3, "k"))


def money(amount: Decimal, currency: str = "") -> str:
    """Two decimals below a thousand, none above, such as `12,346 GBP`."""
    return f"{amount:,.{2 if abs(amount) < 1000 else 0}f} {currency}".rstrip()


def short(amount: Decimal) -> str:
    """Three figures and a unit, such as `1.23 M`."""
    for unit, name in SHORT:
        if abs(amount) >= Decimal("0.9995") * unit:  # or 999,999 would be 1000 k
            return f"{_three_figures(amount / unit)} {name}"
    return _three_figures(amount)


def _three_figures(amount: Decimal) -> str:
    return f"{amount:.{2 if abs(amount) < 10 else 1 if abs(amount) < 100 else 0}f}"


def percent(share: float | None) -> str:
    """One decimal, such as `2.4 %`, but never nothing for a little; a dash where there is none."""
    if share is None:
        return NONE
    return "< 0.1 %" if 0 < share < 0.0005 else f"{100 * share:,.1f} %"


def exact(amount: Decimal | None) -> str:
    """Two decimals, as a table has it; a dash where there is none."""
    return NONE if amount is None else f"{amount:,.2f}"
