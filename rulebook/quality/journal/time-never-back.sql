-- ---
-- id = "time-never-back"
-- kind = "quality"
-- dimension = "consistency"
-- severity = "blocking"
-- table = "entries"
-- form = "query"
-- says = "The time of an entry is not before that of the entry before"
-- says_zh = "条目的时间不早于上一条目"
-- breaks = "An entry carries a time that lies before its predecessor's"
-- ---
SELECT entry, "row", CAST(entry AS VARCHAR) AS subject, time, before
FROM (SELECT entry, "row", time, lag(time) OVER (ORDER BY entry) AS before FROM entries) AS timed
WHERE time < before
