//! The running bank: one thread decides, one commits, and the next batch is decided while the last one
//! syncs; a third publishes tiles now and then. Callers wait in one bounded line. When it is full the answer is "busy"; when a
//! caller's patience ends before the commit it is "unknown, ask by id", and never a guess.

use crate::admission::{self, Inadmissible, Request};
use crate::clock::Clock;
use crate::turn::{Answer, Committer, Decided, Node, Writer};
use crate::views::Views;
use journal::{CommitFailed, Disk, Reader};
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::thread::JoinHandle;
use std::time::Duration;
use terms::limits::BATCH_RECORDS_MAX;

/// How a bank runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunOptions {
    /// Requests that may wait in line.
    pub inbox: usize,
    /// Batches that may be decided and not yet durable.
    pub in_flight: usize,
    /// How often tiles and checkpoint are written while there is something new.
    pub publish_every: Duration,
}

impl Default for RunOptions {
    fn default() -> RunOptions {
        RunOptions { inbox: 4_096, in_flight: 4, publish_every: Duration::from_secs(1) }
    }
}

/// Why a request has no answer.
#[derive(Debug)]
pub enum Unanswered {
    /// The line is full; nothing was taken. Come again.
    Busy {
        /// How long to wait before that.
        retry_after: Duration,
    },
    /// It was taken and may or may not be done. Ask by id.
    Unknown,
    /// It cannot be taken.
    Inadmissible(Inadmissible),
    /// The bank has stopped; whether it was done shows after a restart. Ask by id.
    Stopped,
}

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unanswered::Busy { retry_after } => {
                write!(f, "busy: nothing was taken; try again after {} ms", retry_after.as_millis())
            }
            Unanswered::Unknown => {
                f.write_str("unknown: it was taken and may or may not be done; ask by its id")
            }
            Unanswered::Inadmissible(why) => why.fmt(f),
            Unanswered::Stopped => f.write_str(
                "the bank has stopped; start it again and ask by id whether it was done",
            ),
        }
    }
}

impl std::error::Error for Unanswered {}

/// A request in line, and where its answers go.
struct Submission {
    request: Request,
    reply: SyncSender<Vec<Answer>>,
}

/// Decided turns and who waits for them.
struct InFlight {
    decided: Decided,
    replies: Vec<SyncSender<Vec<Answer>>>,
}

/// Where callers submit. Clones share one line.
#[derive(Clone)]
pub struct Handle {
    inbox: SyncSender<Submission>,
    views: Arc<RwLock<Views>>,
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

/// A request that was taken.
#[derive(Debug)]
pub struct Ticket {
    answers: Receiver<Vec<Answer>>,
}

impl Ticket {
    /// Waits for the answers.
    ///
    /// # Errors
    /// [`Unanswered::Unknown`] after `patience`; [`Unanswered::Stopped`] if the bank stopped before.
    pub fn wait(&self, patience: Duration) -> Result<Vec<Answer>, Unanswered> {
        self.answers.recv_timeout(patience).map_err(|error| match error {
            RecvTimeoutError::Timeout => Unanswered::Unknown,
            RecvTimeoutError::Disconnected => Unanswered::Stopped,
        })
    }
}

impl Handle {
    /// Puts a request in line.
    ///
    /// # Errors
    /// [`Unanswered`], all but `Unknown`.
    pub fn submit_later(&self, request: Request) -> Result<Ticket, Unanswered> {
        admission::check(&request).map_err(Unanswered::Inadmissible)?;
        let (reply, answers) = sync_channel(1);
        match self.inbox.try_send(Submission { request, reply }) {
            Ok(()) => Ok(Ticket { answers }),
            Err(TrySendError::Full(_)) => {
                Err(Unanswered::Busy { retry_after: Duration::from_millis(50) })
            }
            Err(TrySendError::Disconnected(_)) => Err(Unanswered::Stopped),
        }
    }

    /// Puts a request in line and waits for its answers, one a command.
    ///
    /// # Errors
    /// See [`Unanswered`].
    pub fn submit(&self, request: Request, patience: Duration) -> Result<Vec<Answer>, Unanswered> {
        self.submit_later(request)?.wait(patience)
    }

    /// What people may see: durable, never more.
    pub fn views(&self) -> RwLockReadGuard<'_, Views> {
        self.views.read().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A bank at work.
pub struct Running<D: Disk> {
    writer: JoinHandle<Writer>,
    committer: JoinHandle<Result<Committer<D>, RunFailed>>,
    publisher: JoinHandle<()>,
    reader: Reader<D>,
    stop: Arc<AtomicBool>,
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
        let (decided, to_commit) = sync_channel(options.in_flight.max(1));
        let (views, reader) = (Arc::clone(&self.committer.views), self.reader());
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = Arc::clone(&stop);
        let (writer, committer) = (self.writer, self.committer);
        let (working, ended) = sync_channel::<()>(0);
        let to_publish = reader.clone();
        let publisher =
            std::thread::spawn(move || publish(&to_publish, options.publish_every, &ended));
        let writer = std::thread::spawn(move || write(writer, &clock, &line, &decided, &stopping));
        let committer = std::thread::spawn(move || {
            let committer = commit(committer, &to_commit);
            drop(working);
            committer
        });
        (Running { writer, committer, publisher, reader, stop }, Handle { inbox, views })
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

    /// Takes no more requests, answers those in line, and gives the node back.
    ///
    /// # Errors
    /// See [`RunFailed`].
    pub fn stop(self) -> Result<Node<D>, RunFailed> {
        self.stop.store(true, Ordering::SeqCst);
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

/// Takes all that waits, decides it, hands it on, and goes on with the next.
fn write(
    mut writer: Writer,
    clock: &impl Clock,
    line: &Receiver<Submission>,
    decided: &SyncSender<InFlight>,
    stop: &AtomicBool,
) -> Writer {
    let mut held = None;
    loop {
        let mut replies = Vec::new();
        let mut requests = Vec::new();
        let stopping = stop.load(Ordering::SeqCst);
        let first = match held.take() {
            Some(submission) => Ok(submission),
            None if stopping => line.try_recv().map_err(|_| RecvTimeoutError::Disconnected),
            None => line.recv_timeout(NAP),
        };
        match first {
            Ok(first) => held = gather(first, line, &mut requests, &mut replies),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return writer,
        }
        let now = clock.now();
        if requests.is_empty() && writer.engine.due(now).is_none() {
            continue;
        }
        let turn = writer.decide(now, requests.iter().map(Vec::as_slice));
        if decided.send(InFlight { decided: turn, replies }).is_err() {
            return writer;
        }
    }
}

/// Adds all that waits to the turn, up to one batch; gives back what did not fit.
fn gather(
    first: Submission,
    line: &Receiver<Submission>,
    requests: &mut Vec<Request>,
    replies: &mut Vec<SyncSender<Vec<Answer>>>,
) -> Option<Submission> {
    let mut commands = 0;
    let mut next = Some(first);
    while let Some(submission) = next.take() {
        if commands > 0 && commands + submission.request.len() > BATCH_RECORDS_MAX {
            return Some(submission);
        }
        commands += submission.request.len();
        requests.push(submission.request);
        replies.push(submission.reply);
        next = line.try_recv().ok();
    }
    None
}

/// Commits all that is decided with one sync, then answers.
fn commit<D: Disk>(
    mut committer: Committer<D>,
    to_commit: &Receiver<InFlight>,
) -> Result<Committer<D>, RunFailed> {
    while let Ok(first) = to_commit.recv() {
        let mut turns = vec![first.decided];
        let mut waiting = vec![first.replies];
        while let Ok(next) = to_commit.try_recv() {
            turns.push(next.decided);
            waiting.push(next.replies);
        }
        let answered = committer.commit(turns).map_err(RunFailed::Commit)?;
        for (answers, replies) in answered.into_iter().zip(waiting) {
            for (answer, reply) in answers.into_iter().zip(replies) {
                // Whoever stopped waiting asks by id.
                let _ = reply.send(answer);
            }
        }
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
