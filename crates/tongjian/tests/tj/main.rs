//! The real program, driven as a person or another program drives it: arguments in, text, JSON, files and
//! exit codes out. `run` starts it; each module is one side of it. Banks are small and lie in temporary folders.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where it cannot go on"
)]

mod run;
mod whole;
mod money;
mod messages;
mod answers;
mod forget;
mod damage;
mod reader;
mod berka;
mod amlsim;
mod csv;
mod demo;
mod killed;
mod asking;
mod rolled;
mod risky;
mod control;
mod models;
mod people;
