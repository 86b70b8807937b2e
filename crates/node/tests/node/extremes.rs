//! Hostile callers: commands of every kind with numbers at the ends of their ranges. Nothing a caller
//! sends may end the bank, and whatever was decided is judged alike, replayed alike and shown alike.

use crate::{ORIGIN, open, options, signer};
use engine::Engine;
use journal::testing::MemoryDisk;
use node::{DateKind, Node, NodeOptions, verify};
use terms::limits::{SEALED_BYTES_MAX, TEXT_BYTES_MAX};
use terms::*;

/// Numbers that one number begins (splitmix64).
struct Dice(u64);

impl Dice {
    fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.number() % end as u64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn account(&mut self) -> AccountId {
        AccountId(self.pick(&[1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 0, u128::MAX, u128::MAX - 1]))
    }

    /// Mostly new, sometimes used or impossible.
    fn id(&mut self) -> TransferId {
        let fresh = u128::from(self.number() % 4_000) + 10;
        TransferId(if self.below(20) == 0 { self.pick(&[0, u128::MAX]) } else { fresh })
    }

    fn amount(&mut self) -> Amount {
        let half = u128::MAX / 2;
        let large = [u128::MAX, u128::MAX - 1, half, half + 1, half - 1, u128::MAX / 3, 1 << 126];
        let small = u128::from(self.number() % 1_000);
        Amount(if self.below(2) == 0 { self.pick(&large) } else { small })
    }

    fn day(&mut self, today: Day) -> Day {
        match self.below(6) {
            0 => Day(self.pick(&[i32::MIN, i32::MAX, 1, -1])),
            1 => today.plus(self.pick(&[-366, 366, -367, 367, 31, -1, 1, 5])),
            _ => Day::BOOKING,
        }
    }

    fn flags(&mut self) -> TransferFlags {
        let usual = [
            TransferFlags(0),
            TransferFlags(0),
            TransferFlags::PENDING,
            TransferFlags::PENDING | TransferFlags::LINKED,
            TransferFlags::LINKED,
            TransferFlags::BALANCING_DEBIT,
            TransferFlags::BALANCING_CREDIT | TransferFlags::PENDING,
            TransferFlags::IMPORTED,
            TransferFlags::PENDING | TransferFlags::CLOSING_CREDIT,
        ];
        if self.below(10) == 0 { TransferFlags(self.number() as u16) } else { self.pick(&usual) }
    }

    fn transfer(&mut self, now: TimeNs, today: Day) -> Transfer {
        let mut t = Transfer {
            id: self.id(),
            debit_account: self.account(),
            credit_account: self.account(),
            amount: self.amount(),
            user_data_128: u128::MAX,
            user_data_64: u64::MAX,
            user_data_32: u32::MAX,
            ledger: Currency::CNY,
            code: self.pick(&[1, u16::MAX]),
            flags: self.flags(),
            value_date: self.day(today),
            ..Transfer::default()
        };
        if t.flags.has(TransferFlags::PENDING) {
            t.timeout_s = self.pick(&[0, 1, 2, u32::MAX]);
        }
        if t.flags.has(TransferFlags::IMPORTED) {
            t.timestamp = TimeNs(self.pick(&[now.0 - 1, now.0 - 2, u64::MAX, i64::MAX as u64, 1]));
        }
        if self.below(4) == 0 {
            t = Transfer {
                id: t.id,
                pending_id: self.id(),
                amount: self.pick(&[Amount::MAX, Amount(0), Amount(1), t.amount]),
                flags: self.pick(&[TransferFlags::POST_PENDING, TransferFlags::VOID_PENDING]),
                value_date: t.value_date,
                ..Transfer::default()
            };
        }
        t
    }

    fn entry(&mut self, today: Day) -> Entry {
        let amount = self.amount();
        let mut legs = Vec::new();
        for side in [Side::Debit, Side::Credit] {
            for _ in 0..1 + self.below(3) {
                legs.push(Leg { account: self.account(), side, amount });
            }
        }
        Entry {
            id: self.id(),
            code: 1,
            value_date: self.day(today),
            user_data_128: u128::MAX,
            reverses: TransferId(self.pick(&[0, 0, 0, 5])),
            legs,
        }
    }

    fn command(&mut self, now: TimeNs, today: Day) -> Command {
        let (account, other) = (self.account(), self.account());
        match self.below(24) {
            0 => {
                let flags = self.pick(&[0, 2, 4, 8, 1, 16, 33, u16::MAX]);
                let id = AccountId(self.number().into());
                Command::CreateAccount(Account {
                    id: if self.below(4) == 0 { account } else { id },
                    ledger: Currency::CNY,
                    code: 1,
                    flags: AccountFlags(flags),
                    timestamp: TimeNs(if flags == 16 { now.0 - 1 } else { 0 }),
                    ..Account::default()
                })
            }
            1 => Command::SetInterest(InterestTerms {
                account,
                rate_ppm: self.pick(&[0, 1, 1_000_000, u32::MAX]),
                basis: self.pick(&[DayBasis::Actual360, DayBasis::Actual365]),
                counter_account: other,
            }),
            2 => Command::SetLimits(SpendingLimits {
                account,
                per_transfer: self.pick(&[None, Some(Amount::MAX), Some(Amount(5))]),
                per_day: self.pick(&[None, Some(Amount::MAX), Some(Amount(0))]),
            }),
            3 => Command::PlaceHold(Hold {
                id: self.id(),
                account,
                amount: self.pick(&[None, Some(Amount::MAX), Some(Amount(u128::MAX / 2))]),
                order: HoldOrder::Court,
                reference: "x".repeat(self.pick(&[0, TEXT_BYTES_MAX, TEXT_BYTES_MAX + 1])),
            }),
            4 => Command::ReleaseHold { hold: self.id() },
            5 => {
                let (day, next) = (self.day(today).or_booking(today), self.day(today));
                Command::CloseDay { day, next: next.or_booking(today.plus(1)) }
            }
            6 | 7 => Command::SettleInterest { id: self.id(), account },
            8 | 9 => Command::Reverse { id: self.id(), of: self.id(), value_date: self.day(today) },
            10..=12 => Command::PostEntry(self.entry(today)),
            13 => Command::OpenInstitution(Institution {
                name: String::new(),
                currency: Currency(u32::MAX),
                utc_offset_min: self.pick(&[i16::MIN, i16::MAX]),
                first_day: self.day(today),
            }),
            _ => Command::Transfer(self.transfer(now, today)),
        }
    }
}

fn first_request(first_day: Day) -> Vec<Command> {
    let mut request = vec![Command::OpenInstitution(Institution {
        name: "N".into(),
        currency: Currency::CNY,
        utc_offset_min: i16::MAX,
        first_day,
    })];
    for (id, flags) in [(1, 0), (2, 0), (3, 2), (4, 4), (5, 8), (6, 2)] {
        request.push(Command::CreateAccount(Account {
            id: AccountId(id),
            ledger: Currency::CNY,
            code: 1,
            flags: AccountFlags(flags),
            ..Account::default()
        }));
    }
    request
}

/// One bank under fire. Returns how many commands were done.
fn fire(seed: u64) -> u64 {
    let mut dice = Dice(seed);
    let first_day = dice.pick(&[Day(20_458), Day(0), Day(-5), Day(i32::MAX - 40), Day(i32::MIN)]);
    let disk = MemoryDisk::new();
    let mut node = Node::create(disk.clone(), ORIGIN, signer(), options()).unwrap();
    let mut now = TimeNs(TimeNs::start_of(Day(20_458)).0);
    node.turn(now, &[first_request(first_day)]).unwrap();
    let mut done = 0;
    for turn in 0..60 {
        now.0 = match dice.below(8) {
            0 => now.0 - 5_000_000_000,
            1 => now.0 + 86_400_000_000_000,
            _ => now.0 + dice.number() % 2_000_000_000,
        };
        let today = node.engine().business_day().unwrap();
        let requests: Vec<Vec<Command>> = (0..1 + dice.below(4))
            .map(|_| (0..1 + dice.below(6)).map(|_| dice.command(now, today)).collect())
            .collect();
        let answers = node.turn(now, &requests).unwrap();
        done += answers.iter().flatten().filter(|a| a.event.outcome().is_ok()).count() as u64;
        if turn == 40 {
            node.snapshot(now).unwrap();
        }
    }
    node.engine().audit().unwrap();
    for account in node.engine().accounts() {
        for by in [DateKind::Booking, DateKind::Value] {
            let (from, to) = (Day(i32::MIN), Day(i32::MAX));
            node.statement(account.account.id, from, to, by).unwrap();
        }
        let lines: Vec<u64> = node.views().records_of(account.account.id).collect();
        assert!(lines.is_sorted_by(|later, earlier| later > earlier), "a record is shown twice");
    }
    node.publish().unwrap();
    let (bytes, shown) = (node.engine().snapshot(), node.views().clone());
    assert!(Engine::restore(&bytes).unwrap().snapshot() == bytes, "seed {seed}");
    drop(node);
    let report = verify(&disk, &signer().verifier(), &[], |_| {}).unwrap();
    assert!(report.is_sound(), "seed {seed}: {:?}", report.findings);
    let options = NodeOptions { ignore_snapshots: true, ..options() };
    let again = Node::open(disk.clone(), signer(), options).unwrap().0;
    assert!(again.engine().snapshot() == bytes, "seed {seed}: replay gives another state");
    assert!(*again.views() == shown, "seed {seed}: INVARIANT (views)");
    drop(again);
    assert!(open(disk).engine().snapshot() == bytes, "seed {seed}: the snapshot leads elsewhere");
    done
}

#[test]
fn no_command_however_extreme_ends_the_bank_and_all_is_judged_replayed_and_shown_alike() {
    let done: u64 = (0..100).map(fire).sum();
    assert!(done > 5_000, "too little was done to mean anything: {done}");
}

/// Bytes that are not a state are refused; those that read as one can be looked at without harm.
#[test]
fn a_damaged_snapshot_is_refused_or_harmless_and_never_ends_the_program() {
    let mut dice = Dice(1);
    let mut engine = Engine::default();
    let now = TimeNs(TimeNs::start_of(Day(20_458)).0);
    engine.submit(now, &first_request(Day(20_458)));
    for _ in 0..400 {
        let command = dice.command(now, Day(20_458));
        engine.submit(now, &[command]);
    }
    let sound = engine.snapshot();
    let mut refused = 0;
    for round in 0..4_000 {
        let mut bytes = sound.clone();
        match round % 4 {
            0 => bytes.truncate(dice.below(sound.len())),
            1 => bytes.extend_from_within(..dice.below(40) + 1),
            _ => {
                for _ in 0..1 + dice.below(3) {
                    let at = dice.below(bytes.len() - 8);
                    let value = dice.pick(&[0, 1, u64::MAX, u64::from(u32::MAX), 1 << 31]);
                    let width = dice.pick(&[1, 2, 4, 8]);
                    bytes[at..at + width].copy_from_slice(&value.to_le_bytes()[..width]);
                }
            }
        }
        match Engine::restore(&bytes) {
            Err(_) => refused += 1,
            Ok(found) => {
                let seen = found.accounts().count() + found.transfers().count();
                assert!(seen + found.entries().count() + found.trial_balance().len() > 0);
                let _ = (found.audit(), found.snapshot(), found.due(TimeNs(u64::MAX)));
            }
        }
    }
    assert!(refused > 1_000, "{refused}");
}

/// Whoever forges a journal can put anything into it: judging it is never the judge's end, and what was
/// refused does not pass as done.
#[test]
fn forged_events_of_any_kind_are_judged_and_never_end_the_judge() {
    let (mut dice, mut noticed) = (Dice(9), 0);
    for _ in 0..30 {
        let mut engine = Engine::default();
        let mut now = TimeNs(TimeNs::start_of(Day(20_458)).0);
        engine.submit(now, &first_request(Day(20_458)));
        for _ in 0..80 {
            now.0 += dice.number() % 1_000_000_000;
            let request: Vec<Command> =
                (0..1 + dice.below(3)).map(|_| dice.command(now, Day(20_458))).collect();
            let mut events = Vec::new();
            let before = engine.clone();
            engine.submit_due(now, &mut events);
            events.extend(engine.submit(now, &request));
            let at = dice.below(events.len());
            let was = events[at].outcome();
            let done = forge(&mut dice, &mut events[at], now);
            let judged = before.clone().judge(TimeNs(dice.pick(&[now.0, u64::MAX])), &events);
            let shape = matches!(
                was,
                Err(Refusal::TimestampMustBeZero
                    | Refusal::ImportedEventExpected
                    | Refusal::ImportedEventNotExpected)
            );
            if done && was.is_err() && !shape {
                assert!(judged.is_err(), "refused with {was:?}, and passed as done: {events:?}");
                noticed += 1;
            }
        }
    }
    assert!(noticed > 200, "{noticed}");
}

/// Changes one thing of an event; true if that was nothing but its outcome, to done.
fn forge(dice: &mut Dice, event: &mut Event, now: TimeNs) -> bool {
    let outcome = if dice.below(2) == 0 { Ok(()) } else { Err(dice.pick(Refusal::ALL)) };
    match event {
        Event::Transfer(t) => match dice.below(10) {
            0 => t.transfer.flags.0 ^= 1 << dice.below(16),
            1 => t.transfer.amount = dice.amount(),
            2 => t.transfer.pending_id = dice.id(),
            3 => t.transfer.debit_account = dice.account(),
            4 => t.transfer.timestamp = TimeNs(dice.pick(&[0, 1, now.0, u64::MAX])),
            5 => t.transfer.value_date = dice.day(Day(20_458)),
            _ => {
                t.outcome = outcome;
                return outcome.is_ok();
            }
        },
        Event::Act(act) => match dice.below(4) {
            0 => act.time = TimeNs(dice.pick(&[0, 1, u64::MAX])),
            1 => act.command = dice.command(now, Day(20_458)),
            2 => act.booking_date = Day(dice.pick(&[0, i32::MIN, i32::MAX])),
            _ => {
                act.outcome = outcome;
                return outcome.is_ok();
            }
        },
    }
    false
}

/// What admission lets in, the journal can write: also when all of it is as large as can be.
#[test]
fn the_largest_command_of_every_kind_that_is_admitted_has_a_record() {
    let mut node = Node::create(MemoryDisk::new(), ORIGIN, signer(), options()).unwrap();
    let (text, max) = ("x".repeat(8_192), u128::MAX);
    let sealed = Sealed {
        commitment: [255; 32],
        cipher: SealingCipher::Sm4Gcm,
        nonce: [255; 12],
        ciphertext: vec![255; SEALED_BYTES_MAX * 2],
    };
    let leg = Leg { account: AccountId(max), side: Side::Credit, amount: Amount::MAX };
    let (account, id) = (AccountId(max), TransferId(max));
    let role =
        Role { party: PartyId(max), account, kind: RoleKind::Guardian, until: Day(i32::MIN) };
    let day = Day(i32::MIN);
    let largest = [
        Command::Transfer(Transfer { id, amount: Amount::MAX, ..Transfer::default() }),
        Command::CreateAccount(Account {
            id: account,
            user_data_128: max,
            user_data_64: u64::MAX,
            user_data_32: u32::MAX,
            ledger: Currency(u32::MAX),
            code: u16::MAX,
            flags: AccountFlags(u16::MAX - 1),
            timestamp: TimeNs(u64::MAX),
        }),
        Command::OpenInstitution(Institution {
            name: text.clone(),
            currency: Currency(u32::MAX),
            utc_offset_min: i16::MIN,
            first_day: day,
        }),
        Command::DefineChartLine(ChartLine {
            code: u16::MAX,
            class: ChartClass::OffBalance,
            name: text.clone(),
        }),
        Command::RegisterParty(Party {
            id: PartyId(max),
            kind: PartyKind::Organisation,
            identity: sealed.clone(),
        }),
        Command::EraseParty { party: PartyId(max), reason: text.clone() },
        Command::GrantRole(role),
        Command::RevokeRole(role),
        Command::SetLimits(SpendingLimits {
            account,
            per_transfer: Some(Amount::MAX),
            per_day: Some(Amount::MAX),
        }),
        Command::SetInterest(InterestTerms {
            account,
            rate_ppm: u32::MAX,
            basis: DayBasis::Actual365,
            counter_account: account,
        }),
        Command::PlaceHold(Hold {
            id,
            account,
            amount: Some(Amount::MAX),
            order: HoldOrder::Bank,
            reference: text.clone(),
        }),
        Command::ReleaseHold { hold: id },
        Command::PostEntry(Entry {
            id,
            code: u16::MAX,
            value_date: day,
            user_data_128: max,
            reverses: id,
            legs: vec![leg; 128],
        }),
        Command::Reverse { id, of: id, value_date: day },
        Command::SettleInterest { id, account },
        Command::CloseDay { day, next: day },
        Command::Attach(Attachment { subject: id, party: PartyId(max), text: sealed }),
        Command::KeepPart(ArtifactPart {
            artifact: [255; 32],
            size: u32::MAX,
            at: u32::MAX,
            bytes: vec![255; terms::limits::PART_BYTES_MAX],
        }),
        Command::WithdrawRules(Withdrawal {
            set: u16::MAX,
            reason: WithdrawalReason::Asked,
            by: text.clone(),
        }),
        Command::WorkCase(CaseAct {
            case: id,
            by: String::new(),
            step: CaseStep::Appeal,
            text: text.clone(),
            other: id,
            mark: Some(CaseMark::Mistaken),
        }),
        Command::RecordScreening(Screening {
            party: PartyId(max),
            lists: [255; 32],
            result: ScreeningResult::Confirmed,
            entry: text.clone(),
            score: u16::MAX,
            by: String::new(),
        }),
    ];
    // Alone, and so many together that they need several batches, each no larger than a segment.
    for command in &largest {
        node.turn(TimeNs(u64::MAX >> 1), &[vec![command.clone()]]).unwrap();
    }
    let many: Vec<Command> = largest.iter().cycle().take(8_190).cloned().collect();
    let answers = node.turn(TimeNs(u64::MAX >> 1), &[many]).unwrap();
    assert_eq!(answers[0].len(), 8_190);
    assert!(answers[0][0].entry < answers[0][8_189].entry);
}

#[test]
fn at_the_end_of_time_the_bank_still_answers() {
    let mut node = Node::create(MemoryDisk::new(), ORIGIN, signer(), options()).unwrap();
    node.turn(TimeNs(u64::MAX), &[first_request(Day(20_458))]).unwrap();
    let mut dice = Dice(3);
    for _ in 0..50 {
        let command = dice.command(TimeNs(u64::MAX), Day(20_458));
        node.turn(TimeNs(u64::MAX), &[vec![command.clone(), command]]).unwrap();
    }
}
