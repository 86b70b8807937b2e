//! What risk control keeps in the state: the rule sets and what they are made of, what everybody did lately, who was
//! warned of what, and the cases. `judgement.rs` asks it; `acts/adoption.rs` and `acts/cases.rs` change it.

use crate::made_id::made_id;
use crate::risk::{
    Books, Feature, Found, Line, Machine, Model, Payment, Program, Sides, Single, Tables, Tracker,
    Values, Wanted,
};
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use forest::Row;
use sha2::{Digest, Sha256};
use terms::{
    CaseMark, HoldEnd, PartyId, PartyKind, RuleSet, RuleStage, Ruling, ScreeningResult, TimeNs,
    TransferFlags, TransferId,
};

/// What the hash begins with that the number of a party's case comes from.
const PARTY_CASE_PREFIX: &[u8] = b"tongjian party case v1\0";

/// Something large, kept part by part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Artifact {
    pub(crate) size: u32,
    pub(crate) bytes: Vec<u8>,
}

impl Artifact {
    pub(crate) fn is_whole(&self) -> bool {
        self.bytes.len() == self.size as usize
    }
}

/// A rule set as adopted, and what it did since counting last began anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SetRow {
    pub(crate) set: RuleSet,
    pub(crate) withdrawn: bool,
    pub(crate) judged: u32,
    pub(crate) stopped: u32,
    /// What it let through on trial that the active set would not have, in thousandths of main units.
    pub(crate) lost: u64,
}

/// Who owns an account, from a record on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owned {
    pub(crate) record: u64,
    pub(crate) account: u32,
    pub(crate) party: u128,
}

/// Where a case stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseStatus {
    /// Nobody has decided.
    Open,
    /// One person would release the payment; another must agree.
    Proposed(String),
    /// The payment may be posted.
    Released,
    /// The payment goes back.
    Refused,
    /// Its time was over before anybody decided; the payment went back.
    Lapsed,
    /// Its time was over before anybody decided; the payment was posted.
    Passed,
    /// It was opened by hand: there is nothing to decide.
    Noted,
}

impl CaseStatus {
    /// One word for programs, `proposed`.
    pub fn word(&self) -> &'static str {
        match self {
            CaseStatus::Open => "open",
            CaseStatus::Proposed(_) => "proposed",
            CaseStatus::Released => "released",
            CaseStatus::Refused => "refused",
            CaseStatus::Lapsed => "lapsed",
            CaseStatus::Passed => "passed",
            CaseStatus::Noted => "noted",
        }
    }

    /// Somebody must still decide.
    pub fn is_open(&self) -> bool {
        matches!(self, CaseStatus::Open | CaseStatus::Proposed(_))
    }
}

/// A case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CaseRow {
    pub(crate) opened: TimeNs,
    /// The rule set that held the payment; zero if somebody opened it.
    pub(crate) set: u16,
    /// Who works on it; empty for nobody.
    pub(crate) claimed_by: String,
    pub(crate) status: CaseStatus,
    pub(crate) mark: Option<CaseMark>,
    pub(crate) reported: bool,
    /// The payment is posted if nobody decides in time.
    pub(crate) passes: bool,
    /// It is about somebody who resembles a listed person, and about no payment.
    pub(crate) party: Option<u128>,
    /// The records of the steps of work on it, the first first.
    pub(crate) steps: Vec<u64>,
}

/// The number of the case about whether a party is somebody listed: nobody chose one.
pub fn party_case(party: PartyId) -> TransferId {
    let hash = Sha256::new_with_prefix(PARTY_CASE_PREFIX).chain_update(party.0.to_le_bytes());
    TransferId(made_id(hash))
}

/// What judges: a set's program, its model if it has one, and all that both look at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Judge {
    pub(crate) number: u16,
    pub(crate) program: Program,
    pub(crate) model: Option<Model>,
    pub(crate) tables: Tables,
    pub(crate) wanted: Wanted,
}

impl Judge {
    fn new(number: u16, program: Program, model: Option<Model>, tables: Tables) -> Judge {
        let of_model = model.iter().flat_map(|model| model.wanted().features());
        let all = program.wanted().features().iter().chain(of_model);
        let wanted = all.map(|(feature, _)| *feature).collect();
        Judge { number, program, model, tables, wanted }
    }
}

/// What a program needs while it runs, kept from one payment to the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    values: Values,
    machine: Machine,
    row: Row,
}

impl Scratch {
    /// What the judge finds, and what its model says.
    pub(crate) fn run(
        &mut self,
        judge: &Judge,
        tracker: &Tracker,
        about: &(Payment, Books),
        sides: impl FnOnce() -> Sides,
    ) -> (Found, Option<u32>) {
        tracker.fill(&about.0, &about.1, &judge.wanted, &mut self.values);
        if !judge.tables.lists().is_empty() {
            judge.tables.fill(&sides(), &judge.wanted, &mut self.values);
        }
        let ppm = judge.model.as_ref().map(|model| model.ppm(&self.values, &mut self.row));
        self.values.set(Feature::single(Single::Model), ppm.map(i64::from));
        (judge.program.run(&self.values, &mut self.machine), ppm)
    }

    /// How long the payment that was judged last is held, and what becomes of it then. Of several conditions that hold it
    /// the longest clock counts, and one that sends it back is enough to send it back. What has no clock of its own, the
    /// sum of the points included, has the set's.
    pub(crate) fn clock(&mut self, judge: &Judge, found: &Found, set: &RuleSet) -> (u32, HoldEnd) {
        judge.program.run_steps(&self.values, &mut self.machine);
        let holds = |(at, line): (u16, &Line)| {
            let truth = self.machine.get(line.condition).is_some_and(|truth| truth != 0);
            (truth && line.ruling == Ruling::Hold).then(|| {
                let clocks = judge.tables.clocks();
                let own = clocks.binary_search_by_key(&at, |clock| clock.line).map(|at| clocks[at]);
                own.map_or((set.hold_s, set.at_end), |clock| (clock.hold_s, clock.at_end))
            })
        };
        let by_lines = (0..).zip(judge.program.lines()).filter_map(holds);
        let by_points = judge.program.by_points(found.score) == Ruling::Hold;
        let all = by_lines.chain(by_points.then_some((set.hold_s, set.at_end)));
        all.reduce(|one, other| (one.0.max(other.0), one.1.min(other.1)))
            .unwrap_or((set.hold_s, set.at_end))
    }
}

/// Payer, payee and minor units of a payment of which its payer was warned.
pub(crate) type Warned = (u32, u32, u128);

/// All of it. A bank without rules has nothing here.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Guard {
    pub(crate) artifacts: BTreeMap<[u8; 32], Artifact>,
    /// Set `n` stands at place `n - 1`.
    pub(crate) sets: Vec<SetRow>,
    /// Active sets that were not withdrawn; the last one judges.
    pub(crate) active: Vec<u16>,
    pub(crate) trial: Option<u16>,
    /// Since the first adoption, in order.
    pub(crate) owned: Vec<Owned>,
    /// When the warning was given.
    pub(crate) warned: BTreeMap<Warned, TimeNs>,
    pub(crate) cases: BTreeMap<u128, CaseRow>,
    /// What looking parties up on lists came to, the latest of each.
    pub(crate) screened: BTreeMap<u128, ScreeningResult>,
    /// Follows from the sets in force and the artifacts.
    pub(crate) judging: Option<Judge>,
    pub(crate) trying: Option<Judge>,
    /// Follows from the transfers and from who owned what; there since the first adoption.
    pub(crate) tracker: Option<Box<Tracker>>,
}

impl Guard {
    /// Nothing was ever kept, adopted or opened.
    pub(crate) fn is_empty(&self) -> bool {
        self.artifacts.is_empty() && self.cases.is_empty() && self.screened.is_empty()
    }

    /// The warning that a confirmed payment answers: of exactly what moves; of a balancing payment, which moves what there
    /// is, of no less than that.
    pub(crate) fn warning_of(
        &self,
        (payer, payee, moved): Warned,
        flags: TransferFlags,
    ) -> Option<(Warned, TimeNs)> {
        let most = if flags.has(TransferFlags::BALANCING_DEBIT)
            || flags.has(TransferFlags::BALANCING_CREDIT)
        {
            u128::MAX
        } else {
            moved
        };
        let bounds = (payer, payee, moved)..=(payer, payee, most);
        self.warned.range(bounds).next().map(|(key, then)| (*key, *then))
    }

    /// The set with this number.
    pub(crate) fn set(&self, number: u16) -> Option<&SetRow> {
        self.sets.get(usize::from(number).checked_sub(1)?)
    }

    pub(crate) fn set_mut(&mut self, number: u16) -> Option<&mut SetRow> {
        self.sets.get_mut(usize::from(number).checked_sub(1)?)
    }

    /// A whole artifact.
    pub(crate) fn whole(&self, hash: &[u8; 32]) -> Option<&[u8]> {
        let artifact = self.artifacts.get(hash).filter(|artifact| artifact.is_whole())?;
        Some(&artifact.bytes)
    }

    /// Whether the set judges payments or is on trial.
    pub(crate) fn in_force(&self, number: u16) -> bool {
        self.active.contains(&number) || self.trial == Some(number)
    }

    /// Reads the programs and models of the sets in force. They were read once before they were adopted.
    pub(crate) fn compile(&mut self) {
        let program = |number: Option<u16>| {
            let number = number?;
            let set = &self.set(number)?.set;
            let program = Program::of_bytes(self.whole(&set.program)?).ok()?;
            let model = match &set.model {
                Some(hash) => Some(Model::of_bytes(self.whole(hash)?).ok()?),
                None => None,
            };
            let tables = match &set.tables {
                Some(hash) => Tables::of_bytes(self.whole(hash)?).ok()?,
                None => Tables::default(),
            };
            Some(Judge::new(number, program, model, tables))
        };
        let canary = self
            .trial
            .filter(|at| self.set(*at).is_some_and(|row| row.set.stage == RuleStage::Canary));
        (self.judging, self.trying) = (program(self.active.last().copied()), program(canary));
    }

    /// An owner's role was granted; `kind` is the party's.
    pub(crate) fn own(&mut self, owned: Owned, kind: PartyKind) {
        if let Some(tracker) = &mut self.tracker {
            tracker.own(owned.account, PartyId(owned.party), kind);
            self.owned.push(owned);
        }
    }
}
