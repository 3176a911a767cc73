"""CREATE and DROP of databases, schemas, tables and views, with their comments."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlglot import exp

from lakehouse.warehouse.embedded import catalog
from lakehouse.warehouse.embedded.dialect import allowed, functions
from lakehouse.warehouse.embedded.dialect.query import duckdb_sql
from lakehouse.warehouse.embedded.errors import ALREADY_EXISTS, NotSupportedError, ProgrammingError
from lakehouse.warehouse.embedded.metadata import SCHEMA
from lakehouse.warehouse.embedded.names import Name, SchemaName, literal, quoted
from lakehouse.warehouse.embedded.result import Result, status
from lakehouse.warehouse.embedded.session import Session
from lakehouse.warehouse.embedded.statements.dml import insert_rows, only, parts, spelled

_WIDE = re.compile(r"HUGEINT|DECIMAL\((19|[23]\d)\b")


def create(session: Session, statement: exp.Create) -> Result:
    """CREATE [OR REPLACE] DATABASE, SCHEMA, TABLE or VIEW."""
    only(statement, "this", "kind", "replace", "exists", "properties", "expression")
    if statement.kind not in _CREATE:
        raise NotSupportedError(f"CREATE {statement.kind}")
    _comment(statement)  # refuses properties that are not known, before anything is made
    return _CREATE[statement.kind](session, statement)


def _create_database(session: Session, statement: exp.Create) -> Result:
    name = _one_name(statement)
    if catalog.database_exists(session.cursor, name):
        if statement.args.get("replace"):
            raise NotSupportedError("OR REPLACE of a database that exists")
        if not statement.args.get("exists"):
            raise _exists("Database", name)
    else:
        session.cursor.execute(f"insert into {SCHEMA}.databases values (?, ?)", [name, _comment(statement)])
        catalog.create_information_schema(session.cursor, name)
        catalog.create_schema(session.cursor, SchemaName(name, "PUBLIC"), "")
        session.namespace.database, session.namespace.schema = name, "PUBLIC"
    return status(f"Database {name} successfully created.")


def _create_schema(session: Session, statement: exp.Create) -> Result:
    table = statement.this
    schema = session.namespace.resolve_schema([spelled(part) for part in table.parts])
    if not catalog.database_exists(session.cursor, schema.database):
        raise catalog.missing("Database", schema.database)
    if catalog.schema_exists(session.cursor, schema):
        if statement.args.get("replace"):
            raise NotSupportedError("OR REPLACE of a schema that exists")
        if not statement.args.get("exists"):
            raise _exists("Schema", schema)
    else:
        catalog.create_schema(session.cursor, schema, _comment(statement))
        session.namespace.database, session.namespace.schema = schema.database, schema.schema
    return status(f"Schema {schema.schema} successfully created.")


def _create_table(session: Session, statement: exp.Create) -> Result:
    name, definitions = _named(session, statement)
    if _already_there(session, statement, name):
        return status(f"{name.name} already exists, statement succeeded.")
    query = statement.expression
    if query is None:
        columns = [_column(definition) for definition in definitions]
        session.cursor.execute(f"create table {name.sql} ({', '.join(columns)})")
    elif definitions:
        raise NotSupportedError("CREATE TABLE with both a list of columns and a query")
    else:
        _create_as(session, name, query)
    _remember(session, name, statement, definitions)
    return status(f"Table {name.name} successfully created.")


def _create_as(session: Session, name: Name, query: exp.Query) -> None:
    translator = session.translator()
    select = duckdb_sql(translator.query(query))
    if translator.read_streams:
        raise NotSupportedError("CREATE TABLE AS SELECT from a stream")
    described = session.cursor.execute(f"describe {select}").fetchall()
    columns = [f"{quoted(column)} {_stored(kind)}" for column, kind, *_ in described]
    session.cursor.execute(f"create table {name.sql} ({', '.join(columns)})")
    insert_rows(session, name, [column for column, *_ in described], select)


def _create_view(session: Session, statement: exp.Create) -> Result:
    name, definitions = _named(session, statement)
    if _already_there(session, statement, name):
        return status(f"{name.name} already exists, statement succeeded.")
    translator = session.translator()
    select = duckdb_sql(translator.query(statement.expression))
    if translator.read_streams:
        raise NotSupportedError("a view of a stream")
    if definitions:
        # DuckDB can comment on a view's columns only where the query itself names them.
        select = f"select * from ({select}) as v ({', '.join(quoted(spelled(column.this)) for column in definitions)})"
    session.cursor.execute(f"create view {name.sql} as {select}")
    _remember(session, name, statement, definitions)
    return status(f"View {name.name} successfully created.")


def _named(session: Session, statement: exp.Create) -> tuple[Name, list[exp.ColumnDef]]:
    schema = statement.this
    table = schema.this if isinstance(schema, exp.Schema) else schema
    name = session.namespace.resolve(parts(table))
    if not catalog.schema_exists(session.cursor, name.parent):
        raise catalog.missing("Schema", name.parent)
    if name.parent.schema == catalog.INFORMATION_SCHEMA:
        raise ProgrammingError(f"{name.parent} holds the views that describe the database, and nothing else")
    definitions = list(schema.expressions) if isinstance(schema, exp.Schema) else []
    for definition in definitions:
        if not isinstance(definition, exp.ColumnDef):
            raise NotSupportedError(f"the table constraint {definition.sql(dialect='snowflake')}")
    return name, definitions


def _already_there(session: Session, statement: exp.Create, name: Name) -> bool:
    """Whether IF NOT EXISTS ends the statement here; with OR REPLACE the old object is dropped first."""
    found = catalog.kind(session.cursor, name)
    if found is None or (statement.args.get("exists") and found == statement.kind):
        return found is not None
    if not statement.args.get("replace") or found != statement.kind:
        raise _exists("Object", name)
    _drop_object(session, found, name)
    return False


def _column(definition: exp.ColumnDef) -> str:
    """One column in DuckDB's words; a text's length is a CHECK, since DuckDB ignores the one in the type."""
    name, kind = quoted(spelled(definition.this)), definition.kind
    if kind is None:
        raise ProgrammingError(f"The column {name} has no type")
    allowed.check(kind)
    length = _length(definition)
    words = [name, _stored(duckdb_sql(functions.duckdb_type(kind.copy())))]
    if length is not None:
        words.append(f"check (length({name}) <= {length})")
    return " ".join([*words, *_constraints(definition)])


def _stored(kind: str) -> str:
    """A type, and how its values are to lie in the file."""
    # Numbers of more than 18 digits take 128 bits. DuckDB packs them, and unpacks small ones a hundred times slower
    # than it reads them as they are: 0.6 s for a million keys.
    return f"{kind} using compression uncompressed" if _WIDE.match(kind) else kind


def _constraints(definition: exp.ColumnDef) -> Iterable[str]:
    for constraint in definition.constraints:
        match constraint.kind:
            case exp.NotNullColumnConstraint() if not constraint.kind.args.get("allow_null"):
                yield "not null"
            case exp.CommentColumnConstraint():
                continue
            case _:
                raise NotSupportedError(f"the column constraint {constraint.sql(dialect='snowflake')}")


def _length(definition: exp.ColumnDef) -> int | None:
    kind = definition.kind
    if kind is None or kind.this not in (exp.DType.VARCHAR, exp.DType.TEXT, exp.DType.CHAR):
        return None
    if kind.expressions:
        return int(kind.expressions[0].name)
    return 1 if kind.this is exp.DType.CHAR else None


def _remember(session: Session, name: Name, statement: exp.Create, definitions: list[exp.ColumnDef]) -> None:
    records = [f"comment on {statement.kind} {name.sql} is {literal(_comment(statement))}"]
    for definition in definitions:
        column, comment = spelled(definition.this), definition.find(exp.CommentColumnConstraint)
        if comment:
            records.append(f"comment on column {name.sql}.{quoted(column)} is {literal(comment.name)}")
        if (length := _length(definition)) is not None:
            values = f"{literal(str(name))}, {literal(column)}, {length}"
            records.append(f"insert into {SCHEMA}.text_lengths values ({values})")
    session.cursor.execute("; ".join(records))


def drop(session: Session, statement: exp.Drop) -> Result:
    """DROP TABLE, VIEW or SCHEMA."""
    only(statement, "tables", "kind", "exists", "this")
    tables = statement.args.get("tables") or [statement.this]
    if statement.kind not in ("TABLE", "VIEW") or len(tables) != 1:
        raise NotSupportedError(f"DROP {statement.kind}")
    name = session.namespace.resolve(parts(tables[0]))
    found = catalog.kind(session.cursor, name)
    if found == statement.kind:
        _drop_object(session, found, name)
    elif not statement.args.get("exists"):
        raise catalog.missing(statement.kind.title(), name)
    return status(f"{name.name} successfully dropped.")


def _drop_object(session: Session, kind: str, name: Name) -> None:
    streams = session.cursor.execute(f"select name from {SCHEMA}.streams where table_name = ?", [str(name)]).fetchall()
    if streams:
        raise NotSupportedError(f"the replacement or DROP of {name}, which the stream {streams[0][0]} follows")
    session.cursor.execute(f"drop {kind} {name.sql}")
    for record in ("text_lengths", "loads"):
        session.cursor.execute(f"delete from {SCHEMA}.{record} where table_name = ?", [str(name)])


def _comment(statement: exp.Create) -> str:
    properties = statement.args.get("properties")
    found = ""
    for entry in properties.expressions if properties else []:
        if not isinstance(entry, exp.SchemaCommentProperty):
            raise NotSupportedError(f"the property {entry.sql(dialect='snowflake')} of {statement.kind}")
        found = entry.name
    return found


def _one_name(statement: exp.Create) -> str:
    found = parts(statement.this)
    if len(found) != 1:
        raise ProgrammingError(f"'{'.'.join(found)}' is no name of a database")
    return found[0]


def _exists(what: str, name: object) -> ProgrammingError:
    return ProgrammingError(f"{what} '{name}' already exists.", errno=ALREADY_EXISTS, sqlstate="42710")


_CREATE = {"DATABASE": _create_database, "SCHEMA": _create_schema, "TABLE": _create_table, "VIEW": _create_view}
