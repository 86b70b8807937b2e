-- ---
-- id = "many-payments-in-an-hour"
-- kind = "risk"
-- outcome = "ask"
-- points = 20
-- says = "Eight or more payments within the hour"
-- says_zh = "一小时内付款八笔以上"
-- tells = "You have made many payments within an hour. Was it you?"
-- tells_zh = "您一小时内付款多笔，请确认是否本人操作"
-- ---
payer_owned AND NOT payer_firm AND payer_out_count_1h >= 8
AND payer_out_count_1h > payer_out_count_7d / 4
