-- ---
-- id = "party-denied"
-- kind = "risk"
-- outcome = "refuse"
-- says = "Payer or payee is on the bank's own list of denied parties"
-- says_zh = "付款人或收款人在银行禁止名单上"
-- tells = "The bank does not carry out this payment; you may appeal"
-- tells_zh = "银行不办理此笔付款，您可申诉"
-- ---
on_list(payer_lists, 'denied-parties') OR on_list(payee_lists, 'denied-parties')
