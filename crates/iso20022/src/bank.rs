//! What pacs.008 and pacs.004 have in common: a header that counts and sums, and payments one by one.

use std::io::{BufRead, Write};
use std::marker::PhantomData;

use terms::Day;

use crate::decimal::Decimal;
use crate::found::{Found, Money, Unfit};
use crate::parts::{Part, Parts};
use crate::party::{Agent, write_agent};
use crate::payment::Remarks;
use crate::refused::ReadError;
use crate::tally::{Tally, Totals};
use crate::tree::Node;
use crate::version::Version;
use crate::writer::{Writer, Written};

/// `GrpHdr` of a pacs.008 or a pacs.004.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BankHeader {
    /// `MsgId`, at most 35 characters.
    pub message: String,
    /// `CreDtTm`, as written.
    pub created: String,
    /// `NbOfTxs`.
    pub payments: u64,
    /// `CtrlSum`.
    pub sum: Option<Decimal>,
    /// `TtlIntrBkSttlmAmt`, in a pacs.004 `TtlRtrdIntrBkSttlmAmt`.
    pub total: Option<Money>,
    /// `IntrBkSttlmDt`.
    pub settlement: Option<Day>,
    /// `SttlmInf/SttlmMtd`: `CLRG` through a clearing system, `INDA` at the instructed bank, `INGA` at the instructing
    /// one, `COVE` through a third.
    pub method: String,
    /// `SttlmInf/ClrSys/Cd`.
    pub clearing_system: Option<String>,
    /// `InstgAgt`.
    pub instructing: Option<Agent>,
    /// `InstdAgt`.
    pub instructed: Option<Agent>,
}

/// A payment between banks, as such a message has many.
pub(crate) trait BankPayment: Sized {
    /// The way to the amount that is summed.
    const AMOUNT: &'static str;
    /// The ways to its ids, as [`Unfit::named`] takes them.
    const NAMES: [&'static str; 4];

    /// Reads it; what is wrong is noted.
    fn read(node: Node<'_>, found: &mut Found) -> Option<Self>;

    /// Keeps what was remarked of it.
    fn remark(&mut self, remarks: Remarks);
}

/// A message between banks being read; see [`crate::TransferReader`] and [`crate::PaybackReader`].
pub struct BankReader<R, P> {
    parts: Parts<R>,
    header: BankHeader,
    tally: Tally,
    totals: Totals,
    over: bool,
    payments: PhantomData<P>,
}

impl BankHeader {
    pub(crate) fn read(node: Node<'_>, found: &mut Found) -> BankHeader {
        let total = found.money(node, "TtlIntrBkSttlmAmt");
        BankHeader {
            message: node.string_at("MsgId").unwrap_or_default(),
            created: node.text_at("CreDtTm").unwrap_or_default().trim().to_owned(),
            payments: found.count(node, "NbOfTxs").unwrap_or_default(),
            sum: found.sum(node, "CtrlSum"),
            total: total.or_else(|| found.money(node, "TtlRtrdIntrBkSttlmAmt")),
            settlement: found.day(node, "IntrBkSttlmDt"),
            method: node.string_at("SttlmInf/SttlmMtd").unwrap_or_default(),
            clearing_system: node.string_at("SttlmInf/ClrSys/Cd"),
            instructing: node.get("InstgAgt").map(Agent::read),
            instructed: node.get("InstdAgt").map(Agent::read),
        }
    }

    pub(crate) fn write<W: Write>(&self, w: &mut Writer<W>, total: &'static str) -> Written {
        w.group("GrpHdr", |w| {
            w.leaf("MsgId", &self.message)?;
            w.leaf("CreDtTm", &self.created)?;
            w.leaf("NbOfTxs", &self.payments.to_string())?;
            w.maybe("CtrlSum", self.sum.map(|sum| sum.to_string()).as_deref())?;
            self.total.map_or(Ok(()), |money| w.money(total, money))?;
            self.settlement.map_or(Ok(()), |day| w.day("IntrBkSttlmDt", day))?;
            w.group("SttlmInf", |w| {
                w.leaf("SttlmMtd", &self.method)?;
                w.maybe_in("ClrSys", "Cd", self.clearing_system.as_deref())
            })?;
            write_agent(w, "InstgAgt", self.instructing.as_ref())?;
            write_agent(w, "InstdAgt", self.instructed.as_ref())
        })
    }
}

/// The next payment, or `None` at the end.
pub(crate) type NextPayment<P> = Result<Option<Result<Box<P>, Box<Unfit>>>, ReadError>;

#[expect(private_bounds, reason = "what a payment between banks is, is decided here")]
impl<R: BufRead, P: BankPayment> BankReader<R, P> {
    pub(crate) fn begin(mut parts: Parts<R>) -> Result<BankReader<R, P>, ReadError> {
        let part = parts.part()?;
        let mut found = Found::default();
        let root = parts.tree().root();
        let header = root.map(|node| BankHeader::read(node, &mut found)).unwrap_or_default();
        parts.must_be_right(part, found)?;
        let tally = Tally::said(Some(header.payments), header.sum).with_total(header.total);
        let totals = Totals::default();
        Ok(BankReader { parts, header, tally, totals, over: false, payments: PhantomData })
    }

    /// The version of the message.
    pub fn version(&self) -> Version {
        self.parts.version()
    }

    /// Its group header.
    pub fn header(&self) -> &BankHeader {
        &self.header
    }

    /// The next payment; `None` at the end of a whole message.
    ///
    /// # Errors
    /// What makes the message unreadable from here on; nothing of it may be done then.
    pub fn next_item(&mut self) -> NextPayment<P> {
        loop {
            let part = self.parts.part()?;
            match part {
                Part::Unit => return Ok(Some(self.take(part))),
                Part::End => {
                    if !std::mem::replace(&mut self.over, true) {
                        let path = self.parts.path_to(Part::Single("GrpHdr"));
                        self.tally.faults(&path, &mut self.totals);
                    }
                    return Ok(None);
                }
                Part::Single(_) | Part::Head | Part::Tail => {
                    self.parts.must_be_right(part, Found::default())?;
                }
            }
        }
    }

    /// What the message had; `None` before its end was seen.
    pub fn totals(&self) -> Option<&Totals> {
        self.over.then_some(&self.totals)
    }

    fn take(&mut self, part: Part) -> Result<Box<P>, Box<Unfit>> {
        let mut found = Found::default();
        let Some(node) = self.parts.tree().root() else {
            return Err(Unfit::unread(self.parts.path_to(part)));
        };
        let read = P::read(node, &mut found);
        let amount = node.text_at(P::AMOUNT).and_then(|text| Decimal::parse(text.trim()));
        self.tally.add(amount);
        self.totals.add(amount);
        let remarks = self.parts.remarks();
        let payment = self.parts.fit(part, found, read, P::NAMES);
        self.totals.unfit += u64::from(payment.is_err());
        let mut payment = payment?;
        payment.remark(remarks);
        Ok(Box::new(payment))
    }
}
