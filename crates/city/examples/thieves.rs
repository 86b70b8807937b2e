//! Counts what thieves do in the demo's town: `cargo run --release -p city --example thieves [SEED [CUSTOMERS]]`
//! prints, pattern by pattern, cases, payments, and the least, the middle and the largest amount in yuan.
//! docs/city.md quotes it.

use city::{City, Expected, Item, Label, Pattern, Plan, Thieves, purpose};
use std::collections::{BTreeMap, BTreeSet};
use terms::{Command, TransferFlags, TransferId};

/// The second phase of a payment is no payment of its own.
const SECOND_PHASE: TransferFlags =
    TransferFlags(TransferFlags::POST_PENDING.0 | TransferFlags::VOID_PENDING.0);

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|text| text.parse::<u32>().ok());
    let seed = numbers.next().unwrap_or(1).into();
    let customers = numbers.next().unwrap_or(20_000);
    let transfers = u64::from(customers) * 25;
    let thieves = Thieves::usual();
    let mut city = City::new(Plan { seed, customers, transfers, thieves, ..Plan::default() });
    let mut yuan: BTreeMap<TransferId, u128> = BTreeMap::new();
    for step in city.by_ref() {
        if let Item::Ask(Command::Transfer(t)) = step.item
            && step.expect == Expected::Done
            && t.code != purpose::OPENING
            && !t.flags.any(SECOND_PHASE)
        {
            yuan.insert(t.id, t.amount.0 / 100);
        }
    }
    let labels = city.labels();
    println!("seed {seed}: {} payments, {} of them labelled", yuan.len(), labels.len());
    for pattern in Pattern::ALL {
        let of: Vec<&Label> = labels.iter().filter(|label| label.pattern == *pattern).collect();
        let cases: BTreeSet<u32> = of.iter().map(|label| label.case).collect();
        let mut sums: Vec<u128> =
            of.iter().filter_map(|label| yuan.get(&label.transfer)).copied().collect();
        sums.sort_unstable();
        let least = sums.first().copied().unwrap_or(0);
        let middle = sums.get(sums.len() / 2).copied().unwrap_or(0);
        let most = sums.last().copied().unwrap_or(0);
        println!(
            "{:<15} {:>3} cases {:>4} payments {least:>7} {middle:>7} {most:>7}",
            pattern.word(),
            cases.len(),
            of.len()
        );
    }
}
