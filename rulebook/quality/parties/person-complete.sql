-- ---
-- id = "person-complete"
-- kind = "quality"
-- dimension = "completeness"
-- severity = "major"
-- table = "parties"
-- form = "rows"
-- subject = "party"
-- judges = "kind = 'person' AND NOT erased AND coalesce(name, '') <> '(sealed)'"
-- says = "A person has a name, an identity number and a date of birth"
-- says_zh = "自然人有姓名、证件号码和出生日期"
-- breaks = "A person is registered without one of the three, or with an empty one"
-- ---
name IS NULL OR trim(name) = ''
OR id_number IS NULL OR trim(id_number) = ''
OR birth_date IS NULL OR trim(birth_date) = ''
