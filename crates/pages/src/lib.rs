//! The doors for people: pages made on the server that work without script, by keyboard, by ear and on paper. No rule about
//! money or rights lives here: a page asks the open API, in this process, as anybody else would, and shows what it says.
//! Begin with `door.rs`, the way of one request; `routes.rs` has the table of all pages; `desks/` has one file a desk, and
//! `parts/` what pages are made of.

#![allow(
    clippy::needless_pass_by_value,
    reason = "pieces of a page are put together where they are made"
)]

pub mod words;
pub mod look;
mod figures;
mod form;
mod trouble;
mod ask;
mod served;
mod kept;
mod prepared;
pub mod house;
mod visit;
mod row;
mod live;
mod parts;
mod desks;
mod gallery;
mod phone;
mod door;
pub mod routes;
pub mod filling;
