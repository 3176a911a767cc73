-- The versions of each product, as transforms/scd2.py finds them: at equal times the greatest value wins, NULL tells
-- nothing, the first version reaches back to 1900.
WITH at_once AS (
    SELECT product_id, order_ts, max(product_name) AS product_name, max(category) AS category
    FROM order_lines
    WHERE disposition = 'fact' AND product_id IS NOT NULL
    GROUP BY product_id, order_ts
),
known AS (
    SELECT
        product_id,
        order_ts,
        coalesce(last_value(product_name IGNORE NULLS) OVER before, first_value(product_name IGNORE NULLS) OVER ever)
            AS product_name,
        coalesce(last_value(category IGNORE NULLS) OVER before, first_value(category IGNORE NULLS) OVER ever)
            AS category
    FROM at_once
    WINDOW
        before AS (PARTITION BY product_id ORDER BY order_ts ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW),
        ever AS (PARTITION BY product_id ORDER BY order_ts ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
),
starts AS (
    SELECT *, row_number() OVER in_time = 1 AS is_first
    FROM known
    WINDOW in_time AS (PARTITION BY product_id ORDER BY order_ts)
    QUALIFY is_first
        OR lag(product_name) OVER in_time IS DISTINCT FROM product_name
        OR lag(category) OVER in_time IS DISTINCT FROM category
),
versions AS (
    SELECT
        product_id,
        product_name,
        category,
        CASE WHEN is_first THEN TIMESTAMP '1900-01-01' ELSE order_ts END AS valid_from,
        coalesce(lead(order_ts) OVER (PARTITION BY product_id ORDER BY order_ts), TIMESTAMP '9999-12-31') AS valid_to
    FROM starts
)
SELECT
    CAST(hash(product_id, valid_from) >> 1 AS BIGINT) AS product_key,
    *,
    valid_to = TIMESTAMP '9999-12-31' AS is_current
FROM versions
UNION ALL BY NAME
SELECT -1 AS product_key, TIMESTAMP '1900-01-01' AS valid_from, TIMESTAMP '9999-12-31' AS valid_to, true AS is_current
