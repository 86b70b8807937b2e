//! Pays what orders bring, as soon as it is due.

use node::{Handle, Unanswered};
use std::collections::HashSet;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use terms::{Command, Transfer, TransferId};

/// How often it is looked whether something may be due.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long the bank may take for one step.
const PATIENCE: Duration = Duration::from_secs(30);
/// Payments asked for at once.
const AT_ONCE: usize = 512;

/// The one who does it, on a thread of its own.
pub struct OrderClerk {
    stop: Sender<()>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl OrderClerk {
    /// Begins.
    pub fn start(bank: Handle) -> OrderClerk {
        let (stop, stopped) = channel();
        let thread = std::thread::spawn(move || {
            let mut answered = HashSet::new();
            // The engine's number of changes, after all that was due then had been answered.
            let mut seen = None;
            loop {
                match due(&bank, seen) {
                    Ok(Some((changed, due))) => {
                        let fresh = due.into_iter().filter(|t| !answered.contains(&t.id));
                        let fresh: Vec<Transfer> = fresh.collect();
                        if fresh.is_empty() {
                            seen = Some(changed);
                            answered.clear();
                        }
                        fresh.chunks(AT_ONCE).for_each(|due| pay(&bank, due, &mut answered));
                    }
                    Err(Unanswered::Stopped) => return,
                    Ok(None) | Err(_) => {}
                }
                match stopped.recv_timeout(LOOK_EVERY) {
                    Err(RecvTimeoutError::Timeout) => {}
                    _ => return,
                }
            }
        });
        OrderClerk { stop, thread: Mutex::new(Some(thread)) }
    }

    /// Ends.
    pub fn end(&self) {
        let _ = self.stop.send(());
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

/// What is due, unless nothing changed since `seen`.
fn due(bank: &Handle, seen: Option<u64>) -> Result<Option<(u64, Vec<Transfer>)>, Unanswered> {
    let (tell, told) = channel();
    let look = move |engine: &engine::Engine| {
        let changed = engine.orders_changed();
        (Some(changed) != seen)
            .then(|| (changed, engine.orders_due().map(|due| due.transfer).collect()))
    };
    bank.ask_then(Instant::now() + PATIENCE, look, move |said| drop(tell.send(said)))?;
    told.recv_timeout(PATIENCE).map_err(|_| Unanswered::Unknown)
}

/// Asks for each. What is not answered is looked for again; its id is the same then.
fn pay(bank: &Handle, due: &[Transfer], answered: &mut HashSet<TransferId>) {
    let asked =
        due.iter().map(|t| Some((t.id, bank.submit_later(vec![Command::Transfer(*t)]).ok()?)));
    let tickets: Vec<_> = asked.map_while(|ticket| ticket).collect();
    let (mut paid, mut refused) = (0_u32, 0_u32);
    for (id, ticket) in tickets {
        let said = ticket.wait(PATIENCE).ok();
        match said.and_then(|answers| answers.first().map(|answer| answer.event.outcome())) {
            Some(Ok(_)) => paid += 1,
            Some(Err(_)) => refused += 1,
            None => continue,
        }
        answered.insert(id);
    }
    let line = serde_json::json!({ "event": "orders_paid", "paid": paid, "refused": refused });
    eprintln!("{line}");
}
