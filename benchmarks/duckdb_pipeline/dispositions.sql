-- What became of each record, as transforms/dispositions.py decides: the first of equal copies counts; then the newest
-- valid state of a line; a tombstone takes all before it. Few lines have several records: only those are ranked.
WITH several AS (
    SELECT hash(line_id) AS line_hash FROM judged GROUP BY line_hash HAVING count(*) > 1
),
copies AS (
    SELECT
        file,
        line_number,
        line_id,
        content_hash,
        updated_at,
        deleted,
        row_number() OVER (PARTITION BY line_id, content_hash ORDER BY file, line_number) = 1 AS is_first,
        is_first AND len(reasons) = 0 AS counts
    FROM judged
    WHERE hash(line_id) IN (SELECT line_hash FROM several)
),
ranked AS (
    SELECT
        file,
        line_number,
        is_first,
        row_number() OVER states AS rank,
        first_value(deleted) OVER states AS gone
    FROM copies
    WINDOW states AS (
        PARTITION BY line_id
        ORDER BY counts DESC, updated_at DESC NULLS LAST, content_hash DESC, file, line_number
    )
)
SELECT
    j.source,
    j.file,
    j.line_number,
    j.line_id,
    j.content_hash,
    CASE
        WHEN NOT r.is_first THEN 'duplicate'
        WHEN len(j.reasons) > 0 THEN 'quarantined'
        WHEN coalesce(r.gone, j.deleted) THEN 'deleted'
        WHEN r.rank > 1 THEN 'superseded'
        WHEN j.line_type = 'adjustment' THEN 'set_aside'
        ELSE 'fact'
    END AS disposition,
    j.currency,
    j.order_date,
    j.amount
FROM judged AS j
LEFT JOIN ranked AS r USING (file, line_number)
