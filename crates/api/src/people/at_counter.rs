//! Customers who stand at the counter: whether they sign in, and that they are let in. Their name is the number that the bank
//! gave them; a secret that opens once goes into their own hands.

use super::{LinkDocument, done, utc};
use crate::call::{Call, Reply};
use crate::gate::Relations;
use crate::problem::{Kind, Problem};
use crate::table::{CREATED, Operation, get, post};
use crate::wire::{Nothing, PartyRef};
use access::{CustomerUser, UserView};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use terms::PartyId;

const TAG: &str = "users";

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        get("/parties/{party}/access", "show_customer_access", TAG, "Whether a customer signs in")
            .act("customer.let_in")
            .gives::<CustomerAccess>(200, "Under which name, since when, and whether they came.")
            .by(show),
        post(
            "/parties/{party}/access",
            "let_customer_in",
            TAG,
            "Lets a customer in who never was; gives a link that opens once",
        )
        .act("customer.let_in")
        .takes::<Nothing>()
        .gives::<LinkDocument>(201, "The link, for the customer alone; the one before ends.")
        .may_end(Kind::NotFound)
        .conflicts()
        .by(let_in),
    ]
}

/// How a customer signs in.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct CustomerAccess {
    /// The name to sign in with; absent of who was never let in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Since when, in UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// They came, and have a key of their own: to lose it takes two persons.
    pub has_keys: bool,
    /// Shut out by an administrator: disabled, or left without a role.
    pub disabled: bool,
    /// Was let in once, and an administrator removed them.
    pub removed: bool,
}

impl CustomerAccess {
    fn of(user: &UserView) -> CustomerAccess {
        CustomerAccess {
            name: Some(user.name.to_string()),
            since: Some(utc(user.since_s)),
            has_keys: user.passkeys > 0 || user.has_password,
            disabled: false,
            removed: false,
        }
    }
}

/// A customer whom the bank knows and did not forget.
async fn standing(call: &Call) -> Result<PartyId, Problem> {
    let PartyRef(id) = call.path("party", PartyRef::parse)?;
    if !call.relations.meets(Relations::STRANGER) {
        return Err(call.denied(None));
    }
    let known = call.ask(move |engine| engine.party(id).is_some_and(|(_, erased)| !erased)).await?;
    known.then_some(id).ok_or_else(|| Problem::missing(format_args!("party {}", PartyRef(id))))
}

async fn show(call: Call) -> Result<Reply, Problem> {
    let id = standing(&call).await?;
    let known = done(&call, move |access, who, now_s| {
        access.customer_user(who, &id.0.to_string(), id, now_s)
    });
    let told = match known.await? {
        CustomerUser::Never => CustomerAccess::default(),
        CustomerUser::Gone => CustomerAccess { removed: true, ..CustomerAccess::default() },
        CustomerUser::Known(user) => CustomerAccess::of(&user),
        CustomerUser::ShutOut(user) => {
            CustomerAccess { disabled: true, ..CustomerAccess::of(&user) }
        }
    };
    Reply::json(StatusCode::OK, &told)
}

async fn let_in(call: Call) -> Result<Reply, Problem> {
    let Nothing {} = call.json()?;
    let id = standing(&call).await?;
    let link = done(&call, move |access, who, now_s| {
        access.customer_let_in(who, &id.0.to_string(), id, now_s)
    });
    Reply::json(CREATED, &LinkDocument::of(&link.await?))
}
