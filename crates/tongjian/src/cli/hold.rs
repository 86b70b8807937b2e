//! `tj hold`: money blocked by order. It may come in but not go out.

use super::account::find;
use super::{Context, new_id};
use crate::answer::say;
use crate::fail::Done;
use crate::figures::{self, parse_account, parse_amount, parse_transfer};
use crate::out::{Align, Table};
use clap::{Subcommand, ValueEnum};
use serde_json::json;
use terms::{AccountId, Command, Hold, HoldOrder, TransferId};

/// Money blocked by order.
#[derive(Debug, Subcommand)]
pub enum HoldCommand {
    /// Block part or all of an account
    Place {
        /// The account; one that cannot be overdrawn.
        #[arg(value_parser = parse_account)]
        account: AccountId,
        /// How much; everything unless given.
        #[arg(long)]
        amount: Option<String>,
        /// Whose order.
        #[arg(long, value_enum)]
        order: Order,
        /// The order's file number; not personal data.
        #[arg(long)]
        reference: String,
        /// The hold's number; a new one unless given.
        #[arg(long, value_parser = parse_transfer)]
        id: Option<TransferId>,
    },
    /// Lift a block
    Release {
        /// The hold's number.
        #[arg(value_parser = parse_transfer)]
        hold: TransferId,
    },
    /// List holds
    List {
        /// On this account only.
        #[arg(long, value_parser = parse_account)]
        account: Option<AccountId>,
        /// Those that were released too.
        #[arg(long)]
        all: bool,
    },
}

/// Whose order, on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Order {
    /// A court's.
    Court,
    /// Against money laundering.
    Aml,
    /// A tax or customs authority's.
    Tax,
    /// The bank's own, by contract.
    Bank,
}

impl HoldCommand {
    /// Does it.
    ///
    /// # Errors
    /// Refused, unknown, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let mut bank = context.bank()?;
        let command = match self {
            HoldCommand::Place { account, amount, order, reference, id } => {
                let currency = find(&bank, account)?.account.ledger;
                let amount = amount.map(|text| parse_amount(&text, currency)).transpose()?;
                let order = match order {
                    Order::Court => HoldOrder::Court,
                    Order::Aml => HoldOrder::Aml,
                    Order::Tax => HoldOrder::Tax,
                    Order::Bank => HoldOrder::Bank,
                };
                Command::PlaceHold(Hold {
                    id: new_id::or_new(id)?,
                    account,
                    amount,
                    order,
                    reference,
                })
            }
            HoldCommand::Release { hold } => Command::ReleaseHold { hold },
            HoldCommand::List { account, all } => {
                list(context, &bank, account, all);
                return Ok(());
            }
        };
        let answers = bank.ask(vec![command])?;
        let said = say(&context.out, &bank, &answers);
        bank.close()?;
        said
    }
}

fn list(context: &Context, bank: &crate::bank::Bank, account: Option<AccountId>, all: bool) {
    let columns = [
        ("hold", Align::Right),
        ("account", Align::Right),
        ("amount", Align::Right),
        ("order", Align::Left),
        ("reference", Align::Left),
        ("state", Align::Left),
    ];
    let (mut table, mut told) = (Table::new(&columns), Vec::new());
    for view in bank.node.engine().holds() {
        let hold = &view.hold;
        if account.is_some_and(|a| a != hold.account) || (view.released && !all) {
            continue;
        }
        let currency =
            bank.node.engine().account(hold.account).map(|a| a.account.ledger).unwrap_or_default();
        let amount = hold.amount.map(|amount| currency.format(amount));
        told.push(json!({
            "hold": hold.id.to_string(), "account": hold.account.to_string(), "amount": amount,
            "currency": currency.to_string(), "order": hold.order.word(),
            "reference": hold.reference, "released": view.released,
        }));
        table.row([
            hold.id.to_string(),
            hold.account.to_string(),
            hold.amount.map_or("everything".to_owned(), |a| figures::amount(currency, a)),
            hold.order.word().to_owned(),
            hold.reference.clone(),
            if view.released { "released" } else { "in force" }.to_owned(),
        ]);
    }
    context.out.json(&json!({ "holds": told }));
    context.out.table(&table);
}
