-- ---
-- id = "organisation-complete"
-- kind = "quality"
-- dimension = "completeness"
-- severity = "major"
-- table = "parties"
-- form = "rows"
-- subject = "party"
-- judges = "kind = 'organisation' AND NOT erased AND coalesce(name, '') <> '(sealed)'"
-- says = "An organisation has a name and a unified social credit code"
-- says_zh = "机构有名称和统一社会信用代码"
-- breaks = "An organisation is registered without a name or a code, or with an empty one"
-- ---
name IS NULL OR trim(name) = ''
OR credit_code IS NULL OR trim(credit_code) = ''
