//! A customer is let in at the counter: once, by whoever looked at their document. Whoever has keys already and lost them is let
//! in again by two persons.

use super::people::{new_user, view};
use super::{Access, check_name, links};
use crate::action::Action;
use crate::asked::{CustomerUser, LinkKind, OneTimeLink};
use crate::failed::Refused;
use crate::note::Noted;
use crate::principal::{Principal, Role};
use crate::resource::ResourceKind;
use crate::store::{Change, Id128, State, User};
use std::sync::Arc;
use terms::PartyId;

impl Access {
    /// How a customer signs in, if they do; `name` is what the bank would call them.
    ///
    /// # Errors
    /// Denied.
    pub fn customer_user(
        &self,
        by: &Principal,
        name: &str,
        party: PartyId,
        now_s: u64,
    ) -> Result<CustomerUser, Refused> {
        self.must(by, Action::CustomerLetIn, ResourceKind::User, "", now_s)?;
        let state = self.store.state();
        Ok(match speaking(&state, party) {
            Some(user) if is_shut_out(&user) => CustomerUser::ShutOut(view(&user)),
            Some(user) => CustomerUser::Known(view(&user)),
            None if state.user_name_is_taken(name) => CustomerUser::Gone,
            None => CustomerUser::Never,
        })
    }

    /// Lets a customer in, under a name that the bank chose; gives a link that is good for three days. Given again to who has not
    /// used it yet: the one before ends. Of somebody of the staff who is a customer too, only the customer is meant.
    ///
    /// # Errors
    /// Denied, a name that is taken or invalid, a customer who has keys or was shut out, storage.
    pub fn customer_let_in(
        &self,
        by: &Principal,
        name: &str,
        party: PartyId,
        now_s: u64,
    ) -> Result<OneTimeLink, Refused> {
        self.must(by, Action::CustomerLetIn, ResourceKind::User, "", now_s)?;
        check_name(name)?;
        let (link, says) = self.store.change(|state| {
            let (name, added, says) = match speaking(state, party) {
                Some(user) => (again(&user)?, None, "let in at the counter, once more"),
                None => {
                    if state.user_name_is_taken(name) {
                        return Err(Refused::Exists(format!("user:{name}")));
                    }
                    let mut user = new_user(name, vec![(Role::Customer, None)], now_s)?;
                    user.party = Some(Id128(party.0));
                    (Arc::clone(&user.name), Some(user), "let in at the counter; roles: customer")
                }
            };
            let (mut changes, link) = links::new_link(state, &name, LinkKind::Invite, now_s)?;
            changes.extend(added.map(|user| Change::User(Box::new(user))));
            Ok((changes, (link, says)))
        })?;
        let about = format!("user:{}", link.user);
        self.note(now_s, Noted::DirectoryChanged, &by.id, &about, says);
        Ok(link)
    }
}

/// The user of a customer who decides about all of them: one who was shut out before one who has keys, and that before one who did
/// not come yet; of several alike the first by name.
fn speaking(state: &State, party: PartyId) -> Option<Arc<User>> {
    let theirs = |user: &&Arc<User>| {
        let holds = |wanted: Role| user.roles.iter().any(|(role, _)| *role == wanted);
        let of_staff = user.roles.iter().any(|(role, _)| role.is_staff());
        user.party == Some(Id128(party.0))
            && !of_staff
            && (holds(Role::Customer) || user.roles.is_empty())
    };
    let order = |user: &&Arc<User>| (!is_shut_out(user), !user.has_key(), Arc::clone(&user.name));
    state.users.values().filter(theirs).min_by_key(order).cloned()
}

/// Whoever has no role any more was shut out like who was disabled: an administrator did it, and decides.
fn is_shut_out(user: &User) -> bool {
    user.disabled || user.roles.is_empty()
}

/// The name of somebody who was let in and did not come yet.
fn again(user: &User) -> Result<Arc<str>, Refused> {
    if is_shut_out(user) {
        return Err(Refused::Conflict(format!("user:{} was shut out", user.name)));
    }
    if user.has_key() {
        let says =
            format!("user:{} has keys; to lose them takes a recovery by two persons", user.name);
        return Err(Refused::Conflict(says));
    }
    Ok(Arc::clone(&user.name))
}
