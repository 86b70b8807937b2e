-- ---
-- id = "just-below"
-- kind = "risk"
-- points = 15
-- says = "Just below 50,000, and not for the first time"
-- says_zh = "略低于五万元且非首次"
-- tells = "This payment is being looked at"
-- tells_zh = "此笔付款正在核查"
-- ---
amount >= 45000 AND amount < 50000 AND payer_near_30d >= 200
