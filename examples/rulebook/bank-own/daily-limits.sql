-- ---
-- id = "daily-limits"
-- kind = "limits"
-- limits = "payer_out_sum_24h + amount"
-- outcome = "refuse"
-- says = "More within a day than the payer's segment allows"
-- says_zh = "一日累计付款超过所属客群限额"
-- tells = "This is more than your account may pay within a day"
-- tells_zh = "超过您账户的单日付款限额"
-- ---
CASE
    WHEN NOT payer_owned THEN NULL -- the bank's own accounts
    WHEN payer_firm THEN CASE WHEN payer_age < 30 * 86400 THEN 1000000 ELSE 20000000 END
    WHEN on_list(payer_lists, 'seniors') THEN 20000
    WHEN payer_age < 7 * 86400 THEN 50000
    WHEN payer_age < 90 * 86400 THEN 200000
    ELSE 1000000
END
