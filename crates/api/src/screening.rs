//! Is somebody on a list of people a bank must not serve? Asked before a customer is registered; nothing is kept.

use crate::bank::Bank;
use crate::call::{Call, Reply};
use crate::listed::{Likeness, Screens};
use crate::parties::{NewParty, check, kind_of};
use crate::problem::{Kind, Problem};
use crate::table::{Operation, post};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// Hits that are told, the likeliest.
const TOLD_MAX: usize = 10;

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        post(
            "/screenings",
            "ask_screening",
            "parties",
            "Looks somebody up on the bank's lists before they are registered; keeps nothing",
        )
        .act("screening.ask")
        .takes::<NewParty>()
        .gives::<ScreeningDocument>(200, "Whom they resemble.")
        .by(ask),
    ]
}

/// What came of looking somebody up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ScreeningDocument {
    /// One hash of all the lists, in hexadecimal.
    pub lists: String,
    /// How many names stand on them.
    pub names: usize,
    /// Whom they resemble, the likeliest first, at most 10; empty if nobody.
    pub hits: Vec<Likeness>,
}

/// The bank's lists.
fn lists_of(bank: &Bank) -> Result<Arc<dyn Screens>, Problem> {
    let none = || Problem::new(Kind::Unavailable, "this bank has no lists to look names up on");
    bank.screens.clone().ok_or_else(|| none().code("closed"))
}

async fn ask(call: Call) -> Result<Reply, Problem> {
    let order: NewParty = call.json()?;
    check(&order)?;
    let screens = lists_of(&call.bank)?;
    let document = call.blocking(move |_| {
        let mut hits = screens.look(kind_of(order.kind), &order.fields);
        hits.truncate(TOLD_MAX);
        let lists = screens.lists().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(ScreeningDocument { lists, names: screens.names(), hits })
    });
    Reply::json(StatusCode::OK, &document.await?)
}
