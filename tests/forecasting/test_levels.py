"""Forecasts add up over the levels, and a blend goes to the members that were right."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lakehouse.forecasting.blend import blend_weights
from lakehouse.forecasting.tree import Floats, Tree

TREE = Tree.of(
    [("EUR", "France", "Books"), ("EUR", "France", "Music"), ("EUR", "Spain", "Books"), ("GBP", "France", "Books")]
)
amounts = arrays(np.float64, (1, len(TREE)), elements=st.floats(-1e6, 1e6))
variances = arrays(np.float64, (1, len(TREE)), elements=st.floats(0, 1e9))


@given(forecast=amounts, variance=variances)
def test_reconciled_forecasts_add_up_and_are_never_below_zero(forecast: Floats, variance: Floats) -> None:
    found = TREE.reconciled(forecast, variance)
    euro, pound, france, spain, jersey, books, music, books_es, books_gb = (
        np.rint(found[0] * 10_000).astype(int).tolist()
    )
    assert (euro, pound) == (france + spain, jersey)
    assert (france, spain, jersey) == (books + music, books_es, books_gb)
    assert min(books, music, books_es, books_gb) >= 0


def test_forecasts_that_add_up_stay_as_they_are() -> None:
    fine = TREE.with_sums(np.array([[1.0, 2.0, 3.0, 4.0]]))
    assert TREE.reconciled(fine, np.ones((1, len(TREE)))) == pytest.approx(fine)


def test_the_uncertain_move_and_the_certain_stay() -> None:
    tree = Tree.of([("EUR", "France", "Books"), ("EUR", "France", "Music")])
    # The sums are sure of 10, the leaves say 6: Books, which is sure as well, keeps its 2.
    found = tree.reconciled(np.array([[10.0, 10.0, 2.0, 4.0]]), np.array([[1e-6, 1e-6, 1e-6, 1.0]]))
    assert found[0] == pytest.approx([10, 10, 2, 8], abs=1e-3)


def test_member_that_was_right_counts_more_and_the_other_still_counts() -> None:
    actual = np.full((2, 7, 25), 10.0)
    weights = blend_weights(np.stack([actual, actual + 5]), actual, np.zeros(25, np.int64))
    assert weights[:, 0].tolist() == [0.75, 0.25]


def test_single_series_moves_weights_little() -> None:
    actual = np.full((2, 7, 1), 10.0)
    weights = blend_weights(np.stack([actual, actual + 5]), actual, np.zeros(1, np.int64))
    assert weights[:, 0] == pytest.approx([27 / 52, 25 / 52])


def test_levels_are_weighed_apart() -> None:
    levels = np.repeat([0, 1], 25)
    actual = np.full((2, 7, 50), 10.0)
    one, other = actual + np.where(levels == 0, 0.0, 5.0), actual + np.where(levels == 0, 5.0, 0.0)
    weights = blend_weights(np.stack([one, other]), actual, levels)
    assert weights[:, [0, 49]].tolist() == [[0.75, 0.25], [0.25, 0.75]]
