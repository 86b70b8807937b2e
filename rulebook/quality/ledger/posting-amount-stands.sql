-- ---
-- id = "posting-amount-stands"
-- kind = "quality"
-- dimension = "validity"
-- severity = "major"
-- table = "postings"
-- form = "rows"
-- subject = "account"
-- says = "Every posting has an amount, not negative, whose sign is that of its side"
-- says_zh = "每笔过账都有非负金额，且符号与借贷方向一致"
-- breaks = "An amount has more digits than a column of money, or is made negative"
-- ---
amount IS NULL
OR amount < 0
OR signed_amount <> CASE WHEN side = 'credit' THEN amount ELSE -amount END
