-- ---
-- id = "gathered-and-scattered"
-- kind = "risk"
-- points = 30
-- says = "Money from five or more accounts goes to five or more within a day"
-- says_zh = "一日内多方转入又多方转出"
-- tells = "This payment is being looked at"
-- tells_zh = "此笔付款正在核查"
-- ---
payer_owned AND NOT payer_firm
AND payer_in_counterparties_24h >= 5 AND payer_out_counterparties_24h >= 5
AND payer_in_counterparties_30d < 64 AND payer_out_counterparties_30d < 64
