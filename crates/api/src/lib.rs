//! The open API: HTTP in, commands to the one writer, answers out. No rule about money lives here. Read `table.rs` first:
//! it is the way of every request, and all routes, the OpenAPI document and the matrix of rights come from its rows.
//! `payments.rs` is the operation that matters most; `server.rs` keeps slow and greedy clients from the others.

pub mod wire;
pub mod problem;
pub mod gate;
pub mod asking;
pub mod reasons;
mod metrics;
mod inflate;
pub mod bank;
mod call;
mod table;
mod payments;
mod accounts;
mod parties;
mod cases;
mod batches;
mod events;
mod log;
mod openapi;
mod heads;
pub mod doors;
pub mod server;
