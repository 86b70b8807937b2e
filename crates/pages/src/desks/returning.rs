//! A payment that was a mistake is given back by a new one, by operations: nothing in the journal is taken out.

use super::staff::{Sure, is_sure, surely, text_of};
use crate::figures;
use crate::inside;
use crate::parts::form::one_button;
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::text;
use axum::http::StatusCode;
use maud::{Markup, html};
use serde_json::{Value, json};

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![inside!(POST "/payments/{payment}/return", give_back)]
}

/// On the page of a payment: how it is given back, and by whom.
pub fn offer(visit: &Visit, of: &Value) -> Markup {
    let words = visit.words;
    let is = |role: &str| visit.me.as_ref().is_some_and(|me| me.is_one_of(&[role]));
    // What gave something back is not given back itself.
    let may_be = of["status"] == "posted" && of["of"].is_null();
    html! {
        @if let Some(first) = of["of"].as_str().filter(|_| is("operations") || is("teller")) {
            p { (words.say("return-of")) " " a href={ "/payments/" (first) } { code { (first) } } }
        }
        @if may_be && is("operations") {
            h2 { (words.say("return-title")) }
            p { (words.say("return-says")) }
            (one_button(visit, &format!("/payments/{}/return", text_of(of, "id")), &words.say("return-do"), &[("key", &Visit::new_key())]))
        } @else if may_be && is("teller") {
            h2 { (words.say("return-title")) }
            p { (words.say("return-by-operations")) }
        }
    }
}

async fn give_back(visit: &Visit) -> Said {
    let id = visit.named("payment");
    let read = visit.ask.get(&format!("/payments/{id}")).await?.body;
    if !visit.me()?.is_one_of(&["operations"]) {
        return Err(Trouble::new(StatusCode::FORBIDDEN, "forbidden"));
    }
    if !is_sure(visit) {
        return asked(visit, &read);
    }
    let path = format!("/payments/{id}/returns");
    match visit.ask.post_once(&path, json!({}), visit.form.get("key")).await {
        Ok(made) => Ok(Shown::Next(format!("/payments/{}", text_of(&made.body, "id")))),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => super::customer::payment_page(visit, Some(&trouble)).await,
    }
}

/// Once more, with how much and between whom.
fn asked(visit: &Visit, of: &Value) -> Said {
    let words = visit.words;
    let money = figures::money(text_of(of, "amount"), text_of(of, "currency"));
    let account = |name: &str| text(figures::account(text_of(of, name)));
    let says = words.with("return-sure-says", &[("from", account("to")), ("to", account("from"))]);
    let path = format!("/payments/{}", text_of(of, "id"));
    let sure = Sure {
        asks: &words.with("return-sure", &[("money", text(money))]),
        says: &says,
        action: &format!("{path}/return"),
        yes: &words.say("return-do"),
        back: &path,
    };
    surely(visit, &sure)
}
