//! Signing what is no payment, as letting somebody see an account or keeping a new payee: the API answers the first try with a
//! challenge, the page shows what is signed, and the same order goes again with the answer.

use crate::parts::field::{Field, field, summary};
use crate::parts::form::{button, hidden};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note};
use crate::trouble::Trouble;
use crate::visit::Visit;
use axum::http::Method;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maud::{Markup, html};
use serde_json::{Value, json};

/// What became of an order that may have to be signed.
pub enum Came {
    /// It was done.
    Done,
    /// It must be signed first; the second is why the last signature was none.
    MustSign(Trouble, Option<Trouble>),
    /// Something else is wrong with it.
    Wrong(Trouble),
}

/// Sends an order with the signature that the form brings, if it brings one.
///
/// # Errors
/// Nobody is signed in.
pub async fn send(visit: &Visit, path: &str, order: Value, key: &str) -> Result<Came, Trouble> {
    send_by(visit, Method::POST, path, order, ("idempotency-key", key)).await
}

/// The same by another method, with the header that it needs.
///
/// # Errors
/// Nobody is signed in.
pub async fn send_by(
    visit: &Visit,
    method: Method,
    path: &str,
    order: Value,
    once: (&'static str, &str),
) -> Result<Came, Trouble> {
    let signed = step_up(visit);
    let mut more = vec![once];
    if let Some(signed) = &signed {
        more.push(("step-up", signed));
    }
    match visit.ask.send(method.clone(), path, Some(order.clone()), &more).await {
        Ok(_) => Ok(Came::Done),
        Err(trouble) if trouble.code == "must_sign" => Ok(Came::MustSign(trouble, None)),
        Err(trouble) if signed.is_none() && trouble.is_stranger() => Err(trouble),
        // The signature was not right: a new challenge for the same.
        Err(wrong) if signed.is_some() && (wrong.is_stranger() || wrong.status.as_u16() == 403) => {
            match visit.ask.send(method, path, Some(order), &[once]).await {
                Err(asked) if asked.code == "must_sign" => Ok(Came::MustSign(asked, Some(wrong))),
                _ => Ok(Came::Wrong(wrong)),
            }
        }
        Err(trouble) => Ok(Came::Wrong(trouble)),
    }
}

/// What is signed, in the words of the page that asks for it.
pub struct Signing<'a> {
    /// Where its form goes.
    pub action: &'a str,
    /// What it is.
    pub title: &'a str,
    /// What to think of before.
    pub says: &'a str,
    /// What the button says.
    pub yes: &'a str,
    /// Where one goes who would rather not.
    pub back: &'a str,
    /// What was typed, to be sent again.
    pub fields: &'a [(&'a str, &'a str)],
}

/// The page on which it is signed.
pub fn page(
    visit: &Visit,
    of: &Signing<'_>,
    what: Markup,
    asked: &Trouble,
    wrong: Option<&Trouble>,
) -> Markup {
    let words = visit.words;
    let challenge = &asked.document["challenge"];
    // Whatever was wrong with it, it was the signature.
    let says = wrong.map(|_| words.say("sign-wrong")).unwrap_or_default();
    html! {
        (head(of.title, of.says))
        div.narrow {
            (summary(words, &says, &[]))
            (what)
            (signed(visit, of.action, Some(challenge), html! {
                @for (name, value) in of.fields { (hidden(name, value)) }
                (answer(visit, challenge))
                (button(of.yes, true))
            }))
            p.row-of { a.btn href=(of.back) { (words.say("sign-not")) } " " a.btn href="/help" { (words.say("ask-person")) } }
        }
    }
}

/// A form whose act is signed: with a passkey by the browser, where the challenge asks for one.
pub fn signed(visit: &Visit, action: &str, challenge: Option<&Value>, inner: Markup) -> Markup {
    let options =
        challenge.filter(|asked| !by_code(asked)).map(|asked| asked["options"].to_string());
    html! {
        form method="post" action=(action) novalidate data-sign=[options] {
            (hidden("form_token", &visit.form_token()))
            (inner)
        }
    }
}

/// What answers a challenge.
pub fn answer(visit: &Visit, challenge: &Value) -> Markup {
    let words = visit.words;
    html! {
        @if by_code(challenge) && let Some(code) = visit.house.sample_code(visit.me.as_ref().map(|me| &*me.name)) {
            (note(Weight::Know, &words.say("tour-phone"), html! { p.secret { code { (code) } } p { (words.say("tour-phone-says")) } }))
        }
        (hidden("challenge", challenge["id"].as_str().unwrap_or_default()))
        @if by_code(challenge) {
            (field(Field { name: "code", label: &words.say("code"), hint: &words.say("code-hint"), keys: "numeric", fills: "one-time-code",
                ..Field::default() }, &[]))
        } @else { (hidden("answer", "")) noscript { p.fault { (words.say("passkey-no-script")) } } }
    }
}

fn by_code(challenge: &Value) -> bool {
    challenge["answer_with"] == "code"
}

/// The answer to a challenge, as the API takes it in its header.
pub fn step_up(visit: &Visit) -> Option<String> {
    let id = visit.form.filled("challenge")?;
    let answer = match visit.form.filled("answer") {
        Some(passkey) => {
            json!({ "id": id, "passkey": serde_json::from_str::<Value>(passkey).ok()? })
        }
        None => {
            let code: String =
                visit.form.get("code").chars().filter(|c| !c.is_whitespace()).collect();
            json!({ "id": id, "code": code })
        }
    };
    Some(URL_SAFE_NO_PAD.encode(answer.to_string()))
}
