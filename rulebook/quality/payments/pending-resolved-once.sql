-- ---
-- id = "pending-resolved-once"
-- kind = "quality"
-- dimension = "uniqueness"
-- severity = "blocking"
-- table = "transfers"
-- form = "query"
-- says = "A pending transfer is posted, voided or expired once"
-- says_zh = "每笔待定转账只过账、撤销或到期一次"
-- breaks = "A reservation is posted a second time, or posted and voided"
-- ---
SELECT max(entry) AS entry, CAST(NULL AS INT UNSIGNED) AS "row", pending AS subject, count(*) AS times
FROM (
    SELECT entry, pending FROM transfers WHERE phase IN ('post', 'void')
    UNION ALL
    SELECT entry, pending FROM expirations
) AS resolved
GROUP BY pending
HAVING count(*) > 1
