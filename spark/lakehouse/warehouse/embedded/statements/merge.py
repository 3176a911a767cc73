"""MERGE, refused where two source rows would change the same target row."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from lakehouse.warehouse.embedded.dialect.query import duckdb_sql
from lakehouse.warehouse.embedded.errors import DUPLICATE_ROW_IN_MERGE, ProgrammingError
from lakehouse.warehouse.embedded.names import Name, quoted
from lakehouse.warehouse.embedded.result import Result, counts
from lakehouse.warehouse.embedded.session import Session
from lakehouse.warehouse.embedded.statements.clauses import Clause, clauses_of, expressions
from lakehouse.warehouse.embedded.statements.dml import changed, only, projected, target

_DECIDED, _ROW, _CLAUSE = "MERGE$DECIDED", "MERGE$ROW", "MERGE$CLAUSE"


@dataclass(frozen=True)
class _Join:
    """Target and source in DuckDB SQL with their aliases, and the condition that joins them."""

    target: str
    row: str
    source: str
    alias: str
    on: str


def merge(session: Session, statement: exp.Merge) -> Result:
    """MERGE INTO ... USING; raises ProgrammingError 100090 where its outcome would depend on chance."""
    only(statement, "this", "using", "on", "whens")
    table = target(session, statement.this)
    whens = statement.args["whens"].expressions
    # One query over both sides holds every expression of the statement, so that all are translated as in a query.
    select = _select(session, statement, whens)
    on, *values = [duckdb_sql(value.unalias()) for value in select.expressions]
    clauses = clauses_of(whens, values)
    if any(clause.matched for clause in clauses):
        session.refuse_if_pending(table, "a MERGE")
    into, source = select.args["from_"].this, select.args["joins"][0].this
    join = _Join(duckdb_sql(into), f"{quoted(into.alias)}.rowid", duckdb_sql(source), quoted(source.alias), on)
    version = session.row_version(table)
    inserts = [clause for clause in clauses if not clause.matched]
    if len(inserts) == 1 and _is_empty(session, table):
        return _counted(clauses, {"INSERT": _insert(session, table, join, inserts[0], version)})
    return _counted(clauses, _merge(session, join, clauses, version))


def _is_empty(session: Session, table: Name) -> bool:
    return session.cursor.execute(f"select 1 from {table.sql} limit 1").fetchone() is None


def _insert(session: Session, table: Name, join: _Join, clause: Clause, version: int | None) -> int:
    """MERGE into an empty table: no row matches, so that there is nothing to join, to check or to keep aside."""
    names, values = clause.inserted(version)
    where = f" where {clause.condition}" if clause.condition else ""
    return changed(session, f"insert into {table.sql} ({names}) select {values} from {join.source}{where}")


def _merge(session: Session, join: _Join, clauses: list[Clause], version: int | None) -> dict[str, int]:
    """Decide once for each pair of rows, check what was decided, and carry it out by the target's row numbers."""
    _decide(session, join, clauses)
    counted = {**_matched(session, clauses), "INSERT": _unmatched(session, join, clauses)}
    decided = f"{join.alias}.{quoted(_CLAUSE)}"
    whens = " ".join(clause.sql(f"{decided} = {number}", version) for number, clause in enumerate(clauses))
    using, on = f"temp.{quoted(_DECIDED)} as {join.alias}", f"{join.row} = {join.alias}.{quoted(_ROW)}"
    session.cursor.execute(f"merge into {join.target} using {using} on {on} {whens}")
    session.cursor.execute(f"drop table temp.{quoted(_DECIDED)}")
    return counted


def _decide(session: Session, join: _Join, clauses: list[Clause]) -> None:
    """Keep the source's rows that match nothing, and for those that match the row and the clause to apply to it."""
    branches = " ".join(f"when {c.condition or 'true'} then {n}" for n, c in enumerate(clauses) if c.matched)
    clause = f"case when {join.row} is not null then case {branches} end end" if branches else "null::integer"
    row = quoted(_ROW)
    session.cursor.execute(
        f"create or replace temp table {quoted(_DECIDED)} as from ("
        f"select {join.alias}.*, {join.row} as {row}, {clause} as {quoted(_CLAUSE)} "
        f"from {join.source} left join {join.target} on {join.on}"
        f") where {row} is null or {quoted(_CLAUSE)} is not null"
    )


def _matched(session: Session, clauses: list[Clause]) -> dict[str, int]:
    """How many target rows will be updated, and how many deleted.

    Raises:
        ProgrammingError: by Snowflake's rule: several source rows act on one target row, unless all of them delete it.
    """
    deletes = [number for number, clause in enumerate(clauses) if clause.action == "DELETE"]
    deletion = f"{quoted(_CLAUSE)} in ({', '.join(map(str, deletes))})" if deletes else "false"
    row = session.cursor.execute(
        f"""
        with targets as (
            select count(*) as acts, count(*) filter ({deletion}) as deletes
              from temp.{quoted(_DECIDED)} where {quoted(_ROW)} is not null group by {quoted(_ROW)}
        )
        select count(*) filter (acts > deletes), count(*) filter (acts = deletes),
               coalesce(bool_or(acts > deletes and acts > 1), false)
          from targets
        """
    ).fetchone()
    updated, deleted, duplicate = row or (0, 0, False)
    if duplicate:
        raise ProgrammingError(
            "Duplicate row detected during DML action: several source rows match one target row",
            errno=DUPLICATE_ROW_IN_MERGE,
            sqlstate="42P18",
        )
    return {"UPDATE": updated, "DELETE": deleted}


def _unmatched(session: Session, join: _Join, clauses: list[Clause]) -> int:
    """How many source rows will be inserted. DuckDB's own count of a MERGE holds a row deleted twice as two."""
    conditions = [f"({clause.condition or 'true'})" for clause in clauses if not clause.matched]
    row = session.cursor.execute(
        f"select count(*) from temp.{quoted(_DECIDED)} as {join.alias} "
        f"where {join.alias}.{quoted(_ROW)} is null and ({' or '.join(conditions) or 'false'})"
    ).fetchone()
    return int(row[0]) if row else 0


def _select(session: Session, statement: exp.Merge, whens: list[exp.When]) -> exp.Select:
    found = [statement.args["on"], *(part for when in whens for part in expressions(when))]
    query = exp.select(*projected(found), copy=False).from_(statement.this.copy(), copy=False)
    using = statement.args["using"].copy()
    translated = session.translator().query(query.join(using, join_type="cross", copy=False))
    assert isinstance(translated, exp.Select)  # noqa: S101 - a SELECT stays one
    return translated


_TITLES = {"INSERT": "number_of_rows_inserted", "UPDATE": "number_of_rows_updated", "DELETE": "number_of_rows_deleted"}


def _counted(clauses: list[Clause], done: dict[str, int]) -> Result:
    acting = {clause.action for clause in clauses}
    return counts(
        sum(done.values()), **{title: done.get(action, 0) for action, title in _TITLES.items() if action in acting}
    )
