//! AMLSim's samples: a simulated bank with planted cycles. `files` reads them, `books` says which accounts they
//! need and posts each payment at the time of its step.

pub mod files;
pub mod books;
