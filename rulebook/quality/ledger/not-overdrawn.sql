-- ---
-- id = "not-overdrawn"
-- kind = "quality"
-- dimension = "validity"
-- severity = "blocking"
-- table = "balances"
-- form = "query"
-- says = "No account is overdrawn that must not be, pending amounts included"
-- says_zh = "不得透支的账户没有透支，含待定金额"
-- breaks = "More is debited from a deposit than was credited to it"
-- ---
SELECT b.entry, b."row", b.account AS subject, b.debits_posted, b.debits_pending, b.credits_posted, b.credits_pending
FROM balances b
JOIN accounts a ON a.account = b.account
WHERE (a.debits_must_not_exceed_credits AND b.debits_posted + b.debits_pending > b.credits_posted)
    OR (a.credits_must_not_exceed_debits AND b.credits_posted + b.credits_pending > b.debits_posted)
