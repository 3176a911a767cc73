-- Every day of the years in which something was sold.
WITH span AS (
    SELECT date_trunc('year', min(order_date)) AS first_day, date_trunc('year', max(order_date)) AS last_year
    FROM order_lines
    WHERE disposition = 'fact'
),
days AS (
    SELECT CAST(unnest(range(first_day, last_year + INTERVAL 1 YEAR, INTERVAL 1 DAY)) AS DATE) AS date FROM span
)
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
FROM days
