//! Accounts that nobody owns, such as tills, by their place in the chart.

use super::{AccountFlags, AccountView, TAG};
use crate::call::{Call, Reply, tagged};
use crate::gate::Relations;
use crate::problem::Problem;
use crate::table::{Operation, get};
use crate::wire::{AccountRef, CurrencyCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Accounts of the bank's own that are listed.
const LISTED_MAX: usize = 100;

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        get(
            "/bank-accounts",
            "list_bank_accounts",
            TAG,
            "Open accounts that nobody owns, such as tills, by their place in the chart",
        )
        .act("account.read")
        .query::<OfCode>()
        .gives::<BankAccountsDocument>(200, "The first hundred, by their numbers.")
        .by(list),
    ]
}

/// Of which place in the chart of accounts.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfCode {
    /// The place.
    #[schemars(range(min = 1, max = 65_535))]
    code: u16,
}

/// An account of the bank's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct BankAccountDocument {
    /// Its id.
    id: AccountRef,
    /// Its currency.
    currency: CurrencyCode,
}

/// Accounts of the bank's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
struct BankAccountsDocument {
    /// By their numbers.
    items: Vec<BankAccountDocument>,
}

async fn list(call: Call) -> Result<Reply, Problem> {
    let OfCode { code } = call.query()?;
    if code == 0 {
        return Err(Problem::field("?code", "1 or more"));
    }
    if !call.relations.meets(Relations::STRANGER) {
        return Err(call.denied(None));
    }
    let places = call.bank.places.clone();
    let (mut items, records) = call
        .ask(move |engine| {
            let all = places.of(engine, code).into_iter().filter_map(|id| engine.account(id));
            let open = all.filter(|view| !view.account.flags.has(AccountFlags::CLOSED));
            let own = open.filter(|view| engine.roles_on(view.account.id).next().is_none());
            let document = |view: AccountView| BankAccountDocument {
                id: AccountRef(view.account.id),
                currency: CurrencyCode(view.account.ledger),
            };
            (own.map(document).collect::<Vec<_>>(), engine.records())
        })
        .await?;
    items.sort_unstable_by_key(|one| one.id);
    items.truncate(LISTED_MAX);
    tagged(&call, &BankAccountsDocument { items }, call.bank.entries_of(records)?)
}
