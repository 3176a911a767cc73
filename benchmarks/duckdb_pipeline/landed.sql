-- Landed records as text, in order of file and line; a line that is no UTF-8 goes to DuckDB's own tables of rejects.
SELECT substr(filename, length(getvariable('landing')) + 2) AS file, raw
FROM read_csv(
    getvariable('landing') || '/**/*.jsonl.gz',
    columns = {'raw': 'VARCHAR'},
    auto_detect = false,
    header = false,
    delim = '',
    quote = '',
    escape = '',
    max_line_size = 10_000_000,
    filename = true,
    ignore_errors = true,
    store_rejects = true,
    rejects_limit = 0
)
