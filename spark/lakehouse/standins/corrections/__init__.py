"""What moto 5.2.5 does otherwise than AWS, and this project relies on: one module a correction, each with a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from lakehouse.standins.corrections import delete_markers, firehose, glue, glue_updates, iam, kinesis, s3_policies


def install(*, enforce_iam: bool = False) -> None:
    """Put the corrected classes in the place of moto's, for this process and for good.

    Args:
        enforce_iam: also judge requests of IAM users and roles by their own policies.
    """
    kinesis.install()
    firehose.install()
    s3_policies.install()
    delete_markers.install()
    iam.install(enforce_iam=enforce_iam)
    glue.install()
    glue_updates.install()


@contextmanager
def deliveries() -> Iterator[None]:
    """Let Firehose deliver while this is open, and at its end what it still holds back."""
    worker = firehose.DeliveryWorker()
    worker.start()
    try:
        yield
    finally:
        worker.stop()
