//! The order within a day. The file is sorted by date only, but each line says the account's balance
//! after it, and a balance is the one before plus the amount. So the lines of one account and day form a
//! chain, and the order is the cheapest way through it: first as few breaks as possible, then as few
//! roundings, then the order of the file. When two ways cost the same, that is said.

use super::files::Movement;
use std::collections::BTreeMap;
use terms::Day;

/// The file prints amounts and balances rounded to ten haléř, so a step may be off by as much.
pub const ROUNDING: i64 = 10;
/// Lines of one account on one day for which all orders are weighed.
const WEIGHED_MAX: usize = 12;
/// A break costs more than any number of roundings.
const BREAK: u32 = 1_000;
const NEVER: u32 = u32::MAX;

/// How sure the place of a line within its day is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    /// One order fits the balances best.
    Known,
    /// Several fit equally; the file's own order decides among them.
    Ambiguous,
    /// Too many lines to weigh all orders; they stay as in the file, and only the day's end is compared.
    DayOnly,
}

/// A line at its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Index into the movements.
    pub at: usize,
    /// How sure its place is.
    pub sure: Sure,
    /// The file's balance of this line less the file's balance before it less the amount: what the
    /// file's own reckoning leaves unexplained. For the last line of a day that is known only as a
    /// whole, that of the whole day; zero for the others of it.
    pub residue: i64,
    /// The account's last line of its day.
    pub ends_day: bool,
}

/// All movements in the order in which they happened: by date, each account's day as its balances say,
/// and days of different accounts interleaved as in the file.
pub fn in_order(movements: &[Movement]) -> Vec<Placed> {
    let mut days: BTreeMap<(Day, u32), Vec<usize>> = BTreeMap::new();
    for (at, m) in movements.iter().enumerate() {
        days.entry((m.day, m.account)).or_default().push(at);
    }
    let mut before: BTreeMap<u32, i64> = BTreeMap::new();
    let mut placed: Vec<Option<Placed>> = vec![None; movements.len()];
    for ((_, account), slots) in days {
        let balance = before.entry(account).or_default();
        for (slot, line) in slots.iter().zip(order_day(movements, &slots, *balance)) {
            *balance = movements[line.at].balance;
            placed[*slot] = Some(line);
        }
    }
    placed.into_iter().flatten().collect()
}

/// One account's day.
fn order_day(movements: &[Movement], day: &[usize], before: i64) -> Vec<Placed> {
    if day.len() > WEIGHED_MAX {
        return day_only(movements, day, before);
    }
    let lines: Vec<&Movement> = day.iter().map(|at| &movements[*at]).collect();
    let (order, sure) = cheapest(&lines, before);
    let mut balance = before;
    let place = |(nth, at): (usize, usize)| {
        let residue = lines[at].balance - balance - lines[at].amount;
        balance = lines[at].balance;
        Placed { at: day[at], sure, residue, ends_day: nth + 1 == day.len() }
    };
    order.into_iter().enumerate().map(place).collect()
}

/// The cheapest order of a day's lines, by dynamic programming over which lines came already and which
/// of them was the last.
fn cheapest(lines: &[&Movement], before: i64) -> (Vec<usize>, Sure) {
    let n = lines.len();
    let full = (1usize << n) - 1;
    // `rest[done * n + last]`: what the lines not in `done` cost, and in how many ways that can be had.
    let mut rest = vec![(NEVER, 0u64); (full + 1) * n];
    for done in (1..=full).rev() {
        for last in (0..n).filter(|last| done >> last & 1 == 1) {
            rest[done * n + last] = if done == full {
                (0, 1)
            } else {
                let after = (0..n).filter(|next| done >> next & 1 == 0);
                best(after.map(|next| {
                    let (cost, ways) = rest[(done | 1 << next) * n + next];
                    (cost + step(lines[last].balance, lines[next]), ways)
                }))
            };
        }
    }
    let (mut done, mut balance, mut order) = (0usize, before, Vec::with_capacity(n));
    let mut ways = 1;
    while order.len() < n {
        let total = |next: usize| {
            let (cost, ways) = rest[(done | 1 << next) * n + next];
            (cost + step(balance, lines[next]), ways)
        };
        let open = || (0..n).filter(|next| done >> next & 1 == 0);
        let least = best(open().map(total));
        if order.is_empty() {
            ways = least.1;
        }
        let Some(next) = open().find(|next| total(*next).0 == least.0) else { break };
        order.push(next);
        done |= 1 << next;
        balance = lines[next].balance;
    }
    (order, if ways > 1 { Sure::Ambiguous } else { Sure::Known })
}

/// The least cost, and the number of ways to it.
fn best(options: impl Iterator<Item = (u32, u64)>) -> (u32, u64) {
    options.fold((NEVER, 0), |(least, ways), (cost, more)| match cost.cmp(&least) {
        std::cmp::Ordering::Less => (cost, more),
        std::cmp::Ordering::Equal => (least, ways.saturating_add(more)),
        std::cmp::Ordering::Greater => (least, ways),
    })
}

/// What it costs to believe that `next` came at this balance.
fn step(balance: i64, next: &Movement) -> u32 {
    match (next.balance - balance - next.amount).abs() {
        0 => 0,
        1..=ROUNDING => 1,
        _ => BREAK,
    }
}

/// A day too long to weigh: as in the file, and only its end is compared.
fn day_only(movements: &[Movement], day: &[usize], before: i64) -> Vec<Placed> {
    let sum: i64 = day.iter().map(|at| movements[*at].amount).sum();
    let end = before + sum;
    // Some line of the day carries its last balance; it goes last.
    let last = day.iter().copied().min_by_key(|at| (movements[*at].balance - end).abs());
    let mut order: Vec<usize> = day.iter().copied().filter(|at| Some(*at) != last).collect();
    order.extend(last);
    let placed = order.iter().map(|at| {
        let ends_day = Some(*at) == last;
        let residue = if ends_day { movements[*at].balance - end } else { 0 };
        Placed { at: *at, sure: Sure::DayOnly, residue, ends_day }
    });
    placed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::berka::files::Kind;

    /// Lines of one account on one day: amount and balance.
    fn day(lines: &[(i64, i64)]) -> Vec<Movement> {
        let line = |(at, (amount, balance)): (usize, &(i64, i64))| Movement {
            line: at as u32 + 2,
            id: at as u64,
            account: 1,
            day: Day(8_000),
            amount: *amount,
            balance: *balance,
            kind: Kind::CashIn,
            bank: None,
            partner: 0,
        };
        lines.iter().enumerate().map(line).collect()
    }

    fn order_of(lines: &[(i64, i64)]) -> (Vec<usize>, Vec<i64>, Sure) {
        let placed = in_order(&day(lines));
        let sure = placed[0].sure;
        (placed.iter().map(|p| p.at).collect(), placed.iter().map(|p| p.residue).collect(), sure)
    }

    #[test]
    fn the_balances_tell_the_order_of_a_day() {
        let (order, residue, sure) = order_of(&[(-1460, 93_540), (95_000, 95_000), (500, 94_040)]);
        assert_eq!((order, residue, sure), (vec![1, 0, 2], vec![0, 0, 0], Sure::Known));
    }

    #[test]
    fn a_rounding_is_cheaper_than_a_break_and_is_told() {
        let (order, residue, _) = order_of(&[(-1460, 98_540), (100_000, 100_010), (10, 98_550)]);
        assert_eq!((order, residue), (vec![1, 0, 2], vec![10, -10, 0]));
    }

    #[test]
    fn a_missing_line_leaves_one_break() {
        let (order, residue, _) = order_of(&[(70_000, 70_000), (-1460, 78_040)]);
        assert_eq!((order, residue), (vec![0, 1], vec![0, 9_500]));
    }

    #[test]
    fn two_orders_that_fit_alike_are_called_ambiguous() {
        let (order, _, sure) = order_of(&[(500, 500), (500, 500), (-500, 0)]);
        assert_eq!(sure, Sure::Ambiguous);
        assert_eq!(order, vec![0, 2, 1], "among equals the file's order decides");
    }

    #[test]
    fn a_day_too_long_to_weigh_is_compared_at_its_end() {
        let mut lines: Vec<(i64, i64)> = (1..=14).map(|n| (100, n * 100)).collect();
        lines.swap(0, 13);
        let placed = in_order(&day(&lines));
        assert!(placed.iter().all(|p| p.sure == Sure::DayOnly && p.residue == 0));
        assert_eq!(placed[13].at, 0, "the line with the last balance goes last");
    }

    #[test]
    fn days_of_other_accounts_keep_their_places() {
        let mut lines = day(&[(-100, 400), (500, 500), (300, 300)]);
        lines[2].account = 2;
        lines.swap(1, 2);
        let order: Vec<usize> = in_order(&lines).iter().map(|p| p.at).collect();
        assert_eq!(order, vec![2, 1, 0]);
    }
}
