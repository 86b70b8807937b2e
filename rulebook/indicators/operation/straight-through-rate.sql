-- ---
-- id = "straight-through-rate"
-- kind = "indicator"
-- unit = "%"
-- unit_zh = "%"
-- says = "Share of payments asked for that went through at once or by posting, and were not taken back"
-- says_zh = "一次完成或经过账完成且未被冲正的支付占全部支付请求的比例"
-- ---
-- Asked for: payments that came to their end, in one phase or by posting, voiding or expiring, and those refused
-- (26 is "exists", which refuses nothing). Gone through: done in one phase or posted, less those taken back.
SELECT
    CAST(100 * CAST(t.through - b.reversed AS DECIMAL(20, 4)) / NULLIF(t.ended + x.expired + r.refused, 0)
        AS DECIMAL(18, 4)) AS value,
    t.ended + x.expired + r.refused AS sample
FROM (
    SELECT
        count(*) FILTER (WHERE phase <> 'pending') AS ended,
        count(*) FILTER (WHERE phase IN ('single', 'post')) AS through
    FROM transfers
    WHERE reverses IS NULL AND NOT interest AND NOT imported
) AS t
CROSS JOIN (SELECT count(*) AS expired FROM expirations) AS x
CROSS JOIN (
    SELECT count(DISTINCT back.reverses) AS reversed
    FROM transfers back
    JOIN transfers o ON o.transfer = back.reverses
    WHERE back.reverses IS NOT NULL AND o.reverses IS NULL AND NOT o.interest AND NOT o.imported
) AS b
CROSS JOIN (SELECT count(*) AS refused FROM refusals WHERE command = 'transfer' AND refusal_no <> 26) AS r
