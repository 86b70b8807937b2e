//! What may leave an account, as its holder says it: tighter counts at once, looser after a wait that they chose themselves.

use super::signing::{self, Came, Signing};
use super::staff::text_of;
use crate::figures;
use crate::inside;
use crate::parts::field::{Field, choice, field, summary};
use crate::parts::form::{button, form, hidden};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note};
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{count, text};
use axum::http::Method;
use maud::{Markup, html};
use serde_json::{Value, json};

/// Waits that are offered, in hours.
const WAITS: [u64; 5] = [0, 12, 24, 48, 72];

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/accounts/{account}/limits", limits),
        inside!(POST "/accounts/{account}/limits", set),
    ]
}

async fn limits(visit: &Visit) -> Said {
    limits_page(visit, None).await
}

async fn limits_page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let account = visit.named("account");
    let known = visit.ask.get(&format!("/accounts/{account}")).await?;
    let now = &known.body["limits"];
    let title = words.say("limits-title");
    // One field says amount and currency.
    let field_of =
        |name: &str| name.trim_end_matches("-amount").trim_end_matches("-currency").to_owned();
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let faults: Vec<(String, String)> =
        faults.into_iter().map(|(name, says)| (field_of(&name), says)).collect();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    // What waits is what was last wanted.
    let wanted = if now["later"].is_object() { &now["later"] } else { now };
    let value = |name: &str| {
        if trouble.is_some() {
            visit.form.get(name).to_owned()
        } else {
            wanted[name]["amount"].as_str().unwrap_or_default().to_owned()
        }
    };
    let (one, day) = (value("per_payment"), value("per_day"));
    let hours = wanted["cooling_off_hours"].as_u64().unwrap_or(0);
    let wait = visit.form.filled("cooling_off_hours").map_or(hours.to_string(), ToOwned::to_owned);
    let mut offered = WAITS.to_vec();
    if !offered.contains(&hours) {
        offered.push(hours);
        offered.sort_unstable();
    }
    let waits: Vec<(String, String)> =
        offered.iter().map(|hours| (hours.to_string(), wait_says(visit, *hours))).collect();
    let body = html! {
        (head(&title, &words.with("limits-says", &[("account", text(figures::account(account)))])))
        div.narrow {
            @if visit.query.get("done") == "1" { (note(Weight::Done, &words.say("limits-done"), html! {})) }
            (counting(visit, now))
            @if now["later"].is_object() { (waiting(visit, account, &known.body)) }
            (summary(words, &says, &faults))
            (form(visit, &format!("/accounts/{account}/limits"), html! {
                (hidden("currency", text_of(&known.body, "currency")))
                (field(Field { name: "per_payment", label: &words.say("limit-payment"), hint: &words.say("limit-hint"), value: &one, keys: "decimal", ..Field::default() }, &faults))
                (field(Field { name: "per_day", label: &words.say("limit-day"), hint: &words.say("limit-hint"), value: &day, keys: "decimal", ..Field::default() }, &faults))
                (choice(Field { name: "cooling_off_hours", label: &words.say("limit-wait"), hint: &words.say("limit-wait-hint"), value: &wait, ..Field::default() }, &waits, &faults))
                (button(&words.say("limits-set"), true))
            }))
            p { (words.say("limits-cooling")) }
        }
    };
    match trouble {
        None => visit.page(&title, body),
        Some(trouble) => visit.again(trouble, &title, body),
    }
}

fn wait_says(visit: &Visit, hours: u64) -> String {
    visit.words.with("limit-wait-hours", &[("n", count(hours))])
}

fn limit(visit: &Visit, of: &Value) -> String {
    match of["amount"].as_str() {
        Some(amount) => figures::money(amount, text_of(of, "currency")),
        None => visit.words.say("limit-none").into_owned(),
    }
}

/// Limits as facts.
fn facts(visit: &Visit, of: &Value) -> Markup {
    let words = visit.words;
    html! {
        dl.facts {
            div { dt { (words.say("limit-payment")) } dd { (limit(visit, &of["per_payment"])) } }
            div { dt { (words.say("limit-day")) } dd { (limit(visit, &of["per_day"])) } }
            div { dt { (words.say("limit-wait")) } dd { (wait_says(visit, of["cooling_off_hours"].as_u64().unwrap_or(0))) } }
        }
    }
}

fn counting(visit: &Visit, now: &Value) -> Markup {
    html! { section aria-labelledby="now" { h2 id="now" { (visit.words.say("limits-now")) } (facts(visit, now)) } }
}

/// What counts later, and the way to keep what counts now.
fn waiting(visit: &Visit, account: &str, known: &Value) -> Markup {
    let words = visit.words;
    let (now, later) = (&known["limits"], &known["limits"]["later"]);
    let from = visit.moment(text_of(later, "from"));
    let amount = |name: &str| now[name]["amount"].as_str().unwrap_or_default().to_owned();
    let hours = now["cooling_off_hours"].to_string();
    html! {
        section.note.know {
            h2 { (words.with("limits-later", &[("time", text(from))])) }
            (facts(visit, later))
            p { (words.say("limits-later-says")) }
            (form(visit, &format!("/accounts/{account}/limits"), html! {
                (hidden("currency", text_of(known, "currency")))
                (hidden("per_payment", &amount("per_payment")))
                (hidden("per_day", &amount("per_day")))
                (hidden("cooling_off_hours", &hours))
                (button(&words.say("limits-keep"), true))
            }))
        }
    }
}

/// What the form says.
fn wanted(visit: &Visit) -> Result<Value, Trouble> {
    let currency = visit.form.get("currency");
    let limit = |name: &str| {
        let typed = visit.form.filled(name)?;
        Some(json!({ "amount": figures::amount_of(typed), "currency": currency }))
    };
    let hours = match visit.form.filled("cooling_off_hours") {
        Some(typed) => {
            let wrong = || Trouble::field("cooling_off_hours", "field-cooling-off-hours");
            Some(typed.parse::<u8>().map_err(|_| wrong())?)
        }
        None => None,
    };
    let amount = |name: &str| figures::amount_of(visit.form.get(name)).parse::<f64>().ok();
    if let (Some(one), Some(day)) = (amount("per_payment"), amount("per_day"))
        && one > day
    {
        return Err(Trouble::field("per_payment", "limit-over-day"));
    }
    Ok(json!({
        "per_payment": limit("per_payment"), "per_day": limit("per_day"), "cooling_off_hours": hours,
    }))
}

async fn set(visit: &Visit) -> Said {
    let path = format!("/accounts/{}/limits", visit.named("account"));
    let came = async {
        let order = wanted(visit)?;
        let known = visit.ask.get(&path).await?;
        let tag = known.tag.as_ref().and_then(|tag| tag.to_str().ok()).unwrap_or("*").to_owned();
        signing::send_by(visit, Method::PUT, &path, order, ("if-match", &tag)).await
    };
    match came.await {
        Ok(Came::Done) => Ok(Shown::Next(format!("{path}?done=1"))),
        Ok(Came::MustSign(asked, wrong)) => sign(visit, &path, &asked, wrong.as_ref()),
        Ok(Came::Wrong(trouble)) => limits_page(visit, Some(&trouble)).await,
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => limits_page(visit, Some(&trouble)).await,
    }
}

/// Where whoever holds the account signs that more may leave it.
fn sign(visit: &Visit, path: &str, asked: &Trouble, wrong: Option<&Trouble>) -> Said {
    let words = visit.words;
    let title = words.say("limits-sign");
    let typed = ["currency", "per_payment", "per_day", "cooling_off_hours"];
    let fields = typed.map(|name| (name, visit.form.get(name)));
    let of = Signing {
        action: path,
        title: &title,
        says: &words.say("limits-sign-says"),
        yes: &words.say("limits-set"),
        back: path,
        fields: &fields,
    };
    let currency = visit.form.get("currency");
    let money = |name: &str| match visit.form.filled(name) {
        Some(typed) => {
            json!({ "amount": figures::padded(&figures::amount_of(typed)), "currency": currency })
        }
        None => Value::Null,
    };
    let wanted = json!({
        "per_payment": money("per_payment"), "per_day": money("per_day"),
        "cooling_off_hours": visit.form.get("cooling_off_hours").parse::<u64>().unwrap_or(0),
    });
    let body = signing::page(visit, &of, facts(visit, &wanted), asked, wrong);
    match wrong {
        Some(_) => visit.again(asked, &title, body),
        None => visit.page(&title, body),
    }
}
