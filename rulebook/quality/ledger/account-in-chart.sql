-- ---
-- id = "account-in-chart"
-- kind = "quality"
-- dimension = "consistency"
-- severity = "major"
-- table = "accounts"
-- form = "query"
-- says = "The code of every account stands in the chart of accounts"
-- says_zh = "每个账户的科目代码都在会计科目表内"
-- breaks = "An account carries a code that no line of the chart explains"
-- ---
SELECT a.entry, a."row", a.account AS subject, a.code
FROM accounts a
LEFT JOIN chart c ON c.code = a.code
WHERE c.code IS NULL
