"""Tables and views keep their declared types, lengths and comments."""

from __future__ import annotations

import pytest

from lakehouse.warehouse.embedded import Connection, ProgrammingError


@pytest.fixture
def products(connection: Connection) -> Connection:
    connection.execute_string(
        """
        create table PRODUCTS (
            PRODUCT_ID varchar(5) not null comment 'Product; the shop''s number', PRICE number(18, 4), "Mixed" boolean
        ) comment = 'What is sold'
        """
    )
    return connection


@pytest.mark.parametrize(
    ("values", "errno"),
    [
        ("('123456', 1, true)", 100078),
        ("('äöüßéè', 1, true)", 100078),
        ("(null, 1, true)", 100072),
    ],
)
def test_value_that_does_not_fit_is_refused(products: Connection, values: str, errno: int) -> None:
    with pytest.raises(ProgrammingError) as raised:
        products.cursor().execute(f"insert into PRODUCTS values {values}")
    assert raised.value.errno == errno
    assert products.cursor().execute("select count(*) from PRODUCTS").fetchone() == (0,)


def test_length_counts_characters_and_holds_on_update(products: Connection) -> None:
    products.cursor().execute("insert into PRODUCTS values ('äöüßé', 1, true)")
    with pytest.raises(ProgrammingError, match="PRODUCT_ID holds at most 5"):
        products.cursor().execute("update PRODUCTS set PRODUCT_ID = PRODUCT_ID || 'x'")


def test_describe_tells_types_nullability_and_comments(products: Connection) -> None:
    rows = products.cursor().execute("describe table PRODUCTS").fetchall()
    assert [(name, kind, null, comment) for name, kind, _, null, _, comment in rows] == [
        ("PRODUCT_ID", "VARCHAR(5)", "N", "Product; the shop's number"),
        ("PRICE", "NUMBER(18,4)", "Y", ""),
        ("Mixed", "BOOLEAN", "Y", ""),
    ]


def test_information_schema_lists_tables_views_and_columns(products: Connection) -> None:
    products.cursor().execute(
        "create view CHEAP (ID comment 'Product') comment = 'C' as select PRODUCT_ID from PRODUCTS"
    )
    tables = products.cursor().execute(
        "select TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, COMMENT from INFORMATION_SCHEMA.TABLES order by TABLE_NAME"
    )
    assert tables.fetchall() == [
        ("SALES", "CHEAP", "VIEW", "C"),
        ("SALES", "PRODUCTS", "BASE TABLE", "What is sold"),
    ]
    columns = products.cursor().execute(
        "select COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_SCALE, IS_NULLABLE, COMMENT "
        "from SHOP.INFORMATION_SCHEMA.COLUMNS order by TABLE_NAME, ORDINAL_POSITION"
    )
    assert columns.fetchall() == [
        ("ID", "TEXT", None, None, "YES", "Product"),
        ("PRODUCT_ID", "TEXT", 5, None, "NO", "Product; the shop's number"),
        ("PRICE", "NUMBER", None, 4, "YES", ""),
        ("Mixed", "BOOLEAN", None, None, "YES", ""),
    ]


def test_show_lists_what_is_in_a_scope(products: Connection) -> None:
    def shown(command: str) -> list[str]:
        return [row[0] for row in products.cursor().execute(command).fetchall()]

    assert shown("show databases") == ["SHOP"]
    assert shown("show schemas in database SHOP") == ["INFORMATION_SCHEMA", "PUBLIC", "SALES"]
    assert shown("show tables") == shown("show tables like 'PROD%' in schema SHOP.SALES") == ["PRODUCTS"]
    assert shown("show tables in schema SHOP.PUBLIC") == shown("show views in account") == []


def test_if_not_exists_keeps_and_or_replace_empties(products: Connection) -> None:
    products.cursor().execute("insert into PRODUCTS values ('a', 1, true)")
    products.cursor().execute("create table if not exists PRODUCTS (OTHER int)")
    assert products.cursor().execute("select count(*) from PRODUCTS").fetchone() == (1,)
    with pytest.raises(ProgrammingError, match="already exists"):
        products.cursor().execute("create table PRODUCTS (OTHER int)")
    products.cursor().execute("create or replace table PRODUCTS (PRODUCT_ID varchar)")
    products.cursor().execute("insert into PRODUCTS values ('longer than before')")


def test_create_table_as_select(products: Connection) -> None:
    products.cursor().execute("create table COPIES as select PRICE / 3 as THIRD from PRODUCTS")
    assert products.cursor().execute("describe table COPIES").fetchall()[0][:2] == ("THIRD", "NUMBER(38,10)")


def test_names_need_a_current_schema_or_all_their_parts(products: Connection) -> None:
    products.cursor().execute("create database ELSEWHERE")
    with pytest.raises(ProgrammingError, match=r"ELSEWHERE\.PUBLIC\.PRODUCTS"):
        products.cursor().execute("select * from PRODUCTS")
    assert products.cursor().execute("select * from SHOP.SALES.PRODUCTS").fetchall() == []
    products.cursor().execute("use schema SHOP.SALES")
    assert products.cursor().execute("select * from PRODUCTS").fetchall() == []


def test_dropped_table_is_gone(products: Connection) -> None:
    products.cursor().execute("drop table PRODUCTS")
    with pytest.raises(ProgrammingError, match="does not exist"):
        products.cursor().execute("drop table PRODUCTS")
    products.cursor().execute("drop table if exists PRODUCTS")


@pytest.mark.parametrize("create", ["(KEY number(19, 0), ID number(18, 0))", "as select KEY, ID from PATTERN"])
def test_wide_numbers_lie_in_the_file_as_they_are(connection: Connection, create: str) -> None:
    connection.execute_string(f"create table PATTERN (KEY number(19, 0), ID number(18, 0)); create table KEYS {create}")
    duckdb = connection.session.cursor
    duckdb.execute('insert into "SHOP.SALES".KEYS select range % 40, range % 40 from range(50000); checkpoint')
    segments = "pragma_storage_info('\"SHOP.SALES\".KEYS') where segment_type <> 'VALIDITY'"
    stored = duckdb.execute(f"select column_name, compression from {segments}").fetchall()
    assert set(stored) == {("KEY", "Uncompressed"), ("ID", "BitPacking")}
