"""SoftCart's web shop as a source of test data: any number of order events whose every outcome is known beforehand."""

from lakehouse.generator.calendar import BUSINESS_TIMEZONE
from lakehouse.generator.catalog import CURRENCY
from lakehouse.generator.manifest import DISPOSITIONS, MANIFEST_NAME, Manifest, Tally
from lakehouse.generator.shop import DEFAULT_START, generate

__all__ = [
    "BUSINESS_TIMEZONE",
    "CURRENCY",
    "DEFAULT_START",
    "DISPOSITIONS",
    "MANIFEST_NAME",
    "Manifest",
    "Tally",
    "generate",
]
