-- ---
-- id = "payee-cooling-off"
-- kind = "risk"
-- outcome = "hold"
-- waits_hours = 24
-- at_end = "release"
-- says = "A first payment above 5,000 to an account opened within seven days"
-- says_zh = "首次向开户不足七日的账户付款五千元以上"
-- tells = "A first payment to a new account waits a day; you can still call it off"
-- tells_zh = "首次向新开账户付款需等待一日，期间可撤回"
-- ---
payer_owned AND NOT payer_firm AND pair_first AND payee_owned AND payee_age < 7 * 86400
AND amount > 5000
