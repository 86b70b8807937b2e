//! People come in: by passkey, or by password and code.

use super::Access;
use crate::asked::{Asked, Came, SignedIn};
use crate::challenge::Challenge;
use crate::failed::{Denied, Why};
use crate::guesses::{Counter, FREE, FREE_OF_ADDRESS};
use crate::note::Noted;
use crate::once::Shown;
use crate::passkey::{Answer, Passkey};
use crate::password::NotNow;
use crate::secret::{hash_of_shown, same, secret};
use crate::store::{Change, Code, HashText, State, User};
use std::sync::Arc;

/// Browsers remembered of one user.
const DEVICES_MAX: usize = 8;

impl Access {
    /// Begins a sign-in with a passkey. Nobody is named: the passkey knows whose it is.
    ///
    /// # Errors
    /// No randomness.
    pub fn passkey_begin(&self, now_s: u64) -> Result<Asked, Denied> {
        let challenge = self.challenges.ask("sign_in", &[], now_s)?;
        let options = self.site.request(&challenge.bytes, &[]);
        Ok(Asked { id: challenge.id, options, until_s: challenge.until_s })
    }

    /// Ends it: `answer` is the JSON of `PublicKeyCredential.toJSON()`.
    ///
    /// # Errors
    /// See [`Why`](crate::Why).
    pub fn passkey_sign_in(
        &self,
        asked: &str,
        answer: &str,
        came: &Came<'_>,
        now_s: u64,
    ) -> Result<SignedIn, Denied> {
        let refuse = |why| self.turn_away(now_s, Denied::new(why), "sign-in", "passkey");
        let challenge = self.challenges.asked("sign_in", &[], asked, now_s);
        let challenge = challenge.map_err(|_| refuse(Why::Late))?;
        let answer = Answer::read(answer).ok_or_else(|| refuse(Why::Wrong))?;
        let user = self.store.state().owner_of(&answer.credential);
        let user = user.ok_or_else(|| refuse(Why::Wrong))?;
        // The device says whom it means; a passkey of somebody else is another person's.
        if answer.user.as_deref() != Some(&user.handle[..]) {
            return Err(refuse(Why::Wrong));
        }
        let passkey = self.signed_by(&user, &answer, &challenge, now_s)?;
        if user.disabled {
            return Err(refuse(Why::Disabled));
        }
        let signed_in = self.store.change(|state| {
            let mut user = still(state, &user)?;
            keep_counter(&mut user, &passkey)?;
            let mut begun = self.begin(state, &user, came, now_s)?;
            begun.changes.push(Change::User(Box::new(user)));
            Ok::<_, Denied>((begun.changes, begun.signed_in))
        })?;
        self.note_sign_in(&signed_in, came, "passkey", now_s);
        Ok(signed_in)
    }

    /// The passkey of this user, as it is after this signature; each question is answered once.
    pub(super) fn signed_by(
        &self,
        user: &User,
        answer: &Answer,
        challenge: &Challenge,
        now_s: u64,
    ) -> Result<Passkey, Denied> {
        let about = format!("user:{}", user.name);
        let refuse = |why| self.turn_away(now_s, Denied::new(why), &about, "passkey");
        let passkey = user.passkeys.iter().find(|passkey| passkey.id == answer.credential);
        let passkey = passkey.ok_or_else(|| refuse(Why::Wrong))?;
        let counter = self.site.signed(answer, passkey, &challenge.bytes).map_err(|copied| {
            if copied {
                let says = "the counter of a passkey went back: it may have been copied";
                self.note_loudly(now_s, Noted::NotRecognised, "", &about, says);
            }
            refuse(Why::Wrong)
        })?;
        match self.challenges.answer(challenge, now_s) {
            Shown::First => Ok(Passkey { counter, ..passkey.clone() }),
            Shown::Again => Err(refuse(Why::Again)),
            Shown::Full => Err(refuse(Why::Busy)),
        }
    }

    /// Signs in with password and code (RFC 6238). Takes tens of milliseconds of a core and 19 MiB: call it on a thread
    /// that may block.
    ///
    /// # Errors
    /// See [`Why`](crate::Why).
    pub fn password_sign_in(
        &self,
        name: &str,
        password: &str,
        code: &str,
        came: &Came<'_>,
        now_s: u64,
    ) -> Result<SignedIn, Denied> {
        let about = "sign-in";
        let refuse = |why| self.turn_away(now_s, Denied::new(why), about, "password");
        let user = self.store.state().users.get(name).cloned();
        let counters = counters(name, user.as_deref(), came);
        self.guesses.begin(&counters, now_s).map_err(|wait_s| {
            let denied = Denied { why: Why::TooMany, retry_after_s: Some(wait_s) };
            self.turn_away(now_s, denied, about, "password")
        })?;
        let kept = user.as_ref().and_then(|user| user.password.as_ref());
        let fits = self.passwords.fits(kept, password).map_err(|not_now| {
            self.guesses.take_back(&counters);
            refuse(busy(not_now))
        })?;
        // Both are looked at, whatever the first says: nobody learns which was wrong.
        let step = user.as_ref().and_then(|user| self.code_step(user, code, now_s));
        let (Some(user), true, Some(step)) = (user, fits, step) else {
            return Err(refuse(Why::Wrong));
        };
        if user.disabled {
            return Err(refuse(Why::Disabled));
        }
        let signed_in = self.store.change(|state| {
            let mut user = still(state, &user)?;
            // Another sign-in may have used this code while we computed.
            let code = user.code.as_mut().filter(|code| code.last_step < step);
            code.ok_or(Denied::new(Why::Again))?.last_step = step;
            let device = keep_device(&mut user, came)?;
            let mut begun = self.begin(state, &user, came, now_s)?;
            begun.changes.push(Change::User(Box::new(user)));
            begun.signed_in.device = device;
            Ok::<_, Denied>((begun.changes, begun.signed_in))
        })?;
        self.guesses.forget(&counters);
        self.note_sign_in(&signed_in, came, "password and code", now_s);
        Ok(signed_in)
    }

    /// The step of a code that counts for this user now.
    pub(super) fn code_step(&self, user: &User, code: &str, now_s: u64) -> Option<u64> {
        let kept: &Code = user.code.as_ref()?;
        let secret = self.codes.open_code(&user.handle, kept)?;
        crate::codes::step_of(&secret, code, now_s, kept.last_step)
    }

    pub(super) fn note_sign_in(&self, who: &SignedIn, came: &Came<'_>, how: &str, now_s: u64) {
        let session = who.principal.session.map(|id| format!("session:{id}")).unwrap_or_default();
        let says = format!("{how}, from {}", super::kept(came.address, 64));
        self.note(now_s, Noted::SignedIn, &who.principal.id, &session, &says);
    }
}

pub(super) fn busy(not_now: NotNow) -> Why {
    match not_now {
        NotNow::Busy => Why::Busy,
        NotNow::NoRandomness => Why::Storage,
    }
}

/// The user as of now, unless they were disabled or lost the key meanwhile.
pub(super) fn still(state: &State, user: &User) -> Result<User, Denied> {
    let now = state.users.get(&user.name).filter(|now| !now.disabled && now.handle == user.handle);
    now.map(|now| User::clone(now)).ok_or(Denied::new(Why::Wrong))
}

/// Keeps the counter of a passkey, unless the passkey is gone or its counter went on meanwhile.
pub(super) fn keep_counter(user: &mut User, signed: &Passkey) -> Result<(), Denied> {
    let kept = user.passkeys.iter_mut().find(|passkey| passkey.id == signed.id);
    let kept = kept.ok_or(Denied::new(Why::Wrong))?;
    if signed.counter != 0 && signed.counter <= kept.counter {
        return Err(Denied::new(Why::Wrong));
    }
    kept.counter = signed.counter;
    Ok(())
}

/// The user's browser that a cookie names.
fn device(user: &User, came: &Came<'_>) -> Option<HashText> {
    let shown = came.device.and_then(hash_of_shown)?;
    user.devices.iter().find(|device| same(&device.0, &shown)).copied()
}

/// Remembers the browser; a new one gets a cookie.
fn keep_device(user: &mut User, came: &Came<'_>) -> Result<Option<String>, Denied> {
    if device(user, came).is_some() {
        return Ok(None);
    }
    let (cookie, hash) = secret()?;
    if user.devices.len() >= DEVICES_MAX {
        user.devices.remove(0);
    }
    user.devices.push(HashText(hash));
    Ok(Some(cookie))
}

/// What a guess counts against.
fn counters(name: &str, user: Option<&User>, came: &Came<'_>) -> Vec<Counter> {
    match user.and_then(|user| device(user, came)) {
        Some(known) => vec![Counter::of("device", &[name.as_bytes(), &known.0], FREE)],
        None => vec![
            Counter::of("name", &[name.as_bytes()], FREE),
            Counter::of("address", &[came.address.as_bytes()], FREE_OF_ADDRESS),
        ],
    }
}

/// A user by name, as somebody who is signed in.
pub(super) fn user_of(state: &State, name: &str) -> Result<Arc<User>, Denied> {
    state.users.get(name).cloned().ok_or(Denied::new(Why::NoSession))
}
