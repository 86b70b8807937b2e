-- ---
-- id = "head-is-signed"
-- kind = "quality"
-- dimension = "timeliness"
-- severity = "major"
-- table = "entries"
-- form = "query"
-- says = "Every entry is under a signed checkpoint within a day"
-- says_zh = "每个条目在一天内都有已签名的检查点覆盖"
-- breaks = "The bank runs for days and publishes no checkpoint"
-- ---
SELECT e.entry, e."row", CAST(e.entry AS VARCHAR) AS subject, e.time, n.now
FROM entries e
CROSS JOIN (SELECT max(time) AS now FROM entries) AS n
CROSS JOIN (SELECT coalesce(max(size), 0) AS size FROM checkpoints) AS c
WHERE e.entry >= c.size AND date_part('epoch', n.now) - date_part('epoch', e.time) > 86400
