//! When several rules are broken at once, the first one in the order of `Refusal::ALL` is the answer.
//! `precedence/broken.rs` says, without any order, which rules a transfer breaks; here every three
//! faults out of a long list are made together and the answers compared. `precedence/books.rs` has
//! the bank they are judged by.

mod books;
mod broken;

use crate::bank::*;
use books::{Books, now_and_at_the_end_of_time};
use broken::broken;
use std::collections::BTreeSet;
use terms::*;

/// One fault: makes a transfer break a rule, or another one.
type Fault = Box<dyn Fn(&mut Transfer)>;

fn flag(flag: TransferFlags) -> Fault {
    Box::new(move |t| t.flags |= flag)
}

fn imported_at(timestamp: u64) -> Fault {
    Box::new(move |t| {
        t.flags |= IMPORTED;
        t.timestamp = TimeNs(timestamp);
    })
}

fn faults(books: &Books) -> Vec<Fault> {
    let mut faults: Vec<Fault> = vec![
        Box::new(|t| t.timestamp = TimeNs(5)),
        Box::new(|t| t.timeout_s = 60),
        Box::new(|t| t.timeout_s = u32::MAX),
        Box::new(|t| t.ledger = Currency(0)),
        Box::new(|t| t.ledger = Currency::EUR),
        Box::new(|t| t.code = 0),
        Box::new(|t| t.code = 9),
        Box::new(|t| t.user_data_128 = 1),
        Box::new(|t| t.user_data_64 = 1),
        Box::new(|t| t.user_data_32 = 1),
        Box::new(|t| t.pending_id = t.id),
        Box::new(|t| t.credit_account = t.debit_account),
        flag(TransferFlags(1 << 12)),
        flag(POST),
        flag(VOID),
        flag(PENDING),
        flag(TransferFlags::BALANCING_DEBIT),
        flag(TransferFlags::BALANCING_CREDIT),
        flag(TransferFlags::CLOSING_DEBIT),
    ];
    let (today, times) = (books.today, books.import_times());
    faults.extend(
        [-400, -1, 1, 400]
            .map(|days| -> Fault { Box::new(move |t| t.value_date = today.plus(days)) }),
    );
    faults.extend(times.into_iter().map(imported_at));
    for id in [0, u128::MAX].into_iter().chain(books::TAKEN_IDS) {
        faults.push(Box::new(move |t| t.id = TransferId(id)));
    }
    for id in [0, u128::MAX, 99].into_iter().chain(books::ACCOUNTS) {
        faults.push(Box::new(move |t| t.debit_account = AccountId(id)));
        faults.push(Box::new(move |t| t.credit_account = AccountId(id)));
    }
    for id in [0, u128::MAX, 99].into_iter().chain(books::PENDING_IDS) {
        faults.push(Box::new(move |t| t.pending_id = TransferId(id)));
    }
    for amount in [0, 6, 45, 60, 950, u128::MAX] {
        faults.push(Box::new(move |t| t.amount = Amount(amount)));
    }
    faults
}

/// What can be answered to a transfer itself rather than to its request or to another command.
fn answers_of_transfers() -> BTreeSet<Refusal> {
    use Refusal::*;
    let of_others = [
        LinkedEventChainOpen,
        LinkedEventFailed,
        ImportedEventExpected,
        ImportedEventNotExpected,
        ReservedField,
        TextTooLong,
        EntryNeedsTwoLegs,
        EntryHasTooManyLegs,
        LegAmountMustNotBeZero,
        AccountNotFound,
        EntryUnbalanced,
        ReversedNotFound,
        ReversedNotPosted,
        AlreadyReversed,
        InterestTermsMissing,
        NoInterestDue,
        ChartCodeUnknown,
        InstitutionAlreadyOpen,
        InstitutionNotOpen,
        PartyNotFound,
        PartyErased,
        RoleNotFound,
        HoldNotFound,
        HoldAlreadyReleased,
        HoldNeedsDebitLimit,
        HoldAmountMustNotBeZero,
        RateOutOfRange,
        DayNotOpen,
        NextDayOutOfRange,
        SubjectNotFound,
        NotDueYet,
        SnapshotMismatch,
        ListMustNotBeEmpty,
        ListTooLong,
        // Where a rule set is in force; `plays.rs` has them.
        RefusedByRiskControl,
        NeedsReview,
        PayerMustConfirm,
        HeldForReview,
        PartOutOfPlace,
        ArtifactNotWhole,
        ArtifactBroken,
        ShareOutOfRange,
        RuleSetNotInForce,
        BudgetKept,
        TextMustNotBeEmpty,
        CaseNotFound,
        CaseDecided,
        CaseIsAnothers,
        NeedsOtherEyes,
        OrderAmountMustNotBeZero,
        ScheduleOutOfRange,
        TooManyOrders,
        OrderNotFound,
        OrderAlreadyEnded,
        CoolingOutOfRange,
        PayeeNotFound,
        TooManyPayees,
        ComplaintNotFound,
        ComplaintNotOpen,
        ComplaintExtended,
        ComplaintNotAnswered,
        PromiseOutOfRange,
        TooManyComplaints,
    ];
    Refusal::ALL.iter().copied().filter(|refusal| !of_others.contains(refusal)).collect()
}

#[test]
fn of_three_faults_of_a_transfer_the_first_in_the_order_is_answered() {
    let mut answered = BTreeSet::new();
    for books in now_and_at_the_end_of_time() {
        let time = books.bank.engine.next_time(books.bank.now);
        let faults = faults(&books);
        let bases = [
            transfer(1_000, 1, 2, 5),
            resolution(1_000, 501, 40, POST),
            resolution(1_000, 501, 0, VOID),
            Transfer { user_data_128: 9, ..transfer(500, 1, 2, 5) },
            resolution(503, 502, 30, POST),
        ];
        for base in bases {
            for (i, first) in faults.iter().enumerate() {
                for (j, second) in faults.iter().enumerate().skip(i) {
                    // Faults of one field overwrite each other, so both orders are tried.
                    for third in faults.iter().skip(j).step_by(2) {
                        let mut t = base;
                        third(&mut t);
                        second(&mut t);
                        first(&mut t);
                        let expected =
                            broken(&books, &t).into_iter().min_by_key(|r| r.precedence());
                        let answer =
                            books.bank.engine.decide(time, &Command::Transfer(t)).outcome();
                        assert_eq!(answer.err(), expected, "{t:?}");
                        answered.extend(expected);
                    }
                }
            }
        }
    }
    let unseen: Vec<_> = answers_of_transfers().difference(&answered).copied().collect();
    assert!(unseen.is_empty(), "never the answer: {unseen:?}");
}

#[test]
fn of_two_faults_of_an_account_the_first_in_the_order_is_answered() {
    let [books, _] = now_and_at_the_end_of_time();
    let engine = &books.bank.engine;
    let time = engine.next_time(books.bank.now);
    type Fault = (Refusal, fn(&mut Account));
    let faults: [Fault; 7] = [
        (Refusal::TimestampMustBeZero, |a| a.timestamp = TimeNs(5)),
        (Refusal::ReservedFlag, |a| a.flags |= AccountFlags(1 << 9)),
        (Refusal::IdMustNotBeZero, |a| a.id = AccountId(0)),
        (Refusal::FlagsAreMutuallyExclusive, |a| a.flags |= DEPOSIT | TILL),
        (Refusal::LedgerMustNotBeZero, |a| a.ledger = Currency(0)),
        (Refusal::CodeMustNotBeZero, |a| a.code = 0),
        (Refusal::ChartCodeUnknown, |a| a.code = if a.code == 0 { 0 } else { 77 }),
    ];
    for (i, (first, make_first)) in faults.iter().enumerate() {
        for (second, make_second) in &faults[i..] {
            let mut a = account(1_000, FREE);
            make_second(&mut a);
            make_first(&mut a);
            let code_is_zero = a.code == 0 && *first == Refusal::ChartCodeUnknown;
            let expected = if code_is_zero { Refusal::CodeMustNotBeZero } else { *first };
            let answer = engine.decide(time, &Command::CreateAccount(a)).outcome();
            assert_eq!(answer, Err(expected), "{first:?} and {second:?}: {a:?}");
        }
    }
    let exists =
        Account { flags: DEPOSIT | TILL, ledger: Currency(0), code: 0, ..account(1, FREE) };
    let answer = engine.decide(time, &Command::CreateAccount(exists)).outcome();
    assert_eq!(answer, Err(Refusal::ExistsWithDifferentFlags));
}

/// Each leg is a fault of its own; all of them stand in one entry.
#[test]
fn of_two_faults_of_an_entry_the_first_in_the_order_is_answered() {
    let [books, _] = now_and_at_the_end_of_time();
    let engine = &books.bank.engine;
    let time = engine.next_time(books.bank.now);
    let d = Side::Debit;
    // Account 1 gives or takes what is missing, so that only the fault is left.
    let legs: [(Refusal, Leg); 13] = [
        (Refusal::LegAmountMustNotBeZero, leg(1, d, 0)),
        (Refusal::AccountNotFound, leg(99, d, 5)),
        (Refusal::EntryUnbalanced, leg(6, d, 5)),
        (Refusal::ValueDateBeforeInterestSettled, leg(7, d, 1)),
        (Refusal::DebitAccountAlreadyClosed, leg(5, d, 5)),
        (Refusal::OverflowsDebitsPosted, leg(20, d, 11)),
        (Refusal::OverflowsCreditsPosted, leg(21, Side::Credit, 11)),
        (Refusal::OverflowsDebits, leg(24, d, 3)),
        (Refusal::OverflowsCredits, leg(25, Side::Credit, 3)),
        (Refusal::ExceedsCredits, leg(3, d, 101)),
        (Refusal::ExceedsDebits, leg(4, Side::Credit, 51)),
        (Refusal::ExceedsHold, leg(8, d, 101)),
        (Refusal::ExceedsTransferLimit, leg(9, d, 51)),
    ];
    for (i, (first, leg_of_first)) in legs.iter().enumerate() {
        for (_, leg_of_second) in &legs[i..] {
            let mut legs = vec![*leg_of_second, *leg_of_first];
            let balances: Vec<Leg> =
                legs.iter().map(|l| leg(1, l.side.opposite(), l.amount.0)).collect();
            legs.extend(balances.into_iter().filter(|l| l.amount.0 > 0));
            let mut asked = entry(1_000, &legs);
            asked.value_date = books.today.plus(-1);
            let command = Command::PostEntry(asked);
            let answer = engine.decide(time, &command).outcome();
            assert_eq!(answer, Err(*first), "{command:?}");
        }
    }
    let shape = |code, legs: &[Leg], id| Command::PostEntry(Entry { code, ..entry(id, legs) });
    for (command, refusal) in [
        (shape(0, &[], 500), Refusal::ExistsWithDifferentContent),
        (shape(0, &[], 700), Refusal::IdAlreadyFailed),
        (shape(0, &[], 1_000), Refusal::CodeMustNotBeZero),
        (shape(1, &[leg(99, d, 0)], 1_000), Refusal::EntryNeedsTwoLegs),
        (shape(1, &[leg(99, d, 0); 65], 1_000), Refusal::EntryHasTooManyLegs),
    ] {
        assert_eq!(engine.decide(time, &command).outcome(), Err(refusal));
    }
}

#[test]
fn of_the_faults_of_other_commands_the_first_in_the_order_is_answered() {
    let [books, _] = now_and_at_the_end_of_time();
    let engine = &books.bank.engine;
    let time = engine.next_time(books.bank.now);
    let long: String = "x".repeat(257);
    let hold = |id, account, amount, reference: &str| {
        Command::PlaceHold(Hold {
            id: TransferId(id),
            account: AccountId(account),
            amount: Some(Amount(amount)),
            order: HoldOrder::Tax,
            reference: reference.into(),
        })
    };
    let interest = |account, counter, rate_ppm| {
        let (account, counter_account) = (AccountId(account), AccountId(counter));
        let basis = DayBasis::Actual365;
        Command::SetInterest(InterestTerms { account, rate_ppm, basis, counter_account })
    };
    let reverse = |id, of| Command::Reverse {
        id: TransferId(id),
        of: TransferId(of),
        value_date: books.today.plus(-400),
    };
    let settle =
        |id, account| Command::SettleInterest { id: TransferId(id), account: AccountId(account) };
    let plan = |account, cooling_h, by: &str| {
        let (per_transfer, per_day) = (Some(Amount(0)), None);
        let (account, by) = (AccountId(account), by.into());
        Command::PlanLimits(LimitPlan { account, per_transfer, per_day, cooling_h, by })
    };
    let sealed = Sealed {
        commitment: [1; 32],
        cipher: SealingCipher::Sm4Gcm,
        nonce: [2; 12],
        ciphertext: Vec::new(),
    };
    let complain = |id, account, subject| {
        Command::FileComplaint(Complaint {
            id: TransferId(id),
            party: PartyId(9_999),
            account: AccountId(account),
            subject: TransferId(subject),
            days: 0,
            text: sealed.clone(),
            by: String::new(),
        })
    };
    for (command, refusal) in [
        (plan(99, 73, &long), Refusal::TextTooLong),
        (plan(99, 73, ""), Refusal::AccountNotFound),
        (plan(1, 73, ""), Refusal::CoolingOutOfRange),
        (complain(0, 99, 99), Refusal::IdMustNotBeZero),
        (complain(1, 99, 99), Refusal::AccountNotFound),
        (complain(1, 1, 99), Refusal::PartyNotFound),
        (hold(0, 99, 0, &long), Refusal::TextTooLong),
        (hold(0, 99, 0, ""), Refusal::IdMustNotBeZero),
        (hold(800, 99, 0, ""), Refusal::ExistsWithDifferentContent),
        (hold(1_000, 99, 0, ""), Refusal::AccountNotFound),
        (hold(1_000, 1, 0, ""), Refusal::HoldNeedsDebitLimit),
        (hold(1_000, 3, 0, ""), Refusal::HoldAmountMustNotBeZero),
        (interest(99, 99, u32::MAX), Refusal::AccountsMustBeDifferent),
        (interest(99, 6, u32::MAX), Refusal::AccountNotFound),
        (interest(1, 6, u32::MAX), Refusal::AccountsMustHaveTheSameLedger),
        (interest(1, 2, u32::MAX), Refusal::RateOutOfRange),
        (reverse(0, 99), Refusal::IdMustNotBeZero),
        (reverse(500, 99), Refusal::ExistsWithDifferentContent),
        (reverse(700, 99), Refusal::IdAlreadyFailed),
        (reverse(1_000, 99), Refusal::ReversedNotFound),
        (reverse(1_000, 501), Refusal::ReversedNotPosted),
        (reverse(1_000, 511), Refusal::AlreadyReversed),
        (reverse(1_000, 500), Refusal::ValueDateOutOfRange),
        (settle(0, 99), Refusal::IdMustNotBeZero),
        (settle(700, 99), Refusal::IdAlreadyFailed),
        (settle(1_000, 99), Refusal::AccountNotFound),
        (settle(1_000, 5), Refusal::InterestTermsMissing),
        (settle(1_000, 7), Refusal::NoInterestDue),
    ] {
        assert_eq!(engine.decide(time, &command).outcome(), Err(refusal), "{command:?}");
    }
}

#[test]
fn of_the_faults_of_what_was_seen_the_first_in_the_order_is_answered() {
    let mut bank = Bank::with(&[]);
    let query = |asker: usize, hash| QueryRecord {
        asker: "x".repeat(asker),
        door: QueryDoor::Program,
        text_hash: [1; 32],
        as_of: u64::MAX,
        rows: u64::MAX,
        result_hash: [hash; 32],
        end: QueryEnd::Cancelled,
    };
    let note = |bytes: [usize; 3], times, count| {
        let [who, about, says] = bytes.map(|bytes| "x".repeat(bytes));
        let note = AccessRecord { kind: AccessKind::Denied, who, about, says, times };
        Command::RecordAccess(vec![note; count])
    };
    let result = |kind, rule: usize, value: usize| CheckResult {
        rule: "x".repeat(rule),
        kind,
        rows: u64::MAX,
        value: "9".repeat(value),
        result_hash: [1; 32],
    };
    let check = |pack: usize, results: Vec<CheckResult>| {
        let (pack, hash) = ("x".repeat(pack), [1; 32]);
        Command::RecordCheck(CheckRecord { pack, version: 1, hash, as_of: u64::MAX, results })
    };
    let (good, fine) = (query(256, 0), result(CheckKind::Quality, 64, 0));
    let indicator = result(CheckKind::Indicator, 64, 64);
    let and = |last: &CheckResult| [vec![fine.clone(); 64], vec![last.clone()]].concat();
    for (command, outcome) in [
        (note([257, 0, 0], 0, 17), Err(Refusal::ReservedField)),
        (note([0, 257, 0], 1, 17), Err(Refusal::TextTooLong)),
        (note([0, 0, 257], 1, 0), Err(Refusal::ListMustNotBeEmpty)),
        (note([256; 3], u32::MAX, 17), Err(Refusal::ListTooLong)),
        (note([256; 3], u32::MAX, 16), Ok(())),
        (
            Command::RecordQueries([vec![query(257, 0); 40], vec![query(0, 1)]].concat()),
            Err(Refusal::ReservedField),
        ),
        (
            Command::RecordQueries([vec![good.clone(); 40], vec![query(257, 0)]].concat()),
            Err(Refusal::TextTooLong),
        ),
        (Command::RecordQueries(vec![]), Err(Refusal::ListMustNotBeEmpty)),
        (Command::RecordQueries(vec![good.clone(); 33]), Err(Refusal::ListTooLong)),
        (Command::RecordQueries(vec![good; 32]), Ok(())),
        (check(257, and(&result(CheckKind::Quality, 65, 65))), Err(Refusal::ReservedField)),
        (check(257, vec![]), Err(Refusal::TextTooLong)),
        (check(256, and(&result(CheckKind::Quality, 65, 0))), Err(Refusal::TextTooLong)),
        (check(256, and(&result(CheckKind::Indicator, 64, 65))), Err(Refusal::TextTooLong)),
        (check(256, vec![]), Err(Refusal::ListMustNotBeEmpty)),
        (check(256, and(&fine)), Err(Refusal::ListTooLong)),
        (check(256, vec![indicator; 64]), Ok(())),
    ] {
        assert_eq!(bank.ask(command.clone()), outcome, "{command:?}");
    }
}
