//! The customer's own pages: what there is, what happened, one payment, what waits, who looked.

use super::own_accounts::{accounts_of, called, may_pay};
use super::payees::Names;
use super::signing::{self, Came};
use super::staff::is_sure;
use crate::figures;
use crate::inside;
use crate::parts::amount::amount;
use crate::parts::field::{Field, choice, field, summary};
use crate::parts::figure::{Source, provenance};
use crate::parts::form::{button, form, one_button};
use crate::parts::frame::head;
use crate::parts::lines::{Shown as Way, lines};
use crate::parts::note::{Weight, note, tag};
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{Lang, text};
use axum::http::StatusCode;
use maud::{Markup, html};
use serde_json::{Value, json};
use std::fmt::Write;

/// What the journal says where a payer takes a held payment back, in both languages of those who read it.
const WITHDRAWN: &str = "The payer does not want it paid: it was not them, or they changed their mind. 付款人要求不付：不是本人所付，或已改变主意。";
/// Lines on the first page, and on a page of an account.
const FIRST_LINES: usize = 5;
const PAGE_LINES: usize = 25;

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/home", home),
        inside!(GET "/accounts/{account}", account),
        inside!(GET "/accounts/{account}/statement", statement),
        inside!(GET "/accounts/{account}/statement.csv", statement_csv),
        inside!(GET "/payments/{payment}", payment),
        inside!(GET "/payments/{payment}/receipt", receipt),
        inside!(POST "/payments/{payment}/appeal", appeal),
        inside!(POST "/payments/{payment}/void", void),
        inside!(POST "/payments/{payment}/return", give_back),
    ]
}

/// What a customer, or whoever helps one, sees first.
pub async fn home(visit: &Visit) -> Said {
    let words = visit.words;
    // What does not wait for an answer is asked at once: each waits for the ledger's own thread.
    let (known, waiting, names) =
        futures::join!(accounts_of(visit), visit.ask.get("/cases"), Names::of(visit));
    let (name, accounts) = known?;
    let first = accounts.iter().find(|account| may_pay(account));
    let (helped, recent) =
        futures::join!(super::helping::helped(visit, &accounts), latest(visit, first));
    if !visit.me()?.is_one_of(&["customer"]) {
        // Whoever only helps sees what they may see, and nothing else.
        let title = words.with("home-title", &[("name", text(name))]);
        return visit.page(&words.say("desk-home"), html! {
            (head(&title, &words.say("helper-home-says")))
            @if accounts.is_empty() { p { (words.say("helper-home-none")) } p { a.btn href="/helpers" { (words.say("helpers-title")) } } }
            (helped)
        });
    }
    let accounts: Vec<Value> = accounts.into_iter().filter(may_pay).collect();
    let waiting = waiting.map(|answer| answer.body).unwrap_or_default();
    let waiting = waiting["items"].as_array().cloned().unwrap_or_default();
    let recent = recent?;
    let title = words.with("home-title", &[("name", text(name))]);
    let moment = |iso: &str| visit.moment(iso);
    let name = |account: &str| names.name(account).map(ToOwned::to_owned);
    let way = Way { words, moment: &moment, name: &name };
    visit.page(&words.say("desk-home"), html! {
        (head(&title, &words.with("home-says", &[("waiting", crate::words::count(waiting.len() as u64))])))
        (held(visit, &waiting))
        div.home {
            div {
                @for account in &accounts { (balance(visit, account)) }
                @if accounts.is_empty() { p { (words.say("home-no-account")) } }
            }
            (acts(visit, &accounts))
            section.p aria-labelledby="recent" {
                header {
                    h2 id="recent" { (words.say("recent")) }
                    @if let Some(account) = accounts.first() {
                        a href={ "/accounts/" (account["id"].as_str().unwrap_or_default()) } { (words.say("recent-all")) }
                    }
                }
                (lines(&way, &recent))
            }
            (helped)
        }
    })
}

/// The latest payments of an account, if there is one.
async fn latest(visit: &Visit, account: Option<&Value>) -> Result<Vec<Value>, Trouble> {
    let Some(id) = account.and_then(|account| account["id"].as_str()) else {
        return Ok(Vec::new());
    };
    let answer = visit.ask.get(&format!("/accounts/{id}/payments?limit={FIRST_LINES}")).await?;
    Ok(answer.body["items"].as_array().cloned().unwrap_or_default())
}

/// What there is on an account.
fn balance(visit: &Visit, account: &Value) -> Markup {
    let words = visit.words;
    let id = account["id"].as_str().unwrap_or_default();
    let booked = &account["balance"]["booked"];
    let free = &account["balance"]["available"];
    html! {
        section.bal {
            h2 { a href={ "/accounts/" (id) } { (called(visit, account)) } }
            p.v { (amount(booked)) }
            @if !free.is_null() && free["amount"] != booked["amount"] { p { (words.say("available")) " " (amount(free)) } }
        }
    }
}

/// The few things one comes for.
fn acts(visit: &Visit, accounts: &[Value]) -> Markup {
    let words = visit.words;
    let first = accounts.first().and_then(|account| account["id"].as_str());
    html! {
        nav aria-label=(words.say("acts")) {
            ul.acts {
                li { a.pri href="/pay" { b { (words.say("act-pay")) } span { (words.say("act-pay-says")) } } }
                @if let Some(id) = first {
                    li { a href={ "/accounts/" (id) } { b { (words.say("act-history")) } span { (words.say("act-history-says")) } } }
                }
                li { a href="/orders" { b { (words.say("act-orders")) } span { (words.say("act-orders-says")) } } }
                @if let Some(id) = first {
                    li { a href={ "/accounts/" (id) "/limits" } { b { (words.say("act-limits")) } span { (words.say("act-limits-says")) } } }
                }
                li { a href="/helpers" { b { (words.say("helpers-title")) } span { (words.say("act-helpers-says")) } } }
                li { a href="/payees" { b { (words.say("payees-title")) } span { (words.say("act-payees-says")) } } }
                li { a href="/complaints" { b { (words.say("complaints-title")) } span { (words.say("act-complaints-says")) } } }
                li { a href="/looked" { b { (words.say("act-looked")) } span { (words.say("act-looked-says")) } } }
                li { a href="/help" { b { (words.say("ask-person")) } span { (words.say("act-help-says")) } } }
            }
        }
    }
}

/// Payments of one's own that somebody looks at first.
fn held(visit: &Visit, cases: &[Value]) -> Markup {
    let words = visit.words;
    html! {
        @for case in cases {
            @let id = case["payment"].as_str().unwrap_or_default();
            (note(Weight::Stop, &words.say("held-title"), html! {
                p {
                    (words.say("held-says")) " "
                    @if let Some(due) = case["due"].as_str() { (words.with("held-until", &[("time", text(visit.moment(due)))])) }
                }
                p { a.btn href={ "/payments/" (id) } { (words.say("held-look")) } }
            }))
        }
    }
}

async fn account(visit: &Visit) -> Said {
    let words = visit.words;
    let id = visit.named("account");
    let known = visit.ask.get(&format!("/accounts/{id}")).await?;
    let today = visit.house.business_day().await;
    let after = visit.query.get("after");
    let after = if after.bytes().all(|b| b.is_ascii_digit()) && !after.is_empty() {
        format!("&after={after}")
    } else {
        String::new()
    };
    let page = visit.ask.get(&format!("/accounts/{id}/payments?limit={PAGE_LINES}{after}")).await?;
    let items = page.body["items"].as_array().cloned().unwrap_or_default();
    let wanted = Wanted::of(visit);
    let shown: Vec<Value> = items.iter().filter(|line| wanted.fits(line)).cloned().collect();
    let next = page.body["next"].as_str();
    let title = called(visit, &known.body);
    let moment = |iso: &str| visit.moment(iso);
    let names = Names::of(visit).await;
    let name = |account: &str| names.name(account).map(ToOwned::to_owned);
    let way = Way { words, moment: &moment, name: &name };
    let (from, to) = (today.plus(-30), today);
    visit.page(&title, html! {
        (head(&title, &words.with("account-says", &[("number", text(figures::account(id)))])))
        (balance(visit, &known.body))
        p.row-of {
            a.btn href={ "/accounts/" (id) "/statement?from=" (from) "&to=" (to) } { (words.say("statement")) } " "
            @if visit.me()?.is_one_of(&["customer"]) { a.btn href={ "/accounts/" (id) "/limits" } { (words.say("act-limits")) } }
        }
        section.p aria-labelledby="lines" {
            header { h2 id="lines" { (words.say("history")) } }
            (wanted.form(visit, id))
            @if shown.len() != items.len() { p { (words.with("lines-of", &[("shown", crate::words::count(shown.len() as u64)), ("all", crate::words::count(items.len() as u64))])) } }
            (lines(&way, &shown))
            @if let Some(next) = next {
                p { a.btn href={ "/accounts/" (id) "?after=" (next) "&" (wanted.query()) } { (words.say("earlier")) } }
            }
            (provenance(words, &Source { entry: page.entry, ..Source::default() }, &title))
        }
    })
}

/// Which lines somebody wants to see.
struct Wanted {
    way: String,
    least: String,
    end: String,
}

impl Wanted {
    fn of(visit: &Visit) -> Wanted {
        let text = |name: &str| visit.query.get(name).to_owned();
        Wanted { way: text("way"), least: figures::amount_of(&text("least")), end: text("with") }
    }

    fn fits(&self, line: &Value) -> bool {
        let amount = line["amount"]["amount"].as_str().and_then(|text| text.parse::<f64>().ok());
        let least = self.least.parse::<f64>().ok();
        let other = line["counterparty"].as_str().map(figures::digits_of).unwrap_or_default();
        let end: String = self.end.chars().filter(char::is_ascii_digit).collect();
        (self.way.is_empty() || line["direction"] == self.way.as_str())
            && least.is_none_or(|least| amount.is_some_and(|amount| amount >= least))
            && (end.is_empty() || other.contains(&end))
    }

    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("way", &self.way)
            .append_pair("least", &self.least)
            .append_pair("with", &self.end);
        query.finish()
    }

    fn form(&self, visit: &Visit, id: &str) -> Markup {
        let words = visit.words;
        let ways = [("", "way-both"), ("in", "way-in"), ("out", "way-out")]
            .map(|(value, word)| (value.to_owned(), words.say(word).into_owned()));
        html! {
            form.filter method="get" action={ "/accounts/" (id) } {
                (choice(Field { name: "way", label: &words.say("filter-way"), value: &self.way, ..Field::default() }, &ways, &[]))
                (field(Field { name: "least", label: &words.say("filter-least"), value: &self.least, keys: "decimal", ..Field::default() }, &[]))
                (field(Field { name: "with", label: &words.say("filter-with"), value: &self.end, keys: "numeric", ..Field::default() }, &[]))
                (button(&words.say("filter"), false))
            }
        }
    }
}

/// A period that somebody asked for; the last thirty days unless they did.
async fn period(visit: &Visit) -> (String, String) {
    let today = visit.house.business_day().await;
    let or = |name: &str, day: terms::Day| {
        visit.query.filled(name).map_or_else(|| day.to_string(), ToOwned::to_owned)
    };
    (or("from", today.plus(-30)), or("to", today))
}

/// The path of a statement in the API.
fn statement_path(visit: &Visit, (from, to): &(String, String)) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    format!(
        "/accounts/{}/statement?from={}&to={}",
        visit.named("account"),
        encoded(from),
        encoded(to)
    )
}

async fn statement(visit: &Visit) -> Said {
    let words = visit.words;
    let id = visit.named("account");
    let period = period(visit).await;
    let title = words.say("statement");
    let read = match visit.ask.get(&statement_path(visit, &period)).await {
        Ok(read) => read,
        Err(trouble) if trouble.fields.is_empty() => return Err(trouble),
        Err(trouble) => {
            let faults = trouble.said_fields(words);
            let (from, to) = &period;
            let body = html! { (head(&title, "")) (summary(words, "", &faults)) (period_form(visit, id, from, to, &faults)) };
            return visit.again(&trouble, &title, body);
        }
    };
    let (from, to) = period;
    let (name, _) = accounts_of(visit).await.unwrap_or_default();
    let says = words
        .with("statement-says", &[("from", text(visit.day(&from))), ("to", text(visit.day(&to)))]);
    let csv = form_urlencoded::Serializer::new(String::new())
        .append_pair("from", &from)
        .append_pair("to", &to)
        .finish();
    let source = Source {
        entry: read.entry,
        csv: Some(format!("/accounts/{id}/statement.csv?{csv}")),
        ..Source::default()
    };
    visit.page(&title, html! {
        (head(&title, &says))
        p.of { b { (name) } br; (words.with("account-says", &[("number", text(figures::account(id)))])) }
        (period_form(visit, id, &from, &to, &[]))
        (statement_table(visit, &read.body))
        (provenance(words, &source, &title))
    })
}

fn period_form(
    visit: &Visit,
    id: &str,
    from: &str,
    to: &str,
    faults: &[(String, String)],
) -> Markup {
    let words = visit.words;
    html! {
        form.filter.no-print method="get" action={ "/accounts/" (id) "/statement" } {
            (field(Field { name: "from", label: &words.say("from-day"), value: from, kind: "date", ..Field::default() }, faults))
            (field(Field { name: "to", label: &words.say("to-day"), value: to, kind: "date", ..Field::default() }, faults))
            (button(&words.say("show"), false))
        }
    }
}

fn statement_table(visit: &Visit, read: &Value) -> Markup {
    let words = visit.words;
    let all = read["lines"].as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        div.scroll tabindex="0" role="region" aria-label=(words.say("statement")) {
            table.statement {
                thead { tr {
                    th scope="col" { (words.say("col-day")) } th scope="col" { (words.say("col-with")) }
                    th.num scope="col" { (words.say("col-in")) } th.num scope="col" { (words.say("col-out")) }
                    th.num scope="col" { (words.say("col-balance")) }
                } }
                tbody {
                    tr { th scope="row" colspan="4" { (words.say("opening")) } td.num { (amount(&read["opening"])) } }
                    @for line in all {
                        tr {
                            th scope="row" { (visit.day(line["booking_date"].as_str().unwrap_or_default())) }
                            td { a href={ "/payments/" (line["payment"].as_str().unwrap_or_default()) } {
                                (line["counterparty"].as_str().map_or_else(|| words.say("line-bank").into_owned(), figures::account))
                            } }
                            td.num { @if line["direction"] == "in" { (amount(&line["amount"])) } }
                            td.num { @if line["direction"] != "in" { (amount(&line["amount"])) } }
                            td.num { (amount(&line["balance"])) }
                        }
                    }
                }
                tfoot { tr { th scope="row" colspan="4" { (words.say("closing")) } td.num { (amount(&read["closing"])) } } }
            }
        }
    }
}

async fn statement_csv(visit: &Visit) -> Said {
    let (from, to) = period(visit).await;
    let read = visit.ask.get(&statement_path(visit, &(from.clone(), to.clone()))).await?;
    let mut csv = String::from(
        "booking_date,value_date,direction,amount,currency,counterparty,balance,payment\r\n",
    );
    for line in read.body["lines"].as_array().into_iter().flatten() {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let other = line["counterparty"].as_str().map(figures::digits_of).unwrap_or_default();
        // Ids, days and numbers have neither commas nor quotes. Writing to a text cannot fail.
        let _ = write!(
            csv,
            "{},{},{},{},{},{other},{},{}\r\n",
            text(&line["booking_date"]),
            text(&line["value_date"]),
            text(&line["direction"]),
            text(&line["amount"]["amount"]),
            text(&line["amount"]["currency"]),
            text(&line["balance"]["amount"]),
            text(&line["payment"]),
        );
    }
    let name =
        format!("statement-{}-{from}-{to}.csv", figures::account_end(visit.named("account")));
    Ok(Shown::File("text/csv; charset=utf-8", name, csv.into_bytes()))
}

async fn payment(visit: &Visit) -> Said {
    payment_page(visit, None).await
}

async fn payment_page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let id = visit.named("payment");
    let known = visit.ask.get(&format!("/payments/{id}")).await?;
    let of = &known.body;
    let status = of["status"].as_str().unwrap_or_default();
    let title = words.say("payment-title");
    let record = of["journal"]["record"].as_u64();
    let names = Names::of(visit).await;
    let to = of["to"].as_str().unwrap_or_default();
    let keeps = status == "posted" && names.name(to).is_none();
    // Whoever only helps sees a payment, and neither stops it nor speaks for its payer.
    let helps = visit.me()?.roles.iter().all(|role| role == "helper");
    let customer = visit.me()?.is_one_of(&["customer"]);
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let body = html! {
        (head(&title, ""))
        div.narrow {
            (summary(words, &says, &faults))
            (became(visit, of, status))
            (heard(visit))
            (facts(visit, of, &names))
            @if customer { (stopped(visit, of, &faults).await) }
            @else if !helps { (reasons_of(visit, of, status)) (super::returning::offer(visit, of)) }
            h2 { (words.say("proof-title")) }
            p { (words.say(if matches!(status, "posted" | "returned") { "proof-says" } else { "proof-says-unpaid" })) }
            p {
                @if let Some(record) = record && !helps { a.btn href={ "/check?record=" (record) } { (words.say("check-here")) } " " }
                @if !helps { a.btn href={ "/payments/" (id) "/receipt" } { (words.say("receipt-keep")) } }
            }
            @if customer {
                p.row-of {
                    a.btn href="/home" { (words.say("payment-home")) } " "
                    @if keeps { a.btn href={ "/payees?account=" (figures::digits_of(to)) } { (words.say("payee-keep")) } " " }
                    a.btn href={ "/complaints/new?payment=" (id) } { (words.say("complaint-about-this")) }
                }
            }
            (provenance(words, &Source { entry: known.entry, ..Source::default() }, &title))
        }
    };
    match trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

/// That what its payer said of it just now was heard.
fn heard(visit: &Visit) -> Markup {
    let words = visit.words;
    html! {
        @if visit.query.get("appealed") == "1" { (note(Weight::Done, &words.say("appealed"), html! { p { (words.say("appealed-says")) } })) }
        @if visit.query.get("withdrawn") == "1" { (note(Weight::Done, &words.say("withdrawn"), html! { p { (words.say("withdrawn-says")) } })) }
    }
}

/// What became of it, first.
fn became(visit: &Visit, of: &Value, status: &str) -> Markup {
    let words = visit.words;
    let money = figures::money(
        of["amount"].as_str().unwrap_or_default(),
        of["currency"].as_str().unwrap_or_default(),
    );
    let weight = match status {
        "posted" => Weight::Done,
        "held" | "refused" => Weight::Stop,
        _ => Weight::Know,
    };
    let heading = words.with(&format!("became-{status}"), &[("money", text(money))]);
    note(weight, &heading, html! { p { (words.say(&format!("became-{status}-says"))) } })
}

fn facts(visit: &Visit, of: &Value, names: &Names) -> Markup {
    let words = visit.words;
    let text_of = |name: &str| of[name].as_str().unwrap_or_default();
    let status = text_of("status");
    let kind = match status {
        "posted" => "ok",
        "held" => "warn",
        "refused" => "bad",
        _ => "",
    };
    html! {
        dl.facts {
            div { dt { (words.say("fact-status")) } dd { (tag(kind, &words.say(&format!("status-{status}")))) } }
            @for (word, account) in [("fact-from", text_of("from")), ("fact-to", text_of("to"))] {
                div { dt { (words.say(word)) } dd { (figures::account(account)) @if let Some(name) = names.name(account) { " " b.payee { (name) } } } }
            }
            div { dt { (words.say("fact-time")) } dd { (visit.moment(text_of("time"))) } }
            div { dt { (words.say("fact-number")) } dd { code { (text_of("id")) } } }
        }
    }
}

/// Why somebody stopped it.
fn reasons_of(visit: &Visit, of: &Value, status: &str) -> Markup {
    let words = visit.words;
    let reasons = of["risk"]["reasons"].as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        @if status == "held" || status == "refused" {
            @if reasons.is_empty() && status == "held" { p { (words.say("why-unsaid")) } }
            @if !reasons.is_empty() {
                h2 { (words.say("why")) }
                ul { @for reason in reasons { li { (told(words.0, reason)) } } }
            }
        }
    }
}

/// Why somebody stopped it, until when that is decided, and what its payer can do.
async fn stopped(visit: &Visit, of: &Value, faults: &[(String, String)]) -> Markup {
    let words = visit.words;
    let text = |name: &str| of[name].as_str().unwrap_or_default();
    let (status, id) = (text("status"), text("id"));
    let Some(case) = of["case"].as_str().filter(|_| status != "posted") else {
        return reasons_of(visit, of, status);
    };
    let read = visit.ask.get(&format!("/cases/{case}")).await.map(|read| read.body);
    let due = read.as_ref().ok().and_then(|read| read["due"].as_str().map(ToOwned::to_owned));
    html! {
        (reasons_of(visit, of, status))
        @if status == "held" {
            h2 { (words.say("next-steps")) }
            @if let Some(due) = &due { p { (words.with("held-until", &[("time", crate::words::text(visit.moment(due)))])) } }
            (one_button(visit, &format!("/payments/{id}/void"), &words.say("void"), &[("key", &Visit::new_key())]))
        }
        (form(visit, &format!("/payments/{id}/appeal"), html! {
            (crate::parts::field::area(Field { name: "text", label: &words.say("appeal"), hint: &words.say("appeal-hint"), value: visit.form.get("text"),
                ..Field::default() }, 3, faults))
            (button(&words.say("appeal-send"), false))
        }))
    }
}

/// A reason of risk control in the reader's language.
pub fn told(lang: Lang, reason: &Value) -> String {
    let name = match lang {
        Lang::En => "en",
        Lang::Zh => "zh",
    };
    reason[name].as_str().unwrap_or_default().to_owned()
}

async fn receipt(visit: &Visit) -> Said {
    let id = visit.named("payment");
    let known = visit.ask.get(&format!("/payments/{id}?proof=1")).await?;
    let receipt = known.body["proof"].as_str().unwrap_or_default().to_owned();
    let name = format!("receipt-{}.tlog-proof", &id[id.len().saturating_sub(12)..]);
    Ok(Shown::File("text/plain; charset=utf-8", name, receipt.into_bytes()))
}

async fn appeal(visit: &Visit) -> Said {
    let said = visit.form.get("text");
    if said.is_empty() {
        return payment_page(visit, Some(&Trouble::field("text", "appeal-empty"))).await;
    }
    match object(visit, said).await {
        Ok(()) => Ok(Shown::Next(format!("/payments/{}?appealed=1", visit.named("payment")))),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => payment_page(visit, Some(&trouble)).await,
    }
}

/// Puts what its payer says into the case of a payment.
async fn object(visit: &Visit, said: &str) -> Result<(), Trouble> {
    let known = visit.ask.get(&format!("/payments/{}", visit.named("payment"))).await?;
    let case = known.body["case"].as_str().ok_or_else(Trouble::not_found)?;
    let step = json!({ "step": "appeal", "text": said });
    visit.ask.post(&format!("/cases/{case}/steps"), step).await.map(drop)
}

/// Its payer does not want it any more. While somebody looks at it nothing leaves, and only who looks gives it back: they are told.
async fn void(visit: &Visit) -> Said {
    let id = visit.named("payment");
    let path = format!("/payments/{id}/void");
    let done = visit.ask.post_once(&path, json!({}), visit.form.get("key"));
    let told = match done.await {
        Err(trouble) if trouble.code == "held_for_review" => {
            object(visit, WITHDRAWN).await.map(|()| format!("/payments/{id}?withdrawn=1"))
        }
        done => done.map(|_| format!("/payments/{id}")),
    };
    match told {
        Ok(path) => Ok(Shown::Next(path)),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => payment_page(visit, Some(&trouble)).await,
    }
}

/// Operations gives it back, by a new payment.
async fn give_back(visit: &Visit) -> Said {
    let id = visit.named("payment");
    let read = visit.ask.get(&format!("/payments/{id}")).await?.body;
    if !visit.me()?.is_one_of(&["operations"]) {
        return Err(Trouble::new(StatusCode::FORBIDDEN, "forbidden"));
    }
    if !is_sure(visit) {
        return super::returning::asked(visit, &read);
    }
    let (path, key) = (format!("/payments/{id}/returns"), visit.form.get("key"));
    match signing::send(visit, &path, json!({}), key).await? {
        Came::Done => Ok(Shown::Next(format!("/payments/{id}"))),
        Came::MustSign(asked, wrong) => {
            super::returning::signed(visit, &read, &asked, wrong.as_ref())
        }
        Came::Wrong(trouble) => payment_page(visit, Some(&trouble)).await,
    }
}
