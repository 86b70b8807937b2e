//! The Berka bank: an anonymised Czech bank of the 1990s (PKDD'99). `files` reads it, `order` finds out
//! what happened first on a day, `books` says which accounts it needs, `reconcile` compares balances.

pub mod books;
pub mod files;
pub mod order;
pub mod reconcile;
