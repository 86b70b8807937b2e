//! Who has which number: accounts and parties in the order in which the journal opened them. A number is
//! what files carry, joins compare and groups count by; the id is what people write.

use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::collections::HashSet;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use terms::Currency;

/// Ids of one kind, by number and back.
#[derive(Debug, Default)]
pub struct Ids {
    ids: Vec<u128>,
    keys: HashMap<u128, u32, RandomState>,
}

impl Ids {
    /// The number of an id; `None` if nobody has it.
    pub fn key(&self, id: u128) -> Option<u32> {
        self.keys.get(&id).copied()
    }

    /// The id with this number.
    pub fn id(&self, key: u32) -> Option<u128> {
        self.ids.get(key as usize).copied()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Gives the next number; an id that is there already keeps its own.
    pub fn add(&mut self, id: u128) -> u32 {
        let next = self.ids.len() as u32;
        let key = *self.keys.entry(id).or_insert(next);
        if key == next {
            self.ids.push(id);
        }
        key
    }
}

/// All numbers of a bank. It only grows, so that whoever looks at an earlier entry may use a later one.
#[derive(Debug, Default)]
pub struct Names {
    /// Accounts, in the order of opening.
    pub accounts: Ids,
    /// The ledger of each.
    pub ledgers: Vec<Currency>,
    /// Parties, in the order of registration.
    pub parties: Ids,
    /// Numbers of parties that were erased, whenever that was.
    pub erased: HashSet<u32>,
}

impl Names {
    /// Takes note of an account.
    pub fn open(&mut self, id: u128, ledger: Currency) -> u32 {
        let key = self.accounts.add(id);
        if self.ledgers.len() < self.accounts.len() {
            self.ledgers.push(ledger);
        }
        key
    }

    /// The currency of an account.
    pub fn currency(&self, key: u32) -> Currency {
        self.ledgers.get(key as usize).copied().unwrap_or_default()
    }
}

/// The numbers, shared by who converts and who asks.
#[derive(Debug, Default)]
pub struct Directory {
    names: RwLock<Names>,
}

impl Directory {
    /// For reading; short.
    pub fn read(&self) -> RwLockReadGuard<'_, Names> {
        self.names.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// For adding; short.
    pub fn write(&self) -> RwLockWriteGuard<'_, Names> {
        self.names.write().unwrap_or_else(PoisonError::into_inner)
    }
}
