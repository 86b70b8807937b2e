-- ---
-- id = "many-payers-in-a-week"
-- kind = "risk"
-- points = 15
-- says = "The payee was paid by 25 or more accounts within a week"
-- says_zh = "收款人一周内收到二十五个以上账户付款"
-- tells = "This payment is being looked at"
-- tells_zh = "此笔付款正在核查"
-- ---
payee_owned AND NOT payee_firm AND payee_in_counterparties_7d >= 25
AND payee_in_counterparties_30d < 64
AND payee_in_counterparties_30d <= payee_in_counterparties_7d + 10
