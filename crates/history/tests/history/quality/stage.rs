//! Performs a scenario: its facts become a real journal on a disk in memory, the journal's sealed segments
//! become files, files are damaged where the scenario says so, and a ledger holds what the facts add up to
//! or what the scenario says instead. Then every rule is planned and run as the bank runs it.

use super::damage::Damage;
use super::facts::{Around, Words};
use super::script::{Line, Scenario};
use crate::bank::{ORIGIN, memory, signer};
use history::{AsOf, Checked, Desk, History, Ledger, Limits, Opened, Opener, Snapshot, Sums};
use journal::testing::MemoryDisk;
use journal::{Journal, Options, PendingBatch};
use rulebook::Rulebook;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::sync::Arc;
use terms::*;

/// Two small entries fill a segment, so that all but the last few lie in files.
const SEGMENT_BYTES: u64 = 12_288;
/// More rows than any scenario has.
const LISTED: usize = 1_000;

/// Runs what waits, on threads of its own.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    threads.worker_threads(2).enable_time().build().unwrap().block_on(future)
}

/// A bank as a scenario left it.
pub struct Stage {
    disk: MemoryDisk,
    journal: Journal<MemoryDisk>,
    entry: Option<u64>,
    time: TimeNs,
    /// Of the last event; each has a time of its own, but for what happened elsewhere.
    last_time: TimeNs,
    /// The business day, once the institution is open.
    day: Option<Day>,
    /// What happened in the entry that is being written.
    events: Vec<Event>,
    currencies: BTreeMap<u128, Currency>,
    books: Books,
    ledger_runs: bool,
    damages: Vec<Damage>,
}

impl Stage {
    /// The bank after an opening and a scenario.
    pub fn after(opening: &[Line], scenario: &Scenario) -> Stage {
        let disk = MemoryDisk::new();
        let options = Options { segment_bytes: SEGMENT_BYTES, ..Options::default() };
        let mut stage = Stage {
            journal: Journal::create(disk.clone(), ORIGIN, signer(), options).unwrap(),
            disk,
            entry: None,
            time: TimeNs(0),
            last_time: TimeNs(0),
            day: None,
            events: Vec::new(),
            currencies: BTreeMap::new(),
            books: Books::default(),
            ledger_runs: true,
            damages: Vec::new(),
        };
        opening.iter().chain(&scenario.facts).for_each(|line| stage.line(line));
        stage.commit();
        stage
    }

    fn line(&mut self, line: &Line) {
        if line.words[0] == "archive" {
            return self.damages.push(Damage::read(line));
        }
        let mut words = Words::of(line);
        let verb = words.word();
        match verb.as_str() {
            "entry" => self.begin_entry(&mut words, &line.place),
            "checkpoint" => {
                self.commit();
                self.journal.publish().unwrap();
            }
            "ledger" => self.say_of_ledger(&mut words),
            _ => {
                assert!(self.entry.is_some(), "{}: before any entry", line.place);
                let time = TimeNs(self.time.0.max(self.last_time.0 + 1));
                let day = self.day.unwrap_or(time.day_at(0));
                let currencies = &self.currencies;
                let event = words.event(&verb, &Around { currencies, time, day });
                self.last_time = self.last_time.max(happened(&event));
                self.note(&event);
                self.events.push(event);
            }
        }
        words.end();
    }

    /// `entry 3 at 2026-09-01 10:00`: what follows stands in entry 3, its rows numbered from 0.
    fn begin_entry(&mut self, words: &mut Words, place: &str) {
        self.commit();
        let number: u64 = words.number();
        assert_eq!(number, self.journal.entries(), "{place}: the number of the entry");
        assert_eq!(words.word(), "at", "{place}: entry … at …");
        (self.entry, self.time) = (Some(number), words.moment());
    }

    /// `ledger 2 debits=1.00 credits-pending=5.00`, `ledger 2 missing`, `ledger stopped`.
    fn say_of_ledger(&mut self, words: &mut Words) {
        if words.flag("stopped") {
            self.ledger_runs = false;
            return;
        }
        let account = words.number();
        let currency = self.currencies.get(&account).copied().unwrap_or_default();
        if words.flag("missing") {
            self.books.missing.insert(account);
        }
        for (at, key) in
            ["debits", "credits", "debits-pending", "credits-pending"].into_iter().enumerate()
        {
            if let Some(amount) = words.named_amount(key, currency) {
                self.books.said.insert((account, at), amount);
            }
        }
    }

    fn commit(&mut self) {
        if !self.events.is_empty() {
            let batch = PendingBatch { time: self.time, events: &self.events };
            self.journal.commit(&[batch]).unwrap();
            self.events.clear();
        }
    }

    /// What later lines and the ledger need to know of an event.
    fn note(&mut self, event: &Event) {
        if event.outcome().is_err() {
            return;
        }
        self.books.add(event);
        let Event::Act(act) = event else { return };
        match &act.command {
            Command::OpenInstitution(opened) => self.day = Some(opened.first_day),
            Command::CloseDay { next, .. } => self.day = Some(*next),
            Command::CreateAccount(account) => {
                self.currencies.insert(account.id.0, account.ledger);
            }
            _ => {}
        }
    }

    /// What the rules find; `rolled` says whether sealed segments lie in files first.
    pub async fn check<'a>(&self, book: &'a Rulebook, rolled: bool) -> Vec<Checked<'a>> {
        let desk = self.desk(rolled).await;
        let snapshot = self.snapshot(&desk);
        let packs: Vec<_> = book.packs.iter().collect();
        let checked = desk.check(&snapshot, &packs, LISTED).await;
        checked.unwrap_or_else(|failed| panic!("{failed}: {:?}", failed.source()))
    }

    /// Somebody to ask, with everybody's key, and the ledger if it runs.
    pub async fn desk(&self, rolled: bool) -> Desk<MemoryDisk> {
        let history = Arc::new(self.history(rolled).await);
        let ledger: Arc<dyn Ledger> = Arc::new(Held {
            records: self.journal.records(),
            sums: self.books.held(self.currencies.keys().copied()),
        });
        let ledger = self.ledger_runs.then_some(ledger);
        let limits = Limits { threads: 2, ..Limits::default() };
        Desk::new(history, limits, Arc::new(EverybodysKey), ledger).unwrap()
    }

    /// Everything as of now.
    pub fn snapshot(&self, desk: &Desk<MemoryDisk>) -> Snapshot {
        match self.ledger_runs {
            true => desk.snapshot_with_ledger().unwrap(),
            false => desk.snapshot(AsOf::Now).unwrap(),
        }
    }

    async fn history(&self, rolled: bool) -> History<MemoryDisk> {
        let archive = memory();
        let open = || History::open(self.journal.reader(), archive.clone(), "+08:00");
        let history = open().await.unwrap();
        if rolled {
            let rolled = history.roll().await.unwrap();
            assert!(rolled.segments > 0 || self.journal.entries() < 3, "nothing lies in files");
        }
        if self.damages.is_empty() {
            return history;
        }
        let mut manifest = history.manifest().as_ref().clone();
        for damage in &self.damages {
            damage.apply(&archive, &mut manifest).await;
        }
        manifest.generation += 1;
        assert!(manifest.publish(&archive).await.unwrap());
        open().await.unwrap()
    }

    /// What verification finds in the journal, which decides every record again.
    pub fn verified(&self) -> Vec<node::Finding> {
        node::verify(&self.disk, &signer().verifier(), &[], |_| {}).unwrap().findings
    }
}

/// When it happened, here or elsewhere.
fn happened(event: &Event) -> TimeNs {
    match event {
        Event::Act(act) => match &act.command {
            Command::CreateAccount(account) => account.timestamp,
            _ => act.time,
        },
        Event::Transfer(done) => done.transfer.timestamp,
    }
}

/// What the facts add up to.
#[derive(Default)]
struct Books {
    sums: BTreeMap<u128, [u128; 4]>,
    pending: BTreeMap<u128, Transfer>,
    /// What the ledger holds instead, by account and place among the sums.
    said: BTreeMap<(u128, usize), Amount>,
    missing: BTreeSet<u128>,
}

impl Books {
    fn add(&mut self, event: &Event) {
        match event {
            Event::Transfer(TransferEvent { transfer: t, .. }) => {
                let resolves =
                    TransferFlags(TransferFlags::POST_PENDING.0 | TransferFlags::VOID_PENDING.0);
                if t.flags.any(resolves) {
                    self.release(t.pending_id);
                }
                if t.flags.has(TransferFlags::PENDING) {
                    self.change(t.debit_account, 2, |sum| sum + t.amount.0);
                    self.change(t.credit_account, 3, |sum| sum + t.amount.0);
                    self.pending.insert(t.id.0, *t);
                } else if !t.flags.has(TransferFlags::VOID_PENDING) {
                    self.change(t.debit_account, 0, |sum| sum + t.amount.0);
                    self.change(t.credit_account, 1, |sum| sum + t.amount.0);
                }
            }
            Event::Act(act) => match &act.command {
                Command::Expire { pending } => self.release(*pending),
                Command::PostEntry(entry) => {
                    for leg in &entry.legs {
                        let place = usize::from(leg.side == Side::Credit);
                        self.change(leg.account, place, |sum| sum + leg.amount.0);
                    }
                }
                _ => {}
            },
        }
    }

    /// Whatever is not pending any more was given back before.
    fn release(&mut self, id: TransferId) {
        let Some(pending) = self.pending.remove(&id.0) else { return };
        self.change(pending.debit_account, 2, |sum| sum - pending.amount.0);
        self.change(pending.credit_account, 3, |sum| sum - pending.amount.0);
    }

    fn change(&mut self, account: AccountId, place: usize, change: impl FnOnce(u128) -> u128) {
        let sums = self.sums.entry(account.0).or_default();
        sums[place] = change(sums[place]);
    }

    fn held(&self, accounts: impl Iterator<Item = u128>) -> BTreeMap<u128, Sums> {
        let known = accounts.filter(|account| !self.missing.contains(account));
        let sums_of = |account| {
            let mut sums = self.sums.get(&account).copied().unwrap_or_default().map(Amount);
            for (place, sum) in sums.iter_mut().enumerate() {
                *sum = self.said.get(&(account, place)).copied().unwrap_or(*sum);
            }
            (account, sums)
        };
        known.map(sums_of).collect()
    }
}

/// A ledger at the journal's end.
struct Held {
    records: u64,
    sums: BTreeMap<u128, Sums>,
}

impl Ledger for Held {
    fn sums(&self, accounts: &[AccountId]) -> (u64, Vec<Option<Sums>>) {
        let sums = accounts.iter().map(|account| self.sums.get(&account.0).copied());
        (self.records, sums.collect())
    }
}

/// Opens everything but what holds nothing: that stands for a key that is lost.
#[derive(Debug)]
struct EverybodysKey;

impl Opener for EverybodysKey {
    fn open(&self, _: PartyId, sealed: &Sealed) -> Opened {
        match sealed.ciphertext.as_slice() {
            [] => Opened::Unreadable,
            plain => Opened::Plain(plain.to_vec()),
        }
    }
}
