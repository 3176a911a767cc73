"""Failpoints: the named places where state changes, at which a test may watch, disturb or end a run.

Whatever writes a table, a file of the state or the warehouse does so within `state_change`. Nothing here fails by
itself: what happens at a failpoint is up to the hook that a test installs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Hook = Callable[[str], None]
"""Told `before NAME` and `after NAME` of each change, in the thread that makes it. What it raises fails the change."""

_hook: Hook | None = None


@contextmanager
def state_change(name: str) -> Iterator[None]:
    """Mark a change of state, named by verb and object, such as `append silver.order_lines`.

    A change that failed has no `after`.
    """
    hook = _hook
    if hook is None:
        yield
        return
    hook(f"before {name}")
    yield
    hook(f"after {name}")


@contextmanager
def installed(hook: Hook) -> Iterator[None]:
    """Have `hook` told of every change of state in this process, in any thread: jobs write from several."""
    global _hook
    before, _hook = _hook, hook
    try:
        yield
    finally:
        _hook = before
