//! Cash that was booked wrong is given back by a new payment, by operations: nothing in the journal is taken out.

use super::counter::{CASH_IN, CASH_OUT};
use super::signing::{self, Signing};
use super::staff::{Sure, surely, text_of};
use crate::figures;
use crate::parts::form::one_button;
use crate::trouble::Trouble;
use crate::visit::{Said, Visit};
use crate::words::text;
use maud::{Markup, html};
use serde_json::Value;

/// On the page of a payment: how it is given back, and by whom.
pub fn offer(visit: &Visit, of: &Value) -> Markup {
    let words = visit.words;
    let is = |role: &str| visit.me.as_ref().is_some_and(|me| me.is_one_of(&[role]));
    let cash =
        of["status"] == "posted" && [CASH_IN, CASH_OUT].iter().any(|kind| of["kind"] == *kind);
    // What belongs to another payment gave it back; what was held first is a reservation that was posted.
    let may_be = cash && of["of"].is_null() && of["case"].is_null();
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

/// How much is given back.
fn how_much(visit: &Visit, of: &Value) -> String {
    let money = figures::money(text_of(of, "amount"), text_of(of, "currency"));
    visit.words.with("return-sure", &[("money", text(money))])
}

/// From whom to whom.
fn between(visit: &Visit, of: &Value) -> String {
    let account = |name: &str| text(figures::account(text_of(of, name)));
    visit.words.with("return-sure-says", &[("from", account("to")), ("to", account("from"))])
}

/// Once more, with how much and between whom.
pub fn asked(visit: &Visit, of: &Value) -> Said {
    let path = format!("/payments/{}", text_of(of, "id"));
    let sure = Sure {
        asks: &how_much(visit, of),
        says: &between(visit, of),
        action: &format!("{path}/return"),
        yes: &visit.words.say("return-do"),
        back: &path,
    };
    surely(visit, &sure)
}

/// Much is signed.
pub fn signed(visit: &Visit, of: &Value, asked: &Trouble, wrong: Option<&Trouble>) -> Said {
    let (path, title) = (format!("/payments/{}", text_of(of, "id")), how_much(visit, of));
    let signing = Signing {
        action: &format!("{path}/return"),
        title: &title,
        says: &between(visit, of),
        yes: &visit.words.say("return-do"),
        back: &path,
        fields: &[("sure", "1"), ("key", visit.form.get("key"))],
    };
    let body = signing::page(visit, &signing, html! {}, asked, wrong);
    visit.again(wrong.unwrap_or(asked), &title, body)
}
