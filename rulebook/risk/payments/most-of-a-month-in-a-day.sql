-- ---
-- id = "most-of-a-month-in-a-day"
-- kind = "risk"
-- points = 15
-- says = "More than half of a month goes out within a day"
-- says_zh = "一日内付出超过近一月的一半"
-- tells = "This payment is being looked at"
-- tells_zh = "此笔付款正在核查"
-- ---
payer_owned AND NOT payer_firm AND payer_out_count_30d >= 20 AND amount >= 1000
AND payer_out_count_30d > 2 * payer_out_count_24h
AND payer_out_sum_24h + amount > 0.6 * payer_out_sum_30d
