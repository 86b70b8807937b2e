-- ---
-- id = "transfers-per-day"
-- kind = "indicator"
-- unit = "transfers per business day"
-- unit_zh = "笔/营业日"
-- says = "Transfers done per business day on which there were any"
-- says_zh = "每个有转账的营业日完成的转账笔数"
-- ---
-- The sample is the transfers. What was imported happened elsewhere; a second phase belongs to its first.
SELECT
    CAST(CAST(count(*) AS DECIMAL(20, 4)) / NULLIF(count(DISTINCT booking_date), 0) AS DECIMAL(18, 4)) AS value,
    count(*) AS sample
FROM transfers
WHERE phase IN ('single', 'pending') AND NOT imported
