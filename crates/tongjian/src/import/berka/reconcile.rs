//! The ledger's balance after each transaction beside the file's own. Every difference has a cause and
//! the line that brought it; a difference that only stands on from an earlier line says which.

use super::files::Movement;
use super::order::{Placed, ROUNDING, Sure};
use std::collections::{BTreeMap, HashMap};
use terms::{AccountId, Day, Transfer};

/// Why the ledger and the file differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The file prints amount and balance of this line rounded to 0.10.
    Rounding,
    /// A rounding of an earlier line stands on; this line itself agrees.
    RoundingCarried,
    /// On the last day of the file entries of this account are missing before this one: the file ends in
    /// the middle of the day.
    CutOff,
    /// Entries of this account are missing before this one.
    Missing,
    /// Missing entries before an earlier line stand on; this line itself agrees.
    MissingCarried,
    /// The ledger does not have this transaction.
    NotPosted,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Cause; 6] = [
        Cause::Rounding,
        Cause::RoundingCarried,
        Cause::CutOff,
        Cause::Missing,
        Cause::MissingCarried,
        Cause::NotPosted,
    ];

    /// One word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Rounding => "rounding",
            Cause::RoundingCarried => "rounding_carried",
            Cause::CutOff => "cut_off",
            Cause::Missing => "missing",
            Cause::MissingCarried => "missing_carried",
            Cause::NotPosted => "not_posted",
        }
    }

    /// One sentence for people.
    pub fn sentence(self) -> &'static str {
        match self {
            Cause::Rounding => "the file prints this line's amount and balance rounded to 0.10",
            Cause::RoundingCarried => {
                "a rounding of an earlier line stands on; this line itself agrees"
            }
            Cause::CutOff => {
                "the file ends in the middle of its last day: entries before this one are missing"
            }
            Cause::Missing => "entries before this one are missing from the file",
            Cause::MissingCarried => {
                "missing entries before an earlier line stand on; this line itself agrees"
            }
            Cause::NotPosted => "the ledger does not have this transaction",
        }
    }
}

/// One line where ledger and file differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Index into the movements.
    pub at: usize,
    /// Credits less debits in the ledger, in haléř.
    pub ledger: i64,
    /// Why.
    pub cause: Cause,
    /// The line of the file that brought it; the line itself if it is new here.
    pub since_line: u32,
}

/// What a comparison of all lines found.
#[derive(Clone, Debug, Default)]
pub struct Reconciliation {
    /// Lines that were compared.
    pub compared: usize,
    /// Lines whose balance is exactly the file's.
    pub exact: usize,
    /// Lines that agree with the line before them, whatever that one's difference was.
    pub steps_exact: usize,
    /// Lines that could only be compared at the end of their day.
    pub day_only: usize,
    /// Lines whose place within the day is one of several that fit.
    pub ambiguous: usize,
    /// Lines that moved within their day.
    pub moved: usize,
    /// Every difference, in the order in which things happened.
    pub differences: Vec<Difference>,
}

impl Reconciliation {
    /// How many lines differ, by cause.
    pub fn counts(&self) -> BTreeMap<Cause, usize> {
        let mut counts: BTreeMap<Cause, usize> =
            Cause::ALL.iter().map(|cause| (*cause, 0)).collect();
        for difference in &self.differences {
            *counts.entry(difference.cause).or_default() += 1;
        }
        counts
    }
}

/// What an account's difference is made of so far.
#[derive(Clone, Copy, Default)]
struct Standing {
    since_line: u32,
    missing: bool,
}

/// Compares `posted`, the ledger's transfers in its own order, with the file's lines.
pub fn reconcile(
    movements: &[Movement],
    placed: &[Placed],
    posted: impl Iterator<Item = Transfer>,
) -> Reconciliation {
    let after = balances_after(movements, posted);
    let last_day = movements.last().map_or(Day(0), |m| m.day);
    let mut found = Reconciliation::default();
    let mut standing: HashMap<u32, Standing> = HashMap::new();
    for (slot, line) in placed.iter().enumerate() {
        let m = &movements[line.at];
        found.compared += 1;
        found.moved += usize::from(slot != line.at);
        found.ambiguous += usize::from(line.sure == Sure::Ambiguous);
        let stands = standing.entry(m.account).or_default();
        if line.residue != 0 {
            *stands = Standing {
                since_line: m.line,
                missing: stands.missing || line.residue.abs() > ROUNDING,
            };
        }
        found.steps_exact += usize::from(line.residue == 0);
        let Some(ledger) = after.get(&m.id).copied() else {
            let not_posted =
                Difference { at: line.at, ledger: 0, cause: Cause::NotPosted, since_line: m.line };
            found.differences.push(not_posted);
            continue;
        };
        if line.sure == Sure::DayOnly && !line.ends_day {
            found.day_only += 1;
            continue;
        }
        if ledger == m.balance {
            found.exact += 1;
            *stands = Standing::default();
            continue;
        }
        let cause = match (line.residue.abs(), stands.missing) {
            (0, false) => Cause::RoundingCarried,
            (0, true) => Cause::MissingCarried,
            (1..=ROUNDING, _) => Cause::Rounding,
            _ if m.day == last_day => Cause::CutOff,
            _ => Cause::Missing,
        };
        let since_line = stands.since_line;
        found.differences.push(Difference { at: line.at, ledger, cause, since_line });
    }
    found
}

/// The ledger's balance of the client's account right after each transaction of the file.
fn balances_after(
    movements: &[Movement],
    posted: impl Iterator<Item = Transfer>,
) -> HashMap<u64, i64> {
    let owners: HashMap<u64, AccountId> =
        movements.iter().map(|m| (m.id, AccountId(m.account.into()))).collect();
    let mut balances: HashMap<AccountId, i64> = HashMap::new();
    let mut after = HashMap::new();
    for transfer in posted {
        let amount = i64::try_from(transfer.amount.0).unwrap_or(i64::MAX);
        *balances.entry(transfer.debit_account).or_default() -= amount;
        *balances.entry(transfer.credit_account).or_default() += amount;
        if let Some((id, owner)) = u64::try_from(transfer.id.0)
            .ok()
            .and_then(|id| owners.get(&id).map(|owner| (id, owner)))
        {
            after.insert(id, balances.get(owner).copied().unwrap_or(0));
        }
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::berka::books::transfers;
    use crate::import::berka::files::Kind;
    use crate::import::berka::order::in_order;

    fn lines(lines: &[(i32, i64, i64)]) -> Vec<Movement> {
        let line = |(at, (day, amount, balance)): (usize, &(i32, i64, i64))| Movement {
            line: at as u32 + 2,
            id: at as u64 + 1,
            account: 1,
            day: Day(8_000 + day),
            amount: *amount,
            balance: *balance,
            kind: if *amount > 0 { Kind::CashIn } else { Kind::CashOut },
            bank: None,
            partner: 0,
        };
        lines.iter().enumerate().map(line).collect()
    }

    fn causes(movements: &[Movement]) -> Vec<(u32, Cause, u32)> {
        let placed = in_order(movements);
        let found = reconcile(movements, &placed, transfers(movements, &placed).into_iter());
        assert_eq!(found.exact + found.differences.len() + found.day_only, found.compared);
        found.differences.iter().map(|d| (movements[d.at].line, d.cause, d.since_line)).collect()
    }

    #[test]
    fn an_honest_file_has_no_differences_whatever_the_order_within_a_day() {
        let file = lines(&[(0, -100, 400), (0, 500, 500), (1, 50, 450)]);
        assert_eq!(causes(&file), []);
    }

    #[test]
    fn a_rounding_is_named_where_it_arises_and_stands_on_until_it_cancels() {
        let file = lines(&[(0, 500, 510), (1, 100, 610), (2, 100, 700), (3, 100, 800)]);
        assert_eq!(causes(&file), [(2, Cause::Rounding, 2), (3, Cause::RoundingCarried, 2)]);
    }

    #[test]
    fn missing_entries_are_told_from_a_file_that_was_cut_off() {
        let file = lines(&[(0, 500, 500), (1, 100, 900), (2, 100, 1_000), (3, 100, 1_900)]);
        let cut = [(3, Cause::Missing, 3), (4, Cause::MissingCarried, 3), (5, Cause::CutOff, 5)];
        assert_eq!(causes(&file), cut);
    }

    #[test]
    fn a_transaction_the_ledger_does_not_have_is_named() {
        let file = lines(&[(0, 500, 500), (1, 100, 600)]);
        let placed = in_order(&file);
        let posted = transfers(&file, &placed).into_iter().take(1);
        let found = reconcile(&file, &placed, posted);
        assert_eq!(found.counts()[&Cause::NotPosted], 1);
    }
}
