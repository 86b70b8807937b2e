//! The tables of a bank that is open: its history, somebody to ask, and what the journal keeps of every
//! question. Commands that ask come through here, so that no question is forgotten.

use crate::bank::Bank;
use crate::fail::{Done, Exit, Failure};
use crate::settings::Settings;
use history::{
    Answer, Archive, AsOf, AskFailed, Desk, History, HistoryFailed, Ledger, Limits, NoVault,
    Opened, Opener, Planned, Rolled, Sums, Told,
};
use journal::entropy::OsEntropy;
use journal::vault::{Unreadable, Vault};
use journal::{Files, keys};
use node::SharedViews;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use terms::{AccountId, Command, Institution, PartyId, QueryDoor, QueryEnd, QueryRecord, Sealed};
use tokio::runtime::{Builder, Runtime};

/// The stack of a thread that plans and runs queries.
const STACK_BYTES: usize = 16 << 20;

/// The folder of a bank's tables, unless its settings name another place.
pub const FOLDER: &str = "history";

/// The tables of a bank.
pub struct Tables {
    /// Queries run on its threads.
    pub runtime: Runtime,
    /// Takes questions.
    pub desk: Desk<Files>,
}

impl Tables {
    /// Opens the tables of a bank, and makes files of the segments that were sealed since the last time.
    ///
    /// # Errors
    /// The archive cannot be used, or belongs to another journal.
    pub fn open(bank: &Bank, folder: &Path, limits: Limits) -> Done<(Tables, Rolled)> {
        Tables::open_on(runtime()?, bank, folder, limits)
    }

    /// The same, with queries on these threads.
    ///
    /// # Errors
    /// As [`Tables::open`].
    pub fn open_on(
        runtime: Runtime,
        bank: &Bank,
        folder: &Path,
        limits: Limits,
    ) -> Done<(Tables, Rolled)> {
        let archive = archive(folder, &bank.settings)?;
        let (desk, rolled) = runtime.block_on(async {
            let zone = zone_of(bank.node.engine().institution());
            let history = History::open(bank.node.reader(), archive, &zone).await?;
            let rolled = history.roll().await?;
            let ledger: Arc<dyn Ledger> = Arc::new(NodeLedger(bank.node.shared_views()));
            let opener = opener(bank);
            let desk =
                Desk::new(Arc::new(history), limits, opener, Some(ledger)).map_err(Trouble::Ask)?;
            Ok::<_, Trouble>((desk, rolled))
        })?;
        Ok((Tables { runtime, desk }, rolled))
    }

    /// Understands a query.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn plan(&self, as_of: AsOf, text: &str) -> Done<Planned> {
        let planned = self.runtime.block_on(async {
            let snapshot = self.desk.snapshot_for(as_of, text)?;
            self.desk.plan(&snapshot, text).await
        });
        Ok(planned.map_err(Trouble::Ask)?)
    }

    /// Starts a query.
    ///
    /// # Errors
    /// It cannot be run.
    pub fn start(&self, planned: Planned) -> Done<Answer> {
        Ok(self.runtime.block_on(planned.answer()).map_err(Trouble::Ask)?)
    }
}

/// Threads that run queries.
///
/// # Errors
/// The system gives none.
pub fn runtime() -> Done<Runtime> {
    built(&mut threads())
}

/// Threads that run queries behind everything that pays: where both want the same core, paying takes it.
///
/// # Errors
/// The system gives none.
pub fn runtime_behind() -> Done<Runtime> {
    built(threads().on_thread_start(step_back))
}

fn threads() -> Builder {
    let mut threads = Builder::new_multi_thread();
    // A turn of a query is long: after each one who waits is heard, such as somebody who wants it stopped.
    threads.thread_name("query").enable_all().global_queue_interval(1).event_interval(1);
    // What is understood of a query may be as deep as its operators are many; a page is taken when it is used.
    threads.thread_stack_size(STACK_BYTES);
    threads
}

fn built(threads: &mut Builder) -> Done<Runtime> {
    threads.build().map_err(|error| {
        let next = "see to the system's limits";
        Failure::because(Exit::Failed, "no threads for queries", &error, next)
    })
}

/// How far the threads of queries step back: by Linux's weights a core that both
/// want gives them about a thirtieth.
const STEP_BACK: i32 = 15;

/// The calling thread yields to all others. Where the system does not know that, nothing changes.
pub fn step_back() {
    let this = rustix::thread::gettid();
    let _ = rustix::process::setpriority_process(Some(this), STEP_BACK);
}

/// Where a bank's tables lie: the folder `history` beside its journal, or the place its settings name.
///
/// # Errors
/// It cannot be used.
pub fn archive(folder: &Path, settings: &Settings) -> Done<Archive> {
    let opened = if settings.history.address.is_empty() {
        Archive::folder(&folder.join(FOLDER))
    } else {
        Archive::at(&settings.history.address, &settings.history.options)
    };
    opened.map_err(|error| history_failed(&error))
}

/// The institution's clock as tables name it; UTC before there is an institution.
pub fn zone_of(institution: Option<&Institution>) -> String {
    let minutes = institution.map_or(0, |institution| institution.utc_offset_min);
    let (sign, minutes) = (if minutes < 0 { '-' } else { '+' }, minutes.unsigned_abs());
    format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Who opens personal data: the bank's vault, or nobody if it is lost.
pub fn opener(bank: &Bank) -> Arc<dyn Opener> {
    let disk = bank.node.journal().disk().clone();
    let cipher = bank.settings.cipher.sealing();
    let vault = keys::master(&disk)
        .ok()
        .and_then(|master| Vault::open(disk, master, cipher, Box::new(OsEntropy)).ok());
    match vault {
        Some(vault) => Arc::new(BankVault(Mutex::new(vault))),
        None => Arc::new(NoVault),
    }
}

/// A second look into the bank's vault; the writer's own may destroy keys meanwhile, which the tables
/// know from the journal.
#[derive(Debug)]
struct BankVault(Mutex<Vault<Files>>);

impl Opener for BankVault {
    fn open(&self, party: PartyId, sealed: &Sealed) -> Opened {
        let vault = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match vault.open_sealed(party, sealed) {
            Ok(bytes) => Opened::Plain(bytes.to_vec()),
            Err(Unreadable::Erased) => Opened::Erased,
            Err(_) => Opened::Unreadable,
        }
    }
}

/// The balances that the bank itself shows.
#[derive(Debug)]
pub struct NodeLedger(pub SharedViews);

impl Ledger for NodeLedger {
    fn sums(&self, accounts: &[AccountId]) -> (u64, Vec<Option<Sums>>) {
        let views = self.0.read();
        let sums = accounts.iter().map(|account| {
            let balance = views.balance(*account)?;
            Some([
                balance.debits_posted,
                balance.credits_posted,
                balance.debits_pending,
                balance.credits_pending,
            ])
        });
        (views.records(), sums.collect())
    }
}

/// Who asks on this machine, as the journal names them.
pub fn operator() -> String {
    let name = std::env::var("TJ_OPERATOR").or_else(|_| std::env::var("USER"));
    let mut name = name.ok().filter(|name| !name.is_empty()).unwrap_or_else(|| "operator".into());
    while name.len() > terms::limits::TEXT_BYTES_MAX {
        name.pop();
    }
    name
}

/// Puts into the journal who asked what and how it ended. Returns the entry.
///
/// # Errors
/// The journal's; then the answer must not be shown.
pub fn record(bank: &mut Bank, told: &Told, end: QueryEnd) -> Done<u64> {
    let query = query_record(operator(), QueryDoor::CommandLine, told, end);
    let answers = bank.ask(vec![Command::RecordQueries(vec![query])])?;
    crate::answer::must("recording who asked", &answers)?;
    Ok(answers.first().map_or(0, |answer| answer.entry))
}

/// What the journal keeps of a question.
pub fn query_record(asker: String, door: QueryDoor, told: &Told, end: QueryEnd) -> QueryRecord {
    QueryRecord {
        asker,
        door,
        text_hash: told.text_hash,
        as_of: told.moment.entries,
        rows: told.rows,
        result_hash: if end == QueryEnd::Complete { told.result_hash } else { [0; 32] },
        end,
    }
}

/// What went wrong between bank and tables.
enum Trouble {
    Ask(AskFailed),
    History(HistoryFailed),
}

impl From<HistoryFailed> for Trouble {
    fn from(source: HistoryFailed) -> Trouble {
        Trouble::History(source)
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Failure {
        match trouble {
            Trouble::Ask(error) => ask_failed(&error),
            Trouble::History(error) => history_failed(&error),
        }
    }
}

/// A question without an answer.
pub fn ask_failed(error: &AskFailed) -> Failure {
    match error {
        AskFailed::Query(why) => {
            Failure::usage(why.clone(), "docs/tables.md has every table and column")
        }
        AskFailed::History(source) => history_failed(source),
        _ => Failure::new(
            Exit::Failed,
            error.to_string(),
            "change the query, or see to what it names",
        ),
    }
}

/// Tables that cannot be read or made.
pub fn history_failed(error: &HistoryFailed) -> Failure {
    let (exit, next) = match error {
        HistoryFailed::NoSuchMoment(_) => (Exit::Usage, "name an entry or time that is there"),
        HistoryFailed::Damaged { .. } | HistoryFailed::Batch { .. } => {
            (Exit::NotVerified, "the journal is the truth: verify it, then roll anew")
        }
        _ => (Exit::Failed, "see to the place where the tables lie; the journal has everything"),
    };
    Failure::new(exit, crate::fail::chain(error), next)
}
