-- ---
-- id = "resolves-what-was-pending"
-- kind = "quality"
-- dimension = "consistency"
-- severity = "blocking"
-- table = "transfers"
-- form = "query"
-- says = "Posting and voiding name a pending transfer of the same accounts and take no more than its amount"
-- says_zh = "过账与撤销所指的待定转账账户相同，且不超过其金额"
-- breaks = "More is posted than was reserved, or something that was never pending"
-- ---
SELECT r.entry, r."row", r.transfer AS subject, r.pending, r.amount, p.amount AS pending_amount
FROM transfers r
LEFT JOIN transfers p ON p.transfer = r.pending AND p.phase = 'pending'
WHERE r.phase IN ('post', 'void')
    AND (p.transfer IS NULL
        OR p.debit_account <> r.debit_account
        OR p.credit_account <> r.credit_account
        OR p.currency <> r.currency
        OR r.amount > p.amount
        OR (r.phase = 'void' AND r.amount <> p.amount)
        OR p.entry > r.entry)
