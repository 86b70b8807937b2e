-- ---
-- id = "credit-code-checks"
-- kind = "quality"
-- dimension = "validity"
-- severity = "major"
-- table = "parties"
-- form = "rows"
-- subject = "party"
-- judges = "credit_code IS NOT NULL AND credit_code NOT IN ('(erased)', '(sealed)') AND trim(credit_code) <> ''"
-- says = "A unified social credit code has 18 allowed characters, the last of which follows from the others"
-- says_zh = "统一社会信用代码由18位允许的字符组成，末位是由前17位算得的校验码"
-- breaks = "A character of a credit code is mistyped, or two are exchanged"
-- ---
-- 31 characters are allowed (no I, O, S, V and Z), and a character's value is its place among them; places 3 to
-- 8 are a region and hold digits. The weighted sum of all 18, the last with weight 1, is a multiple of 31. A code
-- of another form is bad before its characters are counted with.
CASE WHEN NOT (credit_code ~ '^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$') THEN TRUE
ELSE (
    (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 1, 1)) - 1) * 1
    + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 2, 1)) - 1) * 3
    + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 3, 1)) - 1) * 9
    + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 4, 1)) - 1) * 27
    + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 5, 1)) - 1) * 19
    + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 6, 1)) - 1) * 26
    + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 7, 1)) - 1) * 16
    + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 8, 1)) - 1) * 17
    + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 9, 1)) - 1) * 20
    + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 10, 1)) - 1) * 29
    + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 11, 1)) - 1) * 25
    + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 12, 1)) - 1) * 13
    + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 13, 1)) - 1) * 8
    + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 14, 1)) - 1) * 24
    + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 15, 1)) - 1) * 10
    + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 16, 1)) - 1) * 30
    + (strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 17, 1)) - 1) * 28
    + strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(credit_code, 18, 1)) - 1
) % 31 <> 0 END
