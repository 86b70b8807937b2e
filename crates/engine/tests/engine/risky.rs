//! Random requests to a bank with rule sets: holds, warnings, chains, cases, canaries and budgets, whatever the order.
//! Every run must stand what `checked` asks, and what the rules said must be what an amount alone decides.

use crate::checked::{Decided, check_run};
use engine::risk::{Feature, Line, Program, Single, Step};
use engine::{Engine, chains};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use terms::*;

const SEEDS: u64 = 50;
const REQUESTS: u64 = 200;

/// Warn from 100, hold from 1,000, refuse from 5,000, in minor units, or tenfold.
fn program(factor: i128) -> Vec<u8> {
    let mut steps = vec![Step::Load(0, Feature::single(Single::Amount))];
    let rulings = [(100, Ruling::Ask), (1_000, Ruling::Hold), (5_000, Ruling::Refuse)];
    let (mut constants, mut lines) = (Vec::new(), Vec::new());
    for (at, (from, ruling)) in (0..).zip(rulings) {
        constants.push(from * factor * 10);
        let (constant, truth) = (1 + 2 * at, 2 + 2 * at);
        steps.extend([Step::Constant(constant, at), Step::LessOrEqual(truth, constant, 0)]);
        lines.push(Line { condition: truth, ruling, points: 1 });
    }
    Program::new(constants, steps, lines, [None; 3]).unwrap().to_bytes()
}

fn ruling(amount: u128, factor: u128) -> Ruling {
    match amount / factor {
        0..100 => Ruling::Approve,
        100..1_000 => Ruling::Ask,
        1_000..5_000 => Ruling::Hold,
        _ => Ruling::Refuse,
    }
}

fn keep(bytes: Vec<u8>) -> Command {
    let artifact = Sha256::digest(&bytes).into();
    Command::KeepPart(ArtifactPart { artifact, size: bytes.len() as u32, at: 0, bytes })
}

fn adopt(factor: i128, stage: RuleStage, stopped_ppm_max: u32) -> Command {
    let program = Sha256::digest(program(factor)).into();
    let canary = stage == RuleStage::Canary;
    Command::AdoptRules(RuleSet {
        name: format!("times {factor}"),
        program,
        words: program,
        model: None,
        stage,
        share_ppm: if canary { 500_000 } else { 0 },
        loss_max: 15_000,
        stopped_ppm_max,
        hold_s: 7_200,
        at_end: if factor == 1 { HoldEnd::Release } else { HoldEnd::Refuse },
        tables: None,
        four_eyes: factor == 1,
        by: "risk office".into(),
    })
}

/// Numbers below what is asked for.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 20) % end
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

fn payment(dice: &mut Dice, id: u128) -> Transfer {
    let mut flags = TransferFlags(0);
    for (flag, share) in [
        (TransferFlags::PENDING, 9),
        (TransferFlags::CONFIRMED, 3),
        (TransferFlags::LINKED, 4),
        (TransferFlags::BALANCING_DEBIT, 12),
    ] {
        if dice.below(share) == 0 {
            flags |= flag;
        }
    }
    let payer = dice.below(6);
    Transfer {
        id: TransferId(id),
        debit_account: AccountId(u128::from(1 + payer)),
        credit_account: AccountId(u128::from(1 + (payer + 1 + dice.below(5)) % 6)),
        amount: Amount(u128::from(dice.of(&[7_u64, 150, 150, 400, 1_500, 1_500, 6_000, 60_000]))),
        user_data_64: dice.below(4),
        ledger: Currency::CNY,
        code: 1,
        flags,
        ..Transfer::default()
    }
}

fn command(dice: &mut Dice, id: u128) -> Command {
    let earlier = TransferId(u128::from(dice.below(id as u64 + 1)));
    let case = |by: &str, step| {
        let case = CaseAct {
            case: earlier,
            by: by.into(),
            step,
            text: String::new(),
            other: TransferId(0),
            mark: None,
        };
        Command::WorkCase(case)
    };
    match dice.below(24) {
        0..=14 => Command::Transfer(payment(dice, id)),
        15..=17 => {
            let (flags, amount) = dice.of(&[
                (TransferFlags::POST_PENDING, Amount::MAX),
                (TransferFlags::VOID_PENDING, Amount::ZERO),
            ]);
            let (id, pending_id) = (TransferId(id), earlier);
            Command::Transfer(Transfer { id, pending_id, flags, amount, ..Transfer::default() })
        }
        18..=20 => {
            case(dice.of(&["anna", "bert"]), dice.of(&[CaseStep::Release, CaseStep::Refuse]))
        }
        21 => case("anna", dice.of(&[CaseStep::Open, CaseStep::Claim])),
        22 => Command::GrantRole(Role {
            party: PartyId(u128::from(1 + dice.below(3))),
            account: AccountId(u128::from(1 + dice.below(6))),
            kind: RoleKind::Owner,
            until: Day::BOOKING,
        }),
        _ => match dice.below(40) {
            0 => adopt(10, RuleStage::Canary, 1_000_000),
            1 => adopt(1, RuleStage::Active, dice.of(&[700_000, 1_000_000])),
            2 => {
                let (set, reason) = (1 + dice.below(4) as u16, WithdrawalReason::Asked);
                Command::WithdrawRules(Withdrawal { set, reason, by: "risk office".into() })
            }
            _ => Command::Transfer(payment(dice, id)),
        },
    }
}

/// What became of payments, counted over all runs.
#[derive(Default)]
struct Seen(BTreeMap<&'static str, u32>);

impl Seen {
    fn note(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    fn event(&mut self, engine: &Engine, event: &Event) {
        let t = match event {
            Event::Transfer(event) => event,
            Event::Act(act) => {
                if let (Command::WithdrawRules(end), Ok(())) = (&act.command, act.outcome) {
                    self.note(end.reason.word());
                }
                return;
            }
        };
        let let_go = TransferFlags::POST_PENDING | TransferFlags::HELD;
        if t.outcome.is_ok() && t.transfer.flags.has(let_go) {
            self.note("let go at the end");
        }
        let Some(verdict) = t.verdict else { return };
        let set = engine.rule_sets().find(|set| set.number == verdict.set).unwrap();
        let factor = if set.set.name == "times 10" { 10 } else { 1 };
        if t.outcome.is_ok() || !t.transfer.flags.has(TransferFlags::BALANCING_DEBIT) {
            assert_eq!(verdict.ruling, ruling(t.transfer.amount.0, factor), "{event:?}");
        }
        let warned = verdict.marks.has(VerdictMarks::WARNED);
        self.note(match (verdict.ruling, t.outcome) {
            (Ruling::Approve, Ok(())) => "approved",
            (Ruling::Ask, Ok(())) if warned => "confirmed",
            (Ruling::Ask, Err(Refusal::PayerMustConfirm)) if !warned => "asked",
            (Ruling::Hold, Ok(())) if t.transfer.flags.has(TransferFlags::HELD) => "held",
            (Ruling::Hold, Err(Refusal::NeedsReview)) => "not held in a chain",
            (Ruling::Refuse, Err(Refusal::RefusedByRiskControl)) => "refused",
            other => panic!("{other:?} do not go together: {event:?}"),
        });
        if verdict.marks.has(VerdictMarks::RISKED) {
            self.note("risked");
        }
    }
}

#[test]
fn whatever_is_asked_of_risk_control_replay_and_judgement_find_the_same() {
    let mut seen = Seen::default();
    for seed in 0..SEEDS {
        let mut dice = Dice(seed);
        let mut engine = Engine::default();
        let mut run: Vec<Decided> = Vec::new();
        let mut now = TimeNs(TimeNs::start_of(Day(20_458)).0);
        let mut ask = |engine: &mut Engine, now: TimeNs, request: &[Command]| {
            let mut due = Vec::new();
            engine.submit_due(now, &mut due);
            run.push((now, due.clone()));
            let before = engine.snapshot();
            let recent = engine.recent().cloned();
            chains(request).for_each(|chain| engine.decide_chain(now, &chain, &mut Vec::new()));
            assert!(engine.snapshot() == before, "seed {seed}: deciding changed the state");
            // INVARIANT (judged): deciding leaves no trace, and `check_run` judges everything again.
            assert!(engine.recent() == recent.as_ref(), "seed {seed}: deciding left a trace");
            let events = engine.submit(now, request);
            due.iter().chain(&events).for_each(|event| seen.event(engine, event));
            run.push((now, events));
        };
        let institution = Institution {
            name: "Bank".into(),
            currency: Currency::CNY,
            utc_offset_min: 480,
            first_day: Day(20_458),
        };
        let open = |n: u128| {
            Command::CreateAccount(Account {
                id: AccountId(n),
                ledger: Currency::CNY,
                code: 1,
                ..Account::default()
            })
        };
        let party = |n: u128| {
            let cipher = SealingCipher::Aes256Gcm;
            let identity =
                Sealed { commitment: [1; 32], cipher, nonce: [1; 12], ciphertext: vec![1] };
            let kind = PartyKind::Person;
            Command::RegisterParty(Party { id: PartyId(n), kind, identity })
        };
        let mut start: Vec<Command> = vec![Command::OpenInstitution(institution)];
        start.extend((1..=6).map(open));
        start.extend((1..=3).map(party));
        start.extend([keep(program(1)), keep(program(10)), adopt(1, RuleStage::Active, 700_000)]);
        ask(&mut engine, now, &start);
        let mut id = 0;
        for _ in 0..REQUESTS {
            now.0 += dice.below(1_800) * 1_000_000_000;
            let count = 1 + dice.below(5);
            let request: Vec<Command> = (0..count)
                .map(|_| {
                    id += 1;
                    command(&mut dice, id)
                })
                .collect();
            ask(&mut engine, now, &request);
        }
        check_run(&engine, &run);
    }
    for what in [
        "approved",
        "confirmed",
        "asked",
        "held",
        "not held in a chain",
        "refused",
        "risked",
        "let go at the end",
        "stopped_too_many",
        "lost_too_much",
    ] {
        assert!(seen.0.get(what).is_some_and(|count| *count >= 5), "{what}: {:?}", seen.0);
    }
}
