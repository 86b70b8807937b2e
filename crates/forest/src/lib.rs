//! Ensembles of decision trees in one form of our own, whichever library made them: scored one row at a time
//! without allocating, explained exactly, kept as canonical bytes. Begin with `forest.rs`; `docs/formats/forest.md`
//! specifies the bytes. Knows no file and no library's format: the crate `models` reads those.
#![no_std]

extern crate alloc;

pub mod tree;
pub mod link;
mod walk;
pub mod forest;
mod bytes;
pub mod shap;
mod row;

pub use forest::{Forest, ForestError, Parts};
pub use link::{Link, Width};
pub use row::Row;
pub use tree::{Part, Test, Tree, TreeError};
