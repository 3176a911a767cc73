"""Real runs, each ended by SIGKILL where it hurts most, one after the other on one state."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING

from tests.chaos.contents import contents, differences
from tests.chaos.delivery import deliver, state_in
from tests.chaos.trial import run_lakehouse, run_to_the_end
from tests.chaos.watched import Death

if TYPE_CHECKING:
    from tests.chaos.conftest import Undisturbed

# In the order in which a run comes past them. The last but one: loaded and marked, not yet committed.
DEADLIEST = (
    "after append bronze.order_lines_raw",
    "after append silver.dispositions",
    "after append gold.dim_product",
    "before commit STAGING",
    "after run task SOFTCART.STAGING.MERGE_DIM_PRODUCT",
)


def test_five_killed_runs_leave_what_one_undisturbed_run_leaves(undisturbed: Undisturbed, tmp_path: Path) -> None:
    state = state_in(tmp_path, tmp_path / "landing")
    deliver(state.landing, 1)
    for event in DEADLIEST:
        killed = run_lakehouse(state, death=Death(event, 1))
        assert killed.returncode == -signal.SIGKILL, (event, killed.stderr[-800:])
    assert run_to_the_end(state) == ""
    assert differences(undisturbed.left[1], contents(state)) == []
