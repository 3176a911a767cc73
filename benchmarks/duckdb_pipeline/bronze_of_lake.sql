-- Bronze as the lakehouse has it, in place of `landed` and `bronze`.
SELECT file, line_number, raw, CASE WHEN raw_base64 IS NOT NULL THEN 'invalid_encoding' END AS fault
FROM read_parquet(getvariable('bronze'))
