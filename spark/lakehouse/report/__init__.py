"""The report: one HTML file that shows what landed, what was sold, what is expected, and what was refused."""
