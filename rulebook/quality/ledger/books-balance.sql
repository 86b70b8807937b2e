-- ---
-- id = "books-balance"
-- kind = "quality"
-- dimension = "consistency"
-- severity = "blocking"
-- table = "balances"
-- form = "query"
-- says = "In every currency all debits sum to all credits, among posted and among pending amounts"
-- says_zh = "每个币种的全部借方合计等于全部贷方合计，已过账与待定金额均如此"
-- breaks = "One side of a booking is lost or changed, or stands on an account in another currency"
-- ---
SELECT max(entry) AS entry, CAST(NULL AS INT UNSIGNED) AS "row", currency AS subject,
    sum(debits_posted) AS debits_posted, sum(credits_posted) AS credits_posted,
    sum(debits_pending) AS debits_pending, sum(credits_pending) AS credits_pending
FROM balances
GROUP BY currency
HAVING sum(debits_posted) <> sum(credits_posted) OR sum(debits_pending) <> sum(credits_pending)
