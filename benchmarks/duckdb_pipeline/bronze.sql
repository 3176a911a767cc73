-- Every landed record with its line number. Rejected lines are missing in `landed`, so a record stands as many lines
-- further down in its file as lines were rejected before it.
WITH files AS (
    SELECT l.file, l.first_record, r.records_before_rejects
    FROM (SELECT file, min(file_row_number) AS first_record FROM landed GROUP BY file) AS l
    LEFT JOIN (
        SELECT file, list(line_number - rejected_so_far) AS records_before_rejects FROM rejected GROUP BY file
    ) AS r USING (file)
)
SELECT
    file,
    position + coalesce(len(list_filter(records_before_rejects, lambda n: n < position)), 0) AS line_number,
    raw,
    NULL AS fault
FROM (
    SELECT file, file_row_number - first_record + 1 AS position, raw, records_before_rejects
    FROM landed
    JOIN files USING (file)
)
UNION ALL BY NAME
SELECT file, line_number, raw, 'invalid_encoding' AS fault FROM rejected
