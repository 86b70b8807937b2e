//! All the ways to say no, in one order of precedence: when several apply, the first one of this list
//! is the answer. The number is what the journal carries and never changes; a new refusal takes the
//! next free number and its place in the order is its place in this list, not its number. Each one
//! appears in a play under `scenarios/`.

use core::fmt;

macro_rules! refusals {
    ($($name:ident = $code:literal, $word:literal, $sentence:literal;)*) => {
        /// Why the answer is no.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u16)]
        pub enum Refusal {
            $(#[doc = $sentence] $name = $code,)*
        }

        impl Refusal {
            /// Every refusal, by precedence.
            pub const ALL: &[Refusal] = &[$(Refusal::$name,)*];

            /// The refusal the journal wrote as `code`.
            pub fn from_code(code: u16) -> Option<Refusal> {
                match code {
                    $($code => Some(Refusal::$name),)*
                    _ => None,
                }
            }

            /// One word for programs, `exceeds_credits`.
            pub fn word(self) -> &'static str {
                match self {
                    $(Refusal::$name => $word,)*
                }
            }

            /// One sentence for people, without a full stop.
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Refusal::$name => $sentence,)*
                }
            }
        }
    };
}

refusals! {
    LinkedEventChainOpen = 2, "linked_event_chain_open", "the last command of the request is still linked to a next one";
    LinkedEventFailed = 1, "linked_event_failed", "another command of the linked chain was refused, so this one was not done either";
    ImportedEventExpected = 3, "imported_event_expected", "the request began with an imported command, so all must be imported";
    ImportedEventNotExpected = 4, "imported_event_not_expected", "the request began with a command that is not imported, so none may be";
    TimestampMustBeZero = 5, "timestamp_must_be_zero", "only imported commands carry a timestamp";
    ImportedEventTimestampOutOfRange = 6, "imported_event_timestamp_out_of_range", "an imported command needs the time it happened";
    ImportedEventTimestampMustNotAdvance = 7, "imported_event_timestamp_must_not_advance", "an imported command cannot have happened in the future";
    ReservedField = 8, "reserved_field", "a field that must be zero or empty is not";
    ReservedFlag = 9, "reserved_flag", "a flag without a meaning here is set";
    TextTooLong = 10, "text_too_long", "a text or sealed payload is longer than the bank keeps";
    TextMustNotBeEmpty = 120, "text_must_not_be_empty", "a name or text that is needed here is empty";
    IdMustNotBeZero = 11, "id_must_not_be_zero", "zero is not an id";
    IdMustNotBeIntMax = 12, "id_must_not_be_int_max", "the largest 128-bit number is not an id";
    ExistsWithDifferentFlags = 13, "exists_with_different_flags", "this id exists with other flags";
    ExistsWithDifferentPendingId = 14, "exists_with_different_pending_id", "this id exists with another pending transfer";
    ExistsWithDifferentTimeout = 15, "exists_with_different_timeout", "this id exists with another timeout";
    ExistsWithDifferentDebitAccountId = 16, "exists_with_different_debit_account_id", "this id exists with another debit account";
    ExistsWithDifferentCreditAccountId = 17, "exists_with_different_credit_account_id", "this id exists with another credit account";
    ExistsWithDifferentAmount = 18, "exists_with_different_amount", "this id exists with another amount";
    ExistsWithDifferentUserData128 = 19, "exists_with_different_user_data_128", "this id exists with other 128-bit user data";
    ExistsWithDifferentUserData64 = 20, "exists_with_different_user_data_64", "this id exists with other 64-bit user data";
    ExistsWithDifferentUserData32 = 21, "exists_with_different_user_data_32", "this id exists with other 32-bit user data";
    ExistsWithDifferentLedger = 22, "exists_with_different_ledger", "this id exists on another ledger";
    ExistsWithDifferentCode = 23, "exists_with_different_code", "this id exists with another code";
    ExistsWithDifferentValueDate = 24, "exists_with_different_value_date", "this id exists with another value date";
    ExistsWithDifferentContent = 25, "exists_with_different_content", "this id exists with other content";
    Exists = 26, "exists", "exactly this was done before; nothing was done again";
    IdAlreadyFailed = 27, "id_already_failed", "this id was refused before for a passing reason; use a new id to try again";
    FlagsAreMutuallyExclusive = 28, "flags_are_mutually_exclusive", "these flags cannot stand together";
    DebitAccountIdMustNotBeZero = 29, "debit_account_id_must_not_be_zero", "the debit account is missing";
    DebitAccountIdMustNotBeIntMax = 30, "debit_account_id_must_not_be_int_max", "the debit account's id is the reserved largest number";
    CreditAccountIdMustNotBeZero = 31, "credit_account_id_must_not_be_zero", "the credit account is missing";
    CreditAccountIdMustNotBeIntMax = 32, "credit_account_id_must_not_be_int_max", "the credit account's id is the reserved largest number";
    AccountsMustBeDifferent = 33, "accounts_must_be_different", "an account cannot pay itself";
    PendingIdMustBeZero = 34, "pending_id_must_be_zero", "only posting and voiding name a pending transfer";
    PendingIdMustNotBeZero = 35, "pending_id_must_not_be_zero", "posting or voiding must name the pending transfer";
    PendingIdMustNotBeIntMax = 36, "pending_id_must_not_be_int_max", "the pending transfer's id is the reserved largest number";
    PendingIdMustBeDifferent = 37, "pending_id_must_be_different", "a transfer cannot resolve itself";
    TimeoutReservedForPendingTransfer = 38, "timeout_reserved_for_pending_transfer", "only a pending transfer has a timeout";
    ClosingTransferMustBePending = 39, "closing_transfer_must_be_pending", "a transfer that closes an account must be pending";
    LedgerMustNotBeZero = 40, "ledger_must_not_be_zero", "the currency is missing";
    CodeMustNotBeZero = 41, "code_must_not_be_zero", "the code is missing";
    OrderAmountMustNotBeZero = 121, "order_amount_must_not_be_zero", "an order of nothing pays nothing";
    EntryNeedsTwoLegs = 89, "entry_needs_two_legs", "an entry has at least two legs";
    EntryHasTooManyLegs = 90, "entry_has_too_many_legs", "an entry has at most 64 legs";
    LegAmountMustNotBeZero = 91, "leg_amount_must_not_be_zero", "a leg moves something";
    DebitAccountNotFound = 42, "debit_account_not_found", "the debit account does not exist";
    CreditAccountNotFound = 43, "credit_account_not_found", "the credit account does not exist";
    AccountsMustHaveTheSameLedger = 44, "accounts_must_have_the_same_ledger", "the two accounts have different currencies; an exchange is an entry of four legs";
    TransferMustHaveTheSameLedgerAsAccounts = 45, "transfer_must_have_the_same_ledger_as_accounts", "the transfer's currency is not the accounts'";
    AccountNotFound = 77, "account_not_found", "the account does not exist";
    EntryUnbalanced = 92, "entry_unbalanced", "debits and credits of the entry differ in a currency";
    ReversedNotFound = 93, "reversed_not_found", "what is to be reversed does not exist";
    ReversedNotPosted = 94, "reversed_not_posted", "only what was posted can be reversed";
    AlreadyReversed = 95, "already_reversed", "it was reversed before";
    InterestTermsMissing = 96, "interest_terms_missing", "the account has no interest terms";
    NoInterestDue = 97, "no_interest_due", "less than one minor unit of interest has accrued";
    PendingTransferNotFound = 46, "pending_transfer_not_found", "the pending transfer does not exist";
    PendingTransferNotPending = 47, "pending_transfer_not_pending", "the transfer named is not a pending one";
    PendingTransferHasDifferentDebitAccountId = 48, "pending_transfer_has_different_debit_account_id", "the pending transfer has another debit account";
    PendingTransferHasDifferentCreditAccountId = 49, "pending_transfer_has_different_credit_account_id", "the pending transfer has another credit account";
    PendingTransferHasDifferentLedger = 50, "pending_transfer_has_different_ledger", "the pending transfer has another currency";
    PendingTransferHasDifferentCode = 51, "pending_transfer_has_different_code", "the pending transfer has another code";
    ExceedsPendingTransferAmount = 52, "exceeds_pending_transfer_amount", "more than the pending amount cannot be posted";
    PendingTransferHasDifferentAmount = 53, "pending_transfer_has_different_amount", "voiding takes back the whole pending amount";
    PendingTransferAlreadyPosted = 54, "pending_transfer_already_posted", "the pending transfer was posted before";
    PendingTransferAlreadyVoided = 55, "pending_transfer_already_voided", "the pending transfer was voided before";
    PendingTransferExpired = 56, "pending_transfer_expired", "the pending transfer's time is over";
    HeldForReview = 110, "held_for_review", "somebody must decide on the transfer's case before it is posted or voided so";
    ImportedEventTimestampMustNotRegress = 57, "imported_event_timestamp_must_not_regress", "something later was recorded already";
    ImportedEventTimestampMustPostdateDebitAccount = 58, "imported_event_timestamp_must_postdate_debit_account", "the debit account was opened later than that";
    ImportedEventTimestampMustPostdateCreditAccount = 59, "imported_event_timestamp_must_postdate_credit_account", "the credit account was opened later than that";
    ImportedEventTimeoutMustBeZero = 60, "imported_event_timeout_must_be_zero", "what was imported cannot time out";
    ValueDateOutOfRange = 61, "value_date_out_of_range", "the value date is too far from the booking date";
    ValueDateBeforeInterestSettled = 62, "value_date_before_interest_settled", "interest for that day is settled already; a correction needs a later value date";
    DebitAccountAlreadyClosed = 63, "debit_account_already_closed", "the debit account is closed";
    CreditAccountAlreadyClosed = 64, "credit_account_already_closed", "the credit account is closed";
    OverflowsDebitsPending = 65, "overflows_debits_pending", "the debit account's pending debits would overflow";
    OverflowsCreditsPending = 66, "overflows_credits_pending", "the credit account's pending credits would overflow";
    OverflowsDebitsPosted = 67, "overflows_debits_posted", "the debit account's posted debits would overflow";
    OverflowsCreditsPosted = 68, "overflows_credits_posted", "the credit account's posted credits would overflow";
    OverflowsDebits = 69, "overflows_debits", "the debit account's debits would overflow";
    OverflowsCredits = 70, "overflows_credits", "the credit account's credits would overflow";
    OverflowsTimeout = 71, "overflows_timeout", "the timeout ends after the end of time";
    ExceedsCredits = 72, "exceeds_credits", "the debit account has not enough money";
    ExceedsDebits = 73, "exceeds_debits", "the credit account cannot take in so much";
    ExceedsHold = 74, "exceeds_hold", "money of the debit account is blocked by order";
    ExceedsTransferLimit = 75, "exceeds_transfer_limit", "more than the debit account may send at once";
    ExceedsDailyLimit = 76, "exceeds_daily_limit", "more than the debit account may send on one day";
    RefusedByRiskControl = 107, "refused_by_risk_control", "risk control refused it; the reasons are in its verdict";
    NeedsReview = 108, "needs_review", "somebody must look at it first, and what is linked to others cannot wait";
    PayerMustConfirm = 109, "payer_must_confirm", "the payer must read a warning first and then confirm";
    ChartCodeUnknown = 78, "chart_code_unknown", "the chart of accounts has no such code";
    InstitutionAlreadyOpen = 79, "institution_already_open", "the institution is open already";
    InstitutionNotOpen = 80, "institution_not_open", "the institution must be opened first";
    ScheduleOutOfRange = 122, "schedule_out_of_range", "an order begins on a business day that is not over and not ten years away, ends after that, and repeats every week or month or every few";
    TooManyOrders = 125, "too_many_orders", "an account has at most 1,000 orders in force; end one first";
    PartyNotFound = 81, "party_not_found", "the party does not exist";
    PartyErased = 82, "party_erased", "the party was erased";
    RoleNotFound = 83, "role_not_found", "the party does not have that role on the account";
    HoldNotFound = 84, "hold_not_found", "the hold does not exist";
    HoldAlreadyReleased = 85, "hold_already_released", "the hold was released before";
    HoldNeedsDebitLimit = 86, "hold_needs_debit_limit", "only an account whose debits must not exceed its credits can be held";
    HoldAmountMustNotBeZero = 87, "hold_amount_must_not_be_zero", "a hold of nothing blocks nothing";
    OrderNotFound = 123, "order_not_found", "there is no such order";
    OrderAlreadyEnded = 124, "order_already_ended", "the order was ended before";
    PayeeNotFound = 127, "payee_not_found", "there is no such payee";
    TooManyPayees = 128, "too_many_payees", "a customer keeps at most 200 payees; remove one first";
    CoolingOutOfRange = 126, "cooling_out_of_range", "a looser limit waits at most 72 hours";
    RateOutOfRange = 88, "rate_out_of_range", "an interest rate is at most 100 % a year";
    DayNotOpen = 98, "day_not_open", "that is not the business day";
    NextDayOutOfRange = 99, "next_day_out_of_range", "the next business day is not after this one, or too far away";
    CaseNotFound = 116, "case_not_found", "there is no such case";
    ComplaintNotFound = 129, "complaint_not_found", "there is no such complaint";
    SubjectNotFound = 100, "subject_not_found", "there is no such transfer or entry";
    NotDueYet = 101, "not_due_yet", "the pending transfer has no timeout or its time is not over";
    SnapshotMismatch = 102, "snapshot_mismatch", "the state that was marked is not the state at this place";
    // 103 stays free: published test vectors say that no reader knows it.
    ListMustNotBeEmpty = 104, "list_must_not_be_empty", "a list of what was seen has nothing in it";
    PartOutOfPlace = 111, "part_out_of_place", "the parts of an artifact come in order, none of them empty, and fit its size";
    ArtifactNotWhole = 112, "artifact_not_whole", "there is no whole artifact with that hash";
    ArtifactBroken = 113, "artifact_broken", "the artifact's bytes are not what its hash says, or not what it is used for";
    ShareOutOfRange = 114, "share_out_of_range", "a share is between one and a million millionths";
    RuleSetNotInForce = 115, "rule_set_not_in_force", "that rule set is not in force or on trial";
    BudgetKept = 106, "budget_kept", "the rule set has kept its budget, so the bank itself may not end it";
    CaseDecided = 117, "case_decided", "the case was decided before";
    CaseIsAnothers = 118, "case_is_anothers", "somebody else has claimed the case";
    ComplaintNotOpen = 130, "complaint_not_open", "the complaint waits for no answer";
    ComplaintExtended = 131, "complaint_extended", "the time for an answer is extended once";
    ComplaintNotAnswered = 132, "complaint_not_answered", "only a first answer can be found wanting, and once";
    PromiseOutOfRange = 133, "promise_out_of_range", "an answer is promised within 1 to 90 days";
    TooManyComplaints = 134, "too_many_complaints", "a customer has at most 20 complaints that wait; answers come first";
    NeedsOtherEyes = 119, "needs_other_eyes", "somebody other than who proposed it must decide as well";
    ListTooLong = 105, "list_too_long", "a list of what was seen is longer than one record holds";
}

impl Refusal {
    /// The number in the journal; zero there means done.
    pub fn code(self) -> u16 {
        self as u16
    }

    /// Its place among all refusals: when several apply, the lowest is the answer.
    pub fn precedence(self) -> usize {
        Refusal::ALL.iter().position(|other| *other == self).unwrap_or(Refusal::ALL.len())
    }

    /// The reason may pass by itself (a missing account, too little money). An id refused for such a
    /// reason stays refused, so that a late retry cannot surprise its sender.
    pub fn is_transient(self) -> bool {
        matches!(
            self,
            Refusal::DebitAccountNotFound
                | Refusal::CreditAccountNotFound
                | Refusal::PendingTransferNotFound
                | Refusal::AccountNotFound
                | Refusal::ReversedNotFound
                | Refusal::InterestTermsMissing
                | Refusal::NoInterestDue
                | Refusal::DebitAccountAlreadyClosed
                | Refusal::CreditAccountAlreadyClosed
                | Refusal::ExceedsCredits
                | Refusal::ExceedsDebits
                | Refusal::ExceedsHold
                | Refusal::ExceedsTransferLimit
                | Refusal::ExceedsDailyLimit
                | Refusal::RefusedByRiskControl
                | Refusal::NeedsReview
                | Refusal::PayerMustConfirm
                | Refusal::HeldForReview
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl core::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_are_unique_and_read_back() {
        for (at, refusal) in Refusal::ALL.iter().enumerate() {
            assert_eq!(Refusal::from_code(refusal.code()), Some(*refusal));
            assert!(
                Refusal::ALL[..at]
                    .iter()
                    .all(|r| r.word() != refusal.word() && r.code() != refusal.code())
            );
        }
        assert_eq!(Refusal::from_code(0), None);
        assert_eq!(Refusal::from_code(u16::MAX), None);
    }
}
