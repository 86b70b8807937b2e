-- ---
-- id = "sent-back-within-a-week"
-- kind = "risk"
-- points = 15
-- says = "The payee had sent about as much within the week"
-- says_zh = "一周内收款人曾转来相近金额"
-- tells = "This payment is being looked at"
-- tells_zh = "此笔付款正在核查"
-- ---
amount >= 5000 AND back_sum_7d >= 0.9 * amount
