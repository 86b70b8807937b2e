//! `tj backup`: a copy of a bank, also of one that is served, verified from its first entry before it counts as one. Durable
//! bytes never change, so a copy in the order of docs/operate.md holds a valid prefix of the journal.

use super::Context;
use super::verify::verify_folder;
use crate::bank::{self, Bank};
use crate::fail::{Done, Exit, Failure};
use api::facts::Backup as Copied;
use node::{Clock, SystemClock};
use serde_json::json;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// What is copied, in this order: nothing that a file speaks of may be missing behind it. The journal comes after the
/// checkpoint over it, and the secrets last.
const PARTS: [&str; 9] =
    ["log", "snapshots", "journal", "bank.toml", "iso", "lists", "access", "webhooks", "keys"];
/// People's keys, after everything else.
const VAULT: &str = "vault";
/// In a bank's folder: which copy was verified last.
const LATEST: &str = "backup.json";
/// Sockets and locks of a bank that is served, which are of one process.
const OF_A_PROCESS: [&str; 2] = ["console.sock", "lock"];

/// Copy a bank, also while it is served, and verify the copy
#[derive(Debug, clap::Args)]
#[command(
    after_help = "The copy holds every secret of the bank. docs/operate.md says under whose hands which part belongs.\nTo go back to it: put it into an empty folder, `tj verify` it, start."
)]
pub struct Backup {
    /// The folder of the copy; it must be empty or not there.
    folder: PathBuf,
}

impl Backup {
    /// Does it.
    ///
    /// # Errors
    /// There is no bank; the folder is not empty; the disk; the copy does not verify.
    pub fn run(self, context: &Context) -> Done {
        let (from, to) = (&context.dir, &self.folder);
        if !bank::exists(from) {
            let what = format!("there is no bank in {}", from.display());
            return Err(Failure::new(Exit::Failed, what, "name its folder with --dir or TJ_DIR"));
        }
        must_be_empty(to)?;
        for part in PARTS.into_iter().chain([VAULT]) {
            // A part may lie elsewhere, behind a link of its name.
            let part_of = from.join(part);
            let found = fs::canonicalize(&part_of).unwrap_or(part_of);
            copy(&found, &to.join(part)).map_err(|error| {
                let what = format!("cannot copy {part} to {}", to.display());
                Failure::because(Exit::Failed, what, &error, "see to the disk, and begin anew")
            })?;
        }
        // It may end in half a batch, which an opening cuts; nobody was answered from that.
        drop(Bank::open(to)?);
        let verified = verify_folder(&context.out, to, None)?;
        if !verified.report.is_sound() {
            let what = format!("the copy in {} does not verify", to.display());
            let next = "run `tj verify` on the copy, and look at the disk it lies on";
            return Err(Failure::new(Exit::NotVerified, what, next));
        }
        let copied = Copied {
            time: SystemClock.now().iso_at(0),
            folder: fs::canonicalize(to).unwrap_or_else(|_| to.clone()).display().to_string(),
            entries: verified.report.structure.entries,
        };
        remember(from, &copied).map_err(|error| bank::disk_failed(from, &error))?;
        context.out.json(&json!({ "backup": copied }));
        context.out.line(format_args!(
            "the copy in {} holds {} entries and verifies",
            to.display(),
            copied.entries
        ));
        Ok(())
    }
}

/// The copy that was verified last; `None` if none was, or it cannot be read.
pub fn latest(folder: &Path) -> Option<Copied> {
    serde_json::from_slice(&fs::read(folder.join(LATEST)).ok()?).ok()
}

fn remember(folder: &Path, copied: &Copied) -> io::Result<()> {
    api::messages::put(&folder.join(LATEST), |out| {
        serde_json::to_writer(out, copied).map_err(io::Error::from)
    })
}

fn must_be_empty(folder: &Path) -> Done {
    let failed = |error: &io::Error| bank::disk_failed(folder, error);
    fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    let mut inside = fs::read_dir(folder).map_err(|error| failed(&error))?;
    if inside.next().is_none() {
        return Ok(());
    }
    let what = format!("{} is not empty", folder.display());
    Err(Failure::usage(what, "name a folder that is empty or not there"))
}

/// Copies a file or a folder with all that is in it; what is not there is left out. Durable when this returns.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let kind = match fs::symlink_metadata(from) {
        Ok(known) => known.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if kind.is_dir() {
        fs::create_dir(to)?;
        fs::set_permissions(to, fs::metadata(from)?.permissions())?;
        for entry in fs::read_dir(from)? {
            let name = entry?.file_name();
            if !OF_A_PROCESS.iter().any(|known| name == *known) {
                copy(&from.join(&name), &to.join(&name))?;
            }
        }
    } else if kind.is_file() {
        match fs::copy(from, to) {
            Ok(_) => File::open(to)?.sync_all()?,
            // A file that went away since the folder was read: a snapshot or a tile that a newer one replaced.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !from.exists() => {}
            Err(error) => return Err(error),
        }
    } else {
        let what = format!("{} is neither a file nor a folder", from.display());
        return Err(io::Error::other(what));
    }
    Ok(())
}
