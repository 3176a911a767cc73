"""When too large a share of quarantined rows stops publishing."""

from __future__ import annotations

import pytest

from lakehouse.errors import HeldError
from lakehouse.holds import WHOLE_SOURCE, Hold, judge, require_none

MAX_SHARE = 0.05


def share(rows: int, quarantined: int, *, batch: int = WHOLE_SOURCE, status: str = "", accepted: int = 0) -> Hold:
    return Hold("shop", batch, rows, quarantined, "wrong_sign", status, accepted)


def judged(*shares: Hold, before: tuple[Hold, ...] = (), accept: bool = False) -> list[tuple[int, str, int]]:
    """Batch, status and accepted rows of each hold kept."""
    return [(h.batch, h.status, h.accepted) for h in judge(shares, before, MAX_SHARE, accept=accept)]


def test_share_of_all_rows_so_far_is_held_above_five_percent() -> None:
    assert judged(share(100, 6)) == [(WHOLE_SOURCE, "open", 0)]
    assert judged(share(100, 5)) == []


def test_batch_of_a_thousand_rows_is_held_for_its_own_share_and_a_smaller_one_is_not() -> None:
    assert judged(share(100_000, 60), share(1_000, 51, batch=7)) == [(7, "open", 0)]
    assert judged(share(100_000, 60), share(999, 51, batch=7)) == []


def test_accepted_rows_stay_accepted_until_there_are_more() -> None:
    accepted = share(100, 6, status="accepted", accepted=6)
    assert judged(share(100, 6), before=(share(100, 6, status="open"),), accept=True) == [(WHOLE_SOURCE, "accepted", 6)]
    assert judged(share(110, 6), before=(accepted,)) == [(WHOLE_SOURCE, "accepted", 6)]
    assert judged(share(110, 7), before=(accepted,)) == [(WHOLE_SOURCE, "open", 6)]


def test_hold_whose_rows_were_mended_is_kept_on_record_as_mended() -> None:
    assert judged(share(100, 2), before=(share(100, 6, status="open"),)) == [(WHOLE_SOURCE, "mended", 0)]


def test_hold_of_a_batch_whose_files_were_all_replaced_is_mended() -> None:
    assert judged(share(2_000, 0), before=(share(1_000, 90, batch=7, status="open"),)) == [(7, "mended", 0)]


def test_acceptance_of_fewer_rows_does_not_cover_a_mended_share_that_grows_again() -> None:
    mended = share(100, 2, status="mended", accepted=6)
    assert judged(share(100, 9), before=(mended,)) == [(WHOLE_SOURCE, "open", 6)]


def test_open_hold_stops_publishing_and_names_share_rule_and_way_out() -> None:
    require_none([], MAX_SHARE)
    with pytest.raises(HeldError) as refused:
        require_none([share(100, 6)], MAX_SHARE)
    message = str(refused.value)
    assert "6 of 100 rows (6.0%) of all rows so far" in message
    assert "wrong_sign (a sale with a negative quantity" in message
    assert "--accept-quarantine" in message
