"""A month's bill of every service, held against sums done by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakehouse.cost import MILLION, CpuSeconds, Item, Measured, Volumes, month, prices
from lakehouse.cost.environments import DEV, ENVIRONMENTS, PROD, Environment
from lakehouse.cost.prices import Price
from lakehouse.cost.standing import cloudwatch, dynamodb, kms, mlflow, secrets
from lakehouse.cost.storage import s3
from lakehouse.cost.stream import files_a_day, firehose, kinesis, shards_needed
from lakehouse.cost.volumes import REASONS
from lakehouse.cost.warehouse import seconds_a_day, snowflake
from lakehouse.errors import UsageError
from lakehouse.pipeline import load_jobs

GB_OF_KB = 2**20
"""Lines that come to a GB where each is billed as a KB."""
VOLUMES = Volumes(
    line_bytes=400, landed_bytes=1024, bronze_bytes=256, silver_bytes=512, gold_bytes=256, kept_copies=2,
    puts_a_run=1_000, gets_a_run=5_000, key_calls_a_run=100, key_calls_an_hour=10, log_mb_a_job=1,
    awake_seconds=10, publish_seconds=50, seconds_a_million=20, warehouse_copies=1,
)  # fmt: skip
MEASURED = Measured("2026-11-21", "a machine", *({job.name: CpuSeconds(5, 20) for job in load_jobs()} for _ in "12"))

each_environment = pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=lambda one: str(one.name))


def usd(items: Sequence[Item]) -> list[str]:
    return [str(item.usd) for item in items]


def test_item_is_quantity_times_price_to_the_cent() -> None:
    assert Item("a", "b", 2.5, Price("c", Decimal("0.01"), "d", "e")).usd == Decimal("0.03")


def test_shard_is_billed_by_the_hour_with_lines_or_without() -> None:
    assert usd(kinesis(DEV, 0, VOLUMES)) == ["10.95", "0.00", "0.00"]  # 730 hours at 0.015
    # Ten million records a day are 304.17 million units a month, at 0.014.
    assert usd(kinesis(DEV, 10 * MILLION, VOLUMES)) == ["10.95", "4.26", "0.00"]


def test_shard_that_keeps_more_than_a_day_is_billed_once_more() -> None:
    assert usd(kinesis(replace(DEV, stream_hours=25), 0, VOLUMES)) == ["10.95", "0.00", "14.60"]


def test_shards_are_enough_for_the_busiest_second() -> None:
    # 28.8 million a day are 333.3 a second, and three times that in the busiest one: what a shard takes.
    assert shards_needed(DEV, 28_800_000, VOLUMES) == 1
    assert shards_needed(DEV, 28_900_000, VOLUMES) == 2
    assert shards_needed(DEV, 28_800_000, replace(VOLUMES, line_bytes=4096)) == 4  # 3.9 MB a second
    assert shards_needed(replace(DEV, shards=3), 0, VOLUMES) == 3


def test_stream_on_demand_bills_each_record_as_whole_kilobytes() -> None:
    # A GB a day: 30.42 GB in at 0.08 and out at 0.04, and six days of it held at 0.10.
    assert usd(kinesis(PROD, GB_OF_KB, VOLUMES)) == ["29.20", "2.43", "1.22", "0.60"]
    assert usd(kinesis(PROD, GB_OF_KB, replace(VOLUMES, line_bytes=1025))) == ["29.20", "4.87", "2.43", "1.20"]
    assert usd(kinesis(PROD, 0, VOLUMES)) == ["29.20", "0.00", "0.00", "0.00"]


def test_firehose_bills_each_record_as_five_kilobytes() -> None:
    assert usd(firehose(GB_OF_KB, VOLUMES)) == ["4.41"]  # 5 GB * 30.42 * 0.029
    assert usd(firehose(0, VOLUMES)) == ["0.00"]


def test_lines_packed_into_a_record_share_its_steps() -> None:
    packed = replace(VOLUMES, lines_a_record=10)  # 4,000 bytes: four KB, one step of five
    assert firehose(GB_OF_KB, packed)[0].quantity == firehose(GB_OF_KB, VOLUMES)[0].quantity / 10
    assert kinesis(PROD, GB_OF_KB, packed)[1].quantity == kinesis(PROD, GB_OF_KB, VOLUMES)[1].quantity * 4 / 10


def test_file_is_delivered_when_time_is_up_or_megabytes_are_full() -> None:
    assert files_a_day(DEV, MILLION, VOLUMES) == 1440  # each minute
    assert files_a_day(DEV, 10, VOLUMES) == 10
    assert files_a_day(DEV, 2**30, VOLUMES) == 2**30 * 400 / (5 * 2**20)
    assert files_a_day(PROD, 0, VOLUMES) == 0


def test_landed_files_move_to_infrequent_access_after_a_month() -> None:
    # 1 GB a day: 30 GB at 0.023, 335 GB at 0.0125, 288 files on each of 30.42 days at 0.01 a thousand.
    assert usd(s3(PROD, GB_OF_KB, 365, VOLUMES))[:3] == ["0.69", "4.19", "0.09"]
    assert usd(s3(PROD, GB_OF_KB, 20, VOLUMES))[:3] == ["0.46", "0.00", "0.00"]


def test_small_landed_files_stay_where_they_are() -> None:
    # 1,440 files of 46 KB a day; S3 moves none below 128 KB.
    assert usd(s3(DEV, GB_OF_KB, 365, replace(VOLUMES, landed_bytes=64)))[:3] == ["0.52", "0.00", "0.00"]


def test_tables_hold_every_day_and_exports_until_their_old_versions_are_gone() -> None:
    tables, exports = s3(PROD, GB_OF_KB, 365, VOLUMES)[3:5]
    assert (tables.quantity, tables.usd) == (2 * 365, Decimal("16.79"))
    assert exports.quantity == pytest.approx((14 + 90) / 4)
    assert s3(PROD, GB_OF_KB, 60, VOLUMES)[4].quantity == pytest.approx(60 / 4)


def test_requests_come_with_runs() -> None:
    # 24 runs * 30.42 days: 730,000 PUTs at 0.005 a thousand, 3,650,000 GETs at 0.0004; 144,000 log lines a day.
    logs, puts, gets = s3(PROD, 0, 365, VOLUMES)[5:]
    assert usd([puts, gets]) == ["3.65", "1.46"]
    assert logs.quantity == pytest.approx(144_000 * 600 * 365 / 2**30)
    assert usd(s3(DEV, 0, 365, VOLUMES)) == ["0.00"] * 8


def test_requests_come_with_files_and_objects() -> None:
    # 32 objects of 64 MB hold the day's 2 GB, 1,440 files land; 365 days of them are 525.6, so 526 lists.
    puts, gets = s3(DEV, GB_OF_KB, 365, VOLUMES)[6:]
    assert puts.quantity == pytest.approx((1_000 + 32 + 1_440 + 526) * 730 / 24 / 1_000)
    assert gets.quantity == pytest.approx((5_000 + (32 + 1_440) * 4) * 730 / 24 / 1_000)


def test_virtual_warehouse_is_awake_for_each_run_and_until_it_suspends_itself() -> None:
    assert seconds_a_day(DEV, 0, VOLUMES) == 0
    assert seconds_a_day(PROD, 0, VOLUMES) == 24 * (10 + 60)
    assert seconds_a_day(DEV, 10 * MILLION, VOLUMES) == 10 + 50 + 200 + 60
    # 1,680 s a day are 14.19 credits a month, at 2 USD.
    assert usd(snowflake(PROD, 0, 365, VOLUMES)) == ["28.39", "0.00"]


def test_larger_virtual_warehouse_is_quicker_with_the_lines_alone() -> None:
    small = replace(DEV, warehouse_size="SMALL")
    assert seconds_a_day(small, 10 * MILLION, VOLUMES) == 10 + 50 + 100 + 60
    assert usd(snowflake(small, 10 * MILLION, 365, VOLUMES))[0] == "7.44"  # 220 s * 30.42 / 3,600 * 2 * 2 USD


def test_start_of_a_virtual_warehouse_is_billed_a_minute() -> None:
    hasty = replace(DEV, auto_suspend_seconds=0, scheduled=True)
    assert seconds_a_day(hasty, 0, VOLUMES) == 60


def test_warehouse_keeps_what_gold_holds() -> None:
    assert snowflake(DEV, 4 * GB_OF_KB, 1024, VOLUMES)[1].usd == Decimal("23.00")  # 1 GB a day: 1 TB


def test_unknown_size_of_a_virtual_warehouse_is_named() -> None:
    with pytest.raises(UsageError, match="HUGE is no size"):
        snowflake(replace(DEV, warehouse_size="HUGE"), 1, 365, VOLUMES)


def test_key_is_billed_with_its_calls() -> None:
    assert usd(kms(DEV, 0, VOLUMES)) == ["1.00", "0.00"]
    assert usd(kms(PROD, 0, VOLUMES)) == ["1.00", "0.22"]  # 73,000 calls at 0.03 a ten thousand
    assert usd(kms(PROD, 1, VOLUMES)) == ["1.00", "0.24"]  # and 7,300 of the stream


def test_logs_come_with_the_runs_of_jobs() -> None:
    # 144 MB a day: 4.28 GB a month at 0.50, and 365 days of it kept at 0.03.
    assert usd(cloudwatch(PROD, 0, 6, 365, VOLUMES)) == ["0.40", "3.00", "2.14", "1.54"]
    assert usd(cloudwatch(PROD, 0, 6, 10, VOLUMES))[3] == "0.04"
    assert usd(cloudwatch(DEV, 0, 6, 365, VOLUMES)) == ["0.30", "3.00", "0.00", "0.00"]


def test_what_stands_still_is_billed_for_that() -> None:
    assert usd(secrets(DEV)) == ["0.40"]
    assert usd(dynamodb()) == ["0.00"]
    assert mlflow(DEV) == []
    # 1.5 vCPU * 730 * 0.04048, 6 GB * 730 * 0.004445, database, 20 GB of disk, balancer, password
    assert usd(mlflow(replace(DEV, mlflow=True))) == ["44.33", "19.47", "11.68", "2.30", "16.43", "0.40"]


def test_idle_month_of_dev_is_what_stands_there() -> None:
    bill = month(DEV, 0, MEASURED)
    billed = {service: str(amount) for service, amount in bill.by_service().items() if amount}
    assert billed == {"Kinesis": "10.95", "KMS": "1.00", "Secrets Manager": "0.40", "CloudWatch": "3.30"}
    assert bill.usd == Decimal("15.65")
    assert bill.notes == ()


def test_idle_month_of_prod_has_its_hourly_runs() -> None:
    # Each of six jobs with 16 workers is billed its minute: 960 DPU-seconds * 730 / 3,600 * 0.308.
    services = month(PROD, 0, MEASURED).by_service()
    assert services["Glue"] == Decimal("59.96")
    assert services["Firehose"] == 0
    assert min(services["Snowflake"], services["S3"]) > 1


def test_run_takes_its_share_of_the_day() -> None:
    # 24,000 CPU seconds a day in 24 runs of 1,000 s, over six jobs with 1, 3, 1, 3, 1, 1 executors of 2.4 busy vCPUs.
    cpu = {job.name: CpuSeconds(0, 1_000) for job in load_jobs()}
    glue = month(PROD, 24 * MILLION, Measured("", "", cpu, cpu)).items[0]
    work = 1_000 / 2.4
    dpu_seconds = 4 * 2 * (30 + work) + 2 * 4 * (30 + work / 3)
    assert glue.quantity == pytest.approx(dpu_seconds / 3600 * 730)


def test_forecast_is_deployed_with_mlflow_alone() -> None:
    with_mlflow = month(replace(PROD, mlflow=True), 0, MEASURED)
    assert with_mlflow.items[0].what == "7 jobs, 24 run(s) a day"
    assert month(PROD, 0, MEASURED).items[0].what == "6 jobs, 24 run(s) a day"
    assert with_mlflow.by_service()["MLflow"] == Decimal("94.61")


@each_environment
def test_what_no_line_changes_is_the_same_for_any_number(environment: Environment) -> None:
    few, many = (month(environment, lines, MEASURED) for lines in (1, 1_000 * MILLION))
    for service in ("Secrets Manager", "CloudWatch", "DynamoDB", "KMS"):
        assert few.by_service()[service] == many.by_service()[service]


@each_environment
@settings(deadline=None, max_examples=40)
@given(lines=st.integers(0, 2_000 * MILLION))
def test_twice_the_lines_never_cost_less(environment: Environment, lines: int) -> None:
    once, twice = (month(environment, count, MEASURED).by_service() for count in (lines, 2 * lines))
    assert all(twice[service] >= amount for service, amount in once.items())


def test_bill_tells_what_the_environment_does_not_allow() -> None:
    assert month(DEV, 100 * MILLION, MEASURED).notes == (
        "18 credits are more than the 10 of `monthly_credits`",
        "the stream needs 4 shards in place of 1",
    )
    slow = {job.name: CpuSeconds(5, 10_000) for job in load_jobs()}
    notes = month(PROD, 10_000 * MILLION, Measured("", "", slow, slow)).notes
    assert notes[1] == "a job runs into its timeout"
    assert notes[2].endswith("minutes, longer than until the next")


@pytest.mark.parametrize(("lines", "days"), [(-1, 365), (1, 0)])
def test_bill_that_cannot_be_is_refused(lines: int, days: int) -> None:
    with pytest.raises(UsageError, match="There is no bill"):
        month(DEV, lines, MEASURED, history_days=days)


def test_job_without_measured_cpu_is_refused() -> None:
    with pytest.raises(UsageError, match="has not been measured"):
        month(DEV, 1, Measured("", "", {}, {}))


def test_every_volume_says_where_it_comes_from() -> None:
    assert list(REASONS) == [field.name for field in fields(Volumes)]
    assert all("measured: " in reason or reason.startswith("assumed: ") for reason in REASONS.values())


def test_every_price_names_its_page() -> None:
    listed = [value for value in vars(prices).values() if isinstance(value, Price)]
    assert len(listed) == len({(price.name, price.page) for price in listed}) == 28
    assert all(price.usd > 0 and " pricing" in price.page for price in listed)
