-- The tables people name: what each is, what its columns mean, and the query that makes it of what is
-- stored. A table begins at `-- table`; a column's line has its name, how sensitive it is (the five levels
-- of JR/T 0197), its unit and its meaning. `docs/tables.md` is made of this file, and a test holds the two
-- together, and the columns against what each query gives. Every table begins with `entry` and `row`.

-- table transfers
-- Transfers that were done, in one phase or in two; a reversal or interest settlement is one too.
-- time | 3 | | When it was decided; for an imported one, when it happened elsewhere.
-- booking_date | 3 | | The business day it was booked on.
-- value_date | 3 | | From when it counts for interest.
-- transfer | 3 | | The transfer's id.
-- debit_account | 3 | | The account that was debited.
-- credit_account | 3 | | The account that was credited.
-- amount | 3 | main units of the currency | The amount that moved or was reserved; of a posting, what was posted. Empty if it has more than 35 digits before the point.
-- currency | 2 | | The currency, as ISO 4217 letters.
-- code | 2 | | Why; the bank's own numbers.
-- phase | 2 | | single, pending (reserved), post (posts a reserved one) or void (gives it back).
-- pending | 3 | | The reserved transfer this one posts or voids; empty otherwise.
-- reverses | 3 | | The transfer this one takes back; empty otherwise.
-- timeout_s | 2 | seconds | After how long a reserved one expires; 0 for never.
-- linked | 2 | | It stood or fell together with the record after it.
-- balancing | 2 | | The amount asked for was an upper bound.
-- closing_debit | 3 | | It closes the debit account.
-- closing_credit | 3 | | It closes the credit account.
-- imported | 2 | | It happened elsewhere.
-- interest | 2 | | It settles interest.
-- confirmed | 3 | | The payer said that a warning of exactly this payment was read.
-- held | 3 | | Risk control made it wait until somebody had looked at it.
-- user_data_128 | 3 | | A number of the caller's own; empty if zero. Of an interest settlement: the account.
-- user_data_64 | 3 | | A number of the caller's own; empty if zero.
-- user_data_32 | 3 | | A number of the caller's own; empty if zero.
-- debit_key | 2 | | The debit account's number in order of opening, for machines.
-- credit_key | 2 | | The credit account's number in order of opening, for machines.
SELECT entry, "row", time, booking_date, value_date,
    id_text(transfer_hi, transfer_lo) AS transfer,
    account_text(debit_key) AS debit_account,
    account_text(credit_key) AS credit_account,
    amount, currency_text(currency_no) AS currency, CAST(code AS INT) AS code,
    phase_text(phase_no) AS phase,
    id_text(pending_hi, pending_lo) AS pending,
    id_text(reverses_hi, reverses_lo) AS reverses,
    CAST(timeout_s AS BIGINT) AS timeout_s,
    (flags & 1) <> 0 AS linked, (flags & 48) <> 0 AS balancing,
    (flags & 64) <> 0 AS closing_debit, (flags & 128) <> 0 AS closing_credit,
    (flags & 256) <> 0 AS imported, (flags & 8192) <> 0 AS interest,
    (flags & 512) <> 0 AS confirmed, (flags & 4096) <> 0 AS held,
    id_text(user_data_128_hi, user_data_128_lo) AS user_data_128, user_data_64, user_data_32,
    debit_key, credit_key
FROM stored.transfers;

-- table postings
-- Posted amounts: two for each transfer that moved money, one for each leg of a compound entry. What is only reserved is not here.
-- leg | 2 | | Which leg of the entry; of a transfer, 0 is the debit and 1 the credit.
-- account | 3 | | The account.
-- account_key | 2 | | Its number in order of opening, for machines.
-- side | 3 | | debit or credit.
-- amount | 3 | main units of the currency | The amount, without a sign.
-- signed_amount | 3 | main units of the currency | Credits positive, debits negative.
-- currency | 2 | | The currency, as ISO 4217 letters.
-- counter_account | 3 | | The other account, if there is exactly one.
-- counter_key | 2 | | Its number in order of opening, for machines.
-- code | 2 | | Why; the bank's own numbers.
-- booking_date | 3 | | The business day it was booked on.
-- value_date | 3 | | From when it counts for interest.
SELECT entry, "row", leg, account_text(account_key) AS account, account_key,
    CASE WHEN is_credit THEN 'credit' ELSE 'debit' END AS side, amount,
    CASE WHEN is_credit THEN amount ELSE -amount END AS signed_amount,
    currency_text(currency_no) AS currency,
    account_text(counter_key) AS counter_account, counter_key,
    CAST(code AS INT) AS code, booking_date, value_date
FROM stored.postings;

-- table pending_transfers
-- Transfers that reserve money and are not yet posted, voided or expired.
-- transfer | 3 | | The transfer's id.
-- time | 3 | | When it was decided.
-- booking_date | 3 | | The business day it was booked on.
-- debit_account | 3 | | The account whose money is reserved.
-- credit_account | 3 | | The account that is to receive it.
-- amount | 3 | main units of the currency | The amount that is reserved.
-- currency | 2 | | The currency, as ISO 4217 letters.
-- code | 2 | | Why; the bank's own numbers.
-- timeout_s | 2 | seconds | After how long it expires; 0 for never.
-- debit_key | 2 | | The debit account's number in order of opening, for machines.
-- credit_key | 2 | | The credit account's number in order of opening, for machines.
SELECT t.entry, t."row", id_text(t.transfer_hi, t.transfer_lo) AS transfer, t.time, t.booking_date,
    account_text(t.debit_key) AS debit_account, account_text(t.credit_key) AS credit_account,
    t.amount, currency_text(t.currency_no) AS currency, CAST(t.code AS INT) AS code,
    CAST(t.timeout_s AS BIGINT) AS timeout_s, t.debit_key, t.credit_key
FROM stored.transfers t
LEFT ANTI JOIN (SELECT pending_hi, pending_lo FROM stored.transfers WHERE phase_no IN (2, 3)) r
    ON r.pending_hi = t.transfer_hi AND r.pending_lo = t.transfer_lo
LEFT ANTI JOIN stored.expirations x
    ON x.pending_hi = t.transfer_hi AND x.pending_lo = t.transfer_lo
WHERE t.phase_no = 1;

-- table accounts
-- Accounts that were opened.
-- account | 3 | | The account's id.
-- account_key | 2 | | Its number in order of opening, for machines.
-- opened_at | 3 | | When it was opened, here or elsewhere.
-- booking_date | 3 | | The business day it was opened on.
-- currency | 2 | | The currency, as ISO 4217 letters.
-- code | 2 | | Its place in the chart of accounts.
-- chart_name | 1 | | The name of that place; empty if there is no chart.
-- debits_must_not_exceed_credits | 2 | | It must not be overdrawn.
-- credits_must_not_exceed_debits | 2 | | It must not go below zero on the other side, like a till.
-- imported | 2 | | It was opened elsewhere.
-- closed | 3 | | It takes no more transfers.
-- closed_entry | 2 | | The entry that closed it; empty if it is open, or was opened closed.
-- user_data_128 | 3 | | A number of the caller's own; empty if zero.
-- user_data_64 | 3 | | A number of the caller's own; empty if zero.
-- user_data_32 | 3 | | A number of the caller's own; empty if zero.
SELECT a.entry, a."row", account_text(a.account_key) AS account, a.account_key,
    coalesce(a.opened_at, a.time) AS opened_at, a.booking_date, a.currency,
    CAST(a.code AS INT) AS code, c.name AS chart_name,
    a.debits_must_not_exceed_credits, a.credits_must_not_exceed_debits, a.imported,
    a.closed OR k.closed_entry IS NOT NULL AS closed, k.closed_entry,
    id_text(a.user_data_128_hi, a.user_data_128_lo) AS user_data_128,
    id_text(a.user_data_64_hi, a.user_data_64_lo) AS user_data_64, a.user_data_32
FROM stored.accounts a
LEFT JOIN stored.chart_lines c ON c.code = a.code
LEFT JOIN (
    SELECT account_key, min(entry) AS closed_entry FROM (
        SELECT t.debit_key AS account_key, t.entry, t.transfer_hi, t.transfer_lo
        FROM stored.transfers t WHERE t.phase_no = 1 AND (t.flags & 64) <> 0
        UNION ALL
        SELECT t.credit_key, t.entry, t.transfer_hi, t.transfer_lo
        FROM stored.transfers t WHERE t.phase_no = 1 AND (t.flags & 128) <> 0
    ) t
    LEFT ANTI JOIN (SELECT pending_hi, pending_lo FROM stored.transfers WHERE phase_no = 3) r
        ON r.pending_hi = t.transfer_hi AND r.pending_lo = t.transfer_lo
    LEFT ANTI JOIN stored.expirations x
        ON x.pending_hi = t.transfer_hi AND x.pending_lo = t.transfer_lo
    GROUP BY account_key
) k ON k.account_key = a.account_key;

-- table balances
-- The balance of each account, summed from its postings and from what is reserved. `--as-of` gives that of any moment; `balances_at` that at the end of a day, by booking or value date.
-- account | 3 | | The account's id.
-- account_key | 2 | | Its number in order of opening, for machines.
-- currency | 2 | | The currency, as ISO 4217 letters.
-- code | 2 | | Its place in the chart of accounts.
-- debits_posted | 3 | main units of the currency | All debits.
-- credits_posted | 3 | main units of the currency | All credits.
-- balance | 3 | main units of the currency | Credits less debits.
-- debits_pending | 3 | main units of the currency | What is reserved to leave.
-- credits_pending | 3 | main units of the currency | What is reserved to arrive.
SELECT CAST(coalesce(p.place / 8192, a.entry) AS BIGINT UNSIGNED) AS entry,
    CAST(coalesce(p.place % 8192, a."row") AS INT UNSIGNED) AS "row",
    account_text(a.account_key) AS account, a.account_key, a.currency, CAST(a.code AS INT) AS code,
    coalesce(p.debits, 0.000) AS debits_posted, coalesce(p.credits, 0.000) AS credits_posted,
    coalesce(p.credits, 0.000) - coalesce(p.debits, 0.000) AS balance,
    coalesce(d.amount, 0.000) AS debits_pending, coalesce(c.amount, 0.000) AS credits_pending
FROM stored.accounts a
LEFT JOIN (
    SELECT account_key, max(CAST(entry AS BIGINT) * 8192 + "row") AS place,
        sum(CASE WHEN is_credit THEN 0.000 ELSE amount END) AS debits,
        sum(CASE WHEN is_credit THEN amount ELSE 0.000 END) AS credits
    FROM stored.postings GROUP BY account_key
) p ON p.account_key = a.account_key
LEFT JOIN (
    SELECT debit_key, sum(amount) AS amount FROM bank.pending_transfers GROUP BY debit_key
) d ON d.debit_key = a.account_key
LEFT JOIN (
    SELECT credit_key, sum(amount) AS amount FROM bank.pending_transfers GROUP BY credit_key
) c ON c.credit_key = a.account_key;

-- table parties
-- Persons and organisations. What identifies them is opened by the vault while the query runs: it is empty where it was not given, (erased) once the party was erased, and (sealed) where there is no key to read it.
-- party | 3 | | The party's id.
-- party_key | 2 | | Its number in order of registration, for machines.
-- kind | 3 | | person or organisation.
-- registered_at | 3 | | When it was registered.
-- erased | 3 | | It was erased.
-- erased_entry | 2 | | The entry that did it.
-- name | 3 | | The name.
-- name_pinyin | 3 | | The name of a person in Latin letters.
-- name_en | 3 | | The name of an organisation in English.
-- id_number | 3 | | The number of a person's identity document.
-- birth_date | 3 | | The date of birth, as text.
-- address | 3 | | The address.
-- phone | 3 | | The telephone number.
-- credit_code | 2 | | The unified social credit code of an organisation.
-- commitment | 2 | | The commitment to all of it, which stays when the party is erased.
SELECT p.entry, p."row", party_text(p.party_key) AS party, p.party_key, p.kind,
    p.time AS registered_at, e.entry IS NOT NULL AS erased, e.entry AS erased_entry,
    personal(p.opened, 'name') AS name, personal(p.opened, 'name_pinyin') AS name_pinyin,
    personal(p.opened, 'name_en') AS name_en, personal(p.opened, 'id_number') AS id_number,
    personal(p.opened, 'birth_date') AS birth_date, personal(p.opened, 'address') AS address,
    personal(p.opened, 'phone') AS phone, personal(p.opened, 'credit_code') AS credit_code,
    p.identity_commitment AS commitment
FROM (
    SELECT entry, "row", party_key, kind, time, identity_commitment,
        unsealed(party_key, identity_commitment, identity_cipher, identity_nonce, identity_ciphertext) AS opened
    FROM stored.parties
) p
LEFT JOIN (
    SELECT party_key, min(entry) AS entry FROM stored.erasures GROUP BY party_key
) e ON e.party_key = p.party_key;

-- table account_roles
-- Who may do what with which account: the last grant of each role.
-- account | 3 | | The account's id.
-- account_key | 2 | | Its number in order of opening, for machines.
-- party | 3 | | The party's id.
-- party_key | 2 | | Its number in order of registration, for machines.
-- role | 3 | | owner, joint_owner, disponent, viewer or guardian.
-- until | 3 | | The last day it holds; empty if without end.
-- granted_at | 3 | | When it was granted.
-- revoked | 3 | | It was taken back.
-- revoked_entry | 2 | | The entry that did it.
SELECT g.entry, g."row", account_text(g.account_key) AS account, g.account_key,
    party_text(g.party_key) AS party, g.party_key, g.role, g.last_day AS until,
    g.time AS granted_at, r.place IS NOT NULL AS revoked, CAST(r.place / 8192 AS BIGINT UNSIGNED) AS revoked_entry
FROM stored.role_grants g
JOIN (
    SELECT party_key, account_key, role, max(CAST(entry AS BIGINT) * 8192 + "row") AS place
    FROM stored.role_grants GROUP BY party_key, account_key, role
) l ON l.party_key = g.party_key AND l.account_key = g.account_key AND l.role = g.role
    AND l.place = CAST(g.entry AS BIGINT) * 8192 + g."row"
LEFT JOIN (
    SELECT party_key, account_key, role, max(CAST(entry AS BIGINT) * 8192 + "row") AS place
    FROM stored.role_revocations GROUP BY party_key, account_key, role
) r ON r.party_key = g.party_key AND r.account_key = g.account_key AND r.role = g.role
    AND r.place > CAST(g.entry AS BIGINT) * 8192 + g."row";

-- table holds
-- Money that was blocked by order of a court or another authority, or by the bank itself.
-- hold | 3 | | The hold's id.
-- account | 3 | | The account whose money is blocked.
-- account_key | 2 | | Its number in order of opening, for machines.
-- amount | 3 | main units of the currency | How much is blocked; empty if every debit is.
-- currency | 2 | | The currency, as ISO 4217 letters.
-- ordered_by | 3 | | court, aml, tax or bank.
-- reference | 3 | | The order's file number.
-- placed_at | 3 | | When it was placed.
-- released | 3 | | It was lifted.
-- released_entry | 2 | | The entry that did it.
SELECT h.entry, h."row", id_text(h.hold_hi, h.hold_lo) AS hold,
    account_text(h.account_key) AS account, h.account_key, h.amount, a.currency, h.ordered_by,
    h.reference, h.time AS placed_at, r.entry IS NOT NULL AS released, r.entry AS released_entry
FROM stored.holds h
LEFT JOIN stored.hold_releases r ON r.hold_hi = h.hold_hi AND r.hold_lo = h.hold_lo
LEFT JOIN stored.accounts a ON a.account_key = h.account_key;

-- table limits
-- What accounts may send, each time the bank set it; the last row of an account is in force, unless limit_plans has a later one.
-- time | 3 | | When it was set.
-- booking_date | 3 | | The business day it was set on.
-- account | 3 | | The account's id.
-- account_key | 2 | | Its number in order of opening, for machines.
-- per_transfer | 3 | main units of the currency | Most for one transfer; empty if there is no limit.
-- per_day | 3 | main units of the currency | Most for all debits of one business day; empty if there is no limit.
-- currency | 2 | | The currency, as ISO 4217 letters.
SELECT l.entry, l."row", l.time, l.booking_date, account_text(l.account_key) AS account,
    l.account_key, l.per_transfer, l.per_day, a.currency
FROM stored.limits l
LEFT JOIN stored.accounts a ON a.account_key = l.account_key;

-- table limit_plans
-- What whoever holds an account said it may send. What was tighter counted at once; what was looser waited the hours that counted until then.
-- time | 3 | | When it was said.
-- booking_date | 3 | | The business day it was said on.
-- account | 3 | | The account's id.
-- account_key | 2 | | Its number in order of opening, for machines.
-- per_transfer | 3 | main units of the currency | Most for one transfer; empty if there is to be no limit.
-- per_day | 3 | main units of the currency | Most for all debits of one business day; empty if there is to be no limit.
-- currency | 2 | | The currency, as ISO 4217 letters.
-- cooling_off | 3 | hours | How long a looser limit waits from then on.
-- planned_by | 2 | | Who asked for it.
SELECT l.entry, l."row", l.time, l.booking_date, account_text(l.account_key) AS account,
    l.account_key, l.per_transfer, l.per_day, a.currency, l.cooling_off, l.planned_by
FROM stored.limit_plans l
LEFT JOIN stored.accounts a ON a.account_key = l.account_key;

-- table complaints
-- Complaints of customers and how they stand; what is said in them lies sealed in the journal.
-- time | 3 | | When it was filed.
-- booking_date | 3 | | The business day it was filed on.
-- complaint | 3 | | Its id.
-- party | 3 | | Who complains.
-- account | 3 | | The account it is about; empty for none.
-- transfer | 3 | | The payment it is about; empty for none.
-- promised_days | 2 | days | In how many days an answer was promised, extensions included.
-- extended | 2 | | It took longer, and the customer was told why.
-- answered_at | 3 | | When it was first answered; empty if it was not.
-- answered_by | 2 | | Who answered first.
-- raised_at | 3 | | When the customer was not satisfied with the first answer; empty if never.
-- closed_at | 3 | | When somebody else answered for good; empty if nobody did.
-- withdrawn | 3 | | The customer took it back.
SELECT c.entry, c."row", c.time, c.booking_date, id_text(c.complaint_id_hi, c.complaint_id_lo) AS complaint,
    party_text(c.party_key) AS party, account_text(c.account_key) AS account,
    id_text(c.transfer_hi, c.transfer_lo) AS transfer,
    c.promised + coalesce(s.more, 0) AS promised_days, s.more IS NOT NULL AS extended,
    s.first_at AS answered_at, f.worked_by AS answered_by, s.raised_at,
    CASE WHEN s.answers > 1 THEN s.last_at END AS closed_at, coalesce(s.withdrawn, 0) > 0 AS withdrawn
FROM stored.complaints c
LEFT JOIN (
    SELECT complaint_id_hi, complaint_id_lo,
        sum(CASE WHEN step = 'extend' THEN promised END) AS more,
        min(CASE WHEN step = 'answer' THEN time END) AS first_at,
        max(CASE WHEN step = 'answer' THEN time END) AS last_at,
        sum(CASE WHEN step = 'answer' THEN 1 ELSE 0 END) AS answers,
        min(CASE WHEN step = 'raise' THEN time END) AS raised_at,
        sum(CASE WHEN step = 'withdraw' THEN 1 ELSE 0 END) AS withdrawn
    FROM stored.complaint_steps GROUP BY complaint_id_hi, complaint_id_lo
) s ON s.complaint_id_hi = c.complaint_id_hi AND s.complaint_id_lo = c.complaint_id_lo
LEFT JOIN stored.complaint_steps f ON f.complaint_id_hi = c.complaint_id_hi
    AND f.complaint_id_lo = c.complaint_id_lo AND f.step = 'answer' AND f.time = s.first_at;

-- table interest_terms
-- How accounts earn or owe interest, each time it was set; the last row of an account is in force.
-- time | 3 | | When it was set.
-- booking_date | 3 | | The business day it was set on.
-- account | 3 | | The account's id.
-- rate_ppm | 3 | millionths a year | The yearly rate: 25,000 is 2.5 %.
-- basis | 2 | | actual_360 or actual_365.
-- counter_account | 2 | | The account that pays what is earned and takes what is owed.
SELECT entry, "row", time, booking_date, account_text(account_key) AS account, rate AS rate_ppm,
    basis, account_text(counter_account_key) AS counter_account
FROM stored.interest_terms;

-- table chart
-- The chart of accounts.
-- code | 1 | | The code accounts carry.
-- class | 1 | | asset, liability, equity, income, expense, common or off_balance.
-- name | 1 | | Its name.
SELECT entry, "row", CAST(code AS INT) AS code, class, name FROM stored.chart_lines;

-- table refusals
-- What was asked and refused, each for one exact reason.
-- time | 3 | | When it was decided.
-- booking_date | 3 | | The business day it was decided on.
-- command | 2 | | What was asked: transfer, reverse, settle_interest, or the table of that kind of act.
-- refusal | 2 | | The reason, as a word.
-- refusal_no | 2 | | The reason, as a number that never changes its meaning.
-- subject | 3 | | The id of what was asked for; empty if it has none.
-- debit_account | 3 | | Of a transfer: the debit account it named.
-- credit_account | 3 | | Of a transfer: the credit account it named.
-- amount | 3 | main units of the currency | Of a transfer: the amount it named.
-- currency | 2 | | Of a transfer: the currency it named.
SELECT entry, "row", time, booking_date, command, refusal, CAST(refusal_no AS INT) AS refusal_no,
    subject, debit_account, credit_account, amount, currency
FROM stored.refusals;

-- table verdicts
-- What risk control said of each payment it was asked about: those that happened and those that did not.
-- transfer | 3 | | The payment's id.
-- ruling | 3 | | approve, ask (the payer is warned), hold (somebody looks first) or refuse.
-- warned | 3 | | The payer had been warned of exactly this payment and wanted it nevertheless.
-- on_trial | 2 | | A rule set on trial ruled.
-- risked | 3 | | The set on trial let it through, and the active one would not have.
-- rule_set | 2 | | The number of the rule set, in order of adoption.
-- score | 3 | points | The sum of the points of the conditions that were true.
-- model | 3 | probability | What the set's model says; empty without a model.
-- conditions | 3 | | How many conditions were true.
-- reason_1 | 3 | | The severest condition that was true, by its number in the set's program from 0; empty if none was.
-- reason_2 | 3 | | The next one.
-- reason_3 | 3 | | The next one.
SELECT entry, "row", id_text(transfer_hi, transfer_lo) AS transfer,
    CASE ruling_no WHEN 0 THEN 'approve' WHEN 1 THEN 'ask' WHEN 2 THEN 'hold' ELSE 'refuse' END AS ruling,
    (marks & 1) <> 0 AS warned, (marks & 2) <> 0 AS on_trial, (marks & 4) <> 0 AS risked,
    CAST(rule_set AS INT) AS rule_set, score,
    CAST(CAST(model_ppm AS DECIMAL(7, 0)) / 1000000 AS DECIMAL(7, 6)) AS model,
    CAST(conditions AS INT) AS conditions, CAST(reason_1 AS INT) AS reason_1,
    CAST(reason_2 AS INT) AS reason_2, CAST(reason_3 AS INT) AS reason_3
FROM stored.verdicts;

-- table entries
-- The entries of the journal: each a batch of records that became durable together, one leaf of the log's tree.
-- time | 2 | | When its turn was.
-- records | 2 | records | How many it has.
-- body_bytes | 2 | bytes | How long they are together.
-- rules_version | 1 | | By which law it was decided.
-- first_record | 2 | | The number of its first record in the journal.
-- rows_root | 1 | | The root over its records, in hexadecimal.
-- previous | 1 | | The hash of the entry before it, in hexadecimal.
SELECT entry, "row", time, CAST(records AS BIGINT) AS records, CAST(body_bytes AS BIGINT) AS body_bytes,
    CAST(rules_version AS INT) AS rules_version, first_record, rows_root, previous
FROM stored.entries;

-- table checkpoints
-- Checkpoints that were signed over the log: those that were published when segments were rolled, and the last.
-- size | 1 | entries | How many entries it covers; `entry` is the last of them.
-- root | 1 | | The root over them, in hexadecimal.
-- signers | 1 | | Who signed it.
SELECT entry, "row", size, root, signers FROM stored.checkpoints;

-- table institution
-- The institution itself.
-- time | 2 | | When it was opened.
-- name | 1 | | Its name.
-- currency | 1 | | The currency it reports in.
-- utc_offset_min | 1 | minutes | How far its clock is east of UTC.
-- first_day | 1 | | Its first business day.
SELECT entry, "row", time, name, currency, utc_offset AS utc_offset_min, first_day FROM stored.institution;

-- table ledger_balances
-- What the ledger itself holds for each account, from the running bank and not from postings: to compare with `balances`. Only of now.
-- account | 3 | | The account's id.
-- account_key | 2 | | Its number in order of opening, for machines.
-- debits_posted | 3 | main units of the currency | All debits.
-- credits_posted | 3 | main units of the currency | All credits.
-- debits_pending | 3 | main units of the currency | What is reserved to leave.
-- credits_pending | 3 | main units of the currency | What is reserved to arrive.
SELECT a.entry, a."row", account_text(a.account_key) AS account, a.account_key, l.debits_posted,
    l.credits_posted, l.debits_pending, l.credits_pending
FROM stored.ledger_balances l
JOIN stored.accounts a ON a.account_key = l.account_key;
