-- ---
-- id = "party-can-be-reached"
-- kind = "quality"
-- dimension = "completeness"
-- severity = "minor"
-- table = "parties"
-- form = "rows"
-- subject = "party"
-- judges = "NOT erased AND coalesce(name, '') <> '(sealed)'"
-- says = "A party has an address and a telephone number"
-- says_zh = "当事人有地址和电话号码"
-- breaks = "A party is registered without address or telephone number"
-- ---
address IS NULL OR trim(address) = ''
OR phone IS NULL OR trim(phone) = ''
