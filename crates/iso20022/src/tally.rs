//! What a header says of the payments behind it, held against the payments that came.

use crate::decimal::Decimal;
use crate::found::Money;
use crate::reason::Reason;
use crate::refused::{Fault, Place};

/// What a message had when its end was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Payments, unfit ones too.
    pub payments: u64,
    /// How many of them were unfit.
    pub unfit: u64,
    /// The sum of the amounts that could be read, whatever their currency.
    pub sum: Decimal,
    /// Where counts and sums are not what the headers say: `AM18`, `AM10`. The whole message is then refused.
    pub faults: Vec<Fault>,
    /// How many more of those were not kept.
    pub faults_unkept: u64,
}

/// How many faults of counts and sums are kept: a file of a million blocks may have as many.
const FAULTS_MAX: usize = 100;

/// Count and sum of the payments seen, to be compared with what a header says.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    payments: u64,
    sum: Option<Decimal>,
    said_payments: Option<u64>,
    said_sum: Option<Decimal>,
    said_total: Option<Decimal>,
}

impl Totals {
    /// One payment more, with its amount if that is a number.
    pub(crate) fn add(&mut self, amount: Option<Decimal>) {
        self.payments += 1;
        self.sum = amount.and_then(|amount| self.sum.plus(amount)).unwrap_or(self.sum);
    }

    fn push(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS_MAX {
            self.faults.push(fault);
        } else {
            self.faults_unkept += 1;
        }
    }
}

impl Tally {
    pub fn said(payments: Option<u64>, sum: Option<Decimal>) -> Tally {
        Tally {
            payments: 0,
            sum: Some(Decimal::default()),
            said_payments: payments,
            said_sum: sum,
            said_total: None,
        }
    }

    /// A header between banks says the total a second time, with its currency.
    pub fn with_total(self, total: Option<Money>) -> Tally {
        Tally { said_total: total.and_then(Money::decimal), ..self }
    }

    pub fn add(&mut self, amount: Option<Decimal>) {
        self.payments += 1;
        if let Some(amount) = amount {
            self.sum = self.sum.and_then(|sum| sum.plus(amount));
        }
    }

    pub fn faults(&self, path: &str, into: &mut Totals) {
        let fault = |what, name: &str, reason| Fault {
            what,
            path: format!("{path}/{name}"),
            place: Place::default(),
            reason,
        };
        if let Some(said) = self.said_payments.filter(|said| *said != self.payments) {
            let what = format!("says {said} payments and there are {}", self.payments);
            into.push(fault(what, "NbOfTxs", Reason::AM18));
        }
        for (said, name) in [(self.said_sum, "CtrlSum"), (self.said_total, "TtlIntrBkSttlmAmt")] {
            if let Some(said) = said.filter(|said| Some(*said) != self.sum) {
                let sum =
                    self.sum.map_or("more than can be said".to_owned(), |sum| sum.to_string());
                into.push(fault(
                    format!("says {said} and the amounts are {sum}"),
                    name,
                    Reason::AM10,
                ));
            }
        }
    }
}
