"""The same loads, merges and questions for the embedded warehouse and for plain DuckDB, each in its own process."""
