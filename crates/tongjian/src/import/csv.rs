//! Anybody's CSV file: `map` says what its columns mean, `lines` reads them, `plan` finds out on a copy of
//! the books what the bank would say, so that a file is imported whole or not at all.

pub mod lines;
pub mod map;
pub mod plan;
pub mod time_form;
