//! Accounts: opened, looked at, limited, blocked; their balances now and at any entry, their payments and statements.

mod of_bank;
mod agreed;
mod helping;
mod orders;

pub use agreed::{HoldDocument, LimitsDocument, RoleDocument};

use crate::asking::Question;
use crate::bank::unreadable;
use crate::call::{Call, Reply, tagged};
use crate::gate::relation;
use crate::payments::status_of;
use crate::problem::{Kind, Problem};
use crate::table::{CREATED, Operation, get, post};
use crate::wire::{
    AccountRef, CurrencyCode, Date, Money, PartyRef, PaymentRef, Place, SignedMoney, account_number,
};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use engine::{AccountView, LimitsView, TransferView};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use terms::{
    Account, AccountFlags, AccountId, Command, Currency, Day, PartyId, Refusal, Role, RoleKind,
};

const TAG: &str = "accounts";
/// Things on a page at most.
pub const PAGE_MAX: usize = 200;
/// Things on a page unless asked otherwise.
pub const PAGE: usize = 50;

/// The operations.
pub fn operations() -> Vec<Operation> {
    let mut all = vec![
        post("/accounts", "open_account", TAG, "Opens an account, with its owners in the same act")
            .act("account.open")
            .money()
            .takes::<NewAccount>()
            .gives::<AccountDocument>(201, "It is open.")
            .by(open),
        get(
            "/accounts/{account}",
            "show_account",
            TAG,
            "An account with its balances, limits and holds",
        )
        .act("account.read")
        .gives::<AccountDocument>(200, "The account.")
        .by(show),
        get(
            "/accounts/{account}/balance",
            "show_balance",
            TAG,
            "A balance, now or as of an entry of the journal",
        )
        .act("balance.read")
        .query::<AsOf>()
        .gives::<BalanceDocument>(200, "The balance.")
        .by(balance),
        get(
            "/accounts/{account}/payments",
            "list_account_payments",
            TAG,
            "What happened on an account, the latest first",
        )
        .act("statement.read")
        .query::<LinesPage>()
        .gives::<LinesDocument>(200, "A page of it.")
        .by(lines),
        get(
            "/accounts/{account}/statement",
            "show_statement",
            TAG,
            "The statement of a period, read from the journal",
        )
        .act("statement.read")
        .query::<Period>()
        .gives::<StatementDocument>(200, "The statement.")
        .by(statement),
    ];
    all.extend(of_bank::operations());
    all.extend(agreed::operations());
    all.extend(helping::operations());
    all.extend(orders::operations());
    all
}

/// An account that is to be opened.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    /// Its currency.
    pub currency: CurrencyCode,
    /// Its place in the chart of accounts.
    #[schemars(range(min = 1, max = 65_535))]
    pub code: u16,
    /// Who owns it; one, or several together.
    #[serde(default)]
    #[schemars(length(max = 8))]
    pub owners: Vec<PartyRef>,
    /// It may be overdrawn; a deposit may not.
    #[serde(default)]
    pub overdraft: bool,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AccountDocument {
    /// Its id.
    pub id: AccountRef,
    /// `open` or `closed`.
    pub status: String,
    /// Its currency.
    pub currency: CurrencyCode,
    /// Its place in the chart of accounts.
    pub code: u16,
    /// Whether it may be overdrawn.
    pub overdraft: bool,
    /// Its balance.
    pub balance: BalanceDocument,
    /// What it may send.
    pub limits: LimitsDocument,
    /// Where its record stands, if it was opened just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journal: Option<Place>,
}

/// A balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BalanceDocument {
    /// The account.
    pub account: AccountRef,
    /// What came in less what went out.
    pub booked: SignedMoney,
    /// What may go out now: without what is reserved or blocked; absent in the past.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available: Option<Money>,
    /// Reserved to go out; absent in the past.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved_out: Option<Money>,
    /// Reserved to come in; absent in the past.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserved_in: Option<Money>,
    /// Blocked by order; absent in the past.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blocked: Option<Money>,
}

impl BalanceDocument {
    fn of(view: &AccountView) -> BalanceDocument {
        let ledger = view.account.ledger;
        let money = |amount| Some(Money::of(ledger, amount));
        BalanceDocument {
            account: AccountRef(view.account.id),
            booked: SignedMoney::of(ledger, view.balance()),
            available: money(view.available),
            reserved_out: money(view.debits_pending),
            reserved_in: money(view.credits_pending),
            blocked: money(view.held),
        }
    }
}

impl AccountDocument {
    fn of(
        view: &AccountView,
        limits: &LimitsView,
        closed: bool,
        journal: Option<Place>,
    ) -> AccountDocument {
        AccountDocument {
            id: AccountRef(view.account.id),
            status: if closed { "closed" } else { "open" }.to_owned(),
            currency: CurrencyCode(view.account.ledger),
            code: view.account.code,
            overdraft: !view.account.flags.has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS),
            balance: BalanceDocument::of(view),
            limits: LimitsDocument::of(view.account.ledger, limits),
            journal,
        }
    }
}

async fn open(call: Call) -> Result<Reply, Problem> {
    let order: NewAccount = call.json()?;
    if order.code == 0 {
        return Err(Problem::field("/code", "1 or more"));
    }
    if order.owners.len() > 8 {
        return Err(Problem::field("/owners", "8 at most"));
    }
    let key = crate::payments::key_of(&call)?;
    let id = account_number(key.0);
    let flags = if order.overdraft {
        AccountFlags::default()
    } else {
        AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS
    };
    let account = Account {
        id,
        user_data_128: crate::payments::half_of(&order),
        ledger: order.currency.0,
        code: order.code,
        flags,
        ..Account::default()
    };
    let kind = if order.owners.len() > 1 { RoleKind::JointOwner } else { RoleKind::Owner };
    let mut request = vec![Command::CreateAccount(account)];
    let owners = order.owners.iter().map(|owner| owner.0);
    request.extend(
        owners.clone().map(|party| {
            Command::GrantRole(Role { party, account: id, kind, until: Day::BOOKING })
        }),
    );
    // Owners who do not exist are named before anything is done.
    let parties: Vec<PartyId> = owners.collect();
    let missing = call.ask(move |engine| {
        parties.iter().position(|party| engine.party(*party).is_none_or(|(_, erased)| erased))
    });
    if let Some(at) = missing.await? {
        return Err(Problem::field(format!("/owners/{at}"), "there is no such party"));
    }
    let answers = call.submit(request, Vec::new()).await?;
    let first =
        answers.first().ok_or_else(|| Problem::new(Kind::Failed, "the bank gave no answer"))?;
    let replayed = match first.event.outcome() {
        Ok(()) => false,
        Err(Refusal::Exists) => true,
        Err(
            Refusal::ExistsWithDifferentUserData128
            | Refusal::ExistsWithDifferentCode
            | Refusal::ExistsWithDifferentLedger
            | Refusal::ExistsWithDifferentFlags,
        ) => {
            return Err(Problem::new(
                Kind::KeyReused,
                "an account with other terms was opened under this key",
            ));
        }
        Err(refusal) => return Err(Problem::refusal(refusal)),
    };
    let place = (!replayed).then(|| Place::of(first));
    let (view, closed, records) = seen(&call, id).await?;
    let limits = agreed::limits_of(&call, id).await?;
    let reply = Reply::json(CREATED, &AccountDocument::of(&view, &limits, closed, place))?;
    let reply = reply.at_entry(call.bank.entries_of(records)?);
    let reply =
        reply.header(LOCATION, &format!("{}/accounts/{}", crate::table::ROOT, AccountRef(id)));
    Ok(if replayed { reply.header(crate::call::REPLAYED, "true") } else { reply })
}

/// The account in the path, if the caller may see it.
async fn named(call: &Call) -> Result<(AccountView, bool, u64), Problem> {
    let AccountRef(id) = call.path("account", AccountRef::parse)?;
    seen(call, id).await
}

/// An account, whether it is closed, and how many records that was seen from.
async fn seen(call: &Call, id: AccountId) -> Result<(AccountView, bool, u64), Problem> {
    let party = call.who.party;
    let (view, related, closed, records) = call
        .ask(move |engine| {
            (
                engine.account(id),
                relation(engine, party, id),
                engine.is_closed(id),
                engine.records(),
            )
        })
        .await?;
    let missing = || Problem::missing(format_args!("account {}", AccountRef(id)));
    if !call.allows(related) {
        call.denied(Some(id));
        return Err(missing());
    }
    let view = view.ok_or_else(missing)?;
    call.looked(related, || AccountRef(id).to_string());
    Ok((view, closed, records))
}

async fn show(call: Call) -> Result<Reply, Problem> {
    let (view, closed, records) = named(&call).await?;
    let limits = agreed::limits_of(&call, view.account.id).await?;
    let document = AccountDocument::of(&view, &limits, closed, None);
    tagged(&call, &document, call.bank.entries_of(records)?)
}

/// A moment.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AsOf {
    /// As of that many entries of the journal; of now unless given.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub as_of: Option<u64>,
}

async fn balance(call: Call) -> Result<Reply, Problem> {
    let AsOf { as_of } = call.query()?;
    let (view, _, records) = named(&call).await?;
    let now = call.bank.entries_of(records)?;
    let Some(entry) = as_of else {
        return tagged(&call, &BalanceDocument::of(&view), now);
    };
    if entry == 0 || entry > now {
        return Err(Problem::field("?as_of", format!("1 to {now}, the entries there are")));
    }
    let account = view.account.id;
    let text = format!(
        "SELECT CAST(coalesce(sum(signed_amount), 0) AS VARCHAR) FROM postings WHERE account = '{account}'"
    );
    let asker = call.who.id.to_string();
    let question = Question { text, as_of: Some(entry), rows_max: 1, asker, personal: false };
    let answered = call.bank.asking.ask(question).await?;
    let sum = answered.rows.first().and_then(|row| row.first()?.as_str());
    let minor = sum.and_then(|text| minor_of(text, view.account.ledger));
    let minor = minor.ok_or_else(|| Problem::new(Kind::Failed, "the history gave no balance"))?;
    let past = BalanceDocument {
        account: AccountRef(account),
        booked: SignedMoney::of(view.account.ledger, minor),
        available: None,
        reserved_out: None,
        reserved_in: None,
        blocked: None,
    };
    tagged(&call, &past, entry)
}

/// A sum of the tables, in main units with as many places as they keep, in minor units.
fn minor_of(text: &str, ledger: Currency) -> Option<i128> {
    let (whole, places) = text.split_once('.').unwrap_or((text, ""));
    let digits = usize::from(ledger.minor_digits());
    let (kept, rest) = places.split_at(digits.min(places.len()));
    if rest.bytes().any(|digit| digit != b'0') {
        return None;
    }
    format!("{whole}{kept:0<digits$}").parse().ok()
}

/// Which page.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinesPage {
    /// Where the page before ended: its `next`.
    #[serde(default)]
    pub after: Option<String>,
    /// Lines at most; 50 unless given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 200))]
    pub limit: Option<usize>,
}

/// One payment as a line of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LineDocument {
    /// The payment; absent for a posting of several legs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment: Option<PaymentRef>,
    /// `in` or `out`.
    pub direction: &'static str,
    /// How much.
    pub amount: Money,
    /// Where it stands: `posted`, `reserved`, `held`, ….
    pub status: &'static str,
    /// Why it was paid, as the bank counts kinds of payments.
    pub kind: u16,
    /// The other account; absent for a posting of several legs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<AccountRef>,
    /// The business day it was decided on.
    pub booking_date: Date,
    /// From when it counts for interest.
    pub value_date: Date,
    /// When it was decided, in UTC.
    pub time: String,
    /// The number of its record.
    pub record: u64,
}

/// A page of lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct LinesDocument {
    /// The lines, the latest first.
    pub items: Vec<LineDocument>,
    /// Of the next page, for `after`; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// How many a page may have.
///
/// # Errors
/// None, or too many.
pub fn page_size(limit: Option<usize>) -> Result<usize, Problem> {
    let limit = limit.unwrap_or(PAGE);
    if (1..=PAGE_MAX).contains(&limit) {
        Ok(limit)
    } else {
        Err(Problem::field("?limit", format!("1 to {PAGE_MAX}")))
    }
}

async fn lines(call: Call) -> Result<Reply, Problem> {
    let LinesPage { after, limit } = call.query()?;
    let AccountRef(id) = call.path("account", AccountRef::parse)?;
    let limit = page_size(limit)?;
    let before = match after {
        None => u64::MAX,
        Some(text) => text.parse().map_err(|_| Problem::field("?after", "the `next` of a page"))?,
    };
    let party = call.who.party;
    let wanted: Vec<u64> = {
        let views = call.bank.handle.views();
        views.records_of(id).skip_while(|record| *record >= before).take(limit + 1).collect()
    };
    let more = wanted.len() > limit;
    // Texts are made here and not on the writer's thread, where payments wait.
    let (found, related, seen, records) = call
        .ask(move |engine| {
            let seen = wanted.iter().take(limit);
            let seen =
                seen.filter_map(|record| Some((engine.transfer_of_record(*record)?, *record)));
            let seen: Vec<_> = seen.collect();
            (engine.account(id).is_some(), relation(engine, party, id), seen, engine.records())
        })
        .await?;
    if !found || !call.allows(related) {
        if found {
            call.denied(Some(id));
        }
        return Err(Problem::missing(format_args!("account {}", AccountRef(id))));
    }
    call.looked(related, || AccountRef(id).to_string());
    let next = seen.last().filter(|_| more).map(|(_, record)| record.to_string());
    let items = seen.iter().map(|(view, record)| line(view, id, *record)).collect();
    let page = LinesDocument { items, next };
    Ok(Reply::json(StatusCode::OK, &page)?.at_entry(call.bank.entries_of(records)?))
}

/// A record as a line of an account.
fn line(view: &TransferView, account: AccountId, record: u64) -> LineDocument {
    let t = &view.transfer;
    let out = t.debit_account == account;
    LineDocument {
        payment: Some(PaymentRef(t.id)),
        direction: if out { "out" } else { "in" },
        amount: Money::of(t.ledger, t.amount),
        status: status_of(view),
        kind: t.code,
        counterparty: Some(AccountRef(if out { t.credit_account } else { t.debit_account })),
        booking_date: Date(view.booking_date),
        value_date: Date(t.value_date.or_booking(view.booking_date)),
        time: t.timestamp.iso_at(0),
        record,
    }
}

/// A period.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// The first day, included.
    pub from: Date,
    /// The last day, included.
    pub to: Date,
    /// `booking` or `value`: which date counts; `booking` unless given.
    #[serde(default)]
    pub by: ByDate,
}

/// Which date orders and bounds a statement.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ByDate {
    /// The business day it was booked on.
    #[default]
    Booking,
    /// The day it counts from.
    Value,
}

/// The statement of a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StatementDocument {
    /// The account.
    pub account: AccountRef,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// What it had before.
    pub opening: SignedMoney,
    /// What it has after.
    pub closing: SignedMoney,
    /// What was posted, in the order of its date.
    pub lines: Vec<StatementLineDocument>,
}

/// One line of a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StatementLineDocument {
    /// The payment or posting.
    pub payment: PaymentRef,
    /// `in` or `out`.
    pub direction: String,
    /// How much.
    pub amount: Money,
    /// The other account; absent for a posting of several legs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<AccountRef>,
    /// The business day it was booked on.
    pub booking_date: Date,
    /// From when it counts.
    pub value_date: Date,
    /// What the account has after it.
    pub balance: SignedMoney,
    /// The number of its record.
    pub record: u64,
}

/// Lines of an account that a statement may have to read.
const STATEMENT_RECORDS_MAX: usize = 20_000;

async fn statement(call: Call) -> Result<Reply, Problem> {
    let Period { from, to, by } = call.query()?;
    if to < from {
        return Err(Problem::field("?to", "not before from"));
    }
    let (view, _, records) = named(&call).await?;
    let account = view.account;
    let by = match by {
        ByDate::Booking => node::DateKind::Booking,
        ByDate::Value => node::DateKind::Value,
    };
    let seen: Vec<u64> = {
        let views = call.bank.handle.views();
        views.records_of(account.id).take(STATEMENT_RECORDS_MAX + 1).collect()
    };
    if seen.len() > STATEMENT_RECORDS_MAX {
        let detail = format!(
            "the account has more than {STATEMENT_RECORDS_MAX} lines; ask for them with /queries"
        );
        return Err(Problem::new(Kind::TooLarge, detail));
    }
    let read = call
        .blocking(move |bank| {
            node::Statement::read(&bank.reader, account, (seen, records), (from.0, to.0), by)
                .map_err(|why| unreadable(&why))
        })
        .await?;
    let ledger = account.ledger;
    let lines = read.lines.iter().map(|line| StatementLineDocument {
        payment: PaymentRef(line.id),
        direction: if line.side == terms::Side::Credit { "in" } else { "out" }.to_owned(),
        amount: Money::of(ledger, line.amount),
        counterparty: line.counterparty.map(AccountRef),
        booking_date: Date(line.booking_date),
        value_date: Date(line.value_date),
        balance: SignedMoney::of(ledger, line.balance),
        record: line.record,
    });
    let document = StatementDocument {
        account: AccountRef(account.id),
        from,
        to,
        opening: SignedMoney::of(ledger, read.opening),
        closing: SignedMoney::of(ledger, read.closing),
        lines: lines.collect(),
    };
    tagged(&call, &document, call.bank.entries_of(records)?)
}

/// Where the one thing that was asked was done.
///
/// # Errors
/// It was refused.
pub fn done(answers: &[node::Answer]) -> Result<Place, Problem> {
    let first =
        answers.first().ok_or_else(|| Problem::new(Kind::Failed, "the bank gave no answer"))?;
    match first.event.outcome() {
        Ok(()) | Err(Refusal::Exists) => Ok(Place::of(first)),
        Err(refusal) => {
            Err(Problem::refusal(refusal).beside("journal", serde_json::json!(Place::of(first))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_the_tables_become_minor_units_exactly() {
        assert_eq!(minor_of("-12.5000", Currency::CNY), Some(-1_250));
        assert_eq!(minor_of("12", Currency::CNY), Some(1_200));
        assert_eq!(minor_of("7.0", Currency::JPY), Some(7));
        assert_eq!(minor_of("-0.05", Currency::CNY), Some(-5));
        assert_eq!(minor_of("1.005", Currency::CNY), None);
        assert_eq!(minor_of("x", Currency::CNY), None);
    }
}
