//! What happens in the sample bank in the hours before it is served. The town's own days lie weeks back, and whatever was held
//! then is over; these payments are made through the same writer by the clock of now, and its rules hold some of them, so that
//! an analyst finds cases with time left. Nothing is held by hand.

use crate::bank::Bank;
use crate::fail::Done;
use city::City;
use city::purpose::PEER;
use std::collections::BTreeSet;
use terms::{
    Account, AccountFlags, AccountId, Amount, Command, Currency, Day, Event, PartyId, PartyKind,
    Refusal, Role, RoleKind, SpendingLimits, TimeNs, Transfer, TransferFlags, TransferId,
};

/// A current account of a person, as the town's chart has it.
const CURRENT: u16 = 20_111;
/// In ids of these payments, and of payments that their payers confirmed.
const LATELY_ID: u128 = 1 << 102;
const CONFIRMED_ID: u128 = 1 << 103;
/// People who are looked at.
const PEOPLE_MAX: usize = 4_000;
const MINUTE_NS: u64 = 60_000_000_000;
/// What somebody must have to take part, what a saver has, and what a mule must be able to pay, in fen.
const SOME: Amount = Amount(500_000);
const SAVINGS: u128 = 2_200_000;
const PASSED_ON: Amount = Amount(2_200_000);
/// Born before, somebody is old.
const OLD: u16 = 1_962;

/// Somebody with a current account.
#[derive(Clone, Copy, Debug)]
struct Person {
    party: PartyId,
    account: AccountId,
    available: Amount,
    /// The most that may leave at once and within a day.
    may: Amount,
    born: u16,
}

impl Person {
    /// Nearly everything, in whole yuan.
    fn most(self) -> u128 {
        self.available.0 / 100 * 93 / 100 * 100
    }
}

/// The hours, as they go by.
struct Lately<'a> {
    bank: &'a mut Bank,
    now: TimeNs,
    next: u128,
    held: u64,
}

/// Lets these hours happen, without the people whom a visitor may be; how many payments are held.
///
/// # Errors
/// The journal's.
pub fn happen(bank: &mut Bank, city: &City, visitors: &[PartyId]) -> Done<u64> {
    let people = people(bank, city, visitors);
    let now = bank.now();
    let mut lately = Lately { bank, now, next: 0, held: 0 };
    let rich = people.iter().copied().filter(|person| person.available >= SOME);
    let mut rich = rich.collect::<Vec<_>>();
    // An old customer, where the town has one whose limits allow it.
    let able = |person: &&Person| person.most() >= SAVINGS && person.may.0 >= person.most();
    let saver = people.iter().filter(able).max_by_key(|p| (p.born < OLD, p.available)).copied();
    rich.retain(|person| saver.is_none_or(|saver| saver.party != person.party));
    if let (Some(saver), Some(thief), Some(shop)) = (saver, rich.pop(), rich.first()) {
        lately.savings(saver, thief, *shop)?;
    }
    let mule = rich.iter().position(|person| person.may >= PASSED_ON).map(|at| rich.remove(at));
    if rich.len() >= 34 {
        let (farm, rest) = rich.split_at(9);
        lately.one_device(farm)?;
        let (young, rest) = rest.split_at(2);
        lately.first_days(young[0], young[1])?;
        let (payers, payees) = rest.split_at(8);
        if let Some(mule) = mule {
            lately.passed_on(mule, payers, &payees[..10])?;
        }
    }
    Ok(lately.held)
}

/// People of the town with a current account in yuan, in the town's order.
fn people(bank: &Bank, city: &City, visitors: &[PartyId]) -> Vec<Person> {
    let engine = bank.node.engine();
    let visitors: BTreeSet<PartyId> = visitors.iter().copied().collect();
    let person = |(party, kind, fields): (PartyId, PartyKind, city::Fields)| {
        if kind != PartyKind::Person || visitors.contains(&party) {
            return None;
        }
        let born = fields.iter().find(|(name, _)| *name == "birth_date");
        let born = born.and_then(|(_, day)| day.get(..4)?.parse().ok()).unwrap_or(0);
        let own = engine.roles_of(party).filter(|role| role.kind == RoleKind::Owner);
        let mut own = own.filter_map(|role| engine.account(role.account));
        let view = own.find(|view| {
            let Account { code, ledger, flags, .. } = view.account;
            code == CURRENT && ledger == Currency::CNY && !flags.has(AccountFlags::CLOSED)
        })?;
        let most = |limit: fn(&SpendingLimits) -> Option<Amount>| {
            view.limits.as_ref().and_then(limit).unwrap_or(Amount::MAX)
        };
        let may = most(|limits| limits.per_transfer).min(most(|limits| limits.per_day));
        let (account, available) = (view.account.id, view.available);
        Some(Person { party, account, available, may, born })
    };
    city.people().filter_map(person).take(PEOPLE_MAX).collect()
}

impl Lately<'_> {
    /// Something is done so many minutes ago; never before what was done last.
    fn do_it(&mut self, minutes_ago: u64, request: Vec<Command>) -> Done<Vec<Event>> {
        let time = TimeNs(self.now.0.saturating_sub(minutes_ago * MINUTE_NS));
        let answers = self.bank.turn(time, &[request])?.pop().unwrap_or_default();
        Ok(answers.into_iter().map(|answer| answer.event).collect())
    }

    /// Pays; whoever is warned wants it nevertheless.
    fn pay(
        &mut self,
        minutes_ago: u64,
        (from, to): (AccountId, AccountId),
        amount: u128,
        device: u64,
    ) -> Done {
        self.next += 1;
        let mut payment = Transfer {
            id: TransferId(LATELY_ID | self.next),
            debit_account: from,
            credit_account: to,
            amount: Amount(amount),
            ledger: Currency::CNY,
            code: PEER,
            user_data_64: device,
            ..Transfer::default()
        };
        let mut done = self.do_it(minutes_ago, vec![Command::Transfer(payment)])?;
        if done.first().is_some_and(|event| event.outcome() == Err(Refusal::PayerMustConfirm)) {
            payment.id = TransferId(CONFIRMED_ID | self.next);
            payment.flags = TransferFlags::CONFIRMED;
            done = self.do_it(minutes_ago, vec![Command::Transfer(payment)])?;
        }
        let held = |event: &&Event| match event {
            Event::Transfer(done) => {
                done.outcome.is_ok() && done.transfer.flags.has(TransferFlags::HELD)
            }
            Event::Act(_) => false,
        };
        self.held += done.iter().filter(held).count() as u64;
        Ok(())
    }

    /// Somebody opens another current account.
    fn open(&mut self, minutes_ago: u64, person: Person) -> Done<AccountId> {
        let engine = self.bank.node.engine();
        let free = (person.account.0 + 1..).find(|id| engine.account(AccountId(*id)).is_none());
        let known = engine.account(person.account).map(|view| view.account);
        let (Some(id), Some(known)) = (free, known) else { return Ok(person.account) };
        let account = AccountId(id);
        let flags = AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS;
        let opened = Account { id: account, flags, timestamp: TimeNs(0), ..known };
        let (kind, until) = (RoleKind::Owner, Day::BOOKING);
        let role = Role { party: person.party, account, kind, until };
        self.do_it(minutes_ago, vec![Command::CreateAccount(opened), Command::GrantRole(role)])?;
        Ok(account)
    }

    /// An old customer is talked into moving the savings to an account that was opened an hour before.
    fn savings(&mut self, saver: Person, thief: Person, shop: Person) -> Done {
        self.pay(190, (saver.account, shop.account), 8_640, 0)?;
        let new = self.open(170, thief)?;
        self.pay(150, (saver.account, new), saver.most(), 71_001)
    }

    /// One device pays from one account after another.
    fn one_device(&mut self, people: &[Person]) -> Done {
        let [first, second, payers @ ..] = people else { return Ok(()) };
        for (n, payer) in (0_u64..).zip(payers) {
            let to = if n % 2 == 0 { first } else { second };
            let amount = 68_000 + u128::from(n) * 7_350;
            self.pay(140 - n * 8, (payer.account, to.account), amount, 71_002)?;
        }
        Ok(())
    }

    /// A new account pays a stranger on its first day.
    fn first_days(&mut self, owner: Person, other: Person) -> Done {
        let new = self.open(84, owner)?;
        let own = owner.available.0.min(800_000) / 10_000 * 10_000;
        self.pay(80, (owner.account, new), own, 71_003)?;
        self.pay(70, (new, other.account), own.min(650_000), 71_003)
    }

    /// A mule gathers from some and scatters to others within the hour.
    fn passed_on(&mut self, mule: Person, payers: &[Person], payees: &[Person]) -> Done {
        for (n, payer) in (0_u64..).zip(payers) {
            self.pay(60 - n * 2, (payer.account, mule.account), 200_000, 0)?;
        }
        for (n, payee) in (0_u64..).zip(payees) {
            self.pay(40 - n * 2, (mule.account, payee.account), 189_000, 71_004)?;
        }
        Ok(())
    }
}
