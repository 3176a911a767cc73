"""The gold tables: a star schema of sales, and sales by day."""

from __future__ import annotations

from datetime import date

from lakehouse.model.table import AMOUNT, QUANTITY, TOTAL, UNIT_PRICE, Column, Table

UNKNOWN_KEY = -1
"""The key of the unknown member that every dimension but the date has."""
FIRST_DAY = date(1900, 1, 1)
"""When the first version of each product and customer begins."""

VALIDITY = (
    Column("valid_from", "TIMESTAMP", f"First moment of this version (UTC), inclusive; {FIRST_DAY} for the first"),
    Column("valid_to", "TIMESTAMP", "End of this version (UTC), exclusive; 9999-12-31 for the version in force"),
    Column("is_current", "BOOLEAN", "Whether this version is in force"),
)

DIM_DATE = Table(
    name="gold.dim_date",
    comment="Calendar of every day of the years in which something was sold",
    grain="one day",
    key=("date_key",),
    columns=(
        Column("date_key", "INT", "Key: the day as yyyymmdd"),
        Column("date", "DATE", "The day"),
        Column("year", "INT", "Calendar year"),
        Column("quarter", "INT", "Quarter of the year, 1 to 4"),
        Column("month", "INT", "Month of the year, 1 to 12"),
        Column("month_name", "STRING", "Month in English"),
        Column("day", "INT", "Day of the month"),
        Column("iso_week", "INT", "ISO 8601 week of the year"),
        Column("day_of_week", "INT", "Day of the week, 1 = Monday to 7 = Sunday"),
        Column("day_name", "STRING", "Day of the week in English"),
        Column("is_weekend", "BOOLEAN", "Saturday or Sunday"),
    ),
)

DIM_COUNTRY = Table(
    name="gold.dim_country",
    comment="Countries that orders were placed from",
    grain="one country",
    key=("country_key",),
    columns=(
        Column("country_key", "BIGINT", "Surrogate key: xxhash64 of the country; -1 is unknown"),
        Column("country", "STRING", "Country as the source names it"),
    ),
)

DIM_CATEGORY = Table(
    name="gold.dim_category",
    comment="Product categories",
    grain="one category",
    key=("category_key",),
    columns=(
        Column("category_key", "BIGINT", "Surrogate key: xxhash64 of the category; -1 is unknown"),
        Column("category", "STRING", "Category as the source names it"),
    ),
)

DIM_PRODUCT = Table(
    name="gold.dim_product",
    comment="Products, with the history of their names and categories (SCD type 2)",
    grain="one version of one product",
    key=("product_key",),
    columns=(
        Column("product_key", "BIGINT", "Surrogate key: xxhash64 of product_id and valid_from; -1 is unknown"),
        Column("product_id", "STRING", "The shop's product number (stock keeping unit)"),
        Column("product_name", "STRING", "Name, tracked"),
        Column("category", "STRING", "Category, tracked"),
        *VALIDITY,
    ),
)

DIM_CUSTOMER = Table(
    name="gold.dim_customer",
    comment="Customers, with the history of their countries (SCD type 2)",
    grain="one version of one customer",
    key=("customer_key",),
    columns=(
        Column("customer_key", "BIGINT", "Surrogate key: xxhash64 of customer_id and valid_from; -1 is unknown"),
        Column("customer_id", "STRING", "The shop's customer number"),
        Column("country", "STRING", "Country, tracked"),
        *VALIDITY,
    ),
)

FACT_SALES = Table(
    name="gold.fact_sales",
    comment="Sales and returns, line by line",
    grain="one current sale or return line of an order",
    key=("line_id",),
    columns=(
        Column("line_id", "STRING", "Key: sha256 of source and line, in hex"),
        Column("source", "STRING", "Source that delivered the line"),
        Column("order_id", "STRING", "Order (invoice) that the line belongs to"),
        Column("line_type", "STRING", "sale or return"),
        Column("order_ts", "TIMESTAMP", "Moment of the order (UTC)"),
        Column("order_date", "DATE", "Day of the order in the shop's business time zone"),
        Column("currency", "STRING", "ISO 4217 code of the amounts"),
        Column("date_key", "INT", "Day of the order: dim_date"),
        Column("product_key", "BIGINT", "Version of the product valid at order time: dim_product"),
        Column("customer_key", "BIGINT", "Version of the customer valid at order time: dim_customer"),
        Column("country_key", "BIGINT", "Country of the line: dim_country"),
        Column("category_key", "BIGINT", "Category of the product's version: dim_category"),
        Column("quantity", QUANTITY, "Units; negative on returns"),
        Column("unit_price", UNIT_PRICE, "Price of one unit, in currency"),
        Column("net_amount", AMOUNT, "quantity x unit_price, rounded half up to 4 decimals"),
    ),
    skip_by=("order_date",),
)

DAILY_SALES = Table(
    name="gold.daily_sales",
    comment="Sales by day, country and category; returns count on their own day",
    grain="one day, country, category and currency with at least one line",
    key=("order_date", "country", "category", "currency"),
    columns=(
        Column("order_date", "DATE", "Day of the order in the shop's business time zone"),
        Column("country", "STRING", "Country; Unknown where the line names none"),
        Column("category", "STRING", "Category; Unknown where the product has none"),
        Column("currency", "STRING", "ISO 4217 code of the amounts"),
        Column("gross_amount", TOTAL, "Sum of sale lines"),
        Column("returns_amount", TOTAL, "Sum of return lines, zero or negative"),
        Column("net_amount", TOTAL, "gross_amount + returns_amount"),
        Column("units", "DECIMAL(24,3)", "Sum of quantities, returns negative"),
        Column("lines", "BIGINT", "Sale and return lines"),
        Column("orders", "BIGINT", "Distinct orders; not additive across countries or categories"),
    ),
    skip_by=("order_date",),
)

DIMENSIONS = (DIM_DATE, DIM_COUNTRY, DIM_CATEGORY, DIM_PRODUCT, DIM_CUSTOMER)
PUBLISHED = (*DIMENSIONS, FACT_SALES, DAILY_SALES)
"""The tables that the warehouse gets, dimensions before facts."""
