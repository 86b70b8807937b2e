-- ---
-- id = "payee-just-opened"
-- kind = "risk"
-- points = 20
-- says = "The payee's account is younger than three days"
-- says_zh = "收款账户开立不足三日"
-- tells = "This payment is being looked at"
-- tells_zh = "此笔付款正在核查"
-- ---
payer_owned AND payee_owned
AND payee_age < 3 * 86400 AND pair_first AND amount >= 2000
