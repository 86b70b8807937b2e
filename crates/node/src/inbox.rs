//! The one bounded line before the one writer. When it is full the answer is "busy"; when a caller's
//! deadline passes it is "unknown, ask by id", and never a guess. What is still in line at its deadline is
//! not done any more; a question by id waits behind all that was taken before it, so its answer is final.

use crate::admission::{self, Inadmissible, Request};
use crate::turn::Answer;
use crate::views::Views;
use engine::{AccountView, Engine, TransferView};
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};
use terms::limits::BATCH_RECORDS_MAX;
use terms::{AccountId, Day, Entry, TimeNs, TransferId};

/// How long who is told "busy" is asked to wait.
const RETRY_AFTER: Duration = Duration::from_millis(50);

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
    /// Its deadline passed while it was in line; it was not done and will not be.
    Expired,
    /// It cannot be taken.
    Inadmissible(Inadmissible),
    /// Whoever asked made it depend on what the state says when its turn comes, and the state said no; it was
    /// not decided.
    Barred,
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
            Unanswered::Expired => f.write_str(
                "too late: its deadline passed in line and nothing was done; try again with more time",
            ),
            Unanswered::Inadmissible(why) => why.fmt(f),
            Unanswered::Barred => f.write_str("what it depended on did not hold; it was not decided"),
            Unanswered::Stopped => f.write_str(
                "the bank has stopped; start it again and ask by id whether it was done",
            ),
        }
    }
}

impl std::error::Error for Unanswered {}

/// What became of an id, as far as it is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// It is a transfer that was done.
    Transfer(TransferView),
    /// It is an entry that was done.
    Entry {
        /// With every open field filled in.
        entry: Entry,
        /// Its business day.
        booking_date: Day,
        /// When it was decided.
        time: TimeNs,
        /// Number of its record in the journal.
        record: u64,
        /// Taken back by a later one.
        reversed: bool,
    },
    /// It was refused for a passing reason and will never be done; a new try needs a new id.
    Failed,
    /// It was not done, nor will be by anything that was taken before this question. Refusals for a
    /// lasting reason are not remembered; the same id may be asked for again.
    NotDone,
}

impl Known {
    /// What the state says of an id.
    pub(crate) fn of(engine: &Engine, id: TransferId) -> Known {
        if let Some(transfer) = engine.transfer(id) {
            return Known::Transfer(transfer);
        }
        match engine.entry(id) {
            Some((entry, booking_date, time, record, reversed)) => {
                Known::Entry { entry, booking_date, time, record, reversed }
            }
            None if engine.has_failed(id) => Known::Failed,
            None => Known::NotDone,
        }
    }
}

/// What stands in line.
pub(crate) enum Waiting {
    /// Something to decide.
    Request(Submission),
    /// Something to look up.
    Question(Instant, Question),
    /// The committing thread has nothing to do; says nothing to whoever reads the line.
    Wake,
}

/// A request, until when it is wanted, and where its answers go.
pub(crate) struct Submission {
    pub(crate) request: Request,
    pub(crate) deadline: Option<Instant>,
    pub(crate) bar: Option<Bar>,
    pub(crate) reply: Reply,
}

/// What a request is answered with.
pub(crate) type Said = Result<Vec<Answer>, Unanswered>;

/// Where answers go; never blocks. One that is dropped has said that the bank stopped.
pub(crate) enum Reply {
    /// To a thread that waits; the channel has room for the one message it gets.
    Channel(SyncSender<Said>),
    /// To whatever this does with them; it must be short, because the committing thread does it.
    Call(Box<dyn FnOnce(Said) + Send>),
}

impl Reply {
    /// Whoever stopped waiting asks by id.
    pub(crate) fn send(self, said: Said) {
        match self {
            Reply::Channel(channel) => drop(channel.send(said)),
            Reply::Call(call) => call(said),
        }
    }
}

/// Looks at the state just before a request is decided; the request is decided only if it says yes. It must be
/// short: the writer waits for it.
pub type Bar = Box<dyn FnOnce(&Engine) -> bool + Send>;
/// Looks at the state and gives what tells the answer. It must be short: the writer waits for it.
pub(crate) type Question = Box<dyn FnOnce(&Engine) -> Telling + Send>;
/// Tells an answer once everything it rests on is durable.
pub(crate) type Telling = Box<dyn FnOnce() + Send>;

/// The door of the line: how much stands in it, and whether it is shut.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) shut: AtomicBool,
    commands: AtomicUsize,
    commands_max: usize,
}

impl Door {
    pub(crate) fn new(commands_max: usize) -> Door {
        Door { shut: AtomicBool::new(false), commands: AtomicUsize::new(0), commands_max }
    }

    /// Makes room for a request; one that is larger than all the room goes into an empty line.
    fn enter(&self, commands: usize) -> bool {
        let before = self.commands.fetch_add(commands, Ordering::Relaxed);
        let fits = before == 0 || before + commands <= self.commands_max;
        if !fits {
            self.leave(commands);
        }
        fits
    }

    fn leave(&self, commands: usize) {
        self.commands.fetch_sub(commands, Ordering::Relaxed);
    }
}

/// Where callers submit. Clones share one line.
#[derive(Clone)]
pub struct Handle {
    pub(crate) inbox: SyncSender<Waiting>,
    pub(crate) door: Arc<Door>,
    pub(crate) views: Arc<RwLock<Views>>,
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

/// A request that was taken.
#[derive(Debug)]
pub struct Ticket {
    answers: Receiver<Result<Vec<Answer>, Unanswered>>,
}

impl Ticket {
    /// Waits for the answers. Who was told `Unknown` may wait again.
    ///
    /// # Errors
    /// [`Unanswered::Unknown`] after `patience`; [`Unanswered::Expired`] if it was not decided before its
    /// deadline; [`Unanswered::Stopped`] if the bank stopped before.
    pub fn wait(&self, patience: Duration) -> Result<Vec<Answer>, Unanswered> {
        received(self.answers.recv_timeout(patience)).and_then(|answers| answers)
    }
}

fn received<T>(answer: Result<T, RecvTimeoutError>) -> Result<T, Unanswered> {
    answer.map_err(|error| match error {
        RecvTimeoutError::Timeout => Unanswered::Unknown,
        RecvTimeoutError::Disconnected => Unanswered::Stopped,
    })
}

impl Handle {
    /// Puts a request in line. It has no deadline: once taken it is decided, unless the bank stops.
    ///
    /// # Errors
    /// [`Unanswered`], neither `Unknown` nor `Expired`.
    pub fn submit_later(&self, request: Request) -> Result<Ticket, Unanswered> {
        self.take(request, None)
    }

    /// Puts a request in line and waits for its answers, one a command. What is still in line when the
    /// patience ends is not done any more.
    ///
    /// # Errors
    /// See [`Unanswered`].
    pub fn submit(&self, request: Request, patience: Duration) -> Result<Vec<Answer>, Unanswered> {
        self.take(request, Instant::now().checked_add(patience))?.wait(patience)
    }

    /// Puts a request in line that is not to be decided after `deadline`.
    ///
    /// # Errors
    /// [`Unanswered`], neither `Unknown` nor `Expired`.
    pub fn submit_until(&self, request: Request, deadline: Instant) -> Result<Ticket, Unanswered> {
        self.take(request, Some(deadline))
    }

    /// Puts a request in line that is decided only if `bar` says yes to the state as it is then, and not after
    /// `deadline`. `reply` is called once; it must be short. If it is dropped uncalled, the bank has stopped.
    ///
    /// # Errors
    /// [`Unanswered`], neither `Unknown` nor `Expired`; `reply` is then dropped uncalled.
    pub fn submit_then(
        &self,
        request: Request,
        deadline: Instant,
        bar: Option<Bar>,
        reply: impl FnOnce(Result<Vec<Answer>, Unanswered>) + Send + 'static,
    ) -> Result<(), Unanswered> {
        self.enter(request, Some(deadline), bar, Reply::Call(Box::new(reply)))
    }

    /// Asks the state, behind everything that was taken before, and gives what it said to `tell` once all that it
    /// rests on is durable. Both must be short. If `tell` is dropped uncalled, the bank has stopped or the deadline
    /// has passed; nothing is changed by asking.
    ///
    /// # Errors
    /// [`Unanswered`]: busy or stopped.
    pub fn ask_then<T: Send + 'static>(
        &self,
        deadline: Instant,
        look: impl FnOnce(&Engine) -> T + Send + 'static,
        tell: impl FnOnce(T) + Send + 'static,
    ) -> Result<(), Unanswered> {
        let question = move |engine: &Engine| -> Telling {
            let seen = look(engine);
            Box::new(move || tell(seen))
        };
        self.queue(Waiting::Question(deadline, Box::new(question)))
    }

    /// What became of an id. Waits behind everything that was taken before, and answers with nothing but
    /// what is durable: after it, what was `Unknown` no longer is.
    ///
    /// # Errors
    /// [`Unanswered`]; nothing is changed by asking.
    pub fn find(&self, id: TransferId, patience: Duration) -> Result<Known, Unanswered> {
        self.ask(patience, move |engine| Known::of(engine, id))
    }

    /// An account with its balances, limits, holds and interest; `None` if there is none. Answered as
    /// [`Handle::find`] is.
    ///
    /// # Errors
    /// [`Unanswered`]; nothing is changed by asking.
    pub fn account(
        &self,
        id: AccountId,
        patience: Duration,
    ) -> Result<Option<AccountView>, Unanswered> {
        self.ask(patience, move |engine| engine.account(id))
    }

    /// Commands that stand in line, and how many may.
    pub fn in_line(&self) -> (usize, usize) {
        (self.door.commands.load(Ordering::Relaxed), self.door.commands_max)
    }

    /// What people may see: durable, never more. While this is held nothing is answered to anybody.
    pub fn views(&self) -> RwLockReadGuard<'_, Views> {
        self.views.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, request: Request, deadline: Option<Instant>) -> Result<Ticket, Unanswered> {
        let (reply, answers) = sync_channel(1);
        self.enter(request, deadline, None, Reply::Channel(reply)).map(|()| Ticket { answers })
    }

    fn enter(
        &self,
        request: Request,
        deadline: Option<Instant>,
        bar: Option<Bar>,
        reply: Reply,
    ) -> Result<(), Unanswered> {
        admission::check(&request).map_err(Unanswered::Inadmissible)?;
        let commands = request.len();
        if !self.door.enter(commands) {
            return Err(Unanswered::Busy { retry_after: RETRY_AFTER });
        }
        let submission = Submission { request, deadline, bar, reply };
        self.queue(Waiting::Request(submission)).inspect_err(|_| self.door.leave(commands))
    }

    fn ask<T: Send + 'static>(
        &self,
        patience: Duration,
        look: impl FnOnce(&Engine) -> T + Send + 'static,
    ) -> Result<T, Unanswered> {
        let (reply, answer) = sync_channel(1);
        let question = move |engine: &Engine| -> Telling {
            let seen = look(engine);
            // Whoever stopped waiting asks again.
            Box::new(move || drop(reply.send(seen)))
        };
        let now = Instant::now();
        let deadline = now.checked_add(patience).unwrap_or(now + Duration::from_secs(86_400));
        self.queue(Waiting::Question(deadline, Box::new(question)))?;
        received(answer.recv_timeout(patience))
    }

    fn queue(&self, waiting: Waiting) -> Result<(), Unanswered> {
        if self.door.shut.load(Ordering::SeqCst) {
            return Err(Unanswered::Stopped);
        }
        self.inbox.try_send(waiting).map_err(|error| match error {
            TrySendError::Full(_) => Unanswered::Busy { retry_after: RETRY_AFTER },
            TrySendError::Disconnected(_) => Unanswered::Stopped,
        })
    }
}

/// What one turn takes out of the line.
#[derive(Default)]
pub(crate) struct Taken {
    pub(crate) requests: Vec<Submission>,
    pub(crate) questions: Vec<Question>,
}

impl Taken {
    pub(crate) fn is_empty(&self) -> bool {
        self.requests.is_empty() && self.questions.is_empty()
    }

    /// Adds all that waits, up to one batch; gives back what did not fit.
    pub(crate) fn gather(
        &mut self,
        first: Waiting,
        line: &Receiver<Waiting>,
        door: &Door,
    ) -> Option<Waiting> {
        let now = Instant::now();
        let (mut commands, mut seen) = (0, 0);
        let mut next = Some(first);
        while let Some(waiting) = next.take() {
            match waiting {
                Waiting::Request(s) if s.deadline.is_some_and(|deadline| deadline <= now) => {
                    door.leave(s.request.len());
                    // It is not decided; whoever still waits is told so.
                    s.reply.send(Err(Unanswered::Expired));
                }
                Waiting::Request(s)
                    if commands > 0 && commands + s.request.len() > BATCH_RECORDS_MAX =>
                {
                    return Some(Waiting::Request(s));
                }
                Waiting::Request(s) => {
                    door.leave(s.request.len());
                    commands += s.request.len();
                    self.requests.push(s);
                }
                Waiting::Question(deadline, _) if deadline <= now => {}
                Waiting::Question(_, question) => self.questions.push(question),
                Waiting::Wake => {}
            }
            seen += 1;
            if seen < BATCH_RECORDS_MAX {
                next = line.try_recv().ok();
            }
        }
        None
    }
}
