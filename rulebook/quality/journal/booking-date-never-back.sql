-- ---
-- id = "booking-date-never-back"
-- kind = "quality"
-- dimension = "consistency"
-- severity = "blocking"
-- table = "transfers"
-- form = "query"
-- says = "The booking date never goes back from one entry to the next, except for what was imported"
-- says_zh = "除导入的转账外，记账日在条目之间从不倒退"
-- breaks = "A transfer is booked on a day that was closed before"
-- ---
WITH days AS (
    SELECT entry, min(booking_date) AS first_day, max(booking_date) AS last_day
    FROM transfers
    WHERE NOT imported
    GROUP BY entry
)
SELECT entry, CAST(NULL AS INT UNSIGNED) AS "row", CAST(first_day AS VARCHAR) AS subject, before
FROM (SELECT entry, first_day, lag(last_day) OVER (ORDER BY entry) AS before FROM days) AS dated
WHERE first_day < before
