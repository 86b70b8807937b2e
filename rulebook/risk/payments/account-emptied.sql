-- ---
-- id = "account-emptied"
-- kind = "risk"
-- outcome = "ask"
-- points = 25
-- says = "Nearly all of the balance goes to somebody new"
-- says_zh = "几乎全部余额转给新收款人"
-- tells = "This would leave almost nothing in your account"
-- tells_zh = "此笔付款后账户将几乎没有余额"
-- ---
payer_owned AND NOT payer_firm AND pair_first AND amount >= 5000
AND amount >= 0.9 * payer_balance AND payer_balance > 0
