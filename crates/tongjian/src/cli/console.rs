//! The console: what whoever owns the machine does to identities. Each act is a document, carried out here while nobody serves
//! the bank, or by the server over a socket in the bank's own folder; both ways are one function. No network reaches it.

use crate::fail::Exit;
use crate::figures::{hex, parse_party};
use access::{
    Access, ClientView, Given, NewClient, NewUser, OneTimeLink, Refused, Role, Scope, SessionId,
    SessionView, UserView,
};
use api::identity::now_s;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs::{File, Permissions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use terms::PartyId;

/// The socket beside the identities, whose folder is the owner's alone.
const SOCKET: &str = "console.sock";
/// Bytes of a command; the keys of a program are the longest.
const LINE_BYTES_MAX: u64 = 256 << 10;
/// How long the other side may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes of a socket's path, as Linux has it.
const PATH_BYTES_MAX: usize = 107;

/// One act.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Lets somebody in.
    UserAdd {
        /// The name to sign in with.
        name: String,
        /// Roles to begin with.
        roles: Vec<Role>,
        /// Their own party, in decimal.
        party: Option<String>,
    },
    /// A new link.
    UserLink(String),
    /// Gives a role.
    RoleGive(String, Role),
    /// Takes a role.
    RoleTake(String, Role),
    /// Shuts somebody out.
    UserDisable(String),
    /// Lets them in again.
    UserEnable(String),
    /// Removes somebody.
    UserRemove(String),
    /// Who there is.
    Users,
    /// Lets a program in.
    ClientAdd {
        /// Its `client_id`.
        name: String,
        /// What it may ask for.
        scopes: Vec<Scope>,
        /// Its JWK set.
        keys: Option<String>,
        /// SHA-256 of its certificates.
        certificates: Vec<[u8; 32]>,
        /// Whose program it is, in decimal.
        party: Option<String>,
    },
    /// Replaces a program's keys.
    ClientKeys {
        /// Whose.
        name: String,
        /// Its JWK set.
        keys: Option<String>,
        /// SHA-256 of its certificates.
        certificates: Vec<[u8; 32]>,
    },
    /// Shuts a program out.
    ClientDisable(String),
    /// Lets it in again.
    ClientEnable(String),
    /// Removes a program.
    ClientRemove(String),
    /// Which programs there are.
    Clients,
    /// Ends a session.
    SessionEnd(String),
    /// Where people are signed in.
    Sessions,
}

/// What became of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// As commands say it.
    Done(Value),
    /// Why not.
    No {
        /// With which code the command ends.
        exit: u8,
        /// In words.
        says: String,
    },
}

/// Carries an act out. What it gives is what the commands say as JSON.
fn perform(access: &Access, act: Act) -> Result<Value, Refused> {
    let (by, now) = (&access.console(), now_s());
    match act {
        Act::UserAdd { name, roles, party } => {
            let party = party_of(party)?;
            let new = NewUser { name: &name, roles: &roles, party, institution: None };
            access.user_add(by, &new, now).map(|link| link_json(&link))
        }
        Act::UserLink(name) => access.user_link(by, &name, now).map(|link| link_json(&link)),
        Act::RoleGive(name, role) => {
            let waits = matches!(access.role_give(by, &name, role, None, now)?, Given::Waits(_));
            let is = if waits { "waiting for a second administrator" } else { "given the role" };
            Ok(user_json(&name, is))
        }
        Act::RoleTake(name, role) => {
            access.role_take(by, &name, role, now).map(|()| user_json(&name, "without the role"))
        }
        Act::UserDisable(name) => {
            access.user_disable(by, &name, now).map(|()| user_json(&name, "disabled"))
        }
        Act::UserEnable(name) => {
            access.user_enable(by, &name, now).map(|()| user_json(&name, "enabled"))
        }
        Act::UserRemove(name) => {
            access.user_remove(by, &name, now).map(|()| user_json(&name, "removed"))
        }
        Act::Users => {
            let users = access.users(by, now)?;
            Ok(json!({ "users": users.iter().map(user).collect::<Vec<_>>() }))
        }
        Act::SessionEnd(id) => {
            let number = u64::from_str_radix(&id, 16);
            let number = number.map_err(|_| Refused::Unknown(format!("session {id}")))?;
            access.session_end(by, SessionId(number), now).map(|()| json!({ "ended": id }))
        }
        Act::Sessions => {
            let sessions = access.sessions(by, now)?;
            Ok(json!({ "sessions": sessions.iter().map(session).collect::<Vec<_>>() }))
        }
        of_clients => perform_on_clients(access, of_clients, now),
    }
}

fn perform_on_clients(access: &Access, act: Act, now: u64) -> Result<Value, Refused> {
    let by = &access.console();
    match act {
        Act::ClientAdd { name, scopes, keys, certificates, party } => {
            let new = NewClient {
                name: &name,
                scopes: &scopes,
                keys: keys.as_deref(),
                certificates_sha256: &certificates,
                party: party_of(party.clone())?,
                institution: None,
            };
            access.client_add(by, &new, now)?;
            let words: Vec<&str> = scopes.iter().map(|scope| scope.word()).collect();
            Ok(json!({ "client_id": name, "scopes": words, "party": party }))
        }
        Act::ClientKeys { name, keys, certificates } => access
            .client_keys(by, &name, keys.as_deref(), &certificates, now)
            .map(|()| json!({ "renewed": name })),
        Act::ClientDisable(name) => {
            access.client_disable(by, &name, now).map(|()| json!({ "disabled": name }))
        }
        Act::ClientEnable(name) => {
            access.client_enable(by, &name, now).map(|()| json!({ "enabled": name }))
        }
        Act::ClientRemove(name) => {
            access.client_remove(by, &name, now).map(|()| json!({ "removed": name }))
        }
        _ => {
            let clients = access.clients(by, now)?;
            Ok(json!({ "clients": clients.iter().map(client).collect::<Vec<_>>() }))
        }
    }
}

fn party_of(text: Option<String>) -> Result<Option<PartyId>, Refused> {
    let invalid = |says| Refused::Invalid { field: "party", says };
    text.map(|text| parse_party(&text)).transpose().map_err(invalid)
}

fn user_json(name: &str, is: &str) -> Value {
    json!({ "user": name, "is": is })
}

/// A link as commands say it.
pub fn link_json(link: &OneTimeLink) -> Value {
    json!({ "user": &*link.user, "token": link.token, "until_s": link.until_s })
}

fn user(user: &UserView) -> Value {
    let roles: Vec<&str> = user.roles.iter().map(|(role, _)| role.word()).collect();
    json!({
        "user": &*user.name, "roles": roles, "party": user.party.map(|party| party.to_string()),
        "disabled": user.disabled, "passkeys": user.passkeys, "password": user.has_password,
    })
}

fn session(session: &SessionView) -> Value {
    json!({
        "session": session.id.to_string(), "user": &*session.user, "since_s": session.since_s,
        "until_s": session.until_s, "address": &*session.address, "agent": &*session.agent,
    })
}

fn client(client: &ClientView) -> Value {
    let scopes: Vec<&str> = client.scopes.iter().map(|scope| scope.word()).collect();
    let certificates = client.certificates_sha256.iter().map(|hash| hex(hash));
    json!({
        "client_id": &*client.name, "scopes": scopes, "party": client.party.map(|p| p.to_string()),
        "disabled": client.disabled, "keys": client.keys,
        "certificates_sha256": certificates.collect::<Vec<_>>(),
    })
}

/// Carries an act out on identities that are open here.
pub fn carry_out(access: &Access, act: Act) -> Told {
    match perform(access, act) {
        Ok(value) => Told::Done(value),
        Err(why) => {
            let exit = match why {
                Refused::Failed(_) => Exit::Failed,
                Refused::Denied(_) | Refused::Conflict(_) => Exit::Refused,
                _ => Exit::Usage,
            };
            Told::No { exit: exit as u8, says: why.to_string() }
        }
    }
}

/// Asks the server.
///
/// # Errors
/// It breaks off, or does not answer in time.
pub fn asked(server: &UnixStream, act: &Act) -> io::Result<Told> {
    server.set_read_timeout(Some(PATIENCE))?;
    server.set_write_timeout(Some(PATIENCE))?;
    let mut line = serde_json::to_vec(act)?;
    line.push(b'\n');
    let mut to = server;
    to.write_all(&line)?;
    let mut answer = String::new();
    BufReader::new(server).read_line(&mut answer)?;
    Ok(serde_json::from_str(&answer)?)
}

/// The server that has the identities in this folder open, if there is one.
pub fn connect(folder: &Path) -> Option<UnixStream> {
    let (_open, path) = address(folder).ok()?;
    // A socket that nobody listens at is left over from a server that was killed.
    UnixStream::connect(path).ok()
}

/// The socket's path, which the system wants short; a long one is named by the open folder, which is held as long.
fn address(folder: &Path) -> io::Result<(Option<File>, PathBuf)> {
    let path = folder.join(SOCKET);
    if path.as_os_str().len() <= PATH_BYTES_MAX {
        return Ok((None, path));
    }
    let open = File::open(folder)?;
    let path = PathBuf::from(format!("/proc/self/fd/{}/{SOCKET}", open.as_raw_fd()));
    Ok((Some(open), path))
}

/// The server's end of the console, until it is dropped.
pub struct Console {
    folder: PathBuf,
    ending: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Console {
    /// Listens. Whoever calls has the identities open, so an old socket is nobody's.
    ///
    /// # Errors
    /// The folder takes no socket.
    pub fn open(folder: &Path, access: Arc<Access>) -> io::Result<Console> {
        let (_open, path) = address(folder)?;
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(&path)?;
        std::fs::set_permissions(&path, Permissions::from_mode(0o600))?;
        let ending = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&ending);
        let thread = std::thread::spawn(move || {
            for caller in listener.incoming() {
                if told.load(Ordering::SeqCst) {
                    return;
                }
                // Whoever breaks off asks again.
                let _ = caller.and_then(|caller| answer(&caller, &access));
            }
        });
        Ok(Console { folder: folder.to_owned(), ending, thread: Some(thread) })
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::SeqCst);
        if connect(&self.folder).is_some()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
        let _ = address(&self.folder).map(|(_open, path)| std::fs::remove_file(path));
    }
}

/// One caller, one act.
fn answer(caller: &UnixStream, access: &Access) -> io::Result<()> {
    caller.set_read_timeout(Some(PATIENCE))?;
    caller.set_write_timeout(Some(PATIENCE))?;
    let mut line = String::new();
    BufReader::new(caller.take(LINE_BYTES_MAX)).read_line(&mut line)?;
    let told = match serde_json::from_str::<Act>(&line) {
        Ok(act) => carry_out(access, act),
        Err(why) => Told::No { exit: Exit::Usage as u8, says: format!("this is no act: {why}") },
    };
    let mut said = serde_json::to_vec(&told)?;
    said.push(b'\n');
    let mut to = caller;
    to.write_all(&said)
}
