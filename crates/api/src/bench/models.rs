//! Models that were handed in: one list, and a file each with the bytes that would go into the journal. Which of them judges
//! stands in the journal; what lies here waits for a proposal to name it.

use crate::problem::{Kind, Problem};
use crate::subscribers::{KeptFailed, must_be_format, read_json, replace_bytes, replace_json};
use crate::wire::ModelRef;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

const NAME: &str = "models.json";
const FORMAT: u32 = 1;
/// Models that are kept.
pub const KEPT_MAX: usize = 64;
/// Characters of what one is called.
pub const NAME_CHARS_MAX: usize = 60;

/// A model that was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// SHA-256 of its bytes.
    pub model: ModelRef,
    /// What people call it.
    pub name: String,
    /// In which form it came.
    pub form: String,
    /// Who handed it in, as the journal writes them down.
    pub by: String,
    /// When, in seconds since 1970.
    pub since_s: u64,
    /// Rows of its maker that it answers as they say; 0 while none were given.
    pub golden_rows: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole<T> {
    format: u32,
    models: T,
}

/// All of them.
#[derive(Debug)]
pub struct Models {
    folder: PathBuf,
    all: Vec<Kept>,
}

impl Models {
    /// What is kept in a folder.
    pub fn open(folder: &Path) -> Result<Models, KeptFailed> {
        let whole: Option<Whole<Vec<Kept>>> = read_json(folder, NAME)?;
        let all = match whole {
            Some(whole) => {
                must_be_format(&folder.join(NAME), whole.format, FORMAT)?;
                whole.models
            }
            None => Vec::new(),
        };
        Ok(Models { folder: folder.to_owned(), all })
    }

    /// The oldest first.
    pub fn all(&self) -> &[Kept] {
        &self.all
    }

    /// One more; durable when this returns. What is there already stays as it is.
    pub fn add(&mut self, kept: Kept, bytes: &[u8]) -> Result<Kept, Problem> {
        if let Some(known) = self.all.iter().find(|known| known.model == kept.model) {
            return Ok(known.clone());
        }
        if self.all.len() >= KEPT_MAX {
            let says = format!("{KEPT_MAX} models are kept; take one away first");
            return Err(Problem::new(Kind::Conflict, says).code("too_many_models"));
        }
        replace_bytes(&self.folder, &file_of(kept.model), bytes).map_err(|why| not_kept(&why))?;
        let mut all = self.all.clone();
        all.push(kept.clone());
        self.replace(all)?;
        Ok(kept)
    }

    /// The bytes of one.
    pub fn bytes(&self, model: ModelRef) -> Result<Vec<u8>, Problem> {
        self.place(model)?;
        let path = self.folder.join(file_of(model));
        let failed = |why: String| Problem::new(Kind::Failed, format!("{}: {why}", path.display()));
        let bytes = std::fs::read(&path).map_err(|why| failed(why.to_string()))?;
        // What was vouched for and proposed is named by its hash; nothing else goes under that name.
        if ModelRef(Sha256::digest(&bytes).into()) != model {
            return Err(failed("it is not what was handed in".to_owned()));
        }
        Ok(bytes)
    }

    /// So many rows vouch for it; durable when this returns.
    pub fn vouch(&mut self, model: ModelRef, golden_rows: u64) -> Result<Kept, Problem> {
        let at = self.place(model)?;
        let mut all = self.all.clone();
        let Some(kept) = all.get_mut(at) else { return Err(missing(model)) };
        kept.golden_rows = golden_rows;
        let kept = kept.clone();
        self.replace(all)?;
        Ok(kept)
    }

    /// It goes. What the journal holds of it stays there.
    pub fn remove(&mut self, model: ModelRef) -> Result<(), Problem> {
        let at = self.place(model)?;
        let mut all = self.all.clone();
        all.remove(at);
        self.replace(all)?;
        // No longer in the list is what counts; bytes that stay behind are written over when it comes again.
        drop(std::fs::remove_file(self.folder.join(file_of(model))));
        Ok(())
    }

    fn place(&self, model: ModelRef) -> Result<usize, Problem> {
        let found = self.all.iter().position(|kept| kept.model == model);
        found.ok_or_else(|| missing(model))
    }

    fn replace(&mut self, all: Vec<Kept>) -> Result<(), Problem> {
        replace_json(&self.folder, NAME, &Whole { format: FORMAT, models: &all })
            .map_err(|why| not_kept(&why))?;
        self.all = all;
        Ok(())
    }
}

fn file_of(model: ModelRef) -> String {
    format!("model-{model}.forest")
}

fn missing(model: ModelRef) -> Problem {
    Problem::missing(format_args!("model {model}"))
}

fn not_kept(why: &KeptFailed) -> Problem {
    Problem::new(Kind::Failed, why.to_string())
}
