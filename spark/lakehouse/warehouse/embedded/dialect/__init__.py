"""From Snowflake's SQL to DuckDB's: own grammar, allow-list, types of numbers, rewriting."""
