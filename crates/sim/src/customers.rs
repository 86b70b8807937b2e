//! The people of a run: they open accounts, pay, err, change their minds, ask the same again and send
//! nonsense. What they ask comes from the seed and from what they were answered; `customers/wishes.rs`
//! has each kind of wish.

mod wishes;

use crate::auditor::{Broken, must};
use crate::chance::Chance;
use crate::model::{Generator, Model};
use node::{Answer, Request};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use terms::{
    AccountId, Command, Currency, Day, Event, PartyId, Refusal, TimeNs, Transfer, TransferFlags,
    TransferId,
};

/// The first business day of every run.
pub const FIRST_DAY: Day = Day(20_780);
/// Requests that are remembered to be asked again.
const REMEMBERED: usize = 64;

/// What somebody wants of the bank.
#[derive(Clone, Debug)]
pub enum Wish {
    /// A request as it is.
    Ask(Request),
    /// Become a customer; the name is for the vault only.
    Register(PartyId, String),
    /// Put a text beside a transfer, sealed for a party.
    Remark(TransferId, PartyId, String),
    /// Be forgotten.
    Forget(PartyId),
}

/// All customers of one run.
#[derive(Debug)]
pub struct Customers {
    chance: Chance,
    /// Others who ask for whatever comes to their mind.
    strangers: Generator,
    next_id: u128,
    /// Accounts that exist, as far as answers say.
    accounts: Vec<(AccountId, Currency)>,
    /// What was accepted, as it was asked.
    accepted: BTreeMap<TransferId, Transfer>,
    pending: Vec<TransferId>,
    posted: Vec<TransferId>,
    holds: Vec<TransferId>,
    parties: Vec<PartyId>,
    erased: BTreeSet<PartyId>,
    /// Asked and never answered: will be asked again with the same ids.
    in_doubt: VecDeque<Request>,
    remembered: VecDeque<Request>,
    day: Day,
    opened: bool,
}

impl Customers {
    /// The customers of this seed.
    pub fn new(chance: Chance) -> Customers {
        Customers {
            strangers: Generator::new(chance.fork("strangers").bits()).with_orders(),
            chance,
            next_id: 1 << 40,
            accounts: Vec::new(),
            accepted: BTreeMap::new(),
            pending: Vec::new(),
            posted: Vec::new(),
            holds: Vec::new(),
            parties: Vec::new(),
            erased: BTreeSet::new(),
            in_doubt: VecDeque::new(),
            remembered: VecDeque::new(),
            day: FIRST_DAY,
            opened: false,
        }
    }

    /// The next thing somebody wants of a bank that stands as `model`, at `now`.
    pub fn wish(&mut self, model: &Model, now: TimeNs) -> Wish {
        if let Some(request) = self.in_doubt.pop_front() {
            return Wish::Ask(request);
        }
        if !self.opened {
            return Wish::Ask(wishes::opening());
        }
        self.day = model.business_day().unwrap_or(self.day);
        let wish = match self.chance.below(140) {
            100.. => Wish::Ask(self.strange(model, now)),
            0..=39 => Wish::Ask(vec![Command::Transfer(self.payment())]),
            40..=49 => Wish::Ask(self.chain()),
            50..=61 => Wish::Ask(vec![self.second_phase()]),
            62..=66 => Wish::Ask(vec![self.entry()]),
            67..=73 => Wish::Ask(self.again()),
            74..=80 => Wish::Ask(self.nonsense()),
            81..=83 => self.register(),
            84 => self.forget(),
            85 => self.remark(),
            86..=88 => Wish::Ask(vec![self.another_account()]),
            _ => Wish::Ask(vec![self.business()]),
        };
        if let Wish::Ask(request) = &wish {
            self.remembered.push_back(request.clone());
            if self.remembered.len() > REMEMBERED {
                self.remembered.pop_front();
            }
        }
        wish
    }

    /// Whatever a stranger asks, without what only the bank may ask of itself: the door keeps that out.
    fn strange(&mut self, model: &Model, now: TimeNs) -> Request {
        let mut request = self.strangers.random_request(model, now);
        request.retain(|c| !matches!(c, Command::Expire { .. } | Command::MarkSnapshot(_)));
        if request.is_empty() {
            request.push(Command::Transfer(self.payment()));
        }
        request
    }

    /// Nobody answered: the same will be asked again.
    pub fn unanswered(&mut self, requests: impl IntoIterator<Item = Request>) {
        self.in_doubt.extend(requests);
    }

    /// The bank answered a request.
    ///
    /// # Errors
    /// An answer that contradicts an earlier one.
    pub fn heard(&mut self, request: &Request, answers: &[Answer]) -> Result<(), Broken> {
        must(request.len() == answers.len(), "durable", || {
            format!("{} commands and {} answers", request.len(), answers.len())
        })?;
        for (command, answer) in request.iter().zip(answers) {
            let outcome = answer.event.outcome();
            self.opened |= matches!(command, Command::OpenInstitution(_));
            if let Command::Transfer(transfer) = command {
                self.heard_of_transfer(request, transfer, &answer.event)?;
            }
            if matches!(outcome, Ok(()) | Err(Refusal::Exists)) {
                self.learn(command);
            }
        }
        Ok(())
    }

    /// INVARIANT (once): who asks the same again learns that it exists.
    fn heard_of_transfer(
        &mut self,
        request: &Request,
        asked: &Transfer,
        event: &Event,
    ) -> Result<(), Broken> {
        let id = asked.id;
        let alone = request.len() == 1 && !asked.flags.has(TransferFlags::LINKED);
        match (self.accepted.get(&id), event.outcome()) {
            (None, Ok(())) => {
                self.accepted.insert(id, *asked);
                let pending = asked.flags.has(TransferFlags::PENDING);
                if pending { &mut self.pending } else { &mut self.posted }.push(id);
                Ok(())
            }
            (Some(_), Ok(())) => {
                must(false, "once", || format!("transfer {id} was done a second time"))
            }
            (Some(before), Err(refusal)) if before == asked && alone => {
                must(refusal == Refusal::Exists, "once", || {
                    format!("transfer {id} exists and was answered {refusal:?}")
                })
            }
            _ => Ok(()),
        }
    }

    fn learn(&mut self, command: &Command) {
        match command {
            Command::CreateAccount(account) => {
                let known = self.accounts.iter().any(|(id, _)| *id == account.id);
                if !known {
                    self.accounts.push((account.id, account.ledger));
                }
            }
            Command::RegisterParty(party) if !self.parties.contains(&party.id) => {
                self.parties.push(party.id);
            }
            Command::EraseParty { party, .. } => {
                self.erased.insert(*party);
            }
            Command::PlaceHold(hold) => self.holds.push(hold.id),
            Command::PostEntry(entry) => self.posted.push(entry.id),
            _ => {}
        }
    }

    fn new_id(&mut self) -> u128 {
        self.next_id += 1;
        self.next_id
    }
}
