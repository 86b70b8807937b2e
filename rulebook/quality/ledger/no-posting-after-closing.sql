-- ---
-- id = "no-posting-after-closing"
-- kind = "quality"
-- dimension = "consistency"
-- severity = "blocking"
-- table = "postings"
-- form = "query"
-- says = "Nothing is posted on an account after the entry that closed it"
-- says_zh = "账户在销户之后不再有任何过账"
-- breaks = "An amount is posted on an account that is closed"
-- ---
-- A closing that was voided or expired opened the account again; then it is not closed here. Within the entry
-- that closes it, the order is judged by verification, which decides every record again.
SELECT p.entry, p."row", p.account AS subject, a.closed_entry
FROM postings p
JOIN accounts a ON a.account = p.account
WHERE a.closed AND p.entry > coalesce(a.closed_entry, a.entry)
