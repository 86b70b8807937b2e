-- ---
-- id = "pending-is-reserved"
-- kind = "quality"
-- dimension = "consistency"
-- severity = "blocking"
-- table = "ledger_balances"
-- form = "query"
-- says = "What the ledger holds as pending on an account is the sum of its pending transfers"
-- says_zh = "账本中账户的待定金额等于其各笔待定转账之和"
-- breaks = "A pending transfer is lost, or its amount is given back twice"
-- ---
-- Judged only of now and beside a running ledger, like balance-is-its-postings.
WITH sides AS (
    SELECT debit_account AS account, amount AS debit, CAST(0 AS DECIMAL(38, 3)) AS credit
    FROM pending_transfers
    UNION ALL
    SELECT credit_account, CAST(0 AS DECIMAL(38, 3)), amount
    FROM pending_transfers
), reserved AS (
    SELECT account, sum(debit) AS debits, sum(credit) AS credits
    FROM sides
    GROUP BY account
)
SELECT l.entry, l."row", coalesce(l.account, r.account) AS subject,
    l.debits_pending, r.debits AS debits_found, l.credits_pending, r.credits AS credits_found
FROM ledger_balances l
FULL JOIN reserved r ON r.account = l.account
CROSS JOIN (SELECT count(*) AS accounts FROM ledger_balances) AS n
WHERE (l.account IS NULL AND n.accounts > 0)
    OR l.debits_pending <> coalesce(r.debits, 0)
    OR l.credits_pending <> coalesce(r.credits, 0)
