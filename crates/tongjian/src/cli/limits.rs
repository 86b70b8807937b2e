//! `tj limits`: what an account may send.

use super::Context;
use super::account::find;
use crate::answer::say;
use crate::fail::Done;
use crate::figures::{parse_account, parse_amount};
use serde_json::json;
use terms::{AccountId, Amount, Command, Currency, SpendingLimits};

/// What an account may send: shows it, or sets it.
#[derive(Debug, clap::Args)]
pub struct Limits {
    /// The account.
    #[arg(value_parser = parse_account)]
    account: AccountId,
    /// Most for one transfer; `none` lifts it.
    #[arg(long)]
    per_transfer: Option<String>,
    /// Most for one business day; `none` lifts it.
    #[arg(long)]
    per_day: Option<String>,
}

/// A limit as given, or as it stands.
fn wanted(given: Option<&str>, stands: Option<Amount>, currency: Currency) -> Done<Option<Amount>> {
    match given {
        None => Ok(stands),
        Some("none") => Ok(None),
        Some(text) => parse_amount(text, currency).map(Some),
    }
}

impl Limits {
    /// Does it.
    ///
    /// # Errors
    /// Refused, unknown, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let mut bank = context.bank()?;
        let view = find(&bank, self.account)?;
        let currency = view.account.ledger;
        let stands = view.limits;
        if self.per_transfer.is_none() && self.per_day.is_none() {
            let shown = |limit: Option<Amount>| limit.map(|amount| currency.format(amount));
            let per_transfer = shown(stands.and_then(|l| l.per_transfer));
            let per_day = shown(stands.and_then(|l| l.per_day));
            context.out.json(
                &json!({ "account": self.account.to_string(), "currency": currency.to_string(),
                "per_transfer": per_transfer, "per_day": per_day }),
            );
            let none = || "none".to_owned();
            context.out.line(format_args!("account {} may send, in {currency}:", self.account));
            context
                .out
                .line(format_args!("    per transfer  {}", per_transfer.unwrap_or_else(none)));
            context.out.line(format_args!("    per day       {}", per_day.unwrap_or_else(none)));
            return Ok(());
        }
        let limits = SpendingLimits {
            account: self.account,
            per_transfer: wanted(
                self.per_transfer.as_deref(),
                stands.and_then(|l| l.per_transfer),
                currency,
            )?,
            per_day: wanted(self.per_day.as_deref(), stands.and_then(|l| l.per_day), currency)?,
        };
        let answers = bank.ask(vec![Command::SetLimits(limits)])?;
        let said = say(&context.out, &bank, &answers);
        bank.close()?;
        said
    }
}
