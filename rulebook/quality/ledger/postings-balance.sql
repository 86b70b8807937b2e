-- ---
-- id = "postings-balance"
-- kind = "quality"
-- dimension = "consistency"
-- severity = "blocking"
-- table = "postings"
-- form = "query"
-- says = "Debits equal credits in every transfer and compound entry, in every currency"
-- says_zh = "每笔转账和每笔分录在每个币种内借贷相等"
-- breaks = "One leg of an entry is lost, doubled or has another amount"
-- ---
SELECT entry, "row", currency AS subject, sum(signed_amount) AS difference
FROM postings
GROUP BY entry, "row", currency
HAVING sum(signed_amount) <> 0
