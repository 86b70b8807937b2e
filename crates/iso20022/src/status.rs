//! pain.002 and pacs.002: what became of payments, told to a customer or to a bank. Both say it of a whole message
//! and of single payments; a pain.002 also of the blocks between. What the words mean stands in
//! `docs/formats/iso20022.md`.

use std::io::{BufRead, Write};

use crate::decimal::Decimal;
use crate::found::{Found, Unfit};
use crate::ids::Uetr;
use crate::parts::{Part, Parts};
use crate::party::{Agent, Party, write_agent, write_party};
use crate::payment::Remarks;
use crate::reason::Reason;
use crate::refused::ReadError;
use crate::tree::Node;
use crate::version::{Kind, Version};
use crate::writer::{WriteError, Writer, Written};

/// Longest text of one `AddtlInf`.
const TEXT_CHARACTERS_MAX: usize = 105;

macro_rules! statuses {
    ($($code:ident, $sentence:literal;)*) => {
        /// A status of `ExternalPaymentGroupStatus1Code` or `ExternalPaymentTransactionStatus1Code`, release 2Q2026.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Status {
            $(#[doc = $sentence] $code,)*
        }

        impl Status {
            /// Every status.
            pub const ALL: &[Status] = &[$(Status::$code,)*];

            /// The four letters.
            pub fn code(self) -> &'static str {
                match self {
                    $(Status::$code => stringify!($code),)*
                }
            }
        }
    };
}

statuses! {
    RCVD, "received, and nothing was looked at yet";
    ACTC, "authentication, syntax and meaning are right";
    ACCP, "the customer's profile was checked as well";
    ACFC, "there is enough money as well";
    ACSP, "accepted and being executed";
    ACSC, "settled on the debtor's account";
    ACCC, "settled on the creditor's account";
    ACWC, "accepted with a change";
    ACWP, "accepted and not yet posted to the creditor";
    ACPD, "released by the debtor's bank and accepted by the clearing";
    ACIS, "a cheque was issued";
    ACFW, "accepted and forwarded";
    PART, "of a group: some are accepted and some are not yet, or never";
    PATC, "further signatures are missing";
    PDNG, "pending: checks go on";
    PRES, "presented to the debtor";
    BLCK, "blocked";
    CANC, "cancelled";
    CPUC, "cash was picked up";
    RJCT, "rejected";
    RCVC, "the payee's name was verified and fits";
    RVCM, "verification ended and some names do not fit";
    RVNA, "the payee's name could not be verified";
    RVNM, "the payee's name does not fit";
    RVMC, "the payee's name fits nearly";
    RVNC, "verification goes on";
}

impl Status {
    /// The status of these letters.
    pub fn parse(code: &str) -> Option<Status> {
        Status::ALL.iter().copied().find(|status| status.code() == code)
    }

    /// The status of a group whose payments have these: the one they share, else `PART` when some are rejected and
    /// others are not, else `PDNG`. `None` of no payments.
    pub fn of_group(statuses: impl IntoIterator<Item = Status>) -> Option<Status> {
        let mut statuses = statuses.into_iter();
        let first = statuses.next()?;
        let (mut same, mut rejected, mut others) =
            (true, first == Status::RJCT, first != Status::RJCT);
        for status in statuses {
            same &= status == first;
            rejected |= status == Status::RJCT;
            others |= status != Status::RJCT;
        }
        Some(match (same, rejected && others) {
            (true, _) => first,
            (false, true) => Status::PART,
            (false, false) => Status::PDNG,
        })
    }
}

/// `StsRsnInf`, in returns `RtrRsnInf`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusReason {
    /// `Rsn/Cd`: a code of `ExternalStatusReason1Code`, or in returns of `ExternalReturnReason1Code`.
    pub code: Option<String>,
    /// `Rsn/Prtry`, a reason outside the code sets.
    pub own: Option<String>,
    /// `AddtlInf`, each at most 105 characters.
    pub texts: Vec<String>,
}

impl StatusReason {
    /// A reason of ours with a text, which is cut into pieces of 105 characters.
    pub fn new(reason: Reason, text: &str) -> StatusReason {
        let mut texts = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let at = rest.char_indices().nth(TEXT_CHARACTERS_MAX).map_or(rest.len(), |(at, _)| at);
            let (piece, after) = rest.split_at(at);
            texts.push(piece.to_owned());
            rest = after;
        }
        StatusReason { code: Some(reason.code().to_owned()), own: None, texts }
    }

    pub(crate) fn read(node: Node<'_>) -> StatusReason {
        StatusReason {
            code: node.string_at("Rsn/Cd"),
            own: node.string_at("Rsn/Prtry"),
            texts: node.each("AddtlInf").map(|text| text.text().to_owned()).collect(),
        }
    }

    pub(crate) fn write<W: Write>(&self, w: &mut Writer<W>, name: &'static str) -> Written {
        w.group(name, |w| {
            match (&self.code, &self.own) {
                (Some(code), _) => w.group("Rsn", |w| w.leaf("Cd", code))?,
                (None, own) => w.maybe_in("Rsn", "Prtry", own.as_deref())?,
            }
            self.texts.iter().try_for_each(|text| w.leaf("AddtlInf", text))
        })
    }
}

/// `GrpHdr` of a pain.002 or pacs.002.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportHeader {
    /// `MsgId`.
    pub message: String,
    /// `CreDtTm`, as written.
    pub created: String,
    /// `InitgPty`, in a pain.002.
    pub initiator: Option<Party>,
    /// `InstgAgt`, in a pacs.002.
    pub instructing: Option<Agent>,
    /// `InstdAgt`, in a pacs.002.
    pub instructed: Option<Agent>,
}

/// `OrgnlGrpInfAndSts`: of a whole message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupStatus {
    /// `OrgnlMsgId`.
    pub message: String,
    /// `OrgnlMsgNmId`, such as `pain.001.001.10`.
    pub definition: String,
    /// `OrgnlCreDtTm`.
    pub created: Option<String>,
    /// `OrgnlNbOfTxs`.
    pub payments: Option<u64>,
    /// `OrgnlCtrlSum`.
    pub sum: Option<Decimal>,
    /// `GrpSts`.
    pub status: Option<Status>,
    /// `StsRsnInf`.
    pub reasons: Vec<StatusReason>,
}

/// `OrgnlPmtInfAndSts` without its payments: of a block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockStatus {
    /// `OrgnlPmtInfId`.
    pub block: String,
    /// `OrgnlNbOfTxs`.
    pub payments: Option<u64>,
    /// `PmtInfSts`.
    pub status: Option<Status>,
    /// `StsRsnInf`.
    pub reasons: Vec<StatusReason>,
}

/// `TxInfAndSts`: of a payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentStatus {
    /// `StsId`.
    pub id: Option<String>,
    /// `OrgnlGrpInf`, message and definition; in a pacs.002 only.
    pub group: Option<(String, String)>,
    /// `OrgnlInstrId`.
    pub instruction: Option<String>,
    /// `OrgnlEndToEndId`.
    pub end_to_end: Option<String>,
    /// `OrgnlTxId`, in a pacs.002 only.
    pub transaction: Option<String>,
    /// `OrgnlUETR`.
    pub uetr: Option<Uetr>,
    /// `TxSts`.
    pub status: Option<Status>,
    /// `StsRsnInf`.
    pub reasons: Vec<StatusReason>,
    /// `AccptncDtTm`, as written.
    pub accepted: Option<String>,
    /// `AcctSvcrRef`, the bank's own reference.
    pub servicer_reference: Option<String>,
    /// What of it was not read or is disguised.
    pub remarks: Remarks,
}

/// One piece of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatusItem {
    /// Of a whole message.
    Group(GroupStatus),
    /// Of a block; its payments follow.
    Block(Result<BlockStatus, Box<Unfit>>),
    /// Of a payment.
    Payment(Result<Box<PaymentStatus>, Box<Unfit>>),
}

/// A pain.002 or pacs.002 being read.
pub struct StatusReader<R> {
    parts: Parts<R>,
    header: ReportHeader,
}

impl<R: BufRead> StatusReader<R> {
    pub(crate) fn begin(mut parts: Parts<R>) -> Result<StatusReader<R>, ReadError> {
        let part = parts.part()?;
        let header = parts.tree().root().map(|node| ReportHeader {
            message: node.string_at("MsgId").unwrap_or_default(),
            created: node.text_at("CreDtTm").unwrap_or_default().trim().to_owned(),
            initiator: node.get("InitgPty").map(Party::read),
            instructing: node.get("InstgAgt").map(Agent::read),
            instructed: node.get("InstdAgt").map(Agent::read),
        });
        parts.must_be_right(part, Found::default())?;
        Ok(StatusReader { parts, header: header.unwrap_or_default() })
    }

    /// The version of the message.
    pub fn version(&self) -> Version {
        self.parts.version()
    }

    /// Its group header.
    pub fn header(&self) -> &ReportHeader {
        &self.header
    }

    /// The next piece; `None` at the end of a whole message.
    ///
    /// # Errors
    /// What makes the message unreadable from here on.
    pub fn next_item(&mut self) -> Result<Option<StatusItem>, ReadError> {
        loop {
            let part = self.parts.part()?;
            let mut found = Found::default();
            let Some(node) = self.parts.tree().root() else {
                if part == Part::End {
                    return Ok(None);
                }
                continue;
            };
            match part {
                Part::Single("OrgnlGrpInfAndSts") => {
                    let group = read_group(node, &mut found);
                    self.parts.must_be_right(part, found)?;
                    return Ok(Some(StatusItem::Group(group)));
                }
                Part::Head => {
                    let block = read_block(node, &mut found);
                    let ways = ["", "", "OrgnlPmtInfId", ""];
                    let block = self.parts.fit(part, found, Some(block), ways);
                    return Ok(Some(StatusItem::Block(block)));
                }
                Part::Unit => {
                    let payment = read_payment(node, &mut found);
                    let remarks = self.parts.remarks();
                    let ways = ["OrgnlInstrId", "OrgnlEndToEndId", "OrgnlTxId", "OrgnlUETR"];
                    let payment = self.parts.fit(part, found, Some(payment), ways);
                    let payment = payment.map(|read| Box::new(PaymentStatus { remarks, ..read }));
                    return Ok(Some(StatusItem::Payment(payment)));
                }
                Part::Single(_) | Part::Tail => self.parts.must_be_right(part, found)?,
                Part::End => return Ok(None),
            }
        }
    }
}

fn status(node: Node<'_>, name: &str, found: &mut Found) -> Option<Status> {
    let node = node.get(name)?;
    let status = Status::parse(node.text());
    if status.is_none() {
        let what =
            format!("`{}` is not a status of release 2Q2026", crate::text::shown(node.text()));
        found.wrong(node, name, what, Reason::INDT);
    }
    status
}

fn read_group(node: Node<'_>, found: &mut Found) -> GroupStatus {
    GroupStatus {
        message: node.string_at("OrgnlMsgId").unwrap_or_default(),
        definition: node.string_at("OrgnlMsgNmId").unwrap_or_default(),
        created: node.string_at("OrgnlCreDtTm"),
        payments: found.count(node, "OrgnlNbOfTxs"),
        sum: found.sum(node, "OrgnlCtrlSum"),
        status: status(node, "GrpSts", found),
        reasons: node.each("StsRsnInf").map(StatusReason::read).collect(),
    }
}

fn read_block(node: Node<'_>, found: &mut Found) -> BlockStatus {
    BlockStatus {
        block: node.string_at("OrgnlPmtInfId").unwrap_or_default(),
        payments: found.count(node, "OrgnlNbOfTxs"),
        status: status(node, "PmtInfSts", found),
        reasons: node.each("StsRsnInf").map(StatusReason::read).collect(),
    }
}

fn read_payment(node: Node<'_>, found: &mut Found) -> PaymentStatus {
    let group = node.get("OrgnlGrpInf");
    PaymentStatus {
        id: node.string_at("StsId"),
        group: group.and_then(|g| Some((g.string_at("OrgnlMsgId")?, g.string_at("OrgnlMsgNmId")?))),
        instruction: node.string_at("OrgnlInstrId"),
        end_to_end: node.string_at("OrgnlEndToEndId"),
        transaction: node.string_at("OrgnlTxId"),
        uetr: node.text_at("OrgnlUETR").and_then(Uetr::parse),
        status: status(node, "TxSts", found),
        reasons: node.each("StsRsnInf").map(StatusReason::read).collect(),
        accepted: node.string_at("AccptncDtTm"),
        servicer_reference: node.string_at("AcctSvcrRef"),
        remarks: Remarks::default(),
    }
}

/// A pain.002 or pacs.002 being written.
pub struct StatusWriter<W> {
    writer: Writer<W>,
    version: Version,
    in_block: bool,
}

impl<W: Write> StatusWriter<W> {
    /// Begins a pain.002, the answer to a customer's file.
    ///
    /// # Errors
    /// What the schema does not allow, and the stream's own errors; so with all that follow.
    pub fn begin_for_customer(
        out: W,
        header: &ReportHeader,
    ) -> Result<StatusWriter<W>, WriteError> {
        let version = Version::Pain002V11;
        StatusWriter::continue_in(Writer::begin(out, version)?, version, header)
    }

    /// Begins a pacs.002, the answer to a bank.
    ///
    /// # Errors
    /// As [`StatusWriter::begin_for_customer`].
    pub fn begin_for_bank(out: W, header: &ReportHeader) -> Result<StatusWriter<W>, WriteError> {
        let version = Version::Pacs002V11;
        StatusWriter::continue_in(Writer::begin(out, version)?, version, header)
    }

    /// Begins a pacs.002 within another document, behind a [`crate::Header`].
    ///
    /// # Errors
    /// As [`StatusWriter::begin_for_customer`].
    pub fn begin_inside(out: W, header: &ReportHeader) -> Result<StatusWriter<W>, WriteError> {
        let version = Version::Pacs002V11;
        StatusWriter::continue_in(Writer::inside(out, version)?, version, header)
    }

    fn continue_in(
        mut w: Writer<W>,
        version: Version,
        header: &ReportHeader,
    ) -> Result<StatusWriter<W>, WriteError> {
        w.open("Document")?;
        w.open(version.element())?;
        w.group("GrpHdr", |w| {
            w.leaf("MsgId", &header.message)?;
            w.leaf("CreDtTm", &header.created)?;
            write_party(w, "InitgPty", header.initiator.as_ref())?;
            write_agent(w, "InstgAgt", header.instructing.as_ref())?;
            write_agent(w, "InstdAgt", header.instructed.as_ref())
        })?;
        Ok(StatusWriter { writer: w, version, in_block: false })
    }

    /// Says it of the whole message. A pain.002 has exactly one of these, first.
    ///
    /// # Errors
    /// As [`StatusWriter::begin_for_customer`].
    pub fn group(&mut self, group: &GroupStatus) -> Written {
        self.writer.group("OrgnlGrpInfAndSts", |w| {
            w.leaf("OrgnlMsgId", &group.message)?;
            w.leaf("OrgnlMsgNmId", &group.definition)?;
            w.maybe("OrgnlCreDtTm", group.created.as_deref())?;
            w.maybe("OrgnlNbOfTxs", group.payments.map(|count| count.to_string()).as_deref())?;
            w.maybe("OrgnlCtrlSum", group.sum.map(|sum| sum.to_string()).as_deref())?;
            w.maybe("GrpSts", group.status.map(Status::code))?;
            group.reasons.iter().try_for_each(|reason| reason.write(w, "StsRsnInf"))
        })
    }

    /// Begins to say it of a block of a pain.001; the block before ends.
    ///
    /// # Errors
    /// As [`StatusWriter::begin_for_customer`]; a pacs.002 has no blocks.
    pub fn block(&mut self, block: &BlockStatus) -> Written {
        self.end_block()?;
        self.in_block = true;
        let w = &mut self.writer;
        w.open("OrgnlPmtInfAndSts")?;
        w.leaf("OrgnlPmtInfId", &block.block)?;
        w.maybe("OrgnlNbOfTxs", block.payments.map(|count| count.to_string()).as_deref())?;
        w.maybe("PmtInfSts", block.status.map(Status::code))?;
        block.reasons.iter().try_for_each(|reason| reason.write(w, "StsRsnInf"))
    }

    /// Says it of a payment; in a pain.002 of one of the block.
    ///
    /// # Errors
    /// As [`StatusWriter::begin_for_customer`].
    pub fn payment(&mut self, payment: &PaymentStatus) -> Written {
        self.writer.group("TxInfAndSts", |w| {
            w.maybe("StsId", payment.id.as_deref())?;
            if let Some((message, definition)) = &payment.group {
                w.group("OrgnlGrpInf", |w| {
                    w.leaf("OrgnlMsgId", message)?;
                    w.leaf("OrgnlMsgNmId", definition)
                })?;
            }
            w.maybe("OrgnlInstrId", payment.instruction.as_deref())?;
            w.maybe("OrgnlEndToEndId", payment.end_to_end.as_deref())?;
            w.maybe("OrgnlTxId", payment.transaction.as_deref())?;
            w.maybe("OrgnlUETR", payment.uetr.map(|uetr| uetr.to_string()).as_deref())?;
            w.maybe("TxSts", payment.status.map(Status::code))?;
            payment.reasons.iter().try_for_each(|reason| reason.write(w, "StsRsnInf"))?;
            w.maybe("AccptncDtTm", payment.accepted.as_deref())?;
            w.maybe("AcctSvcrRef", payment.servicer_reference.as_deref())
        })
    }

    fn end_block(&mut self) -> Written {
        match std::mem::replace(&mut self.in_block, false) {
            true => self.writer.close("OrgnlPmtInfAndSts"),
            false => Ok(()),
        }
    }

    /// Ends the document.
    ///
    /// # Errors
    /// As [`StatusWriter::begin_for_customer`].
    pub fn finish(mut self) -> Result<W, WriteError> {
        self.end_block()?;
        self.writer.close(self.version.element())?;
        self.writer.close("Document")?;
        self.writer.finish()
    }

    /// Whether it answers a customer or a bank.
    pub fn kind(&self) -> Kind {
        self.version.kind()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_has_the_status_of_its_payments() {
        use Status::{ACSC, ACSP, PART, PDNG, RJCT};
        for (payments, group) in [
            (&[][..], None),
            (&[ACSC], Some(ACSC)),
            (&[RJCT, RJCT], Some(RJCT)),
            (&[ACSC, RJCT], Some(PART)),
            (&[RJCT, ACSC, PDNG], Some(PART)),
            (&[ACSC, ACSP], Some(PDNG)),
        ] {
            assert_eq!(Status::of_group(payments.iter().copied()), group, "{payments:?}");
        }
    }

    #[test]
    fn a_long_reason_is_cut_and_nothing_of_it_is_lost() {
        let text = "通鉴".repeat(120);
        let reason = StatusReason::new(Reason::NARR, &text);
        let lengths: Vec<usize> = reason.texts.iter().map(|text| text.chars().count()).collect();
        assert_eq!(lengths, [105, 105, 30]);
        assert_eq!(reason.texts.concat(), text);
        assert_eq!(StatusReason::new(Reason::NARR, "").texts, Vec::<String>::new());
    }

    #[test]
    fn the_statuses_are_those_of_the_published_sets() {
        // The transaction statuses of release 2Q2026 v3, and `PART`, which only groups have.
        let published = "ACCC ACCP ACFC ACIS ACSC ACSP ACTC ACWC ACWP BLCK CANC CPUC PATC PDNG PRES RCVD RJCT ACPD RCVC \
            RVNA RVNM RVMC ACFW RVNC RVCM PART";
        let mut published: Vec<&str> = published.split_whitespace().collect();
        let mut ours: Vec<&str> = Status::ALL.iter().map(|status| status.code()).collect();
        published.sort_unstable();
        ours.sort_unstable();
        assert_eq!(ours, published);
    }
}
