-- The versions of each customer, as transforms/scd2.py finds them: see dim_product.sql.
WITH at_once AS (
    SELECT customer_id, order_ts, max(country) AS country
    FROM order_lines
    WHERE disposition = 'fact' AND customer_id IS NOT NULL
    GROUP BY customer_id, order_ts
),
known AS (
    SELECT
        customer_id,
        order_ts,
        coalesce(last_value(country IGNORE NULLS) OVER before, first_value(country IGNORE NULLS) OVER ever) AS country
    FROM at_once
    WINDOW
        before AS (PARTITION BY customer_id ORDER BY order_ts ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
        ever AS (PARTITION BY customer_id ORDER BY order_ts ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),
starts AS (
    SELECT *, row_number() OVER in_time = 1 AS is_first
    FROM known
    WINDOW in_time AS (PARTITION BY customer_id ORDER BY order_ts)
    QUALIFY is_first OR lag(country) OVER in_time IS DISTINCT FROM country
),
versions AS (
    SELECT
        customer_id,
        country,
        CASE WHEN is_first THEN TIMESTAMP '1900-01-01' ELSE order_ts END AS valid_from,
        coalesce(lead(order_ts) OVER (PARTITION BY customer_id ORDER BY order_ts), TIMESTAMP '9999-12-31') AS valid_to
    FROM starts
)
SELECT
    CAST(hash(customer_id, valid_from) >> 1 AS BIGINT) AS customer_key,
    *,
    valid_to = TIMESTAMP '9999-12-31' AS is_current
FROM versions
UNION ALL BY NAME
SELECT -1 AS customer_key, TIMESTAMP '1900-01-01' AS valid_from, TIMESTAMP '9999-12-31' AS valid_to, true AS is_current
