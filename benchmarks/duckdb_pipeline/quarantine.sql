-- Records that broke a rule, as text.
SELECT j.line_id, j.content_hash, j.source, j.reasons, b.raw, j.file, j.line_number
FROM judged AS j
JOIN bronze AS b USING (file, line_number)
JOIN dispositions AS d USING (file, line_number)
WHERE d.disposition = 'quarantined'
