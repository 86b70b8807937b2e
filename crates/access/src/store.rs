//! What is kept of identity: one file `access.log`, to which every change is appended and synced before it counts. Records
//! form a chain of hashes; the state is what they say together. The bytes are specified in `docs/formats/access.md`.

mod log;
mod state;

pub(crate) use log::Opened;
pub(crate) use state::{
    Act, Card, Change, Client, ClientKey, Code, HashText, Id128, Link, Live, Phone, Session, State,
    User,
};

use crate::failed::AccessFailed;
use log::Log;
use std::path::Path;
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

/// The open store. Reading takes a lock for the time of a look-up; a change holds the other lock while the disk works.
pub(crate) struct Store {
    log: Mutex<Log>,
    state: RwLock<State>,
}

impl Store {
    /// Opens the folder, or makes it, and reads what is there.
    pub(crate) fn open(folder: &Path) -> Result<(Store, Opened), AccessFailed> {
        let mut state = State::default();
        let (log, opened) = Log::open(folder, |changes| {
            changes.iter().for_each(|change| state.apply(change));
        })?;
        Ok((Store { log: Mutex::new(log), state: RwLock::new(state) }, opened))
    }

    /// The state of now. Held for a look-up, never across work.
    pub(crate) fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides on changes in the order of their coming, makes them durable, and then lets them count: all or none.
    pub(crate) fn change<T, E: From<AccessFailed>>(
        &self,
        decide: impl FnOnce(&State) -> Result<(Vec<Change>, T), E>,
    ) -> Result<T, E> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        let (changes, told) = decide(&self.state())?;
        if changes.is_empty() {
            return Ok(told);
        }
        log.append(&changes)?;
        {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            changes.iter().for_each(|change| state.apply(change));
        }
        if log.is_long() {
            let whole = self.state().whole();
            log.compact(&whole)?;
        }
        Ok(told)
    }

    /// Notes something that may be lost in a crash, if nobody is writing just now.
    pub(crate) fn mention(&self, change: &Change) {
        if let Ok(mut log) = self.log.try_lock() {
            // A failure is told by the next change that must be durable.
            let _ = log.append_unsynced(std::slice::from_ref(change));
        }
    }
}
