-- ---
-- id = "there-and-back"
-- kind = "risk"
-- points = 20
-- says = "Money goes to and fro between two accounts within a day"
-- says_zh = "一日内两账户间往返转账"
-- tells = "This payment is being looked at"
-- tells_zh = "此笔付款正在核查"
-- ---
back_count_24h >= 2 AND pair_count_24h >= 2
