-- ---
-- id = "posting-has-its-account"
-- kind = "quality"
-- dimension = "consistency"
-- severity = "blocking"
-- table = "postings"
-- form = "query"
-- says = "Every posting stands on an account that was open before it, in the currency of that account"
-- says_zh = "每笔过账都落在此前已开立的账户上，且币种与账户一致"
-- breaks = "A posting names an account that was never opened, was opened later, or has another currency"
-- ---
SELECT p.entry, p."row", p.account AS subject, p.currency, a.currency AS account_currency, a.entry AS opened_in
FROM postings p
LEFT JOIN accounts a ON a.account = p.account
WHERE a.account IS NULL
    OR a.currency <> p.currency
    OR a.entry > p.entry
    OR (a.entry = p.entry AND a."row" >= p."row")
