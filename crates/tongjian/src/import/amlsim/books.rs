//! How a sample of AMLSim's is kept here: one owner and one account for each node, its opening balance from the
//! capital, and each payment at a time of the day that its step stands for.

use super::files::{Node, Payment, Tables};
use terms::{
    Account, AccountFlags, AccountId, Amount, ChartClass, ChartLine, Command, Currency, Day,
    PartyId, Role, RoleKind, TimeNs, Transfer, TransferFlags, TransferId,
};

/// The files name neither a currency nor a date.
pub const CURRENCY: Currency = Currency::USD;
/// Minutes east of UTC of the bank's calendar.
pub const UTC_OFFSET_MIN: i16 = 0;

/// Accounts and owners are numbered from here on, by node.
const NODES: u128 = 1_000_000;
/// Opening balances are numbered from here on, by node; payments have the number of their line.
const OPENINGS: u128 = 1_000_000_000;

const CAPITAL: u16 = 40_011;
const CURRENT: u16 = 20_111;
const CHART: [(u16, ChartClass, &str); 2] = [
    (CAPITAL, ChartClass::Equity, "实收资本 / Paid-in capital"),
    (CURRENT, ChartClass::Liability, "活期存款 / Current accounts"),
];

/// Codes of transfers.
const OPENING: u16 = 1;
const PAYMENT: u16 = 2;

/// The account of a node.
pub fn account_of(node: u32) -> AccountId {
    AccountId(NODES + u128::from(node))
}

/// The owner of a node's account.
pub fn owner_of(node: u32) -> PartyId {
    PartyId(NODES + u128::from(node))
}

/// The transfer that a line of `transactions.csv` becomes.
pub fn transfer_of(payment: &Payment) -> TransferId {
    TransferId(payment.line.into())
}

/// The chart as commands.
pub fn chart() -> Vec<Command> {
    let line = |(code, class, name): &(u16, ChartClass, &str)| {
        Command::DefineChartLine(ChartLine { code: *code, class: *class, name: (*name).to_owned() })
    };
    CHART.iter().map(line).collect()
}

/// The bank's capital and every node's account, opened from midnight on the eve of `first`, the day of step one.
pub fn accounts(tables: &Tables, first: Day) -> Vec<Command> {
    let capital = (AccountId(u128::from(CAPITAL)), CAPITAL);
    let of_nodes = tables.nodes.keys().map(|node| (account_of(*node), CURRENT));
    let open = |(at, (id, code)): (u64, (AccountId, u16))| {
        Command::CreateAccount(Account {
            id,
            ledger: CURRENCY,
            code,
            // The sample's accounts pay more than they have.
            flags: AccountFlags::IMPORTED,
            timestamp: TimeNs(eve(first).0 + at),
            ..Account::default()
        })
    };
    (0..).zip(std::iter::once(capital).chain(of_nodes)).map(open).collect()
}

/// Each owner of each account.
pub fn roles(tables: &Tables) -> Vec<Command> {
    let role = |node: &u32| {
        Command::GrantRole(Role {
            party: owner_of(*node),
            account: account_of(*node),
            kind: RoleKind::Owner,
            until: Day::BOOKING,
        })
    };
    tables.nodes.keys().map(role).collect()
}

/// Opening balances in the eve's last hours, then every payment at its time; who pays itself is left out.
pub fn transfers(tables: &Tables, first: Day) -> Vec<Transfer> {
    let noon = eve(first).plus_s(12 * 3_600).unwrap_or_default();
    let with_money = tables.nodes.values().filter(|node| node.balance > Amount::ZERO);
    let opening = |(at, node): (u64, &Node)| Transfer {
        id: TransferId(OPENINGS + u128::from(node.id)),
        debit_account: AccountId(u128::from(CAPITAL)),
        credit_account: account_of(node.id),
        amount: node.balance,
        code: OPENING,
        timestamp: TimeNs(noon.0 + at),
        ..imported()
    };
    let paid = |(time, payment): (TimeNs, &Payment)| Transfer {
        id: transfer_of(payment),
        debit_account: account_of(payment.payer),
        credit_account: account_of(payment.payee),
        amount: payment.amount,
        user_data_32: payment.line,
        code: PAYMENT,
        timestamp: time,
        ..imported()
    };
    let dated = tables.dated(first, UTC_OFFSET_MIN).filter(|(_, p)| p.payer != p.payee);
    (0..).zip(with_money).map(opening).chain(dated.map(paid)).collect()
}

fn imported() -> Transfer {
    Transfer {
        ledger: CURRENCY,
        flags: TransferFlags::IMPORTED,
        value_date: Day::BOOKING,
        ..Transfer::default()
    }
}

fn eve(first: Day) -> TimeNs {
    TimeNs::start_of(first.plus(-1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_opened_before_it_is_paid_from_and_times_only_grow() {
        let node = |id, balance, step: Option<u32>| {
            let balance = Amount(balance);
            (id, Node { id, balance, is_fraud: step.is_some(), fraud_step: step })
        };
        let pay =
            |line, payer, payee, step| Payment { line, payer, payee, amount: Amount(5), step };
        let tables = Tables {
            nodes: [node(0, 100, Some(1)), node(1, 0, None), node(2, 7, Some(3))].into(),
            payments: vec![pay(2, 0, 1, 1), pay(3, 1, 1, 1), pay(4, 1, 2, 1), pay(5, 2, 0, 3)],
        };
        let first = Day::parse("2026-03-01").unwrap();
        let opened = accounts(&tables, first).into_iter().map(|command| match command {
            Command::CreateAccount(account) => account.timestamp,
            other => panic!("{other:?} opens no account"),
        });
        let transfers = transfers(&tables, first);
        let times: Vec<TimeNs> =
            opened.chain(transfers.iter().map(|transfer| transfer.timestamp)).collect();
        assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
        let ids: Vec<u128> = transfers.iter().map(|transfer| transfer.id.0).collect();
        assert_eq!(ids, [OPENINGS, OPENINGS + 2, 2, 4, 5], "line 3 pays itself");
        assert_eq!(transfers[4].timestamp.day_at(UTC_OFFSET_MIN).to_string(), "2026-03-03");
        assert_eq!(roles(&tables).len(), 3);
        assert_eq!(chart().len(), 2);
    }
}
