//! Screening: is this name on a list of people and companies a bank must not serve? Read in this order: `born` and
//! `country` (evidence), `list` (what is on a list, and how the published files are read), `name` (a name as it is
//! compared), `index` (which listed names to look at), `score` (how alike two names are, and why), `screen` (all of
//! it as one question). Only bytes come in; no file, clock or network is touched here.

mod born;
mod country;
pub mod list;
mod name;
mod score;
mod index;
mod screen;

pub use born::{Births, Born};
pub use country::Country;
pub use index::Rarity;
pub use list::{Entry, Kind, List, ListRefused, Rank, Source};
pub use name::{Form, Name, Part, Word, Writing, similar};
pub use score::{Facts, Reason, compare};
pub use screen::{Hit, Query, Screen, THRESHOLD};
