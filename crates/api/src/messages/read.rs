//! A message becomes what is asked of the ledger: one plan for each payment that can be tried, one item for each payment
//! there is. Nothing is asked before the whole message was read and its counts and sums were found right.

use crate::messages::beside::{Beside, Side};
use crate::messages::naming::{Naming, whole_bic};
use crate::messages::taken::{BlockTaken, Item, Taken, Why, referenced, repeatable};
use iso20022::{
    Agent, BankHeader, Block, CreditTransfer, Fault, Header, Identity, InitiationItem,
    InitiationReader, Kind, Limits, Message, Money, Order, Party, Payback, PaybackReader,
    PaymentIds, PaymentName, PaymentStatus, ReadError, Reason, Refused, Status, StatusItem,
    StatusReader, Totals, TransferReader, Uetr, Unfit,
};
use std::collections::HashSet;
use std::io::{self, BufRead};
use terms::{AccountId, Currency, Day, TransferId};

/// Payments of a message at most, as of an upload of any other form.
pub const PAYMENTS_MAX: u64 = crate::pipeline::ITEMS_MAX as u64;

/// What is known before a message is read.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// How banks and accounts are named.
    pub naming: &'a Naming,
    /// The business day.
    pub today: Day,
    /// Who sends a customer's file, if the door knows; else the file's own word counts.
    pub sender: Option<&'a str>,
}

/// A message that was read to its end.
#[derive(Debug)]
pub struct Read {
    /// What it is.
    pub kind: Kind,
    /// What is known of it so far.
    pub taken: Taken,
    /// What is to be asked of the ledger, in order.
    pub plans: Vec<Plan>,
}

/// One thing to ask of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// For which item.
    pub item: u32,
    /// What.
    pub act: Act,
}

/// What is asked of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Money moves.
    Pay(Pay),
    /// A payment of ours comes back.
    Back {
        /// The payment.
        of: TransferId,
        /// How much comes back, if that is said.
        money: Option<Money>,
    },
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pay {
    /// From.
    pub debit: AccountId,
    /// To.
    pub credit: AccountId,
    /// How much.
    pub money: Money,
    /// Its reference from end to end; one is made if there is none.
    pub uetr: Option<Uetr>,
    /// The customer's account: under the key of its owner the text is sealed.
    pub customer: AccountId,
    /// What stands beside it.
    pub text: Box<str>,
    /// Without its text it cannot be passed on, so it is not done.
    pub needs_text: bool,
}

/// Why a message was not read so far that it could be answered by a report.
#[derive(Debug)]
pub enum Unread {
    /// It is no message, or is wrong up to its header.
    Refused(Box<Refused>),
    /// It is a message of a kind that nothing is done with here.
    NotTaken(&'static str),
    /// Its bytes could not be had.
    Disk(io::Error),
}

impl From<ReadError> for Unread {
    fn from(error: ReadError) -> Unread {
        match error {
            ReadError::Refused(refused) => Unread::Refused(refused),
            ReadError::Io(error) => Unread::Disk(error),
        }
    }
}

/// Reads a message to its end.
///
/// # Errors
/// See [`Unread`]. What is wrong behind the group header is in [`Taken::refused`].
pub fn read<R: BufRead>(source: R, known: &Known<'_>) -> Result<Read, Unread> {
    let limits = Limits { units_max: PAYMENTS_MAX, ..Limits::default() };
    let (message, header) = iso20022::open(source, limits)?;
    let (kind, definition) = (message.version().kind(), message.version().id());
    let mut reading = Reading {
        known,
        taken: Taken { definition: definition.to_owned(), ..Taken::default() },
        plans: Vec::new(),
        ids: HashSet::new(),
    };
    match message {
        Message::Initiation(reader) => reading.initiation(*reader)?,
        Message::Transfer(reader) => reading.transfers(*reader, header.as_ref())?,
        Message::Payback(reader) => reading.paybacks(*reader, header.as_ref())?,
        Message::Status(reader) if kind == Kind::BankStatus => {
            reading.statuses(*reader, header.as_ref())?;
        }
        Message::Status(_) | Message::Statement(_) => return Err(Unread::NotTaken(definition)),
    }
    if !reading.taken.refused.is_empty() {
        // What is refused as a whole has no payments.
        reading.taken.items.clear();
        reading.taken.blocks.clear();
        reading.plans.clear();
    }
    Ok(Read { kind, taken: reading.taken, plans: reading.plans })
}

struct Reading<'a> {
    known: &'a Known<'a>,
    taken: Taken,
    plans: Vec<Plan>,
    /// Ids of payments between banks, each of which must have its own.
    ids: HashSet<TransferId>,
}

/// The block whose payments are being read.
#[derive(Default)]
struct Paying {
    place: u32,
    id: String,
    from: Option<(AccountId, Side)>,
}

fn whys(faults: &[Fault]) -> Vec<Why> {
    faults.iter().map(|fault| Why::of(fault.reason, fault.to_string())).collect()
}

fn items_max(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// How an initiator is told from others: by a number somebody gave, else by name.
fn initiator(party: &Party) -> String {
    let own = match &party.identity {
        Some(Identity::Organisation { lei: Some(lei), .. }) => Some(lei.clone()),
        Some(Identity::Organisation { bic: Some(bic), .. }) => Some(bic.clone()),
        Some(Identity::Organisation { others, .. } | Identity::Person { others }) => {
            others.first().map(|other| other.id.clone())
        }
        None => None,
    };
    own.or_else(|| party.name.clone()).unwrap_or_default()
}

impl Reading<'_> {
    fn refuse(&mut self, reason: Reason, text: impl Into<String>) {
        self.taken.refused.push(Why::of(reason, text));
    }

    /// Ends on an error of the message; one of the disk goes up.
    fn ended(&mut self, error: ReadError) -> Result<(), Unread> {
        match error {
            ReadError::Refused(refused) => {
                let text = refused.to_string();
                self.refuse(refused.reason, text);
                Ok(())
            }
            ReadError::Io(error) => Err(Unread::Disk(error)),
        }
    }

    fn totals(&mut self, totals: Option<&Totals>) {
        if let Some(totals) = totals {
            self.taken.refused.extend(whys(&totals.faults));
        }
    }

    fn initiation<R: BufRead>(&mut self, mut reader: InitiationReader<R>) -> Result<(), Unread> {
        let header = reader.header();
        self.taken.message.clone_from(&header.message);
        self.taken.created.clone_from(&header.created);
        self.taken.payments = header.payments;
        self.taken.sum = header.sum.map(|sum| sum.to_string());
        self.taken.sender = match self.known.sender {
            Some(sender) => sender.to_owned(),
            None => format!("house:{}", initiator(&header.initiator)),
        };
        let mut paying = Paying::default();
        loop {
            match reader.next_item() {
                Ok(Some(InitiationItem::Block(block))) => paying = self.block(block),
                Ok(Some(InitiationItem::Order(order))) => self.order(&paying, order),
                Ok(None) => break,
                Err(error) => return self.ended(error),
            }
        }
        self.totals(reader.totals());
        Ok(())
    }

    fn block(&mut self, block: Result<Box<Block>, Box<Unfit>>) -> Paying {
        let place = items_max(self.taken.blocks.len());
        let (id, from) = match block {
            Ok(block) => {
                let from = self.payer(&block);
                (block.id, from)
            }
            Err(unfit) => (unfit.id.unwrap_or_default(), Err(whys(&unfit.faults))),
        };
        let refused = from.as_ref().err().cloned().unwrap_or_default();
        self.taken.blocks.push(BlockTaken { id: id.clone(), refused });
        Paying { place, id, from: from.ok() }
    }

    /// The account that pays all payments of a block.
    fn payer(&self, block: &Block) -> Result<(AccountId, Side), Vec<Why>> {
        let known = self.known;
        let named = block.debtor_agent.bic.is_some() && !known.naming.bic.is_empty();
        if named && !known.naming.is_us(&block.debtor_agent) {
            return Err(vec![Why::of(Reason::NARR, "the debtor's bank is another one than this")]);
        }
        if block.execution > known.today {
            let text = format!(
                "orders for a later day are not taken in files; the business day is {}",
                known.today
            );
            return Err(vec![Why::of(Reason::DT01, text)]);
        }
        let account = block.debtor_account.as_ref();
        let id = account.and_then(|account| known.naming.account_of(&account.number));
        let id = id.ok_or_else(|| {
            vec![Why::of(Reason::AC02, "the debtor's account is none of this bank")]
        })?;
        Ok((id, Side::of(Some(&block.debtor), account, None)))
    }

    fn order(&mut self, paying: &Paying, order: Result<Box<Order>, Box<Unfit>>) {
        let mut item = Item::received();
        item.block = Some(paying.place);
        let order = match order {
            Ok(order) => order,
            Err(unfit) => {
                item.reject(whys(&unfit.faults));
                self.taken.items.push(of_unfit(item, &unfit));
                return;
            }
        };
        let mut item = named(item, &order.ids);
        let Some((debit, debtor)) = &paying.from else {
            // The reasons stand at the block.
            item.status = Status::RJCT;
            self.taken.items.push(item);
            return;
        };
        let name = PaymentName {
            sender: &self.taken.sender,
            message: &self.taken.message,
            block: &paying.id,
            instruction: order.ids.instruction.as_deref(),
            end_to_end: &order.ids.end_to_end,
            repeat: order.repeat,
        };
        item.id = Some(TransferId(name.transfer_id()));
        match self.payee(&order) {
            Ok((credit, elsewhere)) => {
                let beside = self.beside_order(paying, debtor, &order);
                let pay = Pay {
                    debit: *debit,
                    credit,
                    money: order.amount,
                    uetr: order.ids.uetr,
                    customer: *debit,
                    text: beside.text().into(),
                    needs_text: elsewhere,
                };
                self.plan(Act::Pay(pay));
            }
            Err(why) => item.reject([why]),
        }
        self.taken.items.push(item);
    }

    /// The account that is credited, and whether that is a settlement account because the payee is elsewhere.
    fn payee(&self, order: &Order) -> Result<(AccountId, bool), Why> {
        let naming = self.known.naming;
        let elsewhere = order.creditor_agent.as_ref().filter(|agent| !naming.is_us(agent));
        if let Some(bic) = elsewhere.and_then(|agent| agent.bic.as_deref()) {
            let bank = naming.counterpart(bic).ok_or_else(|| {
                Why::of(Reason::NARR, format!("no payments are made to the bank {bic}"))
            })?;
            let settled = bank.settlement.get(&order.amount.currency);
            let account = settled.ok_or_else(|| {
                let text = format!("no payments in {} are made to {bic}", order.amount.currency);
                Why::of(Reason::AM03, text)
            })?;
            return Ok((*account, true));
        }
        let number = order.creditor_account.as_ref().map(|account| &account.number);
        let ours = number.and_then(|number| naming.customer_of(number));
        let text = "the payee's account is none of this bank, and no other bank is named";
        ours.map(|account| (account, false)).ok_or_else(|| Why::of(Reason::AC03, text))
    }

    fn beside_order(&self, paying: &Paying, debtor: &Side, order: &Order) -> Beside {
        Beside {
            message: self.taken.message.clone(),
            definition: self.taken.definition.clone(),
            block: Some(paying.id.clone()),
            instruction: order.ids.instruction.clone(),
            end_to_end: order.ids.end_to_end.clone(),
            transaction: None,
            debtor: debtor.clone(),
            creditor: Side::of(
                order.creditor.as_ref(),
                order.creditor_account.as_ref(),
                order.creditor_agent.as_ref(),
            ),
            purpose: order.purpose.clone(),
            texts: order.remittance.texts.clone(),
            references: order.remittance.references.clone(),
        }
    }

    fn plan(&mut self, act: Act) {
        let item = items_max(self.taken.items.len());
        self.plans.push(Plan { item, act });
    }

    /// From which bank a message between banks comes; none if that is not said, or it is none of those known here.
    fn bank(
        &mut self,
        instructing: Option<&Agent>,
        instructed: Option<&Agent>,
        header: Option<&Header>,
    ) {
        let known = self.known;
        let from = instructing.and_then(|agent| agent.bic.as_deref());
        let from = from.or_else(|| header.and_then(|header| header.from.bic.as_deref()));
        let bic = from.map(whole_bic).unwrap_or_default();
        self.taken.sender = format!("bank:{bic}");
        if known.naming.counterpart(&bic).is_none() {
            let text = match bic.as_str() {
                "" => "the message does not say by a BIC from which bank it is".to_owned(),
                bic => format!("{bic} is no bank that payments are settled with here"),
            };
            self.refuse(Reason::NARR, text);
        }
        if instructed.is_some_and(|agent| agent.bic.is_some() && !known.naming.is_us(agent)) {
            self.refuse(Reason::NARR, "the message is for another bank than this");
        }
        self.taken.bank = Some(bic);
    }

    fn bank_header(&mut self, said: &BankHeader, header: Option<&Header>) {
        self.taken.message.clone_from(&said.message);
        self.taken.created.clone_from(&said.created);
        self.taken.payments = said.payments;
        self.taken.sum = said.sum.map(|sum| sum.to_string());
        self.bank(said.instructing.as_ref(), said.instructed.as_ref(), header);
    }

    fn settlement(&self, currency: Currency) -> Result<AccountId, Why> {
        let bank = self.taken.bank.as_deref().and_then(|bic| self.known.naming.counterpart(bic));
        let account = bank.and_then(|bank| bank.settlement.get(&currency)).copied();
        account.ok_or_else(|| {
            Why::of(Reason::AM03, format!("payments in {currency} are not settled with this bank"))
        })
    }

    fn transfers<R: BufRead>(
        &mut self,
        mut reader: TransferReader<R>,
        header: Option<&Header>,
    ) -> Result<(), Unread> {
        let said = reader.header().clone();
        self.bank_header(&said, header);
        loop {
            match reader.next_item() {
                Ok(Some(Ok(transfer))) => self.transfer(&transfer, said.settlement),
                Ok(Some(Err(unfit))) => self.unfit(&unfit),
                Ok(None) => break,
                Err(error) => return self.ended(error),
            }
        }
        self.totals(reader.totals());
        Ok(())
    }

    fn unfit(&mut self, unfit: &Unfit) {
        let mut item = Item::received();
        item.reject(whys(&unfit.faults));
        item.transaction = repeatable(unfit.id.as_deref());
        self.taken.items.push(of_unfit(item, unfit));
    }

    fn transfer(&mut self, transfer: &CreditTransfer, settlement: Option<Day>) {
        let ids = &transfer.ids;
        let mut item = named(Item::received(), ids);
        let instruction = ids.transaction.as_deref().or(ids.instruction.as_deref());
        match self.incoming(transfer, settlement) {
            Ok(pay) => {
                if self.numbered(&mut item, instruction, &ids.end_to_end) {
                    self.plan(Act::Pay(pay));
                }
            }
            Err(why) => item.reject([why]),
        }
        self.taken.items.push(item);
    }

    /// Gives an item its id; between banks a name is used once, and who uses it twice is told.
    fn numbered(&mut self, item: &mut Item, instruction: Option<&str>, end_to_end: &str) -> bool {
        let name = PaymentName {
            sender: &self.taken.sender,
            message: &self.taken.message,
            block: "",
            instruction,
            end_to_end,
            repeat: 0,
        };
        let id = TransferId(name.transfer_id());
        let new = self.ids.insert(id);
        if new {
            item.id = Some(id);
        } else {
            let text =
                "a payment before it in this message has the same transaction and end-to-end ids";
            item.reject([Why::of(Reason::DU03, text)]);
        }
        new
    }

    fn incoming(&self, transfer: &CreditTransfer, settlement: Option<Day>) -> Result<Pay, Why> {
        let naming = self.known.naming;
        if transfer.creditor_agent.bic.is_some() && !naming.is_us(&transfer.creditor_agent) {
            let text = "the payee's bank is another one than this, and nothing is passed on";
            return Err(Why::of(Reason::NARR, text));
        }
        let day = transfer.settlement.or(settlement);
        if day.is_some_and(|day| day > self.known.today) {
            let text = format!("it settles after the business day, {}", self.known.today);
            return Err(Why::of(Reason::DT01, text));
        }
        let debit = self.settlement(transfer.amount.currency)?;
        let account = transfer.creditor_account.as_ref();
        let credit = account.and_then(|account| naming.customer_of(&account.number));
        let credit = credit
            .ok_or_else(|| Why::of(Reason::AC03, "the payee's account is none of this bank"))?;
        let beside = Beside {
            message: self.taken.message.clone(),
            definition: self.taken.definition.clone(),
            block: None,
            instruction: transfer.ids.instruction.clone(),
            end_to_end: transfer.ids.end_to_end.clone(),
            transaction: transfer.ids.transaction.clone(),
            debtor: Side::of(
                Some(&transfer.debtor),
                transfer.debtor_account.as_ref(),
                Some(&transfer.debtor_agent),
            ),
            creditor: Side::of(Some(&transfer.creditor), account, None),
            purpose: transfer.purpose.clone(),
            texts: transfer.remittance.texts.clone(),
            references: transfer.remittance.references.clone(),
        };
        Ok(Pay {
            debit,
            credit,
            money: transfer.amount,
            uetr: transfer.ids.uetr,
            customer: credit,
            text: beside.text().into(),
            needs_text: false,
        })
    }

    fn paybacks<R: BufRead>(
        &mut self,
        mut reader: PaybackReader<R>,
        header: Option<&Header>,
    ) -> Result<(), Unread> {
        let said = reader.header().clone();
        self.bank_header(&said, header);
        loop {
            match reader.next_item() {
                Ok(Some(Ok(payback))) => self.payback(&payback),
                Ok(Some(Err(unfit))) => self.unfit(&unfit),
                Ok(None) => break,
                Err(error) => return self.ended(error),
            }
        }
        self.totals(reader.totals());
        Ok(())
    }

    fn payback(&mut self, payback: &Payback) {
        let ids = Original {
            instruction: payback.instruction.as_deref(),
            end_to_end: payback.end_to_end.as_deref(),
            transaction: payback.transaction.as_deref(),
            uetr: payback.uetr,
        };
        let own = payback.id.as_deref().or(ids.transaction);
        self.back(&ids, own, Some(payback.amount));
    }

    /// A payment of ours comes back.
    fn back(&mut self, ids: &Original<'_>, own: Option<&str>, money: Option<Money>) {
        let mut item = ids.item();
        let of = ids.transaction.and_then(referenced).ok_or_else(|| {
            Why::of(Reason::UTNV, "OrgnlTxId is not the TxId of a payment of this bank")
        });
        match of {
            Ok(of) => {
                if self.numbered(&mut item, own, ids.end_to_end.unwrap_or_default()) {
                    self.plan(Act::Back { of, money });
                }
            }
            Err(why) => item.reject([why]),
        }
        self.taken.items.push(item);
    }

    fn statuses<R: BufRead>(
        &mut self,
        mut reader: StatusReader<R>,
        header: Option<&Header>,
    ) -> Result<(), Unread> {
        let said = reader.header().clone();
        self.taken.message = said.message;
        self.taken.created = said.created;
        self.bank(said.instructing.as_ref(), said.instructed.as_ref(), header);
        loop {
            match reader.next_item() {
                Ok(Some(StatusItem::Payment(Ok(payment)))) => self.status(&payment),
                Ok(Some(StatusItem::Payment(Err(unfit)))) => self.unfit(&unfit),
                Ok(Some(StatusItem::Group(group))) if group.status == Some(Status::RJCT) => {
                    let text = "a whole message is rejected without its payments being named; nothing comes back by itself";
                    self.refuse(Reason::NARR, text);
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(error) => return self.ended(error),
            }
        }
        self.taken.payments = self.taken.items.len() as u64;
        Ok(())
    }

    fn status(&mut self, payment: &PaymentStatus) {
        let ids = Original {
            instruction: payment.instruction.as_deref(),
            end_to_end: payment.end_to_end.as_deref(),
            transaction: payment.transaction.as_deref(),
            uetr: payment.uetr,
        };
        if payment.status == Some(Status::RJCT) {
            return self.back(&ids, ids.transaction, None);
        }
        let mut item = ids.item();
        item.status = payment.status.unwrap_or(Status::RCVD);
        self.taken.items.push(item);
    }
}

/// The names of a payment that a message is about.
struct Original<'a> {
    instruction: Option<&'a str>,
    end_to_end: Option<&'a str>,
    transaction: Option<&'a str>,
    uetr: Option<Uetr>,
}

impl Original<'_> {
    fn item(&self) -> Item {
        Item {
            instruction: repeatable(self.instruction),
            end_to_end: repeatable(self.end_to_end),
            transaction: repeatable(self.transaction),
            uetr: self.uetr,
            ..Item::received()
        }
    }
}

fn named(item: Item, ids: &PaymentIds) -> Item {
    Item {
        instruction: repeatable(ids.instruction.as_deref()),
        end_to_end: repeatable(Some(&ids.end_to_end)),
        transaction: repeatable(ids.transaction.as_deref()),
        uetr: ids.uetr,
        ..item
    }
}

fn of_unfit(item: Item, unfit: &Unfit) -> Item {
    Item {
        instruction: repeatable(unfit.instruction.as_deref()),
        end_to_end: repeatable(unfit.end_to_end.as_deref()),
        uetr: unfit.uetr.as_deref().and_then(Uetr::parse),
        ..item
    }
}
