//! Short words for tests in Rust: commands with everything usual filled in, and a bank that notes
//! what it did so that the run can be checked.

use crate::checked::{Decided, check_run};
use engine::Engine;
use terms::*;

pub const CNY: Currency = Currency::CNY;
pub const PENDING: TransferFlags = TransferFlags::PENDING;
pub const POST: TransferFlags = TransferFlags::POST_PENDING;
pub const VOID: TransferFlags = TransferFlags::VOID_PENDING;
pub const LINKED: TransferFlags = TransferFlags::LINKED;
pub const IMPORTED: TransferFlags = TransferFlags::IMPORTED;
/// Debits must not exceed credits.
pub const DEPOSIT: AccountFlags = AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS;
/// Credits must not exceed debits.
pub const TILL: AccountFlags = AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS;
/// No flags.
pub const FREE: AccountFlags = AccountFlags(0);

/// The first business day of these tests, a Monday.
pub const MONDAY: Day = Day(20_458);

/// Asks to open an account in CNY with code 1.
pub fn account(id: u128, flags: AccountFlags) -> Account {
    Account { id: AccountId(id), ledger: CNY, code: 1, flags, ..Account::default() }
}

/// Asks for a plain transfer in CNY with code 1.
pub fn transfer(id: u128, debit: u128, credit: u128, amount: u128) -> Transfer {
    Transfer {
        id: TransferId(id),
        debit_account: AccountId(debit),
        credit_account: AccountId(credit),
        amount: Amount(amount),
        ledger: CNY,
        code: 1,
        ..Transfer::default()
    }
}

/// Asks to post or void a pending transfer, with every other field open.
pub fn resolution(id: u128, pending: u128, amount: u128, flags: TransferFlags) -> Transfer {
    let (id, pending_id) = (TransferId(id), TransferId(pending));
    Transfer { id, pending_id, amount: Amount(amount), flags, ..Transfer::default() }
}

/// Asks to open the institution on `MONDAY` in UTC.
pub fn institution() -> Command {
    let name = "Riverside Bank".into();
    Command::OpenInstitution(Institution {
        name,
        currency: CNY,
        utc_offset_min: 0,
        first_day: MONDAY,
    })
}

/// A leg of an entry.
pub fn leg(account: u128, side: Side, amount: u128) -> Leg {
    Leg { account: AccountId(account), side, amount: Amount(amount) }
}

/// An entry with code 1.
pub fn entry(id: u128, legs: &[Leg]) -> Entry {
    let (id, reverses) = (TransferId(id), TransferId(0));
    Entry { id, code: 1, value_date: Day::BOOKING, user_data_128: 0, reverses, legs: legs.to_vec() }
}

/// A bank that notes its run.
#[derive(Default)]
pub struct Bank {
    pub engine: Engine,
    pub now: TimeNs,
    run: Vec<Decided>,
}

impl Bank {
    /// A bank on `MONDAY` at noon UTC with these accounts.
    pub fn with(accounts: &[Account]) -> Bank {
        let mut bank = Bank::default();
        bank.now = TimeNs(TimeNs::start_of(MONDAY).0 + 43_200_000_000_000);
        for account in accounts {
            assert_eq!(bank.ask(Command::CreateAccount(*account)), Ok(()));
        }
        bank
    }

    /// The answers to one request.
    pub fn request(&mut self, commands: &[Command]) -> Vec<Outcome> {
        let mut events = Vec::new();
        self.engine.submit_due(self.now, &mut events);
        let expired = events.len();
        events.extend(self.engine.submit(self.now, commands));
        let outcomes = events[expired..].iter().map(Event::outcome).collect();
        self.run.push((self.now, events));
        outcomes
    }

    /// The answer to one command.
    pub fn ask(&mut self, command: Command) -> Outcome {
        self.request(&[command])[0]
    }

    /// The answer to one transfer.
    pub fn pay(&mut self, t: Transfer) -> Outcome {
        self.ask(Command::Transfer(t))
    }

    /// Lets time pass.
    pub fn wait_s(&mut self, seconds: u64) {
        self.now.0 += seconds * 1_000_000_000;
    }

    /// Ends the business day and begins the `days`th after it.
    pub fn close_day(&mut self, days: i32) {
        let day = self.engine.business_day().unwrap();
        self.wait_s(86_400 * u64::try_from(days).unwrap());
        assert_eq!(self.ask(Command::CloseDay { day, next: day.plus(days) }), Ok(()));
    }

    /// An account as it is now.
    pub fn account(&self, id: u128) -> engine::AccountView {
        self.engine.account(AccountId(id)).unwrap()
    }

    /// Debits pending and posted, credits pending and posted.
    pub fn sums(&self, id: u128) -> [u128; 4] {
        let a = self.account(id);
        [a.debits_pending.0, a.debits_posted.0, a.credits_pending.0, a.credits_posted.0]
    }
}

impl Drop for Bank {
    /// Every run is checked at its end; a test that failed already has said enough.
    fn drop(&mut self) {
        if !std::thread::panicking() {
            check_run(&self.engine, &self.run);
        }
    }
}
