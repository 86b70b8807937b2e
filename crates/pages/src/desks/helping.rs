//! Family help: whom I let see an account of mine, and whom I help. Whoever helps looks and never pays.

use super::own_accounts::{accounts_of, called, may_pay, one_s_own};
use super::signing::{Came, Signing, page as sign, send};
use super::staff::{list_of, text_of};
use crate::figures;
use crate::inside;
use crate::parts::amount::amount;
use crate::parts::field::{Field, choice, field, summary};
use crate::parts::form::{button, form, one_button};
use crate::parts::frame::head;
use crate::parts::note::{Weight, note};
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{count, text};
use maud::{Markup, html};
use serde_json::{Value, json};

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/helpers", show),
        inside!(POST "/helpers", add),
        inside!(POST "/helpers/{account}/{party}/end", end),
    ]
}

async fn show(visit: &Visit) -> Said {
    helpers_page(visit, None).await
}

async fn helpers_page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let (_, accounts) = accounts_of(visit).await?;
    let (own, helped): (Vec<Value>, Vec<Value>) = accounts.into_iter().partition(one_s_own);
    let mut helpers = Vec::new();
    for account in &own {
        let path = format!("/accounts/{}/helpers", text_of(account, "id"));
        let answer = visit.ask.get(&path).await?;
        helpers.extend(list_of(&answer.body, "items").iter().cloned());
    }
    let word = visit.ask.get("/me/help-word").await?.body;
    let title = words.say("helpers-title");
    let done = visit.query.get("done");
    let body = html! {
        (head(&title, &words.with("helpers-says", &[("n", count(helpers.len() as u64))])))
        @if done == "1" { (note(Weight::Done, &words.say("helpers-added"), html! { p { (words.say("helpers-added-says")) } })) }
        @if done == "2" { (note(Weight::Done, &words.say("helpers-ended"), html! {})) }
        div.grid {
            @if !own.is_empty() {
                section.p.s7 aria-labelledby="mine" {
                    header { h2 id="mine" { (words.say("helpers-mine")) } }
                    @if helpers.is_empty() { p { (words.say("helpers-none")) } }
                    ul.plain { @for helper in &helpers { (one(visit, helper, &own)) } }
                    (new(visit, &own, trouble))
                }
            }
            section.p.s5 aria-labelledby="others" {
                header { h2 id="others" { (words.say("helping-others")) } }
                p { (words.say("helping-word-says")) }
                dl.facts {
                    div { dt { (words.say("customer-number")) } dd.number { (figures::account(text_of(&word, "party"))) } }
                    div { dt { (words.say("help-word")) } dd.big { (figures::account(text_of(&word, "word"))) } }
                    div { dt { (words.say("help-word-until")) } dd { (visit.moment(text_of(&word, "until"))) } }
                }
                (note(Weight::Know, &words.say("help-word-warn"), html! { p { (words.say("help-word-warn-says")) } }))
                @if !helped.is_empty() { p { a.btn href="/home" { (words.say("helping-see")) } } }
            }
        }
    };
    match trouble {
        None => visit.page(&title, body),
        Some(trouble) => visit.again(trouble, &title, body),
    }
}

/// Somebody who helps, and the way to end it.
fn one(visit: &Visit, helper: &Value, own: &[Value]) -> Markup {
    let words = visit.words;
    let (account, party) = (text_of(helper, "account"), text_of(helper, "party"));
    let name = name_of(visit, helper, party);
    let of = own.iter().find(|one| one["id"] == account).map(|one| called(visit, one));
    let until = helper["until"]
        .as_str()
        .map(|day| words.with("help-until", &[("day", text(visit.day(day)))]));
    html! {
        li {
            span { b { (name) } " " small { (of.unwrap_or_default()) " · " (until.unwrap_or_else(|| words.say("help-open").into_owned())) } }
            (one_button(visit, &format!("/helpers/{account}/{party}/end"), &words.with("help-end", &[("name", text(name.as_str()))]), &[]))
        }
    }
}

/// What somebody is called; their number where their name cannot be read.
fn name_of(visit: &Visit, of: &Value, party: &str) -> String {
    let number = || visit.words.with("account-says", &[("number", text(figures::account(party)))]);
    of["name"].as_str().map_or_else(number, ToOwned::to_owned)
}

fn new(visit: &Visit, own: &[Value], trouble: Option<&Trouble>) -> Markup {
    let words = visit.words;
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let accounts: Vec<(String, String)> =
        own.iter().map(|one| (text_of(one, "id").to_owned(), called(visit, one))).collect();
    let typed = |name: &str| visit.form.get(name).to_owned();
    let (account, party, word, until) =
        (typed("account"), typed("party"), typed("word"), typed("until"));
    html! {
        h3 { (words.say("helpers-new")) }
        p { (words.say("helpers-new-says")) }
        (summary(words, &says, &faults))
        (form(visit, "/helpers", html! {
            (choice(Field { name: "account", label: &words.say("helpers-account"), value: &account, ..Field::default() }, &accounts, &faults))
            (field(Field { name: "party", label: &words.say("helpers-number"), hint: &words.say("helpers-number-hint"), value: &party, keys: "numeric", ..Field::default() }, &faults))
            (field(Field { name: "word", label: &words.say("help-word"), hint: &words.say("helpers-word-hint"), value: &word, keys: "numeric", ..Field::default() }, &faults))
            (field(Field { name: "until", label: &words.say("helpers-until"), hint: &words.say("helpers-until-hint"), value: &until, kind: "date", ..Field::default() }, &faults))
            (button(&words.say("helpers-go"), true))
        }))
    }
}

async fn add(visit: &Visit) -> Said {
    let words = visit.words;
    let (account, until) = (visit.form.get("account"), visit.form.get("until"));
    let asked = async {
        let (_, accounts) = accounts_of(visit).await?;
        let of = accounts.into_iter().filter(one_s_own).find(|one| one["id"] == account);
        let of = of.ok_or_else(|| Trouble::field("account", "field-from"))?;
        let party = figures::party_of(visit.form.get("party"));
        let party = party.ok_or_else(|| Trouble::field("party", "field-party"))?;
        let mut order = json!({ "party": party, "word": visit.form.get("word") });
        if !until.is_empty() {
            order["until"] = json!(until);
        }
        let path = format!("/accounts/{account}/helpers");
        let came = send(visit, &path, order, &Visit::new_key()).await?;
        Ok::<_, Trouble>((of, came))
    };
    match asked.await {
        Ok((_, Came::Done)) => Ok(Shown::Next("/helpers?done=1".to_owned())),
        Ok((of, Came::MustSign(asked, wrong))) => {
            let title = words.say("helpers-sign");
            let fields =
                ["account", "party", "word", "until"].map(|name| (name, visit.form.get(name)));
            let signing = Signing {
                action: "/helpers",
                title: &title,
                says: &words.say("helpers-sign-says"),
                yes: &words.say("helpers-sign-yes"),
                back: "/helpers",
                fields: &fields,
            };
            let helper = &asked.document["challenge"]["helper"];
            let what = html! { dl.facts {
                div { dt { (words.say("helpers-who")) } dd.big { (name_of(visit, helper, text_of(helper, "party"))) } }
                div { dt { (words.say("helpers-account")) } dd { (called(visit, &of)) } }
                div { dt { (words.say("helpers-until")) } dd { @if until.is_empty() { (words.say("help-open")) } @else { (visit.day(until)) } } }
                div { dt { (words.say("helpers-may")) } dd { (words.say("helpers-may-says")) } }
            } };
            let body = sign(visit, &signing, what, &asked, wrong.as_ref());
            match &wrong {
                Some(_) => visit.again(&asked, &title, body),
                None => visit.page(&title, body),
            }
        }
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Ok((_, Came::Wrong(trouble))) | Err(trouble) => helpers_page(visit, Some(&trouble)).await,
    }
}

async fn end(visit: &Visit) -> Said {
    let path = format!("/accounts/{}/helpers/{}/end", visit.named("account"), visit.named("party"));
    visit.ask.post(&path, json!({})).await?;
    Ok(Shown::Next("/helpers?done=2".to_owned()))
}

/// The accounts somebody helps with: whose they are, what there is, and nothing to pay with.
pub async fn helped(visit: &Visit, accounts: &[Value]) -> Markup {
    let words = visit.words;
    let party = visit.party().unwrap_or_default();
    let mut shown = Vec::new();
    for account in accounts.iter().filter(|account| !may_pay(account)) {
        let id = text_of(account, "id");
        let answer = visit.ask.get(&format!("/accounts/{id}/owners")).await;
        let owners = answer.map(|answer| answer.body).unwrap_or_default();
        let names: Vec<String> = list_of(&owners, "items")
            .iter()
            .map(|owner| name_of(visit, owner, text_of(owner, "party")))
            .collect();
        shown.push((account, names.join(", ")));
    }
    html! {
        @if !shown.is_empty() {
            section.p aria-labelledby="helped" {
                header { h2 id="helped" { (words.say("helping-title")) } a href="/helpers" { (words.say("helping-more")) } }
                p { (words.say("helping-says")) }
                @for (account, names) in &shown {
                    section.bal {
                        h3 { a href={ "/accounts/" (text_of(account, "id")) } { (words.with("helping-of", &[("name", text(names.as_str())), ("account", text(called(visit, account)))])) } }
                        p.v { (amount(&account["balance"]["booked"])) }
                        @if account["holds"] == "viewer" {
                            (one_button(visit, &format!("/helpers/{}/{party}/end", text_of(account, "id")), &words.with("helping-stop", &[("name", text(names.as_str()))]), &[]))
                        }
                    }
                }
                p { (words.say("helping-wrong")) " " a href="/help" { (words.say("ask-person")) } }
            }
        }
    }
}
