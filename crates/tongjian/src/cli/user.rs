//! `tj user`: people who may sign in, their roles and sessions. Nobody has a default password: a new user gets a link that
//! opens once.

use super::Context;
use super::console::Act;
use super::identities::act;
use crate::fail::Done;
use crate::figures::parse_party;
use crate::out::{Align, Table};
use access::{Role, SessionId};
use clap::Subcommand;
use serde_json::Value;
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
    /// Does it, also while the bank is served.
    ///
    /// # Errors
    /// The name or roles; there is no bank.
    pub fn run(self, context: &Context) -> Done {
        let what = match self {
            UserCommand::Add { name, roles, party } => {
                let party = party.map(|party| party.to_string());
                let link = act(context, Act::UserAdd { name, roles, party })?;
                say_link(context, &link);
                return Ok(());
            }
            UserCommand::Link { name } => {
                let link = act(context, Act::UserLink(name))?;
                say_link(context, &link);
                return Ok(());
            }
            UserCommand::List => return list(context),
            UserCommand::Give { name, role } => Act::RoleGive(name, role),
            UserCommand::Take { name, role } => Act::RoleTake(name, role),
            UserCommand::Disable { name } => Act::UserDisable(name),
            UserCommand::Enable { name } => Act::UserEnable(name),
            UserCommand::Remove { name } => Act::UserRemove(name),
        };
        let done = act(context, what)?;
        context.out.json(&done);
        context.out.line(format_args!("{} is {}", text(&done["user"]), text(&done["is"])));
        Ok(())
    }
}

/// A text of an answer.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Texts of an answer in one line.
pub fn words(value: &Value) -> String {
    let all: Vec<&str> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    all.join(" ")
}

/// `enabled` or `disabled`.
pub fn state(value: &Value) -> String {
    let disabled = value["disabled"].as_bool().unwrap_or_default();
    if disabled { "disabled" } else { "enabled" }.to_owned()
}

fn say_link(context: &Context, link: &Value) {
    context.out.json(link);
    context.out.line(format_args!(
        "the secret of {}, good once; POST /api/v1/links/look and its neighbours take it (docs/api.md): {}",
        text(&link["user"]),
        text(&link["token"])
    ));
}

fn list(context: &Context) -> Done {
    let users = act(context, Act::Users)?;
    let mut table = Table::new(&[
        ("user", Align::Left),
        ("party", Align::Right),
        ("roles", Align::Left),
        ("state", Align::Left),
    ]);
    for user in users["users"].as_array().into_iter().flatten() {
        table.row([text(&user["user"]), text(&user["party"]), words(&user["roles"]), state(user)]);
    }
    context.out.json(&users);
    context.out.table(&table);
    Ok(())
}

impl SessionCommand {
    /// Does it, also while the bank is served.
    ///
    /// # Errors
    /// There is no such session; there is no bank.
    pub fn run(self, context: &Context) -> Done {
        if let SessionCommand::End { session } = self {
            let done = act(context, Act::SessionEnd(session.to_string()))?;
            context.out.json(&done);
            context.out.line(format_args!("session {session} has ended"));
            return Ok(());
        }
        let sessions = act(context, Act::Sessions)?;
        let mut table = Table::new(&[
            ("session", Align::Left),
            ("user", Align::Left),
            ("from", Align::Left),
            ("browser", Align::Left),
        ]);
        for session in sessions["sessions"].as_array().into_iter().flatten() {
            let fields = ["session", "user", "address", "agent"];
            table.row(fields.map(|field| text(&session[field])));
        }
        context.out.json(&sessions);
        context.out.table(&table);
        Ok(())
    }
}
