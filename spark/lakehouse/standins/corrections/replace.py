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
