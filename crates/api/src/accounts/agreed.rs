//! The terms of an account: what it may send, who may do what with it, and what of it is blocked by order.

use super::{TAG, done, named};
use crate::call::{Call, Reply, etag, must_match, tagged};
use crate::gate::Act;
use crate::problem::{Kind, Problem};
use crate::table::{CREATED, Operation, get, post, put};
use crate::wire::{AccountRef, Date, HoldRef, Money, PartyRef};
use axum::http::StatusCode;
use engine::LimitsView;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use terms::limits::COOLING_HOURS_MAX;
use terms::{
    Account, AccountId, Amount, Command, Currency, Day, Hold, HoldOrder, LimitPlan, Refusal, Role,
    RoleKind, SpendingLimits,
};

/// The operations.
pub(super) fn operations() -> Vec<Operation> {
    vec![
        get("/accounts/{account}/limits", "show_limits", TAG, "What an account may send")
            .act("limit.read")
            .gives::<LimitsDocument>(200, "Its limits.")
            .by(limits),
        put("/accounts/{account}/limits", "set_limits", TAG, "Sets what an account may send")
            .act("limit.write")
            .needs("If-Match", "The ETag of the limits you have read.")
            .may_end(Kind::MustSign)
            .takes::<LimitsOrder>()
            .gives::<LimitsDocument>(200, "Its limits, and those that wait.")
            .by(set_limits),
        get(
            "/accounts/{account}/roles",
            "list_roles",
            TAG,
            "Whether a party may do something with an account",
        )
        .act("holder.read")
        .query::<OfParty>()
        .gives::<RolesDocument>(200, "The party's roles on it.")
        .by(roles),
        post("/accounts/{account}/roles", "grant_role", TAG, "Gives a party a role on an account")
            .act("holder.write")
            .takes::<RoleOrder>()
            .gives::<RoleDocument>(201, "The party has it.")
            .by(grant),
        post(
            "/accounts/{account}/roles/revoke",
            "revoke_role",
            TAG,
            "Takes a party's role on an account back",
        )
        .act("holder.write")
        .takes::<RoleOrder>()
        .gives::<RoleDocument>(200, "The party no longer has it.")
        .by(revoke),
        get(
            "/accounts/{account}/holds",
            "list_holds",
            TAG,
            "Money of an account that is blocked by order",
        )
        .act("hold.read")
        .gives::<HoldsDocument>(200, "The holds in force.")
        .by(holds),
        post("/accounts/{account}/holds", "place_hold", TAG, "Blocks money of an account by order")
            .act("hold.place")
            .money()
            .takes::<HoldOrderDocument>()
            .gives::<HoldDocument>(201, "It is blocked.")
            .by(place_hold),
        post("/accounts/{account}/holds/{hold}/release", "release_hold", TAG, "Lifts a block")
            .act("hold.lift")
            .gives_other(204, "", "It is lifted.")
            .by(release_hold),
    ]
}

/// What an account is to send at most.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsOrder {
    /// Most for one payment; without a limit if null.
    pub per_payment: Option<Money>,
    /// Most for all payments of one business day together; without a limit if null.
    pub per_day: Option<Money>,
    /// Hours that a looser limit waits before it counts, for whoever holds the account to say; as before if null.
    #[serde(default)]
    #[schemars(range(min = 0, max = 72))]
    pub cooling_off_hours: Option<u8>,
}

/// What an account may send. What its holder loosens waits; what the bank sets counts at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LimitsDocument {
    /// Most for one payment; without a limit if null.
    pub per_payment: Option<Money>,
    /// Most for all payments of one business day together; without a limit if null.
    pub per_day: Option<Money>,
    /// Hours that a looser limit waits before it counts.
    pub cooling_off_hours: u8,
    /// What counts later; absent if nothing waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<LaterLimits>,
}

/// Limits that wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LaterLimits {
    /// From when they count, in UTC.
    pub from: String,
    /// Most for one payment; without a limit if null.
    pub per_payment: Option<Money>,
    /// Most for all payments of one business day together; without a limit if null.
    pub per_day: Option<Money>,
    /// Hours that a looser limit waits then.
    pub cooling_off_hours: u8,
}

impl LimitsDocument {
    /// As an answer says it.
    pub fn of(ledger: Currency, limits: &LimitsView) -> LimitsDocument {
        let money = |amount: Option<Amount>| amount.map(|amount| Money::of(ledger, amount));
        let later = limits.later.map(|(from, limits, cooling_off_hours)| LaterLimits {
            from: from.iso_at(0),
            per_payment: money(limits.per_transfer),
            per_day: money(limits.per_day),
            cooling_off_hours,
        });
        LimitsDocument {
            per_payment: money(limits.now.per_transfer),
            per_day: money(limits.now.per_day),
            cooling_off_hours: limits.cooling_h,
            later,
        }
    }
}

/// The limits of an account that was seen, as they count now.
pub(super) async fn limits_of(call: &Call, account: AccountId) -> Result<LimitsView, Problem> {
    let found = call.ask(move |engine| engine.limits_at(account, crate::bank::now())).await?;
    found.ok_or_else(|| Problem::missing(format_args!("account {}", AccountRef(account))))
}

async fn limits(call: Call) -> Result<Reply, Problem> {
    let (view, _, records) = named(&call).await?;
    let limits = limits_of(&call, view.account.id).await?;
    let document = LimitsDocument::of(view.account.ledger, &limits);
    tagged(&call, &document, call.bank.entries_of(records)?)
}

async fn set_limits(mut call: Call) -> Result<Reply, Problem> {
    let order: LimitsOrder = call.json()?;
    let (view, _, _) = named(&call).await?;
    let Account { id: account, ledger, .. } = view.account;
    let before = limits_of(&call, account).await?;
    must_match(&call.headers, &etag(&LimitsDocument::of(ledger, &before)))?;
    let amount = |money: &Option<Money>, field: &str| match money {
        None => Ok(None),
        Some(money) if money.currency.0 != ledger => {
            Err(Problem::field(format!("{field}/currency"), format!("the account is in {ledger}")))
        }
        Some(money) => {
            money.minor().map(Some).map_err(|why| Problem::field(format!("{field}/amount"), why))
        }
    };
    let per_transfer = amount(&order.per_payment, "/per_payment")?;
    let per_day = amount(&order.per_day, "/per_day")?;
    let command = if call.who.party.is_some() {
        let cooling_h = order.cooling_off_hours.unwrap_or(before.cooling_h);
        if cooling_h > COOLING_HOURS_MAX {
            let says = format!("0 to {COOLING_HOURS_MAX} hours");
            return Err(Problem::field("/cooling_off_hours", says));
        }
        let wanted = LimitsView {
            now: SpendingLimits { account, per_transfer, per_day },
            cooling_h,
            later: None,
        };
        if looser(&before, &wanted) {
            call = signed(call, &wanted, ledger).await?;
        }
        let by = call.who.id.to_string();
        Command::PlanLimits(LimitPlan { account, per_transfer, per_day, cooling_h, by })
    } else if order.cooling_off_hours.is_some() {
        let says = "whoever holds the account says how long a looser limit waits";
        return Err(Problem::field("/cooling_off_hours", says));
    } else {
        Command::SetLimits(SpendingLimits { account, per_transfer, per_day })
    };
    let answers = call.submit(vec![command], vec![account]).await?;
    let place = done(&answers)?;
    let document = LimitsDocument::of(ledger, &limits_of(&call, account).await?);
    let reply = Reply::json(StatusCode::OK, &document)?.at_entry(place.entry + 1);
    Ok(reply.header(axum::http::header::ETAG, &etag(&document)))
}

/// Whether more may leave an account than before, or sooner: what somebody does who got into it.
fn looser(before: &LimitsView, wanted: &LimitsView) -> bool {
    let more = |then: Option<Amount>, now: Option<Amount>| match (then, now) {
        (None, _) => false,
        (Some(_), None) => true,
        (Some(then), Some(now)) => now.0 > then.0,
    };
    more(before.now.per_transfer, wanted.now.per_transfer)
        || more(before.now.per_day, wanted.now.per_day)
        || wanted.cooling_h < before.cooling_h
}

/// Whoever holds the account signs that more may leave it.
async fn signed(mut call: Call, wanted: &LimitsView, ledger: Currency) -> Result<Call, Problem> {
    let shown = LimitsDocument::of(ledger, wanted);
    let (account, written) = (AccountRef(wanted.now.account), serde_json::json!(shown));
    let written = serde_json::json!({ "account": account, "limits": written });
    call.act = Act("limit.loosen");
    let says = format!("limits of {account}: {}", written["limits"]);
    crate::people::allowed_act(call, says, String::new(), written).await
}

/// Of whom.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfParty {
    /// The party.
    pub party: PartyRef,
}

/// A role on an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoleName {
    /// Owns the money.
    Owner,
    /// Owns it together with others.
    JointOwner,
    /// May pay from it by mandate.
    Disponent,
    /// May see it.
    Viewer,
    /// Stands in for the owner by law.
    Guardian,
}

impl RoleName {
    fn kind(self) -> RoleKind {
        match self {
            RoleName::Owner => RoleKind::Owner,
            RoleName::JointOwner => RoleKind::JointOwner,
            RoleName::Disponent => RoleKind::Disponent,
            RoleName::Viewer => RoleKind::Viewer,
            RoleName::Guardian => RoleKind::Guardian,
        }
    }

    /// The name of a role.
    pub fn of(kind: RoleKind) -> RoleName {
        match kind {
            RoleKind::Owner => RoleName::Owner,
            RoleKind::JointOwner => RoleName::JointOwner,
            RoleKind::Disponent => RoleName::Disponent,
            RoleKind::Viewer => RoleName::Viewer,
            RoleKind::Guardian => RoleName::Guardian,
        }
    }
}

/// A role that is given or taken.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleOrder {
    /// Whose.
    pub party: PartyRef,
    /// Which.
    pub role: RoleName,
    /// The last day it holds; without end unless given.
    #[serde(default)]
    pub until: Option<Date>,
}

/// A party's role on an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RoleDocument {
    /// The account.
    pub account: AccountRef,
    /// Whose.
    pub party: PartyRef,
    /// Which.
    pub role: RoleName,
    /// The last day it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl RoleDocument {
    /// A role as an answer says it.
    pub fn of(role: &Role) -> RoleDocument {
        RoleDocument {
            account: AccountRef(role.account),
            party: PartyRef(role.party),
            role: RoleName::of(role.kind),
            until: (role.until != Day::BOOKING).then_some(Date(role.until)),
        }
    }
}

/// A party's roles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RolesDocument {
    /// All of them on this account.
    pub items: Vec<RoleDocument>,
}

async fn roles(call: Call) -> Result<Reply, Problem> {
    let OfParty { party } = call.query()?;
    let (view, _, _) = named(&call).await?;
    let account = view.account.id;
    let (items, records) = call
        .ask(move |engine| {
            let roles = engine.roles_of(party.0).filter(|role| role.account == account);
            (roles.map(RoleDocument::of).collect(), engine.records())
        })
        .await?;
    tagged(&call, &RolesDocument { items }, call.bank.entries_of(records)?)
}

async fn grant(call: Call) -> Result<Reply, Problem> {
    change_role(call, Command::GrantRole, CREATED).await
}

async fn revoke(call: Call) -> Result<Reply, Problem> {
    change_role(call, Command::RevokeRole, StatusCode::OK).await
}

async fn change_role(
    call: Call,
    command: fn(Role) -> Command,
    status: StatusCode,
) -> Result<Reply, Problem> {
    let order: RoleOrder = call.json()?;
    let (view, _, _) = named(&call).await?;
    let until = order.until.map_or(Day::BOOKING, |date| date.0);
    let role =
        Role { party: order.party.0, account: view.account.id, kind: order.role.kind(), until };
    let answers = call.submit(vec![command(role)], vec![view.account.id]).await?;
    let place = done(&answers)?;
    Ok(Reply::json(status, &RoleDocument::of(&role))?.at_entry(place.entry + 1))
}

/// Who orders a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderedBy {
    /// A court.
    Court,
    /// An authority against money laundering.
    Aml,
    /// A tax or customs authority.
    Tax,
    /// The bank itself, by contract.
    Bank,
}

/// A block that is to be placed.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldOrderDocument {
    /// How much; every debit is blocked if null.
    pub amount: Option<Money>,
    /// Whose order it is.
    pub ordered_by: OrderedBy,
    /// The order's file number; no personal data.
    #[schemars(length(min = 1, max = 64))]
    pub reference: String,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HoldDocument {
    /// Its id.
    pub id: HoldRef,
    /// On which account.
    pub account: AccountRef,
    /// How much; every debit is blocked if null.
    pub amount: Option<Money>,
    /// Whose order it is.
    pub ordered_by: String,
    /// The order's file number.
    pub reference: String,
}

/// Blocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HoldsDocument {
    /// Those in force.
    pub items: Vec<HoldDocument>,
}

impl HoldDocument {
    /// A hold as an answer says it.
    pub fn of(hold: &Hold, ledger: Currency) -> HoldDocument {
        HoldDocument {
            id: HoldRef(hold.id),
            account: AccountRef(hold.account),
            amount: hold.amount.map(|amount| Money::of(ledger, amount)),
            ordered_by: hold.order.word().to_owned(),
            reference: hold.reference.clone(),
        }
    }
}

async fn holds(call: Call) -> Result<Reply, Problem> {
    let (view, _, _) = named(&call).await?;
    let Account { id, ledger, .. } = view.account;
    let (items, records) = call
        .ask(move |engine| {
            let held = engine.holds().filter(|held| held.hold.account == id && !held.released);
            (held.map(|held| HoldDocument::of(&held.hold, ledger)).collect(), engine.records())
        })
        .await?;
    tagged(&call, &HoldsDocument { items }, call.bank.entries_of(records)?)
}

async fn place_hold(call: Call) -> Result<Reply, Problem> {
    let order: HoldOrderDocument = call.json()?;
    let (view, _, _) = named(&call).await?;
    let ledger = view.account.ledger;
    let amount = match &order.amount {
        None => None,
        Some(money) if money.currency.0 != ledger => {
            return Err(Problem::field("/amount/currency", format!("the account is in {ledger}")));
        }
        Some(money) => Some(money.minor().map_err(|why| Problem::field("/amount/amount", why))?),
    };
    let hold = Hold {
        id: crate::payments::key_of(&call)?,
        account: view.account.id,
        amount,
        order: match order.ordered_by {
            OrderedBy::Court => HoldOrder::Court,
            OrderedBy::Aml => HoldOrder::Aml,
            OrderedBy::Tax => HoldOrder::Tax,
            OrderedBy::Bank => HoldOrder::Bank,
        },
        reference: order.reference,
    };
    let answers = call.submit(vec![Command::PlaceHold(hold.clone())], Vec::new()).await?;
    let replayed = answers.first().is_some_and(|a| a.event.outcome() == Err(Refusal::Exists));
    if answers
        .first()
        .is_some_and(|a| a.event.outcome() == Err(Refusal::ExistsWithDifferentContent))
    {
        return Err(Problem::new(Kind::KeyReused, "another hold was placed under this key"));
    }
    let place = done(&answers)?;
    let reply = Reply::json(CREATED, &HoldDocument::of(&hold, ledger))?.at_entry(place.entry + 1);
    Ok(if replayed { reply.header(crate::call::REPLAYED, "true") } else { reply })
}

async fn release_hold(call: Call) -> Result<Reply, Problem> {
    let HoldRef(hold) = call.path("hold", HoldRef::parse)?;
    let (view, _, _) = named(&call).await?;
    let account = view.account.id;
    let here = call.ask(move |engine| {
        engine.holds().any(|held| held.hold.id == hold && held.hold.account == account)
    });
    if !here.await? {
        return Err(Problem::missing(format_args!("hold {} on it", HoldRef(hold))));
    }
    let answers = call.submit(vec![Command::ReleaseHold { hold }], Vec::new()).await?;
    let place = done(&answers)?;
    Ok(Reply::empty().at_entry(place.entry + 1))
}
