//! Users and their roles: who comes in, and as what.

use super::{Access, check_name, links, sessions};
use crate::action::Action;
use crate::asked::{ActId, ActKind, Given, LinkKind, NewUser, OneTimeLink, UserView};
use crate::failed::Refused;
use crate::note::Noted;
use crate::principal::{Principal, Role};
use crate::resource::ResourceKind;
use crate::secret::random;
use crate::store::{Act, Change, Id128, State, User};
use std::sync::Arc;

impl Access {
    /// The first administrator, with a link that is good for a day, if there never was a user; `None` if there was. Loud.
    ///
    /// # Errors
    /// Storage; an invalid name.
    pub fn first_administrator(
        &self,
        name: &str,
        now_s: u64,
    ) -> Result<Option<OneTimeLink>, Refused> {
        check_name(name)?;
        let link = self.store.change(|state| {
            if !state.has_no_users() {
                return Ok((Vec::new(), None));
            }
            let user = new_user(name, vec![(Role::Administrator, None)], now_s)?;
            let (mut changes, link) = links::new_link(state, &user.name, LinkKind::Invite, now_s)?;
            changes.push(Change::User(Box::new(user)));
            Ok::<_, Refused>((changes, Some(link)))
        })?;
        if link.is_some() {
            let (who, about) = ("console", format!("user:{name}"));
            self.note_loudly(now_s, Noted::DirectoryChanged, who, &about, "first administrator");
        }
        Ok(link)
    }

    /// All users, by name.
    ///
    /// # Errors
    /// Denied.
    pub fn users(&self, by: &Principal, now_s: u64) -> Result<Vec<UserView>, Refused> {
        self.must(by, Action::UserRead, ResourceKind::User, "", now_s)?;
        let mut views: Vec<UserView> =
            self.store.state().users.values().map(|user| view(user)).collect();
        views.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(views)
    }

    /// Adds a user and makes the link for their first sign-in, good for three days. Roles follow the rules of
    /// [`Access::role_give`]: one that takes two persons waits, and the user begins without it.
    ///
    /// # Errors
    /// Denied, a name that is taken or invalid, roles that must not be in one hand, storage.
    pub fn user_add(
        &self,
        by: &Principal,
        new: &NewUser<'_>,
        now_s: u64,
    ) -> Result<OneTimeLink, Refused> {
        let about = format!("user:{}", new.name);
        self.must(by, Action::UserWrite, ResourceKind::User, &about, now_s)?;
        check_name(new.name)?;
        let link = self.store.change(|state| {
            if state.user_name_is_taken(new.name) {
                return Err(Refused::Exists(about.clone()));
            }
            let mut user = new_user(new.name, Vec::new(), now_s)?;
            user.party = new.party.map(|party| Id128(party.0));
            user.institution = new.institution.map(Arc::from);
            let mut changes = Vec::new();
            let mut wanted = user.clone();
            for role in new.roles {
                check_role(&wanted, *role)?;
                wanted.roles.push((*role, None));
                let first_act = state.last_id + 1 + changes.len() as u64;
                match waits(state, by, &user, *role, None, (first_act, now_s)) {
                    Some(act) => changes.push(Change::Act(act)),
                    None => user.roles.push((*role, None)),
                }
            }
            let (more, link) = links::new_link(state, &user.name, LinkKind::Invite, now_s)?;
            changes.extend(more);
            changes.push(Change::User(Box::new(user)));
            Ok((changes, link))
        })?;
        let words: Vec<&str> = new.roles.iter().map(|role| role.word()).collect();
        let says = format!("added; roles: {}", words.join(", "));
        self.note(now_s, Noted::DirectoryChanged, &by.id, &about, &says);
        Ok(link)
    }

    /// A new link for somebody who has no key yet; the old one ends. At the console, where nobody is left to ask, also
    /// for somebody who lost all keys; that is loud.
    ///
    /// # Errors
    /// Denied, unknown, somebody who has keys (that is a recovery), storage.
    pub fn user_link(
        &self,
        by: &Principal,
        name: &str,
        now_s: u64,
    ) -> Result<OneTimeLink, Refused> {
        let about = format!("user:{name}");
        self.must(by, Action::UserWrite, ResourceKind::User, &about, now_s)?;
        let (link, kind) = self.store.change(|state| {
            let user = find(state, name)?;
            let kind = if user.has_key() { LinkKind::Recovery } else { LinkKind::Invite };
            if kind == LinkKind::Recovery && !is_console(by) {
                let says =
                    format!("{about} has keys; to lose them takes a recovery by two persons");
                return Err(Refused::Conflict(says));
            }
            let (changes, link) = links::new_link(state, &user.name, kind, now_s)?;
            Ok((changes, (link, kind)))
        })?;
        match kind {
            LinkKind::Invite => self.note(now_s, Noted::Link, &by.id, &about, "new first link"),
            LinkKind::Recovery => {
                let says = "recovery from the console, by one person";
                self.note_loudly(now_s, Noted::Recovery, &by.id, &about, says);
            }
        }
        Ok(link)
    }

    /// Disables a user: sessions end at once.
    ///
    /// # Errors
    /// Denied, unknown, oneself, storage.
    pub fn user_disable(&self, by: &Principal, name: &str, now_s: u64) -> Result<(), Refused> {
        self.change_user(by, name, "disabled", now_s, |state, user| {
            user.disabled = true;
            [sessions::end_all(state, name), links::end_links(state, name)].concat()
        })
    }

    /// Enables a user again.
    ///
    /// # Errors
    /// Denied, unknown, oneself, storage.
    pub fn user_enable(&self, by: &Principal, name: &str, now_s: u64) -> Result<(), Refused> {
        self.change_user(by, name, "enabled", now_s, |_, user| {
            user.disabled = false;
            Vec::new()
        })
    }

    fn change_user(
        &self,
        by: &Principal,
        name: &str,
        says: &str,
        now_s: u64,
        change: impl FnOnce(&State, &mut User) -> Vec<Change>,
    ) -> Result<(), Refused> {
        let about = format!("user:{name}");
        self.must(by, Action::UserWrite, ResourceKind::User, &about, now_s)?;
        not_oneself(by, name, "change")?;
        self.store.change(|state| {
            let mut user = User::clone(find(state, name)?);
            let mut changes = change(state, &mut user);
            changes.push(Change::User(Box::new(user)));
            Ok::<_, Refused>((changes, ()))
        })?;
        self.note(now_s, Noted::DirectoryChanged, &by.id, &about, says);
        Ok(())
    }

    /// Removes a user with all keys; the name is never given to another.
    ///
    /// # Errors
    /// Denied, unknown, oneself, storage.
    pub fn user_remove(&self, by: &Principal, name: &str, now_s: u64) -> Result<(), Refused> {
        let about = format!("user:{name}");
        self.must(by, Action::UserWrite, ResourceKind::User, &about, now_s)?;
        not_oneself(by, name, "remove")?;
        self.store.change(|state| {
            let user = find(state, name)?;
            let acts = state.acts.values().filter(|act| *act.user == *name);
            let acts = acts.map(|act| Change::ActGone(act.id)).collect();
            let gone = vec![Change::UserGone(user.name.clone())];
            let ended = [sessions::end_all(state, name), links::end_links(state, name), acts, gone];
            Ok::<_, Refused>((ended.concat(), ()))
        })?;
        self.note(now_s, Noted::DirectoryChanged, &by.id, &about, "removed");
        Ok(())
    }

    /// Gives a role, until a moment if one is said. From two administrators on, a role that touches money or identity
    /// waits for the second. Nobody gives themselves a role; administrators and supervisors hold no other.
    ///
    /// # Errors
    /// Denied, unknown, conflict, storage.
    pub fn role_give(
        &self,
        by: &Principal,
        name: &str,
        role: Role,
        until_s: Option<u64>,
        now_s: u64,
    ) -> Result<Given, Refused> {
        let about = format!("user:{name}");
        self.must(by, Action::UserRole, ResourceKind::User, &about, now_s)?;
        not_oneself(by, name, "give a role to")?;
        if until_s.is_some_and(|until_s| until_s <= now_s) {
            return Err(Refused::Invalid { field: "until", says: "must lie ahead".to_owned() });
        }
        let given = self.store.change(|state| {
            let mut user = User::clone(find(state, name)?);
            user.roles.retain(|(held, _)| *held != role);
            check_role(&user, role)?;
            if let Some(act) = waits(state, by, &user, role, until_s, (state.last_id + 1, now_s)) {
                let id = ActId(act.id);
                return Ok((vec![Change::Act(act)], Given::Waits(id)));
            }
            user.roles.push((role, until_s));
            Ok::<_, Refused>((vec![Change::User(Box::new(user))], Given::Done))
        })?;
        let says = match given {
            Given::Done => format!("given: {}", role.word()),
            Given::Waits(id) => format!("asked for: {} (act {id})", role.word()),
        };
        self.note(now_s, Noted::RoleChanged, &by.id, &about, &says);
        Ok(given)
    }

    /// Takes a role; it is gone with the next request.
    ///
    /// # Errors
    /// Denied, unknown, oneself, storage.
    pub fn role_take(
        &self,
        by: &Principal,
        name: &str,
        role: Role,
        now_s: u64,
    ) -> Result<(), Refused> {
        let about = format!("user:{name}");
        self.must(by, Action::UserRole, ResourceKind::User, &about, now_s)?;
        not_oneself(by, name, "take a role from")?;
        self.store.change(|state| {
            let mut user = User::clone(find(state, name)?);
            let before = user.roles.len();
            user.roles.retain(|(held, _)| *held != role);
            if user.roles.len() == before {
                let says = format!("role {} of {about}", role.word());
                return Err(Refused::Unknown(says));
            }
            Ok((vec![Change::User(Box::new(user))], ()))
        })?;
        self.note(now_s, Noted::RoleChanged, &by.id, &about, &format!("taken: {}", role.word()));
        Ok(())
    }
}

/// A user by name.
pub(super) fn find<'a>(state: &'a State, name: &str) -> Result<&'a Arc<User>, Refused> {
    state.users.get(name).ok_or_else(|| Refused::Unknown(format!("user:{name}")))
}

/// Whether a user may hold a role beside those they have.
pub(super) fn check_role(user: &User, role: Role) -> Result<(), Refused> {
    let conflict = |says: &str| Err(Refused::Conflict(says.to_owned()));
    if role == Role::BreakGlass {
        return conflict(
            "break-glass is asked for and approved by two persons, never given as a role",
        );
    }
    if !role.is_staff() && user.party.is_none() {
        return conflict("a customer or helper must have a party in the ledger");
    }
    let alone = |role: Role| matches!(role, Role::Administrator | Role::Supervisor);
    let mut others = user.roles.iter().map(|(held, _)| *held).filter(|held| *held != role);
    if others.clone().any(|held| alone(held) || alone(role)) {
        return conflict("administrators and supervisors hold no other role");
    }
    if others.any(|held| held.is_staff() != role.is_staff()) {
        return conflict("staff and customer are two users, also when they are one person");
    }
    Ok(())
}

/// The act that waits for a second administrator, where there is one. The console has the keys to the house anyway.
fn waits(
    state: &State,
    by: &Principal,
    user: &User,
    role: Role,
    until_s: Option<u64>,
    (id, now_s): (u64, u64),
) -> Option<Act> {
    let administers =
        |user: &&Arc<User>| !user.disabled && user.roles_at(now_s).contains(&Role::Administrator);
    let two = state.users.values().filter(administers).count() >= 2;
    (two && role.takes_two() && !is_console(by)).then(|| Act {
        id,
        kind: ActKind::Role { role, until_s },
        user: user.name.clone(),
        by: by.id.clone(),
        reason: "".into(),
        since_s: now_s,
    })
}

fn is_console(by: &Principal) -> bool {
    &*by.id == "console"
}

fn not_oneself(by: &Principal, name: &str, act: &str) -> Result<(), Refused> {
    if by.id.strip_prefix("user:") == Some(name) {
        return Err(Refused::Conflict(format!("nobody may {act} themselves; ask a colleague")));
    }
    Ok(())
}

pub(super) fn new_user(
    name: &str,
    roles: Vec<(Role, Option<u64>)>,
    now_s: u64,
) -> Result<User, Refused> {
    Ok(User {
        name: name.into(),
        handle: random()?,
        roles,
        party: None,
        institution: None,
        disabled: false,
        passkeys: Vec::new(),
        password: None,
        code: None,
        phone: None,
        card: None,
        devices: Vec::new(),
        since_s: now_s,
    })
}

pub(super) fn view(user: &User) -> UserView {
    UserView {
        name: user.name.clone(),
        roles: user.roles.clone(),
        party: user.party.map(|party| terms::PartyId(party.0)),
        institution: user.institution.clone(),
        disabled: user.disabled,
        passkeys: user.passkeys.len(),
        has_password: user.password.is_some(),
        since_s: user.since_s,
    }
}
