//! `tj user`: people who may sign in, their roles and sessions. Nobody has a default password: a new user gets a link that
//! opens once.

use super::Context;
use super::client::{identities, refused};
use super::serve::now_s;
use crate::fail::{Done, Failure};
use crate::figures::parse_party;
use crate::out::{Align, Table};
use access::{Access, Given, NewUser, OneTimeLink, Role, SessionId};
use clap::Subcommand;
use serde_json::json;
use terms::PartyId;

/// People who may sign in.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Let somebody in; prints the secret of a link that opens once
    Add {
        /// The name to sign in with.
        name: String,
        /// A role; may be repeated.
        #[arg(long = "role", value_parser = parse_role)]
        roles: Vec<Role>,
        /// Their own party in the ledger; a customer has one.
        #[arg(long, value_parser = parse_party)]
        party: Option<PartyId>,
    },
    /// Who there is
    List,
    /// A new link for somebody who has no key yet
    Link {
        /// Whose.
        name: String,
    },
    /// Give a role
    Give {
        /// To whom.
        name: String,
        /// Which.
        #[arg(value_parser = parse_role)]
        role: Role,
    },
    /// Take a role; it is gone with the next request
    Take {
        /// From whom.
        name: String,
        /// Which.
        #[arg(value_parser = parse_role)]
        role: Role,
    },
    /// Shut somebody out; sessions end at once
    Disable {
        /// Whom.
        name: String,
    },
    /// Let them in again
    Enable {
        /// Whom.
        name: String,
    },
    /// Remove somebody with all keys; the name is never given to another
    Remove {
        /// Whom.
        name: String,
    },
}

/// Sessions of people.
#[derive(Debug, Subcommand)]
pub enum SessionCommand {
    /// All of them
    List,
    /// End one
    End {
        /// Which.
        #[arg(value_parser = parse_session)]
        session: SessionId,
    },
}

fn parse_role(text: &str) -> Result<Role, String> {
    Role::from_word(text).ok_or_else(|| {
        let all: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
        format!("one of {}", all.join(", "))
    })
}

fn parse_session(text: &str) -> Result<SessionId, String> {
    let number = u64::from_str_radix(text, 16).ok().filter(|_| text.len() == 16);
    number
        .map(SessionId)
        .ok_or_else(|| "16 hexadecimal digits, as `tj session list` shows".to_owned())
}

impl UserCommand {
    /// Does it.
    ///
    /// # Errors
    /// The bank is being served; the name or roles.
    pub fn run(self, context: &Context) -> Done {
        let access = identities(context)?;
        let (by, now) = (access.console(), now_s());
        let failed = |why: access::Refused| -> Failure { refused(&why) };
        let (name, done) = match self {
            UserCommand::Add { name, roles, party } => {
                let new = NewUser { name: &name, roles: &roles, party, institution: None };
                let link = access.user_add(&by, &new, now).map_err(failed)?;
                return say_link(context, &link);
            }
            UserCommand::Link { name } => {
                let link = access.user_link(&by, &name, now).map_err(failed)?;
                return say_link(context, &link);
            }
            UserCommand::List => return list(context, &access),
            UserCommand::Give { name, role } => {
                let given = access.role_give(&by, &name, role, None, now).map_err(failed)?;
                let waits = matches!(given, Given::Waits(_));
                (name, if waits { "waiting for a second administrator" } else { "given the role" })
            }
            UserCommand::Take { name, role } => {
                access.role_take(&by, &name, role, now).map_err(failed)?;
                (name, "without the role")
            }
            UserCommand::Disable { name } => {
                access.user_disable(&by, &name, now).map_err(failed)?;
                (name, "disabled")
            }
            UserCommand::Enable { name } => {
                access.user_enable(&by, &name, now).map_err(failed)?;
                (name, "enabled")
            }
            UserCommand::Remove { name } => {
                access.user_remove(&by, &name, now).map_err(failed)?;
                (name, "removed")
            }
        };
        context.out.json(&json!({ "user": name, "is": done }));
        context.out.line(format_args!("{name} is {done}"));
        Ok(())
    }
}

fn say_link(context: &Context, link: &OneTimeLink) -> Done {
    context.out.json(&json!({ "user": &*link.user, "token": link.token, "until_s": link.until_s }));
    context.out.line(format_args!(
        "the secret of {}, good once; the pages to sign in with it are not there yet: {}",
        link.user, link.token
    ));
    Ok(())
}

fn list(context: &Context, access: &Access) -> Done {
    let users = access.users(&access.console(), now_s()).map_err(|why| refused(&why))?;
    let mut table = Table::new(&[
        ("user", Align::Left),
        ("party", Align::Right),
        ("roles", Align::Left),
        ("state", Align::Left),
    ]);
    let mut told = Vec::new();
    for user in &users {
        let roles: Vec<&str> = user.roles.iter().map(|(role, _)| role.word()).collect();
        let party = user.party.map(|party| party.to_string());
        told.push(json!({
            "user": &*user.name, "roles": roles, "party": party, "disabled": user.disabled, "passkeys": user.passkeys,
        }));
        let state = if user.disabled { "disabled" } else { "enabled" };
        table.row([
            user.name.to_string(),
            party.unwrap_or_default(),
            roles.join(" "),
            state.to_owned(),
        ]);
    }
    context.out.json(&json!({ "users": told }));
    context.out.table(&table);
    Ok(())
}

impl SessionCommand {
    /// Does it.
    ///
    /// # Errors
    /// The bank is being served; there is no such session.
    pub fn run(self, context: &Context) -> Done {
        let access = identities(context)?;
        let (by, now) = (access.console(), now_s());
        if let SessionCommand::End { session } = self {
            access.session_end(&by, session, now).map_err(|why| refused(&why))?;
            context.out.json(&json!({ "ended": session.to_string() }));
            context.out.line(format_args!("session {session} has ended"));
            return Ok(());
        }
        let sessions = access.sessions(&by, now).map_err(|why| refused(&why))?;
        let mut table = Table::new(&[
            ("session", Align::Left),
            ("user", Align::Left),
            ("from", Align::Left),
            ("browser", Align::Left),
        ]);
        let mut told = Vec::new();
        for session in &sessions {
            told.push(json!({
                "session": session.id.to_string(), "user": &*session.user, "since_s": session.since_s,
                "until_s": session.until_s, "address": &*session.address, "agent": &*session.agent,
            }));
            table.row([
                session.id.to_string(),
                session.user.to_string(),
                session.address.to_string(),
                session.agent.to_string(),
            ]);
        }
        context.out.json(&json!({ "sessions": told }));
        context.out.table(&table);
        Ok(())
    }
}
