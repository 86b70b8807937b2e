//! How this bank and others are named in messages, as the configuration file says it, and the desk that takes them when no
//! server runs: the bank is opened, set to work for one message, and closed again.

use crate::bank::Bank;
use crate::fail::{Done, Exit, Failure};
use api::messages::{Counterpart, Desk, IbanRule, Keeps, Naming, Store};
use journal::{Files, Vault};
use node::{RunOptions, SystemClock};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use terms::{AccountId, Currency, PartyId, Sealed};
use tokio::runtime::Builder;

/// The folder of messages in a bank's own.
const FOLDER: &str = "iso";
/// Characters of an IBAN at most.
const IBAN_MAX: usize = 34;

/// Messages of ISO 20022.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IsoConfig {
    /// The folder that messages are put into; empty for none.
    pub folder: PathBuf,
    /// This bank's BIC; empty when it takes no messages between banks.
    pub bic: String,
    /// The country of its IBANs; empty when its accounts have none.
    pub iban_country: String,
    /// The bank's code within them.
    pub iban_bank: String,
    /// Digits of the account's number within them.
    pub iban_digits: usize,
    /// Seconds between two looks at what is to be sent to other banks.
    pub send_every_s: u32,
    /// Banks that payments are settled with.
    pub counterparts: Vec<CounterpartConfig>,
}

/// A bank that payments are settled with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CounterpartConfig {
    /// Its BIC.
    pub bic: String,
    /// The account it is settled over, by currency.
    pub settlement: BTreeMap<String, String>,
}

fn wrong(what: String) -> Failure {
    Failure::usage(what, "mend [iso] in the file; `tj serve --print-config` explains every key")
}

/// ISO 9362: four letters, the country, two or five letters and digits.
fn check_bic(bic: &str) -> Done {
    let letters = |part: &str| part.bytes().all(|b| b.is_ascii_uppercase());
    let shaped = matches!(bic.len(), 8 | 11)
        && bic.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && bic.get(4..6).is_some_and(letters);
    if shaped { Ok(()) } else { Err(wrong(format!("{bic:?} is no BIC"))) }
}

/// An account as a decimal number or as the API writes it.
fn account(text: &str) -> Done<AccountId> {
    let number = text.parse().ok().filter(|id: &u128| *id != 0).map(AccountId);
    let written = || api::wire::AccountRef::parse(text).ok().map(|account| account.0);
    number.or_else(written).ok_or_else(|| wrong(format!("{text:?} is no account")))
}

impl IsoConfig {
    /// How banks and accounts are named.
    ///
    /// # Errors
    /// Something in it is no BIC, currency or account.
    pub fn naming(&self) -> Done<Naming> {
        if !self.bic.is_empty() {
            check_bic(&self.bic)?;
        }
        let counterparts: Vec<Counterpart> =
            self.counterparts.iter().map(CounterpartConfig::named).collect::<Done<_>>()?;
        if self.bic.is_empty() && !counterparts.is_empty() {
            return Err(wrong("there are counterparts, and bic is empty".to_owned()));
        }
        let mut over: Vec<AccountId> =
            counterparts.iter().flat_map(|bank| bank.settlement.values().copied()).collect();
        over.sort_unstable();
        if over.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(wrong("two banks or currencies are settled over one account".to_owned()));
        }
        Ok(Naming { bic: self.bic.clone(), iban: self.iban()?, counterparts })
    }

    fn iban(&self) -> Done<Option<IbanRule>> {
        if self.iban_country.is_empty() {
            return Ok(None);
        }
        let (country, bank) = (self.iban_country.clone(), self.iban_bank.clone());
        let letters = country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase());
        let coded = bank.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let fits = self.iban_digits > 0 && 4 + bank.len() + self.iban_digits <= IBAN_MAX;
        if !(letters && coded && fits) {
            let what = "iban_country has two capitals, iban_bank capitals and digits, and an IBAN at most 34 characters in all";
            return Err(wrong(what.to_owned()));
        }
        Ok(Some(IbanRule { country, bank, digits: self.iban_digits }))
    }
}

impl CounterpartConfig {
    fn named(&self) -> Done<Counterpart> {
        check_bic(&self.bic)?;
        let mut settlement = BTreeMap::new();
        for (code, text) in &self.settlement {
            let currency = Currency::by_code(code)
                .ok_or_else(|| wrong(format!("{code:?} is no currency known here")))?;
            settlement.insert(currency, account(text)?);
        }
        Ok(Counterpart { bic: self.bic.clone(), settlement })
    }
}

/// What was taken by the bank in a folder.
///
/// # Errors
/// The disk's.
pub fn store(folder: &Path) -> Done<Store> {
    Store::open(&folder.join(FOLDER))
        .map_err(|error| crate::bank::disk_failed(&folder.join(FOLDER), &error))
}

/// A vault that one thread at a time uses.
struct Keeper(Mutex<Option<Vault<Files>>>);

impl Keeps for Keeper {
    fn prepare(&self, parties: &[PartyId]) {
        if let Some(vault) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            // Whose key cannot be made is told when something is sealed under it.
            let _ = vault.ensure_keys(parties);
        }
    }

    fn seal(&self, party: PartyId, text: &[u8]) -> Result<Sealed, String> {
        let mut vault = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let vault = vault.as_mut().ok_or("the vault with people's keys is lost")?;
        vault.ensure_keys(&[party]).map_err(|why| why.to_string())?;
        vault.seal(party, text).map_err(|why| why.to_string())
    }

    fn open(&self, party: PartyId, sealed: &Sealed) -> Option<Vec<u8>> {
        let vault = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        vault.as_ref()?.open_sealed(party, sealed).ok()
    }
}

/// Sets an open bank to work, does something at its desk, and closes it.
///
/// # Errors
/// What `work` says; the disk's.
pub fn at_desk<T>(
    mut bank: Bank,
    folder: &Path,
    naming: Naming,
    work: impl FnOnce(&Desk, &dyn Keeps) -> Done<T>,
) -> Done<T> {
    let store = store(folder)?;
    let threads = Builder::new_multi_thread().worker_threads(1).enable_time().build();
    let threads = threads.map_err(|error| {
        Failure::because(
            Exit::Failed,
            "no threads to wait with",
            &error,
            "see to the system's limits",
        )
    })?;
    let keeper = Keeper(Mutex::new(bank.vault_out()));
    let (running, line) = bank.node.run(SystemClock, RunOptions::default());
    let desk =
        Desk { line, reader: running.reader(), naming, store, threads: threads.handle().clone() };
    let done = work(&desk, &keeper);
    drop(desk);
    let next = "see to the disk, then start again; what was answered is durable";
    let stopped = running
        .stop()
        .map_err(|error| Failure::because(Exit::Failed, "the bank has stopped", &error, next));
    bank.node = stopped?;
    bank.close()?;
    done
}
