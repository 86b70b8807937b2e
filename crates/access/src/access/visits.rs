//! People of a sample bank, whom anybody who tries it may be: they come in without a key, and the codes of their phones are
//! shown. In every other bank these answers are no.

use super::card::{CARD_CODES, code_of};
use super::people::find;
use super::{Access, links, person};
use crate::action::Action;
use crate::asked::{Came, NewClient, NewPhone, NewUser, Sandbox, SignedIn};
use crate::codes::{SECRET_BYTES, code_now};
use crate::failed::{Denied, Refused, Why};
use crate::principal::{Principal, Scope};
use crate::resource::ResourceKind;
use crate::secret::{random, text_of};
use crate::store::{Change, User};
use ed25519_dalek::SigningKey;
use serde_json::json;
use zeroize::Zeroizing;

/// What a developer's program may ask for: all that a customer's program may.
const SANDBOX_SCOPES: [Scope; 5] =
    [Scope::Payments, Scope::PaymentsRead, Scope::AccountsRead, Scope::Events, Scope::Proofs];

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

    /// Whether developers may make programs here: in a sample bank that has a customer for them.
    pub fn has_sandbox(&self) -> bool {
        self.settings.sample && self.settings.sandbox.is_some()
    }

    /// A program of the one who asks, with a new key of which the secret is given this once; keys before it count no more. It
    /// reaches what one made-up customer has, and nothing else.
    ///
    /// # Errors
    /// This is no sample bank; denied; storage.
    pub fn sandbox(&self, by: &Principal, now_s: u64) -> Result<Sandbox, Refused> {
        self.must_be_sample()?;
        self.must(by, Action::SandboxMake, ResourceKind::Bank, "", now_s)?;
        let nobody = || Refused::Unknown("a customer for the sandbox".to_owned());
        let party = self.settings.sandbox.ok_or_else(nobody)?;
        let name = format!("sandbox-{}", person(by)?);
        let seed = Zeroizing::new(random::<32>()?);
        let x = text_of(SigningKey::from_bytes(&seed).verifying_key().as_bytes());
        let public = json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": x });
        let mut private = public.clone();
        private["d"] = json!(text_of(&seed[..]));
        let keys = json!({ "keys": [public] }).to_string();
        let console = self.console();
        if self.store.state().clients.contains_key(name.as_str()) {
            self.client_keys(&console, &name, Some(&keys), &[], now_s)?;
        } else {
            let new = NewClient {
                name: &name,
                scopes: &SANDBOX_SCOPES,
                keys: Some(&keys),
                certificates_sha256: &[],
                party: Some(party),
                institution: None,
            };
            self.client_add(&console, &new, now_s)?;
        }
        Ok(Sandbox { client: name, scopes: SANDBOX_SCOPES.to_vec(), party, key: private })
    }

    fn must_be_sample(&self) -> Result<(), Denied> {
        if self.settings.sample { Ok(()) } else { Err(Denied::new(Why::NotAllowed)) }
    }
}
