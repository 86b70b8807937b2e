//! What became of the past, for whoever changes rules: what a set would have ruled (`replay`), what marks say of those that
//! ruled (`marks`), and how sure such numbers are (`between`). `tj risk` and the API tell the same, because both ask here.

pub mod between;
pub mod marks;
pub mod replay;

pub use between::{Between, Scored};
