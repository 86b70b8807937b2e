-- ---
-- id = "first-payment-large"
-- kind = "risk"
-- outcome = "ask"
-- points = 20
-- says = "A first payment to this payee, and a large one"
-- says_zh = "首次向该收款人支付且金额较大"
-- tells = "You have never paid this account. If somebody urged you to, talk to them on a number you know"
-- tells_zh = "您从未向该账户付款。如有人催促，请拨打您熟知的号码核实"
-- ---
payer_owned AND pair_first AND amount >= 20000
AND payer_out_counterparties_30d < 20
