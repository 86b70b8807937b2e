-- ---
-- id = "party-registered-once"
-- kind = "quality"
-- dimension = "uniqueness"
-- severity = "major"
-- table = "parties"
-- form = "query"
-- says = "No two parties have the same identity number or credit code"
-- says_zh = "没有两个当事人共用同一证件号码或统一社会信用代码"
-- breaks = "The same person is registered a second time under another id"
-- ---
-- The number itself is personal data and is not shown: the first and the last party that have it are.
WITH numbers AS (
    SELECT entry, party, id_number AS number FROM parties WHERE kind = 'person'
    UNION ALL
    SELECT entry, party, credit_code FROM parties WHERE kind = 'organisation'
)
SELECT max(entry) AS entry, CAST(NULL AS INT UNSIGNED) AS "row", max(party) AS subject, min(party) AS other, count(*) AS parties
FROM numbers
WHERE number IS NOT NULL AND trim(number) <> '' AND number NOT IN ('(erased)', '(sealed)')
GROUP BY number
HAVING count(DISTINCT party) > 1
