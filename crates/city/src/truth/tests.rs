//! The town's books against sums done by hand.

use super::*;
use terms::{Currency, DayBasis, HoldOrder};

const NOW: TimeNs = TimeNs(1_000_000_000_000_000);
const TODAY: Day = Day(20_000);
const DEPOSIT: AccountFlags = AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS;

fn id(place: u128) -> AccountId {
    AccountId(place * 10)
}

/// Accounts 0 (the world, without limits), 1 and 2 (deposits), 3 (a till); 1 has 1,000.
fn books() -> Truth {
    let mut truth = Truth::default();
    truth.begin(TODAY);
    let flags =
        [AccountFlags::default(), DEPOSIT, DEPOSIT, AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS];
    for (place, flags) in (0..).zip(flags) {
        truth.open(&Account { id: id(place), ledger: Currency::CNY, flags, ..Account::default() });
    }
    assert_eq!(truth.transfer(&pay(1, 0, 1, 1_000), NOW), Some(Expected::Done));
    truth
}

fn pay(number: u128, from: u128, to: u128, amount: u128) -> Transfer {
    Transfer {
        id: TransferId(number),
        debit_account: id(from),
        credit_account: id(to),
        amount: Amount(amount),
        ..Transfer::default()
    }
}

fn pending(number: u128, amount: u128, timeout_s: u32) -> Transfer {
    Transfer { flags: TransferFlags::PENDING, timeout_s, ..pay(number, 1, 2, amount) }
}

fn resolve(number: u128, pending_id: u128, amount: Amount, flags: TransferFlags) -> Transfer {
    Transfer {
        id: TransferId(number),
        pending_id: TransferId(pending_id),
        amount,
        flags,
        ..Transfer::default()
    }
}

fn refused(refusal: Refusal) -> Option<Expected> {
    Some(Expected::Refused(refusal))
}

#[test]
fn reserved_money_cannot_be_spent_and_what_may_have_expired_is_not_asked_for() {
    let mut truth = books();
    assert_eq!(truth.transfer(&pending(2, 600, 3_600), NOW), Some(Expected::Done));
    assert_eq!(truth.room(1), 400);
    assert_eq!(truth.transfer(&pay(3, 1, 2, 401), NOW), None, "it depends on the reservation");
    assert_eq!(truth.transfer(&pay(4, 1, 2, 1_001), NOW), refused(Refusal::ExceedsCredits));
    let almost = NOW.plus_s(3_500).unwrap();
    let post = |number, amount| resolve(number, 2, amount, TransferFlags::POST_PENDING);
    assert_eq!(truth.transfer(&post(5, Amount::MAX), almost), None, "too near the end");
    assert_eq!(
        truth.transfer(&post(6, Amount(601)), NOW),
        refused(Refusal::ExceedsPendingTransferAmount)
    );
    assert_eq!(truth.transfer(&post(7, Amount(250)), NOW), Some(Expected::Done));
    assert_eq!((truth.balance(id(1)), truth.balance(id(2))), (Some(750), Some(250)));
    assert_eq!(truth.room(1), 750, "the rest is free again");
    assert_eq!(
        truth.transfer(&post(8, Amount(250)), NOW),
        refused(Refusal::PendingTransferAlreadyPosted)
    );
}

#[test]
fn an_expired_reservation_is_refused_and_later_forgotten() {
    let mut truth = books();
    truth.transfer(&pending(2, 600, 60), NOW);
    let late = NOW.plus_s(3_600).unwrap();
    let post = resolve(3, 2, Amount::MAX, TransferFlags::POST_PENDING);
    assert_eq!(truth.transfer(&post, late), refused(Refusal::PendingTransferExpired));
    assert_eq!(
        (truth.room(1), truth.open_pending().len()),
        (400, 1),
        "counted until it is certain"
    );
    truth.let_expire(TransferId(2));
    assert_eq!((truth.room(1), truth.open_pending().len()), (1_000, 0));
}

#[test]
fn a_chain_stands_or_falls_as_one() {
    let mut truth = books();
    let both = |truth: &mut Truth, a, b| truth.chain(&a, &b, NOW);
    let done = both(&mut truth, pay(2, 1, 2, 500), pay(3, 2, 0, 500));
    assert_eq!(done, Some([Expected::Done; 2]), "the second spends what the first brought");
    let fee = both(&mut truth, pay(4, 1, 2, 500), pay(5, 1, 0, 1));
    assert_eq!(
        fee,
        Some([
            Expected::Refused(Refusal::LinkedEventFailed),
            Expected::Refused(Refusal::ExceedsCredits)
        ])
    );
    let first = both(&mut truth, pay(6, 1, 2, 501), pay(7, 2, 0, 1));
    assert_eq!(
        first,
        Some([
            Expected::Refused(Refusal::ExceedsCredits),
            Expected::Refused(Refusal::LinkedEventFailed)
        ])
    );
    assert_eq!(
        (truth.balance(id(1)), truth.balance(id(2)), truth.accepted()),
        (Some(500), Some(0), 3)
    );
}

#[test]
fn limits_count_by_the_business_day_and_holds_come_before_them() {
    let mut truth = books();
    let limits =
        |once, daily| SpendingLimits { account: id(1), per_transfer: once, per_day: daily };
    truth.limit(&limits(Some(Amount(300)), Some(Amount(500))));
    assert_eq!(truth.transfer(&pay(2, 1, 2, 301), NOW), refused(Refusal::ExceedsTransferLimit));
    assert_eq!(truth.transfer(&pay(3, 1, 2, 300), NOW), Some(Expected::Done));
    assert_eq!(truth.transfer(&pay(4, 1, 2, 201), NOW), refused(Refusal::ExceedsDailyLimit));
    truth.close_day(TODAY.plus(1));
    assert_eq!(truth.transfer(&pay(5, 1, 2, 201), NOW), Some(Expected::Done));
    let hold = Hold {
        id: TransferId(6),
        account: id(1),
        amount: Some(Amount(400)),
        order: HoldOrder::Court,
        reference: String::new(),
    };
    truth.place_hold(&hold);
    assert_eq!(truth.transfer(&pay(7, 1, 2, 100), NOW), refused(Refusal::ExceedsHold));
    assert_eq!(truth.transfer(&pay(8, 1, 2, 99), NOW), Some(Expected::Done));
    truth.release_hold(TransferId(6));
    assert_eq!(truth.transfer(&pay(9, 1, 2, 100), NOW), Some(Expected::Done));
}

#[test]
fn a_till_gives_no_more_than_it_has() {
    let mut truth = books();
    assert_eq!(truth.transfer(&pay(2, 1, 3, 1), NOW), refused(Refusal::ExceedsDebits));
    assert_eq!(truth.transfer(&pay(3, 3, 2, 70), NOW), Some(Expected::Done), "paid in");
    assert_eq!(truth.transfer(&pay(4, 1, 3, 71), NOW), refused(Refusal::ExceedsDebits));
    assert_eq!(truth.transfer(&pay(5, 1, 3, 70), NOW), Some(Expected::Done), "paid out");
    assert_eq!(truth.overdrawn(), []);
}

#[test]
fn interest_is_exact_and_the_rest_stays() {
    let mut truth = books();
    let terms = InterestTerms {
        account: id(1),
        rate_ppm: 36_000,
        basis: DayBasis::Actual360,
        counter_account: id(0),
    };
    truth.set_interest(&terms);
    assert_eq!(truth.settle_interest(id(1)), refused(Refusal::NoInterestDue));
    // 1,000 at 3.6 % of 360 days is 0.1 a day: 1.5 in fifteen days, of which 1 is booked.
    truth.close_day(TODAY.plus(15));
    assert_eq!(truth.settle_interest(id(1)), Some(Expected::Done));
    assert_eq!(truth.balance(id(1)), Some(1_001));
    // 0.5 is left; five days later it is 1.0005.
    truth.close_day(TODAY.plus(20));
    assert_eq!(truth.settle_interest(id(1)), Some(Expected::Done));
    assert_eq!((truth.balance(id(1)), truth.balance(id(0))), (Some(1_002), Some(-1_002)));
}

#[test]
fn a_reversal_brings_the_money_back_unless_it_is_spent() {
    let mut truth = books();
    let mistake = pay(2, 1, 2, 300);
    truth.transfer(&mistake, NOW);
    assert_eq!(truth.reverse(&mistake), Some(Expected::Done));
    assert_eq!((truth.balance(id(1)), truth.balance(id(2))), (Some(1_000), Some(0)));
    assert_eq!(
        truth.reverse(&mistake),
        refused(Refusal::ExceedsCredits),
        "nothing is left to take"
    );
}
