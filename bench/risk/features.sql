-- Seven features of every payment, by window functions. A window holds the tile of the payment and those before it,
-- and of these the payments before it (docs/features.md), so each partition is ordered by tile and number at once.
WITH numbered AS (
  SELECT *, row_number() OVER (ORDER BY entry, "row") AS n FROM payments
), placed AS (
  SELECT *,
         (ns // 3600000000000) * 4294967296 + n AS hours,
         (ns // 21600000000000) * 4294967296 + n AS quarter_days,
         (ns // 86400000000000) * 4294967296 + n AS days
  FROM numbered
)
SELECT transfer_hi, transfer_lo,
       CAST(row_number() OVER (PARTITION BY payer, payee ORDER BY n) = 1 AS INT) AS pair_first,
       count(*) OVER out_24h AS payer_out_count_24h,
       coalesce(sum(amount) OVER out_24h, 0) AS payer_out_sum_24h,
       coalesce(max(amount) OVER out_30d, 0) AS payer_out_max_30d,
       least(count(DISTINCT payee) OVER out_24h, 64) AS payer_out_counterparties_24h,
       count(*) OVER in_7d AS payee_in_count_7d,
       coalesce(sum(amount) OVER in_7d, 0) AS payee_in_sum_7d
FROM placed
WINDOW
  out_24h AS (PARTITION BY payer ORDER BY hours
              RANGE BETWEEN 24 * 4294967296 + n PRECEDING AND 1 PRECEDING),
  out_30d AS (PARTITION BY payer ORDER BY days
              RANGE BETWEEN 30 * 4294967296 + n PRECEDING AND 1 PRECEDING),
  in_7d AS (PARTITION BY payee ORDER BY quarter_days
            RANGE BETWEEN 28 * 4294967296 + n PRECEDING AND 1 PRECEDING)
