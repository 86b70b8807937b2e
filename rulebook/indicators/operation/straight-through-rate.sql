-- ---
-- id = "straight-through-rate"
-- kind = "indicator"
-- unit = "%"
-- unit_zh = "%"
-- says = "Share of payments asked for that went through at once or by posting, and were not taken back"
-- says_zh = "一次完成或经过账完成且未被冲正的支付占全部支付请求的比例"
-- ---
-- Asked for: payments of a first phase that are not pending any more, and those refused (26 is "exists", which
-- refuses nothing). Gone through: done in one phase or posted, less what was reversed.
SELECT
    CAST(100 * CAST(t.through - t.reversed AS DECIMAL(20, 4)) / NULLIF(t.begun - p.pending + r.refused, 0)
        AS DECIMAL(18, 4)) AS value,
    t.begun - p.pending + r.refused AS sample
FROM (
    SELECT
        count(*) FILTER (WHERE phase IN ('single', 'pending') AND reverses IS NULL) AS begun,
        count(*) FILTER (WHERE phase IN ('single', 'post') AND reverses IS NULL) AS through,
        count(*) FILTER (WHERE reverses IS NOT NULL) AS reversed
    FROM transfers
    WHERE NOT interest AND NOT imported
) AS t
CROSS JOIN (SELECT count(*) AS pending FROM pending_transfers) AS p
CROSS JOIN (SELECT count(*) AS refused FROM refusals WHERE command = 'transfer' AND refusal_no <> 26) AS r
