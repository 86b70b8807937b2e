//! What somebody wants to touch, as far as policies ask: its kind, who holds it, who made it, how much money.

use std::sync::Arc;
use terms::{Currency, PartyId, RoleKind};

/// A kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ResourceKind {
    /// The institution as a whole: lists, figures, what belongs to nobody in particular.
    Bank,
    /// A party.
    Party,
    /// An account, and all that hangs on it: balances, statements, limits, holds, standing orders.
    Account,
    /// A payment or a file of payments.
    Payment,
    /// A case.
    Case,
    /// A rule set or a model.
    Rules,
    /// A user.
    User,
    /// A client (a machine).
    Client,
    /// A session.
    Session,
    /// An act of identity that takes two persons.
    TwoPersonAct,
}

impl ResourceKind {
    /// All kinds.
    pub const ALL: [ResourceKind; 10] = [
        ResourceKind::Bank,
        ResourceKind::Party,
        ResourceKind::Account,
        ResourceKind::Payment,
        ResourceKind::Case,
        ResourceKind::Rules,
        ResourceKind::User,
        ResourceKind::Client,
        ResourceKind::Session,
        ResourceKind::TwoPersonAct,
    ];

    /// One word, `two_person_act`; the name of its type in policies without capitals.
    pub fn word(self) -> &'static str {
        match self {
            ResourceKind::Bank => "bank",
            ResourceKind::Party => "party",
            ResourceKind::Account => "account",
            ResourceKind::Payment => "payment",
            ResourceKind::Case => "case",
            ResourceKind::Rules => "rules",
            ResourceKind::User => "user",
            ResourceKind::Client => "client",
            ResourceKind::Session => "session",
            ResourceKind::TwoPersonAct => "two_person_act",
        }
    }
}

/// Who holds a thing, and as what. A party may hold it in several ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The party.
    pub party: PartyId,
    /// Its role in the ledger today. For a party itself, a payment or a case: the owner is whom it is about.
    pub role: RoleKind,
}

/// A thing that somebody wants to touch. The door fills in what it knows; what is left out grants nothing.
#[derive(Clone, Debug)]
pub struct Resource<'a> {
    /// What it is.
    pub kind: ResourceKind,
    /// How it is called in notes: `account:17`. Empty for the bank as a whole.
    pub name: &'a str,
    /// Who holds it: of a payment, the holders of the account it is paid from; of an account, its roles that are valid today.
    pub owners: &'a [Holder],
    /// Who made it: `user:anna`. Needed wherever a second pair of eyes must not be the first.
    pub maker: Option<&'a str>,
    /// The institution it belongs to; `None`: ours.
    pub institution: Option<&'a str>,
    /// How much money, in minor units.
    pub amount_minor: Option<u128>,
    /// In which currency; read together with the amount.
    pub currency: Option<Currency>,
    /// The payer signed payee and amount: the proof of it from [`crate::Access::step_up_finish`].
    pub stepped_up: Option<SteppedUp>,
}

impl<'a> Resource<'a> {
    /// A thing of which nothing but kind and name is known.
    pub const fn of(kind: ResourceKind, name: &'a str) -> Resource<'a> {
        Resource {
            kind,
            name,
            owners: &[],
            maker: None,
            institution: None,
            amount_minor: None,
            currency: None,
            stepped_up: None,
        }
    }

    /// The institution as a whole.
    pub const fn bank() -> Resource<'static> {
        Resource::of(ResourceKind::Bank, "")
    }
}

/// Proof that a payer signed one payment with its payee and amount, or an upload with what it adds up to. Nothing outside this
/// crate makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SteppedUp {
    pub(crate) who: Arc<str>,
    pub(crate) sums: Arc<[(Currency, u128)]>,
}

impl SteppedUp {
    /// Whether this amount was signed by this asker.
    pub(crate) fn covers(&self, who: &str, amount_minor: u128, currency: Currency) -> bool {
        *self.who == *who && self.sums.contains(&(currency, amount_minor))
    }
}
