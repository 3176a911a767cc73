"""MERGE, refused where two source rows would change the same target row."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from lakehouse.warehouse.embedded.dialect.query import duckdb_sql
from lakehouse.warehouse.embedded.errors import DUPLICATE_ROW_IN_MERGE, NotSupportedError, ProgrammingError
from lakehouse.warehouse.embedded.metadata import ROW_VERSION
from lakehouse.warehouse.embedded.names import quoted
from lakehouse.warehouse.embedded.result import Result, counts
from lakehouse.warehouse.embedded.session import Session
from lakehouse.warehouse.embedded.statements.dml import only, projected, spelled, target

_SOURCE = "MERGE_SOURCE"


@dataclass(frozen=True)
class _Clause:
    """One WHEN clause: its action, the columns that it sets, and their values in DuckDB SQL."""

    matched: bool
    action: str
    condition: str | None
    columns: list[str]
    values: list[str]

    def sql(self, version: int | None) -> str:
        """The clause in DuckDB SQL; inserted rows get a version where a stream follows the table."""
        when = f"when {'matched' if self.matched else 'not matched'}"
        when += f" and {self.condition}" if self.condition else ""
        if self.action == "DELETE":
            return f"{when} then delete"
        names, values = [quoted(name) for name in self.columns], self.values
        if self.action == "UPDATE":
            return f"{when} then update set {', '.join(f'{n} = {v}' for n, v in zip(names, values, strict=True))}"
        if version is not None:
            names, values = [*names, quoted(ROW_VERSION)], [*values, str(version)]
        return f"{when} then insert ({', '.join(names)}) values ({', '.join(values)})"


def merge(session: Session, statement: exp.Merge) -> Result:
    """MERGE INTO ... USING; raises ProgrammingError 100090 where its outcome would depend on chance."""
    only(statement, "this", "using", "on", "whens")
    table = target(session, statement.this)
    whens = statement.args["whens"].expressions
    # One query over both sides holds every expression of the statement, so that all are translated as in a query.
    select = _select(session, statement, whens)
    on, *values = [duckdb_sql(value.unalias()) for value in select.expressions]
    clauses = _clauses(whens, values)
    if any(clause.matched for clause in clauses):
        session.refuse_if_pending(table, "a MERGE")
    into, source = select.args["from_"].this, select.args["joins"][0].this
    # The source is read twice, to check it and to merge it: it is computed once.
    session.cursor.execute(f"create or replace temp table {quoted(_SOURCE)} as select * from {duckdb_sql(source)}")
    join = _Join(duckdb_sql(into), quoted(into.alias), f"temp.{quoted(_SOURCE)} as {quoted(source.alias)}", on)
    updated, deleted = _matches(session, join, clauses)
    version = session.row_version(table)
    changes = " ".join(clause.sql(version) for clause in clauses)
    row = session.cursor.execute(f"merge into {join.into} using {join.using} on ({on}) {changes}").fetchone()
    session.cursor.execute(f"drop table {quoted(_SOURCE)}")
    changed = int(row[0]) if row else 0
    return _counted(clauses, {"INSERT": changed - updated - deleted, "UPDATE": updated, "DELETE": deleted})


def _select(session: Session, statement: exp.Merge, whens: list[exp.When]) -> exp.Select:
    expressions = [statement.args["on"], *(part for when in whens for part in _expressions(when))]
    query = exp.select(*projected(expressions)).from_(statement.this.copy())
    translated = session.translator().query(query.join(statement.args["using"].copy(), join_type="cross"))
    assert isinstance(translated, exp.Select)  # noqa: S101 - a SELECT stays one
    return translated


def _expressions(when: exp.When) -> list[exp.Expr]:
    condition = [when.args["condition"]] if when.args.get("condition") else []
    return [*condition, *_values(when.args["then"])]


def _values(then: exp.Expr) -> list[exp.Expr]:
    match then:
        case exp.Update():
            return [assignment.expression for assignment in then.expressions]
        case exp.Insert() if isinstance(then.expression, exp.Tuple) and isinstance(then.this, exp.Tuple):
            return list(then.expression.expressions)
        case exp.Var() if then.name.upper() == "DELETE":
            return []
    raise NotSupportedError(f"in MERGE: {then.sql(dialect='snowflake')}")


def _clauses(whens: list[exp.When], values: list[str]) -> list[_Clause]:
    left = iter(values)
    clauses = []
    for when in whens:
        if when.args.get("source"):
            raise NotSupportedError("WHEN NOT MATCHED BY SOURCE in MERGE")
        then = when.args["then"]
        condition = next(left) if when.args.get("condition") else None
        found = [next(left) for _ in _values(then)]
        clauses.append(_Clause(bool(when.args["matched"]), _action(then), condition, _columns(then), found))
    return clauses


def _action(then: exp.Expr) -> str:
    return "DELETE" if isinstance(then, exp.Var) else then.key.upper()


def _columns(then: exp.Expr) -> list[str]:
    match then:
        case exp.Update():
            return [spelled(assignment.this.this) for assignment in then.expressions]
        case exp.Insert():
            return [spelled(column.find(exp.Identifier) or column) for column in then.this.expressions]
    return []


@dataclass(frozen=True)
class _Join:
    into: str
    alias: str
    using: str
    on: str


def _matches(session: Session, join: _Join, clauses: list[_Clause]) -> tuple[int, int]:
    """How many target rows will be updated, and how many deleted.

    Raises:
        ProgrammingError: by Snowflake's rule: several source rows act on one target row, unless all of them delete it.
    """
    matched = [clause for clause in clauses if clause.matched]
    if not matched:
        return 0, 0
    branches = " ".join(f"when {clause.condition or 'true'} then '{clause.action}'" for clause in matched)
    row = session.cursor.execute(
        f"""
        with acts as (
            select {join.alias}.rowid as target, case {branches} end as act
              from {join.into} join {join.using} on {join.on}
        ), targets as (
            select count(*) filter (act = 'UPDATE') as updates, count(*) filter (act = 'DELETE') as deletes
              from acts where act is not null group by target
        )
        select count(*) filter (updates > 0), count(*) filter (updates = 0),
               coalesce(bool_or(updates > 0 and updates + deletes > 1), false)
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
    return updated, deleted


_TITLES = {"INSERT": "number_of_rows_inserted", "UPDATE": "number_of_rows_updated", "DELETE": "number_of_rows_deleted"}


def _counted(clauses: list[_Clause], done: dict[str, int]) -> Result:
    acting = {clause.action for clause in clauses}
    return counts(sum(done.values()), **{_TITLES[action]: done[action] for action in _TITLES if action in acting})
