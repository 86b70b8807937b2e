//! Who looked, on the way into the journal: what comes within a moment becomes one record, and everybody who
//! waits hears when it is durable.

use channels::looks::LookLog;
use futures::FutureExt;
use futures::future::BoxFuture;
use node::{Handle, Unanswered};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use terms::limits::QUERIES_PER_RECORD_MAX;
use terms::{Command, QueryRecord};
use tokio::sync::oneshot;

/// How long the first of a record waits for others.
const GATHER: Duration = Duration::from_millis(20);
/// How long the journal may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Puts looks into the journal of a running bank.
#[derive(Clone)]
pub struct Looks {
    line: Sender<Waiting>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

enum Waiting {
    Look(QueryRecord, oneshot::Sender<Result<u64, String>>),
    End,
}

impl Looks {
    /// Begins.
    pub fn start(bank: Handle) -> Looks {
        let (line, waiting) = channel();
        let thread = std::thread::spawn(move || keep(&bank, &waiting));
        Looks { line, thread: Arc::new(Mutex::new(Some(thread))) }
    }

    /// Keeps what waits, takes no more, and ends.
    pub fn end(&self) {
        let _ = self.line.send(Waiting::End);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl LookLog for Looks {
    fn record(&self, query: QueryRecord) -> BoxFuture<'static, Result<u64, String>> {
        let (kept, durable) = oneshot::channel();
        let sent = self.line.send(Waiting::Look(query, kept));
        async move {
            let stopped = || "the bank has stopped".to_owned();
            sent.map_err(|_| stopped())?;
            durable.await.unwrap_or_else(|_| Err(stopped()))
        }
        .boxed()
    }
}

/// The one thread that keeps looks.
fn keep(bank: &Handle, waiting: &Receiver<Waiting>) {
    let mut ended = false;
    while !ended {
        let (mut queries, mut tell) = (Vec::new(), Vec::new());
        let mut next = waiting.recv().ok();
        let until = Instant::now() + GATHER;
        loop {
            match next {
                Some(Waiting::Look(query, kept)) => {
                    queries.push(query);
                    tell.push(kept);
                }
                Some(Waiting::End) => ended = true,
                // Nobody can send any more.
                None if queries.is_empty() => ended = true,
                None => {}
            }
            let left = until.saturating_duration_since(Instant::now());
            if ended || queries.len() >= QUERIES_PER_RECORD_MAX || left.is_zero() {
                break;
            }
            next = waiting.recv_timeout(left).ok();
            if next.is_none() {
                break;
            }
        }
        if !queries.is_empty() {
            let done = recorded(bank, || Command::RecordQueries(queries.clone()));
            for kept in tell {
                // Whoever left does not wait for it.
                let _ = kept.send(done.clone());
            }
        }
    }
}

/// One record of what a door saw, and its number; a full line is waited for.
pub(super) fn recorded(bank: &Handle, record: impl Fn() -> Command) -> Result<u64, String> {
    let until = Instant::now() + PATIENCE;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match bank.submit(vec![record()], left) {
            Ok(answers) => {
                let Some(answer) = answers.first() else {
                    return Err("the bank did not answer".to_owned());
                };
                return match answer.event.outcome() {
                    Ok(_) => Ok(answer.record),
                    Err(refusal) => Err(format!("the bank refused the record: {refusal:?}")),
                };
            }
            Err(Unanswered::Busy { retry_after }) if left > retry_after => {
                std::thread::sleep(retry_after);
            }
            Err(why) => return Err(why.to_string()),
        }
    }
}
