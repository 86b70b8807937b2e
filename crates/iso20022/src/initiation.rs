//! pain.001: a customer's file of payments, as a stream in bounded memory. A block (`PmtInf`) says who pays from
//! where and when; its orders (`CdtTrfTxInf`) say to whom and how much. What is wrong with one order makes that order
//! unfit and lets the others go on; what is wrong with the file's form ends the reading.
//!
//! Nothing of a file may be acted on before its end was seen: counts and sums are compared there.

use std::collections::HashMap;
use std::io::{BufRead, Write};

use terms::Day;

use crate::decimal::Decimal;
use crate::found::{Found, Money, Unfit};
use crate::ids::mark;
use crate::parts::{Part, Parts};
use crate::party::{Account, Agent, Party, write_account, write_agent, write_party};
use crate::payment::{ChargeBearer, NOT_PROVIDED, PaymentIds, PaymentType, Remarks, Remittance};
use crate::reason::Reason;
use crate::refused::{Fault, ReadError};
use crate::tally::{Tally, Totals};
use crate::tree::Node;
use crate::version::Version;
use crate::writer::{WriteError, Writer, Written};

/// `GrpHdr` of a pain.001.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InitiationHeader {
    /// `MsgId`, at most 35 characters.
    pub message: String,
    /// `CreDtTm`, as written.
    pub created: String,
    /// `NbOfTxs`.
    pub payments: u64,
    /// `CtrlSum`, the sum of all instructed amounts whatever their currency.
    pub sum: Option<Decimal>,
    /// `InitgPty`.
    pub initiator: Party,
}

/// `PmtInf` without its orders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// `PmtInfId`, at most 35 characters.
    pub id: String,
    /// `BtchBookg`: one entry for the whole block.
    pub batch_booking: Option<bool>,
    /// `NbOfTxs`.
    pub payments: Option<u64>,
    /// `CtrlSum`.
    pub sum: Option<Decimal>,
    /// `PmtTpInf`.
    pub payment_type: PaymentType,
    /// `ReqdExctnDt`.
    pub execution: Day,
    /// `Dbtr`.
    pub debtor: Party,
    /// `DbtrAcct`.
    pub debtor_account: Option<Account>,
    /// `DbtrAgt`.
    pub debtor_agent: Agent,
    /// `UltmtDbtr`.
    pub ultimate_debtor: Option<Party>,
    /// `ChrgBr`.
    pub charges: Option<ChargeBearer>,
    /// What of it was not read, disguised or repeated.
    pub remarks: Remarks,
}

/// `CdtTrfTxInf` of a pain.001.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// `PmtId`.
    pub ids: PaymentIds,
    /// How many orders before it in the file have the same block, instruction and end-to-end id; see
    /// [`crate::PaymentName`].
    pub repeat: u32,
    /// `PmtTpInf`.
    pub payment_type: PaymentType,
    /// `Amt/InstdAmt`, more than zero.
    pub amount: Money,
    /// `ChrgBr`.
    pub charges: Option<ChargeBearer>,
    /// `UltmtDbtr`.
    pub ultimate_debtor: Option<Party>,
    /// `CdtrAgt`.
    pub creditor_agent: Option<Agent>,
    /// `Cdtr`.
    pub creditor: Option<Party>,
    /// `CdtrAcct`.
    pub creditor_account: Option<Account>,
    /// `UltmtCdtr`.
    pub ultimate_creditor: Option<Party>,
    /// `Purp/Cd`.
    pub purpose: Option<String>,
    /// `RmtInf`.
    pub remittance: Remittance,
    /// What of it was not read, disguised or repeated.
    pub remarks: Remarks,
}

/// One piece of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InitiationItem {
    /// A block begins. When it is unfit, none of its orders can be done.
    Block(Result<Box<Block>, Box<Unfit>>),
    /// An order of that block.
    Order(Result<Box<Order>, Box<Unfit>>),
}

/// A pain.001 being read.
pub struct InitiationReader<R> {
    parts: Parts<R>,
    header: InitiationHeader,
    all: Tally,
    block: Tally,
    block_id: String,
    seen: Seen,
    totals: Totals,
    over: bool,
}

/// Names that were seen, as marks of 12 bytes, and how often. Two names with one mark are a matter of 2^48 names; they
/// would only be told to their own sender as used twice.
#[derive(Default)]
struct Seen(HashMap<[u8; 12], u32>);

impl Seen {
    /// How often it was seen before; seen once more now.
    fn once_more(&mut self, kind: u8, parts: &[&str]) -> u32 {
        let count = self.0.entry(mark(kind, parts)).or_insert(0);
        let before = *count;
        *count = count.saturating_add(1);
        before
    }
}

impl<R: BufRead> InitiationReader<R> {
    pub(crate) fn begin(mut parts: Parts<R>) -> Result<InitiationReader<R>, ReadError> {
        let part = parts.part()?;
        let mut found = Found::default();
        let header = match parts.tree().root() {
            Some(node) => read_header(node, &mut found),
            None => InitiationHeader::default(),
        };
        parts.must_be_right(part, found)?;
        let all = Tally::said(Some(header.payments), header.sum);
        Ok(InitiationReader {
            parts,
            header,
            all,
            block: Tally::default(),
            block_id: String::new(),
            seen: Seen::default(),
            totals: Totals::default(),
            over: false,
        })
    }

    /// The version of the message.
    pub fn version(&self) -> Version {
        self.parts.version()
    }

    /// Its group header.
    pub fn header(&self) -> &InitiationHeader {
        &self.header
    }

    /// The next block or order; `None` at the end of a whole file.
    ///
    /// # Errors
    /// What makes the file unreadable from here on; nothing of it may be done then.
    pub fn next_item(&mut self) -> Result<Option<InitiationItem>, ReadError> {
        loop {
            let part = self.parts.part()?;
            match part {
                Part::Head => return Ok(Some(InitiationItem::Block(self.take_block(part)))),
                Part::Unit => return Ok(Some(InitiationItem::Order(self.take_order(part)))),
                Part::Tail => {
                    let path = self.parts.path_to(part);
                    self.block.faults(&path, &mut self.totals);
                }
                Part::Single(_) => self.parts.must_be_right(part, Found::default())?,
                Part::End => {
                    if !std::mem::replace(&mut self.over, true) {
                        let path = self.parts.path_to(Part::Single("GrpHdr"));
                        self.all.faults(&path, &mut self.totals);
                    }
                    return Ok(None);
                }
            }
        }
    }

    /// What the file had; `None` before its end was seen.
    pub fn totals(&self) -> Option<&Totals> {
        self.over.then_some(&self.totals)
    }

    /// Reads to the end and keeps nothing but the totals: the look at a file before anything of it is done.
    ///
    /// # Errors
    /// As [`InitiationReader::next_item`].
    pub fn check(mut self) -> Result<Totals, ReadError> {
        while self.next_item()?.is_some() {}
        Ok(self.totals)
    }

    fn take_block(&mut self, part: Part) -> Result<Box<Block>, Box<Unfit>> {
        let mut found = Found::default();
        let Some(node) = self.parts.tree().root() else {
            return Err(Unfit::unread(self.parts.path_to(part)));
        };
        let read = read_block(node, &mut found);
        self.block_id = node.string_at("PmtInfId").unwrap_or_default();
        let (payments, sum) = (found.count(node, "NbOfTxs"), found.sum(node, "CtrlSum"));
        self.block = Tally::said(payments, sum);
        let mut remarks = self.parts.remarks();
        if self.seen.once_more(0, &[&self.block_id]) > 0 {
            remarks.repeated.push(repeated(&self.parts, part, "PmtInfId", Reason::DU02));
        }
        let block = self.parts.fit(part, found, read, ["", "", "PmtInfId", ""])?;
        Ok(Box::new(Block { payments, sum, remarks, ..block }))
    }

    fn take_order(&mut self, part: Part) -> Result<Box<Order>, Box<Unfit>> {
        let mut found = Found::default();
        let Some(node) = self.parts.tree().root() else {
            return Err(Unfit::unread(self.parts.path_to(part)));
        };
        let read = read_order(node, &mut found);
        // An amount that is unfit counts in the sum if it is a number at all: the sum is about what was written.
        let amount = node.text_at("Amt/InstdAmt").or_else(|| node.text_at("Amt/EqvtAmt/Amt"));
        let amount = amount.and_then(|text| Decimal::parse(text.trim()));
        for tally in [&mut self.all, &mut self.block] {
            tally.add(amount);
        }
        self.totals.add(amount);
        let ids = node.get("PmtId").map(PaymentIds::read).unwrap_or_default();
        let (repeat, repeated) = repeats(&mut self.seen, &self.parts, &self.block_id, &ids);
        let remarks = Remarks { repeated, ..self.parts.remarks() };
        let ways = ["PmtId/InstrId", "PmtId/EndToEndId", "", "PmtId/UETR"];
        let order = self.parts.fit(part, found, read, ways);
        self.totals.unfit += u64::from(order.is_err());
        Ok(Box::new(Order { ids, repeat, remarks, ..order? }))
    }
}

/// How often the order's names were used together in this file, and which of them were used at all.
fn repeats<R: BufRead>(
    seen: &mut Seen,
    parts: &Parts<R>,
    block_id: &str,
    ids: &PaymentIds,
) -> (u32, Vec<Fault>) {
    let mut repeats = Vec::new();
    let instruction = ids.instruction.as_deref();
    if let Some(instruction) = instruction
        && seen.once_more(1, &[instruction]) > 0
    {
        repeats.push(repeated(parts, Part::Unit, "PmtId/InstrId", Reason::DU05));
    }
    let end_to_end = ids.end_to_end.as_str();
    if end_to_end != NOT_PROVIDED && seen.once_more(2, &[end_to_end]) > 0 {
        repeats.push(repeated(parts, Part::Unit, "PmtId/EndToEndId", Reason::DU04));
    }
    let kind = if instruction.is_some() { 3 } else { 4 };
    let names = [block_id, instruction.unwrap_or_default(), end_to_end];
    (seen.once_more(kind, &names), repeats)
}

fn repeated<R: BufRead>(parts: &Parts<R>, part: Part, way: &str, reason: Reason) -> Fault {
    let node = parts.tree().root().and_then(|root| root.get(way));
    let place = node.map(|node| node.place()).unwrap_or_default();
    let path = format!("{}/{way}", parts.path_to(part));
    Fault { what: "was used before in this file".to_owned(), path, place, reason }
}

fn read_header(node: Node<'_>, found: &mut Found) -> InitiationHeader {
    InitiationHeader {
        message: node.string_at("MsgId").unwrap_or_default(),
        created: node.text_at("CreDtTm").unwrap_or_default().trim().to_owned(),
        payments: found.count(node, "NbOfTxs").unwrap_or_default(),
        sum: found.sum(node, "CtrlSum"),
        initiator: node.get("InitgPty").map(Party::read).unwrap_or_default(),
    }
}

fn read_block(node: Node<'_>, found: &mut Found) -> Option<Block> {
    if let Some(method) = node.get("PmtMtd").filter(|method| method.text() != "TRF") {
        let what = format!("the payment method {}; only TRF is done", method.text());
        found.wrong(method, "PmtMtd", what, Reason::AG03);
    }
    let execution = found.day(node, "ReqdExctnDt");
    Some(Block {
        id: node.string_at("PmtInfId")?,
        batch_booking: node.flag_at("BtchBookg"),
        payments: None,
        sum: None,
        payment_type: node.get("PmtTpInf").map(PaymentType::read).unwrap_or_default(),
        execution: execution?,
        debtor: node.get("Dbtr").map(Party::read).unwrap_or_default(),
        debtor_account: node.get("DbtrAcct").map(Account::read),
        debtor_agent: node.get("DbtrAgt").map(Agent::read).unwrap_or_default(),
        ultimate_debtor: node.get("UltmtDbtr").map(Party::read),
        charges: node.text_at("ChrgBr").and_then(ChargeBearer::parse),
        remarks: Remarks::default(),
    })
}

fn read_order(node: Node<'_>, found: &mut Found) -> Option<Order> {
    let amount = found.moving(node, "Amt/InstdAmt");
    if let Some(equivalent) = node.get("Amt/EqvtAmt") {
        let what = "an amount to be exchanged first; only InstdAmt is done";
        found.wrong(equivalent, "Amt/EqvtAmt", what, Reason::AG03);
    }
    if let Some(cheque) = node.get("ChqInstr") {
        found.wrong(cheque, "ChqInstr", "a cheque; only transfers are done", Reason::AG03);
    }
    Some(Order {
        ids: PaymentIds::default(),
        repeat: 0,
        payment_type: node.get("PmtTpInf").map(PaymentType::read).unwrap_or_default(),
        amount: amount?,
        charges: node.text_at("ChrgBr").and_then(ChargeBearer::parse),
        ultimate_debtor: node.get("UltmtDbtr").map(Party::read),
        creditor_agent: node.get("CdtrAgt").map(Agent::read),
        creditor: node.get("Cdtr").map(Party::read),
        creditor_account: node.get("CdtrAcct").map(Account::read),
        ultimate_creditor: node.get("UltmtCdtr").map(Party::read),
        purpose: node.string_at("Purp/Cd"),
        remittance: node.get("RmtInf").map(Remittance::read).unwrap_or_default(),
        remarks: Remarks::default(),
    })
}

/// A pain.001 being written, as a customer's program would.
pub struct InitiationWriter<W> {
    writer: Writer<W>,
    in_block: bool,
}

impl<W: Write> InitiationWriter<W> {
    /// Writes the group header.
    ///
    /// # Errors
    /// What the schema does not allow, and the stream's own errors; so with all that follow.
    pub fn begin(out: W, header: &InitiationHeader) -> Result<InitiationWriter<W>, WriteError> {
        let mut w = Writer::begin(out, Version::Pain001V10)?;
        w.open("Document")?;
        w.open("CstmrCdtTrfInitn")?;
        w.group("GrpHdr", |w| {
            w.leaf("MsgId", &header.message)?;
            w.leaf("CreDtTm", &header.created)?;
            w.leaf("NbOfTxs", &header.payments.to_string())?;
            w.maybe("CtrlSum", header.sum.map(|sum| sum.to_string()).as_deref())?;
            header.initiator.write(w, "InitgPty")
        })?;
        Ok(InitiationWriter { writer: w, in_block: false })
    }

    /// Begins a block; the one before ends.
    ///
    /// # Errors
    /// As [`InitiationWriter::begin`].
    pub fn block(&mut self, block: &Block) -> Written {
        self.end_block()?;
        self.in_block = true;
        let w = &mut self.writer;
        w.open("PmtInf")?;
        w.leaf("PmtInfId", &block.id)?;
        w.leaf("PmtMtd", "TRF")?;
        w.maybe(
            "BtchBookg",
            block.batch_booking.map(|batch| if batch { "true" } else { "false" }),
        )?;
        w.maybe("NbOfTxs", block.payments.map(|count| count.to_string()).as_deref())?;
        w.maybe("CtrlSum", block.sum.map(|sum| sum.to_string()).as_deref())?;
        block.payment_type.write(w)?;
        w.group("ReqdExctnDt", |w| w.day("Dt", block.execution))?;
        block.debtor.write(w, "Dbtr")?;
        write_account(w, "DbtrAcct", block.debtor_account.as_ref())?;
        block.debtor_agent.write(w, "DbtrAgt")?;
        write_party(w, "UltmtDbtr", block.ultimate_debtor.as_ref())?;
        w.maybe("ChrgBr", block.charges.map(ChargeBearer::code))
    }

    /// Writes an order of the block.
    ///
    /// # Errors
    /// As [`InitiationWriter::begin`].
    pub fn order(&mut self, order: &Order) -> Written {
        self.writer.group("CdtTrfTxInf", |w| {
            order.ids.write(w)?;
            order.payment_type.write(w)?;
            w.group("Amt", |w| w.money("InstdAmt", order.amount))?;
            w.maybe("ChrgBr", order.charges.map(ChargeBearer::code))?;
            write_party(w, "UltmtDbtr", order.ultimate_debtor.as_ref())?;
            write_agent(w, "CdtrAgt", order.creditor_agent.as_ref())?;
            write_party(w, "Cdtr", order.creditor.as_ref())?;
            write_account(w, "CdtrAcct", order.creditor_account.as_ref())?;
            write_party(w, "UltmtCdtr", order.ultimate_creditor.as_ref())?;
            w.maybe_in("Purp", "Cd", order.purpose.as_deref())?;
            order.remittance.write(w)
        })
    }

    fn end_block(&mut self) -> Written {
        if std::mem::replace(&mut self.in_block, false) {
            self.writer.close("PmtInf")
        } else {
            Ok(())
        }
    }

    /// Ends the document.
    ///
    /// # Errors
    /// As [`InitiationWriter::begin`].
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.end_block()?;
        self.writer.close("CstmrCdtTrfInitn")?;
        self.writer.close("Document")?;
        self.writer.finish()
    }
}
