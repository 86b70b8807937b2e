-- ---
-- id = "records-add-up"
-- kind = "quality"
-- dimension = "completeness"
-- severity = "blocking"
-- table = "entries"
-- form = "query"
-- says = "Each entry begins with the record after the last one of the entry before"
-- says_zh = "每个条目的首条记录紧接上一条目的末条记录"
-- breaks = "Records are missing from an entry, or counted twice"
-- ---
SELECT entry, "row", CAST(entry AS VARCHAR) AS subject, first_record, expected
FROM (
    SELECT entry, "row", first_record, lag(first_record + records) OVER (ORDER BY entry) AS expected
    FROM entries
) AS counted
WHERE first_record <> coalesce(expected, 0)
