-- Product categories, of any version of a product.
SELECT CAST(hash(category) >> 1 AS BIGINT) AS category_key, category
FROM dim_product
WHERE category IS NOT NULL
GROUP BY category
UNION ALL
SELECT -1, NULL
