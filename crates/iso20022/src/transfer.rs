//! pacs.008: payments from bank to bank. `TransferReader` reads them, `TransferWriter` writes them.

use std::io::Write;

use terms::Day;

use crate::bank::{BankHeader, BankPayment, BankReader};
use crate::found::{Found, Money};
use crate::party::{Account, Agent, Party, write_account, write_agent, write_party};
use crate::payment::{ChargeBearer, PaymentIds, PaymentType, Remarks, Remittance};
use crate::tree::Node;
use crate::version::Version;
use crate::writer::{WriteError, Writer, Written};

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

/// A pacs.008 being read.
pub type TransferReader<R> = BankReader<R, CreditTransfer>;

impl BankPayment for CreditTransfer {
    const AMOUNT: &'static str = "IntrBkSttlmAmt";
    const NAMES: [&'static str; 4] =
        ["PmtId/InstrId", "PmtId/EndToEndId", "PmtId/TxId", "PmtId/UETR"];

    fn read(node: Node<'_>, found: &mut Found) -> Option<CreditTransfer> {
        read_transfer(node, found)
    }

    fn remark(&mut self, remarks: Remarks) {
        self.remarks = remarks;
    }
}

fn read_transfer(node: Node<'_>, found: &mut Found) -> Option<CreditTransfer> {
    let amount = found.moving(node, "IntrBkSttlmAmt");
    let (settlement, instructed_amount) =
        (found.day(node, "IntrBkSttlmDt"), found.money(node, "InstdAmt"));
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
