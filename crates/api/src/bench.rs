//! The bench where risk rules are made: who understands their text, what was proposed (`drafts`), the run over the past (`job`),
//! and the marks of cases as far as the journal was read for them (`followed`). Its operations are in `rules.rs`.

pub mod drafts;
pub mod followed;
pub mod job;

use crate::problem::{Kind, Problem};
use crate::reasons::Reason;
use crate::subscribers::KeptFailed;
use crate::wire::{BenchId, DraftRef, ReplayRef, new_id};
use drafts::{Draft, DraftState, Drafts};
use engine::risk::{Program, Tables};
use followed::Followed;
use job::{Asked, Job, Rules};
use journal::{Files, Reader};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Runs over the past that are remembered.
const JOBS_KEPT: usize = 16;

/// Something wrong in a text of rules, or perhaps not meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextFault {
    /// In which of its files.
    pub file: String,
    /// The line of the text, from 1.
    pub line: usize,
    /// The character of that line, from 1; 0 for the line as a whole.
    pub column: usize,
    /// What is wrong.
    pub says: String,
}

/// A list of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextList {
    /// Its name.
    pub id: String,
    /// `accounts` or `parties`.
    pub of: &'static str,
    /// How many names.
    pub names: usize,
    /// Who is on it.
    pub says: String,
    /// The same in Chinese.
    pub says_zh: String,
}

/// A text that was understood.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// What the engine runs.
    pub program: Program,
    /// What it looks up.
    pub tables: Tables,
    /// Its conditions in words, in the program's order.
    pub reasons: Vec<Reason>,
    /// Its lists.
    pub lists: Vec<TextList>,
    /// What is allowed and perhaps not meant.
    pub warnings: Vec<TextFault>,
}

/// Understands the text of rules.
pub trait Compiler: Send + Sync + 'static {
    /// A text as a program.
    ///
    /// # Errors
    /// Every fault, in the order of the text.
    fn compile(&self, text: &str) -> Result<Compiled, Vec<TextFault>>;

    /// The text of the rules that come with the program.
    fn shipped(&self) -> String;
}

/// The bench.
pub struct Bench {
    compiler: Arc<dyn Compiler>,
    drafts: Mutex<Drafts>,
    jobs: Mutex<VecDeque<Arc<Job>>>,
    followed: Mutex<Followed>,
    /// One adoption at a time: it takes several turns of the writer.
    pub(crate) adopting: tokio::sync::Mutex<()>,
    shipped: OnceLock<Option<([u8; 32], String)>>,
    closed: AtomicBool,
}

impl Bench {
    /// Opens it over the folder where drafts are kept.
    ///
    /// # Errors
    /// The file there cannot be read.
    pub fn open(folder: &Path, compiler: Arc<dyn Compiler>) -> Result<Bench, KeptFailed> {
        Ok(Bench {
            compiler,
            drafts: Mutex::new(Drafts::open(folder)?),
            jobs: Mutex::default(),
            followed: Mutex::default(),
            adopting: tokio::sync::Mutex::new(()),
            shipped: OnceLock::new(),
            closed: AtomicBool::new(false),
        })
    }

    /// A text as a program. Takes milliseconds, so not on the network's threads.
    ///
    /// # Errors
    /// Every fault.
    pub fn compile(&self, text: &str) -> Result<Compiled, Vec<TextFault>> {
        self.compiler.compile(text)
    }

    /// The rules that come with the program: the hash of what they compile to, and their text.
    pub(crate) fn shipped(&self) -> Option<([u8; 32], String)> {
        let made = self.shipped.get_or_init(|| {
            let text = self.compiler.shipped();
            let program = self.compiler.compile(&text).ok()?.program.to_bytes();
            Some((Sha256::digest(program).into(), text))
        });
        made.clone()
    }

    /// The journal as far as it was read for marks.
    pub(crate) fn followed(&self) -> MutexGuard<'_, Followed> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> MutexGuard<'_, Drafts> {
        self.drafts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All that is kept, the oldest first.
    pub(crate) fn drafts(&self) -> Vec<Draft> {
        self.kept().all().to_vec()
    }

    /// One of them.
    pub(crate) fn draft(&self, id: DraftRef) -> Result<Draft, Problem> {
        let found = self.kept().all().iter().find(|draft| draft.id == id).cloned();
        found.ok_or_else(|| Problem::missing(format_args!("proposal {id}")))
    }

    /// Keeps a proposal. Waits for the disk.
    pub(crate) fn propose(
        &self,
        name: &str,
        says: &str,
        text: String,
        by: String,
    ) -> Result<Draft, Problem> {
        let draft = Draft {
            id: DraftRef(BenchId(new_id()?)),
            name: name.to_owned(),
            says: says.to_owned(),
            text,
            by,
            since_s: crate::subscribers::now_s(),
            state: DraftState::Open,
            sets: Vec::new(),
            decided_by: None,
        };
        self.kept().add(draft.clone())?;
        Ok(draft)
    }

    /// Nobody adopts it any more. Waits for the disk.
    pub(crate) fn turn_down(&self, id: DraftRef, by: &str) -> Result<(), Problem> {
        self.change(id, |draft| {
            if draft.state != DraftState::Open {
                return Err(Problem::new(Kind::Conflict, "it is not open any more"));
            }
            draft.state = DraftState::Withdrawn;
            draft.decided_by = Some(by.to_owned());
            Ok(())
        })
    }

    /// Changes one. Waits for the disk.
    pub(crate) fn change(
        &self,
        id: DraftRef,
        change: impl FnOnce(&mut Draft) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        self.kept().change(id, change)
    }

    /// Runs over the past, the newest first.
    pub(crate) fn jobs(&self) -> Vec<Arc<Job>> {
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        jobs.iter().rev().cloned().collect()
    }

    /// One of them.
    pub(crate) fn job(&self, id: ReplayRef) -> Result<Arc<Job>, Problem> {
        let found = self.jobs().into_iter().find(|job| job.id == id);
        found.ok_or_else(|| Problem::missing(format_args!("run {id}")))
    }

    /// Begins a run, unless one is going on: it holds a second copy of the bank in memory.
    pub(crate) fn begin(
        &self,
        reader: &Reader<Files>,
        rules: Rules,
        asked: Asked,
    ) -> Result<Arc<Job>, Problem> {
        let id = ReplayRef(BenchId(new_id()?));
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(busy) = jobs.iter().find(|job| job.is_running()) {
            let says = "another run over the past is going on; wait for it or stop it";
            let problem = Problem::new(Kind::Conflict, says).code("replay_running");
            return Err(problem.beside("replay", serde_json::json!(busy.id)));
        }
        if self.closed.load(Ordering::SeqCst) {
            return Err(Problem::new(Kind::Unavailable, "the server ends"));
        }
        while jobs.len() >= JOBS_KEPT {
            jobs.pop_front();
        }
        let job = Job::begin(id, reader.clone(), rules, asked);
        jobs.push_back(Arc::clone(&job));
        Ok(job)
    }

    /// Stops whatever runs: the server ends.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        self.jobs().iter().for_each(|job| job.stop());
    }
}
