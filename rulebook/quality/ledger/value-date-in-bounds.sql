-- ---
-- id = "value-date-in-bounds"
-- kind = "quality"
-- dimension = "validity"
-- severity = "major"
-- table = "postings"
-- form = "rows"
-- subject = "account"
-- says = "A value date lies at most 366 days before or after its booking date"
-- says_zh = "起息日与记账日相差不超过366天"
-- breaks = "A value date is given in another year or century"
-- ---
-- The bounds of crates/terms/src/limits.rs. What was imported is booked on the day it happened, so that it
-- keeps to them too.
value_date < booking_date - INTERVAL '366 days'
OR value_date > booking_date + INTERVAL '366 days'
