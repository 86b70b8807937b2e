//! The counter: who stands before it, what they have, an account opened, cash paid in and out.

use super::listed::{IDENTITY, caution, resembled, standing};
use super::own_accounts::called;
use super::staff::{list_of, text_of};
use super::together::prepare_form;
use crate::figures;
use crate::inside;
use crate::parts::amount::amount;
use crate::parts::field::{Field, choice, field, summary};
use crate::parts::figure::{Source, provenance};
use crate::parts::form::{button, form, hidden};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note};
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{Lang, count, text};
use axum::http::Method;
use maud::{Markup, html};
use serde_json::{Value, json};

/// Accounts that are opened at the counter, by their place in the chart.
const KINDS: [u16; 2] = [20_111, 20_112];
/// Cash paid in, and paid out, as the bank counts kinds of payments.
const CASH_IN: u16 = 401;
const CASH_OUT: u16 = 402;
/// Documents by which a new customer is known.
const DOCUMENTS: [&str; 3] = ["resident_id", "passport", "other"];

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/counter", find),
        inside!(GET "/counter/new", new),
        inside!(POST "/counter/new", register),
        inside!(GET "/counter/{party}", serve),
        inside!(POST "/counter/{party}/accounts", open_account),
        inside!(POST "/counter/{party}/cash", cash),
    ]
}

async fn find(visit: &Visit) -> Said {
    let words = visit.words;
    let typed = visit.query.get("find");
    let (named, wrong) = match found(visit, typed).await {
        Ok(Found::At(path)) => return Ok(Shown::Next(path)),
        Ok(Found::Nothing) => (None, None),
        Ok(Found::Named(read)) => (Some(read), None),
        Err(trouble) if trouble.is_stranger() => return Err(trouble),
        Err(trouble) => (None, Some(trouble)),
    };
    let faults: Vec<(String, String)> =
        wrong.iter().map(|trouble| ("find".to_owned(), trouble.says(words))).collect();
    let title = words.say("desk-counter");
    let body = html! {
        (head(&title, &words.say("counter-says")))
        div.narrow {
            (summary(words, "", &faults))
            form method="get" action="/counter" {
                (field(Field { name: "find", label: &words.say("counter-find"), hint: &words.say("counter-find-hint"), value: typed, ..Field::default() }, &faults))
                (button(&words.say("find-go"), true))
            }
            @if let Some(read) = &named { (those_found(visit, read)) }
            p.row-of { a.btn href="/counter/new" { (words.say("counter-new")) } a.btn href="/counter/drawer" { (words.say("drawer-title")) } }
        }
    };
    match &wrong {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

/// What was typed names.
enum Found {
    /// A page.
    At(String),
    /// Perhaps several people.
    Named(Value),
    /// Nothing was typed.
    Nothing,
}

async fn found(visit: &Visit, typed: &str) -> Result<Found, Trouble> {
    if typed.is_empty() {
        return Ok(Found::Nothing);
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    if typed.starts_with("pty_") && typed.bytes().all(plain) {
        visit.ask.get(&format!("/parties/{typed}")).await?;
        return Ok(Found::At(format!("/counter/{typed}")));
    }
    let Some(account) = figures::account_of(typed).filter(|id| id.bytes().all(plain)) else {
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("name", typed).finish();
        return Ok(Found::Named(visit.ask.get(&format!("/parties?{query}")).await?.body));
    };
    if visit.ask.get(&format!("/accounts/{account}")).await.is_ok() {
        return Ok(Found::At(format!("/accounts/{account}")));
    }
    let party = figures::party_of(typed).ok_or_else(Trouble::not_found)?;
    visit.ask.get(&format!("/parties/{party}")).await?;
    Ok(Found::At(format!("/counter/{party}")))
}

fn those_found(visit: &Visit, read: &Value) -> Markup {
    let words = visit.words;
    let all = list_of(read, "items");
    html! {
        section.p aria-labelledby="found" {
            header { h2 id="found" { (words.with("counter-found", &[("n", count(all.len() as u64))])) } }
            ul.plain { @for one in all { li {
                span {
                    b { a href={ "/counter/" (text_of(one, "party")) } { (text_of(one, "name")) } } " "
                    small {
                        @if let Some(year) = one["born"].as_str() { (words.with("counter-born", &[("year", text(year))])) " · " }
                        @if let Some(end) = one["document_end"].as_str() { (words.with("counter-document-end", &[("end", text(end))])) }
                    }
                }
            } } }
            @if read["all"] == false { p { (words.say("counter-found-more")) } }
        }
    }
}

async fn new(visit: &Visit) -> Said {
    new_page(visit, None, &[]).await
}

/// The form; `hits` are those whom somebody resembles whose form was just sent.
async fn new_page(visit: &Visit, trouble: Option<&Trouble>, hits: &[Value]) -> Said {
    let words = visit.words;
    let title = words.say("counter-new");
    let faults: Vec<(String, String)> = trouble
        .map(|trouble| trouble.said_fields(words))
        .unwrap_or_default()
        .into_iter()
        .map(|(name, says)| (name.trim_start_matches("fields-").replace('_', "-"), says))
        .collect();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let typed = |name: &str| visit.form.get(name).to_owned();
    let kinds = ["person", "organisation"]
        .map(|kind| (kind.to_owned(), words.say(&format!("kind-{kind}")).into_owned()));
    let documents = DOCUMENTS.map(|kind| {
        let word = format!("document-{}", kind.replace('_', "-"));
        (kind.to_owned(), words.say(&word).into_owned())
    });
    let (kind, document, compared) = (typed("kind"), typed("document-kind"), said_of(visit));
    let body = html! {
        (head(&title, &words.say("counter-new-says")))
        div.narrow {
            (summary(words, &says, &faults))
            @if !hits.is_empty() { (caution(visit, hits)) }
            (form(visit, "/counter/new", html! {
                (hidden("key", &Visit::new_key()))
                @if !hits.is_empty() { (hidden("compared", &compared)) }
                (choice(Field { name: "kind", label: &words.say("counter-kind"), value: &kind, ..Field::default() }, &kinds, &faults))
                @for (name, kind) in [("name", "text"), ("name-en", "text")] { (plain_field(visit, name, kind, &faults)) }
                (choice(Field { name: "document-kind", label: &words.say("document-kind"), value: &document, ..Field::default() }, &documents, &faults))
                @for (name, kind) in [("id-number", "text"), ("birth-date", "date"), ("phone", "tel"), ("address", "text")] { (plain_field(visit, name, kind, &faults)) }
                (button(&words.say(if hits.is_empty() { "counter-new-do" } else { "listed-register" }), true))
            }))
        }
    };
    match trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

fn plain_field(visit: &Visit, name: &str, kind: &str, faults: &[(String, String)]) -> Markup {
    let label = visit.words.say(&format!("identity-{name}"));
    field(
        Field { name, label: &label, value: visit.form.get(name), kind, ..Field::default() },
        faults,
    )
}

/// What of a newcomer is compared with lists, as it was typed.
fn said_of(visit: &Visit) -> String {
    ["kind", "name", "name-en", "birth-date"].map(|name| visit.form.get(name)).join(" / ")
}

async fn register(visit: &Visit) -> Said {
    let mut fields = serde_json::Map::new();
    for name in ["name", "name-en", "document-kind", "id-number", "birth-date", "phone", "address"]
    {
        if let Some(typed) = visit.form.filled(name) {
            fields.insert(name.replace('-', "_"), json!(typed));
        }
    }
    let order = json!({ "kind": visit.form.get("kind"), "fields": fields });
    // Whoever is like somebody listed is compared before anything is written; what was typed must be what was compared.
    if visit.form.get("compared") != said_of(visit) {
        match resembled(visit, &order).await {
            Ok(hits) if hits.is_empty() => {}
            Ok(hits) => return new_page(visit, None, &hits).await,
            Err(trouble) if trouble.is_stranger() => return Err(trouble),
            Err(trouble) => return new_page(visit, Some(&trouble), &[]).await,
        }
    }
    match visit.ask.post_once("/parties", order, visit.form.get("key")).await {
        Ok(made) => Ok(Shown::Next(format!("/counter/{}", text_of(&made.body, "id")))),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => new_page(visit, Some(&trouble), &[]).await,
    }
}

async fn serve(visit: &Visit) -> Said {
    serve_page(visit, None).await
}

async fn serve_page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let id = visit.named("party");
    let read = visit.ask.get(&format!("/parties/{id}")).await?;
    let party = &read.body;
    let accounts = accounts_of(visit, party).await;
    let title = party["fields"]["name"]
        .as_str()
        .map_or_else(|| words.say("who-erased").into_owned(), ToOwned::to_owned);
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let body = html! {
        div.head { div { h1 { (title) } p { (words.say("counter-compare")) } } a.btn href="/counter" { (words.say("counter-next")) } }
        @match trouble {
            Some(trouble) if trouble.code == "payer_must_confirm" => (warned(visit, trouble)),
            _ => (summary(words, &says, &faults)),
        }
        (standing(visit, party))
        div.grid {
            section.p.s5 aria-labelledby="identity" {
                header { h2 id="identity" { (words.say("counter-identity")) } }
                dl.facts { @for name in IDENTITY { @if let Some(value) = party["fields"][name].as_str() {
                    div { dt { (words.say(&format!("identity-{}", name.replace('_', "-")))) } dd { (value) } }
                } } }
                (provenance(words, &Source { entry: read.entry, ..Source::default() }, &words.say("counter-identity")))
            }
            section.p.s7 aria-labelledby="accounts" {
                header { h2 id="accounts" { (words.with("counter-accounts", &[("n", count(accounts.len() as u64))])) } }
                ul.hist { @for account in &accounts {
                    li {
                        span { a href={ "/accounts/" (text_of(account, "id")) } { (called(visit, account)) } small { (figures::account(text_of(account, "id"))) } }
                        (amount(&account["balance"]["booked"]))
                    }
                } }
                (open_form(visit, id))
            }
            @if !accounts.is_empty() { (cash_form(visit, id, &accounts, trouble, &faults)) }
            (prepare_form(visit, id, &[]))
        }
    };
    match trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

/// The open accounts of a party, as the API shows them.
async fn accounts_of(visit: &Visit, party: &Value) -> Vec<Value> {
    let mut ids: Vec<&str> =
        list_of(party, "roles").iter().map(|role| text_of(role, "account")).collect();
    ids.dedup();
    let mut accounts = Vec::new();
    for id in ids.into_iter().take(12) {
        if let Ok(answer) = visit.ask.get(&format!("/accounts/{id}")).await {
            accounts.push(answer.body);
        }
    }
    accounts.retain(|account| account["status"] == "open");
    accounts
}

/// What risk control would have the customer read before paying.
fn warned(visit: &Visit, trouble: &Trouble) -> Markup {
    let words = visit.words;
    let lang = match words.0 {
        Lang::En => "en",
        Lang::Zh => "zh",
    };
    note(
        Weight::Stop,
        &words.say("warn-title"),
        html! {
            p { (words.say("counter-warn")) }
            ul { @for reason in list_of(&trouble.document["risk"], "reasons") { li { (text_of(reason, lang)) } } }
        },
    )
}

fn open_form(visit: &Visit, id: &str) -> Markup {
    let words = visit.words;
    let kinds =
        KINDS.map(|code| (code.to_string(), words.say(&format!("account-{code}")).into_owned()));
    form(
        visit,
        &format!("/counter/{id}/accounts"),
        html! {
            (hidden("key", &Visit::new_key()))
            (choice(Field { name: "code", label: &words.say("counter-open"), ..Field::default() }, &kinds, &[]))
            (button(&words.say("counter-open-do"), false))
        },
    )
}

fn cash_form(
    visit: &Visit,
    id: &str,
    accounts: &[Value],
    trouble: Option<&Trouble>,
    faults: &[(String, String)],
) -> Markup {
    let words = visit.words;
    let typed = |name: &'static str| visit.form.get(name).to_owned();
    let (way, account, sum) = (typed("way"), typed("account"), typed("amount"));
    // A teller types the number of the till once.
    let till = visit.form.filled("till").unwrap_or(&visit.till);
    let ways =
        ["in", "out"].map(|way| (way.to_owned(), words.say(&format!("cash-{way}")).into_owned()));
    let theirs: Vec<(String, String)> =
        accounts.iter().map(|one| (text_of(one, "id").to_owned(), called(visit, one))).collect();
    let code = trouble.map_or("", |trouble| trouble.code.as_str());
    html! {
        section.p aria-labelledby="cash" {
            header { h2 id="cash" { (words.say("cash-title")) } }
            (form(visit, &format!("/counter/{id}/cash"), html! {
                (hidden("key", &Visit::new_key()))
                div.filter {
                    (choice(Field { name: "way", label: &words.say("cash-way"), value: &way, ..Field::default() }, &ways, faults))
                    (choice(Field { name: "account", label: &words.say("account"), value: &account, ..Field::default() }, &theirs, faults))
                    (field(Field { name: "till", label: &words.say("cash-till"), value: till, keys: "numeric", ..Field::default() }, faults))
                    (field(Field { name: "amount", label: &words.say("pay-amount"), value: &sum, keys: "decimal", ..Field::default() }, faults))
                }
                @if code == "must_sign" && let Some(asked) = trouble {
                    (hidden("challenge", text_of(&asked.document["challenge"], "id")))
                    (field(Field { name: "code", label: &words.say("code"), hint: &words.say("code-hint"), keys: "numeric", fills: "one-time-code", ..Field::default() }, faults))
                }
                @if code == "payer_must_confirm" { (hidden("confirmed", "1")) }
                (button(&words.say(if code == "payer_must_confirm" { "cash-all-the-same" } else { "cash-do" }), true))
            }))
        }
    }
}

async fn open_account(visit: &Visit) -> Said {
    let id = visit.named("party");
    let code: u16 = visit.form.get("code").parse().unwrap_or(0);
    let order = json!({ "currency": "CNY", "code": code, "owners": [id] });
    match visit.ask.post_once("/accounts", order, visit.form.get("key")).await {
        Ok(_) => Ok(Shown::Next(format!("/counter/{id}"))),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => serve_page(visit, Some(&trouble)).await,
    }
}

async fn cash(visit: &Visit) -> Said {
    match paid(visit).await {
        Ok(payment) => {
            let till = visit.till_cookie(visit.form.get("till"));
            Ok(Shown::NextWith(format!("/payments/{payment}"), till.into_iter().collect()))
        }
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => serve_page(visit, Some(&trouble)).await,
    }
}

/// Moves money between a till and an account of the customer.
async fn paid(visit: &Visit) -> Result<String, Trouble> {
    let till = figures::account_of(visit.form.get("till"))
        .ok_or_else(|| Trouble::field("till", "cash-till-wrong"))?;
    let theirs = visit.form.get("account").to_owned();
    let out = visit.form.get("way") == "out";
    let (from, to, kind) = if out { (theirs, till, CASH_OUT) } else { (till, theirs, CASH_IN) };
    let mut order = json!({
        "from": from, "to": to, "amount": figures::amount_of(visit.form.get("amount")), "currency": "CNY", "kind": kind,
    });
    if visit.form.get("confirmed") == "1" {
        order["confirmed"] = json!(true);
    }
    let mut more = vec![("idempotency-key", visit.form.get("key"))];
    let signed = super::signing::step_up(visit);
    if let Some(signed) = &signed {
        more.push(("step-up", signed));
    }
    let answer = visit.ask.send(Method::POST, "/payments", Some(order), &more).await?;
    Ok(text_of(&answer.body, "id").to_owned())
}
