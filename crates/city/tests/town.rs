//! The town as its bank sees it: the same from the same seed, as large as planned, with habits, with books
//! that balance, and with requests that keep every bound.

use city::{
    City, Expected, Item, Plan, Step, credit_check, organisation_check, purpose, resident_check,
};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use terms::limits::{
    BUSINESS_DAY_GAP_MAX, ENTRY_LEGS_MAX, RATE_PPM_MAX, TEXT_BYTES_MAX, VALUE_DATE_DAYS_BACK_MAX,
};
use terms::{Command, Day, PartyKind, Refusal, TimeNs, Transfer, TransferFlags};

fn plan(seed: u64) -> Plan {
    Plan { seed, customers: 1_500, days: 30, transfers: 40_000, ..Plan::default() }
}

fn fingerprint(plan: Plan) -> u64 {
    let mut hasher = DefaultHasher::new();
    City::new(plan).for_each(|step| format!("{step:?}").hash(&mut hasher));
    hasher.finish()
}

/// Transfers that are done at once, after the setup.
fn payments(steps: &[Step]) -> impl Iterator<Item = (TimeNs, &Transfer)> {
    steps.iter().filter_map(|step| match &step.item {
        Item::Ask(Command::Transfer(t))
            if step.expect == Expected::Done && t.code != purpose::OPENING =>
        {
            Some((step.time, t))
        }
        _ => None,
    })
}

#[test]
fn one_seed_is_one_town_and_another_seed_another() {
    let small = |seed| Plan { customers: 300, days: 12, transfers: 6_000, ..plan(seed) };
    assert_eq!(fingerprint(small(1)), fingerprint(small(1)));
    assert_ne!(fingerprint(small(1)), fingerprint(small(2)));
}

#[test]
fn as_much_happens_as_was_planned() {
    for seed in 1..5 {
        let mut city = City::new(plan(seed));
        city.by_ref().for_each(drop);
        let (count, truth) = (city.movements(), city.truth());
        assert!((39_200..=40_800).contains(&count), "seed {seed}: {count} instead of 40,000");
        let refused: u64 = truth.refused().values().sum();
        assert_eq!(truth.accepted() + refused, count);
        assert!(
            (count / 200..count / 50).contains(&refused),
            "seed {seed}: about 1 % is refused: {refused} of {count}"
        );
    }
}

#[test]
fn time_never_goes_back_and_linked_steps_stay_together() {
    let mut before: Option<Step> = None;
    for step in City::new(plan(3)) {
        if let Some(before) = &before {
            assert!(before.time <= step.time, "{before:?} {step:?}");
            assert!(!before.is_linked() || before.time == step.time);
        }
        before = Some(step);
    }
    assert!(before.is_some_and(|last| !last.is_linked()));
}

#[test]
fn no_money_comes_from_nowhere_and_no_deposit_is_overdrawn() {
    let mut city = City::new(plan(4));
    let mut steps = 0;
    while let Some(step) = city.next() {
        steps += 1;
        if steps % 1_000 == 0 || matches!(step.item, Item::Ask(Command::CloseDay { .. })) {
            assert!(city.truth().sums().values().all(|sum| *sum == 0), "after {step:?}");
            assert_eq!(city.truth().overdrawn(), [], "after {step:?}");
        }
    }
    assert_eq!(city.truth().sums().len(), 3, "yuan, dollars, yen");
    let balances: i128 = city.truth().balances().values().sum();
    assert_eq!(balances, 0);
}

#[test]
fn markets_are_full_at_weekends_and_nights_are_quiet() {
    let steps: Vec<_> = City::new(plan(5)).collect();
    let (mut weekend, mut weekday, mut by_hour) = (0, 0, [0u64; 24]);
    let (mut packets, mut festival_packets) = (0, 0);
    let festival = Day::parse("2026-09-25").unwrap();
    for (time, t) in payments(&steps) {
        let day = time.day_at(480);
        by_hour[(time.0 / 3_600_000_000_000 + 8) as usize % 24] += 1;
        match t.code {
            purpose::MARKET if day.weekday() >= 5 => weekend += 1,
            purpose::MARKET if day != festival => weekday += 1,
            purpose::RED_PACKET if day == festival => festival_packets += 1,
            purpose::RED_PACKET => packets += 1,
            _ => {}
        }
    }
    // September 2026 has 8 weekend days and 21 weekdays that are no festival.
    assert!(weekend * 21 > 2 * weekday * 8, "{weekend} on 8 days, {weekday} on 21");
    assert!(festival_packets > packets, "{festival_packets} on one day, {packets} on 29");
    let night: u64 = by_hour[..5].iter().sum();
    let all: u64 = by_hour.iter().sum();
    assert!(night * 100 < all, "{by_hour:?}");
}

#[test]
fn every_kind_of_request_and_refusal_comes_up() {
    let mut city = City::new(Plan { customers: 4_000, transfers: 120_000, ..plan(6) });
    let (mut kinds, mut flags) = (BTreeSet::new(), TransferFlags::default());
    for step in city.by_ref() {
        kinds.insert(match &step.item {
            Item::Register { .. } => "Register".into(),
            Item::Note { .. } => "Note".into(),
            Item::Ask(command) => {
                format!("{command:?}").split(['(', ' ']).next().unwrap_or_default().to_string()
            }
        });
        if let Item::Ask(Command::Transfer(t)) = step.item {
            flags |= t.flags;
        }
    }
    for kind in "OpenInstitution DefineChartLine Register CreateAccount GrantRole SetLimits SetInterest Transfer Note \
                 PostEntry PlaceHold ReleaseHold Reverse SettleInterest CloseDay"
        .split_whitespace()
    {
        assert!(kinds.contains(kind), "{kind} is missing from {kinds:?}");
    }
    for flag in [
        TransferFlags::LINKED,
        TransferFlags::PENDING,
        TransferFlags::POST_PENDING,
        TransferFlags::VOID_PENDING,
        TransferFlags::BALANCING_DEBIT,
        TransferFlags::CLOSING_DEBIT,
    ] {
        assert!(flags.has(flag), "{flag:?}");
    }
    for refusal in [
        Refusal::Exists,
        Refusal::ExistsWithDifferentAmount,
        Refusal::IdAlreadyFailed,
        Refusal::ExceedsCredits,
        Refusal::LinkedEventFailed,
        Refusal::ExceedsTransferLimit,
        Refusal::ExceedsDailyLimit,
        Refusal::ExceedsHold,
        Refusal::CreditAccountNotFound,
        Refusal::CreditAccountAlreadyClosed,
        Refusal::AccountsMustHaveTheSameLedger,
        Refusal::AccountsMustBeDifferent,
        Refusal::PendingTransferExpired,
        Refusal::PendingTransferAlreadyPosted,
        Refusal::ExceedsPendingTransferAmount,
        Refusal::AlreadyReversed,
    ] {
        assert!(
            city.truth().refused().contains_key(&refusal),
            "{refusal:?} in {:?}",
            city.truth().refused()
        );
    }
}

#[test]
fn numbers_of_people_pass_their_checks_and_are_unique() {
    let city = City::new(plan(7));
    let (mut numbers, mut parties) = (BTreeSet::new(), BTreeSet::new());
    for (party, kind, fields) in city.people() {
        let fields: BTreeMap<_, _> = fields.into_iter().collect();
        assert!(fields.values().all(|text| !text.is_empty()));
        assert!(fields["phone"].starts_with("12") && fields["address"].starts_with("明镜市"));
        let (number, check): (_, fn(&str) -> Option<char>) = match kind {
            PartyKind::Person => {
                let number = &fields["id_number"];
                assert_eq!(number[6..14], fields["birth_date"].replace('-', ""));
                assert!(number.starts_with("9901"), "no province has this number");
                assert!(fields["name"].chars().count() >= 2 && fields["name_pinyin"].contains(' '));
                (number, resident_check)
            }
            PartyKind::Organisation => {
                let code = &fields["credit_code"];
                assert_eq!(code.chars().nth(16), organisation_check(&code[8..16]));
                (code, credit_check)
            }
        };
        assert_eq!((number.len(), number.chars().last()), (18, check(&number[..17])), "{number}");
        assert!(numbers.insert(number.clone()), "{number} twice");
        assert!(parties.insert(party));
    }
    assert_eq!(parties.len(), 1_500);
}

#[test]
fn every_request_keeps_the_bounds_of_the_words() {
    let mut city = City::new(Plan { closed_weekends: true, ..plan(8) });
    let (mut ids, mut accounts) = (BTreeSet::new(), BTreeSet::new());
    for step in city.by_ref() {
        match step.item {
            Item::Ask(Command::Transfer(t)) => {
                assert!(
                    t.id.0 != 0
                        && t.flags.0 & !TransferFlags::ASKABLE.0 == 0
                        && t.timestamp == TimeNs(0)
                );
                let back = step.time.day_at(480).0 - t.value_date.0;
                assert!(
                    t.value_date == Day::BOOKING || (0..VALUE_DATE_DAYS_BACK_MAX).contains(&back),
                    "{t:?}"
                );
                let again = matches!(
                    step.expect,
                    Expected::Refused(
                        Refusal::Exists
                            | Refusal::ExistsWithDifferentAmount
                            | Refusal::IdAlreadyFailed
                    )
                );
                assert_eq!(ids.insert(t.id), !again, "{t:?}");
            }
            Item::Ask(Command::PostEntry(e)) => {
                assert!((2..=ENTRY_LEGS_MAX).contains(&e.legs.len()) && ids.insert(e.id));
            }
            Item::Ask(Command::Reverse { id, .. } | Command::SettleInterest { id, .. }) => {
                assert!(ids.insert(id));
            }
            Item::Ask(Command::PlaceHold(h)) => {
                assert!(h.reference.len() <= TEXT_BYTES_MAX && ids.insert(h.id));
            }
            Item::Ask(Command::CreateAccount(a)) => {
                assert!(accounts.insert(a.id) && a.timestamp == TimeNs(0));
            }
            Item::Ask(Command::DefineChartLine(line)) => assert!(line.name.len() <= TEXT_BYTES_MAX),
            Item::Ask(Command::OpenInstitution(i)) => assert!(i.name.len() <= TEXT_BYTES_MAX),
            Item::Ask(Command::SetInterest(terms)) => assert!(terms.rate_ppm <= RATE_PPM_MAX),
            Item::Ask(Command::CloseDay { day, next }) => {
                assert!(day < next && next <= day.plus(BUSINESS_DAY_GAP_MAX) && next.weekday() < 5);
                assert_eq!(day.weekday() == 4, next == day.plus(3));
            }
            Item::Ask(_) | Item::Note { .. } => {}
            Item::Register { fields, .. } => {
                let bytes: usize =
                    fields.iter().map(|(key, text)| key.len() + text.len() + 8).sum();
                assert!(bytes < terms::limits::SEALED_BYTES_MAX / 2);
            }
        }
    }
    assert!(accounts.iter().all(|id| city.truth().balance(*id).is_some()));
    assert_eq!(accounts.len(), city.accounts().count());
}

#[test]
fn everybody_can_be_asked_for() {
    let city = City::new(plan(9));
    let (party, kind, fields) = city.people().nth(700).unwrap();
    assert_eq!(city.person(party), Some((kind, fields)));
    let owned = city.accounts().filter(|(account, ..)| city.owner(*account) == Some(party)).count();
    assert!((1..=5).contains(&owned));
    assert_eq!(city.person(terms::PartyId(1)), None);
}
