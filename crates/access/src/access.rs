//! Access of one bank: the folder `access/`, the policies, and everybody who is signed in.

use crate::action::Action;
use crate::asked::{
    ActId, ActView, Allowed, Approved, Asked, Came, ClientView, CodeOffer, Given, Issued, LinkView,
    NewClient, NewUser, OneTimeLink, PasskeyView, SessionView, Shown, SignedIn, Signing,
    TokenRequest, UserView,
};
use crate::failed::{AccessFailed, Denied, OAuthRefused, Refused, Why};
use crate::note::Notes;
use crate::policies::Policies;
use crate::principal::{Principal, PrincipalKind, Role, Scope, SessionId};
use crate::resource::{Resource, SteppedUp};
use crate::settings::Settings;
use std::path::Path;
use std::sync::Arc;

/// Access of one bank. Shared by all doors and threads; a question never waits for a disk.
#[allow(dead_code, reason = "used by what follows")]
pub struct Access {
    settings: Settings,
    policies: Policies,
    notes: Arc<dyn Notes>,
}

impl Access {
    /// Opens the folder, or makes it. It is ours alone until this is dropped.
    ///
    /// # Errors
    /// See [`AccessFailed`].
    pub fn open(
        _folder: &Path,
        settings: Settings,
        policies: Policies,
        notes: Arc<dyn Notes>,
    ) -> Result<Access, AccessFailed> {
        Ok(Access { settings, policies, notes })
    }

    /// Whoever owns the folder and works on it by command line while the bank does not run: an administrator.
    /// Nothing that comes over a network may ever be given this.
    pub fn console(&self) -> Principal {
        Principal {
            id: "console".into(),
            kind: PrincipalKind::User,
            roles: [Role::Administrator].into(),
            scopes: [].into(),
            party: None,
            institution: None,
            session: None,
            until_s: u64::MAX,
            class: 0,
        }
    }

    /// May they? A no is noted, and so is a yes to reading somebody else's personal data. Sub-microsecond when
    /// a like question was asked before.
    pub fn allows(
        &self,
        _who: &Principal,
        _action: Action,
        _what: &Resource<'_>,
        _now_s: u64,
    ) -> Allowed {
        Allowed::No { policy: "".into() }
    }

    /// The same without a note, for what a page shows or hides. Never instead of [`Access::allows`].
    pub fn would_allow(&self, _who: &Principal, _action: Action, _what: &Resource<'_>) -> Allowed {
        Allowed::No { policy: "".into() }
    }

    /// A token for the forms of the pages of this session, against requests from other sites. It is derived from the cookie.
    pub fn form_token(&self, _cookie: &str) -> String {
        String::new()
    }

    /// True when a form brought the token of its session.
    pub fn form_token_fits(&self, _cookie: &str, _shown: &str) -> bool {
        false
    }

    /// The first administrator, with a link, if there is no user yet; `None` if there is one. Loud.
    ///
    /// # Errors
    /// Storage; an invalid name.
    pub fn first_administrator(
        &self,
        _name: &str,
        _now_s: u64,
    ) -> Result<Option<OneTimeLink>, Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// All users, by name.
    ///
    /// # Errors
    /// Denied.
    pub fn users(&self, _by: &Principal) -> Result<Vec<UserView>, Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Adds a user and makes the link for their first sign-in, good for three days. Roles that touch money follow
    /// the rule of [`Access::role_give`].
    ///
    /// # Errors
    /// Denied, a name that is taken or invalid, roles that must not be in one hand, storage.
    pub fn user_add(
        &self,
        _by: &Principal,
        _new: &NewUser<'_>,
        _now_s: u64,
    ) -> Result<OneTimeLink, Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// A new link for somebody who has no key yet; the old one ends.
    ///
    /// # Errors
    /// Denied, unknown, somebody who has keys (that is a recovery), storage.
    pub fn user_link(
        &self,
        _by: &Principal,
        _name: &str,
        _now_s: u64,
    ) -> Result<OneTimeLink, Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Disables a user: sessions end at once.
    ///
    /// # Errors
    /// Denied, unknown, oneself, storage.
    pub fn user_disable(&self, _by: &Principal, _name: &str, _now_s: u64) -> Result<(), Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Enables a user again.
    ///
    /// # Errors
    /// Denied, unknown, oneself, storage.
    pub fn user_enable(&self, _by: &Principal, _name: &str, _now_s: u64) -> Result<(), Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Removes a user with all keys; the name is never given to another.
    ///
    /// # Errors
    /// Denied, unknown, oneself, storage.
    pub fn user_remove(&self, _by: &Principal, _name: &str, _now_s: u64) -> Result<(), Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Gives a role, until a moment if one is said. From two administrators on, a role that touches money waits for
    /// the second. Nobody gives themselves a role, and administrators hold no other.
    ///
    /// # Errors
    /// Denied, unknown, conflict, storage.
    pub fn role_give(
        &self,
        _by: &Principal,
        _name: &str,
        _role: Role,
        _until_s: Option<u64>,
        _now_s: u64,
    ) -> Result<Given, Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Takes a role; it is gone with the next request.
    ///
    /// # Errors
    /// Denied, unknown, oneself, storage.
    pub fn role_take(
        &self,
        _by: &Principal,
        _name: &str,
        _role: Role,
        _now_s: u64,
    ) -> Result<(), Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// All clients, by name.
    ///
    /// # Errors
    /// Denied.
    pub fn clients(&self, _by: &Principal) -> Result<Vec<ClientView>, Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Adds a client.
    ///
    /// # Errors
    /// Denied, a name that is taken or invalid, keys of another kind, storage.
    pub fn client_add(
        &self,
        _by: &Principal,
        _new: &NewClient<'_>,
        _now_s: u64,
    ) -> Result<(), Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Replaces a client's keys and certificates; its tokens end.
    ///
    /// # Errors
    /// Denied, unknown, keys of another kind, storage.
    pub fn client_keys(
        &self,
        _by: &Principal,
        _name: &str,
        _keys: Option<&str>,
        _certificates_sha256: &[[u8; 32]],
        _now_s: u64,
    ) -> Result<(), Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Replaces a client's scopes; its tokens end.
    ///
    /// # Errors
    /// Denied, unknown, storage.
    pub fn client_scopes(
        &self,
        _by: &Principal,
        _name: &str,
        _scopes: &[Scope],
        _now_s: u64,
    ) -> Result<(), Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Disables a client: its tokens end at once.
    ///
    /// # Errors
    /// Denied, unknown, storage.
    pub fn client_disable(&self, _by: &Principal, _name: &str, _now_s: u64) -> Result<(), Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Enables a client again.
    ///
    /// # Errors
    /// Denied, unknown, storage.
    pub fn client_enable(&self, _by: &Principal, _name: &str, _now_s: u64) -> Result<(), Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Removes a client; the name is never given to another.
    ///
    /// # Errors
    /// Denied, unknown, storage.
    pub fn client_remove(&self, _by: &Principal, _name: &str, _now_s: u64) -> Result<(), Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// A token for a client (RFC 6749 section 4.4) that signed an assertion (RFC 7523) or shows its certificate
    /// (RFC 8705). It is bound to the key of the DPoP proof, or to the certificate.
    ///
    /// # Errors
    /// In the words of RFC 6749 section 5.2.
    pub fn token(
        &self,
        _form: &TokenRequest<'_>,
        _shown: &Shown<'_>,
        _now_s: u64,
    ) -> Result<Issued, OAuthRefused> {
        Err(OAuthRefused { error: "temporarily_unavailable", description: "not built yet" })
    }

    /// Whose token this is, shown with the key or certificate it is bound to.
    ///
    /// # Errors
    /// See [`Why`](crate::Why).
    pub fn bearer(
        &self,
        _token: &str,
        _shown: &Shown<'_>,
        _now_s: u64,
    ) -> Result<Arc<Principal>, Denied> {
        Err(Denied::new(Why::NoSession))
    }

    /// Whose session this cookie is.
    ///
    /// # Errors
    /// `NoSession`, `Disabled`.
    pub fn session(&self, _cookie: &str, _now_s: u64) -> Result<Arc<Principal>, Denied> {
        Err(Denied::new(Why::NoSession))
    }

    /// The same session under a new cookie; the old one ends.
    ///
    /// # Errors
    /// `NoSession`, `Storage`.
    pub fn rotate(&self, _cookie: &str, _now_s: u64) -> Result<SignedIn, Denied> {
        Err(Denied::new(Why::NoSession))
    }

    /// Ends the session of this cookie. Does nothing if there is none.
    ///
    /// # Errors
    /// `Storage`.
    pub fn sign_out(&self, _cookie: &str, _now_s: u64) -> Result<(), Denied> {
        Err(Denied::new(Why::NoSession))
    }

    /// Sessions of everybody.
    ///
    /// # Errors
    /// Denied.
    pub fn sessions(&self, _by: &Principal, _now_s: u64) -> Result<Vec<SessionView>, Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// One's own sessions.
    ///
    /// # Errors
    /// None for a person.
    pub fn my_sessions(&self, _who: &Principal, _now_s: u64) -> Result<Vec<SessionView>, Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Ends a session: one's own, or another's by right.
    ///
    /// # Errors
    /// Denied, unknown, storage.
    pub fn session_end(&self, _by: &Principal, _id: SessionId, _now_s: u64) -> Result<(), Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Begins a sign-in with a passkey. Nobody is named: the passkey knows whose it is.
    ///
    /// # Errors
    /// `Busy`.
    pub fn passkey_begin(&self, _now_s: u64) -> Result<Asked, Denied> {
        Err(Denied::new(Why::NoSession))
    }

    /// Ends it: `answer` is the JSON of `PublicKeyCredential.toJSON()`.
    ///
    /// # Errors
    /// See [`Why`](crate::Why).
    pub fn passkey_sign_in(
        &self,
        _asked: &str,
        _answer: &str,
        _came: &Came<'_>,
        _now_s: u64,
    ) -> Result<SignedIn, Denied> {
        Err(Denied::new(Why::NoSession))
    }

    /// Signs in with password and code (RFC 6238). Takes tens of milliseconds of a core and 19 MiB: call it on a
    /// thread that may block.
    ///
    /// # Errors
    /// See [`Why`](crate::Why).
    pub fn password_sign_in(
        &self,
        _name: &str,
        _password: &str,
        _code: &str,
        _came: &Came<'_>,
        _now_s: u64,
    ) -> Result<SignedIn, Denied> {
        Err(Denied::new(Why::NoSession))
    }

    /// Looks at a link without using it.
    ///
    /// # Errors
    /// `Wrong`.
    pub fn link_look(&self, _token: &str, _now_s: u64) -> Result<LinkView, Denied> {
        Err(Denied::new(Why::NoSession))
    }

    /// Begins to register a passkey with a link.
    ///
    /// # Errors
    /// `Wrong`, `Busy`.
    pub fn link_passkey_begin(&self, _token: &str, _now_s: u64) -> Result<Asked, Denied> {
        Err(Denied::new(Why::NoSession))
    }

    /// Ends it: the passkey counts, the link is used, the person is signed in.
    ///
    /// # Errors
    /// See [`Why`](crate::Why).
    pub fn link_passkey_finish(
        &self,
        _token: &str,
        _asked: &str,
        _answer: &str,
        _label: &str,
        _came: &Came<'_>,
        _now_s: u64,
    ) -> Result<SignedIn, Denied> {
        Err(Denied::new(Why::NoSession))
    }

    /// For who has no passkey: a password of 15 to 128 characters, and a secret for codes. The link is not used
    /// yet. Takes as long as a sign-in.
    ///
    /// # Errors
    /// `Wrong`, an invalid password.
    pub fn link_password(
        &self,
        _token: &str,
        _password: &str,
        _now_s: u64,
    ) -> Result<CodeOffer, Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Ends it with the first code: password and codes count, the link is used, the person is signed in.
    ///
    /// # Errors
    /// See [`Why`](crate::Why).
    pub fn link_password_finish(
        &self,
        _token: &str,
        _code: &str,
        _came: &Came<'_>,
        _now_s: u64,
    ) -> Result<SignedIn, Denied> {
        Err(Denied::new(Why::NoSession))
    }

    /// One's own passkeys.
    ///
    /// # Errors
    /// Not a person.
    pub fn my_passkeys(&self, _who: &Principal) -> Result<Vec<PasskeyView>, Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Begins to add a passkey to one's own.
    ///
    /// # Errors
    /// `Busy`, not a person.
    pub fn passkey_add_begin(&self, _who: &Principal, _now_s: u64) -> Result<Asked, Denied> {
        Err(Denied::new(Why::NoSession))
    }

    /// Ends it.
    ///
    /// # Errors
    /// See [`Why`](crate::Why).
    pub fn passkey_add_finish(
        &self,
        _who: &Principal,
        _asked: &str,
        _answer: &str,
        _label: &str,
        _now_s: u64,
    ) -> Result<(), Denied> {
        Err(Denied::new(Why::NoSession))
    }

    /// Removes one of one's own passkeys, but not the last way in. Other sessions end.
    ///
    /// # Errors
    /// Unknown, conflict, storage.
    pub fn passkey_remove(&self, _who: &Principal, _id: &str, _now_s: u64) -> Result<(), Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Asks that somebody who lost all keys be let in again. Loud.
    ///
    /// # Errors
    /// Denied, unknown, oneself, storage.
    pub fn recovery_ask(
        &self,
        _by: &Principal,
        _name: &str,
        _reason: &str,
        _now_s: u64,
    ) -> Result<ActId, Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Asks for wider rights in an emergency, for 1 to 60 minutes. Loud.
    ///
    /// # Errors
    /// Denied, an invalid time or reason, storage.
    pub fn break_glass_ask(
        &self,
        _by: &Principal,
        _reason: &str,
        _minutes: u32,
        _now_s: u64,
    ) -> Result<ActId, Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Ends one's own wider rights, or another's by right, before their time.
    ///
    /// # Errors
    /// Denied, unknown, storage.
    pub fn break_glass_end(
        &self,
        _by: &Principal,
        _name: &str,
        _now_s: u64,
    ) -> Result<(), Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Acts that wait for a second person.
    ///
    /// # Errors
    /// Denied.
    pub fn acts(&self, _by: &Principal, _now_s: u64) -> Result<Vec<ActView>, Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// The second yes. Whoever asked, and whom it is about, cannot give it.
    ///
    /// # Errors
    /// Denied, unknown, conflict, storage.
    pub fn act_approve(
        &self,
        _by: &Principal,
        _act: ActId,
        _now_s: u64,
    ) -> Result<Approved, Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// The no. Whoever asked may take it back, too.
    ///
    /// # Errors
    /// Denied, unknown, storage.
    pub fn act_refuse(&self, _by: &Principal, _act: ActId, _now_s: u64) -> Result<(), Refused> {
        Err(Denied::new(Why::NotAllowed).into())
    }

    /// Begins the signature of one payment, good once and for five minutes. The challenge is bound to its every
    /// field and to the session.
    ///
    /// # Errors
    /// Not a person, nothing to sign with, `Busy`.
    pub fn step_up_begin(
        &self,
        _who: &Principal,
        _what: &Signing<'_>,
        _now_s: u64,
    ) -> Result<Asked, Denied> {
        Err(Denied::new(Why::NoSession))
    }

    /// Ends it with a passkey. Spend it with `asked`.
    ///
    /// # Errors
    /// See [`Why`](crate::Why).
    pub fn step_up_finish(
        &self,
        _who: &Principal,
        _asked: &str,
        _answer: &str,
        _now_s: u64,
    ) -> Result<(), Denied> {
        Err(Denied::new(Why::NoSession))
    }

    /// Ends it with a code, for who has no passkey.
    ///
    /// # Errors
    /// See [`Why`](crate::Why).
    pub fn step_up_finish_code(
        &self,
        _who: &Principal,
        _asked: &str,
        _code: &str,
        _came: &Came<'_>,
        _now_s: u64,
    ) -> Result<(), Denied> {
        Err(Denied::new(Why::NoSession))
    }

    /// Takes the signature for this payment; once.
    ///
    /// # Errors
    /// `Late`, `Again`, `OtherPayment`.
    pub fn step_up_spend(
        &self,
        _who: &Principal,
        _asked: &str,
        _what: &Signing<'_>,
        _now_s: u64,
    ) -> Result<SteppedUp, Denied> {
        Err(Denied::new(Why::NoSession))
    }
}
