//! Phones without an app: number and PIN sign in, where a gateway says the number. Such a session is less than one of a passkey
//! or of password and code: it makes and changes no keys, and signs with the card (`card.rs`) alone. A phone that has another
//! SIM than before looks, and pays nothing until its owner said by other means that the SIM is theirs.

use super::people::find;
use super::sign_in::{busy, still};
use super::{Access, person};
use crate::asked::{Came, NewPhone, PhoneView, SignedIn};
use crate::failed::{Denied, Refused, Why};
use crate::guesses::{Counter, FREE};
use crate::note::Noted;
use crate::principal::Principal;
use crate::secret::text_of;
use crate::store::{Change, HashText, Phone, State, User};
use std::sync::Arc;
use terms::PartyId;

/// Digits of a PIN.
const PIN_DIGITS: usize = 6;
/// Wrong PINs in a row after which only a new PIN opens: five of a million.
const WRONG_MAX: u8 = 5;
/// Digits of a number (ITU-T E.164).
const NUMBER_DIGITS: std::ops::RangeInclusive<usize> = 8..=15;
/// Languages that phones speak.
const LANGUAGES: [&str; 2] = ["en", "zh"];

impl Access {
    /// One's own phone.
    ///
    /// # Errors
    /// Not a person.
    pub fn my_phone(&self, who: &Principal) -> Result<Option<PhoneView>, Refused> {
        let user = self.myself(who)?;
        Ok(user.phone.as_ref().map(|phone| PhoneView {
            number: phone.number.clone(),
            lang: phone.lang.clone(),
            locked: phone.wrong >= WRONG_MAX,
            sim_changed: phone.sim_new.is_some(),
            since_s: phone.since_s,
        }))
    }

    /// Lets a phone of one's own sign in with a PIN, or changes its number or PIN. Its sessions end. A number that somebody else
    /// named and never signed in with gives way: who holds the number is known only when they do. Takes as long as a sign-in.
    ///
    /// # Errors
    /// On a phone; for people of the bank; a number that another's phone uses; an invalid number, PIN or language.
    pub fn phone_set(
        &self,
        who: &Principal,
        new: &NewPhone<'_>,
        now_s: u64,
    ) -> Result<(), Refused> {
        self.not_by_phone(who)?;
        if who.roles.is_empty() || who.roles.iter().any(|role| role.is_staff()) {
            let says = "only customers sign in with a phone and a PIN";
            return Err(Refused::Conflict(says.to_owned()));
        }
        let user = self.myself(who)?;
        let number = number_of(new.number)?;
        if let Some(says) = pin_fault(new.pin, &number) {
            return Err(Refused::Invalid { field: "pin", says });
        }
        check_language(new.lang)?;
        let kept = self.passwords.keep(&self.pin_text(&user, new.pin));
        let pin = kept.map_err(|not_now| Denied::new(busy(not_now)))?;
        self.store.change(|state| {
            let mut changes = ends_phone_sessions(state, &user.name);
            if let Some(other) = state.owner_of_phone(&number)
                && other.name != user.name
            {
                if other.phone.as_ref().is_some_and(|phone| phone.used) {
                    return Err(Refused::Exists(format!("a phone with the number {number}")));
                }
                changes.push(without_phone(other));
            }
            let mut user = still(state, &user)?;
            let same = user.phone.take().filter(|phone| *phone.number == *number);
            let (sim, sim_new) = same.map_or((None, None), |phone| (phone.sim, phone.sim_new));
            user.phone = Some(Phone {
                number: number.as_str().into(),
                pin,
                wrong: 0,
                sim,
                sim_new,
                lang: new.lang.into(),
                used: false,
                since_s: now_s,
            });
            changes.push(Change::User(Box::new(user)));
            Ok((changes, ()))
        })?;
        self.note(now_s, Noted::CredentialChanged, &who.id, &who.id, "phone and PIN set");
        Ok(())
    }

    /// The language of one's phone.
    ///
    /// # Errors
    /// No phone; a language that phones do not speak.
    pub fn phone_language(&self, who: &Principal, lang: &str) -> Result<(), Refused> {
        check_language(lang)?;
        self.change_phone(who, |phone| phone.lang = lang.into())
    }

    /// Its owner says that the new SIM is theirs.
    ///
    /// # Errors
    /// On a phone; no phone.
    pub fn phone_confirm(&self, who: &Principal, now_s: u64) -> Result<(), Refused> {
        self.not_by_phone(who)?;
        self.change_phone(who, |phone| {
            phone.sim = phone.sim_new.take().or(phone.sim);
        })?;
        self.note(now_s, Noted::CredentialChanged, &who.id, &who.id, "another SIM confirmed");
        Ok(())
    }

    /// The phone signs in no more; its sessions end.
    ///
    /// # Errors
    /// On a phone; no phone.
    pub fn phone_remove(&self, who: &Principal, now_s: u64) -> Result<(), Refused> {
        self.not_by_phone(who)?;
        let name = person(who)?;
        self.store.change(|state| {
            let user = find(state, name)?;
            if user.phone.is_none() {
                return Err(none());
            }
            let mut changes = ends_phone_sessions(state, name);
            changes.push(without_phone(user));
            Ok((changes, ()))
        })?;
        self.note(now_s, Noted::CredentialChanged, &who.id, &who.id, "phone removed");
        Ok(())
    }

    fn change_phone(
        &self,
        who: &Principal,
        change: impl FnOnce(&mut Phone),
    ) -> Result<(), Refused> {
        let name = person(who)?;
        self.store.change(|state| {
            let mut user = User::clone(find(state, name)?);
            change(user.phone.as_mut().ok_or_else(none)?);
            Ok((vec![Change::User(Box::new(user))], ()))
        })
    }

    /// The language of the phone with this number, if somebody signs in with it.
    pub fn phone_speaks(&self, number: &str) -> Option<Arc<str>> {
        let number = number_of(number).ok()?;
        let state = self.store.state();
        let user = state.owner_of_phone(&number).filter(|user| !user.disabled)?;
        Some(user.phone.as_ref()?.lang.clone())
    }

    /// The phones of these parties that somebody signed in with: party, number and language.
    pub fn phones_of(&self, parties: &[PartyId]) -> Vec<(PartyId, Arc<str>, Arc<str>)> {
        let state = self.store.state();
        let theirs = state.users.values().filter(|user| !user.disabled).filter_map(|user| {
            let party = PartyId(user.party?.0);
            let phone = user.phone.as_ref().filter(|phone| phone.used)?;
            let told = (party, phone.number.clone(), phone.lang.clone());
            parties.contains(&party).then_some(told)
        });
        theirs.collect()
    }

    /// Signs in with the number that a gateway says, and a PIN. `sim` is whatever the gateway knows of the SIM, as one text that
    /// is another for another SIM. Each try is counted before it is looked at; five wrong ones in a row lock the PIN. Takes as
    /// long as a sign-in with a password.
    ///
    /// # Errors
    /// `Wrong`; `Locked`; `TooMany`; `Disabled`; `Busy`.
    pub fn phone_sign_in(
        &self,
        number: &str,
        pin: &str,
        sim: Option<&str>,
        came: &Came<'_>,
        now_s: u64,
    ) -> Result<SignedIn, Denied> {
        let refuse = |why| self.turn_away(now_s, Denied::new(why), "sign-in", "phone");
        let number = number_of(number).map_err(|_| refuse(Why::Wrong))?;
        let user = self.store.state().owner_of_phone(&number).cloned();
        let user = user.ok_or_else(|| refuse(Why::Wrong))?;
        if user.disabled {
            return Err(refuse(Why::Disabled));
        }
        let counter = [Counter::of("phone", &[number.as_bytes()], FREE)];
        self.guesses.begin(&counter, now_s).map_err(|wait_s| {
            let denied = Denied { why: Why::TooMany, retry_after_s: Some(wait_s) };
            self.turn_away(now_s, denied, "sign-in", "phone")
        })?;
        let kept = self.count_try(&user, now_s).map_err(|denied| refuse(denied.why))?;
        let fits = self.passwords.fits(Some(&kept.pin), &self.pin_text(&user, pin));
        let fits = fits.map_err(|not_now| {
            // Nothing was looked at, so nothing was wrong.
            self.guesses.take_back(&counter);
            self.take_try_back(&user);
            refuse(busy(not_now))
        })?;
        if !fits {
            if kept.wrong >= WRONG_MAX {
                let about = format!("user:{}", user.name);
                let says = "the PIN of a phone is locked: too many wrong ones in a row";
                self.note_loudly(now_s, Noted::NotRecognised, "", &about, says);
            }
            return Err(refuse(Why::Wrong));
        }
        let signed_in = self.store.change(|state| {
            let mut user = still(state, &user)?;
            let handle = user.handle;
            // Its number or PIN may have changed while we computed.
            let phone = user.phone.as_mut().filter(|phone| phone.pin == kept.pin);
            let phone = phone.ok_or(Denied::new(Why::Wrong))?;
            (phone.wrong, phone.used) = (0, true);
            if let Some(sim) = sim.filter(|sim| !sim.is_empty()) {
                see_sim(phone, HashText(self.codes.keyed("sim", &[&handle, sim.as_bytes()])));
            }
            let mut begun = self.begin(state, &user, came, now_s)?.by_phone();
            begun.changes.push(Change::User(Box::new(user)));
            Ok::<_, Denied>((begun.changes, begun.signed_in))
        })?;
        self.guesses.forget(&counter);
        self.note_sign_in(&signed_in, came, "phone and PIN", now_s);
        if self.sim_changed(&signed_in.principal) {
            let who = &signed_in.principal.id;
            let says = "phone with another SIM than before; it pays nothing";
            self.note_loudly(now_s, Noted::SignedIn, who, who, says);
        }
        Ok(signed_in)
    }

    /// Counts a try before it is looked at, so that tries at the same time are counted too.
    fn count_try(&self, user: &User, now_s: u64) -> Result<Phone, Denied> {
        self.store.change(|state| {
            let mut user = still(state, user)?;
            let staff = user.roles_at(now_s).iter().any(|role| role.is_staff());
            let phone = user.phone.as_mut().filter(|_| !staff).ok_or(Denied::new(Why::Wrong))?;
            if phone.wrong >= WRONG_MAX {
                return Err(Denied::new(Why::Locked));
            }
            phone.wrong += 1;
            let kept = phone.clone();
            Ok::<_, Denied>((vec![Change::User(Box::new(user))], kept))
        })
    }

    fn take_try_back(&self, user: &User) {
        // A disk that fails has told whoever asked before.
        let _ = self.store.change(|state| {
            let mut user = still(state, user)?;
            if let Some(phone) = &mut user.phone {
                phone.wrong = phone.wrong.saturating_sub(1);
            }
            Ok::<_, Denied>((vec![Change::User(Box::new(user))], ()))
        });
    }

    /// Whether somebody comes with a phone and a PIN.
    pub(super) fn is_by_phone(&self, who: &Principal) -> bool {
        let (Some(session), Ok(name)) = (who.session, person(who)) else { return false };
        let state = self.store.state();
        state.sessions_of(name).any(|live| live.session.id == session.0 && live.session.by_phone)
    }

    /// Fails for who comes with a phone and a PIN: keys are made by stronger means.
    pub(super) fn not_by_phone(&self, who: &Principal) -> Result<(), Denied> {
        if self.is_by_phone(who) { Err(Denied::new(Why::NotAllowed)) } else { Ok(()) }
    }

    /// Whether somebody comes with a phone whose SIM is not the one of before.
    pub(super) fn sim_changed(&self, who: &Principal) -> bool {
        self.is_by_phone(who)
            && self
                .myself(who)
                .is_ok_and(|user| user.phone.as_ref().is_none_or(|phone| phone.sim_new.is_some()))
    }

    /// What stands for a PIN where it is kept.
    fn pin_text(&self, user: &User, pin: &str) -> String {
        text_of(&self.codes.keyed("pin", &[&user.handle, pin.as_bytes()]))
    }
}

/// The first SIM is kept; another is noted, and stays noted when the first comes back.
fn see_sim(phone: &mut Phone, seen: HashText) {
    match phone.sim {
        None => phone.sim = Some(seen),
        Some(first) if first != seen => phone.sim_new = Some(seen),
        Some(_) => {}
    }
}

fn none() -> Refused {
    Refused::Unknown("phone of yours that signs in with a PIN".to_owned())
}

fn without_phone(user: &User) -> Change {
    Change::User(Box::new(User { phone: None, ..user.clone() }))
}

fn ends_phone_sessions(state: &State, user: &str) -> Vec<Change> {
    let theirs = state.sessions_of(user).filter(|live| live.session.by_phone);
    theirs.map(|live| Change::SessionGone(HashText(live.session.hash))).collect()
}

fn check_language(lang: &str) -> Result<(), Refused> {
    let says = || format!("one of {}", LANGUAGES.join(", "));
    let known = LANGUAGES.contains(&lang);
    known.then_some(()).ok_or_else(|| Refused::Invalid { field: "lang", says: says() })
}

/// A number in its one form.
fn number_of(typed: &str) -> Result<String, Refused> {
    let number: String = typed.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let digits = number.strip_prefix('+').unwrap_or_default();
    let fits = NUMBER_DIGITS.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let says = || "must be + and 8 to 15 digits, with the country's code".to_owned();
    fits.then_some(number).ok_or_else(|| Refused::Invalid { field: "number", says: says() })
}

/// What is wrong with a PIN, if anything: what everybody would try first is none.
fn pin_fault(pin: &str, number: &str) -> Option<String> {
    let digits = pin.as_bytes();
    if digits.len() != PIN_DIGITS || !digits.iter().all(u8::is_ascii_digit) {
        return Some(format!("must have {PIN_DIGITS} digits"));
    }
    let runs =
        |step: i16| digits.windows(2).all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == step);
    let halves = digits[..3] == digits[3..];
    let pairs = digits[..2] == digits[2..4] && digits[2..4] == digits[4..];
    if runs(0) || runs(1) || runs(-1) || halves || pairs || number.contains(pin) {
        return Some("is too easy to guess: no runs, no repeats, no part of the number".to_owned());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_that_everybody_would_try_is_refused() {
        let number = "+8613800138007";
        for wrong in [
            "000000", "123456", "987654", "258258", "121212", "138001", "12345", "1234567",
            "12345a",
        ] {
            assert!(pin_fault(wrong, number).is_some(), "{wrong}");
        }
        assert_eq!(pin_fault("258036", number), None);
    }

    #[test]
    fn a_number_has_one_form() {
        assert_eq!(number_of("+86 138-0013 8007").unwrap(), "+8613800138007");
        for wrong in ["13800138007", "+1234567", "+1234567890123456", "+86x38001380", ""] {
            assert!(number_of(wrong).is_err(), "{wrong}");
        }
    }
}
