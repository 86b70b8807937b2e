//! Somebody by their name, when no request shows who they are: for what is sent to them long after they asked for it.

use super::Access;
use crate::policies::class_of;
use crate::principal::{Principal, PrincipalKind};
use std::sync::Arc;
use terms::PartyId;

impl Access {
    /// Who is called `client:acme` or `user:anna`, with the scopes or roles of now; `None` if there is nobody of that name or
    /// they are disabled. It shows no session and opens none: never give it to a door that somebody stands at.
    pub fn named(&self, id: &str, now_s: u64) -> Option<Arc<Principal>> {
        let (kind, name) = id.split_once(':')?;
        let state = self.store.state();
        let principal = match kind {
            "client" => {
                let client = state.clients.get(name).filter(|client| !client.disabled)?;
                Principal {
                    id: id.into(),
                    kind: PrincipalKind::Client,
                    roles: [].into(),
                    class: class_of(PrincipalKind::Client, &[], &client.scopes),
                    scopes: client.scopes.clone().into(),
                    party: client.party.map(|party| PartyId(party.0)),
                    institution: client.institution.clone(),
                    session: None,
                    until_s: now_s,
                }
            }
            "user" => {
                let user = state.users.get(name).filter(|user| !user.disabled)?;
                let roles = user.roles_at(now_s);
                Principal {
                    id: id.into(),
                    kind: PrincipalKind::User,
                    class: class_of(PrincipalKind::User, &roles, &[]),
                    roles: roles.into(),
                    scopes: [].into(),
                    party: user.party.map(|party| PartyId(party.0)),
                    institution: user.institution.clone(),
                    session: None,
                    until_s: now_s,
                }
            }
            _ => return None,
        };
        Some(Arc::new(principal))
    }
}
