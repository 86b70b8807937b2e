-- ---
-- id = "transfer-currency"
-- kind = "quality"
-- dimension = "consistency"
-- severity = "blocking"
-- table = "transfers"
-- form = "query"
-- says = "A transfer has the currency of both its accounts"
-- says_zh = "转账币种与借贷双方账户的币种一致"
-- breaks = "Yuan are moved from or to an account in dollars"
-- ---
SELECT t.entry, t."row", t.transfer AS subject, t.currency, d.currency AS debit_currency, c.currency AS credit_currency
FROM transfers t
LEFT JOIN accounts d ON d.account = t.debit_account
LEFT JOIN accounts c ON c.account = t.credit_account
WHERE (d.currency IS DISTINCT FROM t.currency) OR (c.currency IS DISTINCT FROM t.currency)
