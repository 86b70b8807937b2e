-- ---
-- id = "reversal-mirrors"
-- kind = "quality"
-- dimension = "consistency"
-- severity = "blocking"
-- table = "transfers"
-- form = "query"
-- says = "A reversal takes back a whole earlier transfer with the sides exchanged, and each is taken back once"
-- says_zh = "冲正以借贷互换的方式整笔取回此前的转账，且每笔只冲正一次"
-- breaks = "A reversal has another amount or account than what it takes back"
-- ---
SELECT r.entry, r."row", r.transfer AS subject, r.reverses, r.amount, o.amount AS original_amount
FROM transfers r
LEFT JOIN transfers o ON o.transfer = r.reverses
WHERE r.reverses IS NOT NULL
    AND (o.transfer IS NULL
        OR o.debit_account <> r.credit_account
        OR o.credit_account <> r.debit_account
        OR o.currency <> r.currency
        OR o.amount <> r.amount
        OR o.entry > r.entry)
UNION ALL
SELECT max(entry), CAST(NULL AS INT UNSIGNED), max(transfer), reverses, max(amount), min(amount)
FROM transfers
WHERE reverses IS NOT NULL
GROUP BY reverses
HAVING count(*) > 1
