//! `tj order`: payments ordered for later, once or again and again. `tj day close` pays what they bring; so does a bank that
//! is served.

use super::account::find;
use super::{Context, new_id};
use crate::answer::say;
use crate::bank::Bank;
use crate::fail::Done;
use crate::figures::{self, parse_account, parse_amount, parse_day, parse_transfer};
use crate::out::{Align, Table};
use crate::tell::rhythm;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;
use terms::{AccountId, Command, Day, OrderEnd, Rhythm, StandingOrder, TransferId};

/// Payments ordered for later.
#[derive(Debug, Subcommand)]
pub enum OrderCommand {
    /// Order one, or one that repeats
    Place(Place),
    /// End one; what was due and is not paid yet is not paid either
    End {
        /// The order's number.
        #[arg(value_parser = parse_transfer)]
        order: TransferId,
        /// Who ends it.
        #[arg(long, default_value = "")]
        by: String,
    },
    /// List orders
    List {
        /// Of this account only.
        #[arg(long, value_parser = parse_account)]
        account: Option<AccountId>,
        /// Those that are over or were ended too.
        #[arg(long)]
        all: bool,
    },
    /// Pay what is due and not done
    Run,
}

/// What is ordered.
#[derive(Debug, Args)]
pub struct Place {
    /// The account that pays.
    #[arg(value_parser = parse_account)]
    from: AccountId,
    /// The account that is paid.
    #[arg(value_parser = parse_account)]
    to: AccountId,
    /// How much, each time.
    amount: String,
    /// The first day, such as 2026-12-01.
    #[arg(long, value_parser = parse_day)]
    on: Day,
    /// How it repeats.
    #[arg(long, value_enum, default_value = "once")]
    repeat: Repeat,
    /// Every so many weeks or months.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..))]
    every: u8,
    /// The last day.
    #[arg(long, value_parser = parse_day)]
    until: Option<Day>,
    /// The kind of its transfers.
    #[arg(long, default_value_t = 1)]
    code: u16,
    /// Who orders it.
    #[arg(long, default_value = "")]
    by: String,
    /// The order's number; a new one unless given.
    #[arg(long, value_parser = parse_transfer)]
    id: Option<TransferId>,
}

/// How an order repeats, on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Repeat {
    /// It does not.
    Once,
    /// On the same day of the week.
    Weekly,
    /// On the same day of the month, or its last.
    Monthly,
}

impl OrderCommand {
    /// Does it.
    ///
    /// # Errors
    /// Refused, unknown, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let mut bank = context.bank()?;
        let command = match self {
            OrderCommand::Place(place) => Command::PlaceOrder(place.order(&bank)?),
            OrderCommand::End { order, by } => Command::EndOrder(OrderEnd { order, by }),
            OrderCommand::List { account, all } => {
                list(context, &bank, account, all);
                return Ok(());
            }
            OrderCommand::Run => {
                let paid = pay_due(&mut bank)?;
                context.out.json(&paid.json());
                if paid.done + paid.refused == 0 {
                    context.out.line("nothing is due");
                }
                paid.say(context, "of what was due");
                return bank.close();
            }
        };
        let answers = bank.ask(vec![command])?;
        let said = say(&context.out, &bank, &answers);
        bank.close()?;
        said
    }
}

impl Place {
    fn order(self, bank: &Bank) -> Done<StandingOrder> {
        let currency = find(bank, self.from)?.account.ledger;
        Ok(StandingOrder {
            id: new_id::or_new(self.id)?,
            debit_account: self.from,
            credit_account: self.to,
            amount: parse_amount(&self.amount, currency)?,
            code: self.code,
            first: self.on,
            last: self.until.unwrap_or(Day::BOOKING),
            rhythm: match self.repeat {
                Repeat::Once => Rhythm::Once,
                Repeat::Weekly => Rhythm::Weekly,
                Repeat::Monthly => Rhythm::Monthly,
            },
            every: self.every,
            by: self.by,
        })
    }
}

/// What became of what was due.
#[derive(Clone, Copy, Debug, Default)]
pub struct Paid {
    done: u64,
    refused: u64,
}

impl Paid {
    fn json(self) -> serde_json::Value {
        json!({ "paid": self.done, "refused": self.refused })
    }

    /// In words; nothing if nothing was due.
    pub fn say(self, context: &Context, what: &str) {
        if self.done + self.refused > 0 {
            let Paid { done, refused } = self;
            context.out.line(format_args!("{what}: {done} paid, {refused} refused"));
        }
    }
}

/// Asks for every transfer that orders bring today.
///
/// # Errors
/// The bank cannot be asked.
pub fn pay_due(bank: &mut Bank) -> Done<Paid> {
    let due: Vec<_> = bank.node.engine().orders_due().map(|due| due.transfer).collect();
    let mut paid = Paid::default();
    for transfer in due {
        let answers = bank.ask(vec![Command::Transfer(transfer)])?;
        match answers.first().map(|answer| answer.event.outcome()) {
            Some(Ok(_)) => paid.done += 1,
            _ => paid.refused += 1,
        }
    }
    Ok(paid)
}

fn list(context: &Context, bank: &Bank, account: Option<AccountId>, all: bool) {
    let columns = [
        ("order", Align::Right),
        ("from", Align::Right),
        ("to", Align::Right),
        ("amount", Align::Right),
        ("repeats", Align::Left),
        ("next", Align::Left),
        ("until", Align::Left),
    ];
    let (mut table, mut told) = (Table::new(&columns), Vec::new());
    let engine = bank.node.engine();
    for view in engine.orders() {
        let order = view.order;
        let of = [order.debit_account, order.credit_account];
        if account.is_some_and(|account| !of.contains(&account)) || !view.in_force && !all {
            continue;
        }
        let currency = engine.account(order.debit_account).map(|a| a.account.ledger);
        let currency = currency.unwrap_or_default();
        let day = |day: Option<Day>| day.map(|day| day.to_string());
        let last = (order.last != Day::BOOKING).then_some(order.last);
        told.push(json!({
            "order": order.id.to_string(), "from": order.debit_account.to_string(),
            "to": order.credit_account.to_string(), "amount": currency.format(order.amount),
            "currency": currency.to_string(), "rhythm": order.rhythm.word(), "every": order.every,
            "first": order.first.to_string(), "next": day(view.next), "until": day(last),
            "ended": view.ended, "by": order.by,
        }));
        let next = day(view.next).unwrap_or_else(|| "none".to_owned());
        table.row([
            order.id.to_string(),
            order.debit_account.to_string(),
            order.credit_account.to_string(),
            figures::amount(currency, order.amount),
            rhythm(order),
            match (view.ended, view.in_force) {
                (true, _) => "ended".to_owned(),
                (false, false) => "over".to_owned(),
                (false, true) => next,
            },
            day(last).unwrap_or_default(),
        ]);
    }
    context.out.json(&json!({ "orders": told }));
    context.out.table(&table);
}
