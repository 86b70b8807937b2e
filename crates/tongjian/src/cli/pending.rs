//! `tj pending`: payments that are reserved, and what becomes of them.

use super::{Context, new_id};
use crate::answer::say;
use crate::fail::{Done, Exit, Failure};
use crate::figures::{self, parse_amount, parse_transfer};
use crate::out::{Align, Table};
use clap::Subcommand;
use engine::TransferPhase;
use serde_json::json;
use terms::{Amount, Command, Transfer, TransferFlags, TransferId};

/// Payments that are reserved and not yet posted.
#[derive(Debug, Subcommand)]
pub enum Pending {
    /// List them
    List {
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Post one, in whole or in part
    Post {
        /// Its number.
        #[arg(value_parser = parse_transfer)]
        pending: TransferId,
        /// How much of it; all unless given.
        amount: Option<String>,
        /// The number of the posting; a new one unless given.
        #[arg(long, value_parser = parse_transfer)]
        id: Option<TransferId>,
    },
    /// Void one
    Void {
        /// Its number.
        #[arg(value_parser = parse_transfer)]
        pending: TransferId,
        /// The number of the voiding; a new one unless given.
        #[arg(long, value_parser = parse_transfer)]
        id: Option<TransferId>,
    },
}

impl Pending {
    /// Does it.
    ///
    /// # Errors
    /// Refused, unknown, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let mut bank = context.bank()?;
        let transfer = match self {
            Pending::List { limit } => {
                list(context, &bank, limit);
                return Ok(());
            }
            Pending::Post { pending, amount, id } => {
                let amount = match amount {
                    None => Amount::MAX,
                    Some(text) => {
                        let found = bank.node.engine().transfer(pending);
                        let Some(found) = found else {
                            let what = format!("there is no pending transfer {pending}");
                            return Err(Failure::new(
                                Exit::Failed,
                                what,
                                "see them with `tj pending list`",
                            ));
                        };
                        parse_amount(&text, found.transfer.ledger)?
                    }
                };
                let (id, flags) = (new_id::or_new(id)?, TransferFlags::POST_PENDING);
                Transfer { id, pending_id: pending, amount, flags, ..Transfer::default() }
            }
            Pending::Void { pending, id } => {
                let (id, flags) = (new_id::or_new(id)?, TransferFlags::VOID_PENDING);
                Transfer { id, pending_id: pending, flags, ..Transfer::default() }
            }
        };
        let answers = bank.ask(vec![Command::Transfer(transfer)])?;
        let said = say(&context.out, &bank, &answers);
        bank.close()?;
        said
    }
}

fn list(context: &Context, bank: &crate::bank::Bank, limit: usize) {
    let columns = [
        ("transfer", Align::Right),
        ("from", Align::Right),
        ("to", Align::Right),
        ("amount", Align::Right),
        ("currency", Align::Left),
    ];
    let (mut table, mut told) = (Table::new(&columns), Vec::new());
    let mut open =
        bank.node.engine().transfers().filter(|view| view.phase == TransferPhase::Pending);
    for view in open.by_ref().take(limit) {
        let t = view.transfer;
        told.push(json!({
            "id": t.id.to_string(), "debit_account": t.debit_account.to_string(),
            "credit_account": t.credit_account.to_string(), "amount": t.ledger.format(t.amount),
            "currency": t.ledger.to_string(), "timeout_s": t.timeout_s,
        }));
        let (from, to) = (t.debit_account.to_string(), t.credit_account.to_string());
        table.row([
            t.id.to_string(),
            from,
            to,
            figures::amount(t.ledger, t.amount),
            t.ledger.to_string(),
        ]);
    }
    let more = open.count();
    context.out.json(&json!({ "pending": told, "more": more }));
    context.out.table(&table);
    if more > 0 {
        context.out.line(format_args!("and {more} more: use --limit"));
    }
}
