//! The semantics we share with TigerBeetle, as vectors of our own written from its public documents:
//! two phases, their fields and end, retries, compatible flags, chains and the recipes built on them.
//! `precedence` has the order of refusals.

use crate::bank::*;
use terms::*;

const BALANCING_DEBIT: TransferFlags = TransferFlags::BALANCING_DEBIT;
const BALANCING_CREDIT: TransferFlags = TransferFlags::BALANCING_CREDIT;

fn with(flags: TransferFlags, t: Transfer) -> Transfer {
    Transfer { flags: t.flags | flags, ..t }
}

fn chain(transfers: &[Transfer]) -> Vec<Command> {
    let last = transfers.len() - 1;
    let linked = |(at, t): (usize, &Transfer)| if at < last { with(LINKED, *t) } else { *t };
    transfers.iter().enumerate().map(linked).map(Command::Transfer).collect()
}

/// Debits pending and posted of `a`, credits pending and posted of `b`, from zero.
fn moved(bank: &Bank, a: u128, b: u128) -> [u128; 4] {
    let (a, b) = (bank.sums(a), bank.sums(b));
    [a[0], a[1], b[2], b[3]]
}

#[test]
fn two_phases_move_pending_and_posted_sums_as_documented() {
    let resolve: [(u128, TransferFlags, [u128; 4]); 3] =
        [(123, POST, [0, 123, 0, 123]), (100, POST, [0, 100, 0, 100]), (123, VOID, [0, 0, 0, 0])];
    for (amount, flags, expected) in resolve {
        let mut bank = Bank::with(&[account(1, FREE), account(2, FREE)]);
        assert_eq!(bank.pay(with(PENDING, transfer(1, 1, 2, 123))), Ok(()));
        assert_eq!(moved(&bank, 1, 2), [123, 0, 123, 0]);
        assert_eq!(bank.pay(resolution(2, 1, amount, flags)), Ok(()));
        assert_eq!(moved(&bank, 1, 2), expected);
        let first = bank.engine.transfer(TransferId(1)).unwrap();
        assert_eq!(
            (first.transfer.amount, first.transfer.flags),
            (Amount(123), PENDING),
            "immutable"
        );
    }
}

#[test]
fn the_amount_of_a_posting_says_how_much_and_the_largest_number_says_all() {
    let cases: [(u128, Result<u128, Refusal>); 6] = [
        (0, Ok(0)),
        (1, Ok(1)),
        (123, Ok(123)),
        (124, Err(Refusal::ExceedsPendingTransferAmount)),
        (u128::MAX - 1, Err(Refusal::ExceedsPendingTransferAmount)),
        (u128::MAX, Ok(123)),
    ];
    for (asked, posted) in cases {
        let mut bank = Bank::with(&[account(1, FREE), account(2, FREE)]);
        assert_eq!(bank.pay(with(PENDING, transfer(1, 1, 2, 123))), Ok(()));
        assert_eq!(bank.pay(resolution(2, 1, asked, POST)), posted.map(drop));
        let rest = if posted.is_ok() { 0 } else { 123 };
        let posted = posted.unwrap_or(0);
        assert_eq!(moved(&bank, 1, 2), [rest, posted, rest, posted], "asked {asked}");
    }
}

#[test]
fn voiding_takes_zero_or_exactly_the_pending_amount() {
    let cases = [
        (0, Ok(())),
        (123, Ok(())),
        (1, Err(Refusal::PendingTransferHasDifferentAmount)),
        (124, Err(Refusal::ExceedsPendingTransferAmount)),
        (u128::MAX, Err(Refusal::ExceedsPendingTransferAmount)),
    ];
    for (asked, answer) in cases {
        let mut bank = Bank::with(&[account(1, FREE), account(2, FREE)]);
        assert_eq!(bank.pay(with(PENDING, transfer(1, 1, 2, 123))), Ok(()));
        assert_eq!(bank.pay(resolution(2, 1, asked, VOID)), answer, "asked {asked}");
    }
}

#[test]
fn open_fields_of_a_resolution_come_from_the_pending_transfer() {
    for flags in [POST, VOID] {
        let mut bank = Bank::with(&[account(1, FREE), account(2, FREE)]);
        let first = Transfer {
            user_data_128: 7,
            user_data_64: 8,
            user_data_32: 9,
            code: 5,
            ..with(PENDING, transfer(1, 1, 2, 123))
        };
        assert_eq!(bank.pay(first), Ok(()));
        let own = Transfer { user_data_64: 80, ..resolution(2, 1, 123, flags) };
        assert_eq!(bank.pay(own), Ok(()));
        let done = bank.engine.transfer(TransferId(2)).unwrap().transfer;
        assert_eq!((done.debit_account, done.credit_account), (AccountId(1), AccountId(2)));
        assert_eq!((done.ledger, done.code, done.pending_id), (CNY, 5, TransferId(1)));
        assert_eq!((done.user_data_128, done.user_data_64, done.user_data_32), (7, 80, 9));
        assert_eq!(done.timeout_s, 0);
    }
}

#[test]
fn a_pending_transfer_resolves_at_most_once() {
    let pairs = [
        (POST, Refusal::PendingTransferAlreadyPosted),
        (VOID, Refusal::PendingTransferAlreadyVoided),
    ];
    for (first, refusal) in pairs {
        for second in [POST, VOID] {
            let mut bank = Bank::with(&[account(1, FREE), account(2, FREE)]);
            assert_eq!(bank.pay(with(PENDING, transfer(1, 1, 2, 5))), Ok(()));
            assert_eq!(bank.pay(resolution(2, 1, 5, first)), Ok(()));
            assert_eq!(bank.pay(resolution(3, 1, 5, second)), Err(refusal));
        }
    }
}

#[test]
fn an_account_with_a_hundred_in_and_seventy_out_cannot_reserve_fifty() {
    let mut bank = Bank::with(&[account(1, FREE), account(2, DEPOSIT)]);
    assert_eq!(bank.pay(transfer(1, 1, 2, 100)), Ok(()));
    assert_eq!(bank.pay(transfer(2, 2, 1, 70)), Ok(()));
    assert_eq!(bank.pay(with(PENDING, transfer(3, 2, 1, 50))), Err(Refusal::ExceedsCredits));
    let mut bank = Bank::with(&[account(1, FREE), account(2, TILL)]);
    assert_eq!(bank.pay(transfer(1, 2, 1, 100)), Ok(()));
    assert_eq!(bank.pay(transfer(2, 1, 2, 70)), Ok(()));
    assert_eq!(bank.pay(with(PENDING, transfer(3, 1, 2, 50))), Err(Refusal::ExceedsDebits));
}

#[test]
fn a_timeout_ends_exactly_at_its_nanosecond() {
    let mut bank = Bank::with(&[account(1, FREE), account(2, FREE)]);
    let timed = Transfer { timeout_s: 60, ..with(PENDING, transfer(1, 1, 2, 5)) };
    assert_eq!(bank.pay(timed), Ok(()));
    let made = bank.engine.transfer(TransferId(1)).unwrap().transfer.timestamp;
    let end = TimeNs(made.0 + 60_000_000_000);
    assert_eq!(bank.engine.due(TimeNs(end.0 - 1)), None);
    assert_eq!(bank.engine.due(end), Some(Command::Expire { pending: TransferId(1) }));
    // Posting is judged by the end itself, even while nobody has taken the balance back yet.
    let post = Command::Transfer(resolution(2, 1, 5, POST));
    assert_eq!(bank.engine.decide(TimeNs(end.0 - 1), &post).outcome(), Ok(()));
    let late = bank.engine.decide(end, &post).outcome();
    assert_eq!(late, Err(Refusal::PendingTransferExpired));
    assert_eq!(moved(&bank, 1, 2), [5, 0, 5, 0]);
    bank.now = end;
    assert_eq!(bank.request(&[post]), [Err(Refusal::PendingTransferExpired)]);
    assert_eq!(moved(&bank, 1, 2), [0, 0, 0, 0]);
}

#[test]
fn timeouts_end_in_the_order_of_their_ends_then_of_their_making() {
    let mut bank = Bank::with(&[account(1, FREE), account(2, FREE)]);
    for (id, timeout_s) in [(1, 9), (2, 3), (3, 6), (4, 3), (5, 0)] {
        let timed = Transfer { timeout_s, ..with(PENDING, transfer(id, 1, 2, 5)) };
        assert_eq!(bank.pay(timed), Ok(()));
    }
    bank.wait_s(60);
    let mut events = Vec::new();
    bank.engine.clone().submit_due(bank.now, &mut events);
    let ended: Vec<u128> = events
        .iter()
        .map(|event| match event {
            Event::Act(act) => match act.command {
                Command::Expire { pending } => pending.0,
                _ => 0,
            },
            Event::Transfer(_) => 0,
        })
        .collect();
    assert_eq!(ended, [2, 4, 3, 1]);
}

/// Every combination of flags: posting and voiding stand alone (beside linked and imported); closing
/// needs pending; all else goes together.
#[test]
fn flags_go_together_as_documented() {
    let mut bank = Bank::with(&[account(1, FREE), account(2, FREE)]);
    assert_eq!(bank.pay(with(PENDING, transfer(1, 1, 2, 5))), Ok(()));
    let time = bank.engine.next_time(bank.now);
    let first_phase = TransferFlags(0b1111_0010);
    for bits in 0..=TransferFlags::ASKABLE.0 {
        let flags = TransferFlags(bits);
        if flags.has(IMPORTED) {
            continue;
        }
        let resolving = flags.any(POST | VOID);
        let asked = match resolving {
            true => resolution(9, 1, if flags.has(VOID) { 0 } else { 5 }, flags),
            false => with(flags, transfer(9, 1, 2, 5)),
        };
        // No rule set is in force, so nothing can be confirmed.
        let expected = if flags.has(TransferFlags::CONFIRMED) {
            Err(Refusal::ReservedFlag)
        } else if resolving && (flags.has(POST | VOID) || flags.any(first_phase)) {
            Err(Refusal::FlagsAreMutuallyExclusive)
        } else if !resolving
            && !flags.has(PENDING)
            && flags.any(TransferFlags::CLOSING_DEBIT | TransferFlags::CLOSING_CREDIT)
        {
            Err(Refusal::ClosingTransferMustBePending)
        } else {
            Ok(())
        };
        let answer = bank.engine.decide(time, &Command::Transfer(asked)).outcome();
        assert_eq!(answer, expected, "flags {bits:#b}");
    }
}

#[test]
fn a_retried_balancing_transfer_exists_unless_its_bound_is_below_what_moved() {
    for flags in [BALANCING_DEBIT, BALANCING_CREDIT, BALANCING_DEBIT | BALANCING_CREDIT] {
        let mut bank = Bank::with(&[account(1, FREE), account(2, FREE), account(3, FREE)]);
        assert_eq!(bank.pay(transfer(1, 1, 2, 40)), Ok(()));
        assert_eq!(bank.pay(transfer(2, 3, 1, 50)), Ok(()));
        assert_eq!(bank.pay(with(flags, transfer(3, 2, 3, 1_000))), Ok(()));
        let done = bank.engine.transfer(TransferId(3)).unwrap().transfer.amount;
        assert_eq!(done, Amount(if flags.has(BALANCING_DEBIT) { 40 } else { 50 }));
        for (asked, answer) in [
            (1_000, Refusal::Exists),
            (done.0, Refusal::Exists),
            (u128::MAX, Refusal::Exists),
            (done.0 - 1, Refusal::ExistsWithDifferentAmount),
            (0, Refusal::ExistsWithDifferentAmount),
        ] {
            assert_eq!(bank.pay(with(flags, transfer(3, 2, 3, asked))), Err(answer));
        }
    }
}

#[test]
fn an_id_refused_for_a_passing_reason_stays_refused() {
    let mut bank = Bank::with(&[account(1, FREE), account(2, DEPOSIT), account(3, TILL)]);
    assert_eq!(
        bank.pay(with(PENDING | TransferFlags::CLOSING_DEBIT, transfer(1, 1, 2, 0))),
        Ok(())
    );
    let passing = [
        (transfer(10, 8, 2, 1), Refusal::DebitAccountNotFound),
        (transfer(11, 2, 8, 1), Refusal::CreditAccountNotFound),
        (resolution(12, 8, 1, POST), Refusal::PendingTransferNotFound),
        (transfer(13, 2, 3, 1), Refusal::ExceedsCredits),
        (transfer(14, 1, 3, 1), Refusal::DebitAccountAlreadyClosed),
        (transfer(15, 2, 1, 1), Refusal::CreditAccountAlreadyClosed),
    ];
    for (t, refusal) in passing {
        assert_eq!(bank.pay(t), Err(refusal));
        assert_eq!(bank.pay(t), Err(Refusal::IdAlreadyFailed), "{refusal}");
        assert!(bank.engine.has_failed(t.id));
    }
    let fixed = Transfer { code: 0, ..transfer(20, 2, 3, 0) };
    assert_eq!(bank.pay(fixed), Err(Refusal::CodeMustNotBeZero));
    assert_eq!(
        bank.pay(transfer(20, 2, 3, 0)),
        Ok(()),
        "a fault of the request is no fault of the id"
    );
}

/// B, C and D are linked, A and E stand alone.
#[test]
fn the_members_of_a_chain_fail_together_and_nobody_else_with_them() {
    for failing in 1..=5u128 {
        let mut bank = Bank::with(&[account(1, FREE), account(2, FREE)]);
        let t = |id| transfer(id, 1, if id == failing { 9 } else { 2 }, 1);
        let request =
            [t(1), with(LINKED, t(2)), with(LINKED, t(3)), t(4), t(5)].map(Command::Transfer);
        let expected: Vec<Outcome> = (1..=5)
            .map(|id| match id {
                _ if id == failing => Err(Refusal::CreditAccountNotFound),
                2..=4 if (2..=4).contains(&failing) => Err(Refusal::LinkedEventFailed),
                _ => Ok(()),
            })
            .collect();
        assert_eq!(bank.request(&request), expected);
    }
}

#[test]
fn recipe_an_account_is_emptied_and_closed_in_one_step_and_opened_by_voiding() {
    let mut bank = Bank::with(&[account(1, FREE), account(2, DEPOSIT)]);
    assert_eq!(bank.pay(transfer(1, 1, 2, 75)), Ok(()));
    let empty = with(BALANCING_DEBIT, transfer(2, 2, 1, u128::MAX));
    let close = with(PENDING | TransferFlags::CLOSING_DEBIT, transfer(3, 2, 1, 0));
    assert_eq!(bank.request(&chain(&[empty, close])), [Ok(()), Ok(())]);
    assert_eq!(bank.sums(2), [0, 75, 0, 75]);
    assert!(bank.engine.is_closed(AccountId(2)));
    assert_eq!(bank.pay(transfer(4, 1, 2, 1)), Err(Refusal::CreditAccountAlreadyClosed));
    assert_eq!(bank.pay(resolution(5, 3, 0, POST)), Err(Refusal::DebitAccountAlreadyClosed));
    assert_eq!(bank.pay(resolution(6, 3, 0, VOID)), Ok(()));
    assert_eq!(bank.pay(transfer(7, 1, 2, 1)), Ok(()));
}

#[test]
fn recipe_a_balance_stays_within_bounds() {
    // Source 1, destination 2, control 3, operator 4; nothing may lift the destination above 100.
    let mut bank =
        Bank::with(&[account(1, FREE), account(2, DEPOSIT), account(3, TILL), account(4, FREE)]);
    let bounded = |id: u128, amount| {
        chain(&[
            transfer(id, 1, 2, amount),
            transfer(id + 1, 3, 4, 100),
            with(BALANCING_DEBIT | PENDING, transfer(id + 2, 2, 3, u128::MAX)),
            resolution(id + 3, id + 2, 0, VOID),
            transfer(id + 4, 4, 3, 100),
        ])
    };
    assert_eq!(bank.request(&bounded(10, 60)), [Ok(()); 5]);
    let answers = bank.request(&bounded(20, 41));
    assert_eq!(answers[2], Err(Refusal::ExceedsDebits));
    assert_eq!(bank.request(&bounded(30, 40)), [Ok(()); 5]);
    assert_eq!(bank.sums(2), [0, 0, 0, 100]);
    let control = bank.sums(3);
    assert_eq!(control[1], control[3]);
}

#[test]
fn recipe_a_transfer_happens_only_above_a_balance() {
    let mut bank = Bank::with(&[account(1, FREE), account(2, DEPOSIT), account(3, FREE)]);
    assert_eq!(bank.pay(transfer(1, 1, 2, 50)), Ok(()));
    let conditional = |id: u128, threshold| {
        chain(&[
            with(PENDING, transfer(id, 2, 3, threshold)),
            resolution(id + 1, id, 0, VOID),
            transfer(id + 2, 2, 1, 10),
        ])
    };
    let failed = Err(Refusal::LinkedEventFailed);
    assert_eq!(bank.request(&conditional(10, 51)), [Err(Refusal::ExceedsCredits), failed, failed]);
    assert_eq!(bank.request(&conditional(20, 50)), [Ok(()); 3]);
    assert_eq!(bank.sums(2), [0, 10, 0, 50]);
}

#[test]
fn recipe_a_balance_is_kept_for_one_transfer_only() {
    // Destination 2 is free; this once its credits must not exceed its debits of 200.
    let mut bank = Bank::with(&[account(1, FREE), account(2, FREE), account(3, TILL)]);
    assert_eq!(bank.pay(transfer(1, 2, 1, 200)), Ok(()));
    let invariant = |id: u128, amount| {
        chain(&[
            transfer(id, 1, 2, amount),
            with(PENDING | BALANCING_DEBIT, transfer(id + 1, 2, 3, 1)),
            resolution(id + 2, id + 1, 0, VOID),
        ])
    };
    assert_eq!(bank.request(&invariant(10, 123)), [Ok(()); 3]);
    let failed = Err(Refusal::LinkedEventFailed);
    assert_eq!(bank.request(&invariant(20, 78)), [failed, Err(Refusal::ExceedsDebits), failed]);
    assert_eq!(bank.request(&invariant(30, 77)), [Ok(()); 3]);
}

#[test]
fn recipe_several_accounts_pay_what_they_can_towards_a_sum() {
    // A, B, C are 1 to 3; X is 4, LIMIT 5, SETUP 6, and 7 gives the first money.
    let run = |balances: [u128; 3]| {
        let deposits = [1, 2, 3, 5].map(|id| account(id, DEPOSIT));
        let mut bank = Bank::with(&[
            deposits[0],
            deposits[1],
            deposits[2],
            account(4, FREE),
            deposits[3],
            account(6, FREE),
            account(7, FREE),
        ]);
        for (id, amount) in (1..).zip(balances) {
            assert_eq!(bank.pay(transfer(100 + id, 7, id, amount)), Ok(()));
        }
        let both = BALANCING_DEBIT | BALANCING_CREDIT;
        let answers = bank.request(&chain(&[
            transfer(1, 6, 5, 100),
            with(both, transfer(2, 1, 6, 100)),
            with(both, transfer(3, 2, 6, 100)),
            with(both, transfer(4, 3, 6, 100)),
            transfer(5, 6, 4, 100),
            with(BALANCING_CREDIT, transfer(6, 5, 6, u128::MAX)),
        ]));
        (answers, [1, 2, 3, 4].map(|id| bank.sums(id)))
    };
    let (answers, sums) = run([30, 50, 60]);
    assert_eq!(answers, [Ok(()); 6]);
    assert_eq!(sums.map(|s| s[1]), [30, 50, 20, 0]);
    assert_eq!(sums[3][3], 100);
    let (answers, sums) = run([30, 50, 19]);
    assert_eq!(answers[0], Err(Refusal::LinkedEventFailed));
    assert_eq!(sums.map(|s| s[1]), [0, 0, 0, 0], "nobody paid: {answers:?}");
}

#[test]
fn recipe_a_rate_is_limited_by_reservations_that_end() {
    let rate = |t: Transfer| Transfer { ledger: Currency(999), ..t };
    let unit = |id, flags| Account { ledger: Currency(999), ..account(id, flags) };
    let mut bank = Bank::with(&[unit(1, FREE), unit(2, DEPOSIT)]);
    assert_eq!(bank.pay(rate(transfer(1, 1, 2, 10))), Ok(()));
    let request = |id| Transfer { timeout_s: 60, ..with(PENDING, rate(transfer(id, 2, 1, 1))) };
    for id in 10..20 {
        assert_eq!(bank.pay(request(id)), Ok(()));
        bank.wait_s(1);
    }
    assert_eq!(bank.pay(request(20)), Err(Refusal::ExceedsCredits));
    bank.wait_s(51);
    assert_eq!(bank.pay(request(21)), Ok(()), "the first one is over");
    assert_eq!(bank.pay(request(22)), Ok(()), "and the second");
    assert_eq!(bank.pay(request(23)), Err(Refusal::ExceedsCredits));
}

#[test]
fn recipe_currencies_are_exchanged_by_two_linked_transfers() {
    let dollar = |id, flags| Account { ledger: Currency::USD, ..account(id, flags) };
    let mut bank =
        Bank::with(&[account(1, FREE), account(2, DEPOSIT), dollar(11, FREE), dollar(12, DEPOSIT)]);
    assert_eq!(bank.pay(transfer(1, 1, 2, 71_000)), Ok(()));
    let exchange = |id: u128, yuan, dollars| {
        let second = Transfer { ledger: Currency::USD, ..transfer(id + 1, 11, 12, dollars) };
        chain(&[transfer(id, 2, 1, yuan), second])
    };
    assert_eq!(bank.request(&exchange(10, 71_000, 10_000)), [Ok(()); 2]);
    let refused = bank.request(&exchange(20, 71, 10));
    assert_eq!(refused, [Err(Refusal::ExceedsCredits), Err(Refusal::LinkedEventFailed)]);
    assert_eq!(bank.sums(12), [0, 0, 0, 10_000]);
}

#[test]
fn accounts_exist_field_by_field_and_may_be_opened_closed() {
    let mut bank = Bank::with(&[account(1, FREE)]);
    let first = Account {
        user_data_128: 1,
        user_data_64: 2,
        user_data_32: 3,
        ..account(9, AccountFlags::HISTORY)
    };
    let asked = [
        (first, Ok(())),
        (first, Err(Refusal::Exists)),
        (
            Account { flags: FREE, user_data_128: 0, ..first },
            Err(Refusal::ExistsWithDifferentFlags),
        ),
        (
            Account { user_data_128: 0, user_data_64: 0, ..first },
            Err(Refusal::ExistsWithDifferentUserData128),
        ),
        (
            Account { user_data_64: 0, user_data_32: 0, ..first },
            Err(Refusal::ExistsWithDifferentUserData64),
        ),
        (
            Account { user_data_32: 0, code: 9, ..first },
            Err(Refusal::ExistsWithDifferentUserData32),
        ),
        (
            Account { ledger: Currency(1), code: 9, ..first },
            Err(Refusal::ExistsWithDifferentLedger),
        ),
        (Account { code: 9, ..first }, Err(Refusal::ExistsWithDifferentCode)),
        (account(10, DEPOSIT | TILL), Err(Refusal::FlagsAreMutuallyExclusive)),
        (account(11, AccountFlags::CLOSED), Ok(())),
    ];
    for (account, answer) in asked {
        assert_eq!(bank.ask(Command::CreateAccount(account)), answer);
    }
    assert_eq!(bank.pay(transfer(1, 1, 11, 1)), Err(Refusal::CreditAccountAlreadyClosed));
}

#[test]
fn imports_bring_increasing_times_of_their_own() {
    let mut bank = Bank::default();
    bank.now = TimeNs(1_000_000_000);
    let opened = |id, at| {
        Command::CreateAccount(Account {
            timestamp: TimeNs(at),
            ..account(id, AccountFlags::IMPORTED)
        })
    };
    assert_eq!(bank.request(&[opened(1, 100), opened(2, 101)]), [Ok(()), Ok(())]);
    let moved =
        |id, at| Transfer { timestamp: TimeNs(at), ..with(IMPORTED, transfer(id, 1, 2, 1)) };
    let asked = [
        (moved(1, 101), Err(Refusal::ImportedEventTimestampMustNotRegress)),
        (moved(1, 100), Err(Refusal::ImportedEventTimestampMustNotRegress)),
        (moved(1, 99), Err(Refusal::ImportedEventTimestampMustPostdateDebitAccount)),
        (moved(1, 200), Ok(())),
        (moved(1, 300), Err(Refusal::Exists)),
        (moved(2, 200), Err(Refusal::ImportedEventTimestampMustNotRegress)),
        (moved(2, 201), Ok(())),
        (moved(3, 1_000_000_000), Err(Refusal::ImportedEventTimestampMustNotAdvance)),
        (moved(3, 999_999_999), Ok(())),
    ];
    for (t, answer) in asked {
        assert_eq!(bank.pay(t), answer, "{t:?}");
    }
    // As one chain: when a member fails, the times of the others may be used again.
    bank.now = TimeNs(5_000_000_000);
    let failing = chain(&[moved(10, 2_000_000_000), moved(11, 1_500_000_000)]);
    let regressed = Err(Refusal::ImportedEventTimestampMustNotRegress);
    assert_eq!(bank.request(&failing), [Err(Refusal::LinkedEventFailed), regressed]);
    let mended = chain(&[moved(10, 2_000_000_000), moved(11, 2_500_000_000)]);
    assert_eq!(bank.request(&mended), [Ok(()), Ok(())]);
}
