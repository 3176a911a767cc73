-- Every distinct valid state of every line.
SELECT
    j.line_id,
    j.content_hash,
    j.source,
    j.order_id,
    j.product_id,
    j.product_name,
    j.category,
    j.customer_id,
    j.country,
    j.line_type,
    j.quantity,
    j.unit_price,
    j.net_amount,
    j.currency,
    j.order_ts,
    j.order_date,
    j.updated_at,
    d.disposition
FROM judged AS j
JOIN dispositions AS d USING (file, line_number)
WHERE d.disposition NOT IN ('duplicate', 'quarantined')
