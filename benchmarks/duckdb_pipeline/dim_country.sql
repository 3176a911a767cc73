-- Countries that orders were placed from.
SELECT CAST(hash(country) >> 1 AS BIGINT) AS country_key, country
FROM order_lines
WHERE disposition = 'fact' AND country IS NOT NULL
GROUP BY country
UNION ALL
SELECT -1, NULL
