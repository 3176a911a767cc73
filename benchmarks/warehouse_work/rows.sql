-- A star of `facts` sales: 2,000 products, 50,000 customers, 40 countries, 15 categories, 730 days.
CREATE TABLE dim_date AS
SELECT
    CAST(strftime(date, '%Y%m%d') AS INTEGER) AS date_key,
    date,
    CAST(year(date) AS INTEGER) AS year,
    CAST(quarter(date) AS INTEGER) AS quarter,
    CAST(month(date) AS INTEGER) AS month,
    monthname(date) AS month_name,
    CAST(day(date) AS INTEGER) AS day,
    CAST(weekofyear(date) AS INTEGER) AS iso_week,
    CAST(isodow(date) AS INTEGER) AS day_of_week,
    dayname(date) AS day_name,
    isodow(date) > 5 AS is_weekend
FROM (SELECT CAST(unnest(range(TIMESTAMP '2024-01-01', TIMESTAMP '2026-01-01', INTERVAL 1 DAY)) AS DATE) AS date);

CREATE TABLE dim_country AS SELECT n AS country_key, 'Country ' || n AS country FROM range(40) AS r(n);

CREATE TABLE dim_category AS SELECT n AS category_key, 'Category ' || n AS category FROM range(15) AS r(n);

CREATE TABLE dim_product AS
SELECT
    n AS product_key,
    printf('P%04d', n) AS product_id,
    'Product ' || n AS product_name,
    'Category ' || n % 15 AS category,
    TIMESTAMP '1900-01-01' AS valid_from,
    TIMESTAMP '9999-12-31' AS valid_to,
    true AS is_current
FROM range(2000) AS r(n);

CREATE TABLE dim_customer AS
SELECT
    n AS customer_key,
    printf('C%08d', n) AS customer_id,
    'Country ' || n % 40 AS country,
    TIMESTAMP '1900-01-01' AS valid_from,
    TIMESTAMP '9999-12-31' AS valid_to,
    true AS is_current
FROM range(50000) AS r(n);

CREATE TABLE fact_sales AS
SELECT
    sha256(CAST(n AS VARCHAR)) AS line_id,
    'softcart' AS source,
    printf('S%08d', n // 2) AS order_id,
    CASE WHEN n % 33 = 0 THEN 'return' ELSE 'sale' END AS line_type,
    TIMESTAMP '2024-01-01' + to_seconds(CAST(63_000_000 * n / getvariable('facts') AS BIGINT)) AS order_ts,
    CAST(order_ts AS DATE) AS order_date,
    'USD' AS currency,
    CAST(strftime(order_date, '%Y%m%d') AS INTEGER) AS date_key,
    CAST(hash(n) % 2000 AS BIGINT) AS product_key,
    CAST(hash(n // 2 + 1) % 50000 AS BIGINT) AS customer_key,
    customer_key % 40 AS country_key,
    product_key % 15 AS category_key,
    CAST(CASE WHEN n % 33 = 0 THEN -1 ELSE 1 + hash(n + 2) % 5 END AS DECIMAL(14, 3)) AS quantity,
    CAST(1 + product_key % 200 + 0.99 AS DECIMAL(18, 4)) AS unit_price,
    CAST(quantity * unit_price AS DECIMAL(18, 4)) AS net_amount
FROM range(getvariable('facts')) AS r(n);

CREATE TABLE daily_sales AS
SELECT
    f.order_date,
    co.country,
    ca.category,
    f.currency,
    CAST(coalesce(sum(f.net_amount) FILTER (f.line_type = 'sale'), 0) AS DECIMAL(28, 4)) AS gross_amount,
    CAST(coalesce(sum(f.net_amount) FILTER (f.line_type = 'return'), 0) AS DECIMAL(28, 4)) AS returns_amount,
    CAST(sum(f.net_amount) AS DECIMAL(28, 4)) AS net_amount,
    CAST(sum(f.quantity) AS DECIMAL(24, 3)) AS units,
    count(*) AS lines,
    count(DISTINCT f.order_id) AS orders
FROM fact_sales AS f
JOIN dim_country AS co USING (country_key)
JOIN dim_category AS ca USING (category_key)
GROUP BY ALL;
