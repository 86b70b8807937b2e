//! Corners where two rules meet: limits and imports, holds at the end of numbers, interest and value
//! dates, clocks that go back.

use crate::bank::*;
use terms::*;

fn limits(account: u128, per_transfer: Option<u128>, per_day: Option<u128>) -> Command {
    Command::SetLimits(SpendingLimits {
        account: AccountId(account),
        per_transfer: per_transfer.map(Amount),
        per_day: per_day.map(Amount),
    })
}

fn interest(account: u128, against: u128) -> Command {
    Command::SetInterest(InterestTerms {
        account: AccountId(account),
        rate_ppm: 36_500,
        basis: DayBasis::Actual365,
        counter_account: AccountId(against),
    })
}

fn hold(id: u128, account: u128, amount: Option<u128>) -> Command {
    Command::PlaceHold(Hold {
        id: TransferId(id),
        account: AccountId(account),
        amount: amount.map(Amount),
        order: HoldOrder::Court,
        reference: "(2026) 1".into(),
    })
}

/// Accounts 1 (free) and 2, 3 (deposits), the institution open, 1,000 paid into 2.
fn open_bank() -> Bank {
    let mut bank = Bank::with(&[account(1, FREE), account(2, DEPOSIT), account(3, DEPOSIT)]);
    assert_eq!(bank.ask(institution()), Ok(()));
    assert_eq!(bank.pay(transfer(1, 1, 2, 1_000)), Ok(()));
    bank
}

#[test]
fn an_import_neither_uses_nor_frees_todays_limit() {
    let mut bank = open_bank();
    assert_eq!(bank.ask(limits(2, Some(400), Some(500))), Ok(()));
    assert_eq!(bank.pay(transfer(10, 2, 3, 400)), Ok(()));
    bank.wait_s(2 * 86_400);
    let yesterday = TimeNs(bank.now.0 - 86_400_000_000_000);
    let import = Transfer { flags: IMPORTED, timestamp: yesterday, ..transfer(11, 2, 3, 450) };
    assert_eq!(bank.pay(import), Ok(()), "what happened elsewhere was let out elsewhere");
    assert_eq!(bank.pay(transfer(12, 2, 3, 101)), Err(Refusal::ExceedsDailyLimit));
    assert_eq!(bank.pay(transfer(13, 2, 3, 100)), Ok(()));
}

#[test]
fn voiding_what_was_reserved_before_the_limit_gives_nothing_back() {
    let mut bank = open_bank();
    assert_eq!(bank.pay(Transfer { flags: PENDING, ..transfer(10, 2, 3, 300) }), Ok(()));
    assert_eq!(bank.ask(hold(1, 2, Some(1))), Ok(()));
    assert_eq!(bank.ask(limits(2, None, Some(200))), Ok(()));
    assert_eq!(bank.pay(transfer(11, 2, 3, 200)), Ok(()));
    assert_eq!(bank.pay(resolution(12, 10, 0, VOID)), Ok(()));
    assert_eq!(bank.pay(transfer(13, 2, 3, 1)), Err(Refusal::ExceedsDailyLimit));
}

#[test]
fn what_is_voided_or_left_over_on_the_same_day_is_not_spent() {
    let mut bank = open_bank();
    assert_eq!(bank.ask(limits(2, None, Some(500))), Ok(()));
    for (id, amount) in [(10, 300), (11, 200)] {
        assert_eq!(bank.pay(Transfer { flags: PENDING, ..transfer(id, 2, 3, amount) }), Ok(()));
    }
    assert_eq!(bank.pay(transfer(12, 2, 3, 1)), Err(Refusal::ExceedsDailyLimit));
    assert_eq!(bank.pay(resolution(13, 10, 100, POST)), Ok(()));
    assert_eq!(bank.pay(resolution(14, 11, 0, VOID)), Ok(()));
    assert_eq!(bank.pay(transfer(15, 2, 3, 401)), Err(Refusal::ExceedsDailyLimit));
    assert_eq!(bank.pay(transfer(16, 2, 3, 400)), Ok(()));
}

#[test]
fn a_hold_past_the_end_of_numbers_still_holds_when_another_is_released() {
    let mut bank = open_bank();
    for id in [1, 2] {
        assert_eq!(bank.ask(hold(id, 2, Some(u128::MAX))), Ok(()));
    }
    assert_eq!(bank.ask(Command::ReleaseHold { hold: TransferId(1) }), Ok(()));
    assert_eq!(bank.pay(transfer(10, 2, 3, 1)), Err(Refusal::ExceedsHold));
    assert_eq!(bank.ask(Command::ReleaseHold { hold: TransferId(2) }), Ok(()));
    assert_eq!(bank.pay(transfer(11, 2, 3, 1)), Ok(()));
}

#[test]
fn no_value_date_means_the_booking_date_when_asked_again_too() {
    let mut bank = open_bank();
    let dated = Transfer { value_date: MONDAY.plus(-1), ..transfer(10, 2, 3, 1) };
    assert_eq!(bank.pay(dated), Ok(()));
    assert_eq!(bank.pay(dated), Err(Refusal::Exists));
    assert_eq!(bank.pay(transfer(10, 2, 3, 1)), Err(Refusal::ExistsWithDifferentValueDate));
    let legs = [leg(1, Side::Debit, 5), leg(2, Side::Credit, 5)];
    let dated = Entry { value_date: MONDAY.plus(2), ..entry(11, &legs) };
    assert_eq!(bank.ask(Command::PostEntry(dated.clone())), Ok(()));
    assert_eq!(bank.ask(Command::PostEntry(dated)), Err(Refusal::Exists));
    let undated = Command::PostEntry(entry(11, &legs));
    assert_eq!(bank.ask(undated), Err(Refusal::ExistsWithDifferentContent));
    assert_eq!(bank.pay(transfer(12, 2, 3, 1)), Ok(()));
    bank.close_day(1);
    assert_eq!(
        bank.pay(transfer(12, 2, 3, 1)),
        Err(Refusal::Exists),
        "a day later it still is that day's"
    );
    let reverse =
        |value_date| Command::Reverse { id: TransferId(13), of: TransferId(12), value_date };
    assert_eq!(bank.ask(reverse(MONDAY)), Ok(()));
    assert_eq!(bank.ask(reverse(MONDAY)), Err(Refusal::Exists));
    assert_eq!(bank.ask(reverse(Day::BOOKING)), Err(Refusal::ExistsWithDifferentValueDate));
}

#[test]
fn a_clock_that_goes_back_does_not_open_an_account_before_an_imported_one() {
    let mut bank = Bank::with(&[account(1, FREE)]);
    bank.wait_s(100);
    let imported = AccountFlags::IMPORTED;
    let old = Account { timestamp: TimeNs(bank.now.0 - 1), ..account(2, imported) };
    assert_eq!(bank.ask(Command::CreateAccount(old)), Ok(()));
    bank.now.0 -= 50_000_000_000;
    assert_eq!(bank.ask(Command::CreateAccount(account(3, FREE))), Ok(()));
    assert!(bank.account(3).account.timestamp > old.timestamp);
}

#[test]
fn what_counts_from_a_later_day_earns_and_owes_nothing_before_it() {
    let mut bank = open_bank();
    assert_eq!(bank.ask(interest(3, 1)), Ok(()));
    let ahead = Transfer { value_date: MONDAY.plus(5), ..transfer(10, 1, 3, 1_000_000) };
    assert_eq!(bank.pay(ahead), Ok(()));
    let settle = |id| Command::SettleInterest { id: TransferId(id), account: AccountId(3) };
    assert_eq!(
        bank.ask(settle(11)),
        Err(Refusal::NoInterestDue),
        "nothing is owed for what is to come"
    );
    bank.close_day(3);
    assert_eq!(bank.ask(settle(12)), Err(Refusal::NoInterestDue));
    bank.close_day(7);
    // Five of the ten days: 1,000,000 x 3.65 % x 5 / 365.
    assert_eq!(bank.account(3).interest.unwrap().due, 500);
}

#[test]
fn terms_set_in_between_know_what_counts_later() {
    let mut bank = open_bank();
    let ahead = Transfer { value_date: MONDAY.plus(5), ..transfer(10, 1, 3, 1_000_000) };
    assert_eq!(bank.pay(ahead), Ok(()));
    assert_eq!(bank.ask(interest(3, 1)), Ok(()));
    bank.close_day(10);
    assert_eq!(bank.account(3).interest.unwrap().due, 500);
}

#[test]
fn what_was_posted_before_the_bank_opened_counts_once_however_late_it_opens() {
    let mut bank = Bank::with(&[account(1, FREE), account(3, DEPOSIT)]);
    let ahead = Transfer { value_date: MONDAY.plus(2), ..transfer(10, 1, 3, 1_000_000) };
    assert_eq!(bank.pay(ahead), Ok(()));
    let name = "Riverside Bank".into();
    let first_day = MONDAY.plus(7);
    let opening = Institution { name, currency: CNY, utc_offset_min: 0, first_day };
    assert_eq!(bank.ask(Command::OpenInstitution(opening)), Ok(()));
    assert_eq!(bank.ask(interest(3, 1)), Ok(()));
    bank.close_day(10);
    assert_eq!(bank.account(3).interest.unwrap().due, 1_000);
}

#[test]
fn a_chain_that_fails_takes_back_what_was_to_count_later() {
    let mut bank = open_bank();
    assert_eq!(bank.ask(interest(3, 1)), Ok(()));
    let ahead =
        Transfer { value_date: MONDAY.plus(5), flags: LINKED, ..transfer(10, 1, 3, 1_000_000) };
    let fails = transfer(11, 3, 9, 1);
    let before = bank.engine.snapshot();
    let mut events = Vec::new();
    let request = [Command::Transfer(ahead), Command::Transfer(fails)];
    for chain in engine::chains(&request) {
        bank.engine.decide_chain(bank.now, &chain, &mut events);
    }
    assert!(before == bank.engine.snapshot(), "deciding changed the state");
    assert_eq!(bank.pay(Transfer { value_date: MONDAY, ..transfer(12, 1, 3, 1_000_000) }), Ok(()));
    bank.close_day(10);
    assert_eq!(bank.account(3).interest.unwrap().due, 1_000);
}

#[test]
fn an_imported_posting_earns_from_its_own_day() {
    let mut bank = open_bank();
    assert_eq!(bank.ask(interest(3, 1)), Ok(()));
    bank.close_day(10);
    // It happened four days ago: the balance had it for four days that were accrued without it.
    let then = TimeNs(bank.now.0 - 4 * 86_400_000_000_000);
    let import = Transfer { flags: IMPORTED, timestamp: then, ..transfer(10, 1, 3, 1_000_000) };
    assert_eq!(bank.pay(import), Ok(()));
    assert_eq!(bank.account(3).interest.unwrap().due, 400);
    assert_eq!(
        bank.ask(Command::SettleInterest { id: TransferId(11), account: AccountId(3) }),
        Ok(())
    );
    let late = TimeNs(bank.now.0 - 1);
    let import = Transfer { flags: IMPORTED, timestamp: late, ..transfer(12, 1, 3, 1) };
    assert_eq!(bank.pay(import), Err(Refusal::ImportedEventTimestampMustNotRegress));
}

#[test]
fn an_import_into_a_settled_period_is_refused() {
    let mut bank = open_bank();
    bank.close_day(10);
    assert_eq!(bank.ask(interest(3, 1)), Ok(()));
    let then = TimeNs(bank.now.0 - 86_400_000_000_000);
    let import = Transfer { flags: IMPORTED, timestamp: then, ..transfer(10, 1, 3, 1_000_000) };
    assert_eq!(bank.pay(import), Err(Refusal::ValueDateBeforeInterestSettled));
    let later = Transfer { value_date: MONDAY.plus(10), id: TransferId(11), ..import };
    assert_eq!(bank.pay(later), Ok(()), "a later value date is the way");
}

#[test]
fn an_open_chain_says_so_at_its_end_and_names_the_member_that_failed_too() {
    let mut bank = open_bank();
    let linked = |t: Transfer| Command::Transfer(Transfer { flags: LINKED, ..t });
    let request = [
        linked(transfer(10, 2, 3, 1)),
        linked(transfer(11, 2, 9, 1)),
        linked(transfer(12, 2, 3, 1)),
        linked(transfer(13, 2, 3, 1)),
    ];
    let answers = bank.request(&request);
    let failed = Err(Refusal::LinkedEventFailed);
    let open = Err(Refusal::LinkedEventChainOpen);
    assert_eq!(answers, [failed, Err(Refusal::CreditAccountNotFound), failed, open]);
    assert_eq!(bank.request(&request[..1]), [open]);
    let timed = Command::Transfer(Transfer {
        flags: LINKED,
        timestamp: TimeNs(1),
        ..transfer(14, 2, 3, 1)
    });
    let answers = bank.request(&[timed, request[3].clone()]);
    assert_eq!(answers, [Err(Refusal::TimestampMustBeZero), open]);
    assert_eq!(
        bank.pay(transfer(10, 2, 3, 1)),
        Ok(()),
        "what failed for others may be asked again"
    );
    assert_eq!(bank.pay(transfer(11, 2, 3, 1)), Err(Refusal::IdAlreadyFailed));
}

#[test]
fn an_entry_names_the_first_refusal_of_all_its_accounts() {
    let mut bank = open_bank();
    assert_eq!(bank.ask(Command::CreateAccount(account(4, AccountFlags::CLOSED))), Ok(()));
    let (d, c) = (Side::Debit, Side::Credit);
    let ask = |bank: &mut Bank, id, legs: &[Leg]| bank.ask(Command::PostEntry(entry(id, legs)));
    // Account 3 has no money, account 4 is closed: closing speaks first though 4 comes later.
    let legs = [leg(3, d, 5), leg(4, c, 5)];
    assert_eq!(ask(&mut bank, 10, &legs), Err(Refusal::CreditAccountAlreadyClosed));
    // A missing account speaks before the entry is weighed, weighing before closing.
    let legs = [leg(3, d, 5), leg(9, c, 6)];
    assert_eq!(ask(&mut bank, 11, &legs), Err(Refusal::AccountNotFound));
    let legs = [leg(3, d, 5), leg(4, c, 6)];
    assert_eq!(ask(&mut bank, 12, &legs), Err(Refusal::EntryUnbalanced));
    // Sums beyond the end of numbers are weighed all the same.
    let legs = [leg(1, d, u128::MAX), leg(1, d, u128::MAX), leg(2, c, u128::MAX)];
    assert_eq!(ask(&mut bank, 13, &legs), Err(Refusal::EntryUnbalanced));
    let legs = [leg(1, d, u128::MAX), leg(1, d, 2), leg(2, c, u128::MAX), leg(2, c, 2)];
    assert_eq!(ask(&mut bank, 14, &legs), Err(Refusal::OverflowsDebitsPosted));
    assert_eq!(ask(&mut bank, 11, &legs), Err(Refusal::IdAlreadyFailed));
}

#[test]
fn the_first_refusal_speaks_for_acts_too() {
    let mut bank = open_bank();
    assert_eq!(bank.ask(interest(9, 9)), Err(Refusal::AccountsMustBeDifferent));
    let legs = [leg(1, Side::Debit, 5), leg(2, Side::Credit, 5)];
    assert_eq!(bank.ask(Command::PostEntry(entry(10, &legs))), Ok(()));
    let expire = Command::Expire { pending: TransferId(10) };
    assert_eq!(bank.ask(expire), Err(Refusal::PendingTransferNotPending));
    let reserved = Entry { reverses: TransferId(1), ..entry(0, &legs) };
    assert_eq!(bank.ask(Command::PostEntry(reserved)), Err(Refusal::ReservedField));
}
