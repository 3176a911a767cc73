"""Landing formats and mapping files: from a shop's export to raw rows."""
