-- Changes on their way from the lake into the star schema: COPY loads them, a stream hands them to a MERGE task.

CREATE TABLE IF NOT EXISTS SOFTCART.STAGING.DIM_DATE_CHANGES (
    DATE_KEY       NUMBER(10, 0) NOT NULL  COMMENT 'Key: the day as yyyymmdd',
    DATE           DATE                    COMMENT 'The day',
    YEAR           NUMBER(10, 0)           COMMENT 'Calendar year',
    QUARTER        NUMBER(10, 0)           COMMENT 'Quarter of the year, 1 to 4',
    MONTH          NUMBER(10, 0)           COMMENT 'Month of the year, 1 to 12',
    MONTH_NAME     VARCHAR(9)              COMMENT 'Month in English',
    DAY            NUMBER(10, 0)           COMMENT 'Day of the month',
    ISO_WEEK       NUMBER(10, 0)           COMMENT 'ISO 8601 week of the year',
    DAY_OF_WEEK    NUMBER(10, 0)           COMMENT 'Day of the week, 1 = Monday to 7 = Sunday',
    DAY_NAME       VARCHAR(9)              COMMENT 'Day of the week in English',
    IS_WEEKEND     BOOLEAN                 COMMENT 'Saturday or Sunday',
    CHANGE_TYPE    VARCHAR(6) NOT NULL     COMMENT 'upsert: the row as it is now; delete: only the key is filled',
    DELTA_VERSION  NUMBER(19, 0) NOT NULL  COMMENT 'Version of the Delta table that the change comes from'
)
COMMENT = 'Changes of STAR.DIM_DATE from the lake''s change feed; emptied once merged';

CREATE STREAM IF NOT EXISTS SOFTCART.STAGING.DIM_DATE_CHANGES_STREAM
    ON TABLE SOFTCART.STAGING.DIM_DATE_CHANGES
    APPEND_ONLY = TRUE
    COMMENT = 'Changes of STAR.DIM_DATE that are not yet merged';

CREATE TABLE IF NOT EXISTS SOFTCART.STAGING.DIM_COUNTRY_CHANGES (
    COUNTRY_KEY    NUMBER(19, 0) NOT NULL  COMMENT 'Surrogate key: xxhash64 of the country; -1 is unknown',
    COUNTRY        VARCHAR(64)             COMMENT 'Country as the source names it',
    CHANGE_TYPE    VARCHAR(6) NOT NULL     COMMENT 'upsert: the row as it is now; delete: only the key is filled',
    DELTA_VERSION  NUMBER(19, 0) NOT NULL  COMMENT 'Version of the Delta table that the change comes from'
)
COMMENT = 'Changes of STAR.DIM_COUNTRY from the lake''s change feed; emptied once merged';

CREATE STREAM IF NOT EXISTS SOFTCART.STAGING.DIM_COUNTRY_CHANGES_STREAM
    ON TABLE SOFTCART.STAGING.DIM_COUNTRY_CHANGES
    APPEND_ONLY = TRUE
    COMMENT = 'Changes of STAR.DIM_COUNTRY that are not yet merged';

CREATE TABLE IF NOT EXISTS SOFTCART.STAGING.DIM_CATEGORY_CHANGES (
    CATEGORY_KEY   NUMBER(19, 0) NOT NULL  COMMENT 'Surrogate key: xxhash64 of the category; -1 is unknown',
    CATEGORY       VARCHAR(128)            COMMENT 'Category as the source names it',
    CHANGE_TYPE    VARCHAR(6) NOT NULL     COMMENT 'upsert: the row as it is now; delete: only the key is filled',
    DELTA_VERSION  NUMBER(19, 0) NOT NULL  COMMENT 'Version of the Delta table that the change comes from'
)
COMMENT = 'Changes of STAR.DIM_CATEGORY from the lake''s change feed; emptied once merged';

CREATE STREAM IF NOT EXISTS SOFTCART.STAGING.DIM_CATEGORY_CHANGES_STREAM
    ON TABLE SOFTCART.STAGING.DIM_CATEGORY_CHANGES
    APPEND_ONLY = TRUE
    COMMENT = 'Changes of STAR.DIM_CATEGORY that are not yet merged';

CREATE TABLE IF NOT EXISTS SOFTCART.STAGING.DIM_PRODUCT_CHANGES (
    PRODUCT_KEY    NUMBER(19, 0) NOT NULL  COMMENT 'Surrogate key: xxhash64 of product_id and valid_from; -1 is unknown',
    PRODUCT_ID     VARCHAR(64)             COMMENT 'The shop''s product number (stock keeping unit)',
    PRODUCT_NAME   VARCHAR(256)            COMMENT 'Name, tracked',
    CATEGORY       VARCHAR(128)            COMMENT 'Category, tracked',
    VALID_FROM     TIMESTAMP_NTZ           COMMENT 'First moment of this version (UTC), inclusive; 1900-01-01 for the first',
    VALID_TO       TIMESTAMP_NTZ           COMMENT 'End of this version (UTC), exclusive; 9999-12-31 for the version in force',
    IS_CURRENT     BOOLEAN                 COMMENT 'Whether this version is in force',
    CHANGE_TYPE    VARCHAR(6) NOT NULL     COMMENT 'upsert: the row as it is now; delete: only the key is filled',
    DELTA_VERSION  NUMBER(19, 0) NOT NULL  COMMENT 'Version of the Delta table that the change comes from'
)
COMMENT = 'Changes of STAR.DIM_PRODUCT from the lake''s change feed; emptied once merged';

CREATE STREAM IF NOT EXISTS SOFTCART.STAGING.DIM_PRODUCT_CHANGES_STREAM
    ON TABLE SOFTCART.STAGING.DIM_PRODUCT_CHANGES
    APPEND_ONLY = TRUE
    COMMENT = 'Changes of STAR.DIM_PRODUCT that are not yet merged';

CREATE TABLE IF NOT EXISTS SOFTCART.STAGING.DIM_CUSTOMER_CHANGES (
    CUSTOMER_KEY   NUMBER(19, 0) NOT NULL  COMMENT 'Surrogate key: xxhash64 of customer_id and valid_from; -1 is unknown',
    CUSTOMER_ID    VARCHAR(64)             COMMENT 'The shop''s customer number',
    COUNTRY        VARCHAR(64)             COMMENT 'Country, tracked',
    VALID_FROM     TIMESTAMP_NTZ           COMMENT 'First moment of this version (UTC), inclusive; 1900-01-01 for the first',
    VALID_TO       TIMESTAMP_NTZ           COMMENT 'End of this version (UTC), exclusive; 9999-12-31 for the version in force',
    IS_CURRENT     BOOLEAN                 COMMENT 'Whether this version is in force',
    CHANGE_TYPE    VARCHAR(6) NOT NULL     COMMENT 'upsert: the row as it is now; delete: only the key is filled',
    DELTA_VERSION  NUMBER(19, 0) NOT NULL  COMMENT 'Version of the Delta table that the change comes from'
)
COMMENT = 'Changes of STAR.DIM_CUSTOMER from the lake''s change feed; emptied once merged';

CREATE STREAM IF NOT EXISTS SOFTCART.STAGING.DIM_CUSTOMER_CHANGES_STREAM
    ON TABLE SOFTCART.STAGING.DIM_CUSTOMER_CHANGES
    APPEND_ONLY = TRUE
    COMMENT = 'Changes of STAR.DIM_CUSTOMER that are not yet merged';

CREATE TABLE IF NOT EXISTS SOFTCART.STAGING.FACT_SALES_CHANGES (
    LINE_ID        VARCHAR(64) NOT NULL    COMMENT 'Key: sha256 of source and line, in hex',
    SOURCE         VARCHAR(64)             COMMENT 'Source that delivered the line',
    ORDER_ID       VARCHAR(64)             COMMENT 'Order (invoice) that the line belongs to',
    LINE_TYPE      VARCHAR(8)              COMMENT 'sale or return',
    ORDER_TS       TIMESTAMP_NTZ           COMMENT 'Moment of the order (UTC)',
    ORDER_DATE     DATE                    COMMENT 'Day of the order in the shop''s business time zone',
    CURRENCY       VARCHAR(3)              COMMENT 'ISO 4217 code of the amounts',
    DATE_KEY       NUMBER(10, 0)           COMMENT 'Day of the order: dim_date',
    PRODUCT_KEY    NUMBER(19, 0)           COMMENT 'Version of the product valid at order time: dim_product',
    CUSTOMER_KEY   NUMBER(19, 0)           COMMENT 'Version of the customer valid at order time: dim_customer',
    COUNTRY_KEY    NUMBER(19, 0)           COMMENT 'Country of the line: dim_country',
    CATEGORY_KEY   NUMBER(19, 0)           COMMENT 'Category of the product''s version: dim_category',
    QUANTITY       NUMBER(14, 3)           COMMENT 'Units; negative on returns',
    UNIT_PRICE     NUMBER(18, 4)           COMMENT 'Price of one unit, in currency',
    NET_AMOUNT     NUMBER(18, 4)           COMMENT 'quantity x unit_price, rounded half up to 4 decimals',
    CHANGE_TYPE    VARCHAR(6) NOT NULL     COMMENT 'upsert: the row as it is now; delete: only the key is filled',
    DELTA_VERSION  NUMBER(19, 0) NOT NULL  COMMENT 'Version of the Delta table that the change comes from'
)
COMMENT = 'Changes of STAR.FACT_SALES from the lake''s change feed; emptied once merged';

CREATE STREAM IF NOT EXISTS SOFTCART.STAGING.FACT_SALES_CHANGES_STREAM
    ON TABLE SOFTCART.STAGING.FACT_SALES_CHANGES
    APPEND_ONLY = TRUE
    COMMENT = 'Changes of STAR.FACT_SALES that are not yet merged';

CREATE TABLE IF NOT EXISTS SOFTCART.STAGING.DAILY_SALES_CHANGES (
    ORDER_DATE      DATE NOT NULL           COMMENT 'Day of the order in the shop''s business time zone',
    COUNTRY         VARCHAR(64) NOT NULL    COMMENT 'Country; Unknown where the line names none',
    CATEGORY        VARCHAR(128) NOT NULL   COMMENT 'Category; Unknown where the product has none',
    CURRENCY        VARCHAR(3) NOT NULL     COMMENT 'ISO 4217 code of the amounts',
    GROSS_AMOUNT    NUMBER(28, 4)           COMMENT 'Sum of sale lines',
    RETURNS_AMOUNT  NUMBER(28, 4)           COMMENT 'Sum of return lines, zero or negative',
    NET_AMOUNT      NUMBER(28, 4)           COMMENT 'gross_amount + returns_amount',
    UNITS           NUMBER(24, 3)           COMMENT 'Sum of quantities, returns negative',
    LINES           NUMBER(19, 0)           COMMENT 'Sale and return lines',
    ORDERS          NUMBER(19, 0)           COMMENT 'Distinct orders; not additive across countries or categories',
    CHANGE_TYPE     VARCHAR(6) NOT NULL     COMMENT 'upsert: the row as it is now; delete: only the key is filled',
    DELTA_VERSION   NUMBER(19, 0) NOT NULL  COMMENT 'Version of the Delta table that the change comes from'
)
COMMENT = 'Changes of MARTS.DAILY_SALES from the lake''s change feed; emptied once merged';

CREATE STREAM IF NOT EXISTS SOFTCART.STAGING.DAILY_SALES_CHANGES_STREAM
    ON TABLE SOFTCART.STAGING.DAILY_SALES_CHANGES
    APPEND_ONLY = TRUE
    COMMENT = 'Changes of MARTS.DAILY_SALES that are not yet merged';
