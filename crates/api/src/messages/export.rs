//! Messages that are made of the journal: statements and notifications of an account (camt.053, 052, 054), and what goes
//! to another bank over its settlement account (pacs.008, and pacs.004 for what goes back). What the ledger has no place
//! for stands sealed beside each payment and is opened here.

use crate::messages::beside::{Beside, Keeps};
use crate::messages::desk::Desk;
use crate::messages::lines::Sent;
use crate::messages::taken::reference;
use crate::wire::AccountRef;
use iso20022::{
    Agent, Balance, BalanceKind, BankCode, BankHeader, CreditTransfer, Decimal, Detail, Direction,
    Entry, EntryStatus, Kind, Money, Payback, PaybackWriter, PaymentIds, PaymentType, Reason,
    Remarks, Statement, StatementHeader, StatementWriter, StatusReason, TransferWriter, Uetr,
    Version, WriteError,
};
use journal::{Files, Reader};
use node::{Clock, DateKind, StatementLine, SystemClock, Unanswered};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;
use terms::{
    Account, AccountId, Amount, Attachment, Command, Currency, Day, Event, Side, Transfer,
    TransferEvent, TransferFlags, TransferId,
};

/// Lines of an account that a statement may have to read.
pub const LINES_MAX: usize = 100_000;
/// Payments of one message to another bank.
const SENT_MAX: usize = 10_000;

/// Why a message was not made.
#[derive(Debug)]
pub enum NotMade {
    /// There is no such account.
    Unknown,
    /// The account is no settlement account of a bank known here.
    NoBank,
    /// The account has more lines than a message may be made of.
    TooLong,
    /// The bank does not answer.
    Unanswered(Unanswered),
    /// The journal cannot be read.
    Unreadable(String),
    /// The message cannot be written.
    Write(WriteError),
}

impl fmt::Display for NotMade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotMade::Unknown => f.write_str("there is no such account"),
            NotMade::NoBank => f.write_str(
                "no bank settles over this account; [[iso.counterparts]] names those that do",
            ),
            NotMade::TooLong => write!(f, "the account has more than {LINES_MAX} lines"),
            NotMade::Unanswered(why) => why.fmt(f),
            NotMade::Unreadable(why) => write!(f, "the journal cannot be read: {why}"),
            NotMade::Write(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for NotMade {}

impl From<Unanswered> for NotMade {
    fn from(why: Unanswered) -> NotMade {
        NotMade::Unanswered(why)
    }
}

impl From<WriteError> for NotMade {
    fn from(why: WriteError) -> NotMade {
        NotMade::Write(why)
    }
}

/// Records one after the other, each batch read once.
struct Records<'a> {
    reader: &'a Reader<Files>,
    /// The number of the first record of the batch that was read last.
    first: u64,
    rows: Vec<Vec<u8>>,
}

impl<'a> Records<'a> {
    fn of(reader: &'a Reader<Files>) -> Records<'a> {
        Records { reader, first: 0, rows: Vec::new() }
    }

    fn event(&mut self, record: u64) -> Result<Event, NotMade> {
        let unreadable = |why: &dyn fmt::Display| NotMade::Unreadable(why.to_string());
        let within = self.first..self.first + self.rows.len() as u64;
        if !within.contains(&record) {
            let (entry, _) = self.reader.locate(record).map_err(|why| unreadable(&why))?;
            let batch = self.reader.batch(entry).map_err(|why| unreadable(&why))?;
            self.first = batch.header.first_record;
            let rows = batch.records().map(|(_, bytes)| bytes.map(<[u8]>::to_vec));
            self.rows = rows.collect::<Result<_, _>>().map_err(|why| unreadable(&why))?;
        }
        let row = usize::try_from(record - self.first).ok().and_then(|row| self.rows.get(row));
        let bytes = row.ok_or_else(|| unreadable(&"a batch has not its records"))?;
        journal::record::decode(bytes).map_err(|why| unreadable(&why))
    }

    /// What stands beside a payment, if it can be read.
    fn beside(&mut self, record: u64, id: TransferId, keeps: &dyn Keeps) -> Option<Beside> {
        let Ok(Event::Act(act)) = self.event(record + 1) else { return None };
        match act.command {
            Command::Attach(Attachment { subject, party, text }) if subject == id => {
                Beside::of_text(&keeps.open(party, &text)?)
            }
            _ => None,
        }
    }
}

/// The UETR that a payment of a message carries.
fn uetr_of(transfer: &Transfer) -> Option<Uetr> {
    let uetr = Uetr::from_random(transfer.user_data_128);
    (uetr.bits() == transfer.user_data_128).then_some(uetr)
}

/// What a payment is about: its text stands beside the one that was posted, returned or released by it.
fn origin(transfer: &Transfer) -> TransferId {
    let flags = transfer.flags;
    let of_another = flags.has(TransferFlags::POST_PENDING) || flags.has(TransferFlags::REVERSAL);
    if of_another { transfer.pending_id } else { transfer.id }
}

/// Eight hexadecimal digits that tell accounts apart within a `MsgId`.
fn short(account: AccountId) -> String {
    crate::wire::hex(&Sha256::digest(account.0.to_be_bytes())[..4])
}

impl Desk {
    /// What went to another bank, written again.
    ///
    /// # Errors
    /// See [`NotMade`]; nothing of it is there any more.
    pub fn write_again<W: Write>(
        &self,
        keeps: &dyn Keeps,
        sent: &Sent,
        out: W,
    ) -> Result<W, NotMade> {
        let (account, from, until) = (sent.account.0, sent.from, sent.until);
        let made = self.outgoing(keeps, account, from, Some(until))?.ok_or(NotMade::Unknown)?;
        if sent.message == made.message('4') {
            Ok(made.write_paybacks(self, out)?)
        } else {
            Ok(made.write_transfers(self, out)?)
        }
    }

    /// The records of transfers, by id.
    fn records_of(&self, ids: Vec<TransferId>) -> Result<BTreeMap<TransferId, u64>, Unanswered> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.ask(move |engine| {
            let found = |id: &TransferId| Some((*id, engine.transfer(*id)?.record));
            ids.iter().filter_map(found).collect()
        })
    }

    /// Writes a camt.053 ([`Kind::Statement`]), 052 ([`Kind::AccountReport`]) or 054 ([`Kind::Notification`]) of an
    /// account from a first to a last business day.
    ///
    /// # Errors
    /// See [`NotMade`].
    pub fn write_statement<W: Write>(
        &self,
        keeps: &dyn Keeps,
        account: AccountId,
        kind: Kind,
        (from, to): (Day, Day),
        out: W,
    ) -> Result<W, NotMade> {
        let view = self.ask(move |engine| engine.account(account))?.ok_or(NotMade::Unknown)?;
        let (records, seen) = {
            let views = self.line.views();
            let records: Vec<u64> = views.records_of(account).take(LINES_MAX + 1).collect();
            (records, views.records())
        };
        if records.len() > LINES_MAX {
            return Err(NotMade::TooLong);
        }
        let read = node::Statement::read(
            &self.reader,
            view.account,
            (records, seen),
            (from, to),
            DateKind::Booking,
        );
        let read = read.map_err(|why| NotMade::Unreadable(why.to_string()))?;
        let number = match kind {
            Kind::AccountReport => 52,
            Kind::Notification => 54,
            _ => 53,
        };
        let header = StatementHeader {
            message: format!("TJ{number}-{}-{seen:x}", short(account)),
            created: SystemClock.now().iso_at(0),
            recipient: None,
        };
        let mut writer = StatementWriter::begin(out, kind, &header)?;
        writer.statement(&self.statement(&view.account, kind, &read))?;
        let mut lines = Lines::of(self, keeps, &read.lines)?;
        for line in &read.lines {
            writer.entry(&lines.entry(view.account.ledger, line)?)?;
        }
        writer.end(None)?;
        Ok(writer.finish()?)
    }

    fn statement(&self, account: &Account, kind: Kind, read: &node::Statement) -> Statement {
        let balance = |kind, amount: i128, day| Balance {
            kind,
            amount: Money { currency: account.ledger, amount: Amount(amount.unsigned_abs()) },
            direction: if amount < 0 { Direction::Debit } else { Direction::Credit },
            day,
        };
        let balances = match kind {
            Kind::Statement => vec![
                balance(BalanceKind::Opening, read.opening, read.from),
                balance(BalanceKind::Closing, read.closing, read.to),
            ],
            Kind::AccountReport => vec![balance(BalanceKind::Interim, read.closing, read.to)],
            _ => Vec::new(),
        };
        Statement {
            id: format!("{}-{}", short(account.id), read.to),
            number: None,
            created: Some(SystemClock.now().iso_at(0)),
            period: Some((format!("{}T00:00:00", read.from), format!("{}T23:59:59", read.to))),
            account: self.naming.account(account.id, account.ledger),
            owner: None,
            servicer: (!self.naming.bic.is_empty()).then(|| self.naming.us()),
            balances,
            remarks: Remarks::default(),
        }
    }

    /// What is to be sent to the bank behind a settlement account, from a record on and before another, if one is
    /// given: at most one message of payments and one of returns. `None` if nothing happened there.
    ///
    /// # Errors
    /// See [`NotMade`].
    pub fn outgoing(
        &self,
        keeps: &dyn Keeps,
        account: AccountId,
        from: u64,
        before: Option<u64>,
    ) -> Result<Option<Outgoing>, NotMade> {
        let settles = self.naming.counterparts.iter().find_map(|bank| {
            let own = bank.settlement.iter().find(|(_, known)| **known == account)?;
            Some((bank.bic.clone(), *own.0))
        });
        let (bic, currency) = settles.ok_or(NotMade::NoBank)?;
        let mut wanted: Vec<u64> = {
            let views = self.line.views();
            views.records_of(account).take_while(|record| *record >= from).collect()
        };
        wanted.reverse();
        wanted.retain(|record| before.is_none_or(|before| *record < before));
        wanted.truncate(SENT_MAX);
        let Some(last) = wanted.last().copied() else { return Ok(None) };
        let mut records = Records::of(&self.reader);
        let mut moved = Vec::new();
        for record in wanted {
            if let Event::Transfer(event) = records.event(record)? {
                moved.extend(leaves(&event, account).then_some((record, event)));
            }
        }
        let others = moved.iter().map(|(_, event)| &event.transfer);
        let others = others.filter(|t| origin(t) != t.id).map(origin).collect();
        let places = self.records_of(others)?;
        let mut out = Outgoing {
            bic,
            currency,
            account,
            from,
            until: last + 1,
            transfers: Vec::new(),
            paybacks: Vec::new(),
        };
        for (record, event) in moved {
            let of = origin(&event.transfer);
            let place = places.get(&of).copied().unwrap_or(record);
            // What somebody paid by hand over this account has nothing to tell another bank.
            let Some(beside) = records.beside(place, of, keeps) else { continue };
            if event.transfer.flags.has(TransferFlags::REVERSAL) {
                out.paybacks.push(out.payback(&event, &beside));
            } else {
                out.transfers.push(self.sent(&out, &event, &beside));
            }
        }
        Ok(Some(out))
    }

    fn sent(&self, out: &Outgoing, event: &TransferEvent, beside: &Beside) -> CreditTransfer {
        let t = &event.transfer;
        CreditTransfer {
            ids: PaymentIds {
                instruction: beside.instruction.clone(),
                end_to_end: beside.end_to_end.clone(),
                transaction: Some(reference(t.id)),
                uetr: uetr_of(t),
                clearing: None,
            },
            payment_type: PaymentType::default(),
            amount: Money { currency: t.ledger, amount: t.amount },
            settlement: Some(event.booking_date),
            instructed_amount: None,
            charges: None,
            instructing: None,
            instructed: None,
            ultimate_debtor: None,
            debtor: beside.debtor.party().unwrap_or_default(),
            debtor_account: beside.debtor.numbered(),
            debtor_agent: self.naming.us(),
            creditor_agent: Agent::bic(
                beside.creditor.bic.clone().unwrap_or_else(|| out.bic.clone()),
            ),
            creditor: beside.creditor.party().unwrap_or_default(),
            creditor_account: beside.creditor.numbered(),
            ultimate_creditor: None,
            purpose: beside.purpose.clone(),
            remittance: beside.remittance(),
            remarks: Remarks::default(),
        }
    }
}

/// Money that was posted towards the other bank: a payment to it, or one of its own that goes back.
fn leaves(event: &TransferEvent, settlement: AccountId) -> bool {
    let t = &event.transfer;
    let waits = TransferFlags(TransferFlags::PENDING.0 | TransferFlags::VOID_PENDING.0);
    event.outcome.is_ok() && t.credit_account == settlement && !t.flags.any(waits)
}

/// What goes to another bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// To which.
    pub bic: String,
    /// In which currency.
    pub currency: Currency,
    /// Over which account.
    pub account: AccountId,
    /// From which record of the journal on.
    pub from: u64,
    /// Up to which record, not included.
    pub until: u64,
    /// Payments.
    pub transfers: Vec<CreditTransfer>,
    /// Returns.
    pub paybacks: Vec<Payback>,
}

impl Outgoing {
    /// A `MsgId` that is the same whenever the same records are sent.
    pub fn message(&self, kind: char) -> String {
        format!("TJ{kind}-{}-{:x}-{:x}", short(self.account), self.from, self.until)
    }

    /// What is kept of it: of its payments and of its returns, each if there are any.
    pub fn kept(&self) -> Vec<Sent> {
        let time_ns = SystemClock.now().0;
        let one = |kind, version: Version, payments| Sent {
            message: self.message(kind),
            definition: version.id().to_owned(),
            bank: self.bic.clone(),
            account: AccountRef(self.account),
            from: self.from,
            until: self.until,
            payments,
            time_ns,
        };
        let all = [
            one('8', Version::Pacs008V09, self.transfers.len()),
            one('4', Version::Pacs004V10, self.paybacks.len()),
        ];
        all.into_iter().filter(|sent| sent.payments > 0).collect()
    }

    fn header(
        &self,
        desk: &Desk,
        kind: char,
        amounts: impl Iterator<Item = Money> + Clone,
    ) -> BankHeader {
        let count = amounts.clone().count() as u64;
        let total = amounts.fold(0u128, |sum, money| sum.saturating_add(money.amount.0));
        let total = Money { currency: self.currency, amount: Amount(total) };
        BankHeader {
            message: self.message(kind),
            created: SystemClock.now().iso_at(0),
            payments: count,
            sum: Decimal::of_minor(total.amount.0, self.currency.minor_digits()),
            total: None,
            settlement: None,
            // The account lies here: with the instructing bank.
            method: "INGA".to_owned(),
            clearing_system: None,
            instructing: Some(desk.naming.us()),
            instructed: Some(Agent::bic(self.bic.clone())),
        }
    }

    /// Writes the payments as a pacs.008.
    ///
    /// # Errors
    /// The stream's; something that does not fit.
    pub fn write_transfers<W: Write>(&self, desk: &Desk, out: W) -> Result<W, WriteError> {
        let header = self.header(desk, '8', self.transfers.iter().map(|t| t.amount));
        let mut writer = TransferWriter::begin(out, &header)?;
        self.transfers.iter().try_for_each(|transfer| writer.transfer(transfer))?;
        writer.finish()
    }

    /// Writes the returns as a pacs.004.
    ///
    /// # Errors
    /// The stream's; something that does not fit.
    pub fn write_paybacks<W: Write>(&self, desk: &Desk, out: W) -> Result<W, WriteError> {
        let header = self.header(desk, '4', self.paybacks.iter().map(|p| p.amount));
        let mut writer = PaybackWriter::begin(out, &header)?;
        self.paybacks.iter().try_for_each(|payback| writer.payback(payback))?;
        writer.finish()
    }

    fn payback(&self, event: &TransferEvent, beside: &Beside) -> Payback {
        let t = &event.transfer;
        let amount = Money { currency: t.ledger, amount: t.amount };
        Payback {
            id: Some(reference(t.id)),
            group: Some((beside.message.clone(), beside.definition.clone())),
            instruction: beside.instruction.clone(),
            end_to_end: Some(beside.end_to_end.clone()),
            transaction: beside.transaction.clone(),
            uetr: uetr_of(t),
            original_amount: Some(amount),
            original_settlement: None,
            amount,
            settlement: Some(event.booking_date),
            charges: None,
            instructing: None,
            instructed: None,
            reasons: vec![StatusReason::new(Reason::NARR, "sent back by the payee's bank")],
            remarks: Remarks::default(),
        }
    }
}

/// Lines of a statement and what stands beside them.
struct Lines<'a> {
    records: Records<'a>,
    keeps: &'a dyn Keeps,
    /// Where the payments stand that lines of others are about.
    places: BTreeMap<TransferId, u64>,
}

impl<'a> Lines<'a> {
    fn of(
        desk: &'a Desk,
        keeps: &'a dyn Keeps,
        lines: &[StatementLine],
    ) -> Result<Lines<'a>, NotMade> {
        let mut records = Records::of(&desk.reader);
        let mut others = Vec::new();
        for line in lines {
            if let Event::Transfer(event) = records.event(line.record)?
                && origin(&event.transfer) != event.transfer.id
            {
                others.push(origin(&event.transfer));
            }
        }
        Ok(Lines { records, keeps, places: desk.records_of(others)? })
    }

    fn entry(&mut self, currency: Currency, line: &StatementLine) -> Result<Entry, NotMade> {
        let amount = Money { currency, amount: line.amount };
        let direction = if line.side == Side::Debit { Direction::Debit } else { Direction::Credit };
        let mut details = Vec::new();
        if let Event::Transfer(event) = self.records.event(line.record)? {
            let of = origin(&event.transfer);
            let place = self.places.get(&of).copied().unwrap_or(line.record);
            let beside = self.records.beside(place, of, self.keeps);
            details.extend(beside.map(|beside| Detail {
                amount: Some(amount),
                direction: Some(direction),
                uetr: uetr_of(&event.transfer),
                ..detail(&beside)
            }));
        }
        Ok(Entry {
            reference: Some(line.record.to_string()),
            amount,
            direction,
            reversal: line.reverses.is_some(),
            status: EntryStatus::Booked,
            booked: Some(line.booking_date),
            value: Some(line.value_date.or_booking(line.booking_date)),
            servicer_reference: Some(reference(line.id)),
            code: BankCode { domain: None, own: Some(line.code.to_string()) },
            details,
            text: None,
            remarks: Remarks::default(),
        })
    }
}

fn detail(beside: &Beside) -> Detail {
    Detail {
        message: Some(beside.message.clone()),
        block: beside.block.clone(),
        instruction: beside.instruction.clone(),
        end_to_end: Some(beside.end_to_end.clone()),
        transaction: beside.transaction.clone(),
        debtor: beside.debtor.party(),
        debtor_account: beside.debtor.numbered(),
        debtor_agent: beside.debtor.agent(),
        creditor: beside.creditor.party(),
        creditor_account: beside.creditor.numbered(),
        creditor_agent: beside.creditor.agent(),
        remittance: beside.remittance(),
        ..Detail::default()
    }
}
