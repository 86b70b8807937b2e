-- ---
-- id = "pending-past-timeout"
-- kind = "quality"
-- dimension = "timeliness"
-- severity = "major"
-- table = "pending_transfers"
-- form = "query"
-- says = "No transfer is still pending a day after its time was over"
-- says_zh = "没有待定转账在到期一天之后仍未了结"
-- breaks = "A pending transfer's time is over and nobody gives the money back"
-- ---
-- Now is the time of the last entry, so that the answer is the same on every machine.
SELECT p.entry, p."row", p.transfer AS subject, p.time, p.timeout_s, n.now
FROM pending_transfers p
CROSS JOIN (SELECT max(time) AS now FROM entries) AS n
WHERE p.timeout_s > 0
    AND date_part('epoch', n.now) - date_part('epoch', p.time) > p.timeout_s + 86400
