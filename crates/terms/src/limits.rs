//! Every bound in one place, checking each other at compile time.

/// Commands one turn takes at most; also the records of one batch, so that a batch's tree has at
/// most 13 levels.
pub const BATCH_RECORDS_MAX: usize = 8_190;
/// Legs of one entry.
pub const ENTRY_LEGS_MAX: usize = 64;
/// Bytes of one sealed payload (ciphertext with tag).
pub const SEALED_BYTES_MAX: usize = 4_096;
/// Bytes of a name, reason or reference that stands in clear.
pub const TEXT_BYTES_MAX: usize = 256;
/// Queries that one record notes.
pub const QUERIES_PER_RECORD_MAX: usize = 32;
/// Notes of access that one record holds.
pub const ACCESS_NOTES_MAX: usize = 16;
/// Rules of which one record says what they found.
pub const CHECK_RESULTS_MAX: usize = 64;
/// Bytes of a rule's name.
pub const RULE_NAME_BYTES_MAX: usize = 64;
/// Bytes of an indicator's decimal text.
pub const INDICATOR_BYTES_MAX: usize = 64;
/// Bytes of one noted query in the journal beside its asker's name, as an upper bound.
pub const QUERY_RECORD_BYTES: usize = 96;
/// Bytes of one note of access in the journal beside its texts, as an upper bound.
pub const ACCESS_NOTE_BYTES: usize = 24;
/// Bytes of one rule's result in the journal beside its texts, as an upper bound.
pub const CHECK_RESULT_BYTES: usize = 64;
/// Bytes of one transfer in the journal.
pub const TRANSFER_RECORD_BYTES: usize = 160;
/// Bytes of one record of any other kind.
pub const RECORD_BYTES_MAX: usize = 16_384;
/// Bytes of one batch, header and padding included.
pub const BATCH_BYTES_MAX: usize = 16 << 20;
/// How far back of the booking date a value date may lie, in days.
pub const VALUE_DATE_DAYS_BACK_MAX: i32 = 366;
/// How far ahead of the booking date a value date may lie, in days.
pub const VALUE_DATE_DAYS_AHEAD_MAX: i32 = 366;
/// How many days the next business day may lie ahead of the one that closes.
pub const BUSINESS_DAY_GAP_MAX: i32 = 31;
/// How far ahead of the business day an order's first day may lie, in days.
pub const ORDER_DAYS_AHEAD_MAX: i32 = 3_660;
/// Business days on which a payment that was ordered is tried, while it is refused.
pub const ORDER_TRIES: u8 = 3;
/// Orders in force that one account may have, so that what a business day asks for is bounded by accounts.
pub const ORDERS_OF_ACCOUNT_MAX: usize = 1_000;
/// Hours that a looser limit of an account waits at most.
pub const COOLING_HOURS_MAX: u8 = 72;
/// Payees that one party keeps at most.
pub const PAYEES_OF_PARTY_MAX: usize = 200;
/// Complaints of one party that wait for an answer at most.
pub const COMPLAINTS_OF_PARTY_MAX: usize = 20;
/// Days in which a complaint is answered, as a bank may promise.
pub const COMPLAINT_DAYS: core::ops::RangeInclusive<u8> = 1..=90;
/// Yearly interest rate, in millionths: at most 100 %.
pub const RATE_PPM_MAX: u32 = 1_000_000;

/// Bytes of one part of an artifact.
pub const PART_BYTES_MAX: usize = 15_360;
/// Bytes of an artifact: a program of rules, their words, a model.
pub const ARTIFACT_BYTES_MAX: u32 = 16 << 20;
/// How many reasons a verdict names.
pub const REASONS: usize = 3;
/// Seconds in which a payer who was warned may confirm.
pub const CONFIRM_S: u32 = 3_600;
/// Payments that a rule set has judged before its budget can end it, and after how many counting begins anew.
pub const BUDGET_PAYMENTS: core::ops::Range<u32> = 200..1_000;
/// Judged payments over which the mean time of deciding one is taken.
pub const PACE_PAYMENTS: u32 = 1_000;

const _: () = assert!(PART_BYTES_MAX + 512 <= RECORD_BYTES_MAX);
const _: () = assert!(BATCH_RECORDS_MAX < 1 << 13);
const _: () = assert!(TRANSFER_RECORD_BYTES * BATCH_RECORDS_MAX <= BATCH_BYTES_MAX / 8);
const _: () = assert!(SEALED_BYTES_MAX * 2 <= RECORD_BYTES_MAX);
const _: () = assert!(ENTRY_LEGS_MAX * 48 <= RECORD_BYTES_MAX);
// What stands around the list in a record of queries, or of a check beside its pack's name, is below 512.
const _: () = assert!(
    QUERIES_PER_RECORD_MAX * (QUERY_RECORD_BYTES + TEXT_BYTES_MAX) + 512 <= RECORD_BYTES_MAX
);
const _: () =
    assert!(ACCESS_NOTES_MAX * (ACCESS_NOTE_BYTES + 3 * TEXT_BYTES_MAX) + 512 <= RECORD_BYTES_MAX);
const _: () = assert!(
    CHECK_RESULTS_MAX * (CHECK_RESULT_BYTES + RULE_NAME_BYTES_MAX + INDICATOR_BYTES_MAX)
        + TEXT_BYTES_MAX
        + 512
        <= RECORD_BYTES_MAX
);
