//! `tj role`: who may do what with an account.

use super::Context;
use crate::answer::say;
use crate::fail::Done;
use crate::figures::{parse_account, parse_day, parse_party};
use crate::out::{Align, Table};
use crate::tell;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use terms::{AccountId, Command, Day, PartyId, Role, RoleKind};

/// Who may do what with an account.
#[derive(Debug, Subcommand)]
pub enum RoleCommand {
    /// Give a party a role
    Grant(Which),
    /// Take a role back
    Revoke(Which),
    /// List roles in force
    List {
        /// Of this party only.
        #[arg(long, value_parser = parse_party)]
        party: Option<PartyId>,
        /// On this account only.
        #[arg(long, value_parser = parse_account)]
        account: Option<AccountId>,
    },
}

/// A party, an account, and what the one may do with the other.
#[derive(Debug, Args)]
pub struct Which {
    /// The party.
    #[arg(value_parser = parse_party)]
    party: PartyId,
    /// The account.
    #[arg(value_parser = parse_account)]
    account: AccountId,
    /// The role.
    #[arg(value_enum)]
    role: Kind,
    /// Last day it holds.
    #[arg(long, value_parser = parse_day)]
    until: Option<Day>,
}

/// A role on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Kind {
    /// Owns the money.
    Owner,
    /// Owns it with others.
    JointOwner,
    /// May pay from it by mandate.
    Disponent,
    /// May see it.
    Viewer,
    /// Stands in for the owner by law.
    Guardian,
}

impl Which {
    fn role(&self) -> Role {
        let kind = match self.role {
            Kind::Owner => RoleKind::Owner,
            Kind::JointOwner => RoleKind::JointOwner,
            Kind::Disponent => RoleKind::Disponent,
            Kind::Viewer => RoleKind::Viewer,
            Kind::Guardian => RoleKind::Guardian,
        };
        Role {
            party: self.party,
            account: self.account,
            kind,
            until: self.until.unwrap_or(Day::BOOKING),
        }
    }
}

impl RoleCommand {
    /// Does it.
    ///
    /// # Errors
    /// Refused, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let mut bank = context.bank()?;
        let command = match self {
            RoleCommand::Grant(which) => Command::GrantRole(which.role()),
            RoleCommand::Revoke(which) => Command::RevokeRole(which.role()),
            RoleCommand::List { party, account } => {
                let columns =
                    [("party", Align::Right), ("account", Align::Right), ("role", Align::Left)];
                let (mut table, mut told) = (Table::new(&columns), Vec::new());
                let wanted = |role: &&Role| {
                    party.is_none_or(|p| p == role.party)
                        && account.is_none_or(|a| a == role.account)
                };
                for role in bank.node.engine().roles().filter(wanted) {
                    told.push(tell::role(role));
                    let kind = role.kind.word().to_owned();
                    table.row([role.party.to_string(), role.account.to_string(), kind]);
                }
                context.out.json(&json!({ "roles": told }));
                context.out.table(&table);
                return Ok(());
            }
        };
        let answers = bank.ask(vec![command])?;
        let said = say(&context.out, &bank, &answers);
        bank.close()?;
        said
    }
}
