//! A bank in which every rule about transfers can be broken.

use crate::bank::*;
use terms::*;

/// 1, 2 free; 3 a deposit of 100 of which 40 are reserved; 4 a till with 50; 5 closed; 6 in another
/// currency; 7 bears interest from today; 8 a deposit of 1,000 with 900 held; 9 a deposit of 1,000
/// that may send 50 at once and 80 a day and has sent 40; 20 to 25 stand at the end of numbers; 26
/// was closed by a reservation; 30 and 31 were opened after the last transfer.
pub const ACCOUNTS: [u128; 18] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 21, 22, 23, 24, 25, 26, 30, 31];
/// Plain, pending, posting, voiding, balancing, an entry, an id that failed.
pub const TAKEN_IDS: [u128; 8] = [500, 501, 503, 505, 510, 600, 700, 701];
/// Plain, pending, posted, voided, expired, due, from and to a closed account, an entry.
pub const PENDING_IDS: [u128; 9] = [500, 501, 502, 504, 506, 507, 508, 509, 600];
/// What account 9 has sent today.
pub const SPENT_BY_9: u128 = 40;

/// The bank and what its rules are measured by.
pub struct Books {
    pub bank: Bank,
    pub today: Day,
    /// The latest transfer's time.
    pub last_transfer: TimeNs,
    /// When accounts 30 and 31 were opened.
    pub late_account: TimeNs,
}

/// The same bank in our days, and so late that a long timeout passes the end of time.
pub fn now_and_at_the_end_of_time() -> [Books; 2] {
    let monday = TimeNs(TimeNs::start_of(MONDAY).0 + 43_200_000_000_000);
    let end = TimeNs(u64::MAX - 100 * 86_400_000_000_000);
    [monday, end].map(Books::at)
}

impl Books {
    fn at(now: TimeNs) -> Books {
        let mut bank = Bank::default();
        bank.now = now;
        let today = now.day_at(0);
        open_accounts(&mut bank, today);
        fill(&mut bank);
        reserve(&mut bank);
        let last_transfer = bank.engine.transfers().map(|t| t.transfer.timestamp).max().unwrap();
        bank.wait_s(100);
        for id in [30, 31] {
            assert_eq!(bank.ask(Command::CreateAccount(account(id, FREE))), Ok(()));
        }
        let late_account = bank.account(31).account.timestamp;
        // 507 is due now, and nobody has ended it yet.
        bank.wait_s(100);
        Books { bank, today, last_transfer, late_account }
    }

    /// Times an import may claim: impossible, future, past, before the accounts, an account's, right.
    pub fn import_times(&self) -> [u64; 7] {
        let (last, late) = (self.last_transfer.0, self.late_account.0);
        [0, u64::MAX, self.bank.now.0 + 1_000_000_000, last, late - 50_000_000_000, late, late + 5]
    }
}

fn open_accounts(bank: &mut Bank, today: Day) {
    let name = "Riverside Bank".into();
    let opening = Institution { name, currency: CNY, utc_offset_min: 0, first_day: today };
    assert_eq!(bank.ask(Command::OpenInstitution(opening)), Ok(()));
    let line = ChartLine { code: 1, class: ChartClass::Common, name: "All".into() };
    assert_eq!(bank.ask(Command::DefineChartLine(line)), Ok(()));
    for id in ACCOUNTS.into_iter().filter(|id| ![30, 31].contains(id)) {
        let flags = match id {
            3 | 8 | 9 => DEPOSIT,
            4 => TILL,
            5 => AccountFlags::CLOSED,
            _ => FREE,
        };
        let ledger = if id == 6 { Currency::EUR } else { CNY };
        let asked = Account { ledger, ..account(id, flags) };
        assert_eq!(bank.ask(Command::CreateAccount(asked)), Ok(()));
    }
}

/// Balances, holds, limits and interest terms.
fn fill(bank: &mut Bank) {
    let all = u128::MAX;
    for t in [
        transfer(1, 1, 3, 100),
        transfer(2, 4, 2, 50),
        transfer(3, 1, 8, 1_000),
        transfer(4, 1, 9, 1_000),
        transfer(5, 20, 21, all - 10),
        Transfer { flags: PENDING, ..transfer(6, 22, 23, all - 10) },
        transfer(7, 24, 25, all - 10),
        Transfer { flags: PENDING, ..transfer(8, 24, 25, 8) },
    ] {
        assert_eq!(bank.pay(t), Ok(()), "{t:?}");
    }
    let (account, counter_account) = (AccountId(7), AccountId(1));
    let terms =
        InterestTerms { account, rate_ppm: 10_000, basis: DayBasis::Actual360, counter_account };
    assert_eq!(bank.ask(Command::SetInterest(terms)), Ok(()));
    let limits = SpendingLimits {
        account: AccountId(9),
        per_transfer: Some(Amount(50)),
        per_day: Some(Amount(80)),
    };
    assert_eq!(bank.ask(Command::SetLimits(limits)), Ok(()));
    assert_eq!(bank.pay(transfer(9, 9, 1, SPENT_BY_9)), Ok(()));
    let hold = Hold {
        id: TransferId(800),
        account: AccountId(8),
        amount: Some(Amount(900)),
        order: HoldOrder::Aml,
        reference: "A-1".into(),
    };
    assert_eq!(bank.ask(Command::PlaceHold(hold)), Ok(()));
}

/// Transfers of every kind and in every phase.
fn reserve(bank: &mut Bank) {
    let pending = |id, debit, credit, amount| Transfer {
        flags: PENDING,
        ..transfer(id, debit, credit, amount)
    };
    let balancing = TransferFlags::BALANCING_DEBIT;
    for t in [
        Transfer { user_data_128: 9, ..transfer(500, 1, 2, 5) },
        Transfer { code: 7, user_data_64: 4, ..pending(501, 3, 1, 40) },
        Transfer { user_data_32: 3, ..pending(502, 1, 2, 40) },
        resolution(503, 502, 30, POST),
        pending(504, 1, 2, 40),
        resolution(505, 504, 0, VOID),
        Transfer { timeout_s: 10, ..pending(506, 1, 2, 40) },
        pending(508, 26, 1, 40),
        pending(509, 1, 26, 40),
        Transfer { flags: balancing, ..transfer(510, 9, 1, 0) },
        transfer(511, 1, 2, 5),
        Transfer { flags: PENDING | TransferFlags::CLOSING_DEBIT, ..transfer(512, 26, 1, 0) },
    ] {
        assert_eq!(bank.pay(t), Ok(()), "{t:?}");
    }
    let reversal =
        Command::Reverse { id: TransferId(513), of: TransferId(511), value_date: Day::BOOKING };
    assert_eq!(bank.ask(reversal), Ok(()));
    let legs = [leg(1, Side::Debit, 5), leg(2, Side::Credit, 5)];
    assert_eq!(bank.ask(Command::PostEntry(entry(600, &legs))), Ok(()));
    bank.wait_s(20);
    assert_eq!(bank.pay(transfer(700, 99, 1, 5)), Err(Refusal::DebitAccountNotFound));
    assert_eq!(bank.pay(resolution(701, 99, 5, POST)), Err(Refusal::PendingTransferNotFound));
    assert_eq!(bank.pay(Transfer { timeout_s: 150, ..pending(507, 1, 2, 40) }), Ok(()));
}
