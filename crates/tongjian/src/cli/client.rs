//! `tj client`: programs that may use the API. A client shows who it is by a key or a certificate of its own; the bank
//! keeps its public half and no secret.

use super::Context;
use super::serve::{NoteLog, now_s, open_access};
use crate::bank;
use crate::fail::{Done, Exit, Failure};
use crate::figures::{hex, parse_party};
use crate::out::{Align, Table};
use access::{Access, NewClient, Refused, Scope};
use clap::Subcommand;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use terms::PartyId;

/// Programs that may use the API.
#[derive(Debug, Subcommand)]
pub enum ClientCommand {
    /// Let a program use the API
    Add {
        /// Its `client_id`: 1 to 64 of a-z, 0-9, '.', '_', '-'.
        name: String,
        /// What it may ask for; may be repeated. `tj client scopes` lists them.
        #[arg(long = "scope", value_parser = parse_scope, required = true)]
        scopes: Vec<Scope>,
        /// Its public keys, a JWK set (ES256 or EdDSA).
        #[arg(long, value_name = "FILE", required_unless_present = "certificate")]
        keys: Option<PathBuf>,
        /// Its certificate, in PEM.
        #[arg(long, value_name = "FILE")]
        certificate: Option<PathBuf>,
        /// A customer's program: it reaches only what this party has.
        #[arg(long, value_parser = parse_party)]
        party: Option<PartyId>,
    },
    /// Which programs there are
    List,
    /// What a program may be allowed
    Scopes,
    /// Shut a program out; its tokens end at once
    Disable {
        /// Which.
        name: String,
    },
    /// Let it in again
    Enable {
        /// Which.
        name: String,
    },
    /// Remove a program; its name is never given to another
    Remove {
        /// Which.
        name: String,
    },
}

fn parse_scope(text: &str) -> Result<Scope, String> {
    Scope::from_word(text).ok_or_else(|| {
        let all: Vec<&str> = Scope::ALL.iter().map(|scope| scope.word()).collect();
        format!("one of {}", all.join(", "))
    })
}

impl ClientCommand {
    /// Does it.
    ///
    /// # Errors
    /// The bank is being served; the name, keys or scopes.
    pub fn run(self, context: &Context) -> Done {
        if let ClientCommand::Scopes = self {
            let words: Vec<&str> = Scope::ALL.iter().map(|scope| scope.word()).collect();
            context.out.json(&json!({ "scopes": words }));
            words.iter().for_each(|word| context.out.line(word));
            return Ok(());
        }
        let access = identities(context)?;
        let (by, now) = (access.console(), now_s());
        let (name, done) = match self {
            ClientCommand::Add { name, scopes, keys, certificate, party } => {
                return add(context, &access, (&name, &scopes), (keys, certificate), party);
            }
            ClientCommand::List | ClientCommand::Scopes => return list(context, &access),
            ClientCommand::Disable { name } => {
                access.client_disable(&by, &name, now).map_err(|why| refused(&why))?;
                (name, "disabled")
            }
            ClientCommand::Enable { name } => {
                access.client_enable(&by, &name, now).map_err(|why| refused(&why))?;
                (name, "enabled")
            }
            ClientCommand::Remove { name } => {
                access.client_remove(&by, &name, now).map_err(|why| refused(&why))?;
                (name, "removed")
            }
        };
        context.out.json(&json!({ done: name }));
        context.out.line(format_args!("{name} is {done}"));
        Ok(())
    }
}

/// The identities of a bank that is not being served.
///
/// # Errors
/// There is no bank, or it is being served.
pub fn identities(context: &Context) -> Done<Access> {
    if !bank::exists(&context.dir) {
        let what = format!("there is no bank in {}", context.dir.display());
        return Err(Failure::new(Exit::Failed, what, "name its folder with --dir or TJ_DIR"));
    }
    open_access(&context.dir, "http://localhost", Arc::new(NoteLog))
}

/// Why an act of administration was not done.
pub fn refused(why: &Refused) -> Failure {
    let exit = match why {
        Refused::Failed(_) => Exit::Failed,
        Refused::Denied(_) | Refused::Conflict(_) => Exit::Refused,
        _ => Exit::Usage,
    };
    Failure::new(exit, why.to_string(), "see `tj client list` and `tj user list`")
}

fn add(
    context: &Context,
    access: &Access,
    (name, scopes): (&str, &[Scope]),
    (keys, certificate): (Option<PathBuf>, Option<PathBuf>),
    party: Option<PartyId>,
) -> Done {
    let keys = keys.map(|file| read(&file)).transpose()?;
    let certificates = certificate.map(|file| fingerprint(&file)).transpose()?;
    let certificates: Vec<[u8; 32]> = certificates.into_iter().collect();
    let new = NewClient {
        name,
        scopes,
        keys: keys.as_deref(),
        certificates_sha256: &certificates,
        party,
        institution: None,
    };
    access.client_add(&access.console(), &new, now_s()).map_err(|why| refused(&why))?;
    let words: Vec<&str> = scopes.iter().map(|scope| scope.word()).collect();
    context.out.json(
        &json!({ "client_id": name, "scopes": words, "party": party.map(|p| p.to_string()) }),
    );
    context.out.line(format_args!("{name} may ask for tokens: {}", words.join(" ")));
    Ok(())
}

fn read(file: &Path) -> Done<String> {
    std::fs::read_to_string(file).map_err(|error| {
        let what = format!("cannot read {}", file.display());
        Failure::because(Exit::Usage, what, &error, "name a file that you may read")
    })
}

fn fingerprint(file: &Path) -> Done<[u8; 32]> {
    let certificate = CertificateDer::from_pem_file(file).map_err(|error| {
        let what = format!("{} is no certificate", file.display());
        Failure::because(Exit::Usage, what, &error, "give a certificate in PEM")
    })?;
    Ok(Sha256::digest(&certificate).into())
}

fn list(context: &Context, access: &Access) -> Done {
    let clients = access.clients(&access.console(), now_s()).map_err(|why| refused(&why))?;
    let mut table = Table::new(&[
        ("client", Align::Left),
        ("party", Align::Right),
        ("scopes", Align::Left),
        ("state", Align::Left),
    ]);
    let mut told = Vec::new();
    for client in &clients {
        let scopes: Vec<&str> = client.scopes.iter().map(|scope| scope.word()).collect();
        let party = client.party.map(|party| party.to_string());
        let state = if client.disabled { "disabled" } else { "enabled" };
        told.push(json!({
            "client_id": &*client.name, "scopes": scopes, "party": party, "disabled": client.disabled,
            "keys": client.keys,
            "certificates_sha256": client.certificates_sha256.iter().map(|c| hex(c)).collect::<Vec<_>>(),
        }));
        table.row([
            client.name.to_string(),
            party.unwrap_or_default(),
            scopes.join(" "),
            state.to_owned(),
        ]);
    }
    context.out.json(&json!({ "clients": told }));
    context.out.table(&table);
    Ok(())
}
