"""What the tests of the report share."""

from __future__ import annotations

import pytest

from lakehouse.report.data import Report
from tests.report.shop import shop_report


@pytest.fixture
def report() -> Report:
    return shop_report()
