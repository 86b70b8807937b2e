//! Whom a customer pays, by the customer's own names. A name is sealed under the customer's key and forgotten with it. Keeping
//! one is signed, because a name that somebody else put there is how money goes to a stranger; removing one is not.

use crate::call::{Call, REPLAYED, Reply, tagged};
use crate::gate::Relations;
use crate::messages::Keeps;
use crate::problem::{Kind, Problem};
use crate::table::{CREATED, Operation, get, post};
use crate::wire::{AccountRef, PartyRef, PayeeRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use terms::{AccountId, Command, PartyId, Payee, PayeeEnd, Refusal, Sealed, TimeNs, TransferId};

const TAG: &str = "payees";
/// Letters of a name.
const NAME_CHARS_MAX: usize = 64;

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        get(
            "/parties/{party}/payees",
            "list_payees",
            TAG,
            "Whom a customer pays, by their own names",
        )
        .act("payee.read")
        .gives::<PayeesDocument>(200, "All of them, by name.")
        .by(list),
        post("/parties/{party}/payees", "keep_payee", TAG, "Keeps a payee under a name; signed")
            .act("payee.write")
            .by_amount()
            .may_end(Kind::MustSign)
            .money()
            .takes::<NewPayee>()
            .gives::<PayeeDocument>(201, "It is kept.")
            .by(keep),
        post("/parties/{party}/payees/{payee}/end", "end_payee", TAG, "Keeps a payee no longer")
            .act("payee.end")
            .gives_other(204, "", "It is kept no longer.")
            .by(end),
    ]
}

/// A payee that is to be kept.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPayee {
    /// What the customer calls it.
    #[schemars(length(min = 1, max = 64))]
    pub name: String,
    /// The account that is meant.
    pub account: AccountRef,
}

/// A payee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PayeeDocument {
    /// Its id.
    pub id: PayeeRef,
    /// What the customer calls it; absent where it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The account that is meant.
    pub account: AccountRef,
    /// Since when it is kept, in UTC.
    pub since: String,
}

/// Payees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PayeesDocument {
    /// By name.
    pub items: Vec<PayeeDocument>,
}

/// The party in the path, if who asks may do this to what is that party's.
pub fn party_of(call: &Call) -> Result<PartyId, Problem> {
    let PartyRef(id) = call.path("party", PartyRef::parse)?;
    if call.who.party == Some(id) || call.relations.meets(Relations::STRANGER) {
        return Ok(id);
    }
    call.denied(None);
    Err(Problem::missing(format_args!("party {}", PartyRef(id))))
}

/// A payee as the state has it.
struct Kept {
    id: TransferId,
    account: AccountId,
    name: Sealed,
    since: TimeNs,
}

impl Kept {
    fn document(self, party: PartyId, keeps: &dyn Keeps) -> PayeeDocument {
        let name = keeps.open(party, &self.name).and_then(|bytes| String::from_utf8(bytes).ok());
        PayeeDocument {
            id: PayeeRef(self.id),
            name,
            account: AccountRef(self.account),
            since: self.since.iso_at(0),
        }
    }
}

async fn list(call: Call) -> Result<Reply, Problem> {
    let party = party_of(&call)?;
    let (known, kept, records) = call
        .ask(move |engine| {
            let kept = engine.payees_of(party).map(|view| Kept {
                id: view.payee.id,
                account: view.payee.account,
                name: view.payee.name.clone(),
                since: view.since,
            });
            (engine.party(party).is_some(), kept.collect::<Vec<_>>(), engine.records())
        })
        .await?;
    if !known {
        return Err(Problem::missing(format_args!("party {}", PartyRef(party))));
    }
    if call.who.party != Some(party) {
        call.read_personal(PartyRef(party).to_string());
    }
    let mut items = call
        .blocking(move |bank| {
            Ok(kept.into_iter().map(|kept| kept.document(party, bank)).collect::<Vec<_>>())
        })
        .await?;
    items.sort_by(|one, other| (&one.name, &one.since).cmp(&(&other.name, &other.since)));
    tagged(&call, &PayeesDocument { items }, call.bank.entries_of(records)?)
}

async fn keep(call: Call) -> Result<Reply, Problem> {
    let mut order: NewPayee = call.json()?;
    let party = party_of(&call)?;
    order.name = order.name.trim().to_owned();
    let letters = order.name.chars().count();
    if !(1..=NAME_CHARS_MAX).contains(&letters) || order.name.chars().any(char::is_control) {
        return Err(Problem::field("/name", format!("1 to {NAME_CHARS_MAX} letters in one line")));
    }
    let (id, account) = (crate::payments::key_of(&call)?, order.account.0);
    if let Some(reply) = kept_before(&call, party, id, &order).await? {
        return Ok(reply);
    }
    let there = call.ask(move |engine| {
        (
            engine.account(account).is_some(),
            engine.payees_of(party).any(|view| view.payee.account == account),
        )
    });
    match there.await? {
        (false, _) => return Err(Problem::field("/account", "there is no such account")),
        (_, true) => return Err(Problem::field("/account", "you keep this account already")),
        _ => {}
    }
    let says = format!("{} as a payee of {}", order.account, PartyRef(party));
    let shown = json!({ "name": order.name, "account": order.account });
    let call = crate::people::allowed_act(call, says, order.name.clone(), shown).await?;
    let name = order.name.clone();
    let sealed = call.blocking(move |bank| bank.seal(party, name.as_bytes())).await?;
    let by = call.who.id.to_string();
    let payee = Payee { id, party, account, name: sealed, by };
    let answers = call.submit(vec![Command::KeepPayee(payee)], Vec::new()).await?;
    if answers
        .first()
        .is_some_and(|answer| answer.event.outcome() == Err(Refusal::ExistsWithDifferentContent))
    {
        return Err(reused());
    }
    let place = crate::accounts::done(&answers)?;
    let since = answers.first().map_or(TimeNs(0), |answer| answer.event.time()).iso_at(0);
    let (name, account) = (Some(order.name), order.account);
    let document = PayeeDocument { id: PayeeRef(id), name, account, since };
    Ok(Reply::json(CREATED, &document)?.at_entry(place.entry + 1))
}

fn reused() -> Problem {
    Problem::new(Kind::KeyReused, "another payee was kept under this key")
}

/// What a key did before is told again; it keeps nothing else.
async fn kept_before(
    call: &Call,
    party: PartyId,
    id: TransferId,
    order: &NewPayee,
) -> Result<Option<Reply>, Problem> {
    let known = call
        .ask(move |engine| {
            engine.payee(id).map(|view| (view.payee.clone(), view.since, view.ended))
        })
        .await?;
    let Some((payee, since, ended)) = known else { return Ok(None) };
    if ended || payee.party != party || payee.account != order.account.0 {
        return Err(reused());
    }
    let kept = Kept { id, account: payee.account, name: payee.name, since };
    let document = call.blocking(move |bank| Ok(kept.document(party, bank))).await?;
    if document.name.as_deref() != Some(&order.name) {
        return Err(reused());
    }
    Ok(Some(Reply::json(CREATED, &document)?.header(REPLAYED, "true")))
}

async fn end(call: Call) -> Result<Reply, Problem> {
    let party = party_of(&call)?;
    let PayeeRef(payee) = call.path("payee", PayeeRef::parse)?;
    let end = PayeeEnd { payee, party, by: call.who.id.to_string() };
    let answers = call.submit(vec![Command::DropPayee(end)], Vec::new()).await?;
    if answers.first().is_some_and(|a| a.event.outcome() == Err(Refusal::PayeeNotFound)) {
        return Err(Problem::missing(format_args!("payee {}", PayeeRef(payee))));
    }
    let place = crate::accounts::done(&answers)?;
    Ok(Reply::empty().at_entry(place.entry + 1))
}
