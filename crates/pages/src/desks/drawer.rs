//! A teller's drawer on the day that the bank books on: what it began with, what came in and went out, and whether what was
//! counted agrees. A till is an account of the bank's own that money lies in, so the ledger has it with the other sign.

use super::staff::{list_of, scrolled, text_of};
use crate::figures;
use crate::inside;
use crate::parts::amount::amount;
use crate::parts::field::{Field, choice, field, summary};
use crate::parts::figure::{Source, provenance};
use crate::parts::form::button;
use crate::parts::frame::head;
use crate::parts::note::{Weight, note};
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Visit};
use crate::words::{count, text};
use maud::{Markup, html};
use serde_json::Value;
use terms::Currency;

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![inside!(GET "/counter/drawer", show)]
}

/// What a drawer has had on a day, in minor units of its currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Day {
    began: i128,
    came: i128,
    went: i128,
    ended: i128,
}

/// Minor units of money as the API writes it.
fn units(money: &Value) -> i128 {
    let digits = text_of(money, "amount").replace('.', "");
    digits.parse().unwrap_or_default()
}

impl Day {
    /// Of the statement of a till: what is out of it for the ledger lies in it.
    fn of(statement: &Value) -> Day {
        let sum = |way: &str| {
            let lines = list_of(statement, "lines").iter();
            lines.filter(|line| line["direction"] == way).map(|line| units(&line["amount"])).sum()
        };
        Day {
            began: -units(&statement["opening"]),
            came: sum("out"),
            went: sum("in"),
            ended: -units(&statement["closing"]),
        }
    }
}

async fn show(visit: &Visit) -> Said {
    let words = visit.words;
    let title = words.say("drawer-title");
    let tills = super::counter::tills(visit).await?;
    let typed = visit.query.filled("till").unwrap_or(&visit.till).to_owned();
    let (read, trouble) = match read(visit, &typed).await {
        Ok(read) => (read, None),
        Err(trouble) if trouble.is_stranger() => return Err(trouble),
        Err(trouble) => (None, Some(trouble)),
    };
    let counted = visit.query.get("counted");
    let mut faults = trouble.iter().flat_map(|t| t.said_fields(words)).collect::<Vec<_>>();
    let currency = read.as_ref().map(|(statement, _)| currency_of(statement));
    let found = currency.and_then(|currency| count_of(counted, currency));
    if !counted.is_empty() && found.is_none() && read.is_some() {
        faults.push(("counted".to_owned(), words.say("field-amount").into_owned()));
    }
    let says = trouble.as_ref().filter(|_| faults.is_empty()).map(|t| t.says(words));
    let body = html! {
        (head(&title, &words.say("drawer-says")))
        (summary(words, &says.unwrap_or_default(), &faults))
        form.filter.no-print method="get" action="/counter/drawer" {
            (choice(Field { name: "till", label: &words.say("cash-till"), value: &typed, ..Field::default() }, &tills, &faults))
            (field(Field { name: "counted", label: &words.say("drawer-counted"), hint: &words.say("drawer-counted-hint"), value: counted, keys: "decimal", ..Field::default() }, &faults))
            (button(&words.say("show"), false))
        }
        @if let Some((statement, entry)) = &read { (balance(visit, statement, *entry, found)) }
        p.no-print { a.btn href="/counter" { (words.say("desk-counter")) } }
    };
    match &trouble {
        Some(trouble) => visit.again(trouble, &title, body),
        None => visit.page(&title, body),
    }
}

fn currency_of(statement: &Value) -> Currency {
    Currency::by_code(text_of(&statement["opening"], "currency")).unwrap_or(Currency::CNY)
}

fn count_of(typed: &str, currency: Currency) -> Option<i128> {
    let amount = currency.parse(&figures::amount_of(typed)).ok()?;
    i128::try_from(amount.0).ok()
}

/// The statement of a till on the business day, and the entry it is as of; nothing until a till is named.
async fn read(visit: &Visit, typed: &str) -> Result<Option<(Value, Option<u64>)>, Trouble> {
    if typed.is_empty() {
        return Ok(None);
    }
    let till = super::counter::till(visit, typed).await?;
    let today = visit.house.business_day().await;
    let path = format!("/accounts/{till}/statement?from={today}&to={today}");
    let statement = visit.ask.get(&path).await?;
    Ok(Some((statement.body, statement.entry)))
}

fn balance(visit: &Visit, statement: &Value, entry: Option<u64>, found: Option<i128>) -> Markup {
    let words = visit.words;
    let (day, currency) = (Day::of(statement), currency_of(statement));
    let shown = |units: i128| {
        let sign = if units < 0 { "\u{2212}" } else { "" };
        let places = usize::from(currency.minor_digits());
        let code = text_of(&statement["opening"], "currency");
        format!("{sign}{}", figures::minor(units.unsigned_abs(), places, code))
    };
    let lines = list_of(statement, "lines");
    let title = words.with("drawer-day", &[("day", text(visit.day(text_of(statement, "to"))))]);
    html! {
        @if let Some(found) = found { (agrees(visit, found - day.ended, &shown)) }
        section.p aria-labelledby="drawer" {
            header { h2 id="drawer" { (title) } span { (figures::account(text_of(statement, "account"))) } }
            (scrolled(words, &title, html! { table { tbody {
                @for (word, units) in [("drawer-began", day.began), ("drawer-came", day.came), ("drawer-went", -day.went)] {
                    tr { th scope="row" { (words.say(word)) } td.num { (shown(units)) } }
                }
            } tfoot { tr { th scope="row" { (words.say("drawer-should")) } td.num { (shown(day.ended)) } } } } }))
            h3 { (words.with("drawer-lines", &[("n", count(lines.len() as u64))])) }
            @if !lines.is_empty() { (movements(visit, lines)) }
            (provenance(words, &Source { entry, ..Source::default() }, &title))
        }
    }
}

/// Whether what was counted is what should be there.
fn agrees(visit: &Visit, over: i128, shown: &dyn Fn(i128) -> String) -> Markup {
    let words = visit.words;
    let by = shown(over.abs());
    match over {
        0 => note(Weight::Done, &words.say("drawer-agrees"), html! {}),
        _ => {
            let word = if over > 0 { "drawer-over" } else { "drawer-short" };
            note(
                Weight::Stop,
                &words.with(word, &[("by", text(by))]),
                html! { p { (words.say("drawer-differs")) } },
            )
        }
    }
}

fn movements(visit: &Visit, lines: &[Value]) -> Markup {
    let words = visit.words;
    scrolled(
        words,
        &words.say("drawer-title"),
        html! { table {
            thead { tr { th scope="col" { (words.say("col-with")) } th.num scope="col" { (words.say("drawer-came")) } th.num scope="col" { (words.say("drawer-went")) } } }
            tbody { @for line in lines.iter().rev() { tr {
                th scope="row" { a href={ "/payments/" (text_of(line, "payment")) } {
                    (line["counterparty"].as_str().map_or_else(|| words.say("line-bank").into_owned(), figures::account))
                } }
                td.num { @if line["direction"] != "in" { (amount(&line["amount"])) } }
                td.num { @if line["direction"] == "in" { (amount(&line["amount"])) } }
            } } }
        } },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_the_ledger_takes_from_a_till_lies_in_it() {
        let money = |amount: &str| json!({ "amount": amount, "currency": "CNY" });
        let statement = json!({
            "opening": money("-1000.00"), "closing": money("-1150.50"),
            "lines": [
                { "direction": "out", "amount": money("200.50") },
                { "direction": "in", "amount": money("50.00") },
            ],
        });
        let day = Day::of(&statement);
        assert_eq!(day, Day { began: 100_000, came: 20_050, went: 5_000, ended: 115_050 });
        assert_eq!(day.began + day.came - day.went, day.ended);
        assert_eq!(count_of("1,150.50", Currency::CNY), Some(115_050));
        assert_eq!(count_of("many", Currency::CNY), None);
    }
}
