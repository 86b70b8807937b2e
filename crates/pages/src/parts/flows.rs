//! Where money came from and where it went, around one payment: a drawing made here and a table, both of one list, so that
//! they cannot differ.

use super::Example;
use crate::figures;
use crate::words::{Words, count, text};
use maud::{Markup, html};
use serde_json::Value;
use std::collections::BTreeSet;

/// Accounts of one kind that are drawn by themselves; the rest of them is one.
const EACH_MAX: usize = 5;
/// The drawing's own units: a sixteenth of a letter's height each, so that it grows with the text.
const WIDE: u32 = 804;
const COLUMN: u32 = 216;
const BOX_WIDE: u32 = 156;
const BOX_HIGH: u32 = 46;
const ROW: u32 = 60;
const TOP: u32 = 30;

/// How a stream of money stands to the payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Others to the payer.
    ToPayer,
    /// The payer to the payee.
    Itself,
    /// The payer to others.
    FromPayer,
    /// Others to the payee.
    ToPayee,
    /// The payee to others.
    FromPayee,
}

/// Payments of one account to another, taken together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// How it stands to the payment.
    pub way: Way,
    /// The account at its other end; of several, nothing.
    pub other: Option<String>,
    /// How many accounts that is.
    pub accounts: u64,
    /// How many payments.
    pub payments: u64,
    /// How much together, in minor units.
    pub minor: u128,
}

/// What is around a payment.
#[derive(Clone, Debug)]
pub struct Around {
    /// Its payer.
    pub payer: String,
    /// Its payee.
    pub payee: String,
    /// Its currency.
    pub currency: String,
    /// Places behind the point.
    places: usize,
    /// The streams, the largest of each kind first.
    pub flows: Vec<Flow>,
}

impl Around {
    /// Of a payment, from the lines of both accounts as the API gives them.
    pub fn of(payment: &Value, payers: &[Value], payees: &[Value]) -> Around {
        let field = |name: &str| payment[name].as_str().unwrap_or_default().to_owned();
        let amount = field("amount");
        let places = amount.split_once('.').map_or(0, |(_, places)| places.len());
        let mut around = Around {
            payer: field("from"),
            payee: field("to"),
            currency: field("currency"),
            places,
            flows: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        for (lines, to, from) in
            [(payers, Way::ToPayer, Way::FromPayer), (payees, Way::ToPayee, Way::FromPayee)]
        {
            for line in lines.iter().filter(|line| moved(line)) {
                if seen.insert(line["record"].as_u64()) {
                    around.add(line, if line["direction"] == "in" { to } else { from });
                }
            }
        }
        if !around.flows.iter().any(|flow| flow.way == Way::Itself) {
            let minor = minor_of(&amount);
            around.flows.push(Flow {
                way: Way::Itself,
                other: None,
                accounts: 1,
                payments: 1,
                minor,
            });
        }
        around.settle();
        around
    }

    fn add(&mut self, line: &Value, way: Way) {
        let Some(other) = line["counterparty"].as_str() else { return };
        let between = (way == Way::FromPayer && other == self.payee)
            || (way == Way::ToPayee && other == self.payer);
        let (way, other) =
            if between { (Way::Itself, None) } else { (way, Some(other.to_owned())) };
        let minor = minor_of(line["amount"]["amount"].as_str().unwrap_or_default());
        match self.flows.iter_mut().find(|flow| flow.way == way && flow.other == other) {
            Some(flow) => {
                flow.payments += 1;
                flow.minor += minor;
            }
            None => self.flows.push(Flow { way, other, accounts: 1, payments: 1, minor }),
        }
    }

    /// The largest of each kind first; what is more than a few becomes one.
    fn settle(&mut self) {
        self.flows.sort_by(|a, b| (a.way, b.minor, &a.other).cmp(&(b.way, a.minor, &b.other)));
        let mut kept: Vec<Flow> = Vec::new();
        for flow in self.flows.drain(..) {
            let alike = kept.iter().filter(|other| other.way == flow.way).count();
            match kept.last_mut().filter(|_| alike >= EACH_MAX) {
                Some(rest) => {
                    rest.other = None;
                    rest.accounts += 1;
                    rest.payments += flow.payments;
                    rest.minor += flow.minor;
                }
                None => kept.push(flow),
            }
        }
        self.flows = kept;
    }

    fn money(&self, minor: u128) -> String {
        figures::minor(minor, self.places, &self.currency)
    }
}

/// Whether money of this line is with somebody else now, or waits to be.
pub fn moved(line: &Value) -> bool {
    matches!(line["status"].as_str(), Some("posted" | "held" | "reserved" | "returned"))
}

/// Minor units of an amount as the API writes it.
pub fn minor_of(amount: &str) -> u128 {
    amount.replace('.', "").parse().unwrap_or(0)
}

/// A box of the drawing.
struct Place {
    x: u32,
    y: u32,
    heading: String,
    says: String,
    main: bool,
}

/// A line between two boxes, as wide as it carries much.
struct Stream {
    path: String,
    wide: f64,
    itself: bool,
}

/// The drawing and its table.
pub fn flows(words: Words, of: &Around) -> Markup {
    let (places, streams, high) = drawn(words, of);
    let heads = [0, 1, 2, 3].map(|at: u32| (at * COLUMN, words.say(&format!("flow-column-{at}"))));
    html! {
        div.scroll tabindex="0" role="region" aria-label=(words.say("flow-drawing")) {
            svg.flows viewBox={ "0 0 " (WIDE) " " (high) } role="img" aria-label=(words.say("flow-drawing")) {
                @for (x, head) in &heads { text.top x=(x) y="16" { (head) } }
                @for stream in &streams {
                    path.itself[stream.itself] d=(stream.path) stroke-width={ (format!("{:.1}", stream.wide)) } {}
                }
                @for place in &places {
                    g.main[place.main] {
                        rect x=(place.x) y=(place.y) width=(BOX_WIDE) height=(BOX_HIGH) rx="2" {}
                        text.name x=(place.x + 10) y=(place.y + 19) { (place.heading) }
                        text x=(place.x + 10) y=(place.y + 37) { (place.says) }
                    }
                }
            }
        }
        details.data {
            summary { (words.with("as-table", &[("what", text(words.say("flow-title")))])) }
            div.scroll tabindex="0" role="region" aria-label=(words.with("as-table", &[("what", text(words.say("flow-title")))])) { (table(words, of)) }
        }
    }
}

/// What the box at the other end of a stream is called.
fn named(words: Words, flow: &Flow) -> String {
    match &flow.other {
        Some(id) => format!("··{}", figures::account_end(id)),
        None => words.with("flow-others", &[("n", count(flow.accounts))]),
    }
}

fn drawn(words: Words, of: &Around) -> (Vec<Place>, Vec<Stream>, u32) {
    let most = of.flows.iter().map(|flow| flow.minor).max().unwrap_or(1).max(1);
    let ends = |id: &str| format!("··{}", figures::account_end(id));
    let side = |x, heading, word: &str| Place {
        x,
        y: TOP,
        heading,
        says: words.say(word).into_owned(),
        main: true,
    };
    let mut places = vec![
        side(COLUMN, ends(&of.payer), "flow-payer"),
        side(2 * COLUMN, ends(&of.payee), "flow-payee"),
    ];
    let mut streams = Vec::new();
    // The first row of the inner columns has the payer and the payee.
    let mut rows = [0, 1, 1, 0];
    for flow in &of.flows {
        let wide = 1.5 + 12.0 * (flow.minor as f64 / most as f64).sqrt();
        let (column, from, to) = match flow.way {
            Way::Itself => {
                let path = between((1, 0), (2, 0));
                streams.push(Stream { path, wide, itself: true });
                continue;
            }
            Way::ToPayer => (0, None, Some((1, 0))),
            Way::ToPayee => (1, None, Some((2, 0))),
            Way::FromPayer => (2, Some((1, 0)), None),
            Way::FromPayee => (3, Some((2, 0)), None),
        };
        let here = (column, rows[column as usize]);
        rows[column as usize] += 1;
        let path = between(from.unwrap_or(here), to.unwrap_or(here));
        streams.push(Stream { path, wide, itself: false });
        let (x, y) = (column * COLUMN, TOP + here.1 * ROW);
        places.push(Place {
            x,
            y,
            heading: named(words, flow),
            says: of.money(flow.minor),
            main: false,
        });
    }
    let high = TOP + rows.into_iter().max().unwrap_or(1) * ROW;
    (places, streams, high)
}

/// From the right of one box to the left of another; each is a column and a row.
fn between(from: (u32, u32), to: (u32, u32)) -> String {
    let middle = |row: u32| TOP + row * ROW + BOX_HIGH / 2;
    let (x0, y0) = (from.0 * COLUMN + BOX_WIDE, middle(from.1));
    let (x1, y1) = (to.0 * COLUMN, middle(to.1));
    let half = x0 + x1.saturating_sub(x0) / 2;
    format!("M{x0} {y0}C{half} {y0} {half} {y1} {x1} {y1}")
}

fn table(words: Words, of: &Around) -> Markup {
    let whole = |id: &str| figures::account(id);
    let other = |flow: &Flow| flow.other.as_deref().map_or_else(|| named(words, flow), whole);
    html! {
        table {
            thead { tr {
                th scope="col" { (words.say("fact-from")) } th scope="col" { (words.say("fact-to")) }
                th.num scope="col" { (words.say("flow-payments")) } th.num scope="col" { (words.say("flow-total")) }
            } }
            tbody { @for flow in &of.flows {
                @let (from, to) = match flow.way {
                    Way::Itself => (whole(&of.payer), whole(&of.payee)),
                    Way::ToPayer => (other(flow), whole(&of.payer)),
                    Way::ToPayee => (other(flow), whole(&of.payee)),
                    Way::FromPayer => (whole(&of.payer), other(flow)),
                    Way::FromPayee => (whole(&of.payee), other(flow)),
                };
                tr {
                    th scope="row" { (from) } td { (to) } td.num { (figures::number(flow.payments)) }
                    td.num { (of.money(flow.minor)) }
                }
            } }
        }
    }
}

fn sample() -> Around {
    let line = |record: u64, direction: &str, other: u128, amount: &str| {
        let id = format!("acc_00000000-0000-0000-0000-{other:012x}");
        serde_json::json!({ "record": record, "direction": direction, "counterparty": id, "status": "posted",
            "amount": { "amount": amount, "currency": "CNY" } })
    };
    let payment = serde_json::json!({ "from": "acc_00000000-0000-0000-0000-0000000003e9", "to": "acc_00000000-0000-0000-0000-0000000003ea",
        "amount": "4800.00", "currency": "CNY" });
    let payers = [
        line(1, "in", 2_001, "3210.00"),
        line(2, "out", 3_001, "46.50"),
        line(3, "out", 3_001, "3.50"),
        line(4, "out", 0x3ea, "4800.00"),
    ];
    let payees = [
        line(4, "in", 0x3e9, "4800.00"),
        line(5, "in", 2_002, "900.00"),
        line(6, "out", 4_001, "5600.00"),
    ];
    Around::of(&payment, &payers, &payees)
}

pub fn examples(words: Words) -> Vec<Example> {
    vec![Example { part: "flows", name: "money around a payment", html: flows(words, &sample()) }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    /// the drawing shows the numbers of the table.
    #[test]
    fn a_drawing_is_its_table() {
        let around = sample();
        let html = flows(Words(Lang::En), &around).into_string();
        let (drawing, table) = html.split_once("<table>").unwrap();
        assert_eq!(drawing.matches("<path").count(), around.flows.len());
        assert_eq!(table.matches("<tr>").count(), around.flows.len() + 1);
        for flow in around.flows.iter().filter(|flow| flow.way != Way::Itself) {
            let money = around.money(flow.minor);
            assert!(drawing.contains(&money) && table.contains(&money), "{money}");
        }
    }

    #[test]
    fn a_payment_that_both_accounts_have_counts_once() {
        let around = sample();
        let itself: Vec<&Flow> =
            around.flows.iter().filter(|flow| flow.way == Way::Itself).collect();
        assert_eq!(itself.len(), 1);
        assert_eq!((itself[0].payments, itself[0].minor), (1, 480_000));
        let twice = around.flows.iter().find(|flow| flow.way == Way::FromPayer).unwrap();
        assert_eq!((twice.payments, twice.minor), (2, 5_000));
    }

    #[test]
    fn what_is_more_than_a_few_becomes_one() {
        let line = |n: u64| {
            serde_json::json!({ "record": n, "direction": "in", "counterparty": format!("acc_{n}"), "status": "posted",
            "amount": { "amount": "1.00", "currency": "CNY" } })
        };
        let lines: Vec<Value> = (1..=9).map(line).collect();
        let around = Around::of(
            &serde_json::json!({ "from": "a", "to": "b", "amount": "2.00", "currency": "CNY" }),
            &lines,
            &[],
        );
        let into: Vec<&Flow> =
            around.flows.iter().filter(|flow| flow.way == Way::ToPayer).collect();
        assert_eq!(into.len(), EACH_MAX);
        assert_eq!((into[4].accounts, into[4].payments, into[4].minor), (5, 5, 500));
        assert_eq!(into.iter().map(|flow| flow.minor).sum::<u128>(), 900);
    }
}
