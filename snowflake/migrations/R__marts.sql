-- Views for readers. The currency is always a grouping column: nothing is summed across currencies.
-- Orders are counted from the fact, since the counts of DAILY_SALES do not add up across countries and categories.

CREATE OR REPLACE VIEW SOFTCART.MARTS.SALES_BY_DAY (
    ORDER_DATE      COMMENT 'Day of the order in the shop''s business time zone',
    CURRENCY        COMMENT 'ISO 4217 code of the amounts',
    GROSS_AMOUNT    COMMENT 'Sum of sale lines',
    RETURNS_AMOUNT  COMMENT 'Sum of return lines, zero or negative',
    NET_AMOUNT      COMMENT 'GROSS_AMOUNT + RETURNS_AMOUNT',
    UNITS           COMMENT 'Sum of quantities, returns negative',
    LINES           COMMENT 'Sale and return lines',
    ORDERS          COMMENT 'Distinct orders; additive across days'
)
COMMENT = 'Sales by day; grain: one day and currency'
AS
SELECT
    ORDER_DATE,
    CURRENCY,
    SUM(IFF(LINE_TYPE = 'sale', NET_AMOUNT, 0)),
    SUM(IFF(LINE_TYPE = 'return', NET_AMOUNT, 0)),
    SUM(NET_AMOUNT),
    SUM(QUANTITY),
    COUNT(*),
    COUNT(DISTINCT SOURCE, ORDER_ID)
FROM SOFTCART.STAR.FACT_SALES
GROUP BY ORDER_DATE, CURRENCY;

CREATE OR REPLACE VIEW SOFTCART.MARTS.SALES_BY_MONTH (
    MONTH_START          COMMENT 'First day of the month',
    CURRENCY             COMMENT 'ISO 4217 code of the amounts',
    GROSS_AMOUNT         COMMENT 'Sum of sale lines',
    RETURNS_AMOUNT       COMMENT 'Sum of return lines, zero or negative',
    NET_AMOUNT           COMMENT 'GROSS_AMOUNT + RETURNS_AMOUNT',
    UNITS                COMMENT 'Sum of quantities, returns negative',
    ORDERS               COMMENT 'Distinct orders by day, added up',
    NET_AMOUNT_PER_ORDER COMMENT 'NET_AMOUNT / ORDERS'
)
COMMENT = 'Sales by month; grain: one month and currency'
AS
SELECT
    DATE_TRUNC('MONTH', ORDER_DATE),
    CURRENCY,
    SUM(GROSS_AMOUNT),
    SUM(RETURNS_AMOUNT),
    SUM(NET_AMOUNT),
    SUM(UNITS),
    SUM(ORDERS),
    SUM(NET_AMOUNT) / SUM(ORDERS)
FROM SOFTCART.MARTS.SALES_BY_DAY
GROUP BY DATE_TRUNC('MONTH', ORDER_DATE), CURRENCY;

CREATE OR REPLACE VIEW SOFTCART.MARTS.SALES_BY_COUNTRY (
    COUNTRY       COMMENT 'Country of the line; Unknown where it names none',
    CURRENCY      COMMENT 'ISO 4217 code of the amounts',
    NET_AMOUNT    COMMENT 'Sum of sale and return lines',
    UNITS         COMMENT 'Sum of quantities, returns negative',
    CUSTOMERS     COMMENT 'Distinct known customers',
    SHARE         COMMENT 'Part of the currency''s NET_AMOUNT, 0 to 1 unless returns exceed sales; NULL where that is zero'
)
COMMENT = 'Sales by country; grain: one country and currency'
AS
SELECT
    NVL(country.COUNTRY, 'Unknown'),
    sales.CURRENCY,
    SUM(sales.NET_AMOUNT),
    SUM(sales.QUANTITY),
    COUNT(DISTINCT customer.CUSTOMER_ID),
    SUM(sales.NET_AMOUNT) / NULLIF(SUM(SUM(sales.NET_AMOUNT)) OVER (PARTITION BY sales.CURRENCY), 0)
FROM SOFTCART.STAR.FACT_SALES AS sales
LEFT JOIN SOFTCART.STAR.DIM_COUNTRY AS country ON country.COUNTRY_KEY = sales.COUNTRY_KEY
LEFT JOIN SOFTCART.STAR.DIM_CUSTOMER AS customer
    ON customer.CUSTOMER_KEY = sales.CUSTOMER_KEY AND customer.CUSTOMER_KEY <> -1
GROUP BY NVL(country.COUNTRY, 'Unknown'), sales.CURRENCY;

CREATE OR REPLACE VIEW SOFTCART.MARTS.TOP_PRODUCTS (
    CURRENCY      COMMENT 'ISO 4217 code of the amounts',
    SALES_RANK    COMMENT 'Rank by NET_AMOUNT within the currency, 1 = highest',
    PRODUCT_ID    COMMENT 'The shop''s product number (stock keeping unit)',
    PRODUCT_NAME  COMMENT 'Name in force',
    CATEGORY      COMMENT 'Category in force',
    NET_AMOUNT    COMMENT 'Sum of sale and return lines',
    UNITS         COMMENT 'Sum of quantities, returns negative'
)
COMMENT = 'Products by sales; grain: one product and currency'
AS
WITH sold AS (
    SELECT
        product.PRODUCT_ID,
        sales.CURRENCY,
        SUM(sales.NET_AMOUNT) AS NET_AMOUNT,
        SUM(sales.QUANTITY) AS UNITS
    FROM SOFTCART.STAR.FACT_SALES AS sales
    JOIN SOFTCART.STAR.DIM_PRODUCT AS product ON product.PRODUCT_KEY = sales.PRODUCT_KEY
    GROUP BY product.PRODUCT_ID, sales.CURRENCY
)
SELECT
    sold.CURRENCY,
    RANK() OVER (PARTITION BY sold.CURRENCY ORDER BY sold.NET_AMOUNT DESC),
    sold.PRODUCT_ID,
    current_product.PRODUCT_NAME,
    current_product.CATEGORY,
    sold.NET_AMOUNT,
    sold.UNITS
FROM sold
LEFT JOIN SOFTCART.STAR.DIM_PRODUCT AS current_product
    ON current_product.PRODUCT_ID = sold.PRODUCT_ID AND current_product.IS_CURRENT;
