"""Landing on S3: what lies below a prefix, told by its etags, read in blocks; and every way in which S3 refuses."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import Request, urlopen
from uuid import uuid4

import boto3
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakehouse.errors import LandingError
from lakehouse.sources import s3 as module
from lakehouse.sources.examine import Examined, examine
from lakehouse.sources.format import Format
from lakehouse.sources.landing import list_landing
from lakehouse.sources.mapping import Mapping, load_mapping
from lakehouse.sources.storage import Storage, storage_at

Make = Callable[..., Mapping]
HEADER = b"id,q,p,t\n"
NAMES = ("id", "q", "p", "t")


@pytest.fixture
def bucket(s3: Any) -> str:
    name = f"landing-{uuid4().hex[:8]}"
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture
def put(s3: Any, bucket: str) -> Callable[..., Storage]:
    """Writes objects, by key, and gives the prefix `drop` of the bucket."""

    def write(objects: dict[str, bytes]) -> Storage:
        for key, content in objects.items():
            s3.put_object(Bucket=bucket, Key=key, Body=content)
        return storage_at(f"s3://{bucket}/drop")

    return write


Put = Callable[[dict[str, bytes]], Storage]


@pytest.mark.parametrize("spelling", ["s3://{}/drop", "s3a://{}/drop/"])
def test_prefix_is_a_folder_and_not_the_beginning_of_a_name(put: Put, bucket: str, spelling: str) -> None:
    put({"drop/a.csv": HEADER, "drop/2024/05/b.csv": HEADER, "drop/2024/": b"", "dropped/c.csv": HEADER})
    storage = storage_at(spelling.format(bucket))
    assert [file.path for file in list_landing(storage, Format()).files] == ["2024/05/b.csv", "a.csv"]
    assert (str(storage), storage.for_spark) == (f"s3://{bucket}/drop", f"s3a://{bucket}/drop")
    whole = list_landing(storage_at(f"s3://{bucket}"), Format())
    assert [file.path for file in whole.files] == ["drop/2024/05/b.csv", "drop/a.csv", "dropped/c.csv"]


def test_names_that_do_not_count_are_told(put: Put) -> None:
    found = list_landing(put({f"drop/{name}": HEADER for name in ("a.csv", "_b.csv", "x//c.csv", "/d.csv")}), Format())
    assert [file.path for file in found.files] == ["a.csv"]
    unnameable = "a part of its name between two / is empty, which Spark cannot name"
    assert dict(found.ignored) == {
        "_b.csv": "hidden: its name, or its folder's, starts with _ or .",
        "x//c.csv": unnameable,
        "/d.csv": unnameable,
    }


def test_more_objects_than_one_answer_holds_are_all_listed(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{number:02d}.csv" for number in range(12)]
    storage = put({f"drop/{name}": HEADER for name in names})
    asked = storage.client.list_objects_v2  # type: ignore[attr-defined]
    monkeypatch.setattr(storage.client, "list_objects_v2", lambda **kw: asked(MaxKeys=5, **kw))  # type: ignore[attr-defined]
    assert [file.path for file in list_landing(storage, Format()).files] == names


def test_changed_content_has_another_hash_also_where_it_was_sent_in_parts(s3: Any, bucket: str, put: Put) -> None:
    (first,) = list_landing(put({"drop/a.csv": HEADER}), Format()).files
    (second,) = list_landing(put({"drop/a.csv": HEADER + b"1,2,3,4\n"}), Format()).files
    upload = {"Bucket": bucket, "Key": "drop/a.csv"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    tag = s3.upload_part(**upload, PartNumber=1, Body=HEADER)["ETag"]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]})
    (third,) = list_landing(put({}), Format()).files
    assert len({first.content_hash, second.content_hash, third.content_hash}) == 3
    assert third.content_hash.endswith("-1")
    assert (third.path, third.size) == ("a.csv", len(HEADER))


@pytest.mark.parametrize("block", [5, 64, 8 * 2**20])
def test_file_is_read_through_in_blocks(
    put: Put, mapping_of: Make, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    lines = HEADER + b"1,2,3,4\n" * 20
    storage = put({"drop/a.csv": lines, "drop/b.csv.gz": gzip.compress(lines), "drop/empty.csv": b""})
    assert examine(storage, "a.csv", mapping_of()) == Examined(20, NAMES, 1)
    assert examine(storage, "b.csv.gz", mapping_of()) == Examined(20, NAMES, 1)
    assert examine(storage, "empty.csv", mapping_of()) == Examined(0)


def test_truncated_gzip_and_file_taken_away_are_set_aside(put: Put, mapping_of: Make) -> None:
    storage = put({"drop/a.csv.gz": gzip.compress(HEADER)[:-9]})
    assert str(examine(storage, "a.csv.gz", mapping_of()).problem).startswith("it is no whole gzip file (")
    gone = examine(storage, "gone.csv", mapping_of()).problem
    assert gone == f"it cannot be read ({storage}/gone.csv is not there): deliver it again"
    assert (storage.has("a.csv.gz"), storage.has("gone.csv")) == (True, False)


def test_parquet_is_read_by_its_end(put: Put, mapping_of: Make) -> None:
    content = io.BytesIO()
    pq.write_table(pa.table({"id": ["1", "2"], "c": [1, 2]}), content)
    storage = put({"drop/a.parquet": content.getvalue()})
    mapping = mapping_of(format={"type": "parquet"}, fields={"id": "id", "c": "c"})
    assert examine(storage, "a.parquet", mapping) == Examined(2, ("id", "c"))


def test_file_that_changes_while_it_is_read_is_told_and_never_mixed(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 8)
    with put({"drop/a.csv": b"first state"}).open("a.csv") as file:
        assert file.read(8) == b"first st"
        put({"drop/a.csv": b"other state"})
        with pytest.raises(LandingError, match=r"drop/a\.csv changed while it was read: run again\."):
            file.read()


def test_connection_that_breaks_within_a_block_is_tried_again(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.exceptions import IncompleteReadError
    from botocore.response import StreamingBody

    whole, broken = StreamingBody.read, [True, True]

    def read(body: Any, amt: int | None = None) -> Any:
        if broken and broken.pop():
            raise IncompleteReadError(actual_bytes=1, expected_bytes=2)
        return whole(body, amt)

    monkeypatch.setattr(StreamingBody, "read", read)
    storage = put({"drop/a.csv": HEADER})
    assert storage.open("a.csv").read() == HEADER
    broken += [True] * 3
    with pytest.raises(LandingError, match=r"drop/a\.csv cannot be read: S3 does not answer as it should \(1 read"):
        storage.open("a.csv").read()


def told(address: str) -> str:
    with pytest.raises(LandingError) as raised:
        list_landing(storage_at(address), Format())
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_bucket_and_prefix_that_are_not_there_are_named(bucket: str) -> None:
    assert told("s3://no-such-shop/drop") == (
        "s3://no-such-shop/drop cannot be read: there is no bucket no-such-shop: mend the name, or create it."
    )
    assert told(f"s3://{bucket}/drop").startswith(
        f"There is nothing at s3://{bucket}/drop: the bucket {bucket} has no object whose name starts with 'drop/'."
    )
    assert told("s3:///drop") == "s3:///drop names no bucket: write s3://bucket/prefix."
    assert "No_Bucket!" in told("s3://No_Bucket!/drop")


def test_prefix_without_a_file_of_the_format_says_what_was_left_out(put: Put) -> None:
    storage = put({"drop/a.json": b"{}"})
    assert f"The landing prefix {storage} holds no csv file (1 left out, such as a.json: not named" in told(
        str(storage)
    )


def test_missing_credentials_are_told(bucket: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    for name in ("CONFIG_FILE", "SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(f"AWS_{name}", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert told(f"s3://{bucket}/drop") == (
        f"s3://{bucket}/drop cannot be read: no credentials for AWS (Unable to locate credentials): "
        "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
    )
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert "no credentials for AWS (The config profile (nobody) could not be found)" in told(f"s3://{bucket}/drop")


def test_object_that_may_not_be_read_names_the_bucket_and_what_to_allow(s3: Any, put: Put, bucket: str) -> None:
    storage = put({"drop/a.csv": HEADER})
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    with pytest.raises(LandingError) as raised:
        storage.open("a.csv").read()
    assert str(raised.value) == (
        f"s3://{bucket}/drop/a.csv cannot be read: access to the bucket {bucket} is denied: "
        "allow s3:ListBucket on it and s3:GetObject on its objects."
    )


@pytest.fixture
def enforced(s3_url: str) -> Iterator[Callable[[], None]]:
    """Has the local S3 check keys and permissions from when this is called, until the test ends."""

    def check(after: str = "0") -> None:
        as_text = {"Content-Type": "text/plain"}
        urlopen(Request(f"{s3_url}/moto-api/reset-auth", after.encode(), as_text)).close()  # noqa: S310

    yield check
    check("inf")


def test_bucket_that_may_not_be_listed_and_keys_that_nobody_knows_are_told(
    s3: Any, put: Put, bucket: str, enforced: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = str(put({"drop/a.csv": HEADER}))
    iam = boto3.client("iam")
    iam.create_user(UserName=bucket)
    key = iam.create_access_key(UserName=bucket)["AccessKey"]
    enforced()
    assert f"{address} cannot be read: AWS refuses the credentials (InvalidAccessKeyId): renew them." == told(address)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    assert f"{address} cannot be read: access to the bucket {bucket} is denied: allow s3:List" in told(address)


def test_address_that_nobody_listens_at_is_told(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    assert f"s3://{bucket}/drop cannot be read: S3 does not answer as it should (Could not connect" in told(
        f"s3://{bucket}/drop"
    )


def test_mapping_on_s3_is_the_one_in_the_file(s3: Any, bucket: str) -> None:
    s3.upload_file(load_mapping("softcart").origin, bucket, "mappings/softcart.toml")
    assert load_mapping(f"s3a://{bucket}/mappings/softcart.toml").hash == load_mapping("softcart").hash
    with pytest.raises(LandingError, match=rf"s3://{bucket}/mappings/shop\.toml is not there: mend the address\."):
        load_mapping(f"s3://{bucket}/mappings/shop.toml")
