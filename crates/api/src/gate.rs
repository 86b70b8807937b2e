//! Who asks, and what they may: the API's view of whoever keeps identities and policies. A policy answers with the
//! relations to an account on which an act is allowed; whether the caller stands in one of them, the writer itself
//! looks up in the same turn in which it decides.

use access::{Access, SteppedUp};
use std::fmt;
use std::net::IpAddr;
use std::ops::BitOr;
use std::sync::Arc;
use terms::{AccountId, Currency, Day, PartyId, RoleKind};

/// Relations of a caller's party to an account; a set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Relations(pub u8);

impl Relations {
    /// On none: not at all.
    pub const NONE: Relations = Relations(0);
    /// A party that owns it, alone or with others.
    pub const OWNER: Relations = Relations(1);
    /// A party that may pay from it by mandate.
    pub const DISPONENT: Relations = Relations(1 << 1);
    /// A party that may see it.
    pub const VIEWER: Relations = Relations(1 << 2);
    /// A party that stands in for the owner by law.
    pub const GUARDIAN: Relations = Relations(1 << 3);
    /// A party that has nothing to do with it: what staff and the bank's own programs are to every account.
    pub const STRANGER: Relations = Relations(1 << 4);
    /// Not by an account at all: what concerns the bank as a whole.
    pub const ANYBODY: Relations = Relations(1 << 5);
    /// On all.
    pub const ALL: Relations = Relations(0b11_1111);

    /// Whether at least one is in both.
    pub fn meets(self, other: Relations) -> bool {
        self.0 & other.0 != 0
    }

    /// What a role makes a party to an account.
    pub fn of_role(role: RoleKind) -> Relations {
        match role {
            RoleKind::Owner | RoleKind::JointOwner => Relations::OWNER,
            RoleKind::Disponent => Relations::DISPONENT,
            RoleKind::Viewer => Relations::VIEWER,
            RoleKind::Guardian => Relations::GUARDIAN,
        }
    }
}

impl BitOr for Relations {
    type Output = Relations;
    fn bitor(self, other: Relations) -> Relations {
        Relations(self.0 | other.0)
    }
}

/// What the state says a party is to an account today; a stranger if nothing else.
pub fn relation(engine: &engine::Engine, party: Option<PartyId>, account: AccountId) -> Relations {
    let today = engine.business_day().unwrap_or(Day::BOOKING);
    let Some(party) = party else { return Relations::STRANGER };
    let roles = engine.roles_of(party).filter(|role| role.account == account);
    let in_force = roles.filter(|role| role.until == Day::BOOKING || today <= role.until);
    let held = in_force.fold(Relations::NONE, |all, role| all | Relations::of_role(role.kind));
    if held == Relations::NONE { Relations::STRANGER } else { held }
}

/// What is done with an operation; the words policies use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Act(pub &'static str);

/// One who asks, once known.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who, as the journal writes it down: `client:acme`, `user:anna`.
    pub id: Arc<str>,
    /// The party of the ledger that it acts for; `None` for the bank's own people and programs.
    pub party: Option<PartyId>,
    /// Whatever the gate needs to know it again.
    pub known: Arc<dyn std::any::Any + Send + Sync>,
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)
    }
}

/// What a request shows of who sends it.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// `GET`, `POST`, …
    pub method: &'a str,
    /// The address asked, without its query, as a DPoP proof names it.
    pub url: &'a str,
    /// The header `Authorization`, if there is one.
    pub authorization: Option<&'a str>,
    /// The header `DPoP`, if there is one.
    pub dpop: Option<&'a str>,
    /// SHA-256 of the client's certificate, if the connection has one.
    pub certificate: Option<[u8; 32]>,
    /// The cookie of a person's session, if the request may be answered for a cookie at all.
    pub session: Option<&'a str>,
    /// Where it comes from.
    pub address: IpAddr,
}

/// Why nobody is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// One word, as RFC 6750 section 3.1 has them: `invalid_token`, …
    pub error: &'static str,
    /// A sentence that helps the rightful caller and nobody else.
    pub detail: String,
    /// A nonce or scheme to try with: the value of `WWW-Authenticate`.
    pub challenge: String,
}

/// A form that asks for a token, and what the request shows of its sender.
pub type TokenAnswer = Result<serde_json::Value, (u16, serde_json::Value)>;

/// An order of which the amount is known.
#[derive(Clone, Debug)]
pub struct Paying {
    /// In minor units.
    pub amount_minor: u128,
    /// Of which currency.
    pub currency: Currency,
    /// The proof that the payer signed it, if there is one.
    pub signed: Option<SteppedUp>,
}

/// Whether an order may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// On accounts in these relations; on none: no.
    On(Relations),
    /// Once the payer has signed payee and amount.
    Signed,
}

/// Knows callers and what they may.
pub trait Gate: Send + Sync + 'static {
    /// Who sends a request.
    ///
    /// # Errors
    /// Nobody that is known.
    fn who(&self, shown: &Shown<'_>) -> Result<Arc<Caller>, Unknown>;

    /// On accounts in which relation the caller may do this; for what concerns no account, anything but none is yes.
    fn may(&self, who: &Caller, act: Act) -> Relations;

    /// The same for what depends on the amount, before that is known: whether there is any order of the kind that the caller
    /// may give, signed or not. Whoever lets somebody in by this asks [`Gate::may_pay`] as soon as the order was read.
    fn may_perhaps(&self, who: &Caller, act: Act) -> Relations {
        self.may(who, act)
    }

    /// Whether the caller may give this order.
    fn may_pay(&self, who: &Caller, act: Act, _: &Paying) -> Permission {
        Permission::On(self.may(who, act))
    }

    /// Whether the caller sees personal data in the tables in clear.
    fn sees_personal(&self, _: &Caller) -> bool {
        false
    }

    /// Where people sign in and are administered; `None` where there are no people.
    fn identities(&self) -> Option<&Arc<Access>> {
        None
    }

    /// One who asked before, by the name the journal has, as they are known now: what is sent to somebody long after the
    /// request that asked for it. `None` when they may not come in any more, or if the gate cannot say.
    fn named(&self, _who: &str) -> Option<Arc<Caller>> {
        None
    }

    /// `POST /oauth/token`: the form's fields in, RFC 6749 section 5 out.
    fn token(&self, form: &[(String, String)], shown: &Shown<'_>) -> TokenAnswer;

    /// Somebody was turned away, or read personal data; goes into the journal.
    fn note(&self, note: Note);
}

/// Something the journal should say of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Who; empty if nobody is known.
    pub who: Arc<str>,
    /// What they did or tried.
    pub act: Act,
    /// To what; an id, never personal data.
    pub subject: String,
    /// It was denied; otherwise it was personal data that was read.
    pub denied: bool,
}
