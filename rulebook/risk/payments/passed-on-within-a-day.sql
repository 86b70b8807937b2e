-- ---
-- id = "passed-on-within-a-day"
-- kind = "risk"
-- points = 35
-- says = "What came in within a day goes out again"
-- says_zh = "一日内资金快进快出"
-- tells = "This payment is being looked at"
-- tells_zh = "此笔付款正在核查"
-- ---
payer_owned AND NOT payer_firm AND payer_pass_24h >= 900 AND payer_in_sum_24h >= 10000
AND payer_in_count_30d <= 2 * payer_in_count_24h + 4
