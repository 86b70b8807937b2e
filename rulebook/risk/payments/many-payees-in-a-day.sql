-- ---
-- id = "many-payees-in-a-day"
-- kind = "risk"
-- points = 25
-- says = "Ten or more different payees within a day"
-- says_zh = "一日内向十个以上收款人付款"
-- tells = "This payment is being looked at"
-- tells_zh = "此笔付款正在核查"
-- ---
payer_owned AND NOT payer_firm AND payer_out_counterparties_24h >= 10
AND payer_out_counterparties_30d < 64
AND payer_out_counterparties_30d <= 2 * payer_out_counterparties_24h
