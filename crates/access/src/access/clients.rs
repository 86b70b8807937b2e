//! Clients: machines, their keys and scopes.

use super::{Access, check_name};
use crate::action::Action;
use crate::asked::{ClientView, NewClient};
use crate::failed::Refused;
use crate::jose::Jwk;
use crate::note::Noted;
use crate::principal::{Principal, Scope};
use crate::resource::ResourceKind;
use crate::secret::text_of;
use crate::store::{Change, Client, ClientKey, HashText, Id128, State};
use std::sync::Arc;

/// Certificates of one client.
const CERTIFICATES_MAX: usize = 8;

impl Access {
    /// All clients, by name.
    ///
    /// # Errors
    /// Denied.
    pub fn clients(&self, by: &Principal, now_s: u64) -> Result<Vec<ClientView>, Refused> {
        self.must(by, Action::ClientRead, ResourceKind::Client, "", now_s)?;
        let mut views: Vec<ClientView> =
            self.store.state().clients.values().map(|client| view(client)).collect();
        views.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        Ok(views)
    }

    /// Adds a client.
    ///
    /// # Errors
    /// Denied, a name that is taken or invalid, keys of another kind, storage.
    pub fn client_add(
        &self,
        by: &Principal,
        new: &NewClient<'_>,
        now_s: u64,
    ) -> Result<(), Refused> {
        let about = format!("client:{}", new.name);
        self.must(by, Action::ClientWrite, ResourceKind::Client, &about, now_s)?;
        check_name(new.name)?;
        let client = Client {
            name: new.name.into(),
            scopes: sorted(new.scopes)?,
            keys: keys(new.keys, new.certificates_sha256)?,
            certificates: new.certificates_sha256.iter().copied().map(HashText).collect(),
            party: new.party.map(|party| Id128(party.0)),
            institution: new.institution.map(Arc::from),
            disabled: false,
            version: 0,
            since_s: now_s,
        };
        self.store.change(|state| {
            if state.client_name_is_taken(new.name) {
                return Err(Refused::Exists(about.clone()));
            }
            Ok((vec![Change::Client(Box::new(client))], ()))
        })?;
        let says = format!("added; scopes: {}", words(new.scopes));
        self.note(now_s, Noted::DirectoryChanged, &by.id, &about, &says);
        Ok(())
    }

    /// Replaces a client's keys and certificates; its tokens end.
    ///
    /// # Errors
    /// Denied, unknown, keys of another kind, storage.
    pub fn client_keys(
        &self,
        by: &Principal,
        name: &str,
        new_keys: Option<&str>,
        certificates_sha256: &[[u8; 32]],
        now_s: u64,
    ) -> Result<(), Refused> {
        let new_keys = keys(new_keys, certificates_sha256)?;
        let certificates = certificates_sha256.iter().copied().map(HashText).collect();
        let noted = (Noted::CredentialChanged, "keys replaced");
        self.change_client(by, name, noted, now_s, |client| {
            (client.keys, client.certificates) = (new_keys, certificates);
        })
    }

    /// Replaces a client's scopes; its tokens end.
    ///
    /// # Errors
    /// Denied, unknown, storage.
    pub fn client_scopes(
        &self,
        by: &Principal,
        name: &str,
        scopes: &[Scope],
        now_s: u64,
    ) -> Result<(), Refused> {
        let says = format!("scopes: {}", words(scopes));
        let scopes = sorted(scopes)?;
        let noted = (Noted::RoleChanged, says.as_str());
        self.change_client(by, name, noted, now_s, |client| client.scopes = scopes)
    }

    /// Disables a client: its tokens end at once.
    ///
    /// # Errors
    /// Denied, unknown, storage.
    pub fn client_disable(&self, by: &Principal, name: &str, now_s: u64) -> Result<(), Refused> {
        let noted = (Noted::DirectoryChanged, "disabled");
        self.change_client(by, name, noted, now_s, |client| client.disabled = true)
    }

    /// Enables a client again.
    ///
    /// # Errors
    /// Denied, unknown, storage.
    pub fn client_enable(&self, by: &Principal, name: &str, now_s: u64) -> Result<(), Refused> {
        let noted = (Noted::DirectoryChanged, "enabled");
        self.change_client(by, name, noted, now_s, |client| client.disabled = false)
    }

    fn change_client(
        &self,
        by: &Principal,
        name: &str,
        (what, says): (Noted, &str),
        now_s: u64,
        change: impl FnOnce(&mut Client),
    ) -> Result<(), Refused> {
        let about = format!("client:{name}");
        self.must(by, Action::ClientWrite, ResourceKind::Client, &about, now_s)?;
        self.store.change(|state| {
            let mut client = Client::clone(find(state, name)?);
            change(&mut client);
            client.version += 1;
            Ok::<_, Refused>((vec![Change::Client(Box::new(client))], ()))
        })?;
        self.tokens.end(name);
        self.note(now_s, what, &by.id, &about, says);
        Ok(())
    }

    /// Removes a client; the name is never given to another.
    ///
    /// # Errors
    /// Denied, unknown, storage.
    pub fn client_remove(&self, by: &Principal, name: &str, now_s: u64) -> Result<(), Refused> {
        let about = format!("client:{name}");
        self.must(by, Action::ClientWrite, ResourceKind::Client, &about, now_s)?;
        self.store.change(|state| {
            let client = find(state, name)?;
            Ok::<_, Refused>((vec![Change::ClientGone(client.name.clone())], ()))
        })?;
        self.tokens.end(name);
        self.note(now_s, Noted::DirectoryChanged, &by.id, &about, "removed");
        Ok(())
    }
}

fn find<'a>(state: &'a State, name: &str) -> Result<&'a Arc<Client>, Refused> {
    state.clients.get(name).ok_or_else(|| Refused::Unknown(format!("client:{name}")))
}

/// Public keys of a client, each one looked at.
fn keys(set: Option<&str>, certificates: &[[u8; 32]]) -> Result<Vec<ClientKey>, Refused> {
    let invalid = |says: String| Refused::Invalid { field: "keys", says };
    let keys = match set {
        Some(set) => {
            Jwk::read_set(set).map_err(invalid)?;
            let set: serde_json::Value =
                serde_json::from_str(set).map_err(|cause| invalid(cause.to_string()))?;
            let keys = set["keys"].as_array().cloned().unwrap_or_default();
            keys.into_iter().filter_map(|key| key.as_object().cloned()).map(ClientKey).collect()
        }
        None => Vec::new(),
    };
    if certificates.len() > CERTIFICATES_MAX {
        let says =
            format!("{} were given, at most {CERTIFICATES_MAX} are taken", certificates.len());
        return Err(Refused::Invalid { field: "certificates", says });
    }
    if keys.is_empty() && certificates.is_empty() {
        return Err(invalid("a client needs at least one key or certificate".to_owned()));
    }
    Ok(keys)
}

fn sorted(scopes: &[Scope]) -> Result<Vec<Scope>, Refused> {
    let mut scopes = scopes.to_vec();
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        let says = "a client needs at least one scope".to_owned();
        return Err(Refused::Invalid { field: "scopes", says });
    }
    Ok(scopes)
}

fn words(scopes: &[Scope]) -> String {
    scopes.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(" ")
}

fn view(client: &Client) -> ClientView {
    let keys = client.keys.iter().filter_map(|key| Jwk::read(&key.0).ok());
    ClientView {
        name: client.name.clone(),
        scopes: client.scopes.clone(),
        keys: keys.map(|jwk| text_of(&jwk.thumbprint)).collect(),
        certificates_sha256: client.certificates.iter().map(|it| it.0).collect(),
        party: client.party.map(|party| terms::PartyId(party.0)),
        institution: client.institution.clone(),
        disabled: client.disabled,
        since_s: client.since_s,
    }
}
