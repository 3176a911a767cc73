-- Sales by day, country and category; returns count on their own day.
SELECT
    f.order_date,
    coalesce(co.country, 'Unknown') AS country,
    coalesce(ca.category, 'Unknown') AS category,
    f.currency,
    CAST(coalesce(sum(f.net_amount) FILTER (f.line_type = 'sale'), 0) AS DECIMAL(28, 4)) AS gross_amount,
    CAST(coalesce(sum(f.net_amount) FILTER (f.line_type = 'return'), 0) AS DECIMAL(28, 4)) AS returns_amount,
    CAST(sum(f.net_amount) AS DECIMAL(28, 4)) AS net_amount,
    CAST(sum(f.quantity) AS DECIMAL(24, 3)) AS units,
    count(*) AS lines,
    count(DISTINCT f.order_id) AS orders
FROM fact_sales AS f
LEFT JOIN dim_country AS co USING (country_key)
LEFT JOIN dim_category AS ca USING (category_key)
GROUP BY ALL
