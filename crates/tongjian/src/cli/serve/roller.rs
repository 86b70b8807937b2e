//! Makes files of segments as they are sealed, beside everything else and on a thread of its own.

use crate::fail::chain;
use history::History;
use journal::Files;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::Builder;

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
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
        eprintln!("tj: no files are made of sealed segments: the system gives no thread for it");
        return;
    };
    // What goes wrong is said once, and tried again all the same.
    let mut said = String::new();
    while ended.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
        match runtime.block_on(history.roll()) {
            Ok(_) => said.clear(),
            Err(error) => {
                let trouble = chain(&error);
                if trouble != said {
                    eprintln!("tj: no files were made of sealed segments: {trouble}");
                    said = trouble;
                }
            }
        }
    }
}
