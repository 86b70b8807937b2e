-- ---
-- id = "known-payee"
-- kind = "risk"
-- points = -20
-- says = "A payee of more than a month, and no more than before"
-- says_zh = "相识一月以上的收款人且金额不高于以往"
-- tells = "Nothing to tell"
-- tells_zh = "无需告知"
-- ---
pair_age > 30 * 86400 AND amount <= pair_max_30d
