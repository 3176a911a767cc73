-- The database, its OPS schema and SCHEMA_HISTORY are made by whoever applies these scripts (lakehouse.warehouse.migrate).

CREATE SCHEMA IF NOT EXISTS SOFTCART.STAGING
    COMMENT = 'Changes on their way from the lake into the star schema';

CREATE SCHEMA IF NOT EXISTS SOFTCART.STAR
    COMMENT = 'The star schema: one fact of sales, five dimensions';

CREATE SCHEMA IF NOT EXISTS SOFTCART.MARTS
    COMMENT = 'Aggregates for readers and dashboards';
