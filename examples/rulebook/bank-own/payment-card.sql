-- ---
-- id = "payment-card"
-- kind = "scorecard"
-- ask_from = 60
-- hold_from = 90
-- says = "The scorecard's bands come to too many points"
-- says_zh = "评分卡合计分数过高"
-- tells = "This payment looks unusual"
-- tells_zh = "此笔付款异常"
-- ---
CASE WHEN amount >= 50000 THEN 30 WHEN amount >= 5000 THEN 15 ELSE 0 END
+ CASE WHEN pair_first THEN 20 WHEN pair_age < 7 * 86400 THEN 10 ELSE 0 END
+ CASE WHEN payer_age < 7 * 86400 THEN 25 WHEN payer_age < 30 * 86400 THEN 10 ELSE 0 END
+ CASE WHEN payer_idle > 90 * 86400 THEN 20 ELSE 0 END
+ CASE WHEN hour >= 23 OR hour < 5 THEN 15 ELSE 0 END
- CASE WHEN payer_firm THEN 20 ELSE 0 END
