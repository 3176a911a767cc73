-- How far the lake has been published: one row a table, written in the transaction that loads its changes.

CREATE TABLE IF NOT EXISTS SOFTCART.OPS.PUBLISHED (
    TABLE_NAME      VARCHAR(64) NOT NULL     COMMENT 'Table of the lake, such as gold.fact_sales',
    DELTA_TABLE_ID  VARCHAR(64) NOT NULL     COMMENT 'Id of the Delta table: another id means that it was made anew',
    DELTA_VERSION   NUMBER(19, 0) NOT NULL   COMMENT 'Last version of the Delta table that was loaded',
    RUN_ID          VARCHAR(64) NOT NULL     COMMENT 'Run that loaded it',
    PUBLISHED_AT    TIMESTAMP_NTZ NOT NULL   COMMENT 'Moment of the load (UTC)'
)
COMMENT = 'How far each table of the lake has been published; grain: one table';
