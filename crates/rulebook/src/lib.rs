//! Packs of rules that people change without a programmer: SQL with its source, clause, dates and confidence.
//! Read in this order: `fault` (how a rulebook is refused), `rule` and `pack` (what is in it), `head` and
//! `body` (how a file is read), `list` (who is on a list), `text` (packs as one text), `rulebook` (all packs, or none), `fuse` (all rules of a table in one scan),
//! `shipped` (the packs inside the program), `condition` and `risk` (rules on payments, compiled). No query runs here; `history` plans and runs what this reads.

pub mod limits;
mod fault;
mod body;
mod rule;
mod head;
mod heading;
mod list;
mod pack;
mod text;
mod rulebook;
mod fuse;
mod shipped;
pub mod condition;
mod risk;
mod twin;
mod page;

pub use body::Body;
pub use fault::{BookRefused, Fault};
pub use fuse::{Fused, fuse};
pub use list::{BookList, list_word};
pub use pack::{Confidence, Pack, PackHead};
pub use page::features_page;
pub use risk::{RiskSet, SetRule};
pub use rule::{
    Dimension, Form, HoldClock, Indicator, QualityRule, RULINGS, RiskForm, RiskLine, RiskRule,
    Rule, Severity, Target,
};
pub use rulebook::{Rulebook, load};
pub use shipped::shipped;
pub use text::{BookText, book_of};
pub use twin::{Twin, lists_twin, twins};
