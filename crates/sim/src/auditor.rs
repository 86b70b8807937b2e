//! Who believes nothing. The auditor reads the journal's own bytes, folds them into an engine of its
//! own, judges what was answered against what the law demands, and checks every invariant of
//! `docs/invariants.md` by name after every step. `auditor/book.rs` counts money and ids without the
//! engine's help; `auditor/stored.rs` looks at the bytes on the disk.

mod book;
mod stored;

use crate::bank::Bank;
use crate::chance::Chance;
use crate::disk::SimDisk;
use crate::model::Model;
use book::Book;
use engine::Engine;
use journal::StoredBatch;
use node::{Answer, Request};
use proof::tree::Frontier;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use terms::{Command, Event, PartyId, SnapshotMark, TimeNs};

/// A broken invariant: its name in `docs/invariants.md`, and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Its name.
    pub invariant: &'static str,
    /// What was found.
    pub what: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}

impl std::error::Error for Broken {}

/// Fails with a broken invariant unless `holds`.
pub(crate) fn must(
    holds: bool,
    invariant: &'static str,
    what: impl FnOnce() -> String,
) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err(Broken { invariant, what: what() }) }
}

/// What one turn must do, decided again by the auditor.
#[derive(Clone, Debug)]
struct Expected {
    now: TimeNs,
    requests: Vec<Request>,
    events: Vec<Event>,
    /// Events before those of the first request.
    due: usize,
}

/// The auditor of one run.
#[derive(Debug)]
pub struct Auditor {
    /// Folded from the journal's bytes and nothing else.
    shadow: Engine,
    book: Book,
    /// The naive twin, which was asked everything that took effect.
    model: Model,
    /// Every durable event that is known, by record.
    events: Vec<Event>,
    /// The log's tree over the entries in `leaves`.
    tree: Frontier,
    /// Hash of the last header.
    previous: proof::Hash,
    last_batch_time: TimeNs,
    /// What the last header says to have been durable before it.
    synced_entries: u64,
    /// The time of the node's last turn.
    last_now: TimeNs,
    /// How many entries and records were acknowledged.
    acked: (u64, u64),
    /// Roots that somebody outside has seen, by size.
    seen_roots: BTreeMap<u64, proof::Hash>,
    /// Turns that were decided and not yet answered, on top of `shadow`.
    in_flight: Vec<Expected>,
    ahead: Option<Engine>,
    /// Names that must never be read from the disk.
    secrets: Vec<Vec<u8>>,
    /// Parties whose key was destroyed.
    forgotten: BTreeSet<PartyId>,
    /// Keys as they were wrapped: those in force, and those destroyed.
    keys: BTreeMap<PartyId, Vec<u8>>,
    destroyed: Vec<Vec<u8>>,
}

impl Default for Auditor {
    fn default() -> Auditor {
        Auditor {
            shadow: Engine::default(),
            book: Book::default(),
            model: Model::default(),
            events: Vec::new(),
            tree: Frontier::new(),
            previous: [0; 32],
            last_batch_time: TimeNs(0),
            synced_entries: 0,
            last_now: TimeNs(0),
            acked: (0, 0),
            seen_roots: BTreeMap::new(),
            in_flight: Vec::new(),
            ahead: None,
            secrets: Vec::new(),
            forgotten: BTreeSet::new(),
            keys: BTreeMap::new(),
            destroyed: Vec::new(),
        }
    }
}

impl Auditor {
    /// How many records were acknowledged.
    pub fn acked_records(&self) -> u64 {
        self.acked.1
    }

    /// How many entries are known.
    pub fn entries(&self) -> u64 {
        self.tree.size()
    }

    /// The state as far as it is known to be durable.
    pub fn state(&self) -> &Engine {
        &self.shadow
    }

    /// A name was given to the bank to keep sealed.
    pub fn entrusted(&mut self, secret: &str) {
        self.secrets.push(secret.as_bytes().to_vec());
    }

    /// A party has a key now; its bytes are remembered to be looked for later.
    pub fn saw_key(&mut self, party: PartyId, disk: &SimDisk) {
        self.keys.extend(stored::wrapped_key(disk, party).map(|key| (party, key)));
    }

    /// The vault said that this party's key is destroyed.
    pub fn was_forgotten(&mut self, party: PartyId) {
        self.forgotten.insert(party);
        self.destroyed.extend(self.keys.remove(&party));
    }

    /// A turn is decided with these requests; says what the rules demand of it.
    pub fn deciding(&mut self, now: TimeNs, requests: &[Request]) {
        let now = TimeNs(now.0.max(self.last_now.0));
        self.last_now = now;
        let ahead = self.ahead.get_or_insert_with(|| self.shadow.clone());
        let mut events = Vec::new();
        ahead.submit_due(now, &mut events);
        let due = events.len();
        requests.iter().for_each(|request| events.extend(ahead.submit(now, request)));
        self.in_flight.push(Expected { now, requests: requests.to_vec(), events, due });
    }

    /// A snapshot is taken: a turn of what is due, and one of the mark.
    pub fn marking_snapshot(&mut self, now: TimeNs) {
        self.deciding(now, &[]);
        let state = self.ahead.as_ref().unwrap_or(&self.shadow);
        let hash = journal::snapshot::hash_of(&state.snapshot());
        let mark = SnapshotMark { records: state.records(), hash };
        self.deciding(now, &[vec![Command::MarkSnapshot(mark)]]);
    }

    /// The snapshot could not be written, so it was not marked.
    pub fn not_marked(&mut self) {
        self.in_flight.pop();
    }

    /// Nothing that was decided will be committed.
    pub fn nothing_in_flight(&mut self) {
        self.in_flight.clear();
        self.ahead = None;
    }

    /// Every turn in flight was answered.
    ///
    /// # Errors
    /// An answer that the rules do not demand, or that does not stand in the journal.
    pub fn answered(&mut self, bank: &Bank, answers: &[Vec<Vec<Answer>>]) -> Result<(), Broken> {
        let _calm = bank.node.journal().disk().calm();
        let expected = std::mem::take(&mut self.in_flight);
        self.ahead = None;
        must(expected.len() == answers.len(), "durable", || {
            format!("{} turns were committed and {} answered", expected.len(), answers.len())
        })?;
        self.read_on(bank)?;
        for (turn, answers) in expected.iter().zip(answers) {
            let answers: Vec<&Answer> = answers.iter().flatten().collect();
            let demanded = &turn.events[turn.due..];
            must(answers.len() == demanded.len(), "durable", || {
                format!("{} commands and {} answers", demanded.len(), answers.len())
            })?;
            for (answer, event) in answers.into_iter().zip(demanded) {
                must(answer.event == *event, "replay", || {
                    format!("the rules demand {event:?} and the answer is {:?}", answer.event)
                })?;
                self.check_place(bank, answer)?;
            }
            self.ask_the_twin(turn)?;
        }
        self.acked = (bank.node.journal().entries(), bank.node.journal().records());
        self.seen_roots.insert(self.acked.0, bank.node.journal().root());
        Ok(())
    }

    /// The naive twin decides the same of a turn that took effect.
    fn ask_the_twin(&mut self, turn: &Expected) -> Result<(), Broken> {
        self.model.apply_request(turn.now, &[]);
        let mut events = turn.events[turn.due..].iter();
        for request in &turn.requests {
            for (outcome, event) in
                self.model.apply_request(turn.now, request).iter().zip(&mut events)
            {
                must(*outcome == event.outcome(), "replay", || {
                    format!("the naive twin answers {outcome:?} where the engine has {event:?}")
                })?;
            }
        }
        must(events.len() == 0, "replay", || "the naive twin gives fewer answers".to_owned())
    }

    /// The naive twin of the bank as far as it is known to be durable.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// An answer names the place of its record, and that record is it.
    fn check_place(&self, bank: &Bank, answer: &Answer) -> Result<(), Broken> {
        let stored = self.events.get(answer.record as usize);
        must(stored == Some(&answer.event), "durable", || {
            format!("record {} was answered as {:?} and is {stored:?}", answer.record, answer.event)
        })?;
        let place = bank.node.journal().locate(answer.record);
        must(matches!(place, Ok(place) if place == (answer.entry, answer.row)), "durable", || {
            let Answer { record, entry, row, .. } = answer;
            format!("record {record} was said to be row {row} of entry {entry} and is {place:?}")
        })
    }

    /// The bank was started again, perhaps on what a crash left.
    ///
    /// # Errors
    /// Something acknowledged is gone, or something is there that was never in flight.
    pub fn restarted(&mut self, bank: &Bank) -> Result<(), Broken> {
        let _calm = bank.node.journal().disk().calm();
        let in_flight = std::mem::take(&mut self.in_flight);
        self.ahead = None;
        let journal = bank.node.journal();
        let (known, records) = (self.events.len() as u64, journal.records());
        must(records >= self.acked.1, "durable", || {
            format!("{} records were acknowledged and {records} are there", self.acked.1)
        })?;
        must(records >= known, "durable", || {
            format!("{known} records were shown and {records} are there")
        })?;
        let kept = self.events.clone();
        *self = Auditor {
            model: std::mem::take(&mut self.model),
            acked: self.acked,
            seen_roots: std::mem::take(&mut self.seen_roots),
            secrets: std::mem::take(&mut self.secrets),
            forgotten: std::mem::take(&mut self.forgotten),
            keys: std::mem::take(&mut self.keys),
            destroyed: std::mem::take(&mut self.destroyed),
            ..Auditor::default()
        };
        self.read_on(bank)?;
        let differs = kept.iter().zip(&self.events).position(|(before, now)| before != now);
        must(differs.is_none(), "durable", || format!("record {differs:?} has changed"))?;
        let found = check_tail(&self.events[kept.len()..], &in_flight)?;
        in_flight[..found].iter().try_for_each(|turn| self.ask_the_twin(turn))?;
        self.last_now = journal.last_time();
        // Whoever is erased in the journal was forgotten by the start at the latest.
        for (party, _) in bank.node.engine().parties().filter(|(_, erased)| *erased) {
            self.was_forgotten(party.id);
        }
        self.check_state(bank, bank.node.engine())
    }

    /// The answers that the turns in flight must get, if each becomes one batch after what is known.
    pub fn foreseen(&self) -> Vec<Vec<Vec<Answer>>> {
        let (mut entry, mut record) = (self.tree.size(), self.events.len() as u64);
        let mut answers = Vec::new();
        for turn in &self.in_flight {
            let places = (0u32..).zip(&turn.events).skip(turn.due);
            let turn_answers = places.map(|(row, event)| Answer {
                event: event.clone(),
                record: record + u64::from(row),
                entry,
                row,
            });
            answers.push(vec![turn_answers.collect()]);
            entry += u64::from(!turn.events.is_empty());
            record += turn.events.len() as u64;
        }
        answers
    }

    /// The state of a program that skips the last event that changed something: a planted bug.
    pub fn state_without_one_event(&self) -> Engine {
        let done = |event: &&Event| matches!(event, Event::Transfer(t) if t.outcome.is_ok());
        let skipped = self.events.iter().rposition(|event| done(&event));
        let mut engine = Engine::default();
        for (at, event) in self.events.iter().enumerate() {
            if Some(at) != skipped {
                engine.evolve(event);
            }
        }
        engine
    }

    /// Reads every batch that was not read yet.
    fn read_on(&mut self, bank: &Bank) -> Result<(), Broken> {
        let journal = bank.node.journal();
        for batch in journal.scan(self.tree.size()) {
            let batch = batch.map_err(|error| Broken {
                invariant: "chain",
                what: format!("a durable batch cannot be read: {error}"),
            })?;
            self.check_chain(&batch)?;
            let events = batch.events().map_err(|error| Broken {
                invariant: "chain",
                what: format!("entry {} cannot be understood: {error}", batch.header.entry),
            })?;
            for event in events {
                self.book.take(&event)?;
                self.shadow.evolve(&event);
                self.events.push(event);
            }
            if let Some(root) = self.seen_roots.get(&self.tree.size()) {
                must(*root == self.tree.root(), "prefix", || {
                    format!("the first {} entries are not those seen before", self.tree.size())
                })?;
            }
        }
        must(journal.records() == self.events.len() as u64, "chain", || {
            format!("{} records counted and {} read", journal.records(), self.events.len())
        })?;
        must(journal.root() == self.tree.root(), "chain", || "the root is another one".to_owned())
    }

    fn check_chain(&mut self, batch: &StoredBatch) -> Result<(), Broken> {
        let header = &batch.header;
        let (entry, record) = (self.tree.size(), self.events.len() as u64);
        let follows = header.entry == entry
            && header.first_record == record
            && header.previous == self.previous
            && header.time >= self.last_batch_time;
        must(follows, "chain", || format!("entry {entry} does not follow: {header:?}"))?;
        let body = batch.check_body();
        must(body.is_ok(), "chain", || format!("entry {entry}: {body:?}"))?;
        self.tree.push(header.leaf());
        (self.previous, self.last_batch_time) = (header.hash(), header.time);
        self.synced_entries = header.synced_entries;
        Ok(())
    }

    /// Whatever can be seen from outside, after every step.
    ///
    /// # Errors
    /// The first broken invariant.
    pub fn check_state(&self, bank: &Bank, engine: &Engine) -> Result<(), Broken> {
        assert!(self.in_flight.is_empty(), "the state is looked at between turns");
        engine.audit().map_err(|error| Broken { invariant: error.invariant, what: error.what })?;
        self.book.compare(engine)?;
        must(engine.snapshot() == self.shadow.snapshot(), "replay", || {
            "the state folded from the journal is not the state in memory".to_owned()
        })?;
        let views = bank.node.views();
        must(views.records() == self.events.len() as u64, "durable", || {
            format!("{} records are shown and {} durable", views.records(), self.events.len())
        })?;
        self.book.compare_views(&views)?;
        self.check_forgotten(bank)
    }

    /// A receipt proves its record to somebody who trusts the log's key and nothing else.
    ///
    /// # Errors
    /// It does not verify, or proves something else.
    pub fn check_receipt(&mut self, bank: &Bank, record: u64) -> Result<(), Broken> {
        let _calm = bank.node.journal().disk().calm();
        let Some(event) = self.events.get(record as usize) else { return Ok(()) };
        let broken = |what| Broken { invariant: "receipts", what };
        let journal = bank.node.journal();
        let place = journal.locate(record).map_err(|e| broken(e.to_string()))?;
        let receipt = journal.receipt(place.0, place.1).map_err(|e| broken(e.to_string()))?;
        let text = receipt.to_text().map_err(|e| broken(e.to_string()))?;
        let read = proof::Receipt::parse(text.as_bytes()).map_err(|e| broken(e.to_string()))?;
        let log = stored::log_key(journal.disk());
        let policy = log.and_then(|log| proof::VerifierPolicy::new(log, Vec::new(), 0).ok());
        let policy = policy.ok_or_else(|| broken("the log's key cannot be read".to_owned()))?;
        let verified = read.verify(&policy).map_err(|e| broken(e.to_string()))?;
        let mut bytes = Vec::new();
        let encoded = journal::record::encode(event, &mut bytes);
        must(encoded.is_ok() && verified.record == bytes, "receipts", || {
            format!("the receipt of record {record} proves another record")
        })?;
        let (size, root) = (verified.checkpoint.size, verified.checkpoint.root);
        let seen = *self.seen_roots.entry(size).or_insert(root);
        must(seen == root, "prefix", || format!("two roots were signed over {size} entries"))
    }

    /// The log grew from what somebody saw before: the proof says so.
    ///
    /// # Errors
    /// It does not.
    pub fn check_growth(&self, bank: &Bank, chance: &mut Chance) -> Result<(), Broken> {
        let _calm = bank.node.journal().disk().calm();
        let seen = self.seen_roots.len();
        let (now, earlier) = (bank.node.journal().size_and_root(), chance.place(seen.max(1)));
        let Some((size, root)) = self.seen_roots.iter().nth(earlier) else { return Ok(()) };
        let broken = |what| Broken { invariant: "prefix", what };
        let proof = bank.node.journal().consistency(*size, now.size);
        let proof = proof.map_err(|error| broken(error.to_string()))?;
        proof::verify_consistency(*size, root, now.size, &now.root, &proof)
            .map_err(|error| broken(format!("{size} entries are no part of {}: {error}", now.size)))
    }

    /// A bank that starts on the same disk shows the same, whether it trusts snapshots or not.
    ///
    /// # Errors
    /// It shows something else.
    pub fn check_rebuilt(bank: &Bank, rebuilt: &Bank) -> Result<(), Broken> {
        must(*bank.node.views() == *rebuilt.node.views(), "views", || {
            "what is shown is not what a rebuild gives".to_owned()
        })?;
        let same = bank.node.engine().snapshot() == rebuilt.node.engine().snapshot();
        must(same, "replay", || "a start comes to another state".to_owned())
    }

    /// What the disk would hold if power failed now: nothing acknowledged may be missing.
    ///
    /// # Errors
    /// Something is.
    pub fn check_durable(&self, disk: &SimDisk) -> Result<(), Broken> {
        stored::check_durable(disk, &self.events[..self.acked.1 as usize])
    }

    /// What a thief would read from the disk.
    ///
    /// # Errors
    /// A name that was entrusted, or a key that was destroyed.
    pub fn check_secrets(&self, disk: &SimDisk) -> Result<(), Broken> {
        stored::check_secrets(disk, &self.secrets, &self.destroyed)
    }

    /// How many entries the disk itself proves to have been durable: by its checkpoint, and by what the
    /// last entry says.
    pub fn witnessed_entries(&self, disk: &SimDisk) -> u64 {
        let published = stored::published_size(disk);
        published.max(self.synced_entries)
    }

    /// The checkpoint on the disk and the files that prove what it says.
    pub fn published_files(disk: &SimDisk) -> BTreeSet<String> {
        let checkpoint = crate::bank::CHECKPOINT;
        let tiles = proof::tile::tiles_of_growth(0, stored::published_size(disk));
        let paths = tiles.iter().flat_map(|tile| {
            let entries = (tile.level == 0).then(|| tile.entries_path());
            std::iter::once(tile.path()).chain(entries)
        });
        let files = paths.map(|path| format!("log/{path}"));
        files.chain([checkpoint.to_owned()]).filter(|name| !disk.bytes(name).is_empty()).collect()
    }

    /// The bank has at least so many entries, and no record is another than it was.
    ///
    /// # Errors
    /// In words.
    pub fn has_at_least(&self, bank: &Bank, entries: u64) -> Result<(), String> {
        let journal = bank.node.journal();
        if journal.entries() < entries {
            let found = journal.entries();
            return Err(format!(
                "{entries} entries are proved on the disk, and the start has {found}"
            ));
        }
        let mut engine = Engine::default();
        let records = self.events.iter().take(journal.records() as usize);
        records.for_each(|event| engine.evolve(event));
        if engine.records() < journal.records()
            || engine.snapshot() == bank.node.engine().snapshot()
        {
            return Ok(());
        }
        Err("the start has another state".to_owned())
    }

    /// Parties whose name can be read.
    pub fn readable_names(bank: &Bank) -> BTreeSet<PartyId> {
        let parties = bank.node.engine().parties();
        let read = parties.filter(|(p, _)| bank.vault.open_sealed(p.id, &p.identity).is_ok());
        read.map(|(party, _)| party.id).collect()
    }

    fn check_forgotten(&self, bank: &Bank) -> Result<(), Broken> {
        for party in &self.forgotten {
            must(bank.vault.is_erased(*party), "forgotten", || {
                format!("the key of party {party} was destroyed and is back")
            })?;
        }
        for event in &self.events {
            let Event::Act(act) = event else { continue };
            let Command::RegisterParty(party) = &act.command else { continue };
            if self.forgotten.contains(&party.id) {
                let opened = bank.vault.open_sealed(party.id, &party.identity);
                must(opened.is_err(), "forgotten", || {
                    format!("party {} was erased and can still be read", party.id)
                })?;
            }
        }
        Ok(())
    }
}

/// What nobody acknowledged may be there or not, but whole turns of it, in order, and nothing else.
/// Says how many turns are there.
fn check_tail(found: &[Event], in_flight: &[Expected]) -> Result<usize, Broken> {
    let mut rest = found;
    let mut turns = 0;
    for turn in in_flight {
        if rest.is_empty() {
            break;
        }
        let Some((turn_found, after)) = rest.split_at_checked(turn.events.len()) else {
            let what = format!("half of the turn at {:?} is there", turn.now);
            return Err(Broken { invariant: "prefix", what });
        };
        must(turn_found == turn.events, "prefix", || {
            format!("what was in flight was not what is there: {turn_found:?}")
        })?;
        rest = after;
        turns += 1;
    }
    must(rest.is_empty(), "prefix", || {
        format!("{} records are there that nobody asked for: {:?}", rest.len(), rest[0])
    })?;
    Ok(turns)
}
