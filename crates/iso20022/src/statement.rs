//! camt.052, 053 and 054: what moved on an account, during the day, at its end, or entry by entry. One reader and one
//! writer for all three, as a stream of statements and their entries.

use std::io::{BufRead, Write};

use terms::Day;

use crate::found::{Found, Money, Unfit};
use crate::ids::Uetr;
use crate::parts::{Part, Parts};
use crate::party::{Account, Agent, Party, write_account, write_agent, write_party};
use crate::payment::{Remarks, Remittance};
use crate::reason::Reason;
use crate::refused::ReadError;
use crate::status::StatusReason;
use crate::tree::Node;
use crate::version::{Kind, Version};
use crate::writer::{WriteError, Writer, Written};

/// Which way money moved, seen from the account's owner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    /// `CRDT`: to the account; a balance in the owner's favour.
    #[default]
    Credit,
    /// `DBIT`: from the account; an overdraft.
    Debit,
}

/// Whether an entry is booked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EntryStatus {
    /// `BOOK`.
    #[default]
    Booked,
    /// `PDNG`.
    Pending,
    /// `FUTR`, with a later value date.
    Future,
    /// `INFO`, not to be counted.
    Information,
}

/// What a balance is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BalanceKind {
    /// `OPBD`, booked at the beginning.
    Opening,
    /// `PRCD`, booked at the end of the period before.
    Previous,
    /// `CLBD`, booked at the end.
    Closing,
    /// `ITBD`, booked so far.
    Interim,
    /// `OPAV`, available at the beginning.
    OpeningAvailable,
    /// `CLAV`, available at the end.
    ClosingAvailable,
    /// `ITAV`, available so far.
    InterimAvailable,
    /// `FWAV`, available on a later day.
    ForwardAvailable,
    /// `XPCD`, expected.
    Expected,
    /// `INFO`, not to be counted.
    Information,
    /// `Prtry`, a kind of the bank's own.
    Own(String),
}

/// `GrpHdr` of a camt.05x.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatementHeader {
    /// `MsgId`.
    pub message: String,
    /// `CreDtTm`, as written.
    pub created: String,
    /// `MsgRcpt`.
    pub recipient: Option<Party>,
}

/// `Bal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// `Tp/CdOrPrtry`.
    pub kind: BalanceKind,
    /// `Amt`, without its sign.
    pub amount: Money,
    /// `CdtDbtInd`, its sign.
    pub direction: Direction,
    /// `Dt`.
    pub day: Day,
}

/// `Stmt`, `Rpt` or `Ntfctn` without its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// `Id`.
    pub id: String,
    /// `ElctrncSeqNb`.
    pub number: Option<u64>,
    /// `CreDtTm`, as written.
    pub created: Option<String>,
    /// `FrToDt`: the first moment and the last, as written.
    pub period: Option<(String, String)>,
    /// `Acct`.
    pub account: Account,
    /// `Acct/Ownr`.
    pub owner: Option<Party>,
    /// `Acct/Svcr`.
    pub servicer: Option<Agent>,
    /// `Bal`; none in a camt.054, at least one in a camt.053.
    pub balances: Vec<Balance>,
    /// What of it was not read or is disguised.
    pub remarks: Remarks,
}

/// `BkTxCd`, what kind of business an entry is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BankCode {
    /// `Domn`: domain, family and sub-family, as `PMNT`, `RCDT`, `ESCT`.
    pub domain: Option<(String, String, String)>,
    /// `Prtry/Cd`.
    pub own: Option<String>,
}

/// `Ntry`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// `NtryRef`.
    pub reference: Option<String>,
    /// `Amt`.
    pub amount: Money,
    /// `CdtDbtInd`.
    pub direction: Direction,
    /// `RvslInd`: it undoes another.
    pub reversal: bool,
    /// `Sts`.
    pub status: EntryStatus,
    /// `BookgDt`.
    pub booked: Option<Day>,
    /// `ValDt`.
    pub value: Option<Day>,
    /// `AcctSvcrRef`, the bank's own reference.
    pub servicer_reference: Option<String>,
    /// `BkTxCd`.
    pub code: BankCode,
    /// `NtryDtls/TxDtls`, the payments it is made of, as far as they are told.
    pub details: Vec<Detail>,
    /// `AddtlNtryInf`.
    pub text: Option<String>,
    /// What of it was not read or is disguised.
    pub remarks: Remarks,
}

/// `TxDtls`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// `Refs/MsgId`.
    pub message: Option<String>,
    /// `Refs/AcctSvcrRef`.
    pub servicer_reference: Option<String>,
    /// `Refs/PmtInfId`.
    pub block: Option<String>,
    /// `Refs/InstrId`.
    pub instruction: Option<String>,
    /// `Refs/EndToEndId`.
    pub end_to_end: Option<String>,
    /// `Refs/UETR`.
    pub uetr: Option<Uetr>,
    /// `Refs/TxId`.
    pub transaction: Option<String>,
    /// `Amt`.
    pub amount: Option<Money>,
    /// `CdtDbtInd`.
    pub direction: Option<Direction>,
    /// `RltdPties/Dbtr`.
    pub debtor: Option<Party>,
    /// `RltdPties/DbtrAcct`.
    pub debtor_account: Option<Account>,
    /// `RltdPties/Cdtr`.
    pub creditor: Option<Party>,
    /// `RltdPties/CdtrAcct`.
    pub creditor_account: Option<Account>,
    /// `RltdAgts/DbtrAgt`.
    pub debtor_agent: Option<Agent>,
    /// `RltdAgts/CdtrAgt`.
    pub creditor_agent: Option<Agent>,
    /// `RmtInf`.
    pub remittance: Remittance,
    /// `RtrInf`, when it is a payment that came back.
    pub returned: Option<StatusReason>,
    /// `AddtlTxInf`.
    pub text: Option<String>,
}

/// One piece of a camt.05x.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementItem {
    /// A statement, report or notification begins.
    Statement(Result<Box<Statement>, Box<Unfit>>),
    /// An entry of it.
    Entry(Result<Box<Entry>, Box<Unfit>>),
    /// It ends; `AddtlStmtInf`, `AddtlRptInf` or `AddtlNtfctnInf`.
    End(Option<String>),
}

impl Direction {
    /// The four letters.
    pub fn code(self) -> &'static str {
        match self {
            Direction::Credit => "CRDT",
            Direction::Debit => "DBIT",
        }
    }

    fn read(node: Node<'_>, name: &str) -> Option<Direction> {
        Some(if node.text_at(name)? == "DBIT" { Direction::Debit } else { Direction::Credit })
    }
}

impl EntryStatus {
    const ALL: [EntryStatus; 4] =
        [EntryStatus::Booked, EntryStatus::Pending, EntryStatus::Future, EntryStatus::Information];

    /// The four letters.
    pub fn code(self) -> &'static str {
        match self {
            EntryStatus::Booked => "BOOK",
            EntryStatus::Pending => "PDNG",
            EntryStatus::Future => "FUTR",
            EntryStatus::Information => "INFO",
        }
    }
}

impl BalanceKind {
    const ALL: [BalanceKind; 10] = [
        BalanceKind::Opening,
        BalanceKind::Previous,
        BalanceKind::Closing,
        BalanceKind::Interim,
        BalanceKind::OpeningAvailable,
        BalanceKind::ClosingAvailable,
        BalanceKind::InterimAvailable,
        BalanceKind::ForwardAvailable,
        BalanceKind::Expected,
        BalanceKind::Information,
    ];

    /// The four letters, or the bank's own word.
    pub fn code(&self) -> &str {
        match self {
            BalanceKind::Own(word) => word,
            BalanceKind::Opening => "OPBD",
            BalanceKind::Previous => "PRCD",
            BalanceKind::Closing => "CLBD",
            BalanceKind::Interim => "ITBD",
            BalanceKind::OpeningAvailable => "OPAV",
            BalanceKind::ClosingAvailable => "CLAV",
            BalanceKind::InterimAvailable => "ITAV",
            BalanceKind::ForwardAvailable => "FWAV",
            BalanceKind::Expected => "XPCD",
            BalanceKind::Information => "INFO",
        }
    }
}

/// A camt.052, 053 or 054 being read.
pub struct StatementReader<R> {
    parts: Parts<R>,
    header: StatementHeader,
    /// The text at the end of a statement without entries, read with its head.
    last_text: Option<String>,
}

impl<R: BufRead> StatementReader<R> {
    pub(crate) fn begin(mut parts: Parts<R>) -> Result<StatementReader<R>, ReadError> {
        let part = parts.part()?;
        let header = parts.tree().root().map(|node| StatementHeader {
            message: node.string_at("MsgId").unwrap_or_default(),
            created: node.text_at("CreDtTm").unwrap_or_default().trim().to_owned(),
            recipient: node.get("MsgRcpt").map(Party::read),
        });
        parts.must_be_right(part, Found::default())?;
        Ok(StatementReader { parts, header: header.unwrap_or_default(), last_text: None })
    }

    /// The version of the message.
    pub fn version(&self) -> Version {
        self.parts.version()
    }

    /// Its group header.
    pub fn header(&self) -> &StatementHeader {
        &self.header
    }

    /// The next piece; `None` at the end of a whole message.
    ///
    /// # Errors
    /// What makes the message unreadable from here on.
    pub fn next_item(&mut self) -> Result<Option<StatementItem>, ReadError> {
        loop {
            let part = self.parts.part()?;
            let root = self.parts.tree().root();
            let mut found = Found::default();
            match (part, root) {
                (Part::End, _) => return Ok(None),
                (Part::Head, Some(node)) => {
                    let read = read_statement(node, &mut found);
                    self.last_text = read_text(node);
                    let remarks = self.parts.remarks();
                    let statement = self.parts.fit(part, found, read, ["", "", "Id", ""]);
                    let statement = statement.map(|read| Box::new(Statement { remarks, ..read }));
                    return Ok(Some(StatementItem::Statement(statement)));
                }
                (Part::Unit, Some(node)) => {
                    let read = read_entry(node, &mut found);
                    let remarks = self.parts.remarks();
                    let entry = self.parts.fit(part, found, read, ["", "", "NtryRef", ""]);
                    let entry = entry.map(|read| Box::new(Entry { remarks, ..read }));
                    return Ok(Some(StatementItem::Entry(entry)));
                }
                (Part::Tail, root) => {
                    let text = root.and_then(read_text).or_else(|| self.last_text.take());
                    self.parts.must_be_right(part, found)?;
                    return Ok(Some(StatementItem::End(text)));
                }
                (Part::Single(_) | Part::Head | Part::Unit, _) => {
                    self.parts.must_be_right(part, found)?;
                }
            }
        }
    }
}

/// `AddtlStmtInf`, `AddtlRptInf` or `AddtlNtfctnInf`.
fn read_text(node: Node<'_>) -> Option<String> {
    let text = node.children().find(|child| child.name().starts_with("Addtl"));
    text.map(|node| node.text().to_owned())
}

fn read_statement(node: Node<'_>, found: &mut Found) -> Option<Statement> {
    let period = node.get("FrToDt");
    let account = node.get("Acct")?;
    let balances: Vec<Option<Balance>> =
        node.each("Bal").map(|node| read_balance(node, found)).collect();
    Some(Statement {
        id: node.string_at("Id").unwrap_or_default(),
        number: found.count(node, "ElctrncSeqNb"),
        created: node.string_at("CreDtTm"),
        period: period.and_then(|p| Some((p.string_at("FrDtTm")?, p.string_at("ToDtTm")?))),
        account: Account::read(account),
        owner: account.get("Ownr").map(Party::read),
        servicer: account.get("Svcr").map(Agent::read),
        // A balance that could not be read was noted.
        balances: balances.into_iter().flatten().collect(),
        remarks: Remarks::default(),
    })
}

fn read_balance(node: Node<'_>, found: &mut Found) -> Option<Balance> {
    let kind = match (node.get("Tp/CdOrPrtry/Cd"), node.string_at("Tp/CdOrPrtry/Prtry")) {
        (Some(code), _) => {
            let known = BalanceKind::ALL.into_iter().find(|kind| kind.code() == code.text());
            if known.is_none() {
                let what = "a balance that is not one of release 2Q2026";
                found.wrong(code, "Bal/Tp/CdOrPrtry/Cd", what, Reason::INDT);
            }
            known
        }
        (None, own) => own.map(BalanceKind::Own),
    };
    let (amount, day) = (found.money(node, "Amt"), found.day(node, "Dt"));
    Some(Balance {
        kind: kind?,
        amount: amount?,
        direction: Direction::read(node, "CdtDbtInd")?,
        day: day?,
    })
}

fn read_entry(node: Node<'_>, found: &mut Found) -> Option<Entry> {
    let amount = found.money(node, "Amt");
    // Until version 4 the status stood in `Sts` itself.
    let status = node
        .get("Sts")
        .and_then(|sts| if sts.children().next().is_none() { Some(sts) } else { sts.get("Cd") });
    let code = status.and_then(|node| {
        let known = EntryStatus::ALL.into_iter().find(|status| status.code() == node.text());
        if known.is_none() {
            found.wrong(
                node,
                "Sts",
                "an entry status that is not one of release 2Q2026",
                Reason::INDT,
            );
        }
        known
    });
    let (booked, value) = (found.day(node, "BookgDt"), found.day(node, "ValDt"));
    let details = node.each("NtryDtls").flat_map(|details| details.each("TxDtls"));
    let details = details.map(|node| read_detail(node, found)).collect();
    Some(Entry {
        reference: node.string_at("NtryRef"),
        amount: amount?,
        direction: Direction::read(node, "CdtDbtInd")?,
        reversal: node.flag_at("RvslInd").unwrap_or(false),
        status: code.unwrap_or(EntryStatus::Information),
        booked,
        value,
        servicer_reference: node.string_at("AcctSvcrRef"),
        code: node.get("BkTxCd").map(read_code).unwrap_or_default(),
        details,
        text: node.string_at("AddtlNtryInf"),
        remarks: Remarks::default(),
    })
}

fn read_code(node: Node<'_>) -> BankCode {
    let domain = node.get("Domn").and_then(|domain| {
        let family = domain.get("Fmly")?;
        Some((domain.string_at("Cd")?, family.string_at("Cd")?, family.string_at("SubFmlyCd")?))
    });
    BankCode { domain, own: node.string_at("Prtry/Cd") }
}

fn read_detail(node: Node<'_>, found: &mut Found) -> Detail {
    // From version 8 on a party stands one deeper.
    let party = |name: &str| {
        let node = node.get("RltdPties")?.get(name)?;
        Some(Party::read(node.get("Pty").unwrap_or(node)))
    };
    let account = |name: &str| node.get("RltdPties")?.get(name).map(Account::read);
    let agent = |name: &str| node.get("RltdAgts")?.get(name).map(Agent::read);
    Detail {
        message: node.string_at("Refs/MsgId"),
        servicer_reference: node.string_at("Refs/AcctSvcrRef"),
        block: node.string_at("Refs/PmtInfId"),
        instruction: node.string_at("Refs/InstrId"),
        end_to_end: node.string_at("Refs/EndToEndId"),
        uetr: node.text_at("Refs/UETR").and_then(Uetr::parse),
        transaction: node.string_at("Refs/TxId"),
        amount: found.money(node, "Amt"),
        direction: Direction::read(node, "CdtDbtInd"),
        debtor: party("Dbtr"),
        debtor_account: account("DbtrAcct"),
        creditor: party("Cdtr"),
        creditor_account: account("CdtrAcct"),
        debtor_agent: agent("DbtrAgt"),
        creditor_agent: agent("CdtrAgt"),
        remittance: node.get("RmtInf").map(Remittance::read).unwrap_or_default(),
        returned: node.get("RtrInf").map(StatusReason::read),
        text: node.string_at("AddtlTxInf"),
    }
}

/// A camt.052, 053 or 054 being written.
pub struct StatementWriter<W> {
    writer: Writer<W>,
    version: Version,
    open: bool,
}

impl<W: Write> StatementWriter<W> {
    /// Writes the group header of a camt.052 ([`Kind::AccountReport`]), 053 ([`Kind::Statement`]) or 054
    /// ([`Kind::Notification`]).
    ///
    /// # Errors
    /// Another kind; what the schema does not allow, and the stream's own errors; so with all that follow.
    pub fn begin(
        out: W,
        kind: Kind,
        header: &StatementHeader,
    ) -> Result<StatementWriter<W>, WriteError> {
        let version = match kind {
            Kind::AccountReport => Version::Camt052V08,
            Kind::Statement => Version::Camt053V08,
            Kind::Notification => Version::Camt054V08,
            other => {
                let what = format!("{other:?} is not about an account");
                return Err(WriteError::Unfit { path: String::new(), what });
            }
        };
        let mut w = Writer::begin(out, version)?;
        w.open("Document")?;
        w.open(version.element())?;
        w.group("GrpHdr", |w| {
            w.leaf("MsgId", &header.message)?;
            w.leaf("CreDtTm", &header.created)?;
            write_party(w, "MsgRcpt", header.recipient.as_ref())
        })?;
        Ok(StatementWriter { writer: w, version, open: false })
    }

    fn holder(&self) -> (&'static str, &'static str) {
        match self.version.kind() {
            Kind::AccountReport => ("Rpt", "AddtlRptInf"),
            Kind::Notification => ("Ntfctn", "AddtlNtfctnInf"),
            _ => ("Stmt", "AddtlStmtInf"),
        }
    }

    /// Begins a statement, report or notification.
    ///
    /// # Errors
    /// As [`StatementWriter::begin`].
    pub fn statement(&mut self, statement: &Statement) -> Written {
        let (holder, _) = self.holder();
        self.open = true;
        let w = &mut self.writer;
        w.open(holder)?;
        w.leaf("Id", &statement.id)?;
        w.maybe("ElctrncSeqNb", statement.number.map(|number| number.to_string()).as_deref())?;
        w.maybe("CreDtTm", statement.created.as_deref())?;
        if let Some((from, to)) = &statement.period {
            w.group("FrToDt", |w| {
                w.leaf("FrDtTm", from)?;
                w.leaf("ToDtTm", to)
            })?;
        }
        w.group("Acct", |w| {
            statement.account.write_inside(w)?;
            write_party(w, "Ownr", statement.owner.as_ref())?;
            write_agent(w, "Svcr", statement.servicer.as_ref())
        })?;
        statement.balances.iter().try_for_each(|balance| write_balance(w, balance))
    }

    /// Writes an entry of it.
    ///
    /// # Errors
    /// As [`StatementWriter::begin`].
    pub fn entry(&mut self, entry: &Entry) -> Written {
        self.writer.group("Ntry", |w| {
            w.maybe("NtryRef", entry.reference.as_deref())?;
            w.money("Amt", entry.amount)?;
            w.leaf("CdtDbtInd", entry.direction.code())?;
            w.maybe("RvslInd", entry.reversal.then_some("true"))?;
            w.group("Sts", |w| w.leaf("Cd", entry.status.code()))?;
            entry.booked.map_or(Ok(()), |day| w.group("BookgDt", |w| w.day("Dt", day)))?;
            entry.value.map_or(Ok(()), |day| w.group("ValDt", |w| w.day("Dt", day)))?;
            w.maybe("AcctSvcrRef", entry.servicer_reference.as_deref())?;
            write_code(w, &entry.code)?;
            if !entry.details.is_empty() {
                w.group("NtryDtls", |w| {
                    entry.details.iter().try_for_each(|detail| write_detail(w, detail))
                })?;
            }
            w.maybe("AddtlNtryInf", entry.text.as_deref())
        })
    }

    /// Ends it, with a text for people if there is one.
    ///
    /// # Errors
    /// As [`StatementWriter::begin`].
    pub fn end(&mut self, text: Option<&str>) -> Written {
        let (holder, additional) = self.holder();
        self.open = false;
        self.writer.maybe(additional, text)?;
        self.writer.close(holder)
    }

    /// Ends the document, and the statement if it is open.
    ///
    /// # Errors
    /// As [`StatementWriter::begin`].
    pub fn finish(mut self) -> Result<W, WriteError> {
        if self.open {
            self.end(None)?;
        }
        self.writer.close(self.version.element())?;
        self.writer.close("Document")?;
        self.writer.finish()
    }
}

fn write_balance<W: Write>(w: &mut Writer<W>, balance: &Balance) -> Written {
    w.group("Bal", |w| {
        w.group("Tp", |w| {
            w.group("CdOrPrtry", |w| match &balance.kind {
                BalanceKind::Own(word) => w.leaf("Prtry", word),
                kind => w.leaf("Cd", kind.code()),
            })
        })?;
        w.money("Amt", balance.amount)?;
        w.leaf("CdtDbtInd", balance.direction.code())?;
        w.group("Dt", |w| w.day("Dt", balance.day))
    })
}

fn write_code<W: Write>(w: &mut Writer<W>, code: &BankCode) -> Written {
    w.group("BkTxCd", |w| {
        if let Some((domain, family, sub_family)) = &code.domain {
            w.group("Domn", |w| {
                w.leaf("Cd", domain)?;
                w.group("Fmly", |w| {
                    w.leaf("Cd", family)?;
                    w.leaf("SubFmlyCd", sub_family)
                })
            })?;
        }
        w.maybe_in("Prtry", "Cd", code.own.as_deref())
    })
}

fn write_detail<W: Write>(w: &mut Writer<W>, detail: &Detail) -> Written {
    w.group("TxDtls", |w| {
        write_references(w, detail)?;
        detail.amount.map_or(Ok(()), |money| w.money("Amt", money))?;
        w.maybe("CdtDbtInd", detail.direction.map(Direction::code))?;
        write_related(w, detail)?;
        detail.remittance.write(w)?;
        detail.returned.as_ref().map_or(Ok(()), |reason| reason.write(w, "RtrInf"))?;
        w.maybe("AddtlTxInf", detail.text.as_deref())
    })
}

fn write_references<W: Write>(w: &mut Writer<W>, detail: &Detail) -> Written {
    let uetr = detail.uetr.map(|uetr| uetr.to_string());
    let references = [
        ("MsgId", detail.message.as_deref()),
        ("AcctSvcrRef", detail.servicer_reference.as_deref()),
        ("PmtInfId", detail.block.as_deref()),
        ("InstrId", detail.instruction.as_deref()),
        ("EndToEndId", detail.end_to_end.as_deref()),
        ("UETR", uetr.as_deref()),
        ("TxId", detail.transaction.as_deref()),
    ];
    if references.iter().all(|(_, text)| text.is_none()) {
        return Ok(());
    }
    w.group("Refs", |w| references.iter().try_for_each(|(name, text)| w.maybe(name, *text)))
}

fn write_related<W: Write>(w: &mut Writer<W>, detail: &Detail) -> Written {
    let party = |w: &mut Writer<W>, name, party: Option<&Party>| match party {
        Some(party) => w.group(name, |w| party.write(w, "Pty")),
        None => Ok(()),
    };
    let parties = detail.debtor.is_some() || detail.creditor.is_some();
    if parties || detail.debtor_account.is_some() || detail.creditor_account.is_some() {
        w.group("RltdPties", |w| {
            party(w, "Dbtr", detail.debtor.as_ref())?;
            write_account(w, "DbtrAcct", detail.debtor_account.as_ref())?;
            party(w, "Cdtr", detail.creditor.as_ref())?;
            write_account(w, "CdtrAcct", detail.creditor_account.as_ref())
        })?;
    }
    if detail.debtor_agent.is_none() && detail.creditor_agent.is_none() {
        return Ok(());
    }
    w.group("RltdAgts", |w| {
        write_agent(w, "DbtrAgt", detail.debtor_agent.as_ref())?;
        write_agent(w, "CdtrAgt", detail.creditor_agent.as_ref())
    })
}
