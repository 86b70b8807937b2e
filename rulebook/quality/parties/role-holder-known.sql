-- ---
-- id = "role-holder-known"
-- kind = "quality"
-- dimension = "consistency"
-- severity = "major"
-- table = "account_roles"
-- form = "query"
-- says = "Whoever has a role on an open account is a registered party that was not erased"
-- says_zh = "在未销账户上担任角色的都是已登记且未被删除的当事人"
-- breaks = "A party is erased while it still owns an open account"
-- ---
SELECT r.entry, r."row", r.party AS subject, r.account, r.role, p.erased_entry
FROM account_roles r
LEFT JOIN parties p ON p.party = r.party
LEFT JOIN accounts a ON a.account = r.account
WHERE NOT r.revoked
    AND (a.account IS NULL OR NOT a.closed)
    AND (p.party IS NULL OR a.account IS NULL OR p.erased)
