//! One's own passkeys: seen, added, removed.

use super::sign_in::{still, user_of};
use super::{Access, kept, person, sessions};
use crate::asked::{Asked, PasskeyView};
use crate::failed::{Denied, Refused, Why};
use crate::note::Noted;
use crate::once::Shown;
use crate::passkey::Passkey;
use crate::principal::Principal;
use crate::secret::text_of;
use crate::store::Change;

/// Passkeys of one person.
const PASSKEYS_MAX: usize = 16;

impl Access {
    /// One's own passkeys.
    ///
    /// # Errors
    /// Not a person.
    pub fn my_passkeys(&self, who: &Principal) -> Result<Vec<PasskeyView>, Refused> {
        let user = user_of(&self.store.state(), person(who)?)?;
        let view = |passkey: &Passkey| PasskeyView {
            id: text_of(&passkey.id),
            label: passkey.label.clone(),
            since_s: passkey.since_s,
        };
        Ok(user.passkeys.iter().map(view).collect())
    }

    /// Begins to add a passkey to one's own.
    ///
    /// # Errors
    /// Not a person.
    pub fn passkey_add_begin(&self, who: &Principal, now_s: u64) -> Result<Asked, Denied> {
        self.not_by_phone(who)?;
        let user = self.myself(who)?;
        let challenge = self.challenges.ask("add", &[who.id.as_bytes()], now_s)?;
        let known = &user.passkeys;
        let options = self.site.creation(&challenge.bytes, (&user.name, &user.handle), known);
        Ok(Asked { id: challenge.id, options, until_s: challenge.until_s })
    }

    /// Ends it.
    ///
    /// # Errors
    /// See [`Why`](crate::Why).
    pub fn passkey_add_finish(
        &self,
        who: &Principal,
        asked: &str,
        answer: &str,
        label: &str,
        now_s: u64,
    ) -> Result<(), Denied> {
        let refuse = |why| self.turn_away(now_s, Denied::new(why), &who.id, "passkey");
        self.not_by_phone(who)?;
        let user = self.myself(who)?;
        let challenge = self.challenges.asked("add", &[who.id.as_bytes()], asked, now_s);
        let challenge = challenge.map_err(|_| refuse(Why::Late))?;
        let made = self.site.created(answer, &challenge.bytes);
        let made = made.ok_or_else(|| refuse(Why::Wrong))?;
        if self.challenges.answer(&challenge, now_s) != Shown::First {
            return Err(refuse(Why::Again));
        }
        let made = Passkey { label: kept(label, 64), since_s: now_s, ..made };
        let says = format!("passkey added: {}", text_of(&made.id));
        self.store.change(|state| {
            let mut user = still(state, &user)?;
            if state.owner_of(&made.id).is_some() || user.passkeys.len() >= PASSKEYS_MAX {
                return Err(Denied::new(Why::Again));
            }
            user.passkeys.push(made);
            Ok((vec![Change::User(Box::new(user))], ()))
        })?;
        self.note(now_s, Noted::CredentialChanged, &who.id, &who.id, &says);
        Ok(())
    }

    /// Removes one of one's own passkeys, but not the last way in. Other sessions end.
    ///
    /// # Errors
    /// Unknown, conflict, storage.
    pub fn passkey_remove(&self, who: &Principal, id: &str, now_s: u64) -> Result<(), Refused> {
        self.not_by_phone(who)?;
        let user = self.myself(who)?;
        self.store.change(|state| {
            let mut user = still(state, &user)?;
            let before = user.passkeys.len();
            user.passkeys.retain(|passkey| text_of(&passkey.id) != id);
            if user.passkeys.len() == before {
                return Err(Refused::Unknown("passkey of yours with this id".to_owned()));
            }
            if !user.has_key() {
                let says = "this is the last way in; add another passkey first";
                return Err(Refused::Conflict(says.to_owned()));
            }
            let mut changes = sessions::end_others(state, &user.name, who.session);
            changes.push(Change::User(Box::new(user)));
            Ok((changes, ()))
        })?;
        let says = format!("passkey removed: {}", kept(id, 128));
        self.note(now_s, Noted::CredentialChanged, &who.id, &who.id, &says);
        Ok(())
    }

    /// The user that a signed-in person is.
    pub(super) fn myself(
        &self,
        who: &Principal,
    ) -> Result<std::sync::Arc<crate::store::User>, Denied> {
        let name = person(who).map_err(|_| Denied::new(Why::NotAllowed))?;
        user_of(&self.store.state(), name)
    }
}
