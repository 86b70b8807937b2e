-- ---
-- id = "just-below-again"
-- kind = "risk"
-- outcome = "hold"
-- points = 50
-- says = "Again and again just below 50,000"
-- says_zh = "多次略低于五万元"
-- tells = "This payment is being looked at"
-- tells_zh = "此笔付款正在核查"
-- ---
amount >= 45000 AND amount < 50000
AND payer_near_30d >= 500 AND payer_out_count_30d >= 4
