//! `tj client`: programs that may use the API. A client shows who it is by a key or a certificate of its own; the bank
//! keeps its public half and no secret.

use super::Context;
use super::console::Act;
use super::identities::act;
use super::user::{state, text, words};
use crate::fail::{Done, Exit, Failure};
use crate::figures::parse_party;
use crate::out::{Align, Table};
use access::Scope;
use clap::Subcommand;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
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
    /// Replace a program's keys and certificates; its tokens end at once
    Keys {
        /// Which.
        name: String,
        /// Its public keys, a JWK set (ES256 or EdDSA).
        #[arg(long, value_name = "FILE", required_unless_present = "certificate")]
        keys: Option<PathBuf>,
        /// Its certificate, in PEM.
        #[arg(long, value_name = "FILE")]
        certificate: Option<PathBuf>,
    },
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
    /// Does it, also while the bank is served.
    ///
    /// # Errors
    /// The name, keys or scopes; there is no bank.
    pub fn run(self, context: &Context) -> Done {
        let (name, is, what) = match self {
            ClientCommand::Add { name, scopes, keys, certificate, party } => {
                return add(context, name, scopes, (keys, certificate), party);
            }
            ClientCommand::List => return list(context),
            ClientCommand::Scopes => {
                let words: Vec<&str> = Scope::ALL.iter().map(|scope| scope.word()).collect();
                context.out.json(&json!({ "scopes": words }));
                words.iter().for_each(|word| context.out.line(word));
                return Ok(());
            }
            ClientCommand::Keys { name, keys, certificate } => {
                let (keys, certificates) = shown(keys, certificate)?;
                let renewed = Act::ClientKeys { name: name.clone(), keys, certificates };
                (name, "known by new keys", renewed)
            }
            ClientCommand::Disable { name } => (name.clone(), "disabled", Act::ClientDisable(name)),
            ClientCommand::Enable { name } => (name.clone(), "enabled", Act::ClientEnable(name)),
            ClientCommand::Remove { name } => (name.clone(), "removed", Act::ClientRemove(name)),
        };
        let done = act(context, what)?;
        context.out.json(&done);
        context.out.line(format_args!("{name} is {is}"));
        Ok(())
    }
}

fn add(
    context: &Context,
    name: String,
    scopes: Vec<Scope>,
    (keys, certificate): (Option<PathBuf>, Option<PathBuf>),
    party: Option<PartyId>,
) -> Done {
    let (keys, certificates) = shown(keys, certificate)?;
    let party = party.map(|party| party.to_string());
    let done = act(context, Act::ClientAdd { name, scopes, keys, certificates, party })?;
    context.out.json(&done);
    context.out.line(format_args!(
        "{} may ask for tokens: {}",
        text(&done["client_id"]),
        words(&done["scopes"])
    ));
    Ok(())
}

/// What a program is to be known by.
fn shown(
    keys: Option<PathBuf>,
    certificate: Option<PathBuf>,
) -> Done<(Option<String>, Vec<[u8; 32]>)> {
    let keys = keys.map(|file| read(&file)).transpose()?;
    let certificate = certificate.map(|file| fingerprint(&file)).transpose()?;
    Ok((keys, certificate.into_iter().collect()))
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

fn list(context: &Context) -> Done {
    let clients = act(context, Act::Clients)?;
    let mut table = Table::new(&[
        ("client", Align::Left),
        ("party", Align::Right),
        ("scopes", Align::Left),
        ("state", Align::Left),
    ]);
    for client in clients["clients"].as_array().into_iter().flatten() {
        let party = text(&client["party"]);
        table.row([text(&client["client_id"]), party, words(&client["scopes"]), state(client)]);
    }
    context.out.json(&clients);
    context.out.table(&table);
    Ok(())
}
