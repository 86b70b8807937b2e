//! Who may see an account beside its owner: a relative who helps, let in by the owner until a day and shut out again by either.
//! Whoever helps is named by their customer number and by the word the bank shows them alone, so that nobody finds out here
//! who is a customer. And whose an account is, for those who may see it.

use super::{TAG, done, named};
use crate::call::{Call, Reply, tagged};
use crate::gate::{Relations, relation};
use crate::problem::Problem;
use crate::table::{CREATED, Operation, get, post};
use crate::wire::{AccountRef, Date, PartyRef};
use engine::Engine;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use terms::{AccountId, Command, Day, Party, Role, RoleKind};

/// Helpers of one account at once.
const HELPERS_MAX: usize = 8;
/// How far ahead help may end, in days.
const DAYS_MAX: i32 = 3_660;

/// The operations.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        get("/accounts/{account}/owners", "list_owners", TAG, "Whose an account is")
            .act("account.read")
            .gives::<OwnersDocument>(200, "Its owners; with their names for who holds it as well.")
            .by(owners),
        get(
            "/accounts/{account}/helpers",
            "list_helpers",
            TAG,
            "Who helps: whom the owner lets see it",
        )
        .act("helper.read")
        .gives::<HelpListDocument>(200, "All of them.")
        .by(helpers),
        post(
            "/accounts/{account}/helpers",
            "add_helper",
            TAG,
            "Lets somebody see an account and do nothing with it; signed by its owner",
        )
        .act("helper.write")
        .by_amount()
        .may_end(crate::problem::Kind::MustSign)
        .takes::<NewHelp>()
        .gives::<HelpDocument>(201, "They see it from now on.")
        .by(add),
        post(
            "/accounts/{account}/helpers/{party}/end",
            "end_helper",
            TAG,
            "Ends that somebody sees an account; its owner may, and whoever helps",
        )
        .act("helper.end")
        .gives_other(204, "", "They see it no more.")
        .by(end),
    ]
}

/// Somebody who owns an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OwnerDocument {
    /// Who.
    pub party: PartyRef,
    /// Their name; absent for who holds nothing of the account, and where it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Owners.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct OwnersDocument {
    /// All of them.
    pub items: Vec<OwnerDocument>,
}

/// Somebody who is to help.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewHelp {
    /// Their customer number.
    pub party: PartyRef,
    /// The word that the bank shows them: eight digits, see `show_my_help_word`.
    #[schemars(length(min = 1, max = 32))]
    pub word: String,
    /// The last day they see it; without end unless given.
    #[serde(default)]
    pub until: Option<Date>,
}

/// Somebody who helps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HelpDocument {
    /// The account.
    pub account: AccountRef,
    /// Who.
    pub party: PartyRef,
    /// Their name, as they agreed by their word; absent where it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The last day they see it; without end if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// Those who help.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HelpListDocument {
    /// All of them.
    pub items: Vec<HelpDocument>,
}

/// Those who hold an account as one of these, today.
fn holders(engine: &Engine, account: AccountId, kinds: &[RoleKind]) -> Vec<(Role, Option<Party>)> {
    let today = engine.business_day().unwrap_or(Day::BOOKING);
    let roles = engine.roles_on(account).filter(|role| kinds.contains(&role.kind));
    let in_force = roles.filter(|role| role.until == Day::BOOKING || today <= role.until);
    let party = |role: &Role| engine.party(role.party).filter(|(_, erased)| !erased);
    in_force.map(|role| (*role, party(role).map(|(party, _)| party.clone()))).collect()
}

/// The names of those whose key is there. Opening them is not the writer's work.
async fn names(call: &Call, parties: Vec<Option<Party>>) -> Result<Vec<Option<String>>, Problem> {
    call.blocking(move |bank| {
        let name = |party: &Party| bank.fields_of(party).ok()?.remove("name");
        Ok(parties.iter().map(|party| party.as_ref().and_then(name)).collect())
    })
    .await
}

async fn owners(call: Call) -> Result<Reply, Problem> {
    let (view, _, _) = named(&call).await?;
    let (account, party) = (view.account.id, call.who.party);
    let kinds = [RoleKind::Owner, RoleKind::JointOwner];
    let (all, related, records) = call
        .ask(move |engine| {
            let all = holders(engine, account, &kinds);
            (all, relation(engine, party, account), engine.records())
        })
        .await?;
    let (roles, parties): (Vec<Role>, Vec<Option<Party>>) = all.into_iter().unzip();
    let known = if related == Relations::STRANGER {
        vec![None; roles.len()]
    } else {
        names(&call, parties).await?
    };
    let items = roles
        .iter()
        .zip(known)
        .map(|(role, name)| OwnerDocument { party: PartyRef(role.party), name })
        .collect();
    tagged(&call, &OwnersDocument { items }, call.bank.entries_of(records)?)
}

async fn helpers(call: Call) -> Result<Reply, Problem> {
    let (view, _, _) = named(&call).await?;
    let account = view.account.id;
    let (all, records) = call
        .ask(move |engine| (holders(engine, account, &[RoleKind::Viewer]), engine.records()))
        .await?;
    let (roles, parties): (Vec<Role>, Vec<Option<Party>>) = all.into_iter().unzip();
    let known = names(&call, parties).await?;
    let items = roles.iter().zip(known).map(|(role, name)| document(role, name)).collect();
    tagged(&call, &HelpListDocument { items }, call.bank.entries_of(records)?)
}

fn document(role: &Role, name: Option<String>) -> HelpDocument {
    HelpDocument {
        account: AccountRef(role.account),
        party: PartyRef(role.party),
        name,
        until: (role.until != Day::BOOKING).then_some(Date(role.until)),
    }
}

async fn add(call: Call) -> Result<Reply, Problem> {
    let order: NewHelp = call.json()?;
    let (view, _, _) = named(&call).await?;
    let (account, helper) = (view.account.id, order.party.0);
    if call.who.party == Some(helper) {
        return Err(Problem::field("/party", "this is your own number"));
    }
    let (today, count, known) = call
        .ask(move |engine| {
            let all = holders(engine, account, &[RoleKind::Viewer]);
            let others = all.iter().filter(|(role, _)| role.party != helper).count();
            let known = engine.party(helper).filter(|(_, erased)| !erased);
            (engine.business_day(), others, known.map(|(party, _)| party.clone()))
        })
        .await?;
    if count >= HELPERS_MAX {
        return Err(Problem::field("/party", format!("{HELPERS_MAX} may see it at most")));
    }
    let until = order.until.map_or(Day::BOOKING, |date| date.0);
    let last = today.map(|today| today..=today.plus(DAYS_MAX));
    if order.until.is_some() && last.is_some_and(|days| !days.contains(&until)) {
        return Err(Problem::field("/until", "today or later, within ten years"));
    }
    crate::people::fits_help_word(&call, helper, order.word).await?;
    // Whoever has the word has a party; it may have been erased since.
    let wrong = || Problem::field("/word", "number and word do not belong together");
    let name = names(&call, vec![Some(known.ok_or_else(wrong)?)]).await?.pop().flatten();
    let role = Role { party: helper, account, kind: RoleKind::Viewer, until };
    let document = document(&role, name);
    let end = if until == Day::BOOKING { "without end".to_owned() } else { until.to_string() };
    let says = format!("{} sees {} {end}", document.party, document.account);
    let about = document.name.clone().unwrap_or_default();
    let call = crate::people::allowed_act(call, says, about, json!({ "helper": document })).await?;
    let answers = call.submit(vec![Command::GrantRole(role)], vec![account]).await?;
    let place = done(&answers)?;
    Ok(Reply::json(CREATED, &document)?.at_entry(place.entry + 1))
}

async fn end(call: Call) -> Result<Reply, Problem> {
    let PartyRef(helper) = call.path("party", PartyRef::parse)?;
    let (view, _, _) = named(&call).await?;
    let (account, party) = (view.account.id, call.who.party);
    let (related, role) = call
        .ask(move |engine| {
            let mut all = engine.roles_on(account);
            let role = all.find(|role| role.party == helper && role.kind == RoleKind::Viewer);
            (relation(engine, party, account), role.copied())
        })
        .await?;
    let missing = || Problem::missing(format_args!("helper {}", PartyRef(helper)));
    // Whoever only helps themselves ends nobody else's help, and does not learn of it.
    if !related.meets(Relations::OWNER | Relations::GUARDIAN) && party != Some(helper) {
        call.denied(Some(account));
        return Err(missing());
    }
    let answers = call.submit(vec![Command::RevokeRole(role.ok_or_else(missing)?)], vec![account]);
    let place = done(&answers.await?)?;
    Ok(Reply::empty().at_entry(place.entry + 1))
}
