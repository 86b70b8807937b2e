//! Somebody who was recognised: a person with a session, or a machine with a token.

use serde::{Deserialize, Serialize};
use std::sync::Arc;
use terms::PartyId;

/// What a principal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// A person.
    User,
    /// A machine.
    Client,
}

/// A role of a user, as policies name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Role {
    /// A customer: own accounts only, through the roles their party holds in the ledger.
    Customer,
    /// Helps a relative: sees accounts on which the ledger lets them look, and nothing else.
    Helper,
    /// Serves customers at the counter.
    Teller,
    /// Runs payments, files, exceptions and the end of day.
    Operations,
    /// Works on cases.
    Analyst,
    /// Second eyes: decides what another worked on, adopts what another registered.
    ChiefAnalyst,
    /// Looks after data: queries, erasure, quality.
    DataOfficer,
    /// Reads everything, writes nothing.
    Supervisor,
    /// Users, clients and roles; no money.
    Administrator,
    /// Connects machines: webhooks, events, proofs; sees no customer.
    Developer,
    /// Wider rights in an emergency. Only two persons give it, and it ends by itself.
    BreakGlass,
}

impl Role {
    /// All roles, in the order of the table of rights.
    pub const ALL: [Role; 11] = [
        Role::Customer,
        Role::Helper,
        Role::Teller,
        Role::Operations,
        Role::Analyst,
        Role::ChiefAnalyst,
        Role::DataOfficer,
        Role::Supervisor,
        Role::Administrator,
        Role::Developer,
        Role::BreakGlass,
    ];

    /// One word for policies and programs, `chief_analyst`.
    pub fn word(self) -> &'static str {
        match self {
            Role::Customer => "customer",
            Role::Helper => "helper",
            Role::Teller => "teller",
            Role::Operations => "operations",
            Role::Analyst => "analyst",
            Role::ChiefAnalyst => "chief_analyst",
            Role::DataOfficer => "data_officer",
            Role::Supervisor => "supervisor",
            Role::Administrator => "administrator",
            Role::Developer => "developer",
            Role::BreakGlass => "break_glass",
        }
    }

    /// The role of this word.
    pub fn from_word(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.word() == word)
    }

    /// True when two persons must agree before somebody holds it, where there are two.
    pub fn takes_two(self) -> bool {
        !matches!(self, Role::Customer | Role::Helper | Role::Developer)
    }

    /// True for those who work for the institution or watch it.
    pub fn is_staff(self) -> bool {
        !matches!(self, Role::Customer | Role::Helper)
    }
}

/// What a client's token is good for (RFC 6749 section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Scope {
    /// Send payments and files, and see them.
    Payments,
    /// See payments.
    #[serde(rename = "payments:read")]
    PaymentsRead,
    /// See accounts, balances and statements.
    #[serde(rename = "accounts:read")]
    AccountsRead,
    /// Open accounts and change their terms.
    Accounts,
    /// See and register parties.
    Parties,
    /// See and work on cases; never decide them.
    Cases,
    /// Ask whether a name is on a list.
    Screening,
    /// Ask the tables; personal data is masked.
    Queries,
    /// Follow events and say who is told of them.
    Events,
    /// Receipts, proofs, quality reports and indicators.
    Proofs,
    /// Health and figures.
    Monitoring,
    /// Carry what people type on phones, and the screens they get. Says nothing of anybody by itself.
    Text,
}

impl Scope {
    /// All scopes, in the order of the table of rights.
    pub const ALL: [Scope; 12] = [
        Scope::Payments,
        Scope::PaymentsRead,
        Scope::AccountsRead,
        Scope::Accounts,
        Scope::Parties,
        Scope::Cases,
        Scope::Screening,
        Scope::Queries,
        Scope::Events,
        Scope::Proofs,
        Scope::Monitoring,
        Scope::Text,
    ];

    /// The scope as OAuth writes it, `accounts:read`.
    pub fn word(self) -> &'static str {
        match self {
            Scope::Payments => "payments",
            Scope::PaymentsRead => "payments:read",
            Scope::AccountsRead => "accounts:read",
            Scope::Accounts => "accounts",
            Scope::Parties => "parties",
            Scope::Cases => "cases",
            Scope::Screening => "screening",
            Scope::Queries => "queries",
            Scope::Events => "events",
            Scope::Proofs => "proofs",
            Scope::Monitoring => "monitoring",
            Scope::Text => "text",
        }
    }

    /// The scope of this word.
    pub fn from_word(word: &str) -> Option<Scope> {
        Scope::ALL.into_iter().find(|scope| scope.word() == word)
    }
}

/// Which of a person's sessions, in lists and notes. It opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

impl std::fmt::Display for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Somebody who was recognised. Cheap to keep for one request; ask again for the next.
#[derive(Clone, Debug)]
pub struct Principal {
    /// `user:anna` or `client:acme`.
    pub id: Arc<str>,
    /// Person or machine.
    pub kind: PrincipalKind,
    /// Roles of a person that are valid now, in order.
    pub roles: Arc<[Role]>,
    /// Scopes of a machine's token, in order.
    pub scopes: Arc<[Scope]>,
    /// The principal's own party in the ledger.
    pub party: Option<PartyId>,
    /// The institution they work for; `None`: ours.
    pub institution: Option<Arc<str>>,
    /// The session of a person.
    pub session: Option<SessionId>,
    /// When session or token end, in seconds since 1970.
    pub until_s: u64,
    /// Number of this combination of kind, roles, scopes in the policies' cache.
    pub(crate) class: u32,
}

impl Principal {
    /// True when the person holds this role now.
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}
