//! The town against a real bank: the engine decides everything the town asks for, and answer by answer,
//! and account by account at the end, it must come to what the town's own books say.

use city::{City, Expected, Item, Pattern, Plan, Thieves};
use engine::Engine;
use std::collections::BTreeSet;
use terms::{
    Attachment, Command, Event, Party, Refusal, Sealed, SealingCipher, TimeNs, TransferFlags,
};

/// What a step becomes; what identifies people does not matter here.
fn command(item: Item) -> Command {
    let sealed = || Sealed {
        commitment: [0; 32],
        cipher: SealingCipher::Aes256Gcm,
        nonce: [0; 12],
        ciphertext: Vec::new(),
    };
    match item {
        Item::Ask(command) => command,
        Item::Register { party, kind, .. } => {
            Command::RegisterParty(Party { id: party, kind, identity: sealed() })
        }
        Item::Note { subject, party, .. } => {
            Command::Attach(Attachment { subject, party, text: sealed() })
        }
    }
}

/// Takes the whole town through an engine and compares. `clock` says what the caller's clock shows when
/// a step is due at a time.
fn run(plan: Plan, clock: impl Fn(TimeNs) -> TimeNs) {
    let (mut city, mut bank) = (City::new(plan), Engine::default());
    let (mut request, mut expected, mut events) = (Vec::new(), Vec::new(), Vec::new());
    let mut steps = 0u64;
    for step in city.by_ref() {
        steps += 1;
        let (now, linked) = (clock(step.time), step.is_linked());
        expected.push(step.expect);
        request.push(command(step.item));
        if linked {
            continue;
        }
        bank.submit_due(now, &mut events);
        assert!(events.drain(..).all(|event| event.outcome() == Ok(())));
        let answers = bank.submit(now, &request);
        for ((event, expect), command) in answers.iter().zip(expected.drain(..)).zip(&request) {
            let answer = event.outcome().map_or_else(Expected::Refused, |()| Expected::Done);
            assert_eq!(answer, expect, "step {steps}: {command:?}");
        }
        request.clear();
    }
    let truth = city.truth();
    for account in bank.accounts() {
        let id = account.account.id;
        assert_eq!(Some(account.balance()), truth.balance(id), "account {id}");
    }
    assert_eq!(bank.account_count() as usize, truth.balances().len());
    assert!(truth.refused().contains_key(&Refusal::ExceedsCredits));
}

#[test]
fn the_bank_comes_to_the_towns_own_balances() {
    run(Plan { seed: 11, customers: 5_000, transfers: 100_000, ..Plan::default() }, |time| time);
}

#[test]
fn turns_of_a_minute_do_not_change_an_answer() {
    const MINUTE_NS: u64 = 60_000_000_000;
    let plan = |seed| Plan { seed, customers: 600, transfers: 15_000, ..Plan::default() };
    for seed in 20..24 {
        run(plan(seed), |time| TimeNs(time.0 / MINUTE_NS * MINUTE_NS));
        run(plan(seed), |time| TimeNs(time.0.div_ceil(MINUTE_NS) * MINUTE_NS));
    }
}

#[test]
fn thieves_and_those_who_look_like_them_change_no_answer() {
    let thieves = Thieves::usual();
    let plan = Plan { customers: 1_500, transfers: 30_000, thieves, ..Plan::default() };
    run(Plan { seed: 51, ..plan.clone() }, |time| time);
    run(Plan { seed: 52, closed_weekends: true, days: 75, ..plan.clone() }, |time| time);
    let short = Plan { seed: 53, customers: 300, days: 4, transfers: 3_000, ..plan };
    run(short, |time| TimeNs(time.0.div_ceil(300_000_000_000) * 300_000_000_000));
}

/// Risk control keeps back what thieves do in two patterns, and whatever a person does not confirm; the town
/// hears of it, and from then on expects what the bank answers.
#[test]
fn the_town_goes_on_when_payments_are_kept_back() {
    let thieves = Thieves::usual();
    let plan = Plan { seed: 61, customers: 1_500, transfers: 30_000, thieves, ..Plan::default() };
    let (mut city, mut bank) = (City::new(plan), Engine::default());
    let (mut kept, mut request, mut expected) = (BTreeSet::new(), Vec::new(), Vec::new());
    let mut events = Vec::new();
    let mut steps = 0;
    while let Some(step) = city.next() {
        steps += 1;
        if let Item::Note { subject, .. } = &step.item
            && kept.contains(subject)
        {
            continue;
        }
        if let Item::Ask(Command::Transfer(t)) = &step.item {
            let label = city.truth().label_of(t.id).copied();
            let large = t.amount.0 > 100_000 && t.flags == TransferFlags::default();
            let stopped = match label.map(|label| label.pattern) {
                Some(Pattern::Takeover | Pattern::ScatterGather) => true,
                _ => !city.confirms(t.id),
            };
            let first = step.expect == Expected::Done && city.owner(t.debit_account).is_some();
            if kept.contains(&t.id) || (first && large && stopped) {
                if kept.insert(t.id) {
                    city.kept_back(t);
                }
                continue;
            }
        }
        let linked = step.is_linked();
        expected.push(step.expect);
        request.push(command(step.item));
        if linked {
            continue;
        }
        bank.submit_due(step.time, &mut events);
        events.clear();
        let answers = bank.submit(step.time, &request);
        for ((event, expect), command) in answers.iter().zip(expected.drain(..)).zip(&request) {
            let answer = event.outcome().map_or_else(Expected::Refused, |()| Expected::Done);
            assert_eq!(answer, expect, "step {steps}: {command:?}");
        }
        request.clear();
    }
    assert!(kept.len() > 20, "{} kept back", kept.len());
    for account in bank.accounts() {
        let id = account.account.id;
        assert_eq!(Some(account.balance()), city.truth().balance(id), "account {id}");
    }
}

#[test]
fn a_bank_that_rests_at_weekends_and_a_long_run_agree_too() {
    let plan = Plan {
        seed: 31,
        customers: 400,
        transfers: 30_000,
        days: 120,
        closed_weekends: true,
        ..Plan::default()
    };
    run(plan, |time| time);
}

#[test]
fn a_crowded_town_runs_out_of_money_and_still_agrees() {
    run(Plan { seed: 41, customers: 100, transfers: 60_000, ..Plan::default() }, |time| time);
}

#[test]
fn a_bank_that_answers_differently_is_noticed() {
    let mut city = City::new(Plan { customers: 300, transfers: 5_000, ..Plan::default() });
    let mut bank = Engine::default();
    let mut differ = 0;
    for step in city.by_ref() {
        let event: Event = bank.decide(bank.next_time(step.time), &command(step.item));
        let answer = event.outcome().map_or_else(Expected::Refused, |()| Expected::Done);
        differ += u32::from(answer != step.expect);
        // A careless bank: it never notices that two commands are linked, and never expires anything.
        bank.evolve(&event);
    }
    assert!(differ > 0, "links matter somewhere");
}
