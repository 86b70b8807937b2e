//! Coming in and going out: by passkey where there is script, by name, password and code without; with a link that opens
//! once; in a sample bank as one of its people.

use crate::parts::field::{Field, field, summary};
use crate::parts::form::{button, form, hidden};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note};
use crate::parts::qr::qr;
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit, local};
use crate::words::text;
use crate::{inside, open};
use access::Came;
use api::doors::cookies;
use api::identity::now_s;
use axum::http::StatusCode;
use axum::http::header::HeaderValue;
use maud::{Markup, html};
use serde_json::json;

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        open!(GET "/sign-in", sign_in),
        open!(POST "/sign-in", come_in),
        open!(GET "/link", link),
        open!(POST "/link/password", link_password),
        open!(POST "/link/code", link_code),
        open!(POST "/visit", be_somebody),
        inside!(POST "/sign-out", sign_out),
    ]
}

async fn sign_in(visit: &Visit) -> Said {
    if visit.me.is_some() {
        return Ok(Shown::Next(local(visit.query.get("then")).to_owned()));
    }
    let then = local(visit.query.get("then"));
    visit.page(&visit.words.say("sign-in"), sign_in_form(visit, then, None))
}

fn sign_in_form(visit: &Visit, then: &str, trouble: Option<&Trouble>) -> Markup {
    let words = visit.words;
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let why = if then == "/" { "sign-in-says" } else { "sign-in-first" };
    html! {
        (head(&words.say("sign-in"), &words.say(why)))
        div.narrow {
            (summary(words, &says, &faults))
            @if visit.house.tour.is_some() { (note(Weight::Know, &words.say("sign-in-sample"), html! { p { a.btn.pri href="/#tour" { (words.say("tour-title")) } } })) }
            section.passkey data-passkey="/api/v1/sign-in/passkey" data-then=(then) hidden {
                p { (words.say("passkey-says")) }
                button.btn.pri type="button" { (words.say("passkey-use")) }
                p.fault role="alert" hidden { (words.say("passkey-failed")) }
                p.or { (words.say("or")) }
            }
            (form(visit, "/sign-in", html! {
                (hidden("then", then))
                (field(Field { name: "name", label: &words.say("name"), value: visit.form.get("name"), fills: "username", ..Field::default() }, &faults))
                (field(Field { name: "password", label: &words.say("password"), kind: "password", fills: "current-password", ..Field::default() }, &faults))
                (field(Field { name: "code", label: &words.say("code"), hint: &words.say("code-hint"), keys: "numeric", fills: "one-time-code", ..Field::default() }, &faults))
                (button(&words.say("sign-in"), true))
            }))
            p { a href="/help" { (words.say("sign-in-lost")) } }
        }
    }
}

async fn come_in(visit: &Visit) -> Said {
    let then = local(visit.form.get("then"));
    let code: String = visit.form.get("code").chars().filter(|c| !c.is_whitespace()).collect();
    let who = json!({ "name": visit.form.get("name"), "password": visit.form.raw("password"), "code": code });
    match visit.ask.post("/sign-in/password", who).await {
        Ok(answer) => Ok(Shown::NextWith(then.to_owned(), answer.cookies)),
        Err(mut trouble) => {
            // It says that nobody is signed in, which is what this page is for.
            if trouble.is_stranger() {
                trouble.status = StatusCode::UNPROCESSABLE_ENTITY;
            }
            visit.again(
                &trouble,
                &visit.words.say("sign-in"),
                sign_in_form(visit, then, Some(&trouble)),
            )
        }
    }
}

/// The page of a link that opens once. The secret stands in the address, and goes no further than this bank.
async fn link(visit: &Visit) -> Said {
    let token = visit.query.get("token").to_owned();
    let seen = visit.ask.look("/links/look", json!({ "token": token })).await;
    let words = visit.words;
    let title = words.say("link-title");
    match seen {
        Ok(seen) => {
            let user = seen.body["user"].as_str().unwrap_or_default().to_owned();
            visit.page(&title, link_form(visit, &token, &user, None))
        }
        // Whatever else is wrong is no fault of the link.
        Err(trouble) if !trouble.is_stranger() => Err(trouble),
        Err(_) => {
            let trouble = Trouble::new(StatusCode::NOT_FOUND, "link_used");
            visit.again(
                &trouble,
                &title,
                html! {
                    (head(&title, &trouble.says(words)))
                    p { a.btn href="/help" { (words.say("ask-person")) } }
                },
            )
        }
    }
}

fn link_form(visit: &Visit, token: &str, user: &str, trouble: Option<&Trouble>) -> Markup {
    let words = visit.words;
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    html! {
        (head(&words.with("link-welcome", &[("user", text(user))]), &words.say("link-says")))
        div.narrow {
            (summary(words, &says, &faults))
            section.passkey data-passkey="/api/v1/links/passkey" data-token=(token) data-then="/" hidden {
                p { (words.say("link-passkey")) }
                button.btn.pri type="button" { (words.say("passkey-make")) }
                p.fault role="alert" hidden { (words.say("passkey-failed")) }
                p.or { (words.say("or")) }
            }
            (form(visit, "/link/password", html! {
                (hidden("link", token))
                (hidden("user", user))
                (field(Field { name: "password", label: &words.say("password-new"), hint: &words.say("password-hint"), kind: "password",
                    fills: "new-password", ..Field::default() }, &faults))
                (button(&words.say("go-on"), true))
            }))
        }
    }
}

async fn link_password(visit: &Visit) -> Said {
    let (token, user) = (visit.form.get("link").to_owned(), visit.form.get("user").to_owned());
    let asked = json!({ "token": token, "password": visit.form.raw("password") });
    let title = visit.words.say("link-title");
    match visit.ask.post("/links/password/begin", asked).await {
        Ok(given) => {
            let text = |name: &str| given.body[name].as_str().unwrap_or_default().to_owned();
            visit.page(&title, code_form(visit, &token, (&text("secret"), &text("uri")), None))
        }
        Err(trouble) => {
            let trouble = shown_here(trouble);
            visit.again(&trouble, &title, link_form(visit, &token, &user, Some(&trouble)))
        }
    }
}

/// The secret of an app that shows codes: as letters, for the camera of another device, and as a link for an app on this one.
fn code_form(
    visit: &Visit,
    token: &str,
    (secret, uri): (&str, &str),
    trouble: Option<&Trouble>,
) -> Markup {
    let words = visit.words;
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let letters: Vec<char> = secret.chars().collect();
    let shown: Vec<String> = letters.chunks(4).map(|four| four.iter().collect()).collect();
    html! {
        (head(&words.say("code-title"), &words.say("code-says")))
        div.narrow {
            (summary(words, &says, &[]))
            p.secret { code { (shown.join(" ")) } }
            @if uri.starts_with("otpauth://totp/") {
                p { a.btn href=(uri) { (words.say("code-open")) } }
                (qr(&words.say("qr"), uri))
            }
            (form(visit, "/link/code", html! {
                (hidden("link", token))
                (hidden("secret", secret))
                (hidden("uri", uri))
                (field(Field { name: "code", label: &words.say("code"), hint: &words.say("code-hint"), keys: "numeric", fills: "one-time-code",
                    ..Field::default() }, &[]))
                (button(&words.say("sign-in"), true))
            }))
        }
    }
}

async fn link_code(visit: &Visit) -> Said {
    let token = visit.form.get("link").to_owned();
    let code: String = visit.form.get("code").chars().filter(|c| !c.is_whitespace()).collect();
    match visit.ask.post("/links/password", json!({ "token": token, "code": code })).await {
        Ok(answer) => Ok(Shown::NextWith("/".to_owned(), answer.cookies)),
        // Another site chose what was sent: nothing of it is shown.
        Err(trouble) if trouble.status == StatusCode::FORBIDDEN => Err(trouble),
        Err(trouble) => {
            let trouble = shown_here(trouble);
            let shown = (visit.form.get("secret"), visit.form.get("uri"));
            let page = code_form(visit, &token, shown, Some(&trouble));
            visit.again(&trouble, &visit.words.say("link-title"), page)
        }
    }
}

/// A "nobody is signed in" that is about what was typed here, not about a session.
fn shown_here(mut trouble: Trouble) -> Trouble {
    if trouble.is_stranger() {
        trouble.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    trouble
}

/// In a sample bank, a visitor is one of its people; nowhere else.
async fn be_somebody(visit: &Visit) -> Said {
    let name = visit.form.get("name");
    let known =
        visit.house.tour.as_ref().is_some_and(|tour| tour.people.iter().any(|(_, n, _)| n == name));
    let access = visit.house.access().filter(|_| known).cloned().ok_or_else(Trouble::not_found)?;
    let (name, address, agent) = (name.to_owned(), visit.address.clone(), visit.agent.clone());
    let session = visit.session().map(ToOwned::to_owned);
    // A new session waits for the disk.
    let signed_in = tokio::task::spawn_blocking(move || {
        let came =
            Came { address: &address, agent: &agent, device: None, cookie: session.as_deref() };
        let signed_in = access.visit(&name, &came, now_s())?;
        Ok::<_, access::Denied>(cookies(&signed_in, &access))
    });
    let set = signed_in.await.ok().and_then(Result::ok).ok_or_else(Trouble::not_found)?;
    let set = set.iter().filter_map(|cookie| HeaderValue::from_str(cookie).ok()).collect();
    Ok(Shown::NextWith("/".to_owned(), set))
}

async fn sign_out(visit: &Visit) -> Said {
    let answer = visit.ask.post("/me/sign-out", json!({})).await?;
    Ok(Shown::NextWith("/".to_owned(), answer.cookies))
}

/// What stands where somebody must sign a payment.
pub fn signing_note(visit: &Visit) -> Markup {
    note(
        Weight::Know,
        &visit.words.say("sign-title"),
        html! { p { (visit.words.say("sign-says")) } },
    )
}
