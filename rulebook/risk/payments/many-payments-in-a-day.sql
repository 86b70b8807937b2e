-- ---
-- id = "many-payments-in-a-day"
-- kind = "risk"
-- points = 20
-- says = "Forty or more payments within the day"
-- says_zh = "一日内付款四十笔以上"
-- tells = "This payment is being looked at"
-- tells_zh = "此笔付款正在核查"
-- ---
payer_owned AND NOT payer_firm AND payer_out_count_24h >= 40
AND payer_out_count_24h > payer_out_count_30d / 4
