//! Keeps the tables up with the journal, beside everything else and on a thread of its own: what was paid since the
//! last look becomes rows, and a sealed segment becomes files. So a question need not do either first.

use crate::fail::chain;
use history::History;
use journal::Files;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::runtime::Builder;

/// How often the journal is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The thread.
pub struct Roller {
    end: Sender<()>,
    thread: JoinHandle<()>,
}

impl Roller {
    /// Begins.
    pub fn start(history: Arc<History<Files>>, every: Duration) -> Roller {
        let (end, ended) = channel();
        let thread = std::thread::spawn(move || roll(&history, every, &ended));
        Roller { end, thread }
    }

    /// Ends it, after the files that are being made.
    pub fn end(self) {
        drop(self.end);
        let _ = self.thread.join();
    }
}

fn roll(history: &History<Files>, every: Duration, ended: &Receiver<()>) {
    crate::tables::step_back();
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
        eprintln!("tj: no files are made of sealed segments: the system gives no thread for it");
        return;
    };
    // What goes wrong is said once, and tried again all the same.
    let mut said = String::new();
    let mut rolled = Instant::now();
    while ended.recv_timeout(every.min(LOOK_EVERY)) == Err(RecvTimeoutError::Timeout) {
        let mut kept = history.keep_up();
        if kept.is_ok() && rolled.elapsed() >= every {
            kept = runtime.block_on(history.roll()).map(drop);
            rolled = Instant::now();
        }
        match kept {
            Ok(()) => said.clear(),
            Err(error) => {
                let trouble = chain(&error);
                if trouble != said {
                    eprintln!("tj: the tables do not keep up with the journal: {trouble}");
                    said = trouble;
                }
            }
        }
    }
}
