//! Paying: write it down, see what would become of it, confirm, have a receipt. Between the steps everything stands in the
//! form; the key under which the money moves is made with the page that asks for the last yes, so that a double click pays
//! once. Where risk control warns, the warning comes before the button, and not paying is the first thing offered.

use super::customer::told;
use super::own_accounts::{accounts_of, called, may_pay};
use super::payees::Names;
use super::sign_in::signing_note;
use super::signing::{answer, signed, step_up};
use crate::figures;
use crate::inside;
use crate::parts::field::{Field, choice, field, summary};
use crate::parts::form::{button, form, hidden};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note};
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::text;
use axum::http::Method;
use maud::{Markup, html};
use serde_json::{Value, json};

/// Payees of before that are offered.
const PAYEES_MAX: usize = 8;

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/pay", ask),
        inside!(POST "/pay", look),
        inside!(GET "/pay/confirm", ask),
        inside!(POST "/pay/confirm", confirm),
    ]
}

/// What somebody wants to pay, as it was typed.
struct Wish {
    from: String,
    to: String,
    amount: String,
    text: String,
}

impl Wish {
    fn of(form: &crate::form::Form) -> Wish {
        let get = |name: &str| form.get(name).to_owned();
        Wish { from: get("from"), to: get("to"), amount: get("amount"), text: get("text") }
    }

    /// As the API takes it; `account` is the one that pays.
    fn order(&self, account: &Value, confirmed: bool) -> Result<Value, Trouble> {
        let to = figures::account_of(&self.to).ok_or_else(|| Trouble::field("to", "field-to"))?;
        let currency = account["currency"].as_str().unwrap_or("CNY");
        let mut order = json!({
            "from": account["id"], "to": to, "amount": figures::amount_of(&self.amount), "currency": currency, "kind": 301,
        });
        if !self.text.is_empty() {
            order["text"] = json!(self.text);
        }
        if confirmed {
            order["confirmed"] = json!(true);
        }
        Ok(order)
    }

    fn hidden(&self) -> Markup {
        html! {
            (hidden("from", &self.from)) (hidden("to", &self.to)) (hidden("amount", &self.amount)) (hidden("text", &self.text))
        }
    }
}

async fn ask(visit: &Visit) -> Said {
    write(visit, &Wish::of(&visit.query), None).await
}

/// The form, empty or as it was typed.
async fn write(visit: &Visit, wish: &Wish, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let (_, mut accounts) = accounts_of(visit).await?;
    accounts.retain(may_pay);
    let title = words.say("pay-title");
    if accounts.is_empty() {
        return visit.page(&title, html! { (head(&title, &words.say("home-no-account"))) });
    }
    let names = Names::of(visit).await;
    let mut payees = payees(visit, &accounts).await;
    payees.retain(|account| names.name(account).is_none());
    let to = |account: &str| {
        let digits = figures::digits_of(account);
        let query = form_urlencoded::Serializer::new(String::new())
            .append_pair("to", &digits)
            .append_pair("from", &wish.from)
            .append_pair("amount", &wish.amount)
            .append_pair("text", &wish.text)
            .finish();
        format!("/pay?{query}")
    };
    let from: Vec<(String, String)> = accounts
        .iter()
        .map(|account| {
            let free = &account["balance"]["available"];
            let money = figures::money(
                free["amount"].as_str().unwrap_or_default(),
                free["currency"].as_str().unwrap_or_default(),
            );
            let label = words.with(
                "pay-from",
                &[("account", text(called(visit, account))), ("money", text(money))],
            );
            (account["id"].as_str().unwrap_or_default().to_owned(), label)
        })
        .collect();
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let body = html! {
        (head(&title, &words.say("pay-says")))
        div.narrow {
            (summary(words, &says, &faults))
            (form(visit, "/pay", html! {
                (choice(Field { name: "from", label: &words.say("pay-from-label"), value: &wish.from, ..Field::default() }, &from, &faults))
                (field(Field { name: "to", label: &words.say("pay-to"), hint: &words.say("pay-to-hint"), value: &wish.to, keys: "numeric", ..Field::default() }, &faults))
                @if !names.all().is_empty() {
                    fieldset.payees {
                        legend { (words.say("pay-payees")) }
                        div.picks { @for (account, name) in names.all() { a.btn href=(to(account)) { (name) } } }
                    }
                }
                @if !payees.is_empty() {
                    fieldset.payees {
                        legend { (words.say("pay-before")) }
                        div.picks { @for payee in &payees { a.btn href=(to(payee)) { (figures::account(payee)) } } }
                    }
                }
                (field(Field { name: "amount", label: &words.say("pay-amount"), hint: &words.say("pay-amount-hint"), value: &wish.amount, keys: "decimal", ..Field::default() }, &faults))
                (field(Field { name: "text", label: &words.say("pay-text"), hint: &words.say("pay-text-hint"), value: &wish.text, ..Field::default() }, &faults))
                (button(&words.say("pay-look"), true))
            }))
        }
    };
    match trouble {
        None => visit.page(&title, body),
        Some(trouble) => visit.again(trouble, &title, body),
    }
}

/// Whom the first account paid lately.
async fn payees(visit: &Visit, accounts: &[Value]) -> Vec<String> {
    let Some(id) = accounts.first().and_then(|account| account["id"].as_str()) else {
        return Vec::new();
    };
    let Ok(page) = visit.ask.get(&format!("/accounts/{id}/payments?limit=100")).await else {
        return Vec::new();
    };
    let mut found: Vec<String> = Vec::new();
    for line in page.body["items"].as_array().into_iter().flatten() {
        let Some(other) = line["counterparty"].as_str() else { continue };
        if line["direction"] == "out"
            && !found.iter().any(|known| known == other)
            && found.len() < PAYEES_MAX
        {
            found.push(other.to_owned());
        }
    }
    found
}

/// The account that pays, among one's own.
async fn payer(visit: &Visit, wish: &Wish) -> Result<Value, Trouble> {
    let (_, accounts) = accounts_of(visit).await?;
    let chosen = accounts.into_iter().find(|account| account["id"] == wish.from.as_str());
    chosen.ok_or_else(|| Trouble::field("from", "field-from"))
}

/// What would become of it.
async fn look(visit: &Visit) -> Said {
    let wish = Wish::of(&visit.form);
    let quoted = async {
        let account = payer(visit, &wish).await?;
        let order = wish.order(&account, false)?;
        let quote = visit.ask.post("/payments/quote", order).await?;
        Ok::<_, Trouble>((account, quote.body))
    };
    match quoted.await {
        Ok((account, quote)) => {
            let names = Names::of(visit).await;
            let body = last_look(visit, &wish, &account, &quote, &names);
            visit.page(&visit.words.say("pay-check"), body)
        }
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => write(visit, &wish, Some(&trouble)).await,
    }
}

fn last_look(visit: &Visit, wish: &Wish, account: &Value, quote: &Value, names: &Names) -> Markup {
    let words = visit.words;
    let would = quote["would"].as_str().unwrap_or_default();
    let reasons = quote["risk"]["reasons"].as_array().map(Vec::as_slice).unwrap_or_default();
    let why = html! {
        @if !reasons.is_empty() { ul { @for reason in reasons { li { (told(words.0, reason)) } } } }
    };
    html! {
        (head(&words.say("pay-check"), &words.say("pay-check-says")))
        div.narrow {
            (what(visit, wish, account, names))
            @match would {
                "ask" => (note(Weight::Stop, &words.say("warn-title"), html! {
                    p { (words.say("warn-says")) } (why)
                    ul.stops { li { (words.say("warn-1")) } li { (words.say("warn-2")) } li { (words.say("warn-3")) } }
                })),
                "hold" => (note(Weight::Know, &words.say("hold-title"), html! { p { (words.say("hold-says")) } (why) })),
                "refuse" => (note(Weight::Stop, &words.say("refuse-title"), html! { p { (refused(visit, quote)) } (why) })),
                _ => {}
            }
            @if would == "ask" {
                div.choices {
                    a.btn.pri href="/home" { (words.say("warn-stop")) }
                    a.btn href="/help" { (words.say("ask-person")) }
                    (yes(visit, wish, true, &words.say("warn-go"), false))
                }
            } @else if would != "refuse" {
                div.choices { (yes(visit, wish, false, &words.say("pay-yes"), true)) (back(visit, wish)) }
            } @else {
                div.choices { (back(visit, wish)) a.btn href="/help" { (words.say("ask-person")) } }
            }
        }
    }
}

fn refused(visit: &Visit, quote: &Value) -> String {
    let code = quote["code"].as_str().unwrap_or_default();
    let mut trouble = Trouble::new(axum::http::StatusCode::UNPROCESSABLE_ENTITY, code);
    trouble.detail = quote["detail"].as_str().unwrap_or_default().to_owned();
    trouble.says(visit.words)
}

/// What is about to be paid.
fn what(visit: &Visit, wish: &Wish, account: &Value, names: &Names) -> Markup {
    let words = visit.words;
    let currency = account["currency"].as_str().unwrap_or_default();
    html! {
        dl.facts {
            div { dt { (words.say("pay-amount")) } dd.big { (figures::money(&padded(&figures::amount_of(&wish.amount)), currency)) } }
            div { dt { (words.say("pay-to")) } dd {
                @let to = figures::account_of(&wish.to);
                @if let Some(name) = to.as_deref().and_then(|to| names.name(to)) { b.payee { (name) } " " }
                (to.as_deref().map_or_else(|| wish.to.clone(), figures::account))
            } }
            div { dt { (words.say("pay-from-label")) } dd { (called(visit, account)) } }
            @if !wish.text.is_empty() { div { dt { (words.say("pay-text")) } dd { (wish.text) } } }
        }
    }
}

/// With two places, as money is read.
fn padded(amount: &str) -> String {
    let places = amount.split_once('.').map_or(0, |(_, places)| places.len());
    match places {
        0 => format!("{amount}.00"),
        1 => format!("{amount}0"),
        _ => amount.to_owned(),
    }
}

fn yes(visit: &Visit, wish: &Wish, confirmed: bool, label: &str, main: bool) -> Markup {
    form(
        visit,
        "/pay/confirm",
        html! {
            (wish.hidden()) (hidden("key", &Visit::new_key()))
            @if confirmed { (hidden("confirmed", "1")) }
            (button(label, main))
        },
    )
}

fn back(visit: &Visit, wish: &Wish) -> Markup {
    html! {
        a.btn href={ "/pay?" (form_urlencoded::Serializer::new(String::new()).append_pair("from", &wish.from).append_pair("to", &wish.to)
            .append_pair("amount", &wish.amount).append_pair("text", &wish.text).finish()) } { (visit.words.say("pay-change")) }
    }
}

/// Pays.
async fn confirm(visit: &Visit) -> Said {
    let wish = Wish::of(&visit.form);
    let confirmed = visit.form.get("confirmed") == "1";
    let account = match payer(visit, &wish).await {
        Ok(account) => account,
        Err(trouble) if trouble.is_stranger() => return Err(trouble),
        Err(trouble) => return write(visit, &wish, Some(&trouble)).await,
    };
    let order = wish.order(&account, confirmed)?;
    let mut more = vec![("idempotency-key", visit.form.get("key"))];
    let signed = step_up(visit);
    if let Some(signed) = &signed {
        more.push(("step-up", signed));
    }
    match visit.ask.send(Method::POST, "/payments", Some(order.clone()), &more).await {
        Ok(done) => {
            Ok(Shown::Next(format!("/payments/{}", done.body["id"].as_str().unwrap_or_default())))
        }
        Err(trouble) if trouble.is_stranger() && signed.is_none() => Err(trouble),
        Err(trouble) if trouble.code == "must_sign" => {
            let names = Names::of(visit).await;
            let body = sign(visit, &wish, (&account, &names), &trouble, None);
            visit.page(&visit.words.say("sign-title"), body)
        }
        // The signature was not right: a new challenge under the same key.
        Err(wrong) if signed.is_some() && (wrong.is_stranger() || wrong.status.as_u16() == 403) => {
            let more = [("idempotency-key", visit.form.get("key"))];
            let again = visit.ask.send(Method::POST, "/payments", Some(order), &more).await;
            let asked = again.err().ok_or_else(|| wrong.clone())?;
            let names = Names::of(visit).await;
            let body = sign(visit, &wish, (&account, &names), &asked, Some(&wrong));
            visit.again(&asked, &visit.words.say("sign-title"), body)
        }
        // It would have to be confirmed, or something changed since the last look.
        Err(trouble) if trouble.code == "payer_must_confirm" => look(visit).await,
        Err(trouble) => write(visit, &wish, Some(&trouble)).await,
    }
}

/// The page on which its payer signs payee and amount.
fn sign(
    visit: &Visit,
    wish: &Wish,
    (account, names): (&Value, &Names),
    asked: &Trouble,
    wrong: Option<&Trouble>,
) -> Markup {
    let words = visit.words;
    let challenge = &asked.document["challenge"];
    let says = wrong.map(|trouble| trouble.says(words)).unwrap_or_default();
    html! {
        (head(&words.say("sign-title"), ""))
        div.narrow {
            (summary(words, &says, &[]))
            (what(visit, wish, account, names))
            (signing_note(visit))
            (signed(visit, "/pay/confirm", Some(challenge), html! {
                (wish.hidden())
                (hidden("key", visit.form.get("key")))
                @if visit.form.get("confirmed") == "1" { (hidden("confirmed", "1")) }
                (answer(words, challenge))
                (button(&words.say("sign-yes"), true))
            }))
            p { (back(visit, wish)) " " a.btn href="/help" { (words.say("ask-person")) } }
        }
    }
}
