//! What was proposed, in one file: written beside the old one, synced, and renamed over it.

use crate::problem::{Kind, Problem};
use crate::subscribers::{KeptFailed, must_be_format, read_json, replace_json};
use crate::wire::{DraftRef, ModelRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const NAME: &str = "drafts.json";
const FORMAT: u32 = 2;
/// Before proposals could name a model; read as it stands.
const FORMAT_WITHOUT_MODELS: u32 = 1;
/// Proposals that wait.
const OPEN_MAX: usize = 64;
/// Proposals that are kept; of what was decided the oldest goes first.
const KEPT_MAX: usize = 256;
/// Characters of what a proposal is called.
pub const NAME_CHARS_MAX: usize = 60;
/// Characters of why it is proposed.
pub const SAYS_CHARS_MAX: usize = 2_000;

/// Rules that somebody proposes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// Which.
    pub id: DraftRef,
    /// What people call the set.
    pub name: String,
    /// Why it is proposed.
    pub says: String,
    /// The text.
    pub text: String,
    /// The model it wants instead of the one in force.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub model: Option<ModelRef>,
    /// Who proposed it, as the journal writes them down.
    pub by: String,
    /// When, in seconds since 1970.
    pub since_s: u64,
    /// Where it stands.
    pub state: DraftState,
    /// The rule sets it became: on trial first, then active.
    pub sets: Vec<u16>,
    /// Who adopted it or turned it down.
    pub decided_by: Option<String>,
}

/// Where a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DraftState {
    /// It may be adopted; perhaps it is on trial already.
    Open,
    /// It judges every payment, or did.
    Adopted,
    /// It was taken back or turned down.
    Withdrawn,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole<T> {
    format: u32,
    drafts: T,
}

/// All of them.
#[derive(Debug)]
pub struct Drafts {
    folder: PathBuf,
    all: Vec<Draft>,
}

impl Drafts {
    /// What is kept in a folder.
    pub fn open(folder: &Path) -> Result<Drafts, KeptFailed> {
        let whole: Option<Whole<Vec<Draft>>> = read_json(folder, NAME)?;
        let all = match whole {
            Some(whole) => {
                if whole.format != FORMAT_WITHOUT_MODELS {
                    must_be_format(&folder.join(NAME), whole.format, FORMAT)?;
                }
                whole.drafts
            }
            None => Vec::new(),
        };
        Ok(Drafts { folder: folder.to_owned(), all })
    }

    /// The oldest first.
    pub fn all(&self) -> &[Draft] {
        &self.all
    }

    /// One more; durable when this returns.
    pub fn add(&mut self, draft: Draft) -> Result<(), Problem> {
        let open = self.all.iter().filter(|draft| draft.state == DraftState::Open).count();
        if open >= OPEN_MAX {
            let says = format!("{OPEN_MAX} proposals wait; decide about some of them first");
            return Err(Problem::new(Kind::Conflict, says).code("too_many_drafts"));
        }
        let mut all = self.all.clone();
        if all.len() >= KEPT_MAX
            && let Some(at) = all.iter().position(|draft| draft.state != DraftState::Open)
        {
            all.remove(at);
        }
        all.push(draft);
        self.replace(all)
    }

    /// Changes one; durable when this returns.
    pub fn change(
        &mut self,
        id: DraftRef,
        change: impl FnOnce(&mut Draft) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let mut all = self.all.clone();
        let draft = all.iter_mut().find(|draft| draft.id == id);
        change(draft.ok_or_else(|| Problem::missing(format_args!("proposal {id}")))?)?;
        self.replace(all)
    }

    fn replace(&mut self, all: Vec<Draft>) -> Result<(), Problem> {
        replace_json(&self.folder, NAME, &Whole { format: FORMAT, drafts: &all })
            .map_err(|why| Problem::new(Kind::Failed, why.to_string()))?;
        self.all = all;
        Ok(())
    }
}
