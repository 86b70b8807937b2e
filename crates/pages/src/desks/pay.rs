//! Paying: write it down, see what would become of it, confirm, have a receipt. Every page between is one that can be gone back to:
//! what was typed stands in its address, and the key under which the money moves is made before the last look, so that two clicks,
//! or a yes said again after going back, pay once. Where risk control warns, the warning comes first, and not paying is the first
//! thing offered; it is written down as it is shown, so that one yes to it is enough.

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
use axum::http::{Method, StatusCode};
use maud::{Markup, html};
use serde_json::{Value, json};
use terms::Currency;

/// Payees of before that are offered.
const PAYEES_MAX: usize = 8;
/// What customers order here, as the bank counts kinds of payments.
const KIND: u16 = 301;
/// Kinds that are paid of one's own will: no cash, fees or interest.
const OF_ONE_S_OWN_WILL: std::ops::Range<u64> = 101..400;

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/pay", ask),
        inside!(POST "/pay", look),
        inside!(GET "/pay/confirm", ask),
        inside!(GET "/pay/review", review),
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
            "from": account["id"], "to": to, "amount": figures::amount_of(&self.amount), "currency": currency, "kind": KIND,
        });
        if !self.text.is_empty() {
            order["text"] = json!(self.text);
        }
        if confirmed {
            order["confirmed"] = json!(true);
        }
        Ok(order)
    }

    /// Everything that can be seen to be wrong before the bank is asked, all at once.
    fn must_be_whole(&self, account: &Value) -> Result<(), Trouble> {
        let currency = account["currency"].as_str().and_then(Currency::by_code);
        let places_max = currency.map_or(2, |currency| usize::from(currency.minor_digits()));
        let places = |text: &str| text.split_once('.').map_or(0, |(_, places)| places.len());
        let amount = figures::amount_of(&self.amount);
        let wrong_amount = match amount.parse::<f64>() {
            Ok(0.0) => Some("field-amount-zero"),
            Ok(sum) if sum > 0.0 && places(&amount) > places_max => Some("field-amount-places"),
            Ok(sum) if sum > 0.0 && sum.is_finite() => None,
            _ => Some("field-amount"),
        };
        let wrong_payee = figures::account_of(&self.to).is_none().then_some("field-to");
        let faults = [("to", wrong_payee), ("amount", wrong_amount)];
        let mut faults = faults.into_iter().filter_map(|(field, word)| Some((field, word?)));
        let Some((field, word)) = faults.next() else { return Ok(()) };
        let mut trouble = Trouble::field(field, word);
        trouble
            .fields
            .extend(faults.map(|(field, word)| (format!("/{field}"), format!("={word}"))));
        Err(trouble)
    }

    fn query(&self) -> form_urlencoded::Serializer<'static, String> {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("from", &self.from)
            .append_pair("to", &self.to)
            .append_pair("amount", &self.amount)
            .append_pair("text", &self.text);
        query
    }

    /// A page, with all of this behind the question mark.
    fn path(&self, page: &str) -> String {
        format!("{page}?{}", self.query().finish())
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
    payees.retain(|payee| names.name(&payee.account).is_none());
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
                // What Enter in a field presses is the first button of a form.
                button.vh type="submit" tabindex="-1" aria-hidden="true" {}
                (choice(Field { name: "from", label: &words.say("pay-from-label"), value: &wish.from, ..Field::default() }, &from, &faults))
                (field(Field { name: "to", label: &words.say("pay-to"), hint: &words.say("pay-to-hint"), value: &wish.to, keys: "numeric", ..Field::default() }, &faults))
                @if !names.all().is_empty() {
                    fieldset.payees {
                        legend { (words.say("pay-payees")) }
                        div.picks { @for (account, name) in names.all() { (chooses(account, html! { (name) })) } }
                    }
                }
                @if !payees.is_empty() {
                    fieldset.payees {
                        legend { (words.say("pay-before")) }
                        div.picks { @for payee in &payees { (chooses(&payee.account, html! { (figures::account(&payee.account)) small { (payee.last) } })) } }
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

/// A button that chooses whom to pay.
fn chooses(account: &str, label: Markup) -> Markup {
    html! { button.btn name="choose" value=(figures::digits_of(account)) { (label) } }
}

/// Somebody who was paid before.
struct Payee {
    account: String,
    /// What for the last time, how much, and when.
    last: String,
}

/// Whom the first account paid lately: of one's own will, so neither the bank's own accounts nor what was taken in cash.
async fn payees(visit: &Visit, accounts: &[Value]) -> Vec<Payee> {
    let Some(id) = accounts.first().and_then(|account| account["id"].as_str()) else {
        return Vec::new();
    };
    let Ok(page) = visit.ask.get(&format!("/accounts/{id}/payments?limit=100")).await else {
        return Vec::new();
    };
    let mut found: Vec<Payee> = Vec::new();
    for line in page.body["items"].as_array().into_iter().flatten() {
        let Some(other) = line["counterparty"].as_str() else { continue };
        if line["direction"] == "out"
            && line["kind"].as_u64().is_some_and(|kind| OF_ONE_S_OWN_WILL.contains(&kind))
            && !found.iter().any(|known| known.account == other)
            && found.len() < PAYEES_MAX
        {
            let text = |part: &Value| part.as_str().unwrap_or_default().to_owned();
            let money = figures::money(
                &text(&line["amount"]["amount"]),
                &text(&line["amount"]["currency"]),
            );
            let kind = visit.words.perhaps(&format!("kind-{}", line["kind"]));
            let day = visit.day(&text(&line["booking_date"]));
            let last: Vec<String> = kind.into_iter().chain([money, day]).collect();
            let last = last.join(" · ");
            found.push(Payee { account: other.to_owned(), last });
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

/// What would become of it: to the last look, or back to the form with what is wrong.
async fn look(visit: &Visit) -> Said {
    let mut wish = Wish::of(&visit.form);
    if let Some(payee) = visit.form.filled("choose") {
        // A payee is chosen from those listed; nothing else that was typed is lost.
        payee.clone_into(&mut wish.to);
        return Ok(Shown::Next(wish.path("/pay")));
    }
    let quoted = async {
        let account = payer(visit, &wish).await?;
        wish.must_be_whole(&account)?;
        let order = wish.order(&account, false)?;
        // What the payer is about to be warned of stands in the journal from here on.
        let quote = visit.ask.post("/payments/quote?warn=true", order).await?;
        misplaced(visit, &account, &quote.body).map_or(Ok(()), Err)
    };
    match quoted.await {
        Ok(()) => Ok(Shown::Next(review_path(&wish, &Visit::new_key(), &[]))),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => write(visit, &wish, Some(&trouble)).await,
    }
}

/// A refusal that something typed is the reason of, at its field.
fn misplaced(visit: &Visit, account: &Value, quote: &Value) -> Option<Trouble> {
    let code = quote["code"].as_str()?;
    let limit = match code {
        "exceeds_transfer_limit" => "per_payment",
        "exceeds_daily_limit" => "per_day",
        _ => "",
    };
    let (field, says) = match code {
        "credit_account_not_found"
        | "credit_account_already_closed"
        | "accounts_must_be_different"
        | "accounts_must_have_the_same_ledger" => ("to", refused(visit, quote)),
        "exceeds_credits" | "exceeds_hold" => ("amount", refused(visit, quote)),
        _ if !limit.is_empty() => {
            let of = &account["limits"][limit];
            let money = figures::money(
                of["amount"].as_str().unwrap_or_default(),
                of["currency"].as_str().unwrap_or_default(),
            );
            let word = format!("pay-over-{}", limit.replace('_', "-"));
            ("amount", visit.words.with(&word, &[("money", text(money))]))
        }
        _ => return None,
    };
    let mut trouble = Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, code);
    trouble.fields.push((format!("/{field}"), format!("!{says}")));
    Some(trouble)
}

/// The way to the last look. The key is made before it, so that who goes back to it and says yes again pays once.
fn review_path(wish: &Wish, key: &str, more: &[(&str, &str)]) -> String {
    let mut query = wish.query();
    query.append_pair("key", key);
    for (name, value) in more {
        query.append_pair(name, value);
    }
    format!("/pay/review?{}", query.finish())
}

/// Everything once more, before the money leaves; where it must be signed, with what signs it.
async fn review(visit: &Visit) -> Said {
    let wish = Wish::of(&visit.query);
    let quoted = async {
        let account = payer(visit, &wish).await?;
        let order = wish.order(&account, false)?;
        let quote = visit.ask.look("/payments/quote", order).await?;
        Ok::<_, Trouble>((account, quote.body))
    };
    match quoted.await {
        Ok((account, quote)) => {
            let names = Names::of(visit).await;
            let key = visit.query.filled("key").map_or_else(Visit::new_key, ToOwned::to_owned);
            let look = LastLook {
                wish: &wish,
                account: &account,
                quote: &quote,
                names: &names,
                key: &key,
            };
            visit.page(&look.title(visit), look.page(visit))
        }
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => write(visit, &wish, Some(&trouble)).await,
    }
}

/// What the last look shows.
struct LastLook<'a> {
    wish: &'a Wish,
    account: &'a Value,
    quote: &'a Value,
    names: &'a Names,
    key: &'a str,
}

impl LastLook<'_> {
    fn would(&self) -> &str {
        self.quote["would"].as_str().unwrap_or_default()
    }

    /// What matters most, first.
    fn title(&self, visit: &Visit) -> String {
        let word = match self.would() {
            _ if visit.query.filled("challenge").is_some() => "sign-title",
            "ask" => "warn-title",
            "hold" => "hold-title",
            "refuse" => "refuse-title",
            _ => "pay-check",
        };
        visit.words.say(word).into_owned()
    }

    fn page(&self, visit: &Visit) -> Markup {
        let words = visit.words;
        let signs = visit.query.filled("challenge").is_some();
        let wrong = visit.query.get("wrong") == "1";
        let says = if wrong { words.say("sign-wrong") } else { "".into() };
        html! {
            (head(&self.title(visit), &self.says(visit, signs)))
            div.narrow {
                (summary(words, &says, &[]))
                @if visit.query.get("again") == "1" { (note(Weight::Know, &words.say("warn-again"), html! {})) }
                @if !signs { (self.warning(visit)) }
                (what(visit, self.wish, self.account, self.names))
                @if signs {
                    @if self.would() == "ask" { (self.warning(visit)) }
                    (self.sign(visit))
                } @else { (self.choices(visit)) }
            }
        }
    }

    fn says(&self, visit: &Visit, signs: bool) -> String {
        let words = visit.words;
        match self.would() {
            _ if signs => String::new(),
            "ask" => words.say("warn-says").into_owned(),
            "hold" => words.say("hold-says").into_owned(),
            "refuse" => refused(visit, self.quote),
            _ => words.say("pay-check-says").into_owned(),
        }
    }

    /// What risk control says of it.
    fn warning(&self, visit: &Visit) -> Markup {
        let words = visit.words;
        let reasons =
            self.quote["risk"]["reasons"].as_array().map(Vec::as_slice).unwrap_or_default();
        let why = html! {
            @if !reasons.is_empty() { ul { @for reason in reasons { li { (told(words.0, reason)) } } } }
        };
        match self.would() {
            "ask" => note(
                Weight::Stop,
                &words.say("warn-why"),
                html! {
                    (why)
                    ul.stops { li { (words.say("warn-1")) } li { (words.say("warn-2")) } li { (words.say("warn-3")) } }
                },
            ),
            "hold" => note(Weight::Know, &words.say("warn-why"), why),
            "refuse" if !reasons.is_empty() => note(Weight::Stop, &words.say("warn-why"), why),
            _ => html! {},
        }
    }

    fn choices(&self, visit: &Visit) -> Markup {
        let words = visit.words;
        match self.would() {
            "ask" => html! { div.choices {
                a.btn.pri href="/home" { (words.say("warn-stop")) }
                a.btn href="/help" { (words.say("ask-person")) }
                (self.yes(visit, &words.say("warn-go"), false))
            } },
            "refuse" => {
                html! { div.choices { (back(visit, self.wish)) a.btn href="/help" { (words.say("ask-person")) } } }
            }
            _ => {
                html! { div.choices { (self.yes(visit, &words.say("pay-yes"), true)) (back(visit, self.wish)) } }
            }
        }
    }

    /// What goes along with the last yes.
    fn fields(&self) -> Markup {
        html! {
            (self.wish.hidden()) (hidden("key", self.key))
            @if self.would() == "ask" { (hidden("confirmed", "1")) }
        }
    }

    fn yes(&self, visit: &Visit, label: &str, main: bool) -> Markup {
        form(visit, "/pay/confirm", html! { (self.fields()) (button(label, main)) })
    }

    /// With what its payer signs payee and amount.
    fn sign(&self, visit: &Visit) -> Markup {
        let words = visit.words;
        let by = visit.query.get("by");
        let challenge = json!({
            "id": visit.query.get("challenge"), "answer_with": if by.is_empty() { "code" } else { "passkey" },
            "options": serde_json::from_str::<Value>(by).unwrap_or_default(),
        });
        html! {
            (signing_note(visit))
            (signed(visit, "/pay/confirm", Some(&challenge), html! {
                (self.fields())
                (answer(visit, &challenge))
                (button(&words.say("sign-yes"), true))
            }))
            p.row-of { (back(visit, self.wish)) " " a.btn href="/help" { (words.say("ask-person")) } }
        }
    }
}

fn refused(visit: &Visit, quote: &Value) -> String {
    let code = quote["code"].as_str().unwrap_or_default();
    let mut trouble = Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, code);
    trouble.detail = quote["detail"].as_str().unwrap_or_default().to_owned();
    trouble.says(visit.words)
}

/// What is about to be paid.
fn what(visit: &Visit, wish: &Wish, account: &Value, names: &Names) -> Markup {
    let words = visit.words;
    let currency = account["currency"].as_str().unwrap_or_default();
    html! {
        dl.facts {
            div { dt { (words.say("pay-amount")) } dd.big { (figures::money(&figures::padded(&figures::amount_of(&wish.amount)), currency)) } }
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

fn back(visit: &Visit, wish: &Wish) -> Markup {
    html! { a.btn href=(wish.path("/pay")) { (visit.words.say("pay-change")) } }
}

/// Pays.
async fn confirm(visit: &Visit) -> Said {
    let wish = Wish::of(&visit.form);
    let (key, confirmed) = (visit.form.get("key"), visit.form.get("confirmed") == "1");
    let account = match payer(visit, &wish).await {
        Ok(account) => account,
        Err(trouble) if trouble.is_stranger() => return Err(trouble),
        Err(trouble) => return write(visit, &wish, Some(&trouble)).await,
    };
    let order = wish.order(&account, confirmed)?;
    let mut more = vec![("idempotency-key", key)];
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
            Ok(Shown::Next(to_sign(&wish, key, &trouble, false)))
        }
        // The signature was not right: a new challenge under the same key.
        Err(wrong) if signed.is_some() && (wrong.is_stranger() || wrong.status.as_u16() == 403) => {
            let more = [("idempotency-key", key)];
            let again = visit.ask.send(Method::POST, "/payments", Some(order), &more).await;
            let asked = again.err().filter(|asked| asked.code == "must_sign").ok_or(wrong)?;
            Ok(Shown::Next(to_sign(&wish, key, &asked, true)))
        }
        // Something changed since the last look, or it lies more than an hour back: they are warned by this, and look again.
        Err(trouble) if trouble.code == "payer_must_confirm" => {
            Ok(Shown::Next(review_path(&wish, &Visit::new_key(), &[("again", "1")])))
        }
        // Somebody went back after it was done, and said yes once more.
        Err(trouble) if trouble.code == "key_reused" && trouble.document["payment"].is_string() => {
            Ok(Shown::Next(format!(
                "/payments/{}",
                trouble.document["payment"].as_str().unwrap_or_default()
            )))
        }
        Err(trouble) => write(visit, &wish, Some(&trouble)).await,
    }
}

/// To the last look again, where it is signed. What the challenge is answered with goes along: nothing of it is secret.
fn to_sign(wish: &Wish, key: &str, asked: &Trouble, wrong: bool) -> String {
    let challenge = &asked.document["challenge"];
    let options = challenge["options"].to_string();
    let mut more = vec![("challenge", challenge["id"].as_str().unwrap_or_default())];
    if challenge["answer_with"] != "code" {
        more.push(("by", &options));
    }
    if wrong {
        more.push(("wrong", "1"));
    }
    review_path(wish, key, &more)
}
