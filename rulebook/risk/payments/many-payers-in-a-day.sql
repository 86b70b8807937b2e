-- ---
-- id = "many-payers-in-a-day"
-- kind = "risk"
-- points = 25
-- says = "The payee was paid by ten or more accounts within a day"
-- says_zh = "收款人一日内收到十个以上账户付款"
-- tells = "This payment is being looked at"
-- tells_zh = "此笔付款正在核查"
-- ---
payee_owned AND NOT payee_firm AND payee_in_counterparties_24h >= 10
-- A shop has as many every day.
AND payee_in_counterparties_30d < 64
AND payee_in_counterparties_30d <= 2 * payee_in_counterparties_24h
