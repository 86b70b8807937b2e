//! The history over real journals: what is asked and checked here ran through segments, files and the rows
//! that are in none yet.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what cannot go on in a test fails it")]

mod bank;
mod faulty;
mod quality;
mod rolling;
mod statements;
mod asking;
mod evidence;
mod features;
mod pages;
