-- ---
-- id = "refusal-rate"
-- kind = "indicator"
-- unit = "%"
-- unit_zh = "%"
-- says = "Share of transfers asked for that were refused"
-- says_zh = "被拒绝的转账占全部转账请求的比例"
-- ---
-- Refusal 26 is "exists": the same transfer was asked for again and had been done, so that nothing was refused.
SELECT
    CAST(100 * CAST(r.refused AS DECIMAL(20, 4)) / NULLIF(r.refused + d.done, 0) AS DECIMAL(18, 4)) AS value,
    r.refused + d.done AS sample
FROM (SELECT count(*) AS refused FROM refusals WHERE command = 'transfer' AND refusal_no <> 26) AS r
CROSS JOIN (SELECT count(*) AS done FROM transfers WHERE reverses IS NULL AND NOT interest AND NOT imported) AS d
