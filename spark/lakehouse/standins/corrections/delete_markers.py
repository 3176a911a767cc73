"""S3: a deleted object goes with its bucket.

Where versioning is suspended, as Terraform leaves a bucket before it removes it, stock moto disposes of all versions of
an object at once, and fails at the first delete marker: such a bucket can never be emptied.
"""

from __future__ import annotations

from moto.s3 import models

from lakehouse.standins.corrections.replace import add


def install() -> None:
    """Let moto dispose of a delete marker, which holds nothing."""
    add(models.FakeDeleteMarker, "dispose", lambda marker: None)
