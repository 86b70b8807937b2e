//! pacs.004: payments that come back, as a stream. A return names the payment it undoes and why.

use std::io::Write;

use terms::Day;

use crate::bank::{BankHeader, BankPayment, BankReader};
use crate::found::{Found, Money};
use crate::ids::Uetr;
use crate::party::{Agent, write_agent};
use crate::payment::{ChargeBearer, Remarks};
use crate::status::StatusReason;
use crate::tree::Node;
use crate::version::Version;
use crate::writer::{WriteError, Writer, Written};

/// `TxInf` of a pacs.004.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payback {
    /// `RtrId`.
    pub id: Option<String>,
    /// `OrgnlGrpInf`: message and definition of the payment that comes back.
    pub group: Option<(String, String)>,
    /// `OrgnlInstrId`.
    pub instruction: Option<String>,
    /// `OrgnlEndToEndId`.
    pub end_to_end: Option<String>,
    /// `OrgnlTxId`.
    pub transaction: Option<String>,
    /// `OrgnlUETR`.
    pub uetr: Option<Uetr>,
    /// `OrgnlIntrBkSttlmAmt`.
    pub original_amount: Option<Money>,
    /// `OrgnlIntrBkSttlmDt`.
    pub original_settlement: Option<Day>,
    /// `RtrdIntrBkSttlmAmt`, more than zero.
    pub amount: Money,
    /// `IntrBkSttlmDt`.
    pub settlement: Option<Day>,
    /// `ChrgBr`.
    pub charges: Option<ChargeBearer>,
    /// `InstgAgt`.
    pub instructing: Option<Agent>,
    /// `InstdAgt`.
    pub instructed: Option<Agent>,
    /// `RtrRsnInf`.
    pub reasons: Vec<StatusReason>,
    /// What of it was not read or is disguised.
    pub remarks: Remarks,
}

/// A pacs.004 being read.
pub type PaybackReader<R> = BankReader<R, Payback>;

impl BankPayment for Payback {
    const AMOUNT: &'static str = "RtrdIntrBkSttlmAmt";
    const NAMES: [&'static str; 4] = ["OrgnlInstrId", "OrgnlEndToEndId", "OrgnlTxId", "OrgnlUETR"];

    fn read(node: Node<'_>, found: &mut Found) -> Option<Payback> {
        read_payback(node, found)
    }

    fn remark(&mut self, remarks: Remarks) {
        self.remarks = remarks;
    }
}

fn read_payback(node: Node<'_>, found: &mut Found) -> Option<Payback> {
    let amount = found.moving(node, "RtrdIntrBkSttlmAmt");
    let original_amount = found.money(node, "OrgnlIntrBkSttlmAmt");
    let original_settlement = found.day(node, "OrgnlIntrBkSttlmDt");
    let settlement = found.day(node, "IntrBkSttlmDt");
    let group = node.get("OrgnlGrpInf");
    Some(Payback {
        id: node.string_at("RtrId"),
        group: group.and_then(|g| Some((g.string_at("OrgnlMsgId")?, g.string_at("OrgnlMsgNmId")?))),
        instruction: node.string_at("OrgnlInstrId"),
        end_to_end: node.string_at("OrgnlEndToEndId"),
        transaction: node.string_at("OrgnlTxId"),
        uetr: node.text_at("OrgnlUETR").and_then(Uetr::parse),
        original_amount,
        original_settlement,
        amount: amount?,
        settlement,
        charges: node.text_at("ChrgBr").and_then(ChargeBearer::parse),
        instructing: node.get("InstgAgt").map(Agent::read),
        instructed: node.get("InstdAgt").map(Agent::read),
        reasons: node.each("RtrRsnInf").map(StatusReason::read).collect(),
        remarks: Remarks::default(),
    })
}

/// A pacs.004 being written.
pub struct PaybackWriter<W> {
    writer: Writer<W>,
}

impl<W: Write> PaybackWriter<W> {
    /// Writes the group header.
    ///
    /// # Errors
    /// What the schema does not allow, and the stream's own errors; so with all that follow.
    pub fn begin(out: W, header: &BankHeader) -> Result<PaybackWriter<W>, WriteError> {
        PaybackWriter::continue_in(Writer::begin(out, Version::Pacs004V10)?, header)
    }

    /// The same within another document, behind a [`crate::Header`].
    ///
    /// # Errors
    /// As [`PaybackWriter::begin`].
    pub fn begin_inside(out: W, header: &BankHeader) -> Result<PaybackWriter<W>, WriteError> {
        PaybackWriter::continue_in(Writer::inside(out, Version::Pacs004V10)?, header)
    }

    fn continue_in(mut w: Writer<W>, header: &BankHeader) -> Result<PaybackWriter<W>, WriteError> {
        w.open("Document")?;
        w.open("PmtRtr")?;
        header.write(&mut w, "TtlRtrdIntrBkSttlmAmt")?;
        Ok(PaybackWriter { writer: w })
    }

    /// Writes a return.
    ///
    /// # Errors
    /// As [`PaybackWriter::begin`].
    pub fn payback(&mut self, payback: &Payback) -> Written {
        self.writer.group("TxInf", |w| {
            w.maybe("RtrId", payback.id.as_deref())?;
            if let Some((message, definition)) = &payback.group {
                w.group("OrgnlGrpInf", |w| {
                    w.leaf("OrgnlMsgId", message)?;
                    w.leaf("OrgnlMsgNmId", definition)
                })?;
            }
            w.maybe("OrgnlInstrId", payback.instruction.as_deref())?;
            w.maybe("OrgnlEndToEndId", payback.end_to_end.as_deref())?;
            w.maybe("OrgnlTxId", payback.transaction.as_deref())?;
            w.maybe("OrgnlUETR", payback.uetr.map(|uetr| uetr.to_string()).as_deref())?;
            payback
                .original_amount
                .map_or(Ok(()), |money| w.money("OrgnlIntrBkSttlmAmt", money))?;
            payback.original_settlement.map_or(Ok(()), |day| w.day("OrgnlIntrBkSttlmDt", day))?;
            w.money("RtrdIntrBkSttlmAmt", payback.amount)?;
            payback.settlement.map_or(Ok(()), |day| w.day("IntrBkSttlmDt", day))?;
            w.maybe("ChrgBr", payback.charges.map(ChargeBearer::code))?;
            write_agent(w, "InstgAgt", payback.instructing.as_ref())?;
            write_agent(w, "InstdAgt", payback.instructed.as_ref())?;
            payback.reasons.iter().try_for_each(|reason| reason.write(w, "RtrRsnInf"))
        })
    }

    /// Ends the document.
    ///
    /// # Errors
    /// As [`PaybackWriter::begin`].
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.writer.close("PmtRtr")?;
        self.writer.close("Document")?;
        self.writer.finish()
    }
}
