"""The WHEN clauses of a MERGE: what they say in Snowflake's SQL, and the same in DuckDB's."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from lakehouse.warehouse.embedded.errors import NotSupportedError
from lakehouse.warehouse.embedded.metadata import ROW_VERSION
from lakehouse.warehouse.embedded.names import quoted
from lakehouse.warehouse.embedded.statements.dml import spelled


@dataclass(frozen=True)
class Clause:
    """One WHEN clause: its action, the columns that it sets, and their values in DuckDB SQL."""

    matched: bool
    action: str
    condition: str | None
    columns: list[str]
    values: list[str]

    def sql(self, decided: str, version: int | None) -> str:
        """The clause in DuckDB SQL; `decided` holds where it was chosen for a matching pair of rows."""
        condition = decided if self.matched else self.condition
        when = f"when {'matched' if self.matched else 'not matched'}{f' and {condition}' if condition else ''}"
        if self.action == "DELETE":
            return f"{when} then delete"
        if self.action == "UPDATE":
            sets = (f"{quoted(name)} = {value}" for name, value in zip(self.columns, self.values, strict=True))
            return f"{when} then update set {', '.join(sets)}"
        names, values = self.inserted(version)
        return f"{when} then insert ({names}) values ({values})"

    def inserted(self, version: int | None) -> tuple[str, str]:
        """Columns and values of a new row, which gets a version where a stream follows the table."""
        names, values = [*self.columns], [*self.values]
        if version is not None:
            names.append(ROW_VERSION)
            values.append(str(version))
        return ", ".join(map(quoted, names)), ", ".join(values)


def expressions(when: exp.When) -> list[exp.Expr]:
    """The expressions of a clause: its condition, if it has one, and its values."""
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


def clauses_of(whens: list[exp.When], translated: list[str]) -> list[Clause]:
    """The clauses, from their expressions in DuckDB SQL, one after the other."""
    left = iter(translated)
    clauses = []
    for when in whens:
        if when.args.get("source"):
            raise NotSupportedError("WHEN NOT MATCHED BY SOURCE in MERGE")
        then = when.args["then"]
        condition = next(left) if when.args.get("condition") else None
        found = [next(left) for _ in _values(then)]
        clauses.append(Clause(bool(when.args["matched"]), _action(then), condition, _columns(then), found))
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
