-- ---
-- id = "resident-number-checks"
-- kind = "quality"
-- dimension = "validity"
-- severity = "major"
-- table = "parties"
-- form = "rows"
-- subject = "party"
-- judges = "id_number IS NOT NULL AND id_number NOT IN ('(erased)', '(sealed)') AND character_length(id_number) >= 15"
-- says = "A resident identity number has 17 digits and the check character that follows from them"
-- says_zh = "公民身份号码为17位数字加由其算得的校验码"
-- breaks = "A digit of an identity number is mistyped, or two are exchanged"
-- ---
-- Passports and permits have fewer characters and are not judged. The weighted sum of the 17 digits, modulo 11,
-- names the check character. A number of another form is bad before its characters are counted with.
CASE WHEN NOT (id_number ~ '^[0-9]{17}[0-9X]$') THEN TRUE
ELSE substr('10X98765432', 1 + (
    (ascii(substr(id_number, 1, 1)) - 48) * 7
    + (ascii(substr(id_number, 2, 1)) - 48) * 9
    + (ascii(substr(id_number, 3, 1)) - 48) * 10
    + (ascii(substr(id_number, 4, 1)) - 48) * 5
    + (ascii(substr(id_number, 5, 1)) - 48) * 8
    + (ascii(substr(id_number, 6, 1)) - 48) * 4
    + (ascii(substr(id_number, 7, 1)) - 48) * 2
    + (ascii(substr(id_number, 8, 1)) - 48) * 1
    + (ascii(substr(id_number, 9, 1)) - 48) * 6
    + (ascii(substr(id_number, 10, 1)) - 48) * 3
    + (ascii(substr(id_number, 11, 1)) - 48) * 7
    + (ascii(substr(id_number, 12, 1)) - 48) * 9
    + (ascii(substr(id_number, 13, 1)) - 48) * 10
    + (ascii(substr(id_number, 14, 1)) - 48) * 5
    + (ascii(substr(id_number, 15, 1)) - 48) * 8
    + (ascii(substr(id_number, 16, 1)) - 48) * 4
    + (ascii(substr(id_number, 17, 1)) - 48) * 2
) % 11, 1) <> substr(id_number, 18, 1) END
