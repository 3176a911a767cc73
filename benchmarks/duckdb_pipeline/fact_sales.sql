-- Current sale and return lines, pointing at the versions valid at order time.
SELECT
    l.line_id,
    l.source,
    l.order_id,
    l.line_type,
    l.order_ts,
    l.order_date,
    l.currency,
    CAST(strftime(l.order_date, '%Y%m%d') AS INTEGER) AS date_key,
    coalesce(p.product_key, -1) AS product_key,
    coalesce(c.customer_key, -1) AS customer_key,
    coalesce(CAST(hash(l.country) >> 1 AS BIGINT), -1) AS country_key,
    coalesce(CAST(hash(p.category) >> 1 AS BIGINT), -1) AS category_key,
    l.quantity,
    l.unit_price,
    l.net_amount
FROM order_lines AS l
LEFT JOIN dim_product AS p ON l.product_id = p.product_id AND l.order_ts >= p.valid_from AND l.order_ts < p.valid_to
LEFT JOIN dim_customer AS c ON l.customer_id = c.customer_id AND l.order_ts >= c.valid_from AND l.order_ts < c.valid_to
WHERE l.disposition = 'fact'
