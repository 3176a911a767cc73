"""A warehouse of its own for each test, in its tmp_path."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lakehouse.warehouse import embedded
from lakehouse.warehouse.connect import Connection
from lakehouse.warehouse.migrate import migrate

MIGRATIONS = Path(__file__).parents[2] / "snowflake" / "migrations"
VARIABLES = {"exports_url": "file:///nowhere", "warehouse": "COMPUTE", "storage_integration": "LAKE"}

Query = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "warehouse.duckdb"
    with embedded.connect(path) as opened:
        opened.execute_string("create database SHOP; create schema SHOP.SALES")
    return path


@pytest.fixture
def connection(empty_file: Path, path: Path) -> Iterator[embedded.Connection]:
    """A session in the schema SHOP.SALES of an otherwise empty account."""
    shutil.copy(empty_file, path)
    opened = embedded.connect(path, database="SHOP", schema="SALES")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def value(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Any]]:
    """Computes one expression, in a session that all tests share since expressions leave nothing behind."""
    with embedded.connect(tmp_path_factory.mktemp("expressions") / "warehouse.duckdb") as opened:
        yield lambda expression: opened.cursor().execute(f"select {expression}").fetchone()[0]


@pytest.fixture
def other(connection: embedded.Connection, path: Path) -> Iterator[embedded.Connection]:
    """A second session on the same account."""
    opened = embedded.connect(path, database="SHOP", schema="SALES")
    yield opened
    opened.close()


@pytest.fixture
def query(connection: embedded.Connection) -> Query:
    return lambda sql, params=None: connection.cursor().execute(sql, params).fetchall()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("migrated") / "warehouse.duckdb"
    with embedded.connect(path) as opened:
        migrate(opened, VARIABLES, MIGRATIONS)
    return path


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    """The folder that the stage EXPORTS of `warehouse` stands for."""
    return tmp_path / "exports"


@pytest.fixture
def warehouse(migrated_file: Path, path: Path, exports: Path) -> Iterator[Connection]:
    """A session on a migrated warehouse."""
    shutil.copy(migrated_file, path)
    opened = embedded.connect(path)
    opened.cursor().execute(f"create or replace stage SOFTCART.STAGING.EXPORTS url = '{exports.as_uri()}'")
    yield opened
    opened.close()
