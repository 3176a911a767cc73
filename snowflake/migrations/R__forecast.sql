-- What was forecast beside what came. A category without a forecast of its own counts in Other of its country, and where
-- there is none, in Other of all, as it did when the forecast was made; else in the levels above it only.

CREATE OR REPLACE VIEW SOFTCART.MARTS.FORECAST_VS_ACTUAL (
    CUTOFF         COMMENT 'Last day that the forecast knew',
    LEVEL          COMMENT 'total, country or series; the levels add up',
    CURRENCY       COMMENT 'ISO 4217 code of the amounts',
    COUNTRY        COMMENT 'Country; All on the level above',
    CATEGORY       COMMENT 'Category; All on the levels above',
    ORDER_DATE     COMMENT 'The day that was forecast',
    DAYS_AHEAD     COMMENT 'Days from the cut-off to the day',
    MEAN           COMMENT 'Expected net sales',
    LOW            COMMENT 'Lower end of the interval',
    HIGH           COMMENT 'Upper end of the interval',
    ACTUAL         COMMENT 'Net sales that came; null for days of which nothing is known yet',
    ERROR          COMMENT 'MEAN - ACTUAL; above zero where too much was forecast',
    IS_WITHIN      COMMENT 'Whether ACTUAL lies within the interval',
    MODEL          COMMENT 'What the forecast was made with',
    MODEL_VERSION  COMMENT 'Its version in the model registry'
)
COMMENT = 'Forecasts beside what came; grain: one cut-off, series and day'
AS
WITH horizons AS (
    SELECT CUTOFF, MAX(ORDER_DATE) AS LAST_DAY
    FROM SOFTCART.MARTS.SALES_FORECAST
    GROUP BY CUTOFF
),
leaves AS (
    SELECT DISTINCT CUTOFF, CURRENCY, COUNTRY, CATEGORY
    FROM SOFTCART.MARTS.SALES_FORECAST
    WHERE LEVEL = 'series'
),
came AS (
    SELECT
        h.CUTOFF,
        d.CURRENCY,
        COALESCE(own.COUNTRY, rest.COUNTRY, others.COUNTRY, d.COUNTRY) AS COUNTRY,
        COALESCE(own.CATEGORY, rest.CATEGORY, others.CATEGORY, d.CATEGORY) AS CATEGORY,
        d.ORDER_DATE,
        d.NET_AMOUNT
    FROM horizons AS h
    INNER JOIN SOFTCART.MARTS.DAILY_SALES AS d
        ON d.ORDER_DATE > h.CUTOFF AND d.ORDER_DATE <= h.LAST_DAY
    LEFT JOIN leaves AS own
        ON own.CUTOFF = h.CUTOFF AND own.CURRENCY = d.CURRENCY AND own.COUNTRY = d.COUNTRY AND own.CATEGORY = d.CATEGORY
    LEFT JOIN leaves AS rest
        ON rest.CUTOFF = h.CUTOFF AND rest.CURRENCY = d.CURRENCY AND rest.COUNTRY = d.COUNTRY AND rest.CATEGORY = 'Other'
    LEFT JOIN leaves AS others
        ON others.CUTOFF = h.CUTOFF AND others.CURRENCY = d.CURRENCY AND others.COUNTRY = 'Other' AND others.CATEGORY = 'Other'
),
actuals AS (
    SELECT CUTOFF, 'series' AS LEVEL, CURRENCY, COUNTRY, CATEGORY, ORDER_DATE, SUM(NET_AMOUNT) AS ACTUAL
    FROM came
    GROUP BY CUTOFF, CURRENCY, COUNTRY, CATEGORY, ORDER_DATE
    UNION ALL
    SELECT CUTOFF, 'country' AS LEVEL, CURRENCY, COUNTRY, 'All' AS CATEGORY, ORDER_DATE, SUM(NET_AMOUNT) AS ACTUAL
    FROM came
    GROUP BY CUTOFF, CURRENCY, COUNTRY, ORDER_DATE
    UNION ALL
    SELECT CUTOFF, 'total' AS LEVEL, CURRENCY, 'All' AS COUNTRY, 'All' AS CATEGORY, ORDER_DATE, SUM(NET_AMOUNT) AS ACTUAL
    FROM came
    GROUP BY CUTOFF, CURRENCY, ORDER_DATE
),
known AS (
    SELECT CURRENCY, MAX(ORDER_DATE) AS LAST_DAY
    FROM SOFTCART.MARTS.DAILY_SALES
    GROUP BY CURRENCY
),
compared AS (
    SELECT
        f.*,
        IFF(f.ORDER_DATE <= known.LAST_DAY, COALESCE(a.ACTUAL, 0), NULL) AS ACTUAL
    FROM SOFTCART.MARTS.SALES_FORECAST AS f
    LEFT JOIN known
        ON known.CURRENCY = f.CURRENCY
    LEFT JOIN actuals AS a
        ON
            a.CUTOFF = f.CUTOFF AND a.LEVEL = f.LEVEL AND a.CURRENCY = f.CURRENCY AND a.COUNTRY = f.COUNTRY
            AND a.CATEGORY = f.CATEGORY AND a.ORDER_DATE = f.ORDER_DATE
)
SELECT
    CUTOFF,
    LEVEL,
    CURRENCY,
    COUNTRY,
    CATEGORY,
    ORDER_DATE,
    DATEDIFF('day', CUTOFF, ORDER_DATE),
    MEAN,
    LOW,
    HIGH,
    ACTUAL,
    MEAN - ACTUAL,
    ACTUAL BETWEEN LOW AND HIGH,
    MODEL,
    MODEL_VERSION
FROM compared;
