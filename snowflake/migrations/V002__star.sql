-- The star schema and daily sales, column for column what the gold tables of the lake hold.
-- Keys are not declared: Snowflake would not enforce them. The MERGE tasks keep each key unique.

CREATE TABLE IF NOT EXISTS SOFTCART.STAR.DIM_DATE (
    DATE_KEY     NUMBER(10, 0) NOT NULL  COMMENT 'Key: the day as yyyymmdd',
    DATE         DATE                    COMMENT 'The day',
    YEAR         NUMBER(10, 0)           COMMENT 'Calendar year',
    QUARTER      NUMBER(10, 0)           COMMENT 'Quarter of the year, 1 to 4',
    MONTH        NUMBER(10, 0)           COMMENT 'Month of the year, 1 to 12',
    MONTH_NAME   VARCHAR(9)              COMMENT 'Month in English',
    DAY          NUMBER(10, 0)           COMMENT 'Day of the month',
    ISO_WEEK     NUMBER(10, 0)           COMMENT 'ISO 8601 week of the year',
    DAY_OF_WEEK  NUMBER(10, 0)           COMMENT 'Day of the week, 1 = Monday to 7 = Sunday',
    DAY_NAME     VARCHAR(9)              COMMENT 'Day of the week in English',
    IS_WEEKEND   BOOLEAN                 COMMENT 'Saturday or Sunday'
)
COMMENT = 'Calendar of every day of the years in which something was sold; grain: one day';

CREATE TABLE IF NOT EXISTS SOFTCART.STAR.DIM_COUNTRY (
    COUNTRY_KEY  NUMBER(19, 0) NOT NULL  COMMENT 'Surrogate key: xxhash64 of the country; -1 is unknown',
    COUNTRY      VARCHAR(64)             COMMENT 'Country as the source names it'
)
COMMENT = 'Countries that orders were placed from; grain: one country';

CREATE TABLE IF NOT EXISTS SOFTCART.STAR.DIM_CATEGORY (
    CATEGORY_KEY  NUMBER(19, 0) NOT NULL  COMMENT 'Surrogate key: xxhash64 of the category; -1 is unknown',
    CATEGORY      VARCHAR(128)            COMMENT 'Category as the source names it'
)
COMMENT = 'Product categories; grain: one category';

CREATE TABLE IF NOT EXISTS SOFTCART.STAR.DIM_PRODUCT (
    PRODUCT_KEY   NUMBER(19, 0) NOT NULL  COMMENT 'Surrogate key: xxhash64 of product_id and valid_from; -1 is unknown',
    PRODUCT_ID    VARCHAR(64)             COMMENT 'The shop''s product number (stock keeping unit)',
    PRODUCT_NAME  VARCHAR(256)            COMMENT 'Name, tracked',
    CATEGORY      VARCHAR(128)            COMMENT 'Category, tracked',
    VALID_FROM    TIMESTAMP_NTZ           COMMENT 'First moment of this version (UTC), inclusive; 1900-01-01 for the first',
    VALID_TO      TIMESTAMP_NTZ           COMMENT 'End of this version (UTC), exclusive; 9999-12-31 for the version in force',
    IS_CURRENT    BOOLEAN                 COMMENT 'Whether this version is in force'
)
COMMENT = 'Products, with the history of their names and categories (SCD type 2); grain: one version of one product';

CREATE TABLE IF NOT EXISTS SOFTCART.STAR.DIM_CUSTOMER (
    CUSTOMER_KEY  NUMBER(19, 0) NOT NULL  COMMENT 'Surrogate key: xxhash64 of customer_id and valid_from; -1 is unknown',
    CUSTOMER_ID   VARCHAR(64)             COMMENT 'The shop''s customer number',
    COUNTRY       VARCHAR(64)             COMMENT 'Country, tracked',
    VALID_FROM    TIMESTAMP_NTZ           COMMENT 'First moment of this version (UTC), inclusive; 1900-01-01 for the first',
    VALID_TO      TIMESTAMP_NTZ           COMMENT 'End of this version (UTC), exclusive; 9999-12-31 for the version in force',
    IS_CURRENT    BOOLEAN                 COMMENT 'Whether this version is in force'
)
COMMENT = 'Customers, with the history of their countries (SCD type 2); grain: one version of one customer';

CREATE TABLE IF NOT EXISTS SOFTCART.STAR.FACT_SALES (
    LINE_ID       VARCHAR(64) NOT NULL  COMMENT 'Key: sha256 of source and line, in hex',
    SOURCE        VARCHAR(64)           COMMENT 'Source that delivered the line',
    ORDER_ID      VARCHAR(64)           COMMENT 'Order (invoice) that the line belongs to',
    LINE_TYPE     VARCHAR(8)            COMMENT 'sale or return',
    ORDER_TS      TIMESTAMP_NTZ         COMMENT 'Moment of the order (UTC)',
    ORDER_DATE    DATE                  COMMENT 'Day of the order in the shop''s business time zone',
    CURRENCY      VARCHAR(3)            COMMENT 'ISO 4217 code of the amounts',
    DATE_KEY      NUMBER(10, 0)         COMMENT 'Day of the order: dim_date',
    PRODUCT_KEY   NUMBER(19, 0)         COMMENT 'Version of the product valid at order time: dim_product',
    CUSTOMER_KEY  NUMBER(19, 0)         COMMENT 'Version of the customer valid at order time: dim_customer',
    COUNTRY_KEY   NUMBER(19, 0)         COMMENT 'Country of the line: dim_country',
    CATEGORY_KEY  NUMBER(19, 0)         COMMENT 'Category of the product''s version: dim_category',
    QUANTITY      NUMBER(14, 3)         COMMENT 'Units; negative on returns',
    UNIT_PRICE    NUMBER(18, 4)         COMMENT 'Price of one unit, in currency',
    NET_AMOUNT    NUMBER(18, 4)         COMMENT 'quantity x unit_price, rounded half up to 4 decimals'
)
COMMENT = 'Sales and returns, line by line; grain: one current sale or return line of an order';

CREATE TABLE IF NOT EXISTS SOFTCART.MARTS.DAILY_SALES (
    ORDER_DATE      DATE NOT NULL          COMMENT 'Day of the order in the shop''s business time zone',
    COUNTRY         VARCHAR(64) NOT NULL   COMMENT 'Country; Unknown where the line names none',
    CATEGORY        VARCHAR(128) NOT NULL  COMMENT 'Category; Unknown where the product has none',
    CURRENCY        VARCHAR(3) NOT NULL    COMMENT 'ISO 4217 code of the amounts',
    GROSS_AMOUNT    NUMBER(28, 4)          COMMENT 'Sum of sale lines',
    RETURNS_AMOUNT  NUMBER(28, 4)          COMMENT 'Sum of return lines, zero or negative',
    NET_AMOUNT      NUMBER(28, 4)          COMMENT 'gross_amount + returns_amount',
    UNITS           NUMBER(24, 3)          COMMENT 'Sum of quantities, returns negative',
    LINES           NUMBER(19, 0)          COMMENT 'Sale and return lines',
    ORDERS          NUMBER(19, 0)          COMMENT 'Distinct orders; not additive across countries or categories'
)
COMMENT = 'Sales by day, country and category; returns count on their own day; grain: one day, country, category and currency with at least one line';
