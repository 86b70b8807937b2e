//! The running bank: one thread decides, one commits, and the next batch is decided and grows while the
//! last one syncs; a third publishes tiles now and then. Callers wait in one bounded line (`inbox.rs`); when
//! either thread ends, everybody who waits is told that the bank has stopped.

use crate::clock::Clock;
use crate::inbox::{Door, Handle, Reply, Submission, Taken, Telling, Unanswered, Waiting};
use crate::pace::Pace;
use crate::statement::{DateKind, Statement, StatementFailed};
use crate::turn::{Committer, Decided, Node, Writer};
use journal::{CommitFailed, Disk, Reader};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;
use terms::limits::BATCH_RECORDS_MAX;
use terms::{AccountId, Day};

/// How a bank runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunOptions {
    /// Requests that may wait in line.
    pub inbox: usize,
    /// Commands that may wait in line, all requests together; this bounds its memory.
    pub inbox_commands: usize,
    /// Turns that may be handed over and not yet durable.
    pub in_flight: usize,
    /// A turn of as many events is handed over although the one before is not durable yet; a smaller one
    /// grows until it is. Each batch costs a root, a header and whole pages of the disk.
    pub full_turn: usize,
    /// How often tiles and checkpoint are written while there is something new.
    pub publish_every: Duration,
    /// What deciding a payment may take while rule sets judge it, in the mean over
    /// [`PACE_PAYMENTS`](terms::limits::PACE_PAYMENTS) of them. If it takes longer, the latest set ends (`TooSlow`) and the one
    /// before it judges again; a set with none before it stays.
    pub judging_max: Duration,
}

impl Default for RunOptions {
    fn default() -> RunOptions {
        RunOptions {
            inbox: 4_096,
            inbox_commands: 64 * BATCH_RECORDS_MAX,
            in_flight: 4,
            full_turn: 2_048,
            publish_every: Duration::from_secs(1),
            judging_max: Duration::from_millis(1),
        }
    }
}

/// A decided turn and who waits for it.
struct InFlight {
    decided: Decided,
    replies: Vec<Reply>,
    tellings: Vec<Telling>,
}

/// A bank at work.
pub struct Running<D: Disk> {
    writer: JoinHandle<Writer>,
    committer: JoinHandle<Result<Committer<D>, RunFailed>>,
    publisher: JoinHandle<()>,
    reader: Reader<D>,
    handle: Handle,
}

impl<D: Disk> fmt::Debug for Running<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running").field("reader", &self.reader).finish_non_exhaustive()
    }
}

/// Why a running bank stopped by itself.
#[derive(Debug)]
pub enum RunFailed {
    /// The journal failed. Nothing that was not acknowledged is; end the process and start again.
    Commit(CommitFailed),
    /// A thread ended in a panic, which names a broken invariant. End the process and start again.
    Panicked(&'static str),
}

impl fmt::Display for RunFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunFailed::Commit(_) => {
                f.write_str("the journal failed, so the bank has stopped; start it again")
            }
            RunFailed::Panicked(thread) => {
                write!(f, "the {thread} found a broken invariant and has stopped")
            }
        }
    }
}

impl std::error::Error for RunFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RunFailed::Commit(source) => Some(source),
            RunFailed::Panicked(_) => None,
        }
    }
}

impl<D: Disk> Node<D> {
    /// Sets the bank to work: a thread that decides and a thread that commits.
    pub fn run(self, clock: impl Clock, options: RunOptions) -> (Running<D>, Handle) {
        let (inbox, line) = sync_channel(options.inbox.max(1));
        let in_flight = Arc::new(AtomicUsize::new(0));
        let (sent, idle) = (Arc::clone(&in_flight), Idle { in_flight, line: inbox.clone() });
        let (decided, to_commit) = sync_channel(options.in_flight.max(1));
        let (views, reader) = (Arc::clone(&self.committer.views), self.reader());
        let door = Arc::new(Door::new(options.inbox_commands));
        let (writers, committers) = (Arc::clone(&door), Shutting(Arc::clone(&door)));
        let (writer, committer) = (self.writer, self.committer);
        let (working, ended) = sync_channel::<()>(0);
        let to_publish = reader.clone();
        let publisher =
            std::thread::spawn(move || publish(&to_publish, options.publish_every, &ended));
        let writer = std::thread::spawn(move || {
            write(
                (writer, Pace::new(options.judging_max)),
                &clock,
                &line,
                &Onwards { decided, sent, full_turn: options.full_turn },
                &writers,
            )
        });
        let committer = std::thread::spawn(move || {
            let _shutting = (committers, working);
            commit(committer, &to_commit, &idle)
        });
        let handle = Handle { inbox, door, views };
        (Running { writer, committer, publisher, reader, handle: handle.clone() }, handle)
    }
}

/// Shuts the door when the committing thread ends, in whatever way: nothing can be answered then.
struct Shutting(Arc<Door>);

impl Drop for Shutting {
    fn drop(&mut self) {
        self.0.shut.store(true, Ordering::SeqCst);
    }
}

impl<D: Disk> Running<D> {
    /// The journal, for any thread: what is durable and nothing else.
    pub fn reader(&self) -> Reader<D> {
        self.reader.clone()
    }

    /// Whether the bank has stopped by itself.
    pub fn has_stopped(&self) -> bool {
        self.committer.is_finished() || self.writer.is_finished()
    }

    /// The statement of an account from `from` to `to`, both included, of what is durable.
    ///
    /// # Errors
    /// See [`StatementFailed`]; `patience` is for the line, in which the question for the account waits.
    pub fn statement(
        &self,
        account: AccountId,
        (from, to): (Day, Day),
        by: DateKind,
        patience: Duration,
    ) -> Result<Statement, StatementFailed> {
        let found = self.handle.account(account, patience).map_err(StatementFailed::Unanswered)?;
        let found = found.ok_or(StatementFailed::AccountUnknown(account))?;
        let (records, seen) = {
            let views = self.handle.views();
            (views.records_of(account).collect(), views.records())
        };
        Statement::read(&self.reader, found.account, (records, seen), (from, to), by)
    }

    /// Takes no more requests, answers those in line, and gives the node back.
    ///
    /// # Errors
    /// See [`RunFailed`].
    pub fn stop(self) -> Result<Node<D>, RunFailed> {
        self.handle.door.shut.store(true, Ordering::SeqCst);
        let writer = self.writer.join();
        let published = self.publisher.join();
        let committer =
            self.committer.join().map_err(|_| RunFailed::Panicked("committing thread"))??;
        let writer = writer.map_err(|_| RunFailed::Panicked("deciding thread"))?;
        published.map_err(|_| RunFailed::Panicked("publishing thread"))?;
        Ok(Node { writer, committer })
    }
}

/// How long the writer sleeps at most before it looks whether something is due or it must stop.
const NAP: Duration = Duration::from_millis(20);

/// The way to the committing thread.
struct Onwards {
    decided: SyncSender<InFlight>,
    /// Turns handed over and not durable yet.
    sent: Arc<AtomicUsize>,
    full_turn: usize,
}

impl Onwards {
    /// Hands a turn over if the other side is idle or the turn is full; gives it back otherwise.
    fn hand_over(&self, turn: InFlight, now_or_never: bool) -> Result<Option<InFlight>, Ended> {
        let idle = self.sent.load(Ordering::SeqCst) == 0;
        if !idle && !now_or_never && turn.decided.len() < self.full_turn {
            return Ok(Some(turn));
        }
        self.sent.fetch_add(1, Ordering::SeqCst);
        self.decided.send(turn).map(|()| None).map_err(|_| Ended)
    }
}

/// The committing thread has ended.
struct Ended;

/// How the committing thread says that it has nothing to do.
struct Idle {
    in_flight: Arc<AtomicUsize>,
    line: SyncSender<Waiting>,
}

impl Idle {
    fn done(&self, turns: usize) {
        if self.in_flight.fetch_sub(turns, Ordering::SeqCst) == turns {
            // In a full line there is something to wake the writer already.
            let _ = self.line.try_send(Waiting::Wake);
        }
    }
}

/// Takes all that waits, decides it, hands it on, and goes on with the next. What is decided while the
/// last turn syncs grows into one turn.
fn write(
    (mut writer, mut pace): (Writer, Pace),
    clock: &impl Clock,
    line: &Receiver<Waiting>,
    onwards: &Onwards,
    door: &Door,
) -> Writer {
    let (mut held, mut open) = (None, None);
    loop {
        let mut taken = Taken::default();
        let stopping = door.shut.load(Ordering::SeqCst);
        let first = match held.take() {
            Some(waiting) => Ok(waiting),
            None if stopping => line.try_recv().map_err(|_| RecvTimeoutError::Disconnected),
            None => line.recv_timeout(NAP),
        };
        match first {
            Ok(first) => held = taken.gather(first, line, door),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                let _ = open.map(|turn| onwards.hand_over(turn, true));
                return writer;
            }
        }
        open = decide(&mut writer, &mut pace, clock, taken, open);
        if let Some(turn) = open.take() {
            match onwards.hand_over(turn, false) {
                Ok(kept) => open = kept,
                Err(Ended) => return writer,
            }
        }
    }
}

/// Adds what was taken to the open turn, or begins one if there is anything to do.
fn decide(
    writer: &mut Writer,
    pace: &mut Pace,
    clock: &impl Clock,
    taken: Taken,
    open: Option<InFlight>,
) -> Option<InFlight> {
    let begun = clock.steady();
    let before = open.as_ref().map_or(0, |turn| turn.decided.len());
    let mut turn = if let Some(turn) = open {
        turn
    } else {
        let now = writer.time(clock.now());
        if taken.is_empty() && writer.engine.due(now).is_none() {
            return None;
        }
        let decided = writer.decide(now, std::iter::empty());
        InFlight { decided, replies: Vec::new(), tellings: Vec::new() }
    };
    for Submission { request, bar, reply, .. } in taken.requests {
        if bar.is_some_and(|holds| !holds(&writer.engine)) {
            reply.send(Err(Unanswered::Barred));
            continue;
        }
        writer.decide_more(&mut turn.decided, std::iter::once(request.as_slice()));
        turn.replies.push(reply);
    }
    let took = clock.steady().saturating_sub(begun);
    if let Some(set) = pace.took(took, &turn.decided.events()[before..], &writer.engine) {
        writer.end_slow(&mut turn.decided, set);
    }
    turn.tellings.extend(taken.questions.into_iter().map(|look| look(&writer.engine)));
    Some(turn)
}

/// Commits all that is decided with one sync, then answers.
fn commit<D: Disk>(
    mut committer: Committer<D>,
    to_commit: &Receiver<InFlight>,
    idle: &Idle,
) -> Result<Committer<D>, RunFailed> {
    while let Ok(first) = to_commit.recv() {
        let mut turns = vec![first.decided];
        let mut waiting = vec![first.replies];
        let mut tellings = first.tellings;
        while let Ok(next) = to_commit.try_recv() {
            turns.push(next.decided);
            waiting.push(next.replies);
            tellings.extend(next.tellings);
        }
        let answered = committer.commit(turns).map_err(RunFailed::Commit)?;
        // The writer may hand over the next turn while these answers go out.
        idle.done(waiting.len());
        for (answers, replies) in answered.into_iter().zip(waiting) {
            for (answer, reply) in answers.into_iter().zip(replies) {
                reply.send(Ok(answer));
            }
        }
        tellings.into_iter().for_each(|tell| tell());
    }
    Ok(committer)
}

/// Publishes what is new, now and then and at the end, beside the commits and never in their way.
fn publish<D: Disk>(reader: &Reader<D>, every: Duration, ended: &Receiver<()>) {
    let mut published = 0;
    loop {
        let end = ended.recv_timeout(every) != Err(RecvTimeoutError::Timeout);
        let entries = reader.entries();
        // Tiles can be written again at any time; that they are late stops nobody.
        if entries > published && reader.publish().is_ok() {
            published = entries;
        }
        if end {
            return;
        }
    }
}
