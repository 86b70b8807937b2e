-- ---
-- id = "passed-on-within-three-days"
-- kind = "risk"
-- points = 25
-- says = "What came in within three days goes out again"
-- says_zh = "三日内资金快进快出"
-- tells = "This payment is being looked at"
-- tells_zh = "此笔付款正在核查"
-- ---
payer_owned AND NOT payer_firm AND payer_pass_72h >= 950 AND payer_in_sum_7d >= 50000
AND payer_in_count_30d <= 2 * payer_in_count_7d + 4
