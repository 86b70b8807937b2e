//! From checked text to values a bank computes with. What does not fit is noted with the way to it; one unit may
//! have several faults, and all of them are told.

use terms::{Amount, Currency, Day};

use crate::calendar;
use crate::decimal::{Decimal, Digits};
use crate::reason::Reason;
use crate::refused::{Fault, Place};
use crate::text::shown;
use crate::tree::Node;

/// An amount of money in a currency, in its minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    /// Its currency.
    pub currency: Currency,
    /// Minor units: cents, yen, fils.
    pub amount: Amount,
}

impl Money {
    /// As a decimal number without the currency; `None` when it is larger than any message can say.
    pub fn decimal(self) -> Option<Decimal> {
        Decimal::of_minor(self.amount.0, self.currency.minor_digits())
    }
}

/// A unit that was well-formed and cannot be used: its ids, as far as they are there, and all that is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unfit {
    /// `InstrId`, or of a report `OrgnlInstrId`.
    pub instruction: Option<String>,
    /// `EndToEndId`.
    pub end_to_end: Option<String>,
    /// `TxId`; of a block of payments `PmtInfId`; of an entry `NtryRef`.
    pub id: Option<String>,
    /// `UETR`, as it was written.
    pub uetr: Option<String>,
    /// What is wrong, at least one.
    pub faults: Vec<Fault>,
    /// How many more faults were not kept.
    pub faults_unkept: u64,
}

impl Unfit {
    /// Of a part in which something that must be there could not be read, though nothing was noted.
    pub(crate) fn unread(path: String) -> Box<Unfit> {
        let what = "what must be there could not be read".to_owned();
        let fault = Fault { what, path, place: Place::default(), reason: Reason::FF01 };
        Box::new(Unfit { faults: vec![fault], ..Unfit::default() })
    }

    /// With the ids that stand at these ways: of instruction, end to end, id and UETR.
    pub(crate) fn named(mut self: Box<Unfit>, node: Node<'_>, ways: [&str; 4]) -> Box<Unfit> {
        let [instruction, end_to_end, id, uetr] = ways.map(|way| node.string_at(way));
        (self.instruction, self.end_to_end, self.id, self.uetr) =
            (instruction, end_to_end, id, uetr);
        self
    }
}

/// What is wrong with the part being read, ways still from that part.
#[derive(Debug, Default)]
pub(crate) struct Found {
    faults: Vec<Fault>,
}

impl Found {
    /// Notes that something about `node` is wrong.
    pub fn wrong(&mut self, node: Node<'_>, way: &str, what: impl Into<String>, reason: Reason) {
        let fault = Fault { what: what.into(), path: way.to_owned(), place: node.place(), reason };
        self.faults.push(fault);
    }

    /// All that was noted, the ways from the root.
    pub fn faults(self, base: impl FnOnce() -> String) -> Vec<Fault> {
        if self.faults.is_empty() {
            return Vec::new();
        }
        let base = base();
        let rooted = |fault: Fault| Fault { path: format!("{base}/{}", fault.path), ..fault };
        self.faults.into_iter().map(rooted).collect()
    }

    /// The amount at the end of a way; `None` when it is not there, or is wrong and noted.
    pub fn money(&mut self, node: Node<'_>, way: &str) -> Option<Money> {
        let node = node.get(way)?;
        // What is not a number was noted when the schema was asked.
        let digits = Digits::of(node.text().trim())?;
        let Some(currency) = Currency::by_code(node.currency()) else {
            let what =
                format!("the currency `{}` is not one the bank knows", shown(node.currency()));
            self.wrong(node, way, what, Reason::AM03);
            return None;
        };
        let places = usize::from(currency.minor_digits());
        if digits.fraction.len() > places {
            let what = format!("more digits after the point than the {places} {currency} has");
            self.wrong(node, way, what, Reason::AM12);
            return None;
        }
        digits.scaled(places as u32).map(|minor| Money { currency, amount: Amount(minor) })
    }

    /// The amount at the end of a way, which moves and must be more than nothing.
    pub fn moving(&mut self, node: Node<'_>, way: &str) -> Option<Money> {
        let money = self.money(node, way)?;
        if money.amount == Amount::ZERO {
            self.wrong(node.get(way)?, way, "the amount is zero", Reason::AM01);
            return None;
        }
        Some(money)
    }

    /// The day at the end of a way: a date, a time, or a choice of both. A day that is wrong was noted before.
    pub fn day(&mut self, node: Node<'_>, way: &str) -> Option<Day> {
        let node = node.get(way)?;
        let inner = node.get("Dt").or_else(|| node.get("DtTm")).unwrap_or(node);
        calendar::day_of(inner.text().trim())
    }

    /// The count at the end of a way (`Max15NumericText`).
    pub fn count(&mut self, node: Node<'_>, way: &str) -> Option<u64> {
        node.text_at(way)?.parse().ok()
    }

    /// The sum at the end of a way (`DecimalNumber`); a negative one is noted.
    pub fn sum(&mut self, node: Node<'_>, way: &str) -> Option<Decimal> {
        let at = node.get(way)?;
        let text = at.text().trim();
        let sum = Decimal::parse(text);
        if sum.is_none() && Digits::of(text).is_some() {
            self.wrong(at, way, "a control sum that no sum of amounts can be", Reason::AM10);
        }
        sum
    }
}
