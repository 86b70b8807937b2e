//! The folder that messages are put into: from `in/` by way of `work/` to `done/` or `err/`; what the bank answers and sends
//! goes to `out/`. A file is moved by renaming and every step is durable before the next, so that a program killed
//! anywhere goes on where it was: what lies in `work/` is handed in again, and the ledger knows what was done.

use super::Open;
use super::config::Config;
use crate::cli::Context;
use crate::fail::{Done, Exit, Failure};
use api::bank::Bank;
use api::messages::{
    Desk, NotMade, NotTaken, Outgoing, Sender, Source, Store, Taken, Unread, Unreadable, put,
    rename, write_report,
};
use iso20022::WriteError;
use node::{Clock, SystemClock};
use serde_json::json;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use terms::AccountId;
use tokio::runtime::Runtime;

/// How often it is looked whether a file has come.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long after a failure of disk or bank it is looked again.
const WAIT: Duration = Duration::from_secs(2);
/// The folders within it.
const FOLDERS: [&str; 5] = ["in", "work", "done", "out", "err"];

/// The folder, until this is dropped: then the message that is being worked on is ended, and no other is begun.
pub struct DropFolder {
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for DropFolder {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It ended in a panic that was printed.
            let _ = thread.join();
        }
    }
}

/// Opens the bank's desk for messages, and the folder if there is one.
///
/// # Errors
/// The configuration; the disk.
pub fn open(
    context: &Context,
    open: &Open<'_>,
    bank: &Arc<Bank>,
    network: &Runtime,
) -> Done<DropFolder> {
    let config = &open.config.iso;
    let naming = config.naming()?;
    bank.open_desk(Desk {
        line: open.handle.clone(),
        reader: open.running.reader(),
        naming,
        store: crate::messages::store(&context.dir)?,
        threads: network.handle().clone(),
    });
    let root = config.folder.clone();
    if root.as_os_str().is_empty() {
        return Ok(DropFolder { stop: None, thread: None });
    }
    for name in FOLDERS {
        let folder = root.join(name);
        std::fs::create_dir_all(&folder).map_err(|error| {
            let what = format!("cannot make {}", folder.display());
            Failure::because(Exit::Failed, what, &error, "see to [iso] folder in the file")
        })?;
    }
    let send_every = Duration::from_secs(config.send_every_s.max(1).into());
    let (stop, told) = sync_channel(0);
    let watched = Watched { root, bank: Arc::clone(bank), send_every };
    let thread = std::thread::spawn(move || watched.watch(&told));
    Ok(DropFolder { stop: Some(stop), thread: Some(thread) })
}

/// Where the API is not served, there is no desk.
///
/// # Errors
/// There is a folder all the same.
pub fn must_be_none(config: &Config) -> Done<Option<DropFolder>> {
    if config.iso.folder.as_os_str().is_empty() {
        return Ok(None);
    }
    let next = "give [api] listen an address, or leave [iso] folder empty";
    Err(Failure::usage("there is a folder for messages, and the API is off", next))
}

/// Why a file stays where it is for now.
enum Later {
    Disk(io::Error),
    Bank(String),
}

impl From<io::Error> for Later {
    fn from(error: io::Error) -> Later {
        Later::Disk(error)
    }
}

impl From<WriteError> for Later {
    fn from(error: WriteError) -> Later {
        match error {
            WriteError::Io(error) => Later::Disk(error),
            unfit @ WriteError::Unfit { .. } => Later::Bank(unfit.to_string()),
        }
    }
}

impl From<NotMade> for Later {
    fn from(why: NotMade) -> Later {
        Later::Bank(why.to_string())
    }
}

struct Watched {
    root: PathBuf,
    bank: Arc<Bank>,
    send_every: Duration,
}

impl Watched {
    fn watch(&self, told: &Receiver<()>) {
        let mut sent: Option<Instant> = None;
        loop {
            let looked = self.look(told);
            let due = sent.is_none_or(|at| at.elapsed() >= self.send_every);
            let sending = if due {
                sent = Some(Instant::now());
                self.send_all()
            } else {
                Ok(())
            };
            let wait = match looked.and(sending) {
                Ok(()) => LOOK_EVERY,
                Err(later) => {
                    let why = match later {
                        Later::Disk(error) => error.to_string(),
                        Later::Bank(why) => why,
                    };
                    self.bank.happened("messages_wait", &why);
                    WAIT
                }
            };
            if stopped(told, wait) {
                return;
            }
        }
    }

    /// Takes what was begun before, and then what has come.
    fn look(&self, told: &Receiver<()>) -> Result<(), Later> {
        for name in files(&self.root.join("work"))? {
            self.take(&name)?;
            if stopped(told, Duration::ZERO) {
                return Ok(());
            }
        }
        for name in files(&self.root.join("in"))? {
            rename(&self.file("in", &name), &self.file("work", &name))?;
            self.take(&name)?;
            if stopped(told, Duration::ZERO) {
                return Ok(());
            }
        }
        Ok(())
    }

    fn file(&self, folder: &str, name: &str) -> PathBuf {
        self.root.join(folder).join(name)
    }

    fn take(&self, name: &str) -> Result<(), Later> {
        let desk = self.bank.desk().map_err(|why| Later::Bank(why.detail().to_owned()))?;
        let work = self.file("work", name);
        let done = desk.take(&Source::File(work.clone()), &Sender::House, &*self.bank);
        let taken = match done {
            Ok(done) => done.taken,
            Err(NotTaken::Unread(Unread::Refused(why))) => {
                return self.put_aside(desk, name, &format!("{} {why}", why.reason.code()));
            }
            Err(NotTaken::Unread(Unread::NotTaken(definition))) => {
                let why = format!("there is nothing to do with a {definition} here");
                return self.put_aside(desk, name, &why);
            }
            Err(NotTaken::Unread(Unread::Disk(error)) | NotTaken::Disk(error)) => {
                return Err(Later::Disk(error));
            }
            Err(NotTaken::InWork | NotTaken::Forbidden) => {
                return Err(Later::Bank("the message is being worked on".to_owned()));
            }
            Err(NotTaken::Unanswered(why)) => return Err(Later::Bank(why.to_string())),
        };
        self.report(desk, name, &taken)?;
        log(&json!({
            "event": "message", "definition": taken.definition, "status": taken.group_status().code(),
            "payments": taken.items.len(),
        }));
        if taken.refused.is_empty() {
            return Ok(rename(&work, &self.free("done", name))?);
        }
        let why = taken.refused.iter().map(|why| format!("{} {}\n", why.reason.code(), why.text));
        self.refuse(name, why.collect::<String>().trim_end())
    }

    /// The status report; a report itself has none.
    fn report(&self, desk: &Desk, name: &str, taken: &Taken) -> Result<(), Later> {
        if taken.definition.starts_with("pacs.002") {
            return Ok(());
        }
        let kind = if taken.bank.is_some() { "pacs.002" } else { "pain.002" };
        let path = self.file("out", &format!("{name}.{kind}.xml"));
        write_into(&path, |out| {
            write_report(taken, &desk.naming, SystemClock.now(), out).map(|_| ())
        })
    }

    /// Puts a file aside of which nobody can be told, and keeps that for the bank's own people.
    fn put_aside(&self, desk: &Desk, name: &str, why: &str) -> Result<(), Later> {
        let (file, says, time_ns) = (name.to_owned(), why.to_owned(), SystemClock.now().0);
        desk.store.keep_unreadable(&Unreadable { file, says, time_ns })?;
        self.refuse(name, why)
    }

    /// Puts a file aside, its reason beside it.
    fn refuse(&self, name: &str, why: &str) -> Result<(), Later> {
        let aside = self.free("err", name);
        let reason = aside.with_file_name(format!("{}.reason.txt", name_of(&aside)));
        put(&reason, |out| writeln!(out, "{why}"))?;
        Ok(rename(&self.file("work", name), &aside)?)
    }

    /// A name that no file has yet.
    fn free(&self, folder: &str, name: &str) -> PathBuf {
        let numbered = (2u32..).map(|n| self.file(folder, &format!("{name}.{n}")));
        let mut all = std::iter::once(self.file(folder, name)).chain(numbered);
        all.find(|path| !path.exists()).unwrap_or_else(|| self.file(folder, name))
    }

    /// What is due to other banks.
    fn send_all(&self) -> Result<(), Later> {
        let desk = self.bank.desk().map_err(|why| Later::Bank(why.detail().to_owned()))?;
        let banks = desk.naming.counterparts.iter();
        let accounts = banks.flat_map(|bank| bank.settlement.values().copied());
        for account in accounts {
            while self.send(desk, account)? {}
        }
        Ok(())
    }

    /// One message to the bank behind a settlement account; false if there is nothing to send. Up to which record it
    /// goes is durable before it is written, so that a program killed in between writes the same message again.
    fn send(&self, desk: &Desk, account: AccountId) -> Result<bool, Later> {
        let marks = Marks { store: &desk.store, account };
        let (sent, begun) = (marks.get("sent")?, marks.get("sending")?);
        let before = (begun > sent).then_some(begun);
        let Some(out) = desk.outgoing(&*self.bank, account, sent, before)? else {
            return Ok(false);
        };
        if before.is_none() {
            marks.set("sending", out.until)?;
        }
        self.write(desk, &out)?;
        out.kept().iter().try_for_each(|sent| desk.store.keep_sent(sent))?;
        marks.set("sent", out.until)?;
        Ok(true)
    }

    fn write(&self, desk: &Desk, out: &Outgoing) -> Result<(), Later> {
        if !out.transfers.is_empty() {
            let path = self.file("out", &format!("pacs.008-{}.xml", out.message('8')));
            write_into(&path, |file| out.write_transfers(desk, file).map(|_| ()))?;
        }
        if !out.paybacks.is_empty() {
            let path = self.file("out", &format!("pacs.004-{}.xml", out.message('4')));
            write_into(&path, |file| out.write_paybacks(desk, file).map(|_| ()))?;
        }
        Ok(())
    }
}

/// How far what happened on a settlement account was sent.
struct Marks<'a> {
    store: &'a Store,
    account: AccountId,
}

impl Marks<'_> {
    fn name(&self, what: &str) -> String {
        format!("{what}-{:032x}", self.account.0)
    }

    fn get(&self, what: &str) -> io::Result<u64> {
        self.store.mark(&self.name(what))
    }

    fn set(&self, what: &str, record: u64) -> io::Result<()> {
        self.store.set_mark(&self.name(what), record)
    }
}

fn write_into(
    path: &Path,
    write: impl FnOnce(&mut io::BufWriter<std::fs::File>) -> Result<(), WriteError>,
) -> Result<(), Later> {
    let mut unfit = None;
    let put = put(path, |out| {
        write(out).map_err(|error| match error {
            WriteError::Io(error) => error,
            other => {
                unfit = Some(other);
                io::Error::other("the message cannot be written")
            }
        })
    });
    match unfit {
        Some(error) => Err(error.into()),
        None => Ok(put?),
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The files that may be taken, in the order of their names: not those whose writer is not done, nor folders, nor ways to
/// files elsewhere.
fn files(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let unfinished = [Some(OsStr::new("part")), Some(OsStr::new("tmp"))];
        let written = !unfinished.contains(&Path::new(&name).extension());
        if let (Some(name), true, true) = (name.to_str(), written, entry.file_type()?.is_file())
            && !name.starts_with('.')
        {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn stopped(told: &Receiver<()>, wait: Duration) -> bool {
    !matches!(told.recv_timeout(wait), Err(RecvTimeoutError::Timeout))
}

fn log(line: &serde_json::Value) {
    eprintln!("{line}");
}
