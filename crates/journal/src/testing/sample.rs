//! Events of every kind from a seed: the same seed, the same event. They make no sense to a ledger and
//! reach the edges of every field.

use terms::{
    AccessKind, AccessRecord, Account, AccountFlags, AccountId, Act, Amount, ArtifactPart,
    Attachment, CaseAct, CaseMark, CaseStep, ChartClass, ChartLine, CheckKind, CheckRecord,
    CheckResult, Command, Complaint, ComplaintAct, ComplaintStep, Currency, Day, DayBasis, Entry,
    Event, Hold, HoldEnd, HoldOrder, Institution, InterestTerms, Leg, LimitPlan, OrderEnd, Outcome,
    Party, PartyId, PartyKind, Payee, PayeeEnd, QueryDoor, QueryEnd, QueryRecord, Refusal, Rhythm,
    Role, RoleKind, RuleSet, RuleStage, Ruling, Screening, ScreeningResult, Sealed, SealingCipher,
    Side, SnapshotMark, SpendingLimits, StandingOrder, TimeNs, Transfer, TransferEvent,
    TransferFlags, TransferId, Verdict, VerdictMarks, Withdrawal, WithdrawalReason,
};

/// The last refusals that there were when vectors were first made of events, of observations and of what was judged.
/// What comes later must not change what a seed gives.
const EVENTS_LAST: u16 = 102;
const OBSERVED_LAST: u16 = 105;
const JUDGED_LAST: u16 = 120;
const ORDERED_LAST: u16 = 124;
const OWN_LAST: u16 = 134;

/// A small generator of numbers (splitmix64).
#[derive(Clone, Copy, Debug)]
pub struct Dice(pub u64);

impl Dice {
    /// Any number.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, which is not zero.
    pub fn below(&mut self, end: u64) -> u64 {
        self.roll() % end
    }

    /// One of `all`.
    pub fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    /// A number of any magnitude: edges and small numbers as often as large ones.
    fn wide(&mut self) -> u128 {
        let all = u128::from(self.roll()) << 64 | u128::from(self.roll());
        match self.below(6) {
            0 => 0,
            1 => u128::MAX,
            2 => u128::from(u64::MAX) + u128::from(self.below(2)),
            _ => all >> self.below(128),
        }
    }

    fn narrow(&mut self) -> u64 {
        self.wide() as u64
    }

    fn day(&mut self) -> Day {
        let edges = [i32::MIN, -25, -24, -1, 0, 23, 24, i32::MAX];
        if self.below(3) == 0 { Day(self.one_of(&edges)) } else { Day(self.narrow() as i32) }
    }

    fn text(&mut self) -> String {
        let count = self.below(40);
        (0..count)
            .map(|_| self.one_of(&['a', 'Z', ' ', '7', 'é', '通', '鉴', '\u{1f3e6}']))
            .collect()
    }

    fn bytes(&mut self, count: u64) -> Vec<u8> {
        (0..count).map(|_| self.roll() as u8).collect()
    }

    fn hash(&mut self) -> [u8; 32] {
        std::array::from_fn(|_| self.roll() as u8)
    }

    fn amount_if_any(&mut self) -> Option<Amount> {
        let amount = Amount(self.wide());
        (self.below(2) == 0).then_some(amount)
    }

    /// Done, or refused for a reason whose number is at most `last`.
    fn outcome(&mut self, last: u16) -> Outcome {
        if self.below(3) > 0 {
            return Ok(());
        }
        let known = Refusal::ALL.iter().copied().filter(|refusal| refusal.code() <= last);
        Err(self.one_of(&known.collect::<Vec<_>>()))
    }

    fn sealed(&mut self) -> Sealed {
        let count = self.below(200);
        Sealed {
            commitment: self.hash(),
            cipher: self.one_of(&[SealingCipher::Aes256Gcm, SealingCipher::Sm4Gcm]),
            nonce: std::array::from_fn(|_| self.roll() as u8),
            ciphertext: self.bytes(count),
        }
    }
}

/// Any event but a noted query or check.
pub fn sample_event(seed: u64) -> Event {
    if Dice(seed).below(3) == 0 { sample_transfer(seed) } else { sample_act(seed) }
}

/// A transfer.
pub fn sample_transfer(seed: u64) -> Event {
    let mut d = Dice(seed ^ 0x7261_6e73);
    Event::Transfer(TransferEvent {
        transfer: Transfer {
            id: TransferId(d.wide()),
            debit_account: AccountId(d.wide()),
            credit_account: AccountId(d.wide()),
            amount: Amount(d.wide()),
            pending_id: TransferId(d.wide()),
            user_data_128: d.wide(),
            user_data_64: d.narrow(),
            user_data_32: d.narrow() as u32,
            timeout_s: d.narrow() as u32,
            ledger: Currency(d.narrow() as u32),
            code: d.narrow() as u16,
            flags: TransferFlags(d.narrow() as u16),
            value_date: d.day(),
            timestamp: TimeNs(d.narrow()),
        },
        booking_date: d.day(),
        outcome: d.outcome(EVENTS_LAST),
        verdict: None,
    })
}

/// Anything but a transfer, a noted query or a check.
pub fn sample_act(seed: u64) -> Event {
    let mut d = Dice(seed ^ 0x6163_7473);
    let (time, booking_date, outcome) = (TimeNs(d.narrow()), d.day(), d.outcome(EVENTS_LAST));
    let command = match d.below(18) {
        0 => Command::CreateAccount(account(&mut d)),
        1 => Command::OpenInstitution(Institution {
            name: d.text(),
            currency: Currency(d.narrow() as u32),
            utc_offset_min: d.narrow() as i16,
            first_day: d.day(),
        }),
        2 => Command::DefineChartLine(ChartLine {
            code: d.narrow() as u16,
            class: d.one_of(&[ChartClass::Asset, ChartClass::Common, ChartClass::OffBalance]),
            name: d.text(),
        }),
        3 => Command::RegisterParty(Party {
            id: PartyId(d.wide()),
            kind: d.one_of(&[PartyKind::Person, PartyKind::Organisation]),
            identity: d.sealed(),
        }),
        4 => Command::EraseParty { party: PartyId(d.wide()), reason: d.text() },
        5 => Command::GrantRole(role(&mut d)),
        6 => Command::RevokeRole(role(&mut d)),
        7 => Command::SetLimits(SpendingLimits {
            account: AccountId(d.wide()),
            per_transfer: d.amount_if_any(),
            per_day: d.amount_if_any(),
        }),
        8 => Command::SetInterest(InterestTerms {
            account: AccountId(d.wide()),
            rate_ppm: d.narrow() as u32,
            basis: d.one_of(&[DayBasis::Actual360, DayBasis::Actual365]),
            counter_account: AccountId(d.wide()),
        }),
        9 => Command::PlaceHold(Hold {
            id: TransferId(d.wide()),
            account: AccountId(d.wide()),
            amount: d.amount_if_any(),
            order: d.one_of(&[HoldOrder::Court, HoldOrder::Aml, HoldOrder::Tax, HoldOrder::Bank]),
            reference: d.text(),
        }),
        10 => Command::ReleaseHold { hold: TransferId(d.wide()) },
        11 => Command::PostEntry(entry(&mut d)),
        12 => Command::Reverse {
            id: TransferId(d.wide()),
            of: TransferId(d.wide()),
            value_date: d.day(),
        },
        13 => Command::SettleInterest { id: TransferId(d.wide()), account: AccountId(d.wide()) },
        14 => Command::CloseDay { day: d.day(), next: d.day() },
        15 => Command::Attach(Attachment {
            subject: TransferId(d.wide()),
            party: PartyId(d.wide()),
            text: d.sealed(),
        }),
        16 => Command::Expire { pending: TransferId(d.wide()) },
        _ => Command::MarkSnapshot(SnapshotMark { records: d.narrow(), hash: d.hash() }),
    };
    Event::Act(Box::new(Act { time, booking_date, command, outcome }))
}

/// Noted queries, or a check.
pub fn sample_observation(seed: u64) -> Event {
    let mut d = Dice(seed ^ 0x6f62_7376);
    let (time, booking_date) = (TimeNs(d.narrow()), d.day());
    let outcome = d.outcome(OBSERVED_LAST);
    let count = d.one_of(&[0, 1, 1, 2, 3, 24]);
    let command = if d.below(2) == 0 {
        Command::RecordQueries((0..count).map(|_| query(&mut d)).collect())
    } else {
        Command::RecordCheck(CheckRecord {
            pack: d.text(),
            version: d.narrow() as u32,
            hash: d.hash(),
            as_of: d.narrow(),
            results: (0..count).map(|_| check_result(&mut d)).collect(),
        })
    };
    Event::Act(Box::new(Act { time, booking_date, command, outcome }))
}

fn query(d: &mut Dice) -> QueryRecord {
    QueryRecord {
        asker: d.text(),
        door: d.one_of(&[QueryDoor::CommandLine, QueryDoor::FlightSql, QueryDoor::Program]),
        text_hash: d.hash(),
        as_of: d.narrow(),
        rows: d.narrow(),
        result_hash: d.hash(),
        end: d.one_of(&[QueryEnd::Complete, QueryEnd::Cancelled, QueryEnd::Failed]),
    }
}

fn check_result(d: &mut Dice) -> CheckResult {
    CheckResult {
        rule: d.text(),
        kind: d.one_of(&[CheckKind::Quality, CheckKind::Indicator]),
        rows: d.narrow(),
        value: d.text(),
        result_hash: d.hash(),
    }
}

/// An order, or its end.
pub fn sample_order(seed: u64) -> Event {
    let mut d = Dice(seed ^ 0x6f72_6465);
    let (time, booking_date) = (TimeNs(d.narrow()), d.day());
    let outcome = d.outcome(ORDERED_LAST);
    let command = if d.below(3) == 0 {
        Command::EndOrder(OrderEnd { order: TransferId(d.wide()), by: d.text() })
    } else {
        Command::PlaceOrder(StandingOrder {
            id: TransferId(d.wide()),
            debit_account: AccountId(d.wide()),
            credit_account: AccountId(d.wide()),
            amount: Amount(d.wide()),
            code: d.narrow() as u16,
            first: d.day(),
            last: d.day(),
            rhythm: d.one_of(&Rhythm::ALL),
            every: d.narrow() as u8,
            by: d.text(),
        })
    };
    Event::Act(Box::new(Act { time, booking_date, command, outcome }))
}

/// What customers do for themselves.
pub fn sample_own(seed: u64) -> Event {
    let mut d = Dice(seed ^ 0x6f77_6e6f);
    let (time, booking_date) = (TimeNs(d.narrow()), d.day());
    let outcome = d.outcome(OWN_LAST);
    let command = match d.below(5) {
        0 => Command::PlanLimits(LimitPlan {
            account: AccountId(d.wide()),
            per_transfer: d.amount_if_any(),
            per_day: d.amount_if_any(),
            cooling_h: d.narrow() as u8,
            by: d.text(),
        }),
        1 => Command::KeepPayee(Payee {
            id: TransferId(d.wide()),
            party: PartyId(d.wide()),
            account: AccountId(d.wide()),
            name: d.sealed(),
            by: d.text(),
        }),
        2 => Command::DropPayee(PayeeEnd {
            payee: TransferId(d.wide()),
            party: PartyId(d.wide()),
            by: d.text(),
        }),
        3 => Command::FileComplaint(Complaint {
            id: TransferId(d.wide()),
            party: PartyId(d.wide()),
            account: AccountId(d.wide()),
            subject: TransferId(d.wide()),
            days: d.narrow() as u8,
            text: d.sealed(),
            by: d.text(),
        }),
        _ => Command::WorkComplaint(ComplaintAct {
            complaint: TransferId(d.wide()),
            party: PartyId(d.wide()),
            step: d.one_of(&ComplaintStep::ALL),
            days: d.narrow() as u8,
            text: d.sealed(),
            by: d.text(),
        }),
    };
    Event::Act(Box::new(Act { time, booking_date, command, outcome }))
}

/// Notes of access.
pub fn sample_noted(seed: u64) -> Event {
    let mut d = Dice(seed ^ 0x6e6f_7465);
    let (time, booking_date) = (TimeNs(d.narrow()), d.day());
    let outcome = d.outcome(OBSERVED_LAST);
    let count = d.one_of(&[0, 1, 1, 2, 3, 16]);
    let command = Command::RecordAccess((0..count).map(|_| access(&mut d)).collect());
    Event::Act(Box::new(Act { time, booking_date, command, outcome }))
}

fn access(d: &mut Dice) -> AccessRecord {
    let kind = d.one_of(&AccessKind::ALL);
    let times = d.narrow() as u32;
    AccessRecord { kind, who: d.text(), about: d.text(), says: d.text(), times }
}

/// A payment that was judged, or an act of risk control.
pub fn sample_judged(seed: u64) -> Event {
    let mut d = Dice(seed ^ 0x7665_7264);
    if d.below(3) == 0
        && let Event::Transfer(event) = sample_transfer(seed)
    {
        let reasons = d.below(4) as usize;
        let verdict = Verdict {
            ruling: d.one_of(&Ruling::ALL),
            marks: VerdictMarks(d.below(8) as u8),
            set: d.one_of(&[1, 2, u16::MAX]),
            score: d.narrow() as i32,
            model_ppm: d.one_of(&[None, Some(0), Some(640_123), Some(1_000_000)]),
            hits: d.narrow() as u16,
            reasons: std::array::from_fn(|at| {
                (at < reasons).then(|| d.below(u16::MAX.into()) as u16)
            }),
        };
        return Event::Transfer(TransferEvent { verdict: Some(verdict), ..event });
    }
    let (time, booking_date) = (TimeNs(d.narrow()), d.day());
    let outcome = d.outcome(JUDGED_LAST);
    let command = match d.below(5) {
        0 => {
            let count = d.below(900);
            let (size, at) = (d.narrow() as u32, d.narrow() as u32);
            let bytes = d.bytes(count);
            Command::KeepPart(ArtifactPart { artifact: d.hash(), size, at, bytes })
        }
        1 => Command::AdoptRules(rule_set(&mut d)),
        2 => {
            let reasons = [
                WithdrawalReason::Asked,
                WithdrawalReason::StoppedTooMany,
                WithdrawalReason::LostTooMuch,
                WithdrawalReason::TooSlow,
            ];
            let reason = d.one_of(&reasons);
            Command::WithdrawRules(Withdrawal { set: d.narrow() as u16, reason, by: d.text() })
        }
        3 => Command::RecordScreening(Screening {
            party: PartyId(d.wide()),
            lists: d.hash(),
            result: d.one_of(&ScreeningResult::ALL),
            entry: d.text(),
            score: d.narrow() as u16,
            by: d.text(),
        }),
        _ => Command::WorkCase(CaseAct {
            case: TransferId(d.wide()),
            by: d.text(),
            step: d.one_of(&CaseStep::ALL),
            text: d.text(),
            other: TransferId(d.wide()),
            mark: d.one_of(&[None, Some(CaseMark::Fraud), Some(CaseMark::Mistaken)]),
        }),
    };
    Event::Act(Box::new(Act { time, booking_date, command, outcome }))
}

fn rule_set(d: &mut Dice) -> RuleSet {
    let model = d.hash();
    RuleSet {
        name: d.text(),
        program: d.hash(),
        words: d.hash(),
        model: (d.below(2) == 0).then_some(model),
        stage: d.one_of(&[RuleStage::Shadow, RuleStage::Canary, RuleStage::Active]),
        share_ppm: d.narrow() as u32,
        loss_max: d.narrow(),
        stopped_ppm_max: d.narrow() as u32,
        hold_s: d.narrow() as u32,
        four_eyes: d.below(2) == 0,
        by: d.text(),
        at_end: d.one_of(&HoldEnd::ALL),
        tables: (d.below(2) == 0).then(|| d.hash()),
    }
}

fn account(d: &mut Dice) -> Account {
    Account {
        id: AccountId(d.wide()),
        user_data_128: d.wide(),
        user_data_64: d.narrow(),
        user_data_32: d.narrow() as u32,
        ledger: Currency(d.narrow() as u32),
        code: d.narrow() as u16,
        flags: AccountFlags(d.narrow() as u16),
        timestamp: TimeNs(d.narrow()),
    }
}

fn role(d: &mut Dice) -> Role {
    Role {
        party: PartyId(d.wide()),
        account: AccountId(d.wide()),
        kind: d.one_of(&[RoleKind::Owner, RoleKind::Viewer, RoleKind::Guardian]),
        until: d.day(),
    }
}

fn entry(d: &mut Dice) -> Entry {
    let count = d.below(65);
    Entry {
        id: TransferId(d.wide()),
        code: d.narrow() as u16,
        value_date: d.day(),
        user_data_128: d.wide(),
        reverses: TransferId(d.wide()),
        legs: (0..count)
            .map(|_| Leg {
                account: AccountId(d.wide()),
                side: d.one_of(&[Side::Debit, Side::Credit]),
                amount: Amount(d.wide()),
            })
            .collect(),
    }
}
