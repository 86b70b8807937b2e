//! Whom I pay, by names of my own: kept after a signature, chosen where one pays, seen beside what was paid.

use super::signing::{Came, Signing, page as sign, send};
use super::staff::{list_of, scrolled, text_of};
use crate::figures;
use crate::inside;
use crate::parts::field::{Field, field, summary};
use crate::parts::form::{button, form, hidden, one_button};
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
        inside!(GET "/payees", show),
        inside!(POST "/payees", keep),
        inside!(POST "/payees/{payee}/end", end),
    ]
}

/// Names that a customer gave accounts.
#[derive(Clone, Debug, Default)]
pub struct Names(Vec<(String, String)>);

impl Names {
    /// Of who is signed in; none for whoever pays nobody.
    pub async fn of(visit: &Visit) -> Names {
        let pays = visit.me.as_ref().is_some_and(|me| me.is_one_of(&["customer"]));
        let Some(party) = visit.party().ok().filter(|_| pays) else { return Names::default() };
        let read = visit.ask.get(&format!("/parties/{party}/payees")).await;
        let read = read.map(|answer| answer.body).unwrap_or_default();
        let one = |payee: &Value| {
            Some((text_of(payee, "account").to_owned(), payee["name"].as_str()?.to_owned()))
        };
        Names(list_of(&read, "items").iter().filter_map(one).collect())
    }

    /// What the customer calls an account.
    pub fn name(&self, account: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == account).map(|(_, name)| name.as_str())
    }

    /// Accounts and their names.
    pub fn all(&self) -> &[(String, String)] {
        &self.0
    }
}

async fn show(visit: &Visit) -> Said {
    payees_page(visit, None).await
}

async fn payees_page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let read = visit.ask.get(&format!("/parties/{}/payees", visit.party()?)).await?.body;
    let all = list_of(&read, "items");
    let title = words.say("payees-title");
    let body = html! {
        (head(&title, &words.with("payees-says", &[("n", count(all.len() as u64))])))
        @match visit.query.get("done") {
            "1" => (note(Weight::Done, &words.say("payee-kept"), html! {})),
            "2" => (note(Weight::Done, &words.say("payee-ended"), html! {})),
            _ => {}
        }
        @if !all.is_empty() {
            (scrolled(words, &title, html! { table {
                thead { tr {
                    th scope="col" { (words.say("payee-name")) } th scope="col" { (words.say("account")) } th scope="col" { (words.say("payee-since")) }
                    th scope="col" { span.vh { (words.say("payee-end")) } }
                } }
                tbody { @for payee in all { (one(visit, payee)) } }
            } }))
        }
        div.narrow { (new(visit, trouble)) }
    };
    match trouble {
        None => visit.page(&title, body),
        Some(trouble) => visit.again(trouble, &title, body),
    }
}

fn one(visit: &Visit, payee: &Value) -> Markup {
    let words = visit.words;
    let account = text_of(payee, "account");
    let name = payee["name"].as_str().map_or_else(|| figures::account(account), ToOwned::to_owned);
    let path = format!("/payees/{}/end", text_of(payee, "id"));
    html! {
        tr {
            th scope="row" { a href={ "/pay?to=" (figures::digits_of(account)) } { (name) } }
            td.number { (figures::account(account)) }
            td { (visit.day(text_of(payee, "since"))) }
            td { (one_button(visit, &path, &words.with("payee-end-one", &[("name", text(name.as_str()))]), &[])) }
        }
    }
}

fn new(visit: &Visit, trouble: Option<&Trouble>) -> Markup {
    let words = visit.words;
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    let typed =
        |name: &str| visit.form.filled(name).unwrap_or_else(|| visit.query.get(name)).to_owned();
    let (name, account) = (typed("name"), typed("account"));
    html! {
        section.p aria-labelledby="new-payee" {
            header { h2 id="new-payee" { (words.say("payee-new")) } }
            p { (words.say("payee-new-says")) }
            (summary(words, &says, &faults))
            (form(visit, "/payees", html! {
                (hidden("key", &Visit::new_key()))
                (field(Field { name: "name", label: &words.say("payee-name"), hint: &words.say("payee-name-hint"), value: &name, ..Field::default() }, &faults))
                (field(Field { name: "account", label: &words.say("pay-to"), hint: &words.say("pay-to-hint"), value: &account, keys: "numeric", ..Field::default() }, &faults))
                (button(&words.say("helpers-go"), true))
            }))
        }
    }
}

async fn keep(visit: &Visit) -> Said {
    let words = visit.words;
    let (name, key) = (visit.form.get("name"), visit.form.get("key"));
    let asked = async {
        if name.is_empty() {
            return Err(Trouble::field("name", "payee-name-empty"));
        }
        let account = figures::account_of(visit.form.get("account"));
        let account = account.ok_or_else(|| Trouble::field("account", "field-to"))?;
        let order = json!({ "name": name, "account": account });
        let came = send(visit, &format!("/parties/{}/payees", visit.party()?), order, key).await?;
        Ok::<_, Trouble>((account, came))
    };
    match asked.await {
        Ok((_, Came::Done)) => Ok(Shown::Next("/payees?done=1".to_owned())),
        Ok((account, Came::MustSign(asked, wrong))) => {
            let title = words.say("payee-sign");
            let fields = ["name", "account", "key"].map(|name| (name, visit.form.get(name)));
            let signing = Signing {
                action: "/payees",
                title: &title,
                says: &words.say("payee-sign-says"),
                yes: &words.say("payee-sign-yes"),
                back: "/payees",
                fields: &fields,
            };
            let what = html! { dl.facts {
                div { dt { (words.say("payee-name")) } dd.big { (name) } }
                div { dt { (words.say("account")) } dd.number { (figures::account(&account)) } }
            } };
            let body = sign(visit, &signing, what, &asked, wrong.as_ref());
            match &wrong {
                Some(_) => visit.again(&asked, &title, body),
                None => visit.page(&title, body),
            }
        }
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Ok((_, Came::Wrong(trouble))) | Err(trouble) => payees_page(visit, Some(&trouble)).await,
    }
}

async fn end(visit: &Visit) -> Said {
    let path = format!("/parties/{}/payees/{}/end", visit.party()?, visit.named("payee"));
    visit.ask.post(&path, json!({})).await?;
    Ok(Shown::Next("/payees?done=2".to_owned()))
}
