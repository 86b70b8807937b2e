//! Who may come in, for the commands that change it: by the server while the bank is served, and here otherwise.

use super::Context;
use super::console::{Act, Told, asked, carry_out, connect};
use super::serve::{ACCESS, NotesKept, open_access};
use crate::answer::must;
use crate::bank;
use crate::fail::{Done, Exit, Failure};
use serde_json::Value;
use std::sync::Arc;

/// Has an act done: by the server if there is one, or here.
///
/// # Errors
/// There is no bank; the act was refused.
pub fn act(context: &Context, act: Act) -> Done<Value> {
    if !bank::exists(&context.dir) {
        let what = format!("there is no bank in {}", context.dir.display());
        return Err(Failure::new(Exit::Failed, what, "name its folder with --dir or TJ_DIR"));
    }
    let told = match connect(&context.dir.join(ACCESS)) {
        Some(server) => asked(&server, &act).map_err(|error| {
            let what = "the server that has the bank open does not answer";
            let next =
                "ask again, or stop it; what was done is in `tj user list` and `tj client list`";
            Failure::because(Exit::Unavailable, what, &error, next)
        })?,
        None => {
            // Whoever has the bank open without serving it keeps others from changing who may come in.
            let mut bank = context.bank()?;
            let notes = Arc::new(NotesKept::default());
            let access = open_access(&context.dir, "http://localhost", notes.clone())?;
            let told = carry_out(&access, act);
            let noted = notes.commands();
            if !noted.is_empty() {
                must("what was noted", &bank.ask(noted)?)?;
            }
            bank.close()?;
            told
        }
    };
    match told {
        Told::Done(value) => Ok(value),
        Told::No { exit, says } => {
            let exit = [Exit::Usage, Exit::Refused].into_iter().find(|known| *known as u8 == exit);
            let next = "see `tj client list` and `tj user list`";
            Err(Failure::new(exit.unwrap_or(Exit::Failed), says, next))
        }
    }
}
