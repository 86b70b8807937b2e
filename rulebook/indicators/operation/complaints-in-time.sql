-- ---
-- id = "complaints-in-time"
-- kind = "indicator"
-- unit = "%"
-- unit_zh = "%"
-- says = "Share of complaints that were answered within the time the bank promised"
-- says_zh = "在承诺期限内答复的投诉占比"
-- ---
-- The promise is the bank's own, extensions that the customer was told of included. What was taken back unanswered does not
-- count, nor does what may still be answered in time. Now is the time of the last entry.
SELECT
    CAST(100 * CAST(sum(CASE WHEN c.in_time THEN 1 ELSE 0 END) AS DECIMAL(20, 4)) / NULLIF(count(*), 0) AS DECIMAL(18, 4)) AS value,
    count(*) AS sample
FROM (
    SELECT date_part('epoch', coalesce(answered_at, n.now)) - date_part('epoch', time) <= promised_days * 86400 AS in_time,
        answered_at
    FROM complaints
    CROSS JOIN (SELECT max(time) AS now FROM entries) AS n
    WHERE answered_at IS NOT NULL OR NOT withdrawn
) AS c
WHERE c.answered_at IS NOT NULL OR NOT c.in_time
