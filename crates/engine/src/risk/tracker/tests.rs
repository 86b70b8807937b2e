//! Every feature against its definition, worked out again from all payments before.

use super::super::features::{Direction, Feature, Kind, Measure, NAMED};
use super::*;
use alloc::collections::BTreeSet;
use alloc::string::String;

const ACCOUNTS: u32 = 12;
const START: u64 = 1_790_000_000 * NS;

fn is_firm(owner: u32) -> bool {
    owner % 3 == 1
}

/// The definitions again, over all payments before.
struct Slow<'a> {
    past: &'a [Payment],
    now: Payment,
    owners: &'a [Option<u32>],
}

impl Slow<'_> {
    fn within(&self, window: Window) -> impl Iterator<Item = &Payment> {
        let (seconds, tiles) = window.tiles();
        let tile = move |time: TimeNs| time.0 / NS / u64::from(seconds);
        let now = tile(self.now.time);
        self.past.iter().filter(move |p| tile(p.time) + u64::from(tiles) >= now)
    }

    fn measure<'p>(
        &self,
        payments: impl Iterator<Item = &'p Payment>,
        measure: Measure,
        other: impl Fn(&Payment) -> u32,
    ) -> i64 {
        let payments: Vec<&Payment> = payments.collect();
        let amounts = payments.iter().map(|p| thousandths(p.amount, p.ledger));
        match measure {
            Measure::Count => payments.len() as i64,
            Measure::Sum => amounts.sum::<u64>() as i64,
            Measure::Max => amounts.max().unwrap_or(0) as i64,
            Measure::Counterparties => {
                payments.iter().map(|p| other(p)).collect::<BTreeSet<_>>().len() as i64
            }
        }
    }

    fn value(&self, feature: Feature) -> Option<i64> {
        let now = self.now;
        match feature.kind() {
            Kind::Of(subject, direction, measure, window) => {
                let window = self.within(NAMED[window].0);
                let account = match subject {
                    Subject::Payer | Subject::PayerParty => now.payer,
                    Subject::Payee | Subject::PayeeParty => now.payee,
                };
                let end = move |p: &Payment| match direction {
                    Direction::Out => (p.payer, p.payee),
                    Direction::In => (p.payee, p.payer),
                };
                if matches!(subject, Subject::Payer | Subject::Payee) {
                    let of = window.filter(move |p| end(p).0 == account);
                    return Some(self.measure(of, measure, |p| end(p).1));
                }
                let owner = self.owners[account as usize]?;
                let of = window.filter(move |p| {
                    self.owners[end(p).0 as usize] == Some(owner) && p.ledger == now.ledger
                });
                Some(self.measure(of, measure, |p| end(p).1))
            }
            Kind::Between(way, measure, window) => {
                let ends = match way {
                    Way::Pair => (now.payer, now.payee),
                    Way::Back => (now.payee, now.payer),
                };
                let of = self.within(NAMED[window].0);
                let of = of.filter(move |p| (p.payer, p.payee) == ends);
                Some(self.measure(of, measure, |p| p.payee))
            }
            Kind::Device(measure, window) => {
                let of = self.within(NAMED[window].0).filter(move |p| p.device == now.device);
                (now.device != 0).then(|| self.measure(of, measure, |p| p.payer))
            }
            Kind::Single(single) => self.single(single),
        }
    }

    fn single(&self, single: Single) -> Option<i64> {
        let Payment { payer, payee, .. } = self.now;
        let pair = || self.past.iter().filter(|p| (p.payer, p.payee) == (payer, payee));
        let since = |p: Option<&Payment>| p.map(|p| ((self.now.time.0 - p.time.0) / NS) as i64);
        let out = |account: u32| self.past.iter().rev().find(|p| p.payer == account);
        let into = |account: u32| self.past.iter().rev().find(|p| p.payee == account);
        let passed = |window: Window| {
            let sum = |payments: &mut dyn Iterator<Item = &Payment>| -> u64 {
                payments.map(|p| thousandths(p.amount, p.ledger)).sum()
            };
            let out = sum(&mut self.within(window).filter(|p| p.payer == payer));
            let into = sum(&mut self.within(window).filter(|p| p.payee == payer));
            let out = out + thousandths(self.now.amount, self.now.ledger);
            (into > 0).then(|| (out * 1_000 / into).min(1_000) as i64)
        };
        let share = |of: &dyn Fn(&Payment) -> bool| {
            let all: Vec<_> = self.within(Window::Month).filter(|p| p.payer == payer).collect();
            let some = all.iter().filter(|p| of(p)).count();
            (!all.is_empty()).then(|| some as i64 * 1_000 / all.len() as i64)
        };
        let local = |p: &Payment| (p.time.0 / NS) as i64 + i64::from(p.utc_offset_min) * 60;
        match single {
            Single::Amount => Some(thousandths(self.now.amount, self.now.ledger) as i64),
            Single::Code => Some(self.now.code.into()),
            Single::Currency => Some(self.now.ledger.0.into()),
            Single::Hour => Some(local(&self.now) / 3_600 % 24),
            // 2026-09-21 was a Monday.
            Single::Weekday => Some((local(&self.now) / 86_400 - 20_717).rem_euclid(7) + 1),
            Single::Pending => Some(self.now.pending.into()),
            Single::PairFirst => Some(pair().next().is_none().into()),
            Single::PairAge => since(pair().next()),
            Single::PayerSinceOut => since(out(payer)),
            Single::PayerSinceIn => since(into(payer)),
            Single::PayeeSinceOut => since(out(payee)),
            Single::PayeeSinceIn => since(into(payee)),
            Single::PayerIdle => match (since(out(payer)), since(into(payer))) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
            Single::PayerPassDay => passed(Window::Day),
            Single::PayerPassThreeDays => passed(Window::ThreeDays),
            Single::PayerNear => {
                share(&|p| (45_000_000..50_000_000).contains(&thousandths(p.amount, p.ledger)))
            }
            Single::PayerNight => share(&|p| !(5..23).contains(&(local(p) / 3_600 % 24))),
            Single::PayerAge => Some(((self.now.time.0 - START) / NS) as i64 + 60),
            Single::PayeeAge => Some(((self.now.time.0 - START) / NS) as i64 + 120),
            Single::PayerBalance => Some(-7),
            Single::PayeeBalance => Some(8),
            Single::PayerOwned => Some(self.owners[payer as usize].is_some().into()),
            Single::PayeeOwned => Some(self.owners[payee as usize].is_some().into()),
            // Nobody is looked up here; the test of their queries does that.
            Single::PayerListed | Single::PayeeListed => Some(0),
            Single::Model | Single::PayerLists | Single::PayeeLists => None,
            Single::PayerFirm => Some(self.owners[payer as usize].is_some_and(is_firm).into()),
            Single::PayeeFirm => Some(self.owners[payee as usize].is_some_and(is_firm).into()),
        }
    }
}

#[test]
fn every_feature_is_what_its_definition_says() {
    let mut roll = crate::risk::dice(3);
    let books =
        Books { opened: [TimeNs(START - 60 * NS), TimeNs(START - 120 * NS)], balance: [-7, 8] };
    let wanted = Wanted::all();
    let mut values = Values::default();
    let mut different: BTreeSet<String> = BTreeSet::new();
    let mut known: BTreeSet<Feature> = BTreeSet::new();
    for pause_s in [200, 4_000, 60_000] {
        let mut tracker = Tracker::default();
        let mut owners = [None; ACCOUNTS as usize];
        for account in 0..ACCOUNTS - 3 {
            let kind =
                if is_firm(account / 2) { PartyKind::Organisation } else { PartyKind::Person };
            tracker.own(account, PartyId(u128::from(account / 2) + 70), kind);
            owners[account as usize] = Some(account / 2);
        }
        let mut past: Vec<Payment> = Vec::new();
        let mut time = START;
        for _ in 0..400 {
            time += 1 + roll(2 * pause_s * NS);
            let payer = roll(ACCOUNTS.into()) as u32;
            let payee = (payer + 1 + roll(u64::from(ACCOUNTS) - 1) as u32) % ACCOUNTS;
            let ledger =
                if roll(4) == 0 { Currency::by_code("JPY").unwrap() } else { Currency::CNY };
            let now = Payment {
                time: TimeNs(time),
                payer,
                payee,
                ledger,
                amount: Amount(4_000_000 + u128::from(roll(1_200_000))),
                code: 1 + roll(9) as u16,
                device: roll(4),
                pending: roll(3) == 0,
                utc_offset_min: 480,
            };
            // Reading ahead changes nothing.
            tracker.warm(&[now]);
            tracker.fill(&now, &books, &wanted, &mut values);
            let slow = Slow { past: &past, now, owners: &owners };
            for feature in Feature::all() {
                let (fast, slow) = (values.get(feature), slow.value(feature));
                if fast != slow {
                    different.insert(alloc::format!("{}: {fast:?}, not {slow:?}", feature.name()));
                }
                if fast.is_some_and(|value| value != 0) {
                    known.insert(feature);
                }
            }
            tracker.observe(&now);
            past.push(now);
        }
    }
    assert!(different.is_empty(), "{different:#?}");
    let never: Vec<String> =
        Feature::all().filter(|f| !known.contains(f)).map(Feature::name).collect();
    // Nobody is looked up and no model runs here.
    assert_eq!(
        never,
        ["payer_listed", "payee_listed", "model_ppm", "payer_lists", "payee_lists"],
        "never anything"
    );
}
