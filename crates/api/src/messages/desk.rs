//! The desk where messages are handed in: read, looked up, asked of the ledger through the same pipeline as any other
//! upload, and kept with what became of each payment. It waits for disk and writer, so it belongs on a thread of its own.
//!
//! Nothing is done twice: an id of the ledger is made of what the sender called the payment, so a message that broke off
//! in the middle, or comes again, goes the whole way again and finds what was done.

use crate::gate::{Relations, relation};
use crate::messages::beside::Keeps;
use crate::messages::naming::Naming;
use crate::messages::read::{Act, Known, Pay, Plan, Read, Unread, read};
use crate::messages::store::{Began, Store};
use crate::messages::taken::{Item, Taken, Why};
use crate::pipeline::{CHUNK, Pipeline};
use crate::reasons::reasons;
use crate::total::Total;
use engine::{Engine, TransferPhase};
use iso20022::{Kind, Money, Reason, Status, Uetr};
use journal::{Files, Reader};
use node::{Answer, Clock, Handle, SystemClock, Unanswered};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use terms::{
    AccountId, Attachment, Command, Day, Event, PartyId, Refusal, RoleKind, Transfer,
    TransferFlags, TransferId, Verdict,
};
use tokio::runtime::Handle as Threads;

/// How long a message may take in all.
const PATIENCE: Duration = Duration::from_secs(300);
/// The kind of every payment that a message makes.
const CODE: u16 = 1;

/// A bank's desk for messages.
pub struct Desk {
    /// The line before the one writer.
    pub line: Handle,
    /// What is durable.
    pub reader: Reader<Files>,
    /// How banks and accounts are named.
    pub naming: Naming,
    /// What was taken.
    pub store: Store,
    /// Whose clock the waiting goes by.
    pub threads: Threads,
}

/// Who hands a message in.
#[derive(Clone, Debug)]
pub enum Sender {
    /// The bank's own people, who may do everything here.
    House,
    /// Somebody who is known.
    Caller {
        /// Who.
        id: Arc<str>,
        /// The party they act for.
        party: Option<PartyId>,
        /// On accounts in which relation they may pay.
        relations: Relations,
    },
}

/// A message's bytes.
#[derive(Clone, Debug)]
pub enum Source {
    /// In memory.
    Bytes(bytes::Bytes),
    /// In a file that nobody changes.
    File(PathBuf),
}

/// A message that was handed in.
#[derive(Debug)]
pub struct Done {
    /// What it is.
    pub kind: Kind,
    /// What became of it.
    pub taken: Taken,
    /// It was done before, and is only told again.
    pub again: bool,
    /// Accounts from which the sender may not pay.
    pub denied: Vec<AccountId>,
}

/// Why a message was not taken.
#[derive(Debug)]
pub enum NotTaken {
    /// See [`Unread`].
    Unread(Unread),
    /// It is being worked on.
    InWork,
    /// Such messages are not the sender's to send.
    Forbidden,
    /// The bank does not answer; what was done is done, and the message may be handed in again.
    Unanswered(Unanswered),
    /// The disk failed.
    Disk(io::Error),
}

impl From<Unread> for NotTaken {
    fn from(why: Unread) -> NotTaken {
        NotTaken::Unread(why)
    }
}

impl From<io::Error> for NotTaken {
    fn from(error: io::Error) -> NotTaken {
        NotTaken::Disk(error)
    }
}

impl From<Unanswered> for NotTaken {
    fn from(why: Unanswered) -> NotTaken {
        NotTaken::Unanswered(why)
    }
}

impl Sender {
    fn id(&self) -> Option<&str> {
        match self {
            Sender::House => None,
            Sender::Caller { id, .. } => Some(id),
        }
    }

    /// Every account is open to them.
    fn may_all(&self) -> bool {
        match self {
            Sender::House => true,
            Sender::Caller { relations, .. } => relations.meets(Relations::STRANGER),
        }
    }
}

impl Source {
    fn open(&self) -> io::Result<Box<dyn BufRead>> {
        Ok(match self {
            Source::Bytes(bytes) => Box::new(Cursor::new(bytes.clone())),
            Source::File(path) => Box::new(BufReader::with_capacity(64 << 10, File::open(path)?)),
        })
    }

    /// SHA-256 of the bytes.
    fn sha256(&self) -> io::Result<[u8; 32]> {
        let mut hash = Sha256::new();
        match self {
            Source::Bytes(bytes) => hash.update(bytes),
            Source::File(path) => {
                let mut reader = BufReader::with_capacity(256 << 10, File::open(path)?);
                loop {
                    let seen = reader.fill_buf()?;
                    if seen.is_empty() {
                        break;
                    }
                    hash.update(seen);
                    let count = seen.len();
                    reader.consume(count);
                }
            }
        }
        Ok(hash.finalize().into())
    }
}

/// What a payment is told as once the ledger has posted it.
fn posted(kind: Kind) -> Status {
    // A customer hears of the debtor's account, a bank of the creditor's.
    if kind == Kind::Initiation { Status::ACSC } else { Status::ACCC }
}

/// What a refusal is called towards the sender.
fn called(refusal: Refusal) -> Why {
    let reason = Reason::of(refusal).unwrap_or(Reason::NARR);
    // Nobody is warned that risk control looked.
    let text = if reason == Reason::MS03 { "" } else { refusal.sentence() };
    Why::of(reason, text)
}

/// Where a payment stands now; `None` if there is none of this id.
fn standing(engine: &Engine, id: TransferId, posted: Status) -> Option<(Status, Option<Why>)> {
    let view = engine.transfer(id)?;
    let held = view.transfer.flags.has(TransferFlags::HELD);
    Some(match view.phase {
        TransferPhase::Pending if held => (Status::PDNG, Some(looked_at())),
        TransferPhase::Pending => (Status::ACSP, None),
        TransferPhase::Voided | TransferPhase::Expired if held => {
            (Status::RJCT, Some(Why::of(Reason::MS03, "")))
        }
        TransferPhase::Voided | TransferPhase::Expired => {
            (Status::RJCT, Some(Why::of(Reason::NARR, "the reservation was given back")))
        }
        TransferPhase::Final | TransferPhase::Posted => (posted, None),
    })
}

fn looked_at() -> Why {
    Why::of(Reason::NARR, "the money is reserved, and somebody of the bank looks at it first")
}

impl Desk {
    /// Takes a message: reads it, asks the ledger, keeps what became of it.
    ///
    /// # Errors
    /// See [`NotTaken`]. Whatever can be said in a report is none: see [`Taken::refused`].
    pub fn take(
        &self,
        source: &Source,
        sender: &Sender,
        keeps: &dyn Keeps,
    ) -> Result<Done, NotTaken> {
        let (Read { kind, mut taken, plans }, _) = self.read(source, sender)?;
        let mut denied = Vec::new();
        match self.store.begin(&taken.sender, &taken.message, &taken.digest)? {
            Began::Work(work) => {
                denied = self.work(kind, &mut taken, plans, sender, keeps)?;
                self.store.keep(&work, &taken)?;
            }
            Began::Done(known) => {
                let taken = self.refreshed(*known)?;
                return Ok(Done { kind, taken, again: true, denied });
            }
            Began::InWork => return Err(NotTaken::InWork),
            Began::Other => {
                let text =
                    "another message came under this MsgId before; send this one under a new MsgId";
                taken.refused = vec![Why::of(Reason::DU01, text)];
                taken.items.clear();
                taken.blocks.clear();
            }
        }
        Ok(Done { kind, taken, again: false, denied })
    }

    fn read(&self, source: &Source, sender: &Sender) -> Result<(Read, [u8; 32]), NotTaken> {
        let sha256 = source.sha256()?;
        let today = self.ask(Engine::business_day)?.unwrap_or(Day::BOOKING);
        let known = Known { naming: &self.naming, today, sender: sender.id() };
        let mut read = read(source.open()?, &known)?;
        read.taken.digest = crate::wire::hex(&sha256);
        read.taken.received_ns = SystemClock.now().0;
        sender.id().unwrap_or_default().clone_into(&mut read.taken.by);
        if read.kind != Kind::Initiation && !sender.may_all() {
            return Err(NotTaken::Forbidden);
        }
        Ok((read, sha256))
    }

    /// What a message comes to: what it would have paid, if it was not done before and is only told again.
    ///
    /// # Errors
    /// See [`NotTaken`].
    pub(crate) fn total(&self, source: &Source, sender: &Sender) -> Result<Total, NotTaken> {
        let (Read { taken, plans, .. }, sha256) = self.read(source, sender)?;
        let mut total = Total { payments: 0, sums: BTreeMap::new(), sha256 };
        if self.store.read(&taken.sender, &taken.message)?.is_some() {
            return Ok(total);
        }
        for pay in plans.iter().filter_map(Plan::pay) {
            total.add(pay.money.currency, pay.money.amount);
        }
        Ok(total)
    }

    /// What became of a message that was taken, as it stands now; `None` if it was not.
    ///
    /// # Errors
    /// The disk's; the bank does not answer.
    pub fn told(&self, sender: &str, message: &str) -> Result<Option<Taken>, NotTaken> {
        match self.store.read(sender, message)? {
            Some(taken) => Ok(Some(self.refreshed(taken)?)),
            None => Ok(None),
        }
    }

    /// What waited may have been decided since.
    pub(crate) fn refreshed(&self, mut taken: Taken) -> Result<Taken, Unanswered> {
        let waits = |item: &Item| matches!(item.status, Status::PDNG | Status::ACSP);
        let waiting: Vec<usize> =
            (0..taken.items.len()).filter(|at| taken.items.get(*at).is_some_and(waits)).collect();
        self.look_up(&mut taken, &waiting)?;
        Ok(taken)
    }

    /// Asks where items stand that were done before.
    fn look_up(&self, taken: &mut Taken, items: &[usize]) -> Result<(), Unanswered> {
        let kind = if taken.bank.is_some() { Kind::CreditTransfer } else { Kind::Initiation };
        let posted = posted(kind);
        for chunk in items.chunks(CHUNK) {
            let ids: Vec<Option<TransferId>> =
                chunk.iter().map(|at| taken.items.get(*at).and_then(|item| item.id)).collect();
            let stand = self.ask(move |engine| {
                ids.iter().map(|id| standing(engine, (*id)?, posted)).collect::<Vec<_>>()
            })?;
            for (at, stands) in chunk.iter().zip(stand) {
                if let (Some(item), Some((status, why))) = (taken.items.get_mut(*at), stands) {
                    (item.status, item.why) = (status, why.into_iter().collect());
                }
            }
        }
        Ok(())
    }

    /// Asks the ledger for everything a message plans; gives the accounts that are not the sender's.
    fn work(
        &self,
        kind: Kind,
        taken: &mut Taken,
        plans: Vec<Plan>,
        sender: &Sender,
        keeps: &dyn Keeps,
    ) -> Result<Vec<AccountId>, NotTaken> {
        let denied = self.not_theirs(sender, &plans)?;
        let owners = self.owners(&plans)?;
        keeps.prepare(&owners.values().copied().collect::<Vec<PartyId>>());
        let mut asking = Asking {
            desk: self,
            keeps,
            taken,
            posted: posted(kind),
            before: Vec::new(),
            asked: Vec::new(),
            unanswered: 0,
        };
        let mut pipeline = Pipeline::new(self.line.clone(), Instant::now() + PATIENCE);
        let mut plans = plans.into_iter().peekable();
        while plans.peek().is_some() {
            let chunk: Vec<Plan> = plans.by_ref().take(CHUNK).collect();
            let chunk = asking.allowed(chunk, &denied)?;
            let (places, request) = asking.request(chunk, &owners);
            let first = self.threads.block_on(pipeline.put(places, request));
            if let Some((places, answers)) = first {
                asking.settle(&places, &answers);
            }
        }
        while let Some((places, answers)) = self.threads.block_on(pipeline.next()) {
            asking.settle(&places, &answers);
        }
        asking.end()?;
        Ok(denied.into_iter().collect())
    }

    /// Accounts that would pay and are not the sender's to pay from.
    fn not_theirs(
        &self,
        sender: &Sender,
        plans: &[Plan],
    ) -> Result<BTreeSet<AccountId>, Unanswered> {
        let mut not = BTreeSet::new();
        let (false, Sender::Caller { party, relations, .. }) = (sender.may_all(), sender) else {
            return Ok(not);
        };
        let (party, relations) = (*party, *relations);
        let debits: BTreeSet<AccountId> =
            plans.iter().filter_map(|plan| plan.pay().map(|pay| pay.debit)).collect();
        let debits: Vec<AccountId> = debits.into_iter().collect();
        for chunk in debits.chunks(CHUNK) {
            let asked = chunk.to_vec();
            let may = self.ask(move |engine| {
                let may = |account: &AccountId| relation(engine, party, *account).meets(relations);
                asked.iter().map(may).collect::<Vec<bool>>()
            })?;
            not.extend(chunk.iter().zip(may).filter(|(_, may)| !may).map(|(account, _)| *account));
        }
        Ok(not)
    }

    /// Who owns the customers' accounts: under their keys the texts are sealed.
    fn owners(&self, plans: &[Plan]) -> Result<BTreeMap<AccountId, PartyId>, Unanswered> {
        let accounts: BTreeSet<AccountId> =
            plans.iter().filter_map(|plan| plan.pay().map(|pay| pay.customer)).collect();
        if accounts.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.ask(move |engine| {
            let mut owners = BTreeMap::new();
            for role in engine.roles() {
                let owns = matches!(role.kind, RoleKind::Owner | RoleKind::JointOwner);
                let known = || engine.party(role.party).is_some_and(|(_, erased)| !erased);
                if owns && accounts.contains(&role.account) && known() {
                    owners.entry(role.account).or_insert(role.party);
                }
            }
            owners
        })
    }

    /// Asks the state; rests on nothing but what is durable.
    ///
    /// # Errors
    /// The bank does not answer.
    pub fn ask<T, F>(&self, look: F) -> Result<T, Unanswered>
    where
        T: Send + 'static,
        F: FnOnce(&Engine) -> T + Clone + Send + 'static,
    {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (tell, told) = std::sync::mpsc::sync_channel(1);
            let asked =
                self.line.ask_then(deadline, look.clone(), move |seen| drop(tell.send(seen)));
            match asked {
                Ok(()) => return told.recv_timeout(PATIENCE).map_err(|_| Unanswered::Stopped),
                Err(Unanswered::Busy { retry_after }) if Instant::now() < deadline => {
                    std::thread::sleep(retry_after);
                }
                Err(why) => return Err(why),
            }
        }
    }
}

impl Plan {
    fn pay(&self) -> Option<&Pay> {
        match &self.act {
            Act::Pay(pay) => Some(pay),
            Act::Back { .. } => None,
        }
    }
}

/// A message on its way through the ledger.
struct Asking<'a> {
    desk: &'a Desk,
    keeps: &'a dyn Keeps,
    taken: &'a mut Taken,
    posted: Status,
    /// Items that were done before.
    before: Vec<usize>,
    /// Items whose payer would have to be asked, with what would have to be said.
    asked: Vec<(usize, Verdict)>,
    unanswered: usize,
}

/// Of a request, the item and the place of each payment.
type Places = Vec<(u32, usize)>;

impl Asking<'_> {
    fn item(&mut self, at: u32) -> Option<&mut Item> {
        self.taken.items.get_mut(at as usize)
    }

    fn reject(&mut self, at: u32, why: Why) {
        if let Some(item) = self.item(at) {
            item.reject([why]);
        }
    }

    /// The plans that may be tried; the others are told why not.
    fn allowed(
        &mut self,
        plans: Vec<Plan>,
        denied: &BTreeSet<AccountId>,
    ) -> Result<Vec<Plan>, Unanswered> {
        let backs: Vec<(TransferId, Option<Money>)> = plans
            .iter()
            .filter_map(|plan| match plan.act {
                Act::Back { of, money } => Some((of, money)),
                Act::Pay(_) => None,
            })
            .collect();
        let bank = self.taken.bank.as_deref().and_then(|bic| self.desk.naming.counterpart(bic));
        let over: Vec<AccountId> =
            bank.map(|bank| bank.settlement.values().copied().collect()).unwrap_or_default();
        let found = if backs.is_empty() {
            Vec::new()
        } else {
            self.desk.ask(move |engine| {
                let comes = |(of, money): &(TransferId, Option<Money>)| {
                    may_come_back(engine, *of, *money, &over)
                };
                backs.iter().map(comes).collect::<Vec<_>>()
            })?
        };
        let mut found = found.into_iter();
        let mut kept = Vec::with_capacity(plans.len());
        for plan in plans {
            let why = match &plan.act {
                Act::Pay(pay) if denied.contains(&pay.debit) => Some(Why::of(
                    Reason::AC02,
                    "the debtor's account is none of this bank, or not yours to pay from",
                )),
                Act::Pay(_) => None,
                Act::Back { .. } => found.next().flatten(),
            };
            match why {
                Some(why) => self.reject(plan.item, why),
                None => kept.push(plan),
            }
        }
        Ok(kept)
    }

    /// The plans as commands.
    fn request(
        &mut self,
        plans: Vec<Plan>,
        owners: &BTreeMap<AccountId, PartyId>,
    ) -> (Places, Vec<Command>) {
        let mut places = Vec::with_capacity(plans.len());
        let mut request = Vec::with_capacity(plans.len() * 2);
        for plan in plans {
            let Some(id) = self.item(plan.item).and_then(|item| item.id) else { continue };
            let pay = match plan.act {
                Act::Pay(pay) => pay,
                Act::Back { of, .. } => {
                    places.push((plan.item, request.len()));
                    request.push(Command::Reverse { id, of, value_date: Day::BOOKING });
                    continue;
                }
            };
            let sealed = owners.get(&pay.customer).map(|party| {
                let text = self.keeps.seal(*party, pay.text.as_bytes());
                text.map(|text| Attachment { subject: id, party: *party, text })
            });
            let attached = match sealed {
                Some(Ok(attachment)) => Some(attachment),
                _ if pay.needs_text => {
                    let text = "what the payee's bank must be told cannot be kept: the account has no owner with a key";
                    self.reject(plan.item, Why::of(Reason::NARR, text));
                    continue;
                }
                _ => None,
            };
            places.push((plan.item, request.len()));
            request.push(Command::Transfer(transfer_of(id, &pay)));
            request.extend(attached.map(Command::Attach));
        }
        (places, request)
    }

    fn settle(&mut self, places: &Places, answers: &[Answer]) {
        for (at, place) in places {
            match answers.get(*place) {
                Some(answer) => self.settle_one(*at, answer),
                None => self.unanswered += 1,
            }
        }
    }

    fn settle_one(&mut self, at: u32, answer: &Answer) {
        let posted = self.posted;
        let (flags, verdict) = match &answer.event {
            Event::Transfer(event) => (event.transfer.flags, event.verdict),
            Event::Act(_) => (TransferFlags::default(), None),
        };
        let refusal = match answer.event.outcome() {
            Ok(()) => {
                let Some(item) = self.item(at) else { return };
                if flags.has(TransferFlags::HELD) {
                    (item.status, item.why) = (Status::PDNG, vec![looked_at()]);
                } else {
                    item.status =
                        if flags.has(TransferFlags::PENDING) { Status::ACSP } else { posted };
                }
                return;
            }
            Err(refusal) => refusal,
        };
        let id = self.item(at).and_then(|item| item.id).unwrap_or_default();
        match refusal {
            Refusal::Exists => self.before.push(at as usize),
            Refusal::IdAlreadyFailed => {
                let why = self.refused_before(id);
                self.reject(at, why);
            }
            _ => {
                if refusal.is_transient() {
                    self.keeps.note_refused(id, answer.record);
                }
                if let (Refusal::PayerMustConfirm, Some(verdict)) = (refusal, verdict) {
                    self.asked.push((at as usize, verdict));
                }
                self.reject(at, called(refusal));
            }
        }
    }

    /// Why an id was refused that was refused before, as far as that is known.
    fn refused_before(&self, id: TransferId) -> Why {
        let record = self.keeps.refused_at(id);
        let bytes = record.and_then(|record| self.desk.reader.record(record).ok());
        let event = bytes.and_then(|bytes| journal::record::decode(&bytes).ok());
        match event.and_then(|event| event.outcome().err()) {
            Some(refusal) => called(refusal),
            None => {
                let text = "it was refused before for a reason that may have passed; send it under a new name";
                Why::of(Reason::DU03, text)
            }
        }
    }

    /// What is left to be asked when everything was decided.
    fn end(mut self) -> Result<(), NotTaken> {
        if self.unanswered > 0 {
            return Err(NotTaken::Unanswered(Unanswered::Unknown));
        }
        let before = std::mem::take(&mut self.before);
        self.desk.look_up(self.taken, &before)?;
        for chunk in self.asked.chunks(CHUNK) {
            let verdicts: Vec<Verdict> = chunk.iter().map(|(_, verdict)| *verdict).collect();
            let told = self.desk.ask(move |engine| {
                let tells = |verdict: &Verdict| {
                    let reasons = reasons(engine, verdict).into_iter();
                    reasons.map(|reason| reason.tells).collect::<Vec<String>>().join("; ")
                };
                verdicts.iter().map(tells).collect::<Vec<String>>()
            })?;
            for ((at, _), text) in chunk.iter().zip(told) {
                if let Some(item) = self.taken.items.get_mut(*at) {
                    item.why.push(Why::of(Reason::NARR, text));
                }
            }
        }
        Ok(())
    }
}

fn transfer_of(id: TransferId, pay: &Pay) -> Transfer {
    Transfer {
        id,
        debit_account: pay.debit,
        credit_account: pay.credit,
        amount: pay.money.amount,
        user_data_128: pay.uetr.unwrap_or_else(|| Uetr::from_random(id.0)).bits(),
        ledger: pay.money.currency,
        code: CODE,
        ..Transfer::default()
    }
}

/// Why a payment cannot come back from the bank whose settlement accounts these are; `None` if it can.
fn may_come_back(
    engine: &Engine,
    of: TransferId,
    money: Option<Money>,
    over: &[AccountId],
) -> Option<Why> {
    let sent = engine.transfer(of).filter(|view| over.contains(&view.transfer.credit_account));
    let Some(view) = sent else {
        return Some(Why::of(Reason::UTNV, "this bank has sent yours no such payment"));
    };
    let whole = Money { currency: view.transfer.ledger, amount: view.transfer.amount };
    (money.is_some_and(|money| money != whole))
        .then(|| Why::of(Reason::AM09, "a payment comes back whole or not at all"))
}
