//! Links that open once: the first sign-in, and the way back for who lost all keys.

use super::sign_in::busy;
use super::{Access, kept};
use crate::asked::{Asked, Came, CodeOffer, LinkKind, LinkView, OneTimeLink, SignedIn};
use crate::codes;
use crate::failed::{AccessFailed, Denied, Refused, Why};
use crate::note::Noted;
use crate::once::Shown;
use crate::passkey::Passkey;
use crate::password::{Password, fault};
use crate::secret::{Hash, hash_of_shown, random, secret};
use crate::store::{Change, Code, HashText, Link, State, User};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// Seconds a first link is good.
pub(super) const INVITE_S: u64 = 3 * 86_400;
/// Seconds the very first link of a bank is good.
const FIRST_S: u64 = 86_400;
/// Seconds a link of a recovery is good.
pub(super) const RECOVERY_S: u64 = 3_600;
/// Offers of codes that wait for their first code.
const OFFERS_MAX: usize = 1_024;
/// Wrong first codes after which an offer ends.
const OFFER_TRIES_MAX: u32 = 5;

/// Passwords and secrets that were offered on a link and do not count yet.
#[derive(Default)]
pub(super) struct Offers(Mutex<HashMap<Hash, Offer>>);

struct Offer {
    password: Password,
    secret: Zeroizing<[u8; codes::SECRET_BYTES]>,
    until_s: u64,
    tries: u32,
}

impl Access {
    /// Looks at a link without using it.
    ///
    /// # Errors
    /// `Wrong`.
    pub fn link_look(&self, token: &str, now_s: u64) -> Result<LinkView, Denied> {
        let (link, _) = self.link(token, now_s)?;
        Ok(LinkView { user: link.user, kind: link.kind, until_s: link.until_s })
    }

    fn link(&self, token: &str, now_s: u64) -> Result<(Link, Arc<User>), Denied> {
        let found = link_in(&self.store.state(), token, now_s);
        found.map_err(|denied| self.turn_away(now_s, denied, "link", "link"))
    }

    /// Begins to register a passkey with a link.
    ///
    /// # Errors
    /// `Wrong`, no randomness.
    pub fn link_passkey_begin(&self, token: &str, now_s: u64) -> Result<Asked, Denied> {
        let (link, user) = self.link(token, now_s)?;
        let challenge = self.challenges.ask("link", &[&link.hash], now_s)?;
        let options = self.site.creation(&challenge.bytes, (&user.name, &user.handle), &[]);
        Ok(Asked { id: challenge.id, options, until_s: challenge.until_s })
    }

    /// Ends it: the passkey counts, the link is used, the person is signed in.
    ///
    /// # Errors
    /// See [`Why`](crate::Why).
    pub fn link_passkey_finish(
        &self,
        token: &str,
        asked: &str,
        answer: &str,
        label: &str,
        came: &Came<'_>,
        now_s: u64,
    ) -> Result<SignedIn, Denied> {
        let refuse = |why| self.turn_away(now_s, Denied::new(why), "link", "passkey");
        let (link, _) = self.link(token, now_s)?;
        let challenge = self.challenges.asked("link", &[&link.hash], asked, now_s);
        let challenge = challenge.map_err(|_| refuse(Why::Late))?;
        let made = self.site.created(answer, &challenge.bytes);
        let made = made.ok_or_else(|| refuse(Why::Wrong))?;
        if self.challenges.answer(&challenge, now_s) != Shown::First {
            return Err(refuse(Why::Again));
        }
        let made = Passkey { label: kept(label, 64), since_s: now_s, ..made };
        self.use_link(token, came, "passkey", now_s, |state, user| {
            if state.owner_of(&made.id).is_some() {
                return Err(Denied::new(Why::Again));
            }
            user.passkeys.push(made);
            Ok(())
        })
    }

    /// For who has no passkey: a password of 15 to 128 characters, and a secret for codes. The link is not used
    /// yet. Takes as long as a sign-in.
    ///
    /// # Errors
    /// `Wrong`, an invalid password.
    pub fn link_password(
        &self,
        token: &str,
        password: &str,
        now_s: u64,
    ) -> Result<CodeOffer, Refused> {
        let (link, user) = self.link(token, now_s)?;
        if let Some(says) = fault(password, &user.name) {
            return Err(Refused::Invalid { field: "password", says });
        }
        let password =
            self.passwords.keep(password).map_err(|not_now| Denied::new(busy(not_now)))?;
        let secret = Zeroizing::new(random().map_err(Refused::Failed)?);
        let text = codes::base32(&secret[..]);
        let title = self.site.title.replace(|c: char| !c.is_ascii_alphanumeric(), "%20");
        let uri = format!(
            "otpauth://totp/{title}:{}?secret={text}&issuer={title}&algorithm=SHA1&digits=6&period={}",
            user.name,
            codes::STEP_S
        );
        let mut offers = self.offers.0.lock().unwrap_or_else(PoisonError::into_inner);
        offers.retain(|_, offer| now_s < offer.until_s);
        if offers.len() >= OFFERS_MAX {
            return Err(Denied::new(Why::Busy).into());
        }
        let until_s = now_s + crate::challenge::ANSWER_S * 2;
        offers.insert(link.hash, Offer { password, secret, until_s, tries: 0 });
        Ok(CodeOffer { secret: text, uri })
    }

    /// Ends it with the first code: password and codes count, the link is used, the person is signed in.
    ///
    /// # Errors
    /// See [`Why`](crate::Why).
    pub fn link_password_finish(
        &self,
        token: &str,
        code: &str,
        came: &Came<'_>,
        now_s: u64,
    ) -> Result<SignedIn, Denied> {
        let (link, user) = self.link(token, now_s)?;
        let taken = self.offered(&link.hash, &user, code, now_s);
        let (password, code) =
            taken.map_err(|denied| self.turn_away(now_s, denied, "link", "first code"))?;
        self.use_link(token, came, "password and code", now_s, |_, user| {
            (user.password, user.code) = (Some(password), Some(code));
            Ok(())
        })
    }

    /// What was offered on a link, if this is a code of it.
    fn offered(
        &self,
        link: &Hash,
        user: &User,
        code: &str,
        now_s: u64,
    ) -> Result<(Password, Code), Denied> {
        let mut offers = self.offers.0.lock().unwrap_or_else(PoisonError::into_inner);
        let offer = offers.get_mut(link).filter(|offer| now_s < offer.until_s);
        let offer = offer.ok_or(Denied::new(Why::Late))?;
        let Some(step) = codes::step_of(&offer.secret[..], code, now_s, 0) else {
            offer.tries += 1;
            if offer.tries >= OFFER_TRIES_MAX {
                offers.remove(link);
            }
            return Err(Denied::new(Why::Wrong));
        };
        let sealed = self.codes.seal(&user.handle, &offer.secret[..])?;
        let password = offer.password.clone();
        offers.remove(link);
        Ok((password, Code { last_step: step, ..sealed }))
    }

    /// Uses a link, whatever the person brought.
    fn use_link(
        &self,
        token: &str,
        came: &Came<'_>,
        how: &str,
        now_s: u64,
        add: impl FnOnce(&State, &mut User) -> Result<(), Denied>,
    ) -> Result<SignedIn, Denied> {
        let (signed_in, link) = self
            .store
            .change(|state| {
                // Whoever came first has used it.
                let (link, user) = link_in(state, token, now_s)?;
                let mut user = User::clone(&user);
                let mut before = Vec::new();
                if link.kind == LinkKind::Recovery {
                    before = super::sessions::end_all(state, &user.name);
                    (user.password, user.code) = (None, None);
                    (user.phone, user.card) = (None, None);
                    user.passkeys.clear();
                    user.devices.clear();
                }
                add(state, &mut user)?;
                let begun = self.begin(state, &user, came, now_s)?;
                let gone = Change::LinkGone(HashText(link.hash));
                let changes =
                    [before, vec![gone, Change::User(Box::new(user))], begun.changes].concat();
                Ok::<_, Denied>((changes, (begun.signed_in, link)))
            })
            .map_err(|denied| self.turn_away(now_s, denied, "link", how))?;
        let who = signed_in.principal.id.clone();
        match link.kind {
            LinkKind::Invite => self.note(now_s, Noted::Link, &who, &who, "first sign-in"),
            LinkKind::Recovery => {
                let says = "recovered; all keys and sessions of before ended";
                self.note_loudly(now_s, Noted::Recovery, &who, &who, says);
            }
        }
        self.note(now_s, Noted::CredentialChanged, &who, &who, how);
        self.note_sign_in(&signed_in, came, how, now_s);
        Ok(signed_in)
    }
}

/// A new link for a user as changes; those of before end.
pub(super) fn new_link(
    state: &State,
    user: &Arc<str>,
    kind: LinkKind,
    now_s: u64,
) -> Result<(Vec<Change>, OneTimeLink), AccessFailed> {
    let (token, hash) = secret()?;
    // Before anybody was let in, whoever finds the first link has the bank.
    let good_s = match kind {
        LinkKind::Recovery => RECOVERY_S,
        LinkKind::Invite if state.has_no_users() => FIRST_S,
        LinkKind::Invite => INVITE_S,
    };
    let until_s = now_s + good_s;
    let mut changes = end_links(state, user);
    changes.push(Change::Link(Link { hash, user: user.clone(), kind, until_s }));
    Ok((changes, OneTimeLink { user: user.clone(), token, until_s }))
}

/// All links of a user end.
pub(super) fn end_links(state: &State, user: &str) -> Vec<Change> {
    let links = state.links.values().filter(|link| &*link.user == user);
    links.map(|link| Change::LinkGone(HashText(link.hash))).collect()
}

/// The link of this token, if it is good, and its user.
fn link_in(state: &State, token: &str, now_s: u64) -> Result<(Link, Arc<User>), Denied> {
    let wrong = Denied::new(Why::Wrong);
    let link = hash_of_shown(token).and_then(|hash| state.links.get(&hash));
    let link = link.filter(|link| now_s < link.until_s).ok_or(wrong.clone())?;
    let user = state.users.get(&link.user).filter(|user| !user.disabled).ok_or(wrong)?;
    Ok((link.clone(), user.clone()))
}
