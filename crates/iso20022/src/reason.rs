//! Why a payment is not done, in the words of ISO 20022: codes of the external code set `ExternalStatusReason1Code`,
//! release 2Q2026 v3, in which each of these was looked up, and what each of our own refusals is called there.

use terms::Refusal;

macro_rules! reasons {
    ($($code:ident, $sentence:literal;)*) => {
        /// A code of `ExternalStatusReason1Code`; in returns the same letters are codes of
        /// `ExternalReturnReason1Code` where [`Reason::is_return_reason`] says so.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Reason {
            $(#[doc = $sentence] $code,)*
        }

        impl Reason {
            /// All reasons used here, in the order of their letters.
            pub const ALL: &[Reason] = &[$(Reason::$code,)*];

            /// The four letters.
            pub fn code(self) -> &'static str {
                match self {
                    $(Reason::$code => stringify!($code),)*
                }
            }

            /// What the code set says it means, shortened; without a full stop.
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Reason::$code => $sentence,)*
                }
            }
        }
    };
}

reasons! {
    AC01, "the account number is invalid or missing";
    AC02, "the debtor's account number is invalid or missing";
    AC03, "the creditor's account number is invalid or missing";
    AC04, "the account is closed";
    AC05, "the debtor's account is closed";
    AC06, "the account is blocked";
    AC07, "the creditor's account is closed";
    AC09, "the account's currency is invalid or missing";
    AG01, "such a transaction is forbidden on this type of account";
    AG03, "this type of transaction is not supported";
    AM01, "the amount is zero";
    AM02, "the amount is greater than the allowed maximum";
    AM03, "the currency is not one the bank processes";
    AM04, "there is not enough money";
    AM05, "a duplicate";
    AM07, "the amount is blocked by authorities";
    AM09, "the amount is not the one agreed or expected";
    AM10, "the sum of the amounts is not the control sum";
    AM11, "the currency is invalid or missing";
    AM12, "the amount is invalid or missing";
    AM14, "the amount exceeds limits agreed with the client";
    AM18, "the number of transactions is invalid or missing";
    CURR, "the payment's currency is incorrect";
    DT01, "a date is invalid or missing";
    DU01, "the message identification is not unique";
    DU02, "the payment information block is not unique";
    DU03, "the transaction is not unique";
    DU04, "the end-to-end identification is not unique";
    DU05, "the instruction identification is not unique";
    FF01, "the file's format is incomplete or invalid";
    FF10, "it cannot be processed because of a technical problem of the bank";
    INDT, "details are not valid for this field";
    MS03, "the bank gives no reason";
    NARR, "the reason is given as text";
    RC01, "a bank identifier has an incorrect format";
    RR04, "a regulatory reason";
    UTNV, "the transaction referred to was not found";
}

macro_rules! called {
    (none: $($never:ident)*; $($reason:ident: $($refusal:ident)*;)*) => {
        /// The table, both ways: a new refusal must take a place in it.
        fn called(refusal: Refusal) -> Option<Reason> {
            match refusal {
                $($(Refusal::$refusal)|* => Some(Reason::$reason),)*
                $(Refusal::$never)|* => None,
            }
        }
    };
}

called! {
    none: EntryNeedsTwoLegs EntryHasTooManyLegs EntryUnbalanced InterestTermsMissing NoInterestDue
        ChartCodeUnknown InstitutionAlreadyOpen PartyNotFound PartyErased RoleNotFound HoldNotFound
        HoldAlreadyReleased HoldNeedsDebitLimit HoldAmountMustNotBeZero RateOutOfRange DayNotOpen
        NextDayOutOfRange CaseNotFound SnapshotMismatch ListMustNotBeEmpty PartOutOfPlace
        ArtifactNotWhole ArtifactBroken ShareOutOfRange RuleSetNotInForce BudgetKept CaseDecided
        CaseIsAnothers NeedsOtherEyes ListTooLong OrderAmountMustNotBeZero ScheduleOutOfRange
        TooManyOrders OrderNotFound OrderAlreadyEnded CoolingOutOfRange PayeeNotFound TooManyPayees
        ComplaintNotFound ComplaintNotOpen ComplaintExtended ComplaintNotAnswered PromiseOutOfRange
        TooManyComplaints;
    AC01: AccountNotFound;
    AC02: DebitAccountNotFound DebitAccountIdMustNotBeZero DebitAccountIdMustNotBeIntMax;
    AC03: CreditAccountNotFound CreditAccountIdMustNotBeZero CreditAccountIdMustNotBeIntMax
        AccountsMustBeDifferent;
    AC05: DebitAccountAlreadyClosed;
    AC07: CreditAccountAlreadyClosed;
    AC09: AccountsMustHaveTheSameLedger;
    AM01: LegAmountMustNotBeZero;
    AM02: ExceedsDebits;
    AM04: ExceedsCredits;
    AM05: Exists;
    AM07: ExceedsHold;
    AM09: ExceedsPendingTransferAmount PendingTransferHasDifferentAmount;
    AM11: LedgerMustNotBeZero;
    AM12: OverflowsDebitsPending OverflowsCreditsPending OverflowsDebitsPosted OverflowsCreditsPosted
        OverflowsDebits OverflowsCredits;
    AM14: ExceedsTransferLimit ExceedsDailyLimit;
    CURR: TransferMustHaveTheSameLedgerAsAccounts;
    DT01: ValueDateOutOfRange ValueDateBeforeInterestSettled;
    DU03: ExistsWithDifferentFlags ExistsWithDifferentPendingId ExistsWithDifferentTimeout
        ExistsWithDifferentDebitAccountId ExistsWithDifferentCreditAccountId ExistsWithDifferentAmount
        ExistsWithDifferentUserData128 ExistsWithDifferentUserData64 ExistsWithDifferentUserData32
        ExistsWithDifferentLedger ExistsWithDifferentCode ExistsWithDifferentValueDate
        ExistsWithDifferentContent IdAlreadyFailed;
    FF10: LinkedEventChainOpen ImportedEventExpected ImportedEventNotExpected TimestampMustBeZero
        ImportedEventTimestampOutOfRange ImportedEventTimestampMustNotAdvance
        ImportedEventTimestampMustNotRegress ImportedEventTimestampMustPostdateDebitAccount
        ImportedEventTimestampMustPostdateCreditAccount ImportedEventTimeoutMustBeZero ReservedField
        ReservedFlag IdMustNotBeZero IdMustNotBeIntMax FlagsAreMutuallyExclusive PendingIdMustBeZero
        PendingIdMustNotBeZero PendingIdMustNotBeIntMax PendingIdMustBeDifferent
        TimeoutReservedForPendingTransfer ClosingTransferMustBePending CodeMustNotBeZero
        OverflowsTimeout InstitutionNotOpen NotDueYet;
    INDT: TextTooLong TextMustNotBeEmpty;
    MS03: RefusedByRiskControl NeedsReview HeldForReview;
    NARR: LinkedEventFailed PendingTransferNotPending PendingTransferHasDifferentDebitAccountId
        PendingTransferHasDifferentCreditAccountId PendingTransferHasDifferentLedger
        PendingTransferHasDifferentCode PendingTransferAlreadyPosted PendingTransferAlreadyVoided
        PendingTransferExpired PayerMustConfirm ReversedNotPosted AlreadyReversed;
    UTNV: PendingTransferNotFound ReversedNotFound SubjectNotFound;
}

impl Reason {
    /// The reason of these letters, if it is one used here.
    pub fn parse(code: &str) -> Option<Reason> {
        Reason::ALL.iter().copied().find(|reason| reason.code() == code)
    }

    /// True when `ExternalReturnReason1Code` (release 2Q2026 v3) has the same code, so that a return may give it.
    pub fn is_return_reason(self) -> bool {
        use Reason::{
            AC01, AC02, AC03, AC04, AC06, AC07, AG01, AM01, AM02, AM03, AM04, AM05, AM07, AM09,
            AM10, CURR, DT01, MS03, NARR, RC01, RR04,
        };
        matches!(
            self,
            AC01 | AC02
                | AC03
                | AC04
                | AC06
                | AC07
                | AG01
                | AM01
                | AM02
                | AM03
                | AM04
                | AM05
                | AM07
                | AM09
                | AM10
                | CURR
                | DT01
                | MS03
                | NARR
                | RC01
                | RR04
        )
    }

    /// What to call a refusal of the ledger towards the sender of a payment; `None` for a refusal no payment gets.
    ///
    /// What risk control found is not told: `MS03`, so that nobody is warned. What the sender could not have caused
    /// is ours: `FF10`. Where no code says it, `NARR` goes with [`Refusal::sentence`] as text.
    pub fn of(refusal: Refusal) -> Option<Reason> {
        called(refusal)
    }

    /// What to call the refusal of this word (`exceeds_credits`).
    pub fn of_word(word: &str) -> Option<Reason> {
        Reason::of(Refusal::ALL.iter().copied().find(|refusal| refusal.word() == word)?)
    }

    /// The refusals that are called so.
    pub fn refusals(self) -> impl Iterator<Item = Refusal> {
        Refusal::ALL.iter().copied().filter(move |refusal| Reason::of(*refusal) == Some(self))
    }
}
