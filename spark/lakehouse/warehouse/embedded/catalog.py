"""What exists in the account, as DuckDB's own catalog and the account's metadata know it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import duckdb

from lakehouse.warehouse.embedded.duck import Cursor
from lakehouse.warehouse.embedded.errors import DOES_NOT_EXIST, ProgrammingError
from lakehouse.warehouse.embedded.metadata import ROW_VERSION, SCHEMA
from lakehouse.warehouse.embedded.names import Name, SchemaName, literal

INFORMATION_SCHEMA = "INFORMATION_SCHEMA"


@dataclass(frozen=True)
class Column:
    """One column of a table or view: its name and DuckDB type."""

    name: str
    type: str


@dataclass(frozen=True)
class ColumnInfo(Column):
    """What DESCRIBE tells of a column: also the length that a text may have, and the comment."""

    length: int | None
    nullable: bool
    default: str | None
    comment: str

    @property
    def snowflake_type(self) -> str:
        """The type as DESCRIBE TABLE names it."""
        if self.type == "VARCHAR":
            return f"VARCHAR({self.length or 16777216})"
        return {
            "BIGINT": "NUMBER(18,0)",
            "INTEGER": "NUMBER(9,0)",
            "HUGEINT": "NUMBER(38,0)",
            "DOUBLE": "FLOAT",
            "TIMESTAMP": "TIMESTAMP_NTZ(9)",
        }.get(self.type, self.type.replace("DECIMAL", "NUMBER"))


def columns(cursor: Cursor, name: Name) -> list[Column]:
    """The columns of a table or view in order, without the hidden one; empty if there is no such object."""
    return [column for column in _all_columns(cursor, name) if column.name != ROW_VERSION]


def has_row_version(cursor: Cursor, table: Name) -> bool:
    """Whether the table's rows carry versions, because it has or had a stream."""
    return any(column.name == ROW_VERSION for column in _all_columns(cursor, table))


def _all_columns(cursor: Cursor, name: Name) -> list[Column]:
    # Every statement asks this, several times. duckdb_columns() would describe all tables of the account to answer.
    try:
        found = cursor.execute(f"select name, type from pragma_table_info({literal(name.sql)})").fetchall()
    except duckdb.CatalogException:
        return []
    return [Column(*row) for row in found]


def described(cursor: Cursor, name: Name) -> list[ColumnInfo]:
    """The columns of a table or view with all that is known of them; empty if there is no such object."""
    rows = cursor.execute(
        f"""
        select c.column_name, c.data_type, l.length, c.is_nullable, c.column_default, coalesce(c.comment, '')
          from duckdb_columns() c
          left join {SCHEMA}.text_lengths l on l.table_name = ? and l.column_name = c.column_name
         where c.schema_name = ? and c.table_name = ? and c.column_name <> '{ROW_VERSION}'
         order by c.column_index
        """,
        [str(name), str(name.parent), name.name],
    ).fetchall()
    return [ColumnInfo(*row) for row in rows]


def kind(cursor: Cursor, name: Name) -> str | None:
    """TABLE, VIEW or STREAM; None if there is no such object."""
    row = cursor.execute(
        f"""
        select 'TABLE' from duckdb_tables() where schema_name = ? and table_name = ?
        union all select 'VIEW' from duckdb_views() where schema_name = ? and view_name = ?
        union all select 'STREAM' from {SCHEMA}.streams where name = ?
        """,
        [*[str(name.parent), name.name] * 2, str(name)],
    ).fetchone()
    return str(row[0]) if row else None


def require_table(cursor: Cursor, name: Name) -> Name:
    """The name, if it is a table's; raises ProgrammingError otherwise."""
    found = kind(cursor, name)
    if found != "TABLE":
        raise (
            missing("Table", name) if found is None else ProgrammingError(f"'{name}' is a {found.lower()}, not a table")
        )
    return name


def missing(what: str, name: object) -> ProgrammingError:
    """The error for an object that does not exist."""
    return ProgrammingError(f"{what} '{name}' does not exist or not authorized", errno=DOES_NOT_EXIST, sqlstate="42S02")


def schema_exists(cursor: Cursor, name: SchemaName) -> bool:
    """Whether there is such a schema."""
    return cursor.execute(f"select 1 from {SCHEMA}.schemas where name = ?", [str(name)]).fetchone() is not None


def create_schema(cursor: Cursor, name: SchemaName, comment: str) -> None:
    """Make a schema. DuckDB keeps no comments on schemas, so that the account does."""
    cursor.execute(f"create schema {name.sql}")
    cursor.execute(f"insert into {SCHEMA}.schemas values (?, ?)", [str(name), comment])


def database_exists(cursor: Cursor, name: str) -> bool:
    """Whether there is such a database."""
    return cursor.execute(f"select 1 from {SCHEMA}.databases where name = ?", [name]).fetchone() is not None


def create_information_schema(cursor: Cursor, database: str) -> None:
    """Make the views that describe a database, among them the history of its tasks."""
    schema = SchemaName(database, INFORMATION_SCHEMA)
    create_schema(cursor, schema, "Views that describe the database")
    for view, query in _VIEWS.items():
        cursor.execute(f"create view {Name(schema, view).sql} as {query(database)}")


def _of(database: str, objects: str, condition: str = "true") -> str:
    """FROM and WHERE over one of DuckDB's own listings, limited to a database."""
    prefix = f"{database}.".replace("'", "''")
    return f"from {objects} o where starts_with(o.schema_name, '{prefix}') and {condition}"


_PARTS = "split_part(o.schema_name, '.', 1) as {0}_CATALOG, split_part(o.schema_name, '.', 2) as {0}_SCHEMA"
_TASK_PARTS = (
    "split_part(o.name, '.', 3) as NAME, split_part(o.name, '.', 1) as DATABASE_NAME, "
    "split_part(o.name, '.', 2) as SCHEMA_NAME"
)


def _tables(database: str) -> str:
    parts, view_schema = _PARTS.format("TABLE"), f"o.schema_name not like '%.{INFORMATION_SCHEMA}'"
    return f"""
        select {parts}, o.table_name as TABLE_NAME, 'BASE TABLE' as TABLE_TYPE, coalesce(o.comment, '') as COMMENT
        {_of(database, "duckdb_tables()")}
        union all
        select {parts}, o.view_name, 'VIEW', coalesce(o.comment, '') {_of(database, "duckdb_views()", view_schema)}
    """


def _columns(database: str) -> str:
    types = f"o.column_name <> '{ROW_VERSION}' and o.schema_name not like '%.{INFORMATION_SCHEMA}'"
    return f"""
        select {_PARTS.format("TABLE")}, o.table_name as TABLE_NAME, o.column_name as COLUMN_NAME,
               row_number() over (partition by o.schema_name, o.table_name order by o.column_index) as ORDINAL_POSITION,
               if(o.is_nullable, 'YES', 'NO') as IS_NULLABLE,
               case when o.data_type = 'VARCHAR' then 'TEXT'
                    when o.data_type = 'TIMESTAMP' then 'TIMESTAMP_NTZ'
                    when o.data_type = 'DOUBLE' then 'FLOAT'
                    when o.data_type like '%INT' or o.data_type like 'DECIMAL%' then 'NUMBER'
                    else o.data_type end as DATA_TYPE,
               (select max(l.length) from {SCHEMA}.text_lengths l
                 where l.table_name = o.schema_name || '.' || o.table_name and l.column_name = o.column_name
               ) as CHARACTER_MAXIMUM_LENGTH,
               o.numeric_precision as NUMERIC_PRECISION, o.numeric_scale as NUMERIC_SCALE,
               coalesce(o.comment, '') as COMMENT
        {_of(database, "duckdb_columns()", types)}
    """


def _schemata(database: str) -> str:
    parts = _PARTS.format("CATALOG").replace("CATALOG_CATALOG", "CATALOG_NAME").replace("CATALOG_SCHEMA", "SCHEMA_NAME")
    schemas = f"(select name as schema_name, comment from {SCHEMA}.schemas)"
    return f"select {parts}, o.comment as COMMENT {_of(database, schemas)}"


def _task_history(database: str) -> str:
    runs = f"(select *, split_part(name, '.', 1) || '.' as schema_name from {SCHEMA}.task_runs)"
    return f"""
        select {_TASK_PARTS}, o.state as STATE, o.error_code as ERROR_CODE, o.error_message as ERROR_MESSAGE,
               o.scheduled_time as SCHEDULED_TIME, o.query_start_time as QUERY_START_TIME,
               o.completed_time as COMPLETED_TIME, o.root as ROOT_TASK_ID, o.graph_run as GRAPH_RUN_GROUP_ID,
               'EXECUTE TASK' as SCHEDULED_FROM
        {_of(database, runs)}
    """


_VIEWS: dict[str, Callable[[str], str]] = {
    "TABLES": _tables,
    "COLUMNS": _columns,
    "SCHEMATA": _schemata,
    "TASK_HISTORY": _task_history,
}


def duckdb_types(found: Iterable[Column]) -> dict[str, str]:
    """Column names and types in the form that sqlglot's schema takes."""
    return {column.name: "DECIMAL(38,0)" if column.type == "HUGEINT" else column.type for column in found}
