-- ---
-- id = "account-has-owner"
-- kind = "quality"
-- dimension = "completeness"
-- severity = "major"
-- table = "accounts"
-- form = "query"
-- says = "Every open account of a kind that customers own has an owner"
-- says_zh = "客户所持类别的每个未销账户都有所有人"
-- breaks = "An account is opened for a customer and nobody is made its owner"
-- ---
-- A kind of account (its code) is one that customers own when any account of it ever had an owner: the bank's
-- own accounts have none.
WITH owners AS (
    SELECT r.account, r.revoked, r."until"
    FROM account_roles r
    WHERE r.role IN ('owner', 'joint_owner')
), kinds AS (
    SELECT DISTINCT a.code
    FROM accounts a
    JOIN owners o ON o.account = a.account
), business_day AS (
    SELECT max(day) AS day
    FROM (SELECT next_day AS day FROM day_closes UNION ALL SELECT first_day FROM institution) AS days
), owned AS (
    SELECT DISTINCT o.account
    FROM owners o
    CROSS JOIN business_day d
    WHERE NOT o.revoked AND (o."until" IS NULL OR d.day IS NULL OR o."until" >= d.day)
)
SELECT a.entry, a."row", a.account AS subject, a.code
FROM accounts a
JOIN kinds k ON k.code = a.code
LEFT JOIN owned o ON o.account = a.account
WHERE o.account IS NULL AND NOT a.closed
