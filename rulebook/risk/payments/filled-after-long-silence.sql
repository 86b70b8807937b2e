-- ---
-- id = "filled-after-long-silence"
-- kind = "risk"
-- points = 30
-- says = "The account had not paid for three months, was paid within the hour and pays on"
-- says_zh = "久未付款的账户刚入账即转出"
-- tells = "This payment is being looked at"
-- tells_zh = "此笔付款正在核查"
-- ---
payer_since_out > 90 * 86400 AND payer_since_in < 3600
