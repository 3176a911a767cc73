"""What the embedded warehouse does not know it refuses: nothing is accepted and ignored."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lakehouse.warehouse.embedded import Connection, NotSupportedError, connect

REFUSED = [
    "select SOUNDEX('a')",
    "select array_agg(A) from T",
    "select parse_json('{}')",
    "select A:b from T",
    "select random()",
    "select regexp_like('a', 'b')",
    "select A from T sample (10)",
    "select A from T at (offset => -60)",
    "select count(*) from T group by rollup (A)",
    "select A, count(*) from T group by all",
    "select * from T natural join T as U",
    "select * from '/etc/passwd'",
    "select * from read_csv('/etc/passwd')",
    "select * ilike 'A%' from T",
    "select A from T group by cube (A)",
    "select A from T where A = any (select 1)",
    "select A from T union by name select A from T",
    "select hash(A), uuid_string(), current_user() from T",
    "truncate table if exists NOPE",
    "create schema S with managed access",
    "create table U (A int autoincrement)",
    "create table U (A varchar collate 'en')",
    "create or replace view V copy grants as select A from T",
    "select * from table(generator(rowcount => 3))",
    "select $1 from @EXPORTS",
    "select substr('abc', 0)",
    "select 'abc' like 'a^%' escape '^'",
    "select to_char(1.5, '999')",
    "select to_char(current_date, 'J')",
    "select to_char(current_timestamp)",
    "select A::variant from T",
    "select current_timestamp::timestamp_tz",
    "select dateadd(millisecond, 1, current_timestamp)",
    "select current_date + interval '1 day'",
    "select median(A) over () from T",
    "select listagg(A) over () from T",
    "select top 1 A from T for update",
    "select lag(A) ignore nulls over (order by A) from T",
    "create table U (A int primary key)",
    "create table U (A int default 1)",
    "create table U (A int, unique (A))",
    "create table U (A array)",
    "create table U clone T",
    "create table U like T",
    "create transient table U (A int)",
    "create temporary table U (A int)",
    "create table U (A int) cluster by (A)",
    "create table U (A int) data_retention_time_in_days = 1",
    "create secure view V as select A from T",
    "create or replace schema SALES",
    "create materialized view V as select A from T",
    "create sequence S",
    "create dynamic table D target_lag = '1 minute' warehouse = W as select A from T",
    "create function F() returns int as '1'",
    "create warehouse W",
    "create stage INTERNAL",
    "create stage REMOTE url = 'gcs://bucket'",
    "create stage S url = 's3://bucket' directory = (enable = true)",
    "create file format F type = csv",
    "create file format F type = parquet snappy_compression = true",
    "create stream S on table T",
    "create stream S on table T append_only = true show_initial_rows = true",
    "create stream S on view V append_only = true",
    "create task K user_task_timeout_ms = 5 as select 1",
    "alter task K set comment = 'x'",
    "alter table T add column B int",
    "alter session set timezone = 'Europe/London'",
    "alter warehouse W suspend",
    "drop schema SALES",
    "drop database SHOP",
    "undrop table T",
    "insert overwrite into T values (1)",
    "insert all into T values (1) select 1",
    "update T set A = 1 from T as U where T.A = U.A",
    "delete from T using T as U where T.A = U.A",
    "merge into T using T as U on T.A = U.A when not matched by source then delete",
    "show warehouses",
    "describe stage EXPORTS",
    "call SYSTEM$WAIT(1)",
    "execute immediate 'select 1'",
    "put file:///x @EXPORTS",
    "list @EXPORTS",
    "set X = 1",
    "explain select 1",
    "comment on table T is 'x'",
    "use secondary roles all",
    "begin name X",
    "copy into T from @EXPORTS file_format = (type = csv) match_by_column_name = case_insensitive",
    "copy into T from @EXPORTS file_format = (type = parquet use_logical_type = true)",
    "copy into T from @EXPORTS file_format = (type = parquet) match_by_column_name = case_insensitive",
    "copy into T from @EXPORTS file_format = (type = parquet use_logical_type = true) "
    "match_by_column_name = case_insensitive purge = true",
    "copy into T from @EXPORTS file_format = (type = parquet use_logical_type = true) "
    "match_by_column_name = case_insensitive on_error = continue",
    "copy into @EXPORTS from T",
]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """One account for all cases: what is refused changes nothing."""
    with connect(tmp_path_factory.mktemp("refusals") / "warehouse.duckdb") as opened:
        opened.execute_string(
            """
            create database SHOP; create schema SHOP.SALES;
            create table T (A int); create stage EXPORTS url = 'file:///nowhere'
            """
        )
        yield opened


@pytest.mark.parametrize("statement", REFUSED)
def test_unknown_sql_is_refused(account: Connection, statement: str) -> None:
    with pytest.raises(NotSupportedError, match="does not support"):
        account.cursor().execute(statement)


def test_access_control_is_recorded_and_says_that_it_does_nothing(account: Connection) -> None:
    [(message,)] = account.cursor().execute("grant select on table T to role ANALYST").fetchall()
    assert "not enforced" in message
