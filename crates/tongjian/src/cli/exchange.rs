//! `tj exchange`: one entry of four legs, through the bank's position accounts of both currencies.

use super::account::find;
use super::{Context, new_id};
use crate::answer::say;
use crate::bank::Bank;
use crate::fail::{Done, Failure};
use crate::figures::{parse_account, parse_amount, parse_day, parse_transfer};
use terms::{AccountId, ChartClass, Command, Currency, Day, Entry, Leg, Side, TransferId};

/// Exchange one currency for another.
#[derive(Debug, clap::Args)]
pub struct Exchange {
    /// The account that gives.
    #[arg(value_parser = parse_account)]
    from: AccountId,
    /// The account that gets.
    #[arg(value_parser = parse_account)]
    to: AccountId,
    /// How much is given, in the first account's currency.
    give: String,
    /// How much is got, in the second account's currency.
    get: String,
    /// The bank's position account of the first currency; the only one there is unless given.
    #[arg(long, value_parser = parse_account)]
    position_from: Option<AccountId>,
    /// The bank's position account of the second currency.
    #[arg(long, value_parser = parse_account)]
    position_to: Option<AccountId>,
    /// The entry's number; a new one unless given.
    #[arg(long, value_parser = parse_transfer)]
    id: Option<TransferId>,
    /// Why: the kind of entry.
    #[arg(long, default_value_t = 601)]
    code: u16,
    /// From when it counts.
    #[arg(long, value_parser = parse_day)]
    value_date: Option<Day>,
}

impl Exchange {
    /// Does it.
    ///
    /// # Errors
    /// Refused, unknown, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let mut bank = context.bank()?;
        let [given, got] =
            [find(&bank, self.from)?.account.ledger, find(&bank, self.to)?.account.ledger];
        if given == got {
            return Err(Failure::usage(
                format!("both accounts are in {given}"),
                "use `tj pay` within one currency",
            ));
        }
        let give = parse_amount(&self.give, given)?;
        let get = parse_amount(&self.get, got)?;
        let out_of = position(&bank, given, self.position_from)?;
        let into = position(&bank, got, self.position_to)?;
        let leg = |account, side, amount| Leg { account, side, amount };
        let entry = Entry {
            id: new_id::or_new(self.id)?,
            code: self.code,
            value_date: self.value_date.unwrap_or(Day::BOOKING),
            user_data_128: 0,
            reverses: TransferId(0),
            legs: vec![
                leg(self.from, Side::Debit, give),
                leg(out_of, Side::Credit, give),
                leg(into, Side::Debit, get),
                leg(self.to, Side::Credit, get),
            ],
        };
        let answers = bank.ask(vec![Command::PostEntry(entry)])?;
        let said = say(&context.out, &bank, &answers);
        bank.close()?;
        said
    }
}

/// The given position account, or the only one of class Common in that currency whose chart line speaks
/// of positions.
fn position(bank: &Bank, currency: Currency, given: Option<AccountId>) -> Done<AccountId> {
    if let Some(given) = given {
        return Ok(given);
    }
    let engine = bank.node.engine();
    let speaks = |code: u16| {
        let line = engine.chart().find(|line| line.code == code);
        line.is_some_and(|l| {
            l.class == ChartClass::Common && l.name.to_lowercase().contains("position")
        })
    };
    let fits = engine
        .accounts()
        .filter(|view| view.account.ledger == currency && speaks(view.account.code));
    match fits.map(|view| view.account.id).collect::<Vec<_>>()[..] {
        [only] => Ok(only),
        [] => Err(Failure::usage(
            format!("the bank has no position account in {currency}"),
            format!("open one: tj account open ID --code 30021 --currency {currency}"),
        )),
        _ => Err(Failure::usage(
            format!("the bank has several position accounts in {currency}"),
            "choose with --position-from and --position-to",
        )),
    }
}
