-- ---
-- id = "day-closed-in-time"
-- kind = "quality"
-- dimension = "timeliness"
-- severity = "minor"
-- table = "day_closes"
-- form = "query"
-- says = "The last business day was closed, or the institution opened, at most 10 days before the last transfer"
-- says_zh = "最近一次日终或开业距最后一笔交易不超过10天"
-- breaks = "Payments go on for weeks and nobody closes a business day"
-- ---
-- Ten days leave room for the longest holidays; accrued interest and every return wait for the close. Questions and
-- checks are entries too and do not count: a bank at rest may be looked at.
SELECT n.entry, CAST(NULL AS INT UNSIGNED) AS "row", CAST(c.closed AS VARCHAR) AS subject, n.now
FROM (SELECT max(time) AS closed FROM (SELECT time FROM day_closes UNION ALL SELECT time FROM institution) AS times) AS c
CROSS JOIN (SELECT max(entry) AS entry, max(time) AS now FROM transfers WHERE NOT imported) AS n
WHERE date_part('epoch', n.now) - date_part('epoch', c.closed) > 10 * 86400
