"""What the account knows beside its data. It lives in the same file, so that both commit in one transaction."""

from __future__ import annotations

import duckdb

SCHEMA = "_ACCOUNT"
ROW_VERSION = "METADATA$VERSION"
"""Hidden column of a table with a stream: the account version at which the row was inserted."""

_TABLES = f"""
create schema if not exists {SCHEMA};
create table if not exists {SCHEMA}.databases (name varchar primary key, comment varchar);
create table if not exists {SCHEMA}.schemas (name varchar primary key, comment varchar);
create table if not exists {SCHEMA}.text_lengths (table_name varchar, column_name varchar, length integer);
create table if not exists {SCHEMA}.stages (
    name varchar primary key, url varchar, storage_integration varchar, comment varchar
);
create table if not exists {SCHEMA}.file_formats (name varchar primary key, options json, comment varchar);
create table if not exists {SCHEMA}.loads (
    table_name varchar, file varchar, size bigint, md5 varchar, row_count bigint, loaded_at timestamp
);
create table if not exists {SCHEMA}.streams (
    name varchar primary key, table_name varchar, version bigint, comment varchar
);
create table if not exists {SCHEMA}.tasks (
    name varchar primary key, warehouse varchar, schedule varchar, predecessors varchar[],
    condition varchar, body varchar, comment varchar, state varchar
);
create table if not exists {SCHEMA}.task_runs (
    graph_run varchar, root varchar, name varchar, state varchar, error_code integer, error_message varchar,
    scheduled_time timestamp, query_start_time timestamp, completed_time timestamp
);
create table if not exists {SCHEMA}.access_control (statement varchar, recorded_at timestamp);
create table if not exists {SCHEMA}.clock (version bigint);
insert into {SCHEMA}.clock select 0 where not exists (from {SCHEMA}.clock);
update {SCHEMA}.task_runs set state = 'CANCELLED', error_message = 'The process that ran this task ended'
 where state in ('SCHEDULED', 'EXECUTING');
"""

# They round half away from zero, as Snowflake does, in integers: no digit passes through a float.
_MACROS = f"""
create or replace macro {SCHEMA}.unscaled(v, factor) as case
    when v * factor <> cast(v * factor as hugeint) then error('The scale of a number was misjudged: cast it')
    else cast(v * factor as hugeint)
end;
create or replace macro {SCHEMA}.quotient(n, d) as case
    when d = 0 then error('Division by zero')
    else sign(n) * sign(d) * ((2 * abs(n) + abs(d)) // (2 * abs(d)))
end;
create or replace macro {SCHEMA}.float_quotient(n, d) as case when d = 0 then error('Division by zero') else n / d end;
create or replace macro {SCHEMA}.remainder(n, d) as case when d = 0 then error('Division by zero') else n % d end;
"""


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the metadata of a new account, and put right what a killed process left behind."""
    connection.execute("begin")
    connection.execute(_TABLES)
    connection.execute(_MACROS)
    connection.execute("commit")
