"""How a corrected class takes the place of moto's own."""

from __future__ import annotations

from typing import Any


def replace(owner: object, name: str, corrected: Any) -> None:
    """Let `owner.name` be the corrected one: moto looks its classes up by name whenever it makes an instance.

    Raises:
        AttributeError: moto has no such name any more, so the correction would be without effect.
    """
    getattr(owner, name)
    setattr(owner, name, corrected)


def add(owner: type, name: str, missing: Any) -> None:
    """Let `owner.name` be what moto lacks.

    Raises:
        AttributeError: moto has it by now, and the correction may go.
    """
    if hasattr(owner, name):
        raise AttributeError(f"moto's {owner.__name__} has {name} of its own")
    setattr(owner, name, missing)
