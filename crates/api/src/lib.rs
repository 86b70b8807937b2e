//! The open API: HTTP in, commands to the one writer, answers out. No rule about money lives here. Read `table.rs` first:
//! it is the way of every request, and all routes, the OpenAPI document and the matrix of rights come from its rows.
//! `payments.rs` is the operation that matters most; `people.rs` is how people sign in, and `identity.rs` who may what; `server.rs` keeps slow and greedy clients from the others.

pub mod wire;
pub mod problem;
pub mod gate;
pub mod identity;
mod site;
pub mod proxies;
pub mod asking;
pub mod talks;
pub mod reasons;
mod pipeline;
mod total;
pub mod messages;
mod metrics;
mod inflate;
mod leaving;
mod trace;
pub mod subscribers;
pub mod traces;
pub mod bank;
mod call;
mod table;
mod people;
mod payments;
mod accounts;
mod parties;
mod looked;
mod cases;
mod batches;
mod message_operations;
mod events;
mod text;
mod webhooks;
mod log;
mod openapi;
mod heads;
pub mod doors;
pub mod server;
