//! What the doors note of people, as lines of the log.

use access::{AccessNote, Notes};

/// Writes notes to the log.
#[derive(Clone, Copy, Debug)]
pub struct NoteLog;

impl Notes for NoteLog {
    fn note(&self, note: AccessNote) {
        let line = serde_json::json!({
            "event": "access", "what": note.what.word(), "who": note.who, "about": note.about,
            "says": note.says, "times": note.times, "loud": note.loud,
        });
        eprintln!("{line}");
    }
}
