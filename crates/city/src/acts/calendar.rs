//! What happens on fixed days: wages, pensions, rents, fees, bills, taxes, interest, cash for the tills.

use crate::chart::{Channel, own, purpose};
use crate::desk::Desk;
use crate::habits::price;
use crate::step::Expected;
use crate::world::{Life, NONE, OrgKind, Person};
use terms::Command;

/// Fen that a till starts the day with.
const TILL_LEVEL: i64 = 15_000_000;
/// Fen above which a till gives back to the vault.
const TILL_MOST: i64 = 40_000_000;

impl Desk {
    pub(super) fn person(&self, who: u32) -> Person {
        self.world.persons[who as usize]
    }

    pub(super) fn salary(&mut self, who: u32) {
        let person = self.person(who);
        let payer = self.world.orgs[person.employer as usize].account;
        self.pay(payer, person.account, person.income, purpose::SALARY, Channel::Batch);
    }

    pub(super) fn pension(&mut self, who: u32) {
        let person = self.person(who);
        let payer = self.world.account_of(OrgKind::SocialInsurance);
        self.pay(payer, person.account, person.income, purpose::PENSION, Channel::Batch);
    }

    pub(super) fn rent(&mut self, who: u32) {
        let person = self.person(who);
        let landlords = self.world.orgs_of(OrgKind::Landlord);
        let landlord = landlords.start + person.home % (landlords.end - landlords.start);
        let rent = (person.income / 4).max(60_000) / 5_000 * 5_000;
        let to = self.world.orgs[landlord as usize].account;
        let paid = self.pay(person.account, to, rent, purpose::RENT, Channel::Batch);
        self.note(paid, who);
    }

    /// The head of the household pays for children; students pay for themselves.
    pub(super) fn school_fees(&mut self, who: u32) {
        let person = self.person(who);
        let (payer, median) = match person.life {
            Life::Child => (self.person(person.head).account, 90_000),
            _ => (person.account, 120_000),
        };
        let fee = price(&mut self.rng, median, 30);
        self.pay_school(who, payer, fee);
    }

    pub(super) fn school_meals(&mut self, who: u32) {
        let payer = self.person(self.person(who).head).account;
        let fee = price(&mut self.rng, 32_000, 15);
        self.pay_school(who, payer, fee);
    }

    fn pay_school(&mut self, who: u32, payer: u32, fee: u64) {
        let schools = self.world.orgs_of(OrgKind::School);
        let school = schools.start + self.person(who).home % (schools.end - schools.start);
        let to = self.world.orgs[school as usize].account;
        self.pay(payer, to, fee, purpose::SCHOOL, Channel::Mobile);
    }

    pub(super) fn utilities(&mut self, who: u32) {
        let to = self.world.account_of(OrgKind::Utility);
        let bill = price(&mut self.rng, 23_000, 50);
        let from = self.person(who).account;
        self.pay(from, to, bill, purpose::UTILITY, Channel::Batch);
    }

    pub(super) fn phone_bill(&mut self, who: u32) {
        let to = self.world.account_of(OrgKind::Telecom);
        let bill = *self.rng.one_of(&[1_900, 2_900, 3_900, 5_900, 5_900, 9_900, 12_900]);
        let from = self.person(who).account;
        self.pay(from, to, bill, purpose::PHONE, Channel::Mobile);
    }

    pub(super) fn repay_mortgage(&mut self, who: u32) {
        let person = self.person(who);
        let share = (-self.truth.posted(person.mortgage)).max(0).unsigned_abs() / 300;
        self.pay(person.account, person.mortgage, share, purpose::LOAN_REPAYMENT, Channel::Batch);
    }

    /// Pays back what the card owes, as far as there is money for it.
    pub(super) fn repay_card(&mut self, who: u32) {
        let person = self.person(who);
        let owed = (-self.truth.posted(person.card)).max(0).unsigned_abs();
        let paid = owed.min(self.truth.room(person.account) / 2);
        if paid > 0 {
            self.pay(person.account, person.card, paid, purpose::CARD_REPAYMENT, Channel::Batch);
        }
    }

    /// Students' parents live elsewhere and bank elsewhere.
    pub(super) fn allowance(&mut self, who: u32) {
        let person = self.person(who);
        self.pay(
            own::CENTRAL_BANK,
            person.account,
            person.income,
            purpose::ALLOWANCE,
            Channel::Mobile,
        );
    }

    pub(super) fn pocket_money(&mut self, who: u32) {
        let person = self.person(who);
        let from = self.person(person.head).account;
        self.pay(from, person.account, person.income, purpose::ALLOWANCE, Channel::Mobile);
    }

    pub(super) fn savings_interest(&mut self, who: u32) {
        self.settle_interest(self.person(who).savings);
    }

    pub(super) fn loan_interest(&mut self, who: u32) {
        let person = self.person(who);
        self.settle_interest(person.mortgage);
        self.settle_interest(person.card);
    }

    fn settle_interest(&mut self, place: u32) {
        if place == NONE {
            return;
        }
        let (id, account) = (self.new_id(), self.world.id(place));
        if let Some(expect) = self.truth.settle_interest(account) {
            self.moves += 1;
            self.say(Command::SettleInterest { id, account }, expect);
        }
    }

    pub(super) fn tax(&mut self, org: u32) {
        let from = self.world.orgs[org as usize].account;
        let tax = self.truth.room(from) / 60 / 100 * 100;
        if tax > 0 {
            let to = self.world.account_of(OrgKind::Treasury);
            self.pay(from, to, tax, purpose::TAX, Channel::Web);
        }
    }

    /// Shops and the like buy from companies.
    pub(super) fn buy_supplies(&mut self, org: u32) {
        let supplier = self.world.haunt(&mut self.rng, org, OrgKind::Employer);
        let from = self.world.orgs[org as usize].account;
        let to = self.world.orgs[supplier as usize].account;
        let sum = price(&mut self.rng, 320_000, 120).min(self.truth.room(from) / 6);
        if sum > 1_000 && from != to {
            self.pay(from, to, sum, purpose::SUPPLY, Channel::Web);
        }
    }

    /// Every morning each till has the same cash again.
    pub(super) fn fill_till(&mut self, till: u32) {
        let cash = -self.truth.posted(till);
        if cash < TILL_LEVEL {
            self.bring_cash(till, (TILL_LEVEL - cash).unsigned_abs());
        } else if cash > TILL_MOST {
            let back = (cash - TILL_LEVEL).unsigned_abs();
            self.pay(own::VAULT, till, back, purpose::CASH_SUPPLY, Channel::Bank);
        }
    }

    /// Cash for a till from the vault, and for the vault from the central bank when it runs low.
    pub(super) fn bring_cash(&mut self, till: u32, amount: u64) {
        let vault = (-self.truth.posted(own::VAULT)).max(0).unsigned_abs();
        if vault < amount {
            let order = self.draft(
                own::VAULT,
                own::CENTRAL_BANK,
                amount * 10,
                purpose::CASH_SUPPLY,
                Channel::Bank,
            );
            self.ask(order);
        }
        let bags = self.draft(till, own::VAULT, amount, purpose::CASH_SUPPLY, Channel::Bank);
        let brought = self.ask(bags);
        debug_assert!(brought == Some(Expected::Done), "there is cash in the vault");
    }
}
