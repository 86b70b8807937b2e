//! The turn: submit, decide, post, commit, project, answer. Nothing is shown or answered before it is
//! durable. When a commit fails the engine is ahead of the journal, so the node must be dropped and
//! started anew; every later turn of it fails too.

use crate::admission::{self, Inadmissible, Request};
use crate::views::Views;
use engine::{Engine, chains};
use journal::{CommitFailed, Disk, Journal, PendingBatch, Reader};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use terms::limits::BATCH_RECORDS_MAX;
use terms::{Command, Event, TimeNs, Withdrawal, WithdrawalReason};

/// Commands that are read ahead together. What many more would read is out of the near caches when its turn comes: with
/// rules and a model, 16 or 32 at a time take a fifth less time than 64.
const WARM: usize = 32;

/// What became of one command, and where that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Done or refused, with all facts.
    pub event: Event,
    /// Number of its record in the journal.
    pub record: u64,
    /// The entry (batch) that holds it.
    pub entry: u64,
    /// Its row in that batch.
    pub row: u32,
}

/// What a turn decided and has not committed yet.
#[derive(Debug)]
pub struct Decided {
    now: TimeNs,
    events: Vec<Event>,
    /// Places of the writer's own events: expiries that were due, rule sets that had to end or judged too slowly.
    own: Vec<usize>,
    /// How many events each request has, without the writer's own.
    lengths: Vec<usize>,
}

impl Decided {
    /// How many events.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// What was decided, in order.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

/// Why a turn gave no answers.
#[derive(Debug)]
pub enum TurnFailed {
    /// A request is larger than the journal takes; nothing of this turn was done.
    Inadmissible {
        /// Its place among the requests.
        request: usize,
        /// Why.
        source: Inadmissible,
    },
    /// The journal failed; nothing of this turn is acknowledged, and the node takes no more.
    Commit(CommitFailed),
}

impl fmt::Display for TurnFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TurnFailed::Inadmissible { request, .. } => {
                write!(f, "request {request} cannot be taken")
            }
            TurnFailed::Commit(_) => {
                f.write_str("the journal failed; nothing more is acknowledged")
            }
        }
    }
}

impl std::error::Error for TurnFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TurnFailed::Inadmissible { source, .. } => Some(source),
            TurnFailed::Commit(source) => Some(source),
        }
    }
}

/// A bank that runs: the engine, the journal behind it, and the views before it.
#[derive(Debug)]
pub struct Node<D: Disk> {
    pub(crate) writer: Writer,
    pub(crate) committer: Committer<D>,
}

/// The views of a bank, held apart from it.
#[derive(Clone, Debug)]
pub struct SharedViews(Arc<RwLock<Views>>);

impl SharedViews {
    /// What may be seen now; commits wait while this is held.
    pub fn read(&self) -> RwLockReadGuard<'_, Views> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The half that decides.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) engine: Engine,
    /// INVARIANT (monotone-time): no turn is earlier than the one before.
    pub(crate) last_now: TimeNs,
}

/// The half that makes it durable and shows it.
#[derive(Debug)]
pub(crate) struct Committer<D: Disk> {
    pub(crate) journal: Journal<D>,
    pub(crate) views: Arc<RwLock<Views>>,
    /// Bytes of records that one batch may hold.
    pub(crate) body_bytes: usize,
}

impl<D: Disk> Node<D> {
    /// One turn: every request decided in order, all of it committed with one sync, shown and answered.
    /// A request's answers are in the order of its commands.
    ///
    /// # Errors
    /// See [`TurnFailed`].
    pub fn turn(
        &mut self,
        now: TimeNs,
        requests: &[Request],
    ) -> Result<Vec<Vec<Answer>>, TurnFailed> {
        for (request, asked) in requests.iter().enumerate() {
            let inadmissible = |source| TurnFailed::Inadmissible { request, source };
            admission::check(asked).map_err(inadmissible)?;
        }
        self.turn_admitted(now, requests)
    }

    /// The turn behind the door; the writer's own commands begin here.
    pub(crate) fn turn_admitted(
        &mut self,
        now: TimeNs,
        requests: &[Request],
    ) -> Result<Vec<Vec<Answer>>, TurnFailed> {
        let decided = self.decide(now, requests);
        let mut answers = self.commit(vec![decided])?;
        Ok(answers.pop().unwrap_or_default())
    }

    /// The first half of a turn. The engine is then ahead of the journal: what was decided must be
    /// committed in the same order, or the node dropped. Requests must have been admitted.
    pub fn decide(&mut self, now: TimeNs, requests: &[Request]) -> Decided {
        self.writer.decide(now, requests.iter().map(Vec::as_slice))
    }

    /// More requests of the turn that was decided last and not committed; nothing new can be due at its time. Gives the
    /// events they became.
    pub fn decide_more<'a>(
        &mut self,
        decided: &'a mut Decided,
        requests: &[Request],
    ) -> &'a [Event] {
        let before = decided.events.len();
        self.writer.decide_more(decided, requests.iter().map(Vec::as_slice));
        &decided.events[before..]
    }

    /// The second half, for any number of turns decided one after the other: one sync for all.
    ///
    /// # Errors
    /// [`TurnFailed::Commit`]; the node must then be dropped.
    pub fn commit(&mut self, decided: Vec<Decided>) -> Result<Vec<Vec<Vec<Answer>>>, TurnFailed> {
        self.committer.commit(decided).map_err(TurnFailed::Commit)
    }

    /// The state, which may be ahead of what is durable between `decide` and `commit`.
    pub fn engine(&self) -> &Engine {
        &self.writer.engine
    }

    /// The journal.
    pub fn journal(&self) -> &Journal<D> {
        &self.committer.journal
    }

    /// The journal, for any thread: what is durable and nothing else.
    pub fn reader(&self) -> Reader<D> {
        self.committer.journal.reader()
    }

    /// What people may see: durable, never more.
    pub fn views(&self) -> RwLockReadGuard<'_, Views> {
        self.committer.views.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The views for any thread, also while the bank runs.
    pub fn shared_views(&self) -> SharedViews {
        SharedViews(Arc::clone(&self.committer.views))
    }
}

impl Writer {
    /// The time of a turn when the clock says `now`.
    pub(crate) fn time(&self, now: TimeNs) -> TimeNs {
        TimeNs(now.0.max(self.last_now.0))
    }

    /// Expiries that are due first, then every request in order.
    pub(crate) fn decide<'a>(
        &mut self,
        now: TimeNs,
        requests: impl Iterator<Item = &'a [Command]>,
    ) -> Decided {
        let now = self.time(now);
        self.last_now = now;
        let mut decided = Decided { now, events: Vec::new(), own: Vec::new(), lengths: Vec::new() };
        self.engine.submit_due(now, &mut decided.events);
        decided.own.extend(0..decided.events.len());
        self.decide_more(&mut decided, requests);
        decided
    }

    /// More requests of a turn that was not handed over yet; nothing new can be due at its time.
    pub(crate) fn decide_more<'a>(
        &mut self,
        decided: &mut Decided,
        requests: impl Iterator<Item = &'a [Command]>,
    ) {
        let now = decided.now;
        for request in requests {
            decided.events.reserve(request.len());
            let (mut at, mut warmed) = (0, 0);
            for chain in chains(request) {
                if at >= warmed {
                    warmed = request.len().min(at + WARM.max(chain.commands.len()));
                    self.engine.warm(&request[at..warmed]);
                }
                at += chain.commands.len();
                let overdue = self.engine.submit_overdue(now, &mut decided.events);
                let start = decided.events.len();
                decided.own.extend(start - overdue..start);
                self.engine.decide_chain(now, &chain, &mut decided.events);
                decided.events[start..].iter().for_each(|event| self.engine.evolve(event));
            }
            decided.lengths.push(request.len());
        }
    }

    /// Ends a rule set that judges too slowly, at the end of a turn that was not handed over yet.
    pub(crate) fn end_slow(&mut self, decided: &mut Decided, set: u16) {
        let (now, start) = (decided.now, decided.events.len());
        self.engine.submit_overdue(now, &mut decided.events);
        // It may just have broken another budget.
        if self.engine.ends_when_slow() == Some(set) {
            let end = Withdrawal { set, reason: WithdrawalReason::TooSlow, by: String::new() };
            decided.events.extend(self.engine.submit(now, &[Command::WithdrawRules(end)]));
        }
        decided.own.extend(start..decided.events.len());
    }
}

impl<D: Disk> Committer<D> {
    /// INVARIANT (durable): nothing is shown or answered before the sync that covers it.
    pub(crate) fn commit(
        &mut self,
        turns: Vec<Decided>,
    ) -> Result<Vec<Vec<Vec<Answer>>>, CommitFailed> {
        let mut batches = Vec::with_capacity(turns.len());
        for turn in &turns {
            let parts = admission::split_for_batches(&turn.events, self.body_bytes);
            batches.extend(parts.map(|events| PendingBatch { time: turn.now, events }));
        }
        let committed = self.journal.commit(&batches)?;
        let mut places = Vec::with_capacity(batches.len());
        let (mut entry, mut record) = (committed.first_entry, committed.records_before);
        for batch in &batches {
            places.push((entry, record, batch.events.len() as u64));
            entry += 1;
            record += batch.events.len() as u64;
        }
        {
            let mut views = self.views.write().unwrap_or_else(PoisonError::into_inner);
            let events = batches.iter().flat_map(|batch| batch.events);
            for (record, event) in (committed.records_before..).zip(events) {
                views.project(event, record);
            }
        }
        drop(batches);
        Ok(answers(turns, &places))
    }
}

/// Hands every request its events, each with its place in the journal.
fn answers(turns: Vec<Decided>, places: &[(u64, u64, u64)]) -> Vec<Vec<Vec<Answer>>> {
    let mut place = places.iter().flat_map(|(entry, record, count)| {
        (0..*count).map(move |row| (*entry, row as u32, record + row))
    });
    let mut answered = Vec::with_capacity(turns.len());
    for turn in turns {
        let mut own = turn.own.into_iter().peekable();
        let numbered = turn.events.into_iter().zip(&mut place).enumerate();
        let mut numbered = numbered
            .filter(|(at, _)| own.next_if_eq(at).is_none())
            .map(|(_, (event, (entry, row, record)))| Answer { event, record, entry, row });
        let requests = turn.lengths.iter().map(|length| numbered.by_ref().take(*length).collect());
        answered.push(requests.collect());
    }
    answered
}

const _: () = assert!(BATCH_RECORDS_MAX < u32::MAX as usize);
