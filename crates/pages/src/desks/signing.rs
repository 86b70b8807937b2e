//! Signing what is no payment, as letting somebody see an account or keeping a new payee: the API answers the first try with a
//! challenge, the page shows what is signed, and the same order goes again with the answer.

use super::pay::step_up;
use crate::parts::field::{Field, field, summary};
use crate::parts::form::{button, hidden};
use crate::parts::frame::head;
use crate::trouble::Trouble;
use crate::visit::Visit;
use axum::http::Method;
use maud::{Markup, html};
use serde_json::Value;

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
    let signed = step_up(visit);
    let once = ("idempotency-key", key);
    let mut more = vec![once];
    if let Some(signed) = &signed {
        more.push(("step-up", signed));
    }
    match visit.ask.send(Method::POST, path, Some(order.clone()), &more).await {
        Ok(_) => Ok(Came::Done),
        Err(trouble) if trouble.code == "must_sign" => Ok(Came::MustSign(trouble, None)),
        Err(trouble) if signed.is_none() && trouble.is_stranger() => Err(trouble),
        // The signature was not right: a new challenge for the same.
        Err(wrong) if signed.is_some() && (wrong.is_stranger() || wrong.status.as_u16() == 403) => {
            match visit.ask.send(Method::POST, path, Some(order), &[once]).await {
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
    let by_code = challenge["answer_with"] == "code";
    let says = wrong.map(|trouble| trouble.says(words)).unwrap_or_default();
    html! {
        (head(of.title, of.says))
        div.narrow {
            (summary(words, &says, &[]))
            (what)
            form method="post" action=(of.action) novalidate data-sign=[(!by_code).then(|| challenge["options"].to_string())] {
                (hidden("form_token", &visit.form_token()))
                @for (name, value) in of.fields { (hidden(name, value)) }
                (hidden("challenge", challenge["id"].as_str().unwrap_or_default()))
                @if by_code {
                    (field(Field { name: "code", label: &words.say("code"), hint: &words.say("code-hint"), keys: "numeric", fills: "one-time-code",
                        ..Field::default() }, &[]))
                } @else { (hidden("answer", "")) noscript { p.fault { (words.say("passkey-no-script")) } } }
                (button(of.yes, true))
            }
            p.row-of { a.btn href=(of.back) { (words.say("sign-not")) } " " a.btn href="/help" { (words.say("ask-person")) } }
        }
    }
}
