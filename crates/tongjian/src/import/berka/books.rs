//! How the Berka bank is kept here: its chart of accounts, the contra account of each kind of
//! transaction, and the commands that open everything and post it at the time it happened.

use super::files::{AccountLine, Kind, Movement, Tables};
use super::order::Placed;
use std::collections::BTreeSet;
use terms::{
    Account, AccountFlags, AccountId, Amount, ChartClass, ChartLine, Command, Currency, Day,
    PartyId, Role, RoleKind, TimeNs, Transfer, TransferFlags, TransferId,
};

/// Minutes east of UTC of the bank's calendar.
pub const UTC_OFFSET_MIN: i16 = 60;
/// Transactions of a day are posted from six in the morning on; accounts are opened at midnight.
const POSTING_S: u32 = 6 * 3600;
/// The bank's own accounts have the chart code times this, plus a number.
const OWN_ACCOUNTS: u128 = 1_000;

const TILL: u16 = 10_012;
const CURRENT: u16 = 20_111;
const CLEARING: u16 = 30_011;
const CARDS: u16 = 30_012;
const LOANS: u16 = 30_013;
const INTEREST_INCOME: u16 = 60_111;
const FEE_INCOME: u16 = 60_211;
const INTEREST_EXPENSE: u16 = 64_111;

const CHART: [(u16, ChartClass, &str); 8] = [
    (TILL, ChartClass::Asset, "柜员现金 / Cash in tills"),
    (CURRENT, ChartClass::Liability, "活期存款 / Current accounts of clients"),
    (CLEARING, ChartClass::Common, "同业清算 / Clearing with other banks"),
    (CARDS, ChartClass::Common, "银行卡清算 / Card clearing"),
    (LOANS, ChartClass::Common, "贷款结算 / Loan settlement"),
    (INTEREST_INCOME, ChartClass::Income, "罚息收入 / Penalty interest income"),
    (FEE_INCOME, ChartClass::Income, "手续费收入 / Fee income"),
    (INTEREST_EXPENSE, ChartClass::Expense, "利息支出 / Interest expense"),
];

/// The chart as commands.
pub fn chart() -> Vec<Command> {
    let line = |(code, class, name): &(u16, ChartClass, &str)| {
        Command::DefineChartLine(ChartLine { code: *code, class: *class, name: (*name).to_owned() })
    };
    CHART.iter().map(line).collect()
}

/// What identifies a client here; the file has no names.
pub fn identity(tables: &Tables, client: &super::files::Client) -> Vec<(&'static str, String)> {
    let district = tables.districts.iter().find(|(id, _)| *id == client.district);
    vec![
        ("birth_date", client.born.to_string()),
        ("sex", if client.woman { "female" } else { "male" }.to_owned()),
        (
            "district",
            district.map_or_else(|| client.district.to_string(), |(_, name)| name.clone()),
        ),
    ]
}

/// The bank's own accounts, opened before the first client's, then the clients' by date.
pub fn accounts(tables: &Tables) -> Vec<Command> {
    let first_day = tables.accounts.first().map_or(Day(0), |a| a.opened);
    let own = own_accounts(&tables.movements)
        .into_iter()
        .map(|(id, code)| (id, code, first_day.plus(-1), 0));
    let client = |a: &AccountLine| (AccountId(a.id.into()), CURRENT, a.opened, a.frequency);
    let all = own.chain(tables.accounts.iter().map(client));
    let open = |(at, (id, code, opened, frequency)): (usize, (AccountId, u16, Day, u32))| {
        Command::CreateAccount(Account {
            id,
            user_data_32: frequency,
            ledger: Currency::CZK,
            code,
            // Clients may go below zero: the file's own balances do.
            flags: AccountFlags::IMPORTED,
            timestamp: TimeNs(midnight(opened).0 + at as u64),
            ..Account::default()
        })
    };
    all.enumerate().map(open).collect()
}

/// Owners and disponents.
pub fn roles(tables: &Tables) -> Vec<Command> {
    let role = |d: &super::files::Disposition| {
        Command::GrantRole(Role {
            party: PartyId(d.client.into()),
            account: AccountId(d.account.into()),
            kind: if d.owner { RoleKind::Owner } else { RoleKind::Disponent },
            until: Day::BOOKING,
        })
    };
    tables.dispositions.iter().map(role).collect()
}

/// The transaction that is placed `at` among all, as a transfer at the time it happened. `user_data_32` is its line
/// in the file, `user_data_64` the account number at the other bank.
pub fn transfer(movement: &Movement, at: usize) -> Transfer {
    let client = AccountId(movement.account.into());
    let contra = contra_account(movement);
    let (debit_account, credit_account) =
        if movement.amount > 0 { (contra, client) } else { (client, contra) };
    let day = midnight(movement.day).plus_s(POSTING_S).unwrap_or_default();
    Transfer {
        id: TransferId(movement.id.into()),
        debit_account,
        credit_account,
        amount: Amount(movement.amount.unsigned_abs().into()),
        user_data_64: movement.partner,
        user_data_32: movement.line,
        ledger: Currency::CZK,
        code: movement.kind as u16,
        flags: TransferFlags::IMPORTED,
        value_date: Day::BOOKING,
        timestamp: TimeNs(day.0 + at as u64),
        ..Transfer::default()
    }
}

/// All transactions in their order.
pub fn transfers(movements: &[Movement], placed: &[Placed]) -> Vec<Transfer> {
    placed.iter().enumerate().map(|(at, line)| transfer(&movements[line.at], at)).collect()
}

/// Where the other side of a transaction goes.
fn contra_account(m: &Movement) -> AccountId {
    match m.kind {
        Kind::CashIn | Kind::CashOut | Kind::HouseholdCash => own(TILL, 0),
        Kind::CardOut => own(CARDS, 0),
        Kind::FromBank | Kind::ToBank | Kind::Pension | Kind::Household | Kind::Insurance => {
            own(CLEARING, m.bank.map_or(0, bank_number))
        }
        Kind::LoanPayment => own(LOANS, 0),
        Kind::Interest => own(INTEREST_EXPENSE, 0),
        Kind::StatementFee => own(FEE_INCOME, 0),
        Kind::PenaltyInterest => own(INTEREST_INCOME, 0),
    }
}

/// One account for each chart code and each other bank that the transactions need.
fn own_accounts(movements: &[Movement]) -> Vec<(AccountId, u16)> {
    let needed: BTreeSet<AccountId> = movements.iter().map(contra_account).collect();
    needed.into_iter().map(|id| (id, u16::try_from(id.0 / OWN_ACCOUNTS).unwrap_or(0))).collect()
}

fn own(code: u16, number: u16) -> AccountId {
    AccountId(u128::from(code) * OWN_ACCOUNTS + u128::from(number))
}

/// Two letters as a number below a thousand: AB is 1, BA is 26.
fn bank_number(letters: [u8; 2]) -> u16 {
    let [a, b] = letters.map(|c| u16::from(c.to_ascii_uppercase().saturating_sub(b'A')));
    (a * 26 + b) % 1_000
}

/// The start of a day in the bank's calendar.
fn midnight(day: Day) -> TimeNs {
    TimeNs(TimeNs::start_of(day).0 - u64::from(UTC_OFFSET_MIN.unsigned_abs()) * 60_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn movement(kind: Kind, amount: i64, bank: Option<[u8; 2]>) -> Movement {
        Movement {
            line: 2,
            id: 7,
            account: 5,
            day: Day(8_766),
            amount,
            balance: 0,
            kind,
            bank,
            partner: 99,
        }
    }

    #[test]
    fn money_comes_from_and_goes_to_the_right_contra_account() {
        let paid_in = transfer(&movement(Kind::CashIn, 500, None), 0);
        assert_eq!((paid_in.debit_account, paid_in.credit_account), (own(TILL, 0), AccountId(5)));
        let rent = transfer(&movement(Kind::Household, -500, Some(*b"CD")), 1);
        assert_eq!((rent.debit_account, rent.credit_account), (AccountId(5), own(CLEARING, 55)));
        assert_eq!(rent.amount, Amount(500));
        let interest = transfer(&movement(Kind::Interest, 500, None), 2);
        assert_eq!(interest.debit_account, own(INTEREST_EXPENSE, 0));
        assert!(paid_in.timestamp < rent.timestamp && rent.timestamp < interest.timestamp);
    }

    #[test]
    fn a_transfer_is_booked_on_its_own_day_by_the_banks_calendar() {
        let posted = transfer(&movement(Kind::CashIn, 500, None), 0);
        assert_eq!(posted.timestamp.day_at(UTC_OFFSET_MIN), Day(8_766));
        assert_eq!(midnight(Day(8_766)).iso_at(UTC_OFFSET_MIN), "1994-01-01T00:00:00+01:00");
    }
}
