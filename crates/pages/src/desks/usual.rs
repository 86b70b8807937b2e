//! A payment against what is usual on its two accounts: how much, how often, to whom. Made of the same lines of both accounts
//! that the page lists, and of those before the payment only.

use super::staff::{scrolled, text_of};
use crate::figures;
use crate::house::seconds_between;
use crate::parts::flows::{minor_of, moved};
use crate::parts::note::tag;
use crate::visit::Visit;
use crate::words::{count, text};
use maud::{Markup, html};
use serde_json::Value;
use std::collections::BTreeSet;

const DAY_S: i64 = 86_400;

/// One thing that is measured.
#[derive(Debug, PartialEq, Eq)]
struct Measure {
    /// Its word.
    word: &'static str,
    /// Of this payment.
    now: u128,
    /// Of those before: the middle one and the largest. None if there are none.
    before: Option<(u128, u128)>,
    /// It is money, in minor units.
    money: bool,
}

impl Measure {
    /// Above all that was before; of an account without a past nothing is unusual.
    fn stands_out(&self) -> bool {
        self.before.is_some_and(|(_, most)| self.now > most)
    }
}

/// What was before a payment: the lines of an account that are older than it, the newest first.
fn before<'a>(lines: &'a [Value], payment: &Value) -> Vec<&'a Value> {
    let record = payment["journal"]["record"].as_u64().unwrap_or(u64::MAX);
    let older = |line: &&Value| line["record"].as_u64().is_some_and(|at| at < record);
    lines.iter().filter(|line| moved(line)).filter(older).collect()
}

fn amount(line: &Value) -> u128 {
    minor_of(text_of(&line["amount"], "amount"))
}

/// The middle one and the largest.
fn spread(mut all: Vec<u128>) -> Option<(u128, u128)> {
    all.sort_unstable();
    Some((*all.get(all.len() / 2)?, *all.last()?))
}

/// What is found in the lines of the day up to a moment, and up to each of them.
fn pace<T>(lines: &[&Value], time: &str, of: impl Fn(&[&Value]) -> T) -> (T, Vec<T>) {
    let within = |end: &str| -> Vec<&Value> {
        let near = |line: &&&Value| {
            seconds_between(text_of(line, "time"), end).is_some_and(|s| (0..DAY_S).contains(&s))
        };
        lines.iter().filter(near).copied().collect()
    };
    let now = of(&within(time));
    (now, lines.iter().map(|line| of(&within(text_of(line, "time")))).collect())
}

fn measures(payment: &Value, payers: &[Value], payees: &[Value]) -> Vec<Measure> {
    let (paid, got) = (before(payers, payment), before(payees, payment));
    let out: Vec<&Value> = paid.into_iter().filter(|line| line["direction"] == "out").collect();
    let into: Vec<&Value> = got.into_iter().filter(|line| line["direction"] == "in").collect();
    let time = text_of(payment, "time");
    let this = minor_of(text_of(payment, "amount"));
    let (often, often_before) = pace(&out, time, |lines: &[&Value]| lines.len() as u128);
    let payers_of = |lines: &[&Value]| -> BTreeSet<String> {
        lines.iter().filter_map(|line| Some(line["counterparty"].as_str()?.to_owned())).collect()
    };
    let (mut many, many_before) = pace(&into, time, payers_of);
    many.insert(text_of(payment, "from").to_owned());
    let many_before = many_before.iter().map(|payers| payers.len() as u128).collect();
    let measure = |word, now, before, money| Measure { word, now, before: spread(before), money };
    vec![
        measure("amount", this, out.iter().map(|line| amount(line)).collect(), true),
        measure("often", often + 1, often_before, false),
        measure("got", this, into.iter().map(|line| amount(line)).collect(), true),
        measure("payers", many.len() as u128, many_before, false),
    ]
}

/// How often the payer paid this payee before, as far as the lines go.
fn known(payment: &Value, payers: &[Value]) -> u64 {
    let payee = text_of(payment, "to");
    let to_it = |line: &&&Value| line["direction"] == "out" && line["counterparty"] == payee;
    before(payers, payment).iter().filter(to_it).count() as u64
}

/// It, as a table.
pub fn usual(visit: &Visit, payment: &Value, payers: &[Value], payees: &[Value]) -> Markup {
    let words = visit.words;
    let all = measures(payment, payers, payees);
    let seen = known(payment, payers);
    let amount = text_of(payment, "amount");
    let places = amount.split_once('.').map_or(0, |(_, places)| places.len());
    let said = |measure: &Measure, value: u128| {
        if measure.money {
            figures::minor(value, places, text_of(payment, "currency"))
        } else {
            figures::number(u64::try_from(value).unwrap_or(u64::MAX))
        }
    };
    let out =
        all.iter().filter(|measure| measure.stands_out()).count() as u64 + u64::from(seen == 0);
    html! {
        section.p aria-labelledby="usual" {
            header { h2 id="usual" { (words.say("usual-title")) } }
            p.say { (words.with("usual-says", &[("out", count(out)), ("lines", text(payers.len().max(payees.len()).to_string()))])) }
            (scrolled(words, &words.say("usual-title"), html! { table {
                thead { tr { th scope="col" { (words.say("usual-what")) } th.num scope="col" { (words.say("usual-now")) } th.num scope="col" { (words.say("usual-middle")) } th.num scope="col" { (words.say("usual-most")) } } }
                tbody {
                    @for measure in &all { tr {
                        th scope="row" { (words.say(&format!("usual-{}", measure.word))) @if measure.stands_out() { " " (tag("bad", &words.say("usual-out"))) } }
                        td.num { (said(measure, measure.now)) }
                        @match measure.before {
                            Some((middle, most)) => { td.num { (said(measure, middle)) } td.num { (said(measure, most)) } },
                            None => td.num colspan="2" { (words.say("usual-none")) },
                        }
                    } }
                    tr {
                        th scope="row" { (words.say("usual-known")) @if seen == 0 { " " (tag("bad", &words.say("usual-first"))) } }
                        td.num colspan="3" { (words.with("usual-times", &[("n", count(seen))])) }
                    }
                }
            } }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line(record: u64, direction: &str, amount: &str, time: &str, other: &str) -> Value {
        json!({ "record": record, "direction": direction, "amount": { "amount": amount, "currency": "CNY" }, "time": time,
            "counterparty": other, "status": "posted", "payment": format!("pay_{record}") })
    }

    fn payment() -> Value {
        json!({ "amount": "900.00", "currency": "CNY", "from": "acc_a", "to": "acc_b", "time": "2026-09-10T12:00:00Z",
            "journal": { "record": 50 } })
    }

    #[test]
    fn more_than_ever_before_stands_out() {
        let payers = [
            line(60, "out", "5000.00", "2026-09-11T12:00:00Z", "acc_b"),
            line(50, "out", "900.00", "2026-09-10T12:00:00Z", "acc_b"),
            line(9, "out", "30.00", "2026-09-10T11:00:00Z", "acc_c"),
            line(8, "out", "10.00", "2026-09-08T11:00:00Z", "acc_d"),
            line(7, "in", "7000.00", "2026-09-07T11:00:00Z", "acc_e"),
            line(6, "out", "20.00", "2026-09-01T11:00:00Z", "acc_c"),
        ];
        let all = measures(&payment(), &payers, &[]);
        let amount = &all[0];
        assert_eq!((amount.now, amount.before), (90_000, Some((2_000, 3_000))));
        assert!(amount.stands_out());
        // This one and the one of an hour ago, where there never were two within a day.
        assert_eq!((all[1].now, all[1].before), (2, Some((1, 1))));
        assert!(all[1].stands_out());
        assert_eq!(known(&payment(), &payers), 0);
    }

    #[test]
    fn what_is_usual_does_not_stand_out() {
        let payers = [
            line(9, "out", "900.00", "2026-09-09T11:00:00Z", "acc_b"),
            line(8, "out", "1.00", "2026-09-01T11:00:00Z", "acc_b"),
        ];
        let all = measures(&payment(), &payers, &[]);
        assert!(all.iter().all(|measure| !measure.stands_out()), "{all:?}");
        assert_eq!(known(&payment(), &payers), 2);
    }

    #[test]
    fn a_payee_whom_many_pay_in_a_day_stands_out() {
        let many: Vec<Value> = (10..14)
            .map(|n| line(n, "in", "1.00", "2026-09-10T09:00:00Z", &format!("acc_{n}")))
            .collect();
        let mut payees = vec![line(3, "in", "1.00", "2026-08-01T09:00:00Z", "acc_z")];
        assert_eq!(measures(&payment(), &[], &payees)[3].before, Some((1, 1)));
        payees.extend(many);
        let payers = &measures(&payment(), &[], &payees)[3];
        assert_eq!((payers.now, payers.before), (5, Some((4, 4))));
        assert!(payers.stands_out());
    }
}
