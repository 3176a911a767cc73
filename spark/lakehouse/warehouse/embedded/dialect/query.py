"""Queries: names resolved, stars spelled out, types known, and then the same question in DuckDB's words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlglot
from sqlglot import ErrorLevel, exp
from sqlglot.errors import OptimizeError, ParseError, TokenError, UnsupportedError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.qualify_tables import qualify_tables
from sqlglot.schema import MappingSchema

from lakehouse.warehouse.embedded import catalog, streams
from lakehouse.warehouse.embedded.dialect import allowed, numbers
from lakehouse.warehouse.embedded.dialect.arithmetic import exact
from lakehouse.warehouse.embedded.dialect.functions import like_snowflake
from lakehouse.warehouse.embedded.duck import Cursor
from lakehouse.warehouse.embedded.errors import INVALID_IDENTIFIER, SYNTAX_ERROR, NotSupportedError, ProgrammingError
from lakehouse.warehouse.embedded.names import Name, Namespace, SchemaName

_UNSET = "?"


@dataclass
class Translator:
    """Translates one statement's queries. `read_streams` collects the streams that they read."""

    cursor: Cursor
    namespace: Namespace
    read_streams: set[Name] = field(default_factory=set)
    _streams: dict[Name, exp.Select] = field(default_factory=dict)

    def query(self, query: exp.Expr) -> exp.Expr:
        """The query as DuckDB must run it; raises NotSupportedError for what has no exact equal there."""
        query = self._functions(_named(query.copy()))
        allowed.check(query)
        query = normalize_identifiers(query, dialect="snowflake")
        database, schema = self.namespace.database or _UNSET, self.namespace.schema or _UNSET
        query = qualify_tables(query, db=schema, catalog=database, dialect="snowflake")
        sources = {table: self._name(table) for table in _sources(query)}
        known = self._schema(set(sources.values()))
        try:
            query = qualify(query, schema=known, dialect="snowflake", catalog=database, db=schema)
        except OptimizeError as problem:
            message = f"SQL compilation error: invalid identifier: {problem}"
            raise ProgrammingError(message, errno=INVALID_IDENTIFIER, sqlstate="42000") from problem
        query = _rewritten(numbers.annotate(query, known))
        for table in list(_sources(query)):
            table.replace(self._source(table))
        return query

    def _functions(self, query: exp.Expr) -> exp.Expr:
        """Put what only the account can know in the place of its own functions."""
        for call in list(query.find_all(exp.Anonymous)):
            if call.name.upper() == "SYSTEM$STREAM_HAS_DATA":
                stream = self.namespace.resolve(_parts_of_text(call.expressions))
                call.replace(exp.Boolean(this=streams.has_data(self.cursor, stream)))
        for function in list(query.find_all(exp.TableFromRows)):
            function.replace(_task_history(function))
        return query

    def _name(self, table: exp.Table) -> Name:
        parts = [part.name for part in table.parts]
        if _UNSET in parts:
            return self.namespace.resolve([part for part in parts if part != _UNSET])
        return Name(SchemaName(parts[0], parts[1]), parts[2])

    def _schema(self, names: set[Name]) -> MappingSchema:
        known = MappingSchema(dialect="snowflake")
        for name in names:
            stream = streams.find(self.cursor, name)
            found = catalog.columns(self.cursor, stream.table if stream else name)
            if not found:
                raise catalog.missing("Object", name)
            types = catalog.duckdb_types(found)
            if stream:
                self._streams[name] = streams.pending_rows(stream, types)
                types |= streams.METADATA_TYPES
            table = exp.table_(name.name, name.parent.schema, name.parent.database, quoted=True)
            known.add_table(table, types, dialect="snowflake", normalize=False)
        return known

    def _source(self, table: exp.Table) -> exp.Expr:
        name = self._name(table)
        if name not in self._streams:
            table.set("catalog", None)
            table.set("db", exp.to_identifier(str(name.parent), quoted=True))
            return table
        self.read_streams.add(name)
        return exp.Subquery(this=self._streams[name].copy(), alias=table.args["alias"].copy())


def parse(statement: str) -> exp.Expr:
    """One statement in sqlglot's grammar of Snowflake; raises ProgrammingError where it has none."""
    try:
        parsed = sqlglot.parse(statement, read="snowflake")
    except (ParseError, TokenError) as problem:
        raise ProgrammingError(_syntax(problem), errno=SYNTAX_ERROR, sqlstate="42000") from problem
    if len(parsed) != 1 or parsed[0] is None:
        message = "Exactly one statement is expected: use execute_string for several"
        raise ProgrammingError(message, errno=SYNTAX_ERROR, sqlstate="42000")
    return parsed[0]


def duckdb_sql(expression: exp.Expr) -> str:
    """The text of a translated expression."""
    try:
        return expression.sql(dialect="duckdb", unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as problem:
        raise NotSupportedError(f"this: {problem}") from problem


def _sources(query: exp.Expr) -> Iterator[exp.Table]:
    """The tables that are no names of common table expressions."""
    return (table for table in query.find_all(exp.Table) if table.catalog)


def _rewritten(query: exp.Expr) -> exp.Expr:
    # From the leaves up, so that what an expression is made of has its final form before it is moved.
    for node in reversed(list(query.walk(bfs=True))):
        new = exact(node)
        new = like_snowflake(node) if new is node else new
        if new is not node:
            new.type = node.type
            node.replace(new)
    return query


def _named(query: exp.Expr) -> exp.Expr:
    """Name the result's columns as Snowflake does: by the upper-cased text of their expressions."""
    for select in query.find_all(exp.Select):
        for projection in select.expressions:
            if not (projection.is_star or isinstance(projection, exp.Alias | exp.Column)):
                name = projection.sql(dialect="snowflake").upper()
                projection.replace(exp.alias_(projection.copy(), name, quoted=True))
    return query


def _syntax(problem: ParseError | TokenError) -> str:
    if isinstance(problem, ParseError) and problem.errors:
        found = problem.errors[0]
        return f"SQL compilation error: {found['description']} near '{found['highlight']}'"
    return f"SQL compilation error: {problem}"


def _parts_of_text(arguments: list[exp.Expr]) -> list[str]:
    if len(arguments) != 1 or not isinstance(arguments[0], exp.Literal):
        raise ProgrammingError("SYSTEM$STREAM_HAS_DATA takes the stream's name as a text")
    return [part.upper() for part in arguments[0].name.split(".")]


def _task_history(function: exp.TableFromRows) -> exp.Subquery:
    """`TABLE(INFORMATION_SCHEMA.TASK_HISTORY(...))` as a query of the view that holds the history."""
    *parts, call = function.this.flatten() if isinstance(function.this, exp.Dot) else [function.this]
    if call.name.upper() != "TASK_HISTORY" or not parts:
        raise NotSupportedError(f"the table function {call.name.upper()}")
    names = [exp.to_identifier(part.name) for part in reversed(parts)]
    view = exp.Table(this=exp.to_identifier("TASK_HISTORY"), db=names[0], catalog=names[1] if names[1:] else None)
    history = exp.select("*").from_(view)
    for argument in call.expressions:
        history = history.where(_condition(argument))
    alias = function.args.get("alias")
    return exp.Subquery(this=history, alias=alias.copy() if alias else None)


def _condition(argument: exp.Expr) -> exp.Expr:
    match argument.name.upper() if isinstance(argument, exp.Kwarg) else "":
        case "TASK_NAME":
            return exp.column("NAME").eq(exp.Upper(this=argument.expression))
        case "SCHEDULED_TIME_RANGE_START":
            return exp.GTE(this=exp.column("SCHEDULED_TIME"), expression=argument.expression)
        case "SCHEDULED_TIME_RANGE_END":
            return exp.LTE(this=exp.column("SCHEDULED_TIME"), expression=argument.expression)
        case _:
            raise NotSupportedError(f"the argument {argument.sql()} of TASK_HISTORY")
