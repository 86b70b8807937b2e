-- ---
-- id = "id-once"
-- kind = "quality"
-- dimension = "uniqueness"
-- severity = "blocking"
-- table = "transfers"
-- form = "query"
-- says = "Transfers and compound entries have ids of their own"
-- says_zh = "转账与分录的编号互不重复"
-- breaks = "The same payment takes effect twice under one id"
-- ---
SELECT max(entry) AS entry, CAST(NULL AS INT UNSIGNED) AS "row", id AS subject, count(*) AS times
FROM (
    SELECT entry, transfer AS id FROM transfers
    UNION ALL
    SELECT entry, compound_entry FROM compound_entries
) AS ids
GROUP BY id
HAVING count(*) > 1
