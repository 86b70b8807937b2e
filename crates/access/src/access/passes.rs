//! Passes for the tables: for tools that can show a word and nothing else. Whoever is known at another door, by a bound token
//! or a session, gets one for some minutes; it opens Flight SQL alone, and only from the address that showed it first.

use super::{Access, sessions};
use crate::action::Action;
use crate::failed::{Denied, Why};
use crate::note::Noted;
use crate::principal::{Principal, PrincipalKind};
use crate::resource::Resource;
use crate::secret::{Hash, hash_of_shown, secret};
use crate::store::State;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Seconds a pass is good.
const PASS_S: u64 = 600;
/// Passes of one principal at once; the oldest ends when there would be more.
const OF_ONE_MAX: usize = 16;
/// Passes at once in all.
const PASSES_MAX: usize = 1 << 14;

/// Passes that live; a restart forgets them.
#[derive(Default)]
pub(super) struct Passes(Mutex<HashMap<Hash, Pass>>);

struct Pass {
    /// Who it was when the pass was made.
    who: Arc<Principal>,
    /// Of a client: its version then; with another the pass is void.
    version: u64,
    until_s: u64,
    /// Where it was shown first.
    address: Option<IpAddr>,
}

/// A pass, shown once; a hash is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct TablePass {
    /// The word to show: `Authorization: Bearer`, or as the password beside any name.
    pub token: String,
    /// Seconds it is good.
    pub expires_in_s: u64,
}

impl std::fmt::Debug for TablePass {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TablePass")
            .field("expires_in_s", &self.expires_in_s)
            .finish_non_exhaustive()
    }
}

impl Access {
    /// A pass for somebody who may ask the tables.
    ///
    /// # Errors
    /// `NotAllowed`, `Busy`, no randomness.
    pub fn pass(&self, who: &Arc<Principal>, now_s: u64) -> Result<TablePass, Denied> {
        if !self.allows(who, Action::QueryAsk, &ours(who), now_s).is_yes() {
            return Err(Denied::new(Why::NotAllowed));
        }
        let (token, hash) = secret()?;
        let version = self.version_of(who);
        let mut passes = self.passes.0.lock().unwrap_or_else(PoisonError::into_inner);
        passes.retain(|_, pass| now_s < pass.until_s);
        let own = passes.iter().filter(|(_, pass)| pass.who.id == who.id);
        let oldest = own.clone().min_by_key(|(_, pass)| pass.until_s).map(|(hash, _)| *hash);
        if own.count() >= OF_ONE_MAX
            && let Some(oldest) = oldest
        {
            passes.remove(&oldest);
        }
        if passes.len() >= PASSES_MAX {
            return Err(Denied::new(Why::Busy));
        }
        let until_s = now_s + PASS_S;
        passes.insert(hash, Pass { who: Arc::clone(who), version, until_s, address: None });
        drop(passes);
        self.note(now_s, Noted::TokenIssued, &who.id, "pass", "query.ask");
        Ok(TablePass { token, expires_in_s: PASS_S })
    }

    /// Who shows this pass, with the rights that count now; and whether they may see personal data in clear.
    ///
    /// # Errors
    /// `NoToken`; `NotBound` from another address; `NotAllowed` when the right is gone.
    pub fn shows_pass(
        &self,
        token: &str,
        address: Option<IpAddr>,
        now_s: u64,
    ) -> Result<(Arc<Principal>, bool), Denied> {
        let refuse = |why| self.turn_away(now_s, Denied::new(why), "pass", "pass");
        let who = self.pass_of(token, address, now_s).map_err(refuse)?;
        if !self.allows(&who, Action::QueryAsk, &ours(&who), now_s).is_yes() {
            return Err(Denied::new(Why::NotAllowed));
        }
        let personal = self.would_allow(&who, Action::QueryPersonal, &ours(&who)).is_yes();
        Ok((who, personal))
    }

    fn pass_of(
        &self,
        token: &str,
        address: Option<IpAddr>,
        now_s: u64,
    ) -> Result<Arc<Principal>, Why> {
        let hash = hash_of_shown(token).ok_or(Why::NoToken)?;
        let (who, version) = {
            let mut passes = self.passes.0.lock().unwrap_or_else(PoisonError::into_inner);
            let pass = passes.get_mut(&hash).filter(|pass| now_s < pass.until_s);
            let pass = pass.ok_or(Why::NoToken)?;
            // A word that leaks later is worth nothing elsewhere.
            match pass.address {
                None => pass.address = address,
                Some(first) if Some(first) == address => {}
                Some(_) => return Err(Why::NotBound),
            }
            (Arc::clone(&pass.who), pass.version)
        };
        match who.kind {
            PrincipalKind::User => self.still_signed_in(&who, now_s),
            PrincipalKind::Client if self.version_of(&who) == version => Ok(who),
            PrincipalKind::Client => Err(Why::NoToken),
        }
    }

    /// The version of a client that is not disabled; 0 for nobody's.
    fn version_of(&self, who: &Principal) -> u64 {
        let client =
            who.id.strip_prefix("client:").map(|name| client_version(&self.store.state(), name));
        client.flatten().map_or(0, |version| version + 1)
    }

    /// A person as of now, while the session lives in which the pass was made.
    fn still_signed_in(&self, who: &Principal, now_s: u64) -> Result<Arc<Principal>, Why> {
        let name = who.id.strip_prefix("user:").ok_or(Why::NoSession)?;
        let state = self.store.state();
        let user = state.users.get(name).filter(|user| !user.disabled).ok_or(Why::NoSession)?;
        let mut own = state.sessions_of(name);
        let live = own.find(|live| Some(live.session.id) == who.session.map(|id| id.0));
        let live = live.filter(|live| !self.has_ended(live, now_s)).ok_or(Why::NoSession)?;
        Ok(Arc::new(sessions::principal(&live.session, user, now_s)))
    }
}

fn client_version(state: &State, name: &str) -> Option<u64> {
    state.clients.get(name).filter(|client| !client.disabled).map(|client| client.version)
}

/// The tables of the asker's own institution.
fn ours(who: &Principal) -> Resource<'_> {
    Resource { institution: who.institution.as_deref(), ..Resource::bank() }
}
