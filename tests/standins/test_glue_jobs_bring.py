"""What a job is called with and what it brings along: arguments, wheels, modules, jars, Spark's settings."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from lakehouse.errors import UsageError
from lakehouse.standins.glue.arguments import resolve, spark_settings
from lakehouse.standins.glue.artifacts import ArtifactProblem, require_installed
from lakehouse.standins.glue.definitions import Job
from lakehouse.standins.glue.memory import size
from tests.standins.conftest import Aws
from tests.standins.glue_scripts import Deployed, arguments_of


@pytest.fixture
def shop(local_aws: Aws, tmp_path: Path) -> Deployed:
    return Deployed(local_aws, tmp_path)


def test_run_arguments_come_before_defaults_and_fixed_ones_before_all(shop: Deployed) -> None:
    shop.job(
        "ingest", arguments={"--source": "softcart", "--lake": "s3://lake", "--landing": "s3://landing"},
        NonOverridableArguments={"--lake": "s3://fixed"},
    )  # fmt: skip
    shop.begin_with("ingest", Arguments={"--landing": "s3://of-the-trigger", "--lake": "s3://of-the-trigger"})
    run = shop.run(source="uci")
    (note,) = shop.noted()
    given = arguments_of(note["argv"])
    assert {name: given[name] for name in ("--source", "--landing", "--lake")} == {
        "--source": "uci",
        "--landing": "s3://of-the-trigger",
        "--lake": "s3://fixed",
    }
    assert given["--JOB_NAME"] == shop.full("ingest")
    assert given["--JOB_RUN_ID"] == shop.job_runs("ingest")[0]["Id"]
    assert (given["--WORKFLOW_NAME"], given["--WORKFLOW_RUN_ID"]) == (shop.name, run.run_id)
    assert shop.job_runs("ingest")[0]["Arguments"]["--source"] == "uci"


def job(**arguments: str) -> Job:
    return Job(
        "ingest", "role", "glueetl", "s3://b/s.py", {f"--{n}": v for n, v in arguments.items()}, {}, 1, 0, "6.0", None
    )


def test_names_of_arguments_are_whole() -> None:
    assert resolve(job(source_bucket="a"), {"--source": "b"}) == {"--source_bucket": "a", "--source": "b"}


def test_argument_without_its_hyphens_is_refused() -> None:
    with pytest.raises(UsageError, match="'-s'"):
        resolve(job(), {"-s": "b"})


def test_settings_of_spark_are_read_as_glue_writes_them() -> None:
    given = {"--conf": "spark.a=1 --conf spark.b=x=y  --conf spark.c=s3://lake/a,b"}
    assert spark_settings(given) == {"spark.a": "1", "spark.b": "x=y", "spark.c": "s3://lake/a,b"}
    assert spark_settings({}) == {}
    with pytest.raises(UsageError, match=r"spark\.NAME=VALUE"):
        spark_settings({"--conf": "spark.a=1 --conf nothing"})


def wheel(package: str, answer: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as packed:
        packed.writestr(
            f"{package}/__init__.py", "from pathlib import Path\nanswer = Path(__file__).with_name('a').read_text()"
        )
        packed.writestr(f"{package}/a", answer)
    return written.getvalue()


def test_deployed_wheel_comes_before_an_installed_package_and_has_its_files(shop: Deployed) -> None:
    deployed = shop.upload("shop-1.0-py3-none-any.whl", wheel("pyspark", "deployed"))
    extra = shop.upload("extra.py", "two = 2")
    zipped = shop.upload("more.zip", wheel("more", "zipped"))
    shop.job(
        "ingest", "import pyspark, extra, more\nassert [pyspark.answer, extra.two, more.answer] == "
        "['deployed', 2, 'zipped']",
        arguments={
            "--additional-python-modules": f"{deployed},pyyaml",
            "--extra-py-files": f"{extra}, {zipped}",
            "--python-modules-installer-option": "--no-deps",
        },
    )  # fmt: skip
    shop.begin_with("ingest")
    run = shop.run()
    assert run.succeeded, run.ended[0].error


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"--extra-py-files": "s3://{bucket}/gone.whl"}, "gone.whl cannot be read"),
        ({"--extra-py-files": "s3://{bucket}/ingest.tar"}, "cannot be read"),
        ({"--additional-python-modules": "no-such-package"}, "asks for no-such-package, which this Python lacks"),
        ({"--additional-python-modules": "pyyaml==1.0"}, "asks for pyyaml==1.0, and this Python has"),
    ],
)
def test_what_a_job_lacks_is_told_as_its_error(shop: Deployed, arguments: dict[str, str], complaint: str) -> None:
    filled = {name: value.format(bucket=shop.bucket) for name, value in arguments.items()}
    shop.job("ingest", arguments=filled)
    shop.begin_with("ingest")
    (ended,) = shop.run().ended
    assert (ended.state, shop.ran()) == ("FAILED", [])
    assert complaint in ended.error


def test_missing_script_is_told_as_the_jobs_error(shop: Deployed) -> None:
    shop.job("ingest")
    shop.aws.client("s3").delete_object(Bucket=shop.bucket, Key="ingest.py")
    shop.begin_with("ingest")
    assert "ingest.py cannot be read" in shop.run().ended[0].error


def test_broken_wheel_is_told_as_the_jobs_error(shop: Deployed) -> None:
    broken = shop.upload("shop-1.0-py3-none-any.whl", b"no zip")
    shop.job("ingest", arguments={"--extra-py-files": broken})
    shop.begin_with("ingest")
    assert "cannot be unpacked" in shop.run().ended[0].error


def test_installed_module_is_taken_with_extras_and_limits() -> None:
    require_installed("moto[s3,server]>=5")
    with pytest.raises(ArtifactProblem, match="lacks"):
        require_installed("no_such_thing>=5")


@pytest.mark.parametrize(("text", "expected"), [("2g", 2 * 1024**3), ("512M", 512 * 1024**2), ("1gb", 1024**3)])
def test_sizes_are_read_as_spark_reads_them(text: str, expected: int) -> None:
    assert size(text) == expected


def test_size_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'lots' is no size"):
        size("lots")


SPARK = """
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
orders = sys.argv[sys.argv.index("--lake") + 1] + "/orders"
spark.createDataFrame([(1, "EUR"), (2, "GBP")], "id int, currency string").write.format("delta").save(orders)
spark.sql(f"update delta.`{orders}` set currency = 'USD' where id = 2")
rows = {tuple(row) for row in spark.read.format("delta").load(orders).collect()}
assert rows == {(1, "EUR"), (2, "USD")}, rows
assert spark.conf.get("spark.sql.session.timeZone") == "UTC"
assert spark.conf.get("spark.sql.shuffle.partitions") == "3"
"""


def test_spark_job_writes_and_reads_a_delta_table_on_s3(local_aws: Aws, tmp_path: Path) -> None:
    shop = Deployed(local_aws, tmp_path / "a path with spaces")
    shop.folder.mkdir()
    conf = (
        "spark.sql.shuffle.partitions=3 --conf spark.delta.logStore.s3.impl=io.delta.storage.S3DynamoDBLogStore"
        " --conf spark.io.delta.storage.S3DynamoDBLogStore.ddb.tableName=log"
    )
    shop.job("lake", SPARK, command="glueetl", arguments={"--lake": f"s3://{shop.bucket}/lake", "--conf": conf})
    shop.begin_with("lake")
    run = shop.run()
    assert run.succeeded, run.ended[0].log.read_text()[-2000:]
    listed = shop.aws.client("s3").list_objects_v2(Bucket=shop.bucket, Prefix="lake/orders/_delta_log/")
    commits = [found["Key"] for found in listed["Contents"] if found["Key"].endswith(".json")]
    assert len(commits) == 2
    assert "Delta's log store on DynamoDB is left out" in run.ended[0].log.read_text()
