-- Each record typed as sources/builtin/softcart.toml says, with every rule of lakehouse/quality.py that it breaks.
-- DuckDB's JSON reader takes numbers with decimals through a double: exact for the fifteen digits that money here has.
WITH parsed AS (
    SELECT
        file,
        line_number,
        raw,
        json_transform(
            CASE WHEN json_valid(raw) AND starts_with(ltrim(raw), '{') THEN raw END,
            '{
                "line_id": "VARCHAR", "order_id": "VARCHAR", "updated_at": "VARCHAR", "ordered_at": "VARCHAR",
                "type": "VARCHAR", "deleted": "VARCHAR",
                "product": {"id": "VARCHAR", "name": "VARCHAR", "category": "VARCHAR"},
                "customer": {"id": "VARCHAR"}, "country": "VARCHAR", "quantity": "VARCHAR", "unit_price": "VARCHAR"
            }'
        ) AS f,
        list_filter([CASE WHEN f IS NULL THEN 'malformed_line' END, fault], lambda r: r IS NOT NULL) AS broken
    FROM bronze
),
texts AS (
    SELECT
        file,
        line_number,
        raw,
        broken,
        hash(f) AS fields_hash,
        nullif(trim(f.line_id), '') AS id,
        nullif(trim(f.order_id), '') AS order_id,
        nullif(trim(f.product.id), '') AS product_id,
        nullif(trim(f.product.name), '') AS product_name,
        nullif(trim(f.product.category), '') AS category,
        nullif(trim(f.customer.id), '') AS customer_id,
        nullif(trim(f.country), '') AS country,
        lower(nullif(trim(f.type), '')) AS line_type,
        coalesce(f.deleted = 'true', false) AS deleted,
        trim(f.quantity) AS quantity_text,
        trim(f.unit_price) AS unit_price_text,
        try_strptime(trim(f.ordered_at), ['%Y-%m-%dT%H:%M:%SZ', '%Y-%m-%dT%H:%M:%S.%gZ']) AS order_ts,
        try_strptime(trim(f.updated_at), ['%Y-%m-%dT%H:%M:%S.%gZ', '%Y-%m-%dT%H:%M:%SZ']) AS updated_at
    FROM parsed
),
numbers AS (
    SELECT
        *,
        len(broken) = 0 AS readable,
        CAST(order_ts AT TIME ZONE 'UTC' AT TIME ZONE 'America/New_York' AS DATE) AS day,
        try_cast(quantity_text AS DECIMAL(14, 3)) AS quantity,
        try_cast(unit_price_text AS DECIMAL(18, 4)) AS unit_price,
        length(rtrim(split_part(quantity_text, '.', 2), '0')) AS quantity_decimals,
        length(rtrim(split_part(unit_price_text, '.', 2), '0')) AS unit_price_decimals
    FROM texts
),
typed AS (
    SELECT
        *,
        'softcart' AS source,
        'USD' AS currency,
        day BETWEEN DATE '2015-01-01' AND DATE '2099-12-31' AS in_bounds,
        CASE WHEN in_bounds THEN day END AS order_date,
        CASE
            WHEN NOT readable THEN NULL
            WHEN quantity_decimals <= 3 AND unit_price_decimals <= 4
                THEN try_cast(round(quantity * unit_price, 4) AS DECIMAL(28, 4))
            -- Such a line is quarantined; its amount still counts in the ledger.
            ELSE try_cast(
                round(try_cast(quantity_text AS DECIMAL(18, 6)) * try_cast(unit_price_text AS DECIMAL(20, 6)), 4)
                AS DECIMAL(28, 4)
            )
        END AS amount,
        try_cast(round(quantity * unit_price, 4) AS DECIMAL(18, 4)) AS net_amount,
        sha256(
            CASE
                WHEN readable AND id IS NOT NULL THEN '["softcart",' || CAST(to_json(id) AS VARCHAR) || ']'
                ELSE '["softcart",' || CAST(to_json(raw) AS VARCHAR) || ']'
            END
        ) AS line_id,
        CASE WHEN readable THEN fields_hash ELSE hash(raw) END AS content_hash,
        -- Asked only of what is no number of the column's size: CASE spares the others.
        CASE
            WHEN quantity IS NULL THEN regexp_full_match(quantity_text, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+]?[0-9]+)?')
        END AS quantity_form,
        CASE
            WHEN unit_price IS NULL THEN regexp_full_match(unit_price_text, '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+]?[0-9]+)?')
        END AS unit_price_form
    FROM numbers
),
rules AS (
    SELECT
        *,
        id IS NULL AS missing_line_id,
        updated_at IS NULL AS invalid_updated_at,
        NOT deleted AND order_id IS NULL AS missing_order_id,
        NOT deleted AND product_id IS NULL AS missing_product_id,
        NOT deleted AND quantity IS NULL AND quantity_form IS DISTINCT FROM true AS invalid_quantity,
        NOT deleted AND quantity IS NULL AND quantity_form AS quantity_too_large,
        NOT deleted AND quantity IS NOT NULL AND quantity_decimals > 3 AS quantity_too_many_decimals,
        NOT deleted AND unit_price IS NULL AND unit_price_form IS DISTINCT FROM true AS invalid_unit_price,
        NOT deleted AND unit_price IS NULL AND unit_price_form AS unit_price_too_large,
        NOT deleted AND unit_price IS NOT NULL AND unit_price_decimals > 4 AS unit_price_too_many_decimals,
        NOT deleted AND unit_price < 0 AS negative_price,
        NOT deleted AND net_amount IS NULL AND quantity IS NOT NULL AND unit_price IS NOT NULL AS amount_too_large,
        NOT deleted AND coalesce(line_type NOT IN ('sale', 'return', 'adjustment'), true) AS invalid_line_type,
        NOT deleted AND ((line_type = 'sale' AND quantity < 0) OR (line_type = 'return' AND quantity > 0)) AS wrong_sign,
        NOT deleted AND order_ts IS NULL AS invalid_order_ts,
        NOT deleted AND NOT in_bounds AS order_ts_out_of_bounds,
        NOT deleted
            AND (length(order_id) > 64 OR length(product_id) > 64 OR length(customer_id) > 64 OR length(country) > 64
                OR length(category) > 128 OR length(product_name) > 256)
            AS text_too_long
    FROM typed
)
SELECT
    file,
    line_number,
    line_id,
    content_hash,
    source,
    order_id,
    product_id,
    product_name,
    category,
    customer_id,
    country,
    line_type,
    quantity,
    unit_price,
    net_amount,
    currency,
    order_ts,
    order_date,
    updated_at,
    deleted,
    amount,
    CASE
        WHEN len(broken) > 0 THEN broken
        WHEN missing_line_id OR invalid_updated_at OR missing_order_id OR missing_product_id OR quantity_too_large
            OR invalid_quantity OR quantity_too_many_decimals OR unit_price_too_large OR invalid_unit_price
            OR unit_price_too_many_decimals OR negative_price OR amount_too_large OR invalid_line_type OR wrong_sign
            OR invalid_order_ts OR order_ts_out_of_bounds OR text_too_long
            THEN list_filter(
                [
                    CASE WHEN missing_line_id THEN 'missing_line_id' END,
                    CASE WHEN missing_order_id THEN 'missing_order_id' END,
                    CASE WHEN missing_product_id THEN 'missing_product_id' END,
                    CASE WHEN invalid_quantity THEN 'invalid_quantity' END,
                    CASE WHEN quantity_too_large THEN 'quantity_too_large' END,
                    CASE WHEN quantity_too_many_decimals THEN 'quantity_too_many_decimals' END,
                    CASE WHEN invalid_unit_price THEN 'invalid_unit_price' END,
                    CASE WHEN unit_price_too_large THEN 'unit_price_too_large' END,
                    CASE WHEN unit_price_too_many_decimals THEN 'unit_price_too_many_decimals' END,
                    CASE WHEN negative_price THEN 'negative_price' END,
                    CASE WHEN amount_too_large THEN 'amount_too_large' END,
                    CASE WHEN invalid_line_type THEN 'invalid_line_type' END,
                    CASE WHEN wrong_sign THEN 'wrong_sign' END,
                    CASE WHEN invalid_order_ts THEN 'invalid_order_ts' END,
                    CASE WHEN order_ts_out_of_bounds THEN 'order_ts_out_of_bounds' END,
                    CASE WHEN text_too_long THEN 'text_too_long' END,
                    CASE WHEN invalid_updated_at THEN 'invalid_updated_at' END
                ],
                lambda r: r IS NOT NULL
            )
        ELSE []
    END AS reasons
FROM rules
