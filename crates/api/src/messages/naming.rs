//! How messages name banks and accounts, and which of them are ours. An account's number is computed from its id and
//! back, so that no table of numbers has to be kept, copied or believed.

use iso20022::{Account, AccountNumber, Agent};
use std::collections::BTreeMap;
use terms::{AccountId, Currency};

/// Digits that a hexadecimal id has; a decimal number as long is read as one.
const HEX_DIGITS: usize = 32;

/// The names of this bank and of those it keeps accounts with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    /// The bank's BIC; empty when it takes no messages between banks.
    pub bic: String,
    /// How its IBANs are made; `None` when its accounts have none.
    pub iban: Option<IbanRule>,
    /// The banks it settles with.
    pub counterparts: Vec<Counterpart>,
}

/// How an IBAN is made of an account's id: country, check digits, the bank's code, the id in so many digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IbanRule {
    /// Two letters.
    pub country: String,
    /// The bank's code within the country, letters and digits.
    pub bank: String,
    /// Digits of an account's id.
    pub digits: usize,
}

/// A bank with which payments are settled over an account a currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterpart {
    /// Its BIC.
    pub bic: String,
    /// What it has with us, or we with it, by currency.
    pub settlement: BTreeMap<Currency, AccountId>,
}

impl IbanRule {
    /// The IBAN of an account, if its id is short enough.
    fn iban_of(&self, account: AccountId) -> Option<String> {
        let number = format!("{:0width$}", account.0, width = self.digits);
        let rest = (number.len() == self.digits).then(|| format!("{}{number}", self.bank))?;
        let check = check_digits(&self.country, &rest)?;
        Some(format!("{}{check:02}{rest}", self.country))
    }

    fn account_of(&self, iban: &str) -> Option<AccountId> {
        let number = iban.strip_prefix(&self.country)?.get(2..)?.strip_prefix(&self.bank)?;
        let account = (number.len() == self.digits).then(|| number.parse().ok())??;
        let account = AccountId(account);
        // What was written differently is another's number.
        (self.iban_of(account).as_deref() == Some(iban)).then_some(account)
    }
}

/// ISO 13616 over ISO 7064 mod 97-10: what stands behind the country.
fn check_digits(country: &str, rest: &str) -> Option<u32> {
    let mut left = 0u32;
    for letter in rest.chars().chain(country.chars()).chain("00".chars()) {
        let value = letter.to_digit(36)?;
        left = (left * if value < 10 { 10 } else { 100 } + value) % 97;
    }
    Some(98 - left)
}

impl Naming {
    /// The account of ours that has this number; whether there is one, the ledger knows.
    pub fn account_of(&self, number: &AccountNumber) -> Option<AccountId> {
        match number {
            AccountNumber::Iban(iban) => self.iban.as_ref()?.account_of(iban),
            AccountNumber::Other(text) if text.len() == HEX_DIGITS => {
                u128::from_str_radix(text, 16).ok().map(AccountId)
            }
            AccountNumber::Other(text) => {
                let digits = !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
                digits.then(|| text.parse().ok().map(AccountId))?
            }
        }
    }

    /// The number under which an account of ours goes into messages.
    pub fn account(&self, account: AccountId, currency: Currency) -> Account {
        let numbered = match self.iban.as_ref().and_then(|rule| rule.iban_of(account)) {
            Some(iban) => Account::iban(iban),
            None => Account::other(plain_number(account)),
        };
        Account { currency: currency.code().map(str::to_owned), ..numbered }
    }

    /// Whether a bank that was named is this one.
    pub fn is_us(&self, agent: &Agent) -> bool {
        agent.bic.as_deref().is_some_and(|bic| same_bic(bic, &self.bic))
    }

    /// The bank of this BIC, if payments are settled with it.
    pub fn counterpart(&self, bic: &str) -> Option<&Counterpart> {
        self.counterparts.iter().find(|known| same_bic(&known.bic, bic))
    }

    /// Whether payments are settled over an account: it is no customer's, and nobody is paid on it by name.
    pub fn settles(&self, account: AccountId) -> bool {
        let mut over = self.counterparts.iter().flat_map(|bank| bank.settlement.values());
        over.any(|known| *known == account)
    }

    /// The account of ours, but for those that banks settle over, that has this number.
    pub fn customer_of(&self, number: &AccountNumber) -> Option<AccountId> {
        self.account_of(number).filter(|account| !self.settles(*account))
    }

    /// This bank.
    pub fn us(&self) -> Agent {
        Agent::bic(self.bic.clone())
    }
}

/// An id as a number of at most 34 characters: decimal while that is shorter than its 32 hexadecimal digits.
fn plain_number(account: AccountId) -> String {
    let decimal = account.0.to_string();
    if decimal.len() < HEX_DIGITS { decimal } else { format!("{:032x}", account.0) }
}

/// A BIC of eight characters is that of the head office.
pub fn same_bic(one: &str, other: &str) -> bool {
    !one.is_empty() && whole_bic(one) == whole_bic(other)
}

/// A BIC with its branch.
pub fn whole_bic(bic: &str) -> String {
    if bic.len() == 8 { format!("{bic}XXX") } else { bic.to_owned() }
}
