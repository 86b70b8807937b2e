-- ---
-- id = "entries-contiguous"
-- kind = "quality"
-- dimension = "completeness"
-- severity = "blocking"
-- table = "entries"
-- form = "query"
-- says = "The entries are numbered from 0 without a gap, each number once"
-- says_zh = "条目序号从0起连续，无缺无重"
-- breaks = "An entry is missing from the archive, or stands in it twice"
-- ---
SELECT entry, "row", CAST(entry AS VARCHAR) AS subject, before
FROM (SELECT entry, "row", lag(entry) OVER (ORDER BY entry) AS before FROM entries) AS numbered
WHERE entry <> coalesce(before + 1, 0)
