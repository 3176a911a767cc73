"""The figures, one module each: what it measures, and how the page shows it."""
