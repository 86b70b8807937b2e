//! pacs.008: payments from bank to bank, as a stream. `TransferReader` reads, `TransferWriter` writes.

use std::io::{BufRead, Write};

use terms::Day;

use crate::decimal::Decimal;
use crate::found::{Found, Money, Unfit};
use crate::parts::{Part, Parts};
use crate::party::{Account, Agent, Party, write_account, write_agent, write_party};
use crate::payment::{ChargeBearer, PaymentIds, PaymentType, Remarks, Remittance};
use crate::refused::ReadError;
use crate::tally::{Tally, Totals};
use crate::tree::Node;
use crate::version::Version;
use crate::writer::{WriteError, Writer, Written};

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

/// `CdtTrfTxInf` of a pacs.008.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditTransfer {
    /// `PmtId`.
    pub ids: PaymentIds,
    /// `PmtTpInf`.
    pub payment_type: PaymentType,
    /// `IntrBkSttlmAmt`, more than zero.
    pub amount: Money,
    /// `IntrBkSttlmDt`.
    pub settlement: Option<Day>,
    /// `InstdAmt`.
    pub instructed_amount: Option<Money>,
    /// `ChrgBr`.
    pub charges: Option<ChargeBearer>,
    /// `InstgAgt`.
    pub instructing: Option<Agent>,
    /// `InstdAgt`.
    pub instructed: Option<Agent>,
    /// `UltmtDbtr`.
    pub ultimate_debtor: Option<Party>,
    /// `Dbtr`.
    pub debtor: Party,
    /// `DbtrAcct`.
    pub debtor_account: Option<Account>,
    /// `DbtrAgt`.
    pub debtor_agent: Agent,
    /// `CdtrAgt`.
    pub creditor_agent: Agent,
    /// `Cdtr`.
    pub creditor: Party,
    /// `CdtrAcct`.
    pub creditor_account: Option<Account>,
    /// `UltmtCdtr`.
    pub ultimate_creditor: Option<Party>,
    /// `Purp/Cd`.
    pub purpose: Option<String>,
    /// `RmtInf`.
    pub remittance: Remittance,
    /// What of it was not read or is disguised.
    pub remarks: Remarks,
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

/// A pacs.008 being read.
pub struct TransferReader<R> {
    parts: Parts<R>,
    header: BankHeader,
    tally: Tally,
    totals: Totals,
    over: bool,
}

impl<R: BufRead> TransferReader<R> {
    pub(crate) fn begin(mut parts: Parts<R>) -> Result<TransferReader<R>, ReadError> {
        let part = parts.part()?;
        let mut found = Found::default();
        let root = parts.tree().root();
        let header = root.map(|node| BankHeader::read(node, &mut found)).unwrap_or_default();
        parts.must_be_right(part, found)?;
        let tally = Tally::said(Some(header.payments), header.sum).with_total(header.total);
        Ok(TransferReader { parts, header, tally, totals: Totals::default(), over: false })
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
    pub fn next_item(&mut self) -> Result<Option<Result<Box<CreditTransfer>, Unfit>>, ReadError> {
        loop {
            let part = self.parts.part()?;
            match part {
                Part::Unit => return Ok(Some(self.take(part))),
                Part::End => {
                    if !std::mem::replace(&mut self.over, true) {
                        let path = self.parts.path_to(Part::Single("GrpHdr"));
                        self.tally.faults(&path, &mut self.totals.faults);
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

    fn take(&mut self, part: Part) -> Result<Box<CreditTransfer>, Unfit> {
        let mut found = Found::default();
        let Some(node) = self.parts.tree().root() else { return Err(Unfit::unread(self.parts.path_to(part))) };
        let read = read_transfer(node, &mut found);
        let amount = node.text_at("IntrBkSttlmAmt").and_then(|text| Decimal::parse(text.trim()));
        self.tally.add(amount);
        self.totals.add(amount);
        let remarks = self.parts.remarks();
        match self.parts.fit(part, found, read) {
            Ok(transfer) => Ok(Box::new(CreditTransfer { remarks, ..transfer })),
            Err(unfit) => {
                self.totals.unfit += 1;
                Err(Unfit {
                    instruction: node.string_at("PmtId/InstrId"),
                    end_to_end: node.string_at("PmtId/EndToEndId"),
                    id: node.string_at("PmtId/TxId"),
                    uetr: node.string_at("PmtId/UETR"),
                    ..unfit
                })
            }
        }
    }
}

fn read_transfer(node: Node<'_>, found: &mut Found) -> Option<CreditTransfer> {
    let amount = found.moving(node, "IntrBkSttlmAmt");
    let (settlement, instructed_amount) = (found.day(node, "IntrBkSttlmDt"), found.money(node, "InstdAmt"));
    Some(CreditTransfer {
        ids: node.get("PmtId").map(PaymentIds::read).unwrap_or_default(),
        payment_type: node.get("PmtTpInf").map(PaymentType::read).unwrap_or_default(),
        amount: amount?,
        settlement,
        instructed_amount,
        charges: node.text_at("ChrgBr").and_then(ChargeBearer::parse),
        instructing: node.get("InstgAgt").map(Agent::read),
        instructed: node.get("InstdAgt").map(Agent::read),
        ultimate_debtor: node.get("UltmtDbtr").map(Party::read),
        debtor: node.get("Dbtr").map(Party::read).unwrap_or_default(),
        debtor_account: node.get("DbtrAcct").map(Account::read),
        debtor_agent: node.get("DbtrAgt").map(Agent::read).unwrap_or_default(),
        creditor_agent: node.get("CdtrAgt").map(Agent::read).unwrap_or_default(),
        creditor: node.get("Cdtr").map(Party::read).unwrap_or_default(),
        creditor_account: node.get("CdtrAcct").map(Account::read),
        ultimate_creditor: node.get("UltmtCdtr").map(Party::read),
        purpose: node.string_at("Purp/Cd"),
        remittance: node.get("RmtInf").map(Remittance::read).unwrap_or_default(),
        remarks: Remarks::default(),
    })
}

/// A pacs.008 being written.
pub struct TransferWriter<W> {
    writer: Writer<W>,
}

impl<W: Write> TransferWriter<W> {
    /// Writes the group header.
    ///
    /// # Errors
    /// What the schema does not allow, and the stream's own errors; so with all that follow.
    pub fn begin(out: W, header: &BankHeader) -> Result<TransferWriter<W>, WriteError> {
        TransferWriter::continue_in(Writer::begin(out, Version::Pacs008V09)?, header)
    }

    /// The same within another document, behind a [`crate::Header`].
    ///
    /// # Errors
    /// As [`TransferWriter::begin`].
    pub fn begin_inside(out: W, header: &BankHeader) -> Result<TransferWriter<W>, WriteError> {
        TransferWriter::continue_in(Writer::inside(out, Version::Pacs008V09)?, header)
    }

    fn continue_in(mut w: Writer<W>, header: &BankHeader) -> Result<TransferWriter<W>, WriteError> {
        w.open("Document")?;
        w.open("FIToFICstmrCdtTrf")?;
        header.write(&mut w, "TtlIntrBkSttlmAmt")?;
        Ok(TransferWriter { writer: w })
    }

    /// Writes a payment. The standard wants to know who bears the charges: shared, where nothing is said.
    ///
    /// # Errors
    /// As [`TransferWriter::begin`].
    pub fn transfer(&mut self, transfer: &CreditTransfer) -> Written {
        self.writer.group("CdtTrfTxInf", |w| {
            transfer.ids.write(w)?;
            transfer.payment_type.write(w)?;
            w.money("IntrBkSttlmAmt", transfer.amount)?;
            transfer.settlement.map_or(Ok(()), |day| w.day("IntrBkSttlmDt", day))?;
            transfer.instructed_amount.map_or(Ok(()), |money| w.money("InstdAmt", money))?;
            w.leaf("ChrgBr", transfer.charges.unwrap_or(ChargeBearer::Shared).code())?;
            write_agent(w, "InstgAgt", transfer.instructing.as_ref())?;
            write_agent(w, "InstdAgt", transfer.instructed.as_ref())?;
            write_party(w, "UltmtDbtr", transfer.ultimate_debtor.as_ref())?;
            transfer.debtor.write(w, "Dbtr")?;
            write_account(w, "DbtrAcct", transfer.debtor_account.as_ref())?;
            transfer.debtor_agent.write(w, "DbtrAgt")?;
            transfer.creditor_agent.write(w, "CdtrAgt")?;
            transfer.creditor.write(w, "Cdtr")?;
            write_account(w, "CdtrAcct", transfer.creditor_account.as_ref())?;
            write_party(w, "UltmtCdtr", transfer.ultimate_creditor.as_ref())?;
            w.maybe_in("Purp", "Cd", transfer.purpose.as_deref())?;
            transfer.remittance.write(w)
        })
    }

    /// Ends the document.
    ///
    /// # Errors
    /// As [`TransferWriter::begin`].
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.writer.close("FIToFICstmrCdtTrf")?;
        self.writer.close("Document")?;
        self.writer.finish()
    }
}
