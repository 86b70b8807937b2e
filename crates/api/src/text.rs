//! The door for gateways of phones without an app: what somebody typed comes in, the next screen goes out (`docs/text.md`). What is
//! said to whom is the business of whoever talks (`pages`); here is only who may carry it, and in which form.

use crate::call::{Call, Reply};
use crate::gate::{Act, Relations, relation};
use crate::problem::Problem;
use crate::table::{Operation, post};
use crate::talks::{Carried, DialogueScreen, DialogueStep};
use crate::wire::{AccountRef, CaseRef};
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use terms::{AccountId, PartyId};

const TAG: &str = "phones";
/// Characters of a gateway's name for a dialogue, and of what it knows of a SIM.
const NAME_CHARS_MAX: usize = 128;
/// Characters that somebody may type at once, as GSM has it for USSD (3GPP TS 23.038: 182; a screen shows 160).
const TYPED_CHARS_MAX: usize = 160;

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        post(
            "/text/dialogue",
            "carry_dialogue",
            TAG,
            "Carries what somebody typed on a phone, and gives the next screen",
        )
        .act("text.carry")
        .takes::<DialogueStep>()
        .gives::<DialogueScreen>(200, "The next screen.")
        .conflicts()
        .by(carry),
        post(
            "/text/messages",
            "write_messages",
            TAG,
            "Writes the short messages that an event is worth, each to a phone of who it concerns",
        )
        .act("text.carry")
        .takes::<EventToTell>()
        .gives::<MessagesDocument>(200, "The messages, to be sent one SMS each; often none.")
        .by(write),
    ]
}

/// An event, as a webhook or `GET /events` tells it. Whoever has it written must be allowed to hear of all events.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub struct EventToTell {
    /// Its kind.
    pub kind: String,
    /// Its facts.
    pub data: serde_json::Map<String, Value>,
}

/// A short message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MessageDocument {
    /// The number it goes to.
    pub phone: String,
    /// One SMS.
    pub text: String,
}

/// Short messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MessagesDocument {
    /// All that the event is worth.
    pub items: Vec<MessageDocument>,
}

async fn carry(call: Call) -> Result<Reply, Problem> {
    let step: DialogueStep = call.json()?;
    must_be_short("/dialogue", &step.dialogue, 1, NAME_CHARS_MAX)?;
    must_be_short("/sim", step.sim.as_deref().unwrap_or_default(), 0, NAME_CHARS_MAX)?;
    must_be_short("/typed", &step.typed, 0, TYPED_CHARS_MAX)?;
    let digits = step.phone.chars().filter(char::is_ascii_digit).count();
    let fits = step.phone.starts_with('+')
        && (8..=15).contains(&digits)
        && step.phone[1..].chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-'));
    if !fits {
        return Err(Problem::field("/phone", "+ and 8 to 15 digits, with the country's code"));
    }
    let carried = Carried { gateway: call.who.id.to_string(), step };
    let screen = call.bank.text()?.heard(carried).await?;
    Reply::json(StatusCode::OK, &screen)
}

/// Whom an event concerns: owners of the accounts that it, or the payment of its case, names.
async fn concerned(
    call: &Call,
    event: &EventToTell,
) -> Result<BTreeMap<PartyId, Vec<String>>, Problem> {
    let text = |name: &str| event.data.get(name).and_then(Value::as_str).unwrap_or_default();
    let account = |name: &str| AccountRef::parse(text(name)).ok().map(|account| account.0);
    let named: Vec<AccountId> = ["from", "to"].into_iter().filter_map(account).collect();
    let case = CaseRef::parse(text("case")).ok();
    call.ask(move |engine| {
        let payer = case.and_then(|case| engine.transfer(case.0));
        let accounts: Vec<AccountId> =
            named.into_iter().chain(payer.map(|view| view.transfer.debit_account)).collect();
        let mut found: BTreeMap<PartyId, Vec<String>> = BTreeMap::new();
        for role in engine.roles().filter(|role| accounts.contains(&role.account)) {
            let related = relation(engine, Some(role.party), role.account);
            if related.meets(Relations::OWNER | Relations::GUARDIAN) {
                let own = found.entry(role.party).or_default();
                own.push(AccountRef(role.account).to_string());
            }
        }
        found
    })
    .await
}

async fn write(call: Call) -> Result<Reply, Problem> {
    let event: EventToTell = call.json()?;
    let hears = call.bank.gate.may(&call.who, Act("event.read"));
    if !hears.meets(Relations::STRANGER) {
        return Err(call.denied(None));
    }
    let talks = call.bank.text()?;
    let concerned = concerned(&call, &event).await?;
    let access = crate::people::identities(&call.bank)?;
    let parties: Vec<PartyId> = concerned.keys().copied().collect();
    let document = json!({ "kind": event.kind, "data": event.data });
    let message = |(party, phone, lang): (PartyId, Arc<str>, Arc<str>)| {
        let text = talks.message(&document, concerned.get(&party)?, &lang)?;
        Some(MessageDocument { phone: phone.to_string(), text })
    };
    let items = access.phones_of(&parties).into_iter().filter_map(message).collect();
    Reply::json(StatusCode::OK, &MessagesDocument { items })
}

fn must_be_short(field: &str, text: &str, least: usize, most: usize) -> Result<(), Problem> {
    let chars = text.chars().count();
    let fits = (least..=most).contains(&chars) && !text.contains(char::is_control);
    fits.then_some(())
        .ok_or_else(|| Problem::field(field, format!("{least} to {most} characters in one line")))
}
