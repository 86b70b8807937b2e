//! Payments for later: once on a day, or again every week or month; seen, made and ended.

use super::own_accounts::{accounts_of, called, may_pay};
use super::payees::Names;
use super::signing::{answer, signed};
use crate::figures;
use crate::inside;
use crate::parts::amount::amount;
use crate::parts::field::{Field, choice, field, summary};
use crate::parts::form::{button, hidden, one_button};
use crate::parts::frame::head;
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use axum::http::Method;
use maud::{Markup, html};
use serde_json::{Value, json};

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/orders", list),
        inside!(POST "/orders", place),
        inside!(POST "/orders/{account}/{order}/end", end),
    ]
}

async fn list(visit: &Visit) -> Said {
    list_page(visit, None).await
}

async fn list_page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let (_, mut accounts) = accounts_of(visit).await?;
    accounts.retain(may_pay);
    let mut all = Vec::new();
    for account in &accounts {
        let id = account["id"].as_str().unwrap_or_default();
        let orders = visit.ask.get(&format!("/accounts/{id}/orders")).await?;
        all.extend(orders.body["items"].as_array().cloned().unwrap_or_default());
    }
    let names = Names::of(visit).await;
    let title = words.say("orders-title");
    let tomorrow = visit.house.business_day().await.plus(1);
    let body = html! {
        (head(&title, &words.with("orders-says", &[("orders", crate::words::count(all.len() as u64))])))
        (table(visit, &all, &names))
        div.narrow { (new(visit, &accounts, &names, tomorrow, trouble)) }
    };
    match trouble {
        None => visit.page(&title, body),
        Some(trouble) => visit.again(trouble, &title, body),
    }
}

fn table(visit: &Visit, all: &[Value], names: &Names) -> Markup {
    let words = visit.words;
    html! {
        @if !all.is_empty() {
            div.scroll tabindex="0" role="region" aria-label=(words.say("orders-title")) {
                table {
                    thead { tr {
                        th scope="col" { (words.say("col-with")) } th scope="col" { (words.say("order-when")) }
                        th scope="col" { (words.say("order-next")) } th.num scope="col" { (words.say("pay-amount")) }
                        th scope="col" { span.vh { (words.say("order-end")) } }
                    } }
                    tbody { @for order in all { (row(visit, order, names)) } }
                }
            }
        }
    }
}

fn row(visit: &Visit, order: &Value, names: &Names) -> Markup {
    let words = visit.words;
    let text_of = |name: &str| order[name].as_str().unwrap_or_default();
    let path = format!("/orders/{}/{}/end", text_of("from"), text_of("id"));
    html! {
        tr {
            th scope="row" { @if let Some(name) = names.name(text_of("to")) { b.payee { (name) } " " } (figures::account(text_of("to"))) }
            td { (words.say(&format!("repeats-{}", text_of("repeats")))) }
            td { @if let Some(next) = order["next"].as_str() { (visit.day(next)) } }
            td.num { (amount(&order["money"])) }
            td { (one_button(visit, &path, &words.say("order-end"), &[("key", &Visit::new_key())])) }
        }
    }
}

fn new(
    visit: &Visit,
    accounts: &[Value],
    names: &Names,
    tomorrow: terms::Day,
    trouble: Option<&Trouble>,
) -> Markup {
    let words = visit.words;
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let from: Vec<(String, String)> = accounts
        .iter()
        .map(|account| {
            (account["id"].as_str().unwrap_or_default().to_owned(), called(visit, account))
        })
        .collect();
    let repeats = ["once", "weekly", "monthly"]
        .map(|word| (word.to_owned(), words.say(&format!("repeats-{word}")).into_owned()));
    let typed =
        |name: &str| visit.form.filled(name).unwrap_or_else(|| visit.query.get(name)).to_owned();
    let first = if typed("first").is_empty() { tomorrow.to_string() } else { typed("first") };
    let challenge = trouble.filter(|trouble| trouble.code == "must_sign");
    let challenge = challenge.map(|trouble| &trouble.document["challenge"]);
    html! {
        section.p aria-labelledby="new-order" {
            header { h2 id="new-order" { (words.say("order-new")) } }
            (summary(words, &says, &faults))
            (signed(visit, "/orders", challenge, html! {
                (hidden("key", &Visit::new_key()))
                (choice(Field { name: "from", label: &words.say("pay-from-label"), value: &typed("from"), ..Field::default() }, &from, &faults))
                (field(Field { name: "to", label: &words.say("pay-to"), hint: &words.say("pay-to-hint"), value: &typed("to"), keys: "numeric", ..Field::default() }, &faults))
                @if !names.all().is_empty() {
                    fieldset.payees {
                        legend { (words.say("pay-payees")) }
                        div.picks { @for (account, name) in names.all() { a.btn href={ "/orders?to=" (figures::digits_of(account)) } { (name) } } }
                    }
                }
                (field(Field { name: "amount", label: &words.say("pay-amount"), hint: &words.say("pay-amount-hint"), value: &typed("amount"), keys: "decimal", ..Field::default() }, &faults))
                (choice(Field { name: "repeats", label: &words.say("order-when"), value: &typed("repeats"), ..Field::default() }, &repeats, &faults))
                (field(Field { name: "first", label: &words.say("order-first"), value: &first, kind: "date", ..Field::default() }, &faults))
                @if let Some(asked) = challenge { (answer(visit, asked)) }
                (button(&words.say("order-place"), true))
            }))
        }
    }
}

async fn place(visit: &Visit) -> Said {
    match placed(visit).await {
        Ok(()) => Ok(Shown::Next("/orders".to_owned())),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => list_page(visit, Some(&trouble)).await,
    }
}

async fn placed(visit: &Visit) -> Result<(), Trouble> {
    let (_, accounts) = accounts_of(visit).await?;
    let from = accounts.iter().find(|account| account["id"] == visit.form.get("from"));
    let from = from.ok_or_else(|| Trouble::field("from", "field-from"))?;
    let to = figures::account_of(visit.form.get("to"))
        .ok_or_else(|| Trouble::field("to", "field-to"))?;
    let order = json!({
        "to": to, "money": { "amount": figures::amount_of(visit.form.get("amount")), "currency": from["currency"] }, "code": 301,
        "first": visit.form.get("first"), "repeats": visit.form.get("repeats"),
    });
    let path = format!("/accounts/{}/orders", from["id"].as_str().unwrap_or_default());
    let mut more = vec![("idempotency-key", visit.form.get("key"))];
    let signed = super::signing::step_up(visit);
    if let Some(signed) = &signed {
        more.push(("step-up", signed));
    }
    visit.ask.send(Method::POST, &path, Some(order), &more).await.map(|_| ())
}

async fn end(visit: &Visit) -> Said {
    let path = format!("/accounts/{}/orders/{}/end", visit.named("account"), visit.named("order"));
    visit.ask.post_once(&path, json!({}), visit.form.get("key")).await?;
    Ok(Shown::Next("/orders".to_owned()))
}
