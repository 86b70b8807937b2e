-- ---
-- id = "complete-identity-rate"
-- kind = "indicator"
-- unit = "%"
-- unit_zh = "%"
-- says = "Share of open customer accounts whose owners are all completely identified"
-- says_zh = "所有人身份信息均完整的未销客户账户占比"
-- ---
-- A customer account is one of a kind (its code) of which any account ever had an owner. Complete is what the
-- rules person-complete and organisation-complete ask for. An account whose owner lies sealed is not counted:
-- nobody can tell.
WITH holders AS (
    SELECT r.account, r.revoked,
        CASE
            WHEN p.party IS NULL OR p.erased THEN 0
            WHEN p.kind = 'person' AND coalesce(trim(p.name), '') <> '' AND coalesce(trim(p.id_number), '') <> ''
                AND coalesce(trim(p.birth_date), '') <> '' THEN 1
            WHEN p.kind = 'organisation' AND coalesce(trim(p.name), '') <> ''
                AND coalesce(trim(p.credit_code), '') <> '' THEN 1
            ELSE 0
        END AS complete,
        CASE WHEN p.name = '(sealed)' THEN 1 ELSE 0 END AS sealed
    FROM account_roles r
    LEFT JOIN parties p ON p.party = r.party
    WHERE r.role IN ('owner', 'joint_owner')
), kinds AS (
    SELECT DISTINCT a.code
    FROM accounts a
    JOIN holders h ON h.account = a.account
), owned AS (
    SELECT account, min(complete) AS complete, max(sealed) AS sealed
    FROM holders
    WHERE NOT revoked
    GROUP BY account
)
SELECT
    CAST(100 * CAST(sum(coalesce(o.complete, 0)) AS DECIMAL(20, 4)) / NULLIF(count(*), 0) AS DECIMAL(18, 4)) AS value,
    count(*) AS sample
FROM accounts a
JOIN kinds k ON k.code = a.code
LEFT JOIN owned o ON o.account = a.account
WHERE NOT a.closed AND coalesce(o.sealed, 0) = 0
