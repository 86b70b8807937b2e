//! A question to the policies: all that may make a difference to the answer, and nothing that names somebody. Questions
//! of the same class have the same answer, whoever asks.

use super::amounts::{Place, Uses};
use crate::action::Action;
use crate::principal::{Principal, PrincipalKind, Role, Scope};
use crate::resource::{Resource, ResourceKind};
use terms::RoleKind;

/// Roles in the ledger, each at its bit.
const HOLDS: [RoleKind; 5] = [
    RoleKind::Owner,
    RoleKind::JointOwner,
    RoleKind::Disponent,
    RoleKind::Viewer,
    RoleKind::Guardian,
];
/// Where the scopes' bits begin in a class.
const SCOPES_AT: usize = 12;
/// The bit of a machine.
const MACHINE: u32 = 1 << 31;

const _: () = assert!(Role::ALL.len() <= SCOPES_AT && SCOPES_AT + Scope::ALL.len() < 31);

/// Kind, roles and scopes as bits.
pub(crate) fn class_of(kind: PrincipalKind, roles: &[Role], scopes: &[Scope]) -> u32 {
    let roles = roles.iter().fold(0, |bits, role| bits | 1 << *role as u32);
    let scopes =
        scopes.iter().fold(0, |bits, scope| bits | 1 << (SCOPES_AT as u32 + *scope as u32));
    let machine = if kind == PrincipalKind::Client { MACHINE } else { 0 };
    machine | roles | scopes
}

/// One question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    pub(super) action: Action,
    class: u32,
    kind: ResourceKind,
    /// How the asker's own party holds the thing, as bits.
    holds: u8,
    pub(super) has_party: bool,
    pub(super) maker_known: bool,
    pub(super) made_it: bool,
    pub(super) ours: bool,
    pub(super) stepped_up: bool,
    pub(super) amount: Option<i64>,
    pub(super) currency: Option<u32>,
}

/// All that makes a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    class: u32,
    action: u8,
    kind: u8,
    holds: u8,
    truths: u8,
    place: Place,
    currency: Option<u32>,
}

impl Question {
    /// What this principal asks when it wants to do this to that.
    pub(crate) fn of(who: &Principal, action: Action, what: &Resource<'_>) -> Question {
        let own = what.owners.iter().filter(|holder| Some(holder.party) == who.party);
        // What was signed counts for whoever signed it, for this amount.
        let sum = what.amount_minor.zip(what.currency);
        let signed = what.stepped_up.as_ref().zip(sum);
        let stepped_up = signed
            .is_some_and(|(signed, (amount, currency))| signed.covers(&who.id, amount, currency));
        Question {
            action,
            class: who.class,
            kind: what.kind,
            holds: own.fold(0, |bits, holder| bits | 1 << (holder.role as u8 - 1)),
            has_party: who.party.is_some(),
            maker_known: what.maker.is_some(),
            made_it: what.maker == Some(&*who.id),
            ours: what.institution == who.institution.as_deref(),
            stepped_up,
            amount: what.amount_minor.map(|amount| i64::try_from(amount).unwrap_or(i64::MAX)),
            currency: what.currency.map(|currency| currency.0),
        }
    }

    /// The same question with a signature.
    pub(super) fn signed(&self) -> Question {
        Question { stepped_up: true, ..*self }
    }

    pub(super) fn key(&self, uses: &Uses) -> Key {
        let truths = [self.has_party, self.maker_known, self.made_it, self.ours, self.stepped_up];
        Key {
            class: self.class,
            action: self.action as u8,
            kind: self.kind as u8,
            holds: self.holds,
            truths: truths.iter().fold(0, |bits, truth| bits << 1 | u8::from(*truth)),
            place: uses.place(self.amount),
            currency: uses.currency(self.currency),
        }
    }

    /// The asker's type in policies.
    pub(super) fn asker_type(&self) -> &'static str {
        if self.class & MACHINE == 0 { "Person" } else { "Machine" }
    }

    /// Roles and scopes in policies: type and id.
    pub(super) fn groups(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let class = self.class;
        let held = move |bit: usize| class & 1 << bit != 0;
        let roles = Role::ALL.into_iter().filter(move |role| held(*role as usize));
        let scopes = Scope::ALL.into_iter().filter(move |s| held(SCOPES_AT + *s as usize));
        let roles = roles.map(|role| ("Role", role.word()));
        roles.chain(scopes.map(|scope| ("Scope", scope.word())))
    }

    /// The thing's type in policies.
    pub(super) fn resource_type(&self) -> &'static str {
        match self.kind {
            ResourceKind::Bank => "Bank",
            ResourceKind::Party => "Party",
            ResourceKind::Account => "Account",
            ResourceKind::Payment => "Payment",
            ResourceKind::Case => "Case",
            ResourceKind::Rules => "Rules",
            ResourceKind::User => "User",
            ResourceKind::Client => "Client",
            ResourceKind::Session => "Session",
            ResourceKind::TwoPersonAct => "TwoPersonAct",
        }
    }

    /// Roles in the ledger, in words.
    pub(super) fn holds_words(&self) -> impl Iterator<Item = &'static str> {
        let holds = self.holds;
        let held = HOLDS.into_iter().filter(move |role| holds & 1 << (*role as u8 - 1) != 0);
        held.map(RoleKind::word)
    }
}
