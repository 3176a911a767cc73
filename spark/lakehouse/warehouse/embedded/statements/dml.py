"""INSERT, UPDATE, DELETE and TRUNCATE."""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from lakehouse.warehouse.embedded import catalog
from lakehouse.warehouse.embedded.dialect.query import duckdb_sql
from lakehouse.warehouse.embedded.errors import NotSupportedError
from lakehouse.warehouse.embedded.metadata import ROW_VERSION
from lakehouse.warehouse.embedded.names import Name, quoted
from lakehouse.warehouse.embedded.result import Result, counts, status
from lakehouse.warehouse.embedded.session import Session


def only(node: exp.Expr, *known: str) -> None:
    """Raise NotSupportedError if the statement has a clause beside the known ones."""
    for clause, value in node.args.items():
        if value and clause not in known:
            raise NotSupportedError(f"{clause.upper().rstrip('_')} in {node.key.upper()}")


def target(session: Session, table: exp.Expr) -> Name:
    """The existing table that a statement changes."""
    if not isinstance(table, exp.Table):
        raise NotSupportedError(f"a change of {table.sql(dialect='snowflake')}")
    return catalog.require_table(session.cursor, session.namespace.resolve(parts(table)))


def parts(table: exp.Table) -> list[str]:
    """The parts of a table's name as Snowflake reads them: upper case unless they are in quotes."""
    return [spelled(part) for part in table.parts if isinstance(part, exp.Identifier)]


def spelled(identifier: exp.Expr) -> str:
    """An identifier as Snowflake reads it."""
    return identifier.name if identifier.args.get("quoted") else identifier.name.upper()


def insert(session: Session, statement: exp.Insert) -> Result:
    """INSERT INTO ... SELECT or VALUES."""
    only(statement, "this", "expression", "with_")
    schema = statement.this
    table = target(session, schema.this if isinstance(schema, exp.Schema) else schema)
    named = [spelled(column) for column in schema.expressions] if isinstance(schema, exp.Schema) else []
    names = named or [column.name for column in catalog.columns(session.cursor, table)]
    query = duckdb_sql(session.translator().query(_rows(statement)))
    inserted = insert_rows(session, table, names, query)
    return counts(inserted, number_of_rows_inserted=inserted)


def _rows(statement: exp.Insert) -> exp.Query:
    rows = statement.expression
    if isinstance(rows, exp.Values):
        width = len(rows.expressions[0].expressions)
        alias = exp.TableAlias(this=exp.to_identifier("V"), columns=[exp.to_identifier(f"C{i}") for i in range(width)])
        return exp.select("*").from_(exp.Values(expressions=rows.expressions, alias=alias))
    if not isinstance(rows, exp.Query):
        raise NotSupportedError("INSERT of anything but a query or VALUES")
    if statement.args.get("with_"):
        rows.set("with_", statement.args["with_"])
    return rows


def insert_rows(session: Session, table: Name, names: list[str], query: str) -> int:
    """Insert a DuckDB query's rows, with the version that streams tell them by. Returns how many there were."""
    listed = ", ".join(map(quoted, names))
    version = session.row_version(table)
    if version is not None:
        listed, query = f"{listed}, {quoted(ROW_VERSION)}", f"select *, {version} from ({query})"
    return changed(session, f"insert into {table.sql} ({listed}) {query}")


def update(session: Session, statement: exp.Update) -> Result:
    """UPDATE of one table by expressions and subqueries."""
    only(statement, "this", "expressions", "where")
    table = target(session, statement.this)
    names = [spelled(assignment.this.this) for assignment in statement.expressions]
    select = _over(session, statement, *projected(assignment.expression for assignment in statement.expressions))
    assignments = zip(names, (duckdb_sql(value.unalias()) for value in select.expressions), strict=True)
    changes = ", ".join(f"{quoted(name)} = {value}" for name, value in assignments)
    updated = changed(session, f"update {_aliased(select)} set {changes}{_where(select)}", table, "an UPDATE")
    return counts(updated, number_of_rows_updated=updated, number_of_multi_joined_rows_updated=0)


def delete(session: Session, statement: exp.Delete) -> Result:
    """DELETE FROM one table."""
    only(statement, "this", "where")
    table = target(session, statement.this)
    select = _over(session, statement, *projected([exp.Literal.number(1)]))
    deleted = changed(session, f"delete from {_aliased(select)}{_where(select)}", table, "a DELETE")
    return counts(deleted, number_of_rows_deleted=deleted)


def truncate(session: Session, statement: exp.TruncateTable) -> Result:
    """TRUNCATE TABLE."""
    only(statement, "expressions")
    for table in statement.expressions:
        name = target(session, table)
        changed(session, f"delete from {name.sql}", name, "a TRUNCATE")
    return status("Statement executed successfully.")


def projected(expressions: Iterable[exp.Expr]) -> list[exp.Expr]:
    """Expressions as columns of a query, by names that no table's columns have."""
    return [exp.alias_(expression.copy(), f"VALUE${i}", quoted=True) for i, expression in enumerate(expressions)]


def _over(session: Session, statement: exp.Expr, *values: exp.Expr) -> exp.Select:
    """The statement's expressions, translated as those of a query over its table."""
    query = exp.select(*values).from_(statement.this.copy())
    if statement.args.get("where"):
        query = query.where(statement.args["where"].this.copy())
    translated = session.translator().query(query)
    assert isinstance(translated, exp.Select)  # noqa: S101 - a SELECT stays one
    return translated


def _aliased(select: exp.Select) -> str:
    return duckdb_sql(select.args["from_"].this)


def _where(select: exp.Select) -> str:
    where = select.args.get("where")
    return f" {duckdb_sql(where)}" if where else ""


def changed(session: Session, sql: str, table: Name | None = None, action: str = "") -> int:
    """Run DuckDB SQL that changes rows, and count them; refused where a stream has yet to give them out."""
    if table:
        session.refuse_if_pending(table, action)
    row = session.cursor.execute(sql).fetchone()
    return int(row[0]) if row else 0
