-- ---
-- id = "oldest-hold-age"
-- kind = "indicator"
-- unit = "days"
-- unit_zh = "天"
-- says = "Age of the oldest hold by order that was not released"
-- says_zh = "最早一笔尚未解除的冻结至今的天数"
-- ---
-- Now is the time of the last entry. The sample is the holds in force.
SELECT
    CAST((date_part('epoch', max(n.now)) - date_part('epoch', min(h.placed_at))) / 86400 AS DECIMAL(18, 4)) AS value,
    count(*) AS sample
FROM holds h
CROSS JOIN (SELECT max(time) AS now FROM entries) AS n
WHERE NOT h.released
