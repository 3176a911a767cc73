-- Lines that are no UTF-8, as DuckDB reports them: with a `?` in place of each byte that is none.
SELECT
    substr(file_path, length(getvariable('landing')) + 2) AS file,
    CAST(line AS BIGINT) AS line_number,
    any_value(csv_line) AS raw,
    row_number() OVER (PARTITION BY file_path ORDER BY line) AS rejected_so_far
FROM reject_errors
JOIN reject_scans USING (scan_id, file_id)
GROUP BY file_path, line
