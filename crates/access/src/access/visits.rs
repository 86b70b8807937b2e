//! People of a sample bank, whom anybody who tries it may be: they come in without a key, and the codes of their phones are
//! shown. In every other bank these answers are no.

use super::card::{CARD_CODES, code_of};
use super::people::find;
use super::{Access, links};
use crate::asked::{Came, NewPhone, NewUser, SignedIn};
use crate::codes::{SECRET_BYTES, code_now};
use crate::failed::{Denied, Refused, Why};
use crate::secret::random;
use crate::store::{Change, User};
use zeroize::Zeroizing;

impl Access {
    /// Adds somebody whom visitors may be, with a phone that gives codes and no other key.
    ///
    /// # Errors
    /// This is no sample bank; as [`Access::user_add`].
    pub fn sample_person(&self, new: &NewUser<'_>, now_s: u64) -> Result<(), Refused> {
        self.must_be_sample()?;
        self.user_add(&self.console(), new, now_s)?;
        let secret = Zeroizing::new(random::<SECRET_BYTES>()?);
        self.store.change(|state| {
            let mut user = User::clone(find(state, new.name)?);
            user.code = Some(self.codes.seal(&user.handle, &secret[..])?);
            let mut changes = links::end_links(state, new.name);
            changes.push(Change::User(Box::new(user)));
            Ok::<_, Refused>((changes, ()))
        })
    }

    /// Signs a visitor in as somebody of a sample bank.
    ///
    /// # Errors
    /// `NotAllowed` in any other bank; `Wrong` for who is not there or has a key of their own.
    pub fn visit(&self, name: &str, came: &Came<'_>, now_s: u64) -> Result<SignedIn, Denied> {
        self.must_be_sample()?;
        let signed_in = self.store.change(|state| {
            let user =
                state.users.get(name).filter(|user| !user.disabled && user.password.is_none());
            let user = user.ok_or(Denied::new(Why::Wrong))?;
            let begun = self.begin(state, user, came, now_s)?;
            Ok::<_, Denied>((begun.changes, begun.signed_in))
        })?;
        self.note_sign_in(&signed_in, came, "visit to a sample bank", now_s);
        Ok(signed_in)
    }

    /// What the phone of somebody of a sample bank shows now.
    pub fn sample_code(&self, name: &str, now_s: u64) -> Option<String> {
        self.must_be_sample().ok()?;
        let user = self.store.state().users.get(name).cloned()?;
        let secret = self.codes.open_code(&user.handle, user.code.as_ref()?)?;
        Some(code_now(&secret, now_s))
    }

    /// Gives somebody of a sample bank a phone with a PIN and a card of codes, if they have none yet.
    ///
    /// # Errors
    /// This is no sample bank; as [`Access::phone_set`].
    pub fn sample_phone(&self, name: &str, new: &NewPhone<'_>, now_s: u64) -> Result<(), Refused> {
        self.must_be_sample()?;
        let user = find(&self.store.state(), name)?.clone();
        if user.phone.is_some() || user.card.is_some() {
            return Ok(());
        }
        let id = format!("user:{name}");
        let who = self.named(&id, now_s).ok_or(Refused::Unknown(id))?;
        self.phone_set(&who, new, now_s)?;
        let codes: Vec<String> = (0..CARD_CODES).map(|at| self.sample_code_of(&user, at)).collect();
        self.keep_card(&user, &codes, now_s)
    }

    /// What is printed on the card of somebody of a sample bank: number and code of each that was not used.
    pub fn sample_card(&self, name: &str) -> Vec<(u8, String)> {
        let user = self.store.state().users.get(name).cloned();
        let Some(user) = user.filter(|_| self.settings.sample) else { return Vec::new() };
        let Some(card) = &user.card else { return Vec::new() };
        let printed = (0u8..).zip(&card.codes).filter_map(|(at, kept)| {
            let code = self.sample_code_of(&user, at);
            // A card that was made since has other codes, which nobody can show.
            let fits = (*kept)?.0 == self.card_hash(&user, card.since_s, at, &code);
            fits.then_some((at + 1, code))
        });
        printed.collect()
    }

    fn sample_code_of(&self, user: &User, at: u8) -> String {
        code_of(&self.codes.keyed("sample card", &[&user.handle, &[at]]))
    }

    fn must_be_sample(&self) -> Result<(), Denied> {
        if self.settings.sample { Ok(()) } else { Err(Denied::new(Why::NotAllowed)) }
    }
}
