//! What the doors note of people, on the way into the journal: what comes within a moment becomes one record, and the
//! same thing noted of the same caller is counted, not written twice. What is loud is a line of the log as well.

use super::looks::recorded;
use access::{AccessNote, Noted, Notes};
use node::Handle;
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use terms::limits::{ACCESS_NOTES_MAX, TEXT_BYTES_MAX};
use terms::{AccessKind, AccessRecord, Command};

/// How long the first note of a record waits for others; a crash loses no more than this.
const GATHER: Duration = Duration::from_millis(50);
/// Notes that may wait. Whoever comes then waits, for what cannot be noted must not be done.
const WAITING_MAX: usize = 16_384;

/// Keeps notes of a command that opens the bank only afterwards.
#[derive(Debug, Default)]
pub struct NotesKept(Mutex<Vec<AccessNote>>);

impl Notes for NotesKept {
    fn note(&self, note: AccessNote) {
        if note.loud {
            log(&note);
        }
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }
}

impl NotesKept {
    /// What is to be asked of the bank, so that the journal has them. Those kept so far are kept no longer.
    pub fn commands(&self) -> Vec<Command> {
        let mut notes = Gathered::default();
        let kept = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        kept.iter().for_each(|note| notes.add(note));
        notes.order.chunks(ACCESS_NOTES_MAX).map(|n| Command::RecordAccess(n.to_vec())).collect()
    }
}

fn log(note: &AccessNote) {
    let line = serde_json::json!({
        "event": "access", "what": note.what.word(), "who": note.who, "about": note.about,
        "says": note.says, "times": note.times, "loud": note.loud,
    });
    eprintln!("{line}");
}

/// Puts notes into the journal of a running bank. Loud ones go to the log as well.
#[derive(Clone)]
pub struct NoteKeeper {
    line: SyncSender<Waiting>,
    waiting: Arc<Mutex<Option<Receiver<Waiting>>>>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

enum Waiting {
    Note(AccessNote),
    End,
}

impl NoteKeeper {
    /// Takes notes; they wait until there is a bank.
    pub fn new() -> NoteKeeper {
        let (line, waiting) = sync_channel(WAITING_MAX);
        NoteKeeper {
            line,
            waiting: Arc::new(Mutex::new(Some(waiting))),
            thread: Arc::new(Mutex::new(None)),
        }
    }

    /// Here is one.
    pub fn start(&self, bank: Handle) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(waiting) = waiting else { return };
        let thread = std::thread::spawn(move || keep(&bank, &waiting));
        *self.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
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

impl Notes for NoteKeeper {
    fn note(&self, note: AccessNote) {
        if note.loud {
            log(&note);
        }
        if let Err(unsent) = self.line.send(Waiting::Note(note))
            && let Waiting::Note(note) = unsent.0
        {
            // The journal takes no more; the log is what is left.
            log(&note);
        }
    }
}

/// The one thread that keeps notes.
fn keep(bank: &Handle, waiting: &Receiver<Waiting>) {
    let mut ended = false;
    while !ended {
        let mut notes = Gathered::default();
        let mut next = waiting.recv().ok();
        let until = Instant::now() + GATHER;
        loop {
            match next {
                Some(Waiting::Note(note)) => notes.add(&note),
                Some(Waiting::End) => ended = true,
                // Nobody can send any more.
                None if notes.order.is_empty() => ended = true,
                None => {}
            }
            let left = until.saturating_duration_since(Instant::now());
            if ended || notes.order.len() >= ACCESS_NOTES_MAX || left.is_zero() {
                break;
            }
            next = waiting.recv_timeout(left).ok();
            if next.is_none() {
                break;
            }
        }
        if !notes.order.is_empty()
            && let Err(why) = recorded(bank, || Command::RecordAccess(notes.order.clone()))
        {
            let line = serde_json::json!({
                "event": "notes_lost", "count": notes.order.len(), "why": why,
            });
            eprintln!("{line}");
        }
    }
}

/// Notes of one record.
#[derive(Default)]
struct Gathered {
    order: Vec<AccessRecord>,
    places: HashMap<(AccessKind, String, String, String), usize>,
}

impl Gathered {
    fn add(&mut self, note: &AccessNote) {
        let kind = kind_of(note.what);
        let [who, about, says] = [&*note.who, note.about.as_str(), note.says.as_str()].map(cut);
        let key = (kind, who, about, says);
        if let Some(record) = self.places.get(&key).and_then(|place| self.order.get_mut(*place)) {
            record.times = record.times.saturating_add(note.times);
            return;
        }
        self.places.insert(key.clone(), self.order.len());
        let (kind, who, about, says) = key;
        self.order.push(AccessRecord { kind, who, about, says, times: note.times.max(1) });
    }
}

/// A text that a record takes.
fn cut(text: &str) -> String {
    let end = text.floor_char_boundary(TEXT_BYTES_MAX);
    text.get(..end).unwrap_or_default().to_owned()
}

fn kind_of(what: Noted) -> AccessKind {
    match what {
        Noted::Denied => AccessKind::Denied,
        Noted::NotRecognised => AccessKind::NotRecognised,
        Noted::PersonalRead => AccessKind::PersonalRead,
        Noted::SignedIn => AccessKind::SignedIn,
        Noted::SessionEnded => AccessKind::SessionEnded,
        Noted::TokenIssued => AccessKind::TokenIssued,
        Noted::DirectoryChanged => AccessKind::DirectoryChanged,
        Noted::RoleChanged => AccessKind::RoleChanged,
        Noted::CredentialChanged => AccessKind::CredentialChanged,
        Noted::Link => AccessKind::Link,
        Noted::Recovery => AccessKind::Recovery,
        Noted::BreakGlass => AccessKind::BreakGlass,
        Noted::SteppedUp => AccessKind::SteppedUp,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_note_is_counted_and_another_stands_beside_it() {
        let note = |what, about: &str| AccessNote {
            at_s: 1,
            what,
            who: "user:anna".into(),
            about: about.to_owned(),
            says: "ä".repeat(200),
            times: 2,
            loud: false,
        };
        let mut notes = Gathered::default();
        for what in [Noted::Denied, Noted::PersonalRead, Noted::Denied] {
            notes.add(&note(what, "account:1"));
        }
        notes.add(&note(Noted::Denied, "account:2"));
        let told: Vec<_> =
            notes.order.iter().map(|n| (n.kind.word(), n.about.as_str(), n.times)).collect();
        assert_eq!(
            told,
            [
                ("denied", "account:1", 4),
                ("personal_read", "account:1", 2),
                ("denied", "account:2", 2)
            ]
        );
        assert!(notes.order.iter().all(|note| note.says.len() == TEXT_BYTES_MAX));
    }

    #[test]
    fn the_words_of_notes_are_those_of_the_journal() {
        for what in [
            Noted::Denied,
            Noted::NotRecognised,
            Noted::PersonalRead,
            Noted::SignedIn,
            Noted::SessionEnded,
            Noted::TokenIssued,
            Noted::DirectoryChanged,
            Noted::RoleChanged,
            Noted::CredentialChanged,
            Noted::Link,
            Noted::Recovery,
            Noted::BreakGlass,
            Noted::SteppedUp,
        ] {
            assert_eq!(what.word(), kind_of(what).word());
        }
    }
}
