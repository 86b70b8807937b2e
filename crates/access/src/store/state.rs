//! The state: who there is, who is signed in, what waits. Changes say the new whole of one thing, so that applying one
//! asks nothing and cannot fail.

use crate::asked::{ActKind, LinkKind};
use crate::passkey::Passkey;
use crate::password::Password;
use crate::principal::{Role, Scope};
use crate::secret::{Hash, as_text};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) name: Arc<str>,
    /// What passkeys call the user; says nothing about who it is.
    #[serde(with = "as_text")]
    pub(crate) handle: [u8; 16],
    /// Each with its end, if it has one.
    pub(crate) roles: Vec<(Role, Option<u64>)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) party: Option<Id128>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) institution: Option<Arc<str>>,
    #[serde(default)]
    pub(crate) disabled: bool,
    #[serde(default)]
    pub(crate) passkeys: Vec<Passkey>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) password: Option<Password>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<Code>,
    /// A phone that signs in with a PIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<Phone>,
    /// A printed card of codes that each count once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) card: Option<Card>,
    /// Hashes of the cookies of browsers this user signed in with.
    #[serde(default)]
    pub(crate) devices: Vec<HashText>,
    pub(crate) since_s: u64,
}

/// A secret for codes, under a key that lies in another file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Code {
    #[serde(with = "as_text")]
    pub(crate) nonce: [u8; 12],
    #[serde(with = "as_text")]
    pub(crate) sealed: Vec<u8>,
    /// The last step whose code was used.
    pub(crate) last_step: u64,
}

/// A phone that signs in with a PIN: a gateway says its number, and which SIM it has if it knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Phone {
    /// `+` and the digits.
    pub(crate) number: Arc<str>,
    /// Of the PIN under the key that lies in another file: without that key nobody can try all PINs.
    pub(crate) pin: Password,
    /// Wrong PINs in a row.
    #[serde(default)]
    pub(crate) wrong: u8,
    /// The SIM that was seen first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sim: Option<HashText>,
    /// Another SIM that was seen since, until its owner says that it is theirs; it pays nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sim_new: Option<HashText>,
    /// The language of its screens.
    pub(crate) lang: Arc<str>,
    /// Somebody signed in with it. Until then the number may be anybody's.
    #[serde(default)]
    pub(crate) used: bool,
    pub(crate) since_s: u64,
}

/// A printed card. A code that was used is gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Card {
    /// Of each code, under the key that lies in another file.
    pub(crate) codes: Vec<Option<HashText>>,
    /// The place of the code that is asked for next. It stays until that code was used, so that asking again yields no other.
    pub(crate) next: u8,
    /// Wrong codes in a row.
    #[serde(default)]
    pub(crate) wrong: u8,
    pub(crate) since_s: u64,
}

/// A hash, as text in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct HashText(#[serde(with = "as_text")] pub(crate) Hash);

/// A 128-bit id, as decimal text in JSON: most readers of JSON know no such numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Id128(pub(crate) u128);

impl TryFrom<String> for Id128 {
    type Error = std::num::ParseIntError;
    fn try_from(text: String) -> Result<Id128, Self::Error> {
        text.parse().map(Id128)
    }
}

impl From<Id128> for String {
    fn from(id: Id128) -> String {
        id.0.to_string()
    }
}

/// A client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Client {
    pub(crate) name: Arc<str>,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) keys: Vec<ClientKey>,
    pub(crate) certificates: Vec<HashText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) party: Option<Id128>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) institution: Option<Arc<str>>,
    #[serde(default)]
    pub(crate) disabled: bool,
    /// Grows with each change of keys, scopes or state: tokens of before end.
    pub(crate) version: u64,
    pub(crate) since_s: u64,
}

/// A public key of a client, as a JWK.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ClientKey(pub(crate) serde_json::Map<String, serde_json::Value>);

/// A link that opens once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    #[serde(with = "as_text")]
    pub(crate) hash: Hash,
    pub(crate) user: Arc<str>,
    pub(crate) kind: LinkKind,
    pub(crate) until_s: u64,
}

/// A session of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// Hash of its cookie.
    #[serde(with = "as_text")]
    pub(crate) hash: Hash,
    pub(crate) id: u64,
    pub(crate) user: Arc<str>,
    pub(crate) since_s: u64,
    /// Last seen, as far as it is durable.
    pub(crate) seen_s: u64,
    pub(crate) until_s: u64,
    pub(crate) address: Arc<str>,
    pub(crate) agent: Arc<str>,
    /// Begun with number and PIN of a phone, which is less than a passkey or a password and a code.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) by_phone: bool,
}

/// A session, and when it was last seen.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) session: Session,
    pub(crate) seen_s: AtomicU64,
}

/// An act that waits for its second person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Act {
    pub(crate) id: u64,
    pub(crate) kind: ActKind,
    pub(crate) user: Arc<str>,
    pub(crate) by: Arc<str>,
    pub(crate) reason: Arc<str>,
    pub(crate) since_s: u64,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Change {
    /// A user, new or changed.
    User(Box<User>),
    /// A user is gone; the name stays taken.
    UserGone(Arc<str>),
    /// A client, new or changed.
    Client(Box<Client>),
    /// A client is gone; the name stays taken.
    ClientGone(Arc<str>),
    /// A link was made.
    Link(Link),
    /// A link was used, or ended.
    LinkGone(HashText),
    /// A session began, or goes on under another cookie.
    Session(Session),
    /// A session was seen.
    Seen {
        /// Hash of its cookie.
        #[serde(with = "as_text")]
        hash: Hash,
        /// When.
        at_s: u64,
    },
    /// A session ended.
    SessionGone(HashText),
    /// An act waits.
    Act(Act),
    /// An act was approved, refused or forgotten.
    ActGone(u64),
    /// Numbers up to this one were given.
    LastId(u64),
}

/// All there is.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) users: HashMap<Arc<str>, Arc<User>>,
    users_gone: HashSet<Arc<str>>,
    pub(crate) clients: HashMap<Arc<str>, Arc<Client>>,
    clients_gone: HashSet<Arc<str>>,
    pub(crate) links: HashMap<Hash, Link>,
    pub(crate) sessions: HashMap<Hash, Arc<Live>>,
    /// Hashes of the sessions of a user.
    of_user: HashMap<Arc<str>, HashSet<Hash>>,
    pub(crate) acts: BTreeMap<u64, Act>,
    /// Whose passkey it is, by its id.
    owners: HashMap<Vec<u8>, Arc<str>>,
    /// Whose phone it is, by its number.
    phones: HashMap<Arc<str>, Arc<str>>,
    /// The last number given to an act.
    pub(crate) last_id: u64,
}

impl State {
    /// Makes a change count.
    pub(crate) fn apply(&mut self, change: &Change) {
        match change {
            Change::User(user) => {
                self.forget_keys(&user.name);
                if let Some(phone) = &user.phone {
                    self.phones.insert(phone.number.clone(), user.name.clone());
                }
                for passkey in &user.passkeys {
                    self.owners.insert(passkey.id.clone(), user.name.clone());
                }
                self.users.insert(user.name.clone(), Arc::new((**user).clone()));
            }
            Change::UserGone(name) => {
                self.forget_keys(name);
                self.users.remove(name);
                self.users_gone.insert(name.clone());
            }
            Change::Client(client) => {
                self.clients.insert(client.name.clone(), Arc::new((**client).clone()));
            }
            Change::ClientGone(name) => {
                self.clients.remove(name);
                self.clients_gone.insert(name.clone());
            }
            Change::Link(link) => {
                self.links.insert(link.hash, link.clone());
            }
            Change::LinkGone(hash) => {
                self.links.remove(&hash.0);
            }
            Change::Session(session) => {
                let of_user = self.of_user.entry(session.user.clone()).or_default();
                of_user.insert(session.hash);
                let live = Live { seen_s: session.seen_s.into(), session: session.clone() };
                self.sessions.insert(session.hash, Arc::new(live));
            }
            Change::Seen { hash, at_s } => {
                if let Some(live) = self.sessions.get(hash) {
                    live.seen_s.fetch_max(*at_s, Ordering::Relaxed);
                }
            }
            Change::SessionGone(hash) => self.end_session(&hash.0),
            Change::Act(act) => {
                self.last_id = self.last_id.max(act.id);
                self.acts.insert(act.id, act.clone());
            }
            Change::ActGone(id) => {
                self.acts.remove(id);
            }
            Change::LastId(id) => self.last_id = self.last_id.max(*id),
        }
    }

    fn forget_keys(&mut self, name: &str) {
        let known = self.users.get(name).cloned();
        for phone in known.iter().filter_map(|user| user.phone.as_ref()) {
            if self.phones.get(&phone.number).is_some_and(|owner| **owner == *name) {
                self.phones.remove(&phone.number);
            }
        }
        for passkey in known.iter().flat_map(|user| &user.passkeys) {
            self.owners.remove(&passkey.id);
        }
    }

    fn end_session(&mut self, hash: &Hash) {
        let Some(live) = self.sessions.remove(hash) else { return };
        let user = &live.session.user;
        if let Some(of_user) = self.of_user.get_mut(user) {
            of_user.remove(hash);
            if of_user.is_empty() {
                self.of_user.remove(user);
            }
        }
    }

    /// True when nobody may have this name: it is taken, or was.
    pub(crate) fn user_name_is_taken(&self, name: &str) -> bool {
        self.users.contains_key(name) || self.users_gone.contains(name)
    }

    /// The same for clients.
    pub(crate) fn client_name_is_taken(&self, name: &str) -> bool {
        self.clients.contains_key(name) || self.clients_gone.contains(name)
    }

    /// Nobody was ever added.
    pub(crate) fn has_no_users(&self) -> bool {
        self.users.is_empty() && self.users_gone.is_empty()
    }

    /// Whose passkey this is.
    pub(crate) fn owner_of(&self, credential: &[u8]) -> Option<Arc<User>> {
        self.users.get(self.owners.get(credential)?).cloned()
    }

    /// Whose phone has this number.
    pub(crate) fn owner_of_phone(&self, number: &str) -> Option<&Arc<User>> {
        self.users.get(self.phones.get(number)?)
    }

    /// Sessions of a user.
    pub(crate) fn sessions_of(&self, user: &str) -> impl Iterator<Item = &Arc<Live>> {
        let hashes = self.of_user.get(user).into_iter().flatten();
        hashes.filter_map(|hash| self.sessions.get(hash))
    }

    /// The state as changes, to write the file anew.
    pub(crate) fn whole(&self) -> Vec<Change> {
        let mut whole = vec![Change::LastId(self.last_id)];
        whole.extend(self.users.values().map(|user| Change::User(Box::new((**user).clone()))));
        whole.extend(self.users_gone.iter().cloned().map(Change::UserGone));
        let clients = self.clients.values();
        whole.extend(clients.map(|client| Change::Client(Box::new((**client).clone()))));
        whole.extend(self.clients_gone.iter().cloned().map(Change::ClientGone));
        whole.extend(self.links.values().cloned().map(Change::Link));
        whole.extend(self.sessions.values().map(|live| {
            let seen_s = live.seen_s.load(Ordering::Relaxed);
            Change::Session(Session { seen_s, ..live.session.clone() })
        }));
        whole.extend(self.acts.values().cloned().map(Change::Act));
        whole
    }
}

impl User {
    /// Roles that count at a moment, in order.
    pub(crate) fn roles_at(&self, now_s: u64) -> Vec<Role> {
        let counts = |until: &Option<u64>| until.is_none_or(|until_s| now_s < until_s);
        let roles = self.roles.iter().filter(|(_, until)| counts(until)).map(|(role, _)| *role);
        let mut roles: Vec<Role> = roles.collect();
        roles.sort_unstable();
        roles
    }

    /// Can sign in.
    pub(crate) fn has_key(&self) -> bool {
        !self.passkeys.is_empty() || (self.password.is_some() && self.code.is_some())
    }
}
