//! The bench where risk rules are made: who understands their text, what was proposed (`drafts`), the run over the past (`job`),
//! the models handed in (`models`), and the marks of cases as far as the journal was read for them (`followed`). Its operations are in `rules.rs`.

pub mod drafts;
pub mod followed;
pub mod job;
pub mod models;

use crate::problem::{Kind, Problem};
use crate::reasons::Reason;
use crate::subscribers::KeptFailed;
use crate::wire::{BenchId, DraftRef, ModelRef, ReplayRef, new_id};
use drafts::{Draft, DraftState, Drafts};
use engine::risk::{Model, Program, Tables};
use followed::Followed;
use job::{Asked, Job, Rules};
use journal::{Files, Reader};
use models::{Kept, Models};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use terms::limits::ARTIFACT_BYTES_MAX;

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

/// A model's file that was understood.
#[derive(Clone, Debug)]
pub struct ReadModel {
    /// In which form it came, as people call it.
    pub form: String,
    /// Its bytes as the journal has them (`docs/formats/forest.md`).
    pub bytes: Vec<u8>,
}

/// Understands the text of rules, and the files of models.
pub trait Compiler: Send + Sync + 'static {
    /// A text as a program.
    ///
    /// # Errors
    /// Every fault, in the order of the text.
    fn compile(&self, text: &str) -> Result<Compiled, Vec<TextFault>>;

    /// The text of the rules that come with the program.
    fn shipped(&self) -> String;

    /// The file of a model, whichever library made it.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    fn model(&self, file: &[u8]) -> Result<ReadModel, String>;

    /// How many golden rows vouch for a model, given as the journal has it.
    ///
    /// # Errors
    /// They cannot be read, are too few, or are answered otherwise.
    fn vouched(&self, model: &[u8], golden: &[u8]) -> Result<u64, String>;
}

/// The bench.
pub struct Bench {
    compiler: Arc<dyn Compiler>,
    drafts: Mutex<Drafts>,
    models: Mutex<Models>,
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
            models: Mutex::new(Models::open(folder)?),
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
        model: Option<ModelRef>,
        by: String,
    ) -> Result<Draft, Problem> {
        // Held until it is kept, so that nobody takes the model away meanwhile.
        let mut drafts = self.kept();
        if let Some(model) = model {
            self.vouched_model(model)?;
        }
        let draft = Draft {
            id: DraftRef(BenchId(new_id()?)),
            name: name.to_owned(),
            says: says.to_owned(),
            text,
            model,
            by,
            since_s: crate::subscribers::now_s(),
            state: DraftState::Open,
            sets: Vec::new(),
            decided_by: None,
        };
        drafts.add(draft.clone())?;
        Ok(draft)
    }

    fn handed_in(&self) -> MutexGuard<'_, Models> {
        self.models.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Models that were handed in, the oldest first.
    pub(crate) fn models(&self) -> Vec<Kept> {
        self.handed_in().all().to_vec()
    }

    /// The bytes of one of them. Waits for the disk.
    pub(crate) fn model_bytes(&self, model: ModelRef) -> Result<Vec<u8>, Problem> {
        self.handed_in().bytes(model)
    }

    /// Keeps a model's file, if it is one that may judge payments. Waits for the disk.
    pub(crate) fn hand_in_model(
        &self,
        name: &str,
        file: &[u8],
        by: String,
    ) -> Result<(Kept, Vec<u8>), Problem> {
        let unread = |why: String| Problem::field("/file", why).code("model_unread");
        let ReadModel { form, bytes } = self.compiler.model(file).map_err(unread)?;
        if bytes.len() > ARTIFACT_BYTES_MAX as usize {
            let says = format!("{} bytes, and {ARTIFACT_BYTES_MAX} are taken", bytes.len());
            return Err(Problem::field("/file", says).code("model_unfit"));
        }
        let unfit = |why: &dyn std::fmt::Display| {
            Problem::field("/file", why.to_string()).code("model_unfit")
        };
        Model::of_bytes(&bytes).map_err(|why| unfit(&why))?;
        let kept = Kept {
            model: ModelRef(Sha256::digest(&bytes).into()),
            name: name.to_owned(),
            form,
            by,
            since_s: crate::subscribers::now_s(),
            golden_rows: 0,
        };
        let kept = self.handed_in().add(kept, &bytes)?;
        Ok((kept, bytes))
    }

    /// Holds a model against golden rows, and keeps that they vouch for it. Waits for the disk.
    pub(crate) fn vouch_for_model(
        &self,
        model: ModelRef,
        golden: &[u8],
    ) -> Result<(Kept, Vec<u8>), Problem> {
        let bytes = self.model_bytes(model)?;
        let wrong = |why: String| Problem::field("/file", why).code("golden_wrong");
        let rows = self.compiler.vouched(&bytes, golden).map_err(wrong)?;
        let kept = self.handed_in().vouch(model, rows)?;
        Ok((kept, bytes))
    }

    /// A model that rows vouch for, as a proposal must name it.
    pub(crate) fn vouched_model(&self, model: ModelRef) -> Result<Kept, Problem> {
        let found = self.models().into_iter().find(|kept| kept.model == model);
        let kept = found.ok_or_else(|| {
            Problem::field("/model", "no such model was handed in").code("model_unknown")
        })?;
        if kept.golden_rows == 0 {
            let says = "no golden rows vouch for it: what was read may not be what was made";
            return Err(Problem::field("/model", says).code("model_unvouched"));
        }
        Ok(kept)
    }

    /// A model goes, unless an open proposal names it. Waits for the disk.
    pub(crate) fn remove_model(&self, model: ModelRef) -> Result<(), Problem> {
        let names = |draft: &Draft| draft.state == DraftState::Open && draft.model == Some(model);
        // Held until it is gone, so that nobody proposes it meanwhile.
        let drafts = self.kept();
        if let Some(draft) = drafts.all().iter().find(|draft| names(draft)) {
            let says = format!("the proposal {} names it; decide about that first", draft.name);
            return Err(Problem::new(Kind::Conflict, says).code("model_proposed"));
        }
        self.handed_in().remove(model)
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
