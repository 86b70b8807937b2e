//! What needs operations: messages in part refused, orders that nobody was paid by, webhooks that gave up, reservations near
//! their end, payments that were refused today. Each leads to where it is mended.

use super::messages;
use super::questions::{answer, counted, source};
use super::staff::{ago, done, left, list_of, refusal, scrolled, text_of};
use crate::figures;
use crate::inside;
use crate::parts::amount::amount;
use crate::parts::field::{Faults, Field, field, summary};
use crate::parts::figure::provenance;
use crate::parts::form::{button, form, hidden, one_button};
use crate::parts::frame::head;
use crate::parts::note::tag;
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{Words, count, text};
use maud::{Markup, html};
use serde_json::{Value, json};

/// Of each kind at most so many are shown.
const EACH: usize = 10;
/// Orders that are counted at most: as many as the API gives at once.
const ORDERS: usize = 200;

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![
        inside!(GET "/exceptions", exceptions),
        inside!(POST "/exceptions/messages", seen_to),
        inside!(POST "/exceptions/{payment}/{act}", resolve),
    ]
}

/// What somebody must see to.
#[derive(Debug, Default)]
pub struct Open {
    messages: Value,
    orders: Value,
    hooks: Vec<Value>,
}

impl Open {
    /// # Errors
    /// What the API says.
    pub async fn of(visit: &Visit) -> Result<Open, Trouble> {
        let read = async |path: String| visit.ask.get(&path).await.map(|answer| answer.body);
        // Where a bank takes no messages or sends no webhooks there is nothing to mend.
        let hooks = read("/webhooks".to_owned()).await.unwrap_or_default();
        let stopped =
            list_of(&hooks, "items").iter().filter(|hook| text_of(hook, "state") != "active");
        Ok(Open {
            messages: read(format!("/messages?open=true&limit={EACH}")).await.unwrap_or_default(),
            orders: read(format!("/orders/given-up?limit={ORDERS}")).await?,
            hooks: stopped.cloned().collect(),
        })
    }

    pub fn messages(&self) -> u64 {
        counted(&self.messages["total"])
    }

    pub fn orders(&self) -> u64 {
        list_of(&self.orders, "items").len() as u64
    }

    pub fn hooks(&self) -> u64 {
        self.hooks.len() as u64
    }

    /// How many things somebody must see to.
    pub fn all(&self) -> u64 {
        self.messages() + self.orders() + self.hooks()
    }
}

/// What somebody must see to, and what they may look at beside it.
struct Found {
    open: Open,
    pending: Value,
    refused: Value,
    holds: u64,
    /// Reservations that end by themselves, with what cases hold.
    reservations: u64,
}

impl Found {
    /// Reservations that cases hold; `None` where the list of the others is only begun.
    fn held_by_cases(&self) -> Option<u64> {
        let whole = self.pending["next"].is_null();
        let others = list_of(&self.pending, "items").len() as u64;
        whole.then(|| self.reservations.saturating_sub(others))
    }

    async fn of(visit: &Visit) -> Result<Found, Trouble> {
        let read = async |path: String| visit.ask.get(&path).await.map(|answer| answer.body);
        Ok(Found {
            open: Open::of(visit).await?,
            pending: read(format!("/pending?limit={EACH}")).await?,
            refused: answer(visit, "refused").await?,
            holds: counted(&read("/holds?limit=1".to_owned()).await?["total"]),
            // Whoever may not see the day is told of no others.
            reservations: counted(
                &read("/day".to_owned()).await.unwrap_or_default()["reservations"],
            ),
        })
    }
}

async fn exceptions(visit: &Visit) -> Said {
    exceptions_page(visit, None).await
}

async fn exceptions_page(visit: &Visit, trouble: Option<&Trouble>) -> Said {
    let words = visit.words;
    let found = Found::of(visit).await?;
    let title = words.say("desk-exceptions");
    let says = trouble.map(|trouble| trouble.says(words)).unwrap_or_default();
    // The field of each message is called by the message.
    let named = |(name, says): (String, String)| {
        (if name == "note" { visit.form.get("key").to_owned() } else { name }, says)
    };
    let faults = trouble.map(|trouble| trouble.said_fields(words)).unwrap_or_default();
    let faults: Vec<(String, String)> = faults.into_iter().map(named).collect();
    let body = html! {
        (head(&title, &words.with("exceptions-says", &[("n", count(found.open.all()))])))
        (summary(words, &says, &faults))
        (done(visit, &[("seen", "exceptions-done-seen")]))
        div.grid {
            (of_messages(visit, &found, &faults))
            (of_orders(visit, &found))
            (of_pending(visit, &found))
            (of_refused(visit, &found))
            (of_hooks(visit, &found))
            section.p.s5 aria-labelledby="of-holds" {
                header { h2 id="of-holds" { (words.say("holds-title")) } a href="/holds" { (words.say("exceptions-to-holds")) } }
                p { (words.with("exceptions-holds", &[("n", count(found.holds))])) }
            }
        }
    };
    match trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

/// A part of the page: nothing of it is said to be nothing.
fn part(
    id: &str,
    wide: &str,
    heading: &str,
    more: Markup,
    empty: Option<&str>,
    inside: Markup,
) -> Markup {
    html! {
        section class={ "p " (wide) } aria-labelledby=(id) {
            header { h2 id=(id) { (heading) } (more) }
            @match empty { Some(says) => p.none { (says) }, None => (inside) }
        }
    }
}

/// Says what was done about a message, so that it waits for nobody any more.
fn seen_form(visit: &Visit, key: &str, faults: Faults<'_>) -> Markup {
    let words = visit.words;
    html! { details.data open[visit.form.get("key") == key] {
        summary { (words.say("exceptions-mark-handled")) }
        (form(visit, "/exceptions/messages", html! {
            (hidden("key", key))
            (field(Field { name: key, label: &words.say("exceptions-seen-note"), value: visit.form.get(key), ..Field::default() }, faults))
            (button(&words.say("exceptions-mark-handled"), false))
        }))
    } }
}

fn of_messages(visit: &Visit, found: &Found, faults: Faults<'_>) -> Markup {
    let words = visit.words;
    let items = list_of(&found.open.messages, "items");
    let none = words.say("exceptions-no-messages");
    let all = html! { a href="/messages?show=refused" { (words.say("exceptions-all-messages")) } };
    let may = visit.me.as_ref().is_some_and(|me| me.is_one_of(&["operations"]));
    part(
        "of-messages",
        "s7",
        &words.say("exceptions-messages"),
        all,
        items.is_empty().then_some(&none),
        html! { ul.q {
            @for line in items { li {
                div.row { b { (messages::linked(line)) } (tag("bad", &rejected(words, line))) }
                p { @match list_of(line, "refused") { [] => (words.say("exceptions-messages-part")), whys => (messages::reasons(words, whys)) } " · " (ago(visit, text_of(line, "time"))) }
                @if may { (seen_form(visit, text_of(line, "key"), faults)) }
            } }
        } },
    )
}

fn rejected(words: Words, line: &Value) -> String {
    let (rejected, all) =
        (counted(&line["counts"]["rejected"]), counted(&line["counts"]["payments"]));
    if all == 0 {
        return words.say("messages-state-refused").into_owned();
    }
    words.with("exceptions-n-of", &[("n", count(rejected)), ("all", text(figures::number(all)))])
}

fn of_orders(visit: &Visit, found: &Found) -> Markup {
    let words = visit.words;
    let items = list_of(&found.open.orders, "items");
    let none = words.say("exceptions-no-orders");
    part(
        "of-orders",
        "s5",
        &words.say("exceptions-orders"),
        html! {},
        items.is_empty().then_some(&none),
        html! {
            ul.q { @for order in items.iter().take(EACH) { li {
                div.row { a href={ "/accounts/" (text_of(order, "from")) } { (figures::account(text_of(order, "from"))) } (amount(&order["money"])) }
                p { (words.with("exceptions-order-was", &[("day", text(visit.day(text_of(order, "day")))), ("to", text(figures::account_end(text_of(order, "to"))))])) }
            } } }
            p.hint { (words.say("exceptions-orders-next")) }
        },
    )
}

fn of_pending(visit: &Visit, found: &Found) -> Markup {
    let words = visit.words;
    let items = list_of(&found.pending, "items");
    let heading = words.say("exceptions-pending");
    let held = found.held_by_cases().filter(|n| *n > 0);
    html! {
        section.p.s7 aria-labelledby="of-pending" {
            header { h2 id="of-pending" { (heading) } }
            @if items.is_empty() { p.none { (words.say("exceptions-no-pending-free")) } }
            @else { (pending_table(visit, &heading, items)) }
            @if let Some(held) = held { p.hint { (words.with("exceptions-held", &[("n", count(held))])) " " a href="/cases" { (words.say("desk-cases")) } } }
        }
    }
}

fn pending_table(visit: &Visit, heading: &str, items: &[Value]) -> Markup {
    let words = visit.words;
    let may = visit.me.as_ref().is_some_and(|me| me.is_one_of(&["operations"]));
    scrolled(
        words,
        heading,
        html! { table.inbox {
            thead { tr {
                th scope="col" { (words.say("exceptions-ends")) } th.num scope="col" { (words.say("pay-amount")) } th scope="col" { (words.say("exceptions-way")) }
                @if may { th scope="col" { span.vh { (words.say("exceptions-do")) } } }
            } }
            tbody { @for one in items {
                @let id = text_of(one, "payment");
                tr {
                    th scope="row" { a href={ "/payments/" (id) } { (visit.moment(text_of(one, "ends"))) } " " (left(visit, text_of(one, "ends"))) }
                    td.num { (amount(&one["money"])) }
                    td.way { "··" (figures::account_end(text_of(one, "from"))) " → ··" (figures::account_end(text_of(one, "to"))) }
                    @if may { td { div.choices {
                        (one_button(visit, &format!("/exceptions/{id}/post"), &words.say("exceptions-post"), &[("key", &Visit::new_key())]))
                        (one_button(visit, &format!("/exceptions/{id}/void"), &words.say("exceptions-void"), &[("key", &Visit::new_key())]))
                    } } }
                }
            } }
        } },
    )
}

fn of_refused(visit: &Visit, found: &Found) -> Markup {
    let words = visit.words;
    let rows = list_of(&found.refused, "rows");
    let heading = words.say("query-refused");
    let none = words.say("exceptions-no-refused");
    let all: u64 = rows.iter().map(|row| counted(&row[1])).sum();
    part(
        "of-refused",
        "s5",
        &heading,
        html! {},
        rows.is_empty().then_some(&none),
        html! {
            table {
                thead { tr { th scope="col" { (words.say("messages-why")) } th.num scope="col" { (words.say("hours-payments")) } } }
                tbody { @for row in rows { tr { th scope="row" { (refusal(words, row[0].as_str().unwrap_or_default())) } td.num { (figures::number(counted(&row[1]))) } } } }
                tfoot { tr { th scope="row" { (words.say("rulings-all")) } td.num { (figures::number(all)) } } }
            }
            (provenance(words, &source("refused", &found.refused), &heading))
        },
    )
}

fn of_hooks(visit: &Visit, found: &Found) -> Markup {
    let words = visit.words;
    let none = words.say("exceptions-no-hooks");
    part(
        "of-hooks",
        "s7",
        &words.say("exceptions-hooks"),
        html! {},
        found.open.hooks.is_empty().then_some(&none),
        html! {
            ul.q { @for hook in &found.open.hooks { li {
                div.row { a href={ "/developers/" (text_of(hook, "id")) } { (text_of(hook, "url")) } (super::developer::state(visit, hook)) }
                p { (words.with("exceptions-hook-of", &[("who", text(text_of(hook, "owner").to_owned()))])) }
            } } }
            p.hint { (words.say("exceptions-hooks-next")) }
        },
    )
}

/// Somebody saw to a message.
async fn seen_to(visit: &Visit) -> Said {
    let key = visit.form.get("key");
    let order = json!({ "keys": [key], "note": visit.form.get(key) });
    match visit.ask.post("/message-acknowledgements", order).await {
        Ok(_) => Ok(Shown::Next("/exceptions?done=seen".to_owned())),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => exceptions_page(visit, Some(&trouble)).await,
    }
}

/// Posts what was reserved, or gives it back.
async fn resolve(visit: &Visit) -> Said {
    let (id, act) = (visit.named("payment"), visit.named("act"));
    if act != "post" && act != "void" {
        return Err(Trouble::not_found());
    }
    let path = format!("/payments/{id}/{act}");
    match visit.ask.post_once(&path, json!({}), visit.form.get("key")).await {
        Ok(_) => Ok(Shown::Next(format!("/payments/{id}"))),
        Err(trouble) if trouble.is_stranger() => Err(trouble),
        Err(trouble) => exceptions_page(visit, Some(&trouble)).await,
    }
}
