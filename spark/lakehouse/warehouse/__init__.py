"""The warehouse: connecting to it, building its schema and publishing gold tables into it."""
