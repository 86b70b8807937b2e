//! Thieves with the truth known: every pattern really moves money, in the shape its name says, among people
//! who also live; nothing of it stands in what the bank is told, and honest people do the like.

use city::{
    City, Expected, Fields, Item, Label, Pattern, Plan, Step, Thieves, listed, read_labels,
    write_labels,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use terms::{AccountId, Command, PartyId, TimeNs, Transfer, TransferId};

/// Five towns, lived through once for all tests.
static TOWNS: LazyLock<Vec<Month>> =
    LazyLock::new(|| (1..6).map(|seed| Month::of(plan(seed))).collect());
/// Fen: what is reported.
const THRESHOLD: u128 = 5_000_000;

fn plan(seed: u64) -> Plan {
    let thieves = Thieves::usual();
    Plan { seed, customers: 4_000, transfers: 60_000, thieves, ..Plan::default() }
}

/// A town lived through to its end.
struct Month {
    city: City,
    /// Every payment that was done, with its time, in the order of its id.
    done: BTreeMap<TransferId, (TimeNs, Transfer)>,
    refused: BTreeSet<TransferId>,
}

impl Month {
    fn of(plan: Plan) -> Month {
        let mut city = City::new(plan);
        let (mut done, mut refused) = (BTreeMap::new(), BTreeSet::new());
        for Step { time, expect, item } in city.by_ref() {
            let Item::Ask(Command::Transfer(t)) = item else { continue };
            match expect {
                Expected::Done => drop(done.insert(t.id, (time, t))),
                Expected::Refused(_) if done.contains_key(&t.id) => {}
                Expected::Refused(_) => drop(refused.insert(t.id)),
            }
        }
        Month { city, done, refused }
    }

    fn seed(&self) -> u64 {
        self.city.plan().seed
    }

    /// The payments of each case of a pattern, each with its stage.
    fn cases(&self, pattern: Pattern) -> BTreeMap<u32, Case> {
        let mut cases: BTreeMap<u32, Case> = BTreeMap::new();
        for label in self.city.labels().iter().filter(|label| label.pattern == pattern) {
            let (time, transfer) = self.done[&label.transfer];
            cases.entry(label.case).or_default().0.push((label.stage, time, transfer));
        }
        cases
    }

    /// Every case of a pattern in the towns of all seeds; there are some in each.
    fn everywhere(pattern: Pattern) -> Vec<Case> {
        let of_town = |month: &Month| {
            let cases = month.cases(pattern);
            assert!(!cases.is_empty(), "seed {}: no case of {pattern}", month.seed());
            cases.into_values()
        };
        TOWNS.iter().flat_map(of_town).collect()
    }
}

#[derive(Debug, Default)]
struct Case(Vec<(u8, TimeNs, Transfer)>);

impl Case {
    fn stage(&self, stage: u8) -> impl Iterator<Item = &Transfer> {
        self.0.iter().filter(move |(s, _, _)| *s == stage).map(|(_, _, t)| t)
    }

    fn payers(&self, stage: u8) -> BTreeSet<AccountId> {
        self.stage(stage).map(|t| t.debit_account).collect()
    }

    fn payees(&self, stage: u8) -> BTreeSet<AccountId> {
        self.stage(stage).map(|t| t.credit_account).collect()
    }

    fn sum(&self, stage: u8) -> u128 {
        self.stage(stage).map(|t| t.amount.0).sum()
    }

    fn pairs(&self, stage: u8) -> BTreeSet<(AccountId, AccountId)> {
        self.stage(stage).map(|t| (t.debit_account, t.credit_account)).collect()
    }

    /// Nobody passes on in `stage` more than came in before.
    fn conserves(&self, stage: u8) -> bool {
        self.payers(stage).iter().all(|hub| {
            let got: u128 = self
                .stage(stage - 1)
                .filter(|t| t.credit_account == *hub)
                .map(|t| t.amount.0)
                .sum();
            let gave: u128 =
                self.stage(stage).filter(|t| t.debit_account == *hub).map(|t| t.amount.0).sum();
            gave <= got
        })
    }
}

/// At least nine of ten: who cannot pay leaves a gap.
fn mostly(cases: &[Case], holds: impl Fn(&Case) -> bool) -> bool {
    cases.iter().filter(|case| holds(case)).count() * 10 >= cases.len() * 9
}

#[test]
fn every_pattern_moves_money_in_every_town() {
    for month in TOWNS.iter() {
        let seed = month.seed();
        for pattern in Pattern::ALL {
            let cases = month.cases(*pattern);
            let payments: usize = cases.values().map(|case| case.0.len()).sum();
            assert!(!cases.is_empty() && payments >= 2, "seed {seed}: {pattern}");
        }
        let labels = month.city.labels();
        let share = labels.len() * 10_000 / month.done.len();
        assert!((10..=100).contains(&share), "seed {seed}: {share} of 10,000 are illicit");
    }
}

#[test]
fn a_label_is_of_what_was_done_and_stands_once_in_order() {
    let month = &TOWNS[2];
    let labels = month.city.labels();
    assert!(labels.is_sorted_by(|a, b| a.transfer < b.transfer), "each once, by id");
    assert!(labels.iter().all(|label| month.done.contains_key(&label.transfer)));
    assert!(labels.iter().all(|label| !month.refused.contains(&label.transfer)));
    assert!(labels.iter().all(|label| month.done[&label.transfer].1.amount.0 > 0));
    assert_eq!(read_labels(&write_labels(labels)).as_deref(), Ok(labels));
}

#[test]
fn many_pay_one_and_one_pays_many() {
    let cases = Month::everywhere(Pattern::FanIn);
    assert!(cases.iter().all(|case| case.payees(1).len() == 1));
    assert!(cases.iter().all(|case| case.payers(1).len() == case.0.len()), "each pays once");
    assert!(mostly(&cases, |case| case.payers(1).len() >= 5));
    let cases = Month::everywhere(Pattern::FanOut);
    assert!(cases.iter().all(|case| case.payers(1).len() <= 1));
    assert!(mostly(&cases, |case| case.payees(1).len() >= 5));
}

#[test]
fn a_cycle_comes_back_to_where_it_began_and_a_little_is_lost_each_time() {
    let cases = Month::everywhere(Pattern::Cycle);
    for case in &cases {
        let mut round: Vec<_> = case.0.iter().filter(|(stage, ..)| *stage > 0).collect();
        round.sort_by_key(|(stage, ..)| *stage);
        for pair in round.windows(2) {
            let [(a, early, from), (b, late, to)] = pair else { unreachable!("two at a time") };
            assert!(a + 1 == *b && early < late && from.credit_account == to.debit_account);
            assert!(to.amount <= from.amount, "{case:?}");
        }
    }
    let returns = |case: &Case| {
        let mut round: Vec<_> = case.0.iter().filter(|(stage, ..)| *stage > 0).collect();
        round.sort_by_key(|(stage, ..)| *stage);
        round.first().map(|(.., t)| t.debit_account) == round.last().map(|(.., t)| t.credit_account)
    };
    assert!(mostly(&cases, returns));
}

#[test]
fn scattered_money_is_gathered_and_gathered_money_is_scattered() {
    let cases = Month::everywhere(Pattern::ScatterGather);
    for case in &cases {
        assert!(case.payers(1).len() <= 1 && case.payees(2).len() <= 1, "{case:?}");
        assert!(case.payers(2).is_subset(&case.payees(1)) && case.conserves(2));
    }
    assert!(mostly(&cases, |case| case.payers(2).len() >= 3));
    let cases = Month::everywhere(Pattern::GatherScatter);
    for case in &cases {
        assert!(case.payees(1).len() == 1 && case.payers(2).is_subset(&case.payees(1)));
        assert!(case.conserves(2) && case.payers(1).is_disjoint(&case.payees(2)));
    }
    assert!(mostly(&cases, |case| case.payers(1).len() >= 3 && case.payees(2).len() >= 3));
}

#[test]
fn each_of_a_layer_pays_each_of_the_next() {
    let whole = |case: &Case, stage| {
        case.pairs(stage).len() * 5 >= case.payers(stage).len() * case.payees(stage).len() * 4
    };
    let cases = Month::everywhere(Pattern::Bipartite);
    assert!(cases.iter().all(|case| case.payers(1).is_disjoint(&case.payees(1))));
    assert!(mostly(&cases, |case| case.pairs(1).len() >= 4 && whole(case, 1)));
    let cases = Month::everywhere(Pattern::Stack);
    assert!(cases.iter().all(|case| case.payers(2).is_subset(&case.payees(1))));
    assert!(cases.iter().all(|case| case.conserves(2)));
    assert!(mostly(&cases, |case| whole(case, 1) && whole(case, 2) && case.sum(2) > 0));
}

#[test]
fn structured_parts_stay_below_the_threshold_and_together_pass_it() {
    let cases = Month::everywhere(Pattern::Structuring);
    assert!(cases.iter().flat_map(|case| case.stage(1)).all(|t| t.amount.0 < THRESHOLD));
    assert!(mostly(&cases, |case| case.sum(1) > THRESHOLD && case.stage(1).count() >= 3));
    let near: usize =
        cases.iter().flat_map(|case| case.stage(1)).filter(|t| t.amount.0 > 4_000_000).count();
    assert!(near >= cases.len() * 2, "{near} near the threshold in {} cases", cases.len());
}

#[test]
fn what_comes_to_a_mule_goes_on_within_days() {
    let cases = Month::everywhere(Pattern::Mule);
    for case in &cases {
        assert!(case.payees(1).len() <= 1 && case.payers(2).is_subset(&case.payees(1)));
        assert!(case.conserves(2), "{case:?}");
        let time = |stage| case.0.iter().filter(move |(s, ..)| *s == stage).map(|(_, t, _)| t.0);
        if let (Some(first), Some(last)) = (time(1).min(), time(2).max()) {
            assert!(last > first && last - first < 6 * 86_400_000_000_000);
        }
    }
    let halves: Vec<_> = cases.iter().map(|c| c.sum(2) * 100 / c.sum(1).max(1)).collect();
    assert!(mostly(&cases, |case| case.sum(2) * 2 > case.sum(1)), "most of it goes on {halves:?}");
}

#[test]
fn what_wakes_has_slept() {
    for month in TOWNS.iter() {
        let seed = month.seed();
        let cases = month.cases(Pattern::Dormant);
        let mut slept = 0;
        for case in cases.values() {
            let (_, woke, first) = &case.0[0];
            let asleep = case.payers(2).into_iter().next().unwrap_or(first.credit_account);
            let used = |(time, t): &&(TimeNs, Transfer)| {
                time < woke && (t.debit_account == asleep || t.credit_account == asleep)
            };
            let last = month.done.values().filter(used).map(|(time, _)| time.0).max();
            slept += usize::from(last.is_none_or(|at| woke.0 - at > 14 * 86_400_000_000_000));
        }
        assert!(slept * 4 >= cases.len() * 3, "seed {seed}: {slept} of {}", cases.len());
    }
}

#[test]
fn a_stranger_pays_from_a_device_that_its_victim_never_used() {
    for month in TOWNS.iter() {
        let seed = month.seed();
        let cases = month.cases(Pattern::Takeover);
        for case in cases.values().filter(|case| !case.payers(2).is_empty()) {
            let devices: BTreeSet<u64> = case.stage(2).map(|t| t.user_data_64).collect();
            assert!(devices.len() == 1 && !devices.contains(&0), "{case:?}");
            let victim = case.payers(2);
            assert_eq!(victim.len(), 1);
            let labelled: BTreeSet<TransferId> = case.0.iter().map(|(.., t)| t.id).collect();
            let own = |(_, t): &&(TimeNs, Transfer)| {
                victim.contains(&t.debit_account) && !labelled.contains(&t.id)
            };
            let own: BTreeSet<u64> =
                month.done.values().filter(own).map(|(_, t)| t.user_data_64).collect();
            assert!(own.is_disjoint(&devices), "seed {seed}: {case:?}");
        }
    }
}

fn field(fields: &Fields, name: &str) -> String {
    fields
        .iter()
        .find(|(field, _)| *field == name)
        .map(|(_, text)| text.clone())
        .unwrap_or_default()
}

#[test]
fn whoever_is_talked_into_paying_is_old_and_pays_from_a_device_of_theirs() {
    for month in TOWNS.iter() {
        for case in month.cases(Pattern::Talked).values() {
            for victim in case.payers(1) {
                let (_, fields) = month.city.person(month.city.owner(victim).unwrap()).unwrap();
                let born: i32 = field(&fields, "birth_date")[..4].parse().unwrap();
                assert!(born <= 1968, "{fields:?}");
            }
            assert!(case.conserves(2));
        }
    }
}

#[test]
fn every_payment_to_somebody_listed_carries_a_label() {
    for month in TOWNS.iter() {
        let seed = month.seed();
        let is_listed = |party: PartyId| {
            let (_, fields) = month.city.person(party).unwrap();
            listed().iter().any(|l| {
                field(&fields, "name") == l.name && field(&fields, "birth_date") == l.birth_date
            })
        };
        let people: BTreeSet<PartyId> = month
            .city
            .people()
            .filter(|(party, kind, _)| *kind == terms::PartyKind::Person && is_listed(*party))
            .map(|(party, ..)| party)
            .collect();
        assert_eq!(people.len(), listed().len());
        let labels: BTreeMap<TransferId, &Label> =
            month.city.labels().iter().map(|label| (label.transfer, label)).collect();
        let mut from_others = 0;
        for (_, t) in month.done.values() {
            let [payer, payee] = [t.debit_account, t.credit_account].map(|a| month.city.owner(a));
            if payee.is_some_and(|p| people.contains(&p)) && payer.is_some() && payer != payee {
                assert!(labels.contains_key(&t.id), "seed {seed}: {t:?}");
                from_others += 1;
            }
        }
        assert!(from_others >= 4);
    }
}

#[test]
fn without_thieves_nobody_carries_a_label_and_with_them_the_town_goes_on() {
    let without = Month::of(Plan { thieves: Thieves::none(), ..plan(2) });
    assert_eq!(without.city.labels(), []);
    let with = &TOWNS[1];
    let everyday = |month: &Month| month.city.movements();
    let (more, fewer) = (everyday(with), everyday(&without));
    assert!(more > fewer && more < fewer * 105 / 100, "{more} with, {fewer} without");
    assert_eq!(with.city.accounts().count(), without.city.accounts().count());
    assert!(with.city.truth().sums().values().all(|sum| *sum == 0));
    assert_eq!(with.city.truth().overdrawn(), []);
}

#[test]
fn no_single_sight_of_a_payment_tells_a_thief() {
    let month = Month::of(Plan { customers: 10_000, transfers: 150_000, ..plan(4) });
    let illicit: BTreeSet<TransferId> =
        month.city.labels().iter().map(|label| label.transfer).collect();
    let mut seen: BTreeMap<(&str, u64), (u32, u32)> = BTreeMap::new();
    for (time, t) in month.done.values() {
        let yuan = t.amount.0 as u64 / 100;
        let band = [500, 2_000, 5_000, 20_000, 45_000, 50_000, 100_000];
        let band = band.iter().filter(|edge| yuan >= **edge).count() as u64;
        let sights = [
            ("code", t.code.into()),
            ("channel", t.user_data_32.into()),
            ("amount", band),
            ("code and amount", u64::from(t.code) * 10 + band),
            ("hour", (time.0 / 3_600_000_000_000 + 8) % 24),
            ("whole thousands", u64::from(yuan.is_multiple_of(1_000))),
        ];
        for sight in sights {
            let (all, bad) = seen.entry(sight).or_default();
            *all += 1;
            *bad += u32::from(illicit.contains(&t.id));
        }
    }
    for (sight, (all, bad)) in seen {
        assert!(all < 20 || bad * 2 < all, "{sight:?}: {bad} of {all} are illicit");
    }
}
