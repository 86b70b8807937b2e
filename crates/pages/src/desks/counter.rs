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
pub const CASH_IN: u16 = 401;
/// The other way.
pub const CASH_OUT: u16 = 402;
/// Tills, by their place in the chart.
const TILL: u16 = 10_012;
/// Digits of a telephone number at least.
const PHONE_DIGITS_MIN: usize = 5;
/// Characters of a document's number that are looked for.
const DOCUMENT_CHARS: std::ops::RangeInclusive<usize> = 6..=64;
/// Documents by which a new customer is known.
const DOCUMENTS: [&str; 3] = ["resident_id", "passport", "other"];

/// The tills of the bank: the number of each and how it is read.
pub async fn tills(visit: &Visit) -> Result<Vec<(String, String)>, Trouble> {
    let read = visit.ask.get(&format!("/bank-accounts?code={TILL}")).await?.body;
    let till = |one: &Value| {
        let id = text_of(one, "id");
        (figures::digits_of(id), figures::account(id))
    };
    Ok(list_of(&read, "items").iter().map(till).collect())
}

/// One of them, as it was chosen.
pub async fn till(visit: &Visit, chosen: &str) -> Result<String, Trouble> {
    let wrong = || Trouble::field("till", "cash-till-wrong");
    let account = figures::account_of(chosen).ok_or_else(wrong)?;
    let digits = figures::digits_of(&account);
    let known = tills(visit).await?.into_iter().any(|(number, _)| number == digits);
    known.then_some(account).ok_or_else(wrong)
}

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/counter", find),
        inside!(GET "/counter/new", new),
        inside!(POST "/counter/new", register),
        inside!(GET "/counter/{party}", serve),
        inside!(POST "/counter/{party}/accounts", open_account),
        inside!(POST "/counter/{party}/cash", cash),
        inside!(POST "/counter/{party}/access", give_access),
        inside!(POST "/counter/{party}/recovery", ask_recovery),
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
        wrong.iter().map(|trouble| ("find".to_owned(), unfound(visit, trouble))).collect();
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

/// Why nobody was looked for.
fn unfound(visit: &Visit, trouble: &Trouble) -> String {
    if trouble.fields.is_empty() {
        return trouble.says(visit.words);
    }
    visit.words.say("counter-find-short").into_owned()
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
                @if let Some(again) = visit.form.filled("again") { (hidden("again", again)) }
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
    let phone = visit.form.get("phone");
    if !phone.is_empty() && phone.chars().filter(char::is_ascii_digit).count() < PHONE_DIGITS_MIN {
        return new_page(visit, Some(&Trouble::field("phone", "field-phone")), &[]).await;
    }
    if let Some(known) = known_by(visit, visit.form.get("id-number")).await?
        && visit.form.get("again") != visit.form.get("id-number")
    {
        return known_page(visit, &known);
    }
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

/// A customer with the same document.
async fn known_by(visit: &Visit, number: &str) -> Result<Option<Value>, Trouble> {
    // What no document's number is is refused where it is registered.
    if !DOCUMENT_CHARS.contains(&number.chars().count()) {
        return Ok(None);
    }
    let query =
        form_urlencoded::Serializer::new(String::new()).append_pair("name", number).finish();
    let read = visit.ask.get(&format!("/parties?{query}")).await?.body;
    Ok(list_of(&read, "items").first().cloned())
}

/// Somebody is registered already: to them, or on with it all the same where it is somebody else.
fn known_page(visit: &Visit, known: &Value) -> Said {
    let words = visit.words;
    let title = words.say("counter-known");
    visit.page(&title, html! {
        (head(&title, &words.say("counter-known-says")))
        div.narrow {
            (note(Weight::Stop, text_of(known, "name"), html! {
                p {
                    @if let Some(year) = known["born"].as_str() { (words.with("counter-born", &[("year", text(year))])) " · " }
                    @if let Some(end) = known["document_end"].as_str() { (words.with("counter-document-end", &[("end", text(end))])) }
                }
                p { a.btn.pri href={ "/counter/" (text_of(known, "party")) } { (words.say("counter-known-go")) } }
            }))
            (form(visit, "/counter/new", html! {
                @for (name, value) in visit.form.fields().filter(|(name, _)| !matches!(*name, "form_token" | "again")) { (hidden(name, value)) }
                (hidden("again", visit.form.get("id-number")))
                (button(&words.say("counter-known-not"), false))
            }))
        }
    })
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
    let tills = tills(visit).await?;
    let booked = booked(visit).await;
    let title = party["fields"]["name"]
        .as_str()
        .map_or_else(|| words.say("who-erased").into_owned(), ToOwned::to_owned);
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let signing_in = super::let_in::signing_in(visit, id, &faults).await;
    let body = html! {
        div.head { div { h1 { (title) } p { (words.say("counter-compare")) } } a.btn href="/counter" { (words.say("counter-next")) } }
        @match trouble {
            Some(trouble) if trouble.code == "payer_must_confirm" => (warned(visit, trouble)),
            _ => (summary(words, &says, &faults)),
        }
        (booked)
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
            @if !accounts.is_empty() { (cash_form(visit, id, (&accounts, &tills), trouble, &faults)) }
            (prepare_form(visit, id, &[]))
            (signing_in)
        }
    };
    match trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

/// The cash that was just booked, and the way to its slip.
async fn booked(visit: &Visit) -> Markup {
    let words = visit.words;
    let Some(id) = visit.query.filled("booked") else { return html! {} };
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if !id.bytes().all(plain) {
        return html! {};
    }
    let Ok(read) = visit.ask.get(&format!("/payments/{id}")).await else { return html! {} };
    let of = &read.body;
    let word = if of["kind"] == CASH_OUT { "cash-went" } else { "cash-came" };
    let money = figures::money(text_of(of, "amount"), text_of(of, "currency"));
    note(
        Weight::Done,
        &words.with(word, &[("money", text(money))]),
        html! { p { a.btn href={ "/payments/" (id) } { (words.say("cash-slip")) } } },
    )
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
    (accounts, tills): (&[Value], &[(String, String)]),
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
                    (choice(Field { name: "till", label: &words.say("cash-till"), value: till, ..Field::default() }, tills, faults))
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
            let path = format!("/counter/{}?booked={payment}", visit.named("party"));
            Ok(Shown::NextWith(path, till.into_iter().collect()))
        }
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        // The rights of a teller end at an amount.
        Err(trouble) if trouble.code == "forbidden" => {
            serve_page(visit, Some(&Trouble::field("amount", "cash-too-large"))).await
        }
        Err(trouble) => serve_page(visit, Some(&trouble)).await,
    }
}

/// Moves money between a till and an account of the customer.
async fn paid(visit: &Visit) -> Result<String, Trouble> {
    // Money from any other account than a till is no cash.
    let till = till(visit, visit.form.get("till")).await?;
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

/// The link is shown this once, to whom it is for.
async fn give_access(visit: &Visit) -> Said {
    let id = visit.named("party");
    match visit.ask.post(&format!("/parties/{id}/access"), json!({})).await {
        Ok(made) => super::let_in::link_page(visit, id, &made.body),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => serve_page(visit, Some(&trouble)).await,
    }
}

/// Another person of the bank says yes to it.
async fn ask_recovery(visit: &Visit) -> Said {
    let id = visit.named("party");
    let asked = async {
        let known = visit.ask.get(&format!("/parties/{id}/access")).await?.body;
        let name = known["name"].as_str().ok_or_else(Trouble::not_found)?;
        let reason = visit.form.filled("reason");
        let reason = reason.ok_or_else(|| Trouble::field("reason", "access-reason"))?;
        visit.ask.post(&format!("/users/{name}/recovery"), json!({ "reason": reason })).await
    };
    match asked.await {
        Ok(_) => Ok(Shown::Next(format!("/counter/{id}?done=recovery#signing-in"))),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => serve_page(visit, Some(&trouble)).await,
    }
}
