//! One run on one seed: a bank on a simulated disk, customers, a nemesis and an auditor. A step is one
//! blow (or none) and one piece of work; then the auditor looks at everything. The same seed gives the
//! same run.

mod ending;
mod start;

pub use ending::Damage;

use crate::auditor::{Auditor, Broken, must};
use crate::bank::{self, Bank};
use crate::chance::Chance;
use crate::customers::{Customers, FIRST_DAY, Wish};
use crate::disk::SimDisk;
use crate::disk::faults::{Counts, FaultRates};
use crate::nemesis::{Blow, Nemesis};
use node::{Answer, NodeOptions, Request};
use std::fmt;
use terms::{Attachment, Command, Party, PartyKind, TimeNs};

/// A bug planted on purpose, to see whether the auditor finds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Plant {
    /// None: the bank as it is.
    #[default]
    Nothing,
    /// Answers go out before the commit.
    AnswersEarly,
    /// The disk reports syncs that it did not do.
    SyncsAreLies,
    /// The state in memory lacks one event of the journal.
    SkipsAnEvent,
    /// A party's name goes into the journal as it is.
    NamesInClear,
    /// A party is said to be forgotten, and its key stays.
    KeysAreKept,
    /// A start cuts the last good batch.
    CutsTooMuch,
}

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Steps.
    pub steps: u64,
    /// Records acknowledged.
    pub acked: u64,
    /// Power cuts and kills.
    pub crashes: u64,
    /// Starts after the first.
    pub starts: u64,
    /// Starts that began from a snapshot.
    pub from_snapshot: u64,
    /// Receipts verified.
    pub receipts: u64,
    /// Damages planted at the end, each of which was noticed.
    pub damages: u64,
    /// Faults of the disk, by kind.
    pub faults: Counts,
}

impl Tally {
    /// Adds another run's.
    pub fn add(&mut self, other: &Tally) {
        self.steps += other.steps;
        self.acked += other.acked;
        self.crashes += other.crashes;
        self.starts += other.starts;
        self.from_snapshot += other.from_snapshot;
        self.receipts += other.receipts;
        self.damages += other.damages;
        for (kind, count) in &other.faults {
            *self.faults.entry(kind).or_default() += count;
        }
    }
}

/// A run that broke an invariant, and how to see it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunBroken {
    /// The seed of the run.
    pub seed: u64,
    /// The step, from 0; past the last step it is the ending.
    pub step: u64,
    /// What is broken.
    pub broken: Broken,
}

impl fmt::Display for RunBroken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "seed {} broke at step {}: {}", self.seed, self.step, self.broken)
    }
}

impl std::error::Error for RunBroken {}

/// Whether the bank is still up after a piece of work.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Up,
    Down,
}

/// The world of one run.
#[derive(Debug)]
pub struct World {
    chance: Chance,
    now: TimeNs,
    disk: SimDisk,
    options: NodeOptions,
    bank: Option<Bank>,
    customers: Customers,
    nemesis: Nemesis,
    auditor: Auditor,
    tally: Tally,
    plant: Plant,
}

/// Runs a seed for so many steps, and then the ending.
///
/// # Errors
/// The first broken invariant.
pub fn run(seed: u64, steps: u64, plant: Plant) -> Result<Tally, RunBroken> {
    let broken = |step| move |broken| RunBroken { seed, step, broken };
    let nemesis = Nemesis::new(Chance::new(seed).fork("nemesis"));
    let mut world = World::new(seed, nemesis, plant).map_err(broken(0))?;
    for step in 0..steps {
        world.step().map_err(broken(step))?;
    }
    world.end().map_err(broken(steps))
}

impl World {
    /// A new bank of this seed; it is up when this returns.
    ///
    /// # Errors
    /// It cannot be made although nothing failed.
    pub fn new(seed: u64, nemesis: Nemesis, plant: Plant) -> Result<World, Broken> {
        let chance = Chance::new(seed);
        let disk = SimDisk::new(chance.fork("disk"));
        if plant == Plant::SyncsAreLies {
            disk.lie_about_syncs();
        }
        let mut world = World {
            now: TimeNs(TimeNs::start_of(FIRST_DAY).0 + 9 * 3_600_000_000_000),
            disk,
            options: bank::options(),
            bank: None,
            customers: Customers::new(chance.fork("customers")),
            nemesis,
            auditor: Auditor::default(),
            tally: Tally::default(),
            plant,
            chance,
        };
        world.make()?;
        Ok(world)
    }

    /// The bank's disk.
    pub fn disk(&self) -> &SimDisk {
        &self.disk
    }

    /// The bank, while it is up.
    pub fn bank(&self) -> Option<&Bank> {
        self.bank.as_ref()
    }

    /// What the auditor knows.
    pub fn auditor(&self) -> &Auditor {
        &self.auditor
    }

    /// One blow, one piece of work, one look at everything.
    ///
    /// # Errors
    /// The first broken invariant.
    pub fn step(&mut self) -> Result<(), Broken> {
        self.tally.steps += 1;
        let blow = self.nemesis.blow();
        self.strike(blow);
        let after = match self.chance.below(16) {
            0 => self.publish(),
            1 => self.snapshot()?,
            2 => After::Down,
            _ => self.serve(blow)?,
        };
        let delay = self.disk.take_delay_ns();
        let pause = self.chance.one_of(&[1, 1_000_000, 1_000_000_000, 90_000_000_000]);
        self.now.0 += delay + self.chance.between(1, pause);
        if after == After::Down {
            self.start_again()?;
        }
        self.disk.set_rates(FaultRates::default());
        self.disk.set_capacity(None);
        if self.disk.is_dark() {
            self.start_again()?;
        }
        self.audit()
    }

    fn strike(&mut self, blow: Blow) {
        match blow {
            Blow::PowerCut { ahead } => self.disk.cut_power_in(ahead),
            Blow::FaultyDisk(rates) => self.disk.set_rates(rates),
            Blow::FullDisk => self.disk.set_capacity(Some(0)),
            Blow::ClockBack { seconds } => {
                self.now.0 = self.now.0.saturating_sub(seconds * 1_000_000_000);
            }
            Blow::Nothing | Blow::KillBeforeCommit | Blow::KillBeforeAnswer => {}
        }
    }

    /// One to three turns, decided one after the other and committed with one sync.
    fn serve(&mut self, blow: Blow) -> Result<After, Broken> {
        let turns = self.chance.one_of(&[1, 1, 2, 3]);
        let mut asked: Vec<Vec<Request>> = Vec::new();
        let mut decided = Vec::new();
        for _ in 0..turns {
            let Some(requests) = self.wishes() else {
                self.customers.unanswered(asked.into_iter().flatten());
                self.auditor.nothing_in_flight();
                return Ok(After::Down);
            };
            let Some(bank) = self.bank.as_mut() else { return Ok(After::Down) };
            self.auditor.deciding(self.now, &requests);
            decided.push(bank.node.decide(self.now, &requests));
            asked.push(requests);
            self.now.0 += self.chance.below(2_000_000_000);
        }
        let Some(bank) = self.bank.as_mut() else { return Ok(After::Down) };
        if blow == Blow::KillBeforeCommit {
            self.customers.unanswered(asked.into_iter().flatten());
            return Ok(After::Down);
        }
        if self.plant == Plant::AnswersEarly {
            let answers = self.auditor.foreseen();
            self.auditor.answered(bank, &answers)?;
        }
        let committed = bank.node.commit(decided);
        let Ok(answers) = committed else {
            self.customers.unanswered(asked.into_iter().flatten());
            return Ok(After::Down);
        };
        // Power may have failed after the sync: all is durable and nobody hears of it.
        if blow == Blow::KillBeforeAnswer || self.disk.is_dark() {
            self.customers.unanswered(asked.into_iter().flatten());
            return Ok(After::Down);
        }
        self.auditor.answered(bank, &answers)?;
        self.hear(&asked, &answers)
    }

    /// What people want now, as requests; `None` if the vault failed and the bank must stop.
    fn wishes(&mut self) -> Option<Vec<Request>> {
        let count = self.chance.between(1, 4);
        let mut requests = Vec::new();
        for _ in 0..count {
            let wish = self.customers.wish(self.auditor.model(), self.now);
            requests.push(self.request_of(wish)?);
        }
        Some(requests)
    }

    /// Seals what must be sealed.
    fn request_of(&mut self, wish: Wish) -> Option<Request> {
        let vault = &mut self.bank.as_mut()?.vault;
        Some(match wish {
            Wish::Ask(request) => request,
            Wish::Forget(party) => {
                vec![Command::EraseParty { party, reason: "asked to be forgotten".to_owned() }]
            }
            Wish::Register(id, name) => {
                self.auditor.entrusted(&name);
                vault.ensure_keys(&[id]).ok()?;
                self.auditor.saw_key(id, &self.disk);
                let mut identity = vault.seal(id, name.as_bytes()).ok()?;
                if self.plant == Plant::NamesInClear {
                    identity.ciphertext = name.into_bytes();
                }
                vec![Command::RegisterParty(Party { id, kind: PartyKind::Person, identity })]
            }
            Wish::Remark(subject, party, text) => match vault.seal(party, text.as_bytes()) {
                Ok(sealed) => {
                    self.auditor.entrusted(&text);
                    vec![Command::Attach(Attachment { subject, party, text: sealed })]
                }
                // No key: the party is unknown or erased, and its remark is nobody's.
                Err(_) => vec![Command::EraseParty { party, reason: String::new() }],
            },
        })
    }

    /// Tells the customers, and destroys the keys of those whose erasure is durable.
    fn hear(
        &mut self,
        asked: &[Vec<Request>],
        answers: &[Vec<Vec<Answer>>],
    ) -> Result<After, Broken> {
        for (request, answers) in asked.iter().flatten().zip(answers.iter().flatten()) {
            self.customers.heard(request, answers)?;
            for (command, answer) in request.iter().zip(answers) {
                let Command::EraseParty { party, .. } = command else { continue };
                if answer.event.outcome().is_err() {
                    continue;
                }
                let Some(bank) = self.bank.as_mut() else { return Ok(After::Down) };
                if self.plant == Plant::KeysAreKept {
                    self.auditor.was_forgotten(*party);
                    continue;
                }
                if bank.vault.destroy(*party).is_err() {
                    return Ok(After::Down);
                }
                self.auditor.was_forgotten(*party);
            }
        }
        Ok(After::Up)
    }

    /// Tiles and checkpoint. A failure stops nobody: the journal has everything.
    fn publish(&mut self) -> After {
        if let Some(bank) = self.bank.as_mut() {
            let _ = bank.node.publish();
        }
        After::Up
    }

    fn snapshot(&mut self) -> Result<After, Broken> {
        let Some(bank) = self.bank.as_mut() else { return Ok(After::Down) };
        self.auditor.marking_snapshot(self.now);
        let taken = bank.node.snapshot(self.now);
        if self.disk.is_dark() {
            return Ok(After::Down);
        }
        match taken {
            Ok(_) | Err(node::SnapshotFailed::Cleanup(_)) => {
                let answers = self.auditor.foreseen();
                let mark = answers.iter().flatten().flatten().last();
                must(mark.is_some_and(|mark| mark.event.outcome().is_ok()), "replay", || {
                    format!("a snapshot was taken and nobody vouches for it: {mark:?}")
                })?;
                self.auditor.answered(bank, &answers)?;
                Ok(After::Up)
            }
            Err(node::SnapshotFailed::Write(_)) => {
                self.auditor.not_marked();
                let answers = self.auditor.foreseen();
                self.auditor.answered(bank, &answers)?;
                Ok(After::Up)
            }
            Err(node::SnapshotFailed::Turn(_)) => Ok(After::Down),
        }
    }

    /// Everything that can be seen from outside. Costly looks are taken now and then.
    fn audit(&mut self) -> Result<(), Broken> {
        let Some(bank) = self.bank.as_ref() else { return Ok(()) };
        let skipping = self.plant == Plant::SkipsAnEvent;
        let forged = skipping.then(|| self.auditor.state_without_one_event());
        self.auditor.check_state(bank, forged.as_ref().unwrap_or(bank.node.engine()))?;
        let records = bank.node.journal().records();
        if records > 0 {
            let record = self.chance.below(records);
            self.auditor.check_receipt(bank, record)?;
            self.auditor.check_growth(bank, &mut self.chance)?;
            self.tally.receipts += 1;
        }
        if self.chance.below(6) == 0 {
            self.auditor.check_durable(&self.disk)?;
        }
        if self.chance.below(12) == 0 {
            self.auditor.check_secrets(&self.disk)?;
        }
        if self.chance.below(12) == 0 {
            let ignore_snapshots = self.chance.below(2) == 0;
            let options = NodeOptions { ignore_snapshots, ..self.options };
            let rebuilt = Bank::open(&self.disk.copy(), &self.chance, options);
            let (rebuilt, _) = rebuilt.map_err(|failed| Broken {
                invariant: "prefix",
                what: format!("a copy of a running bank does not start: {}", failed.text()),
            })?;
            Auditor::check_rebuilt(bank, &rebuilt)?;
        }
        Ok(())
    }
}
