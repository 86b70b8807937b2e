//! `tj doctor`: looks for what may become trouble before it is one. Changes nothing.

use super::Context;
use crate::bank::{self, Bank};
use crate::fail::{Done, Exit, Failure};
use crate::settings::Settings;
use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// Look for what may become trouble.
#[derive(Debug, clap::Args)]
pub struct Doctor {}

/// One thing looked at.
struct Look {
    what: &'static str,
    good: bool,
    found: String,
    next: &'static str,
}

fn good(what: &'static str, found: impl Into<String>) -> Look {
    Look { what, good: true, found: found.into(), next: "" }
}

fn bad(what: &'static str, found: impl Into<String>, next: &'static str) -> Look {
    Look { what, good: false, found: found.into(), next }
}

impl Doctor {
    /// Does it.
    ///
    /// # Errors
    /// Something needs somebody's hand.
    pub fn run(self, context: &Context) -> Done {
        let mut looks =
            vec![settings(&context.dir), sync_time(&context.dir), private_keys(&context.dir)];
        looks.extend(inside(context));
        let told: Vec<_> = looks
            .iter()
            .map(|look| json!({ "what": look.what, "good": look.good, "found": look.found, "next": look.next }))
            .collect();
        context.out.json(&json!({ "looks": told }));
        for look in &looks {
            let word = if look.good { "good   " } else { "TROUBLE" };
            context.out.line(format_args!("{word}  {:<14} {}", look.what, look.found));
            if !look.good {
                context.out.line(format_args!("         {:<14} next: {}", "", look.next));
            }
        }
        if looks.iter().all(|look| look.good) { Ok(()) } else { Err(Failure::said(Exit::Failed)) }
    }
}

fn settings(folder: &Path) -> Look {
    match Settings::read(folder) {
        Ok(_) => good("settings", "can be read"),
        Err(failure) => bad("settings", failure.what, "correct bank.toml"),
    }
}

/// How long a small write takes to be durable; nothing of it stays.
fn sync_time(folder: &Path) -> Look {
    let path = folder.join(".doctor");
    let measure = || -> std::io::Result<f64> {
        let mut file = std::fs::File::create(&path)?;
        file.write_all(&[0; 4_096])?;
        file.sync_all()?;
        let start = Instant::now();
        file.write_all(&[1; 4_096])?;
        file.sync_data()?;
        Ok(start.elapsed().as_secs_f64() * 1e3)
    };
    let measured = measure();
    // It may never have been made.
    let _ = std::fs::remove_file(&path);
    match measured {
        Ok(ms) if ms > 200.0 => bad(
            "disk",
            format!("a sync takes {ms:.1} ms"),
            "use a faster disk, or look at what else writes to it",
        ),
        Ok(ms) => good("disk", format!("a sync takes {ms:.1} ms")),
        Err(error) => bad(
            "disk",
            format!("cannot write: {error}"),
            "check the folder's permissions and free space",
        ),
    }
}

#[cfg(unix)]
fn private_keys(folder: &Path) -> Look {
    use std::os::unix::fs::PermissionsExt;
    for file in [journal::keys::LOG_KEY, journal::keys::MASTER_KEY] {
        match std::fs::metadata(folder.join(file)) {
            Ok(data) if data.permissions().mode() & 0o077 != 0 => {
                return bad(
                    "keys",
                    format!("{file} can be read by others"),
                    "take the permission away: chmod 600",
                );
            }
            Ok(_) => {}
            Err(error) => {
                return bad("keys", format!("{file}: {error}"), "put it back from your copy");
            }
        }
    }
    good("keys", "are there, and only their owner can read them")
}

#[cfg(not(unix))]
fn private_keys(_: &Path) -> Look {
    good("keys", "not looked at on this system")
}

/// What only an open bank can say.
fn inside(context: &Context) -> Vec<Look> {
    if !bank::exists(&context.dir) {
        let next = "name a bank's folder with --dir, or make one with `tj init`";
        return vec![bad("bank", format!("there is none in {}", context.dir.display()), next)];
    }
    let bank = match Bank::open(&context.dir) {
        Ok(bank) => bank,
        Err(failure) => return vec![bad("bank", failure.what, "see docs/operate.md")],
    };
    let mut looks = vec![good("bank", "opens")];
    if let Some(torn) = bank.started.as_ref().and_then(|s| s.recovered.cut.as_ref()) {
        looks.push(good(
            "journal",
            format!("a torn tail of {} bytes was cut, as after a power cut", torn.bytes),
        ));
    }
    match bank.node.engine().audit() {
        Ok(()) => looks.push(good("books", "balance, and every invariant that can be seen holds")),
        Err(broken) => looks.push(bad(
            "books",
            format!("an invariant is broken: {broken}"),
            "stop, and run `tj verify`",
        )),
    }
    match bank.vault_trouble() {
        None => looks.push(good("vault", "opens")),
        Some(why) => looks.push(bad("vault", why, "see docs/operate.md, \"The vault is lost\"")),
    }
    let behind = bank.node.journal().entries();
    match bank.node.journal().published() {
        Some((checkpoint, _)) if checkpoint.size == behind => {
            looks.push(good("checkpoint", "covers the whole journal"));
        }
        Some((checkpoint, _)) => {
            looks.push(good(
                "checkpoint",
                format!(
                    "covers {} of {behind} batches; the next command publishes",
                    checkpoint.size
                ),
            ));
        }
        None if behind == 0 => looks.push(good("checkpoint", "nothing to sign yet")),
        None => looks.push(bad("checkpoint", "none is published", "run any command that writes")),
    }
    looks
}
