-- The sales forecast, its accuracy in backtests, and their changes on the way into them.

CREATE TABLE IF NOT EXISTS SOFTCART.MARTS.SALES_FORECAST (
    CUTOFF         DATE NOT NULL          COMMENT 'Last day that the forecast knew',
    LEVEL          VARCHAR(8) NOT NULL    COMMENT 'total, country or series; the levels add up',
    CURRENCY       VARCHAR(3) NOT NULL    COMMENT 'ISO 4217 code of the amounts',
    COUNTRY        VARCHAR(64) NOT NULL   COMMENT 'Country; All on the level above, Other where too little is known of some',
    CATEGORY       VARCHAR(128) NOT NULL  COMMENT 'Category; All on the levels above, Other where too little is known of some',
    ORDER_DATE     DATE NOT NULL          COMMENT 'The day that is forecast, in the shop''s business time zone',
    MEAN           NUMBER(18, 4)          COMMENT 'Expected net sales',
    LOW            NUMBER(18, 4)          COMMENT 'Lower end of the interval, which holds nine days in ten',
    HIGH           NUMBER(18, 4)          COMMENT 'Upper end of the interval',
    MODEL          VARCHAR(64)            COMMENT 'What the forecast was made with',
    MODEL_VERSION  NUMBER(10, 0)          COMMENT 'Its version in the model registry',
    RUN_ID         VARCHAR(64)            COMMENT 'Run that made the forecast'
)
COMMENT = 'Forecasts of daily net sales with an interval, as they were made: none is overwritten; grain: one cut-off, series and day to come';

CREATE TABLE IF NOT EXISTS SOFTCART.MARTS.FORECAST_ACCURACY (
    CUTOFF    DATE NOT NULL         COMMENT 'Last day that the forecast knew',
    MODEL     VARCHAR(64) NOT NULL  COMMENT 'Model that was tried',
    LEVEL     VARCHAR(8) NOT NULL   COMMENT 'total, country or series',
    WAPE      NUMBER(12, 6)         COMMENT 'Sum of absolute errors over the sum of absolute sales',
    MASE      NUMBER(12, 6)         COMMENT 'Absolute errors over those of the seasonal naive forecast in the history',
    BIAS      NUMBER(12, 6)         COMMENT 'Sum of errors over the sum of absolute sales; above zero: too much was forecast',
    COVERAGE  NUMBER(12, 6)         COMMENT 'Share of days and series whose sales lie within the interval',
    RUN_ID    VARCHAR(64)           COMMENT 'Run that tried the model'
)
COMMENT = 'How each model did in backtests: forecasts of days that were known by then, made without them; grain: one cut-off, model and level';

CREATE TABLE IF NOT EXISTS SOFTCART.STAGING.SALES_FORECAST_CHANGES (
    CUTOFF         DATE NOT NULL           COMMENT 'Last day that the forecast knew',
    LEVEL          VARCHAR(8) NOT NULL     COMMENT 'total, country or series; the levels add up',
    CURRENCY       VARCHAR(3) NOT NULL     COMMENT 'ISO 4217 code of the amounts',
    COUNTRY        VARCHAR(64) NOT NULL    COMMENT 'Country; All on the level above, Other where too little is known of some',
    CATEGORY       VARCHAR(128) NOT NULL   COMMENT 'Category; All on the levels above, Other where too little is known of some',
    ORDER_DATE     DATE NOT NULL           COMMENT 'The day that is forecast, in the shop''s business time zone',
    MEAN           NUMBER(18, 4)           COMMENT 'Expected net sales',
    LOW            NUMBER(18, 4)           COMMENT 'Lower end of the interval, which holds nine days in ten',
    HIGH           NUMBER(18, 4)           COMMENT 'Upper end of the interval',
    MODEL          VARCHAR(64)             COMMENT 'What the forecast was made with',
    MODEL_VERSION  NUMBER(10, 0)           COMMENT 'Its version in the model registry',
    RUN_ID         VARCHAR(64)             COMMENT 'Run that made the forecast',
    CHANGE_TYPE    VARCHAR(6) NOT NULL     COMMENT 'upsert: the row as it is now; delete: only the key is filled',
    DELTA_VERSION  NUMBER(19, 0) NOT NULL  COMMENT 'Version of the Delta table that the change comes from'
)
COMMENT = 'Changes of MARTS.SALES_FORECAST from the lake''s change feed; emptied once merged';

CREATE STREAM IF NOT EXISTS SOFTCART.STAGING.SALES_FORECAST_CHANGES_STREAM
    ON TABLE SOFTCART.STAGING.SALES_FORECAST_CHANGES
    APPEND_ONLY = TRUE
    COMMENT = 'Changes of MARTS.SALES_FORECAST that are not yet merged';

CREATE TABLE IF NOT EXISTS SOFTCART.STAGING.FORECAST_ACCURACY_CHANGES (
    CUTOFF         DATE NOT NULL           COMMENT 'Last day that the forecast knew',
    MODEL          VARCHAR(64) NOT NULL    COMMENT 'Model that was tried',
    LEVEL          VARCHAR(8) NOT NULL     COMMENT 'total, country or series',
    WAPE           NUMBER(12, 6)           COMMENT 'Sum of absolute errors over the sum of absolute sales',
    MASE           NUMBER(12, 6)           COMMENT 'Absolute errors over those of the seasonal naive forecast in the history',
    BIAS           NUMBER(12, 6)           COMMENT 'Sum of errors over the sum of absolute sales; above zero: too much was forecast',
    COVERAGE       NUMBER(12, 6)           COMMENT 'Share of days and series whose sales lie within the interval',
    RUN_ID         VARCHAR(64)             COMMENT 'Run that tried the model',
    CHANGE_TYPE    VARCHAR(6) NOT NULL     COMMENT 'upsert: the row as it is now; delete: only the key is filled',
    DELTA_VERSION  NUMBER(19, 0) NOT NULL  COMMENT 'Version of the Delta table that the change comes from'
)
COMMENT = 'Changes of MARTS.FORECAST_ACCURACY from the lake''s change feed; emptied once merged';

CREATE STREAM IF NOT EXISTS SOFTCART.STAGING.FORECAST_ACCURACY_CHANGES_STREAM
    ON TABLE SOFTCART.STAGING.FORECAST_ACCURACY_CHANGES
    APPEND_ONLY = TRUE
    COMMENT = 'Changes of MARTS.FORECAST_ACCURACY that are not yet merged';
