-- ---
-- id = "balance-is-its-postings"
-- kind = "quality"
-- dimension = "consistency"
-- severity = "blocking"
-- table = "ledger_balances"
-- form = "query"
-- says = "Every balance the ledger holds is the sum of its postings"
-- says_zh = "账本中的每个余额等于其各笔过账之和"
-- breaks = "A balance is changed in the ledger, or a posting is lost from the history"
-- ---
-- `balances` is summed from postings and would agree with itself; `ledger_balances` is what the running ledger
-- holds. Where no ledger runs, and of any moment but now, it is empty and nothing is judged.
WITH posted AS (
    SELECT account,
        sum(CASE WHEN side = 'debit' THEN amount ELSE 0 END) AS debits,
        sum(CASE WHEN side = 'credit' THEN amount ELSE 0 END) AS credits
    FROM postings
    GROUP BY account
)
SELECT l.entry, l."row", coalesce(l.account, p.account) AS subject,
    l.debits_posted, p.debits AS debits_found, l.credits_posted, p.credits AS credits_found
FROM ledger_balances l
FULL JOIN posted p ON p.account = l.account
CROSS JOIN (SELECT count(*) AS accounts FROM ledger_balances) AS n
WHERE (l.account IS NULL AND n.accounts > 0)
    OR l.debits_posted <> coalesce(p.debits, 0)
    OR l.credits_posted <> coalesce(p.credits, 0)
