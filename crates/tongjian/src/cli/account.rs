//! `tj account`: opens and shows accounts.

use super::Context;
use crate::answer::say;
use crate::bank::Bank;
use crate::fail::{Done, Exit, Failure};
use crate::figures::{self, parse_account, parse_currency, parse_party};
use crate::out::{Align, Table};
use crate::tell;
use clap::{Args, Subcommand};
use engine::AccountView;
use serde_json::{Value, json};
use terms::{
    Account, AccountFlags, AccountId, ChartClass, Command, Currency, Day, PartyId, Role, RoleKind,
};

/// Accounts.
#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Open an account
    Open(Open),
    /// Show an account with its balances, owners, limits and holds
    Show {
        /// Its number.
        #[arg(value_parser = parse_account)]
        account: AccountId,
    },
    /// List accounts
    List {
        /// At most so many.
        #[arg(long, default_value_t = 50)]
        limit: usize,
        /// Skip so many.
        #[arg(long, default_value_t = 0)]
        skip: usize,
        /// Only under this chart code.
        #[arg(long)]
        code: Option<u16>,
    },
}

/// An account to open.
#[derive(Debug, Args)]
pub struct Open {
    /// Its number.
    #[arg(value_parser = parse_account)]
    account: AccountId,
    /// Its currency; the institution's own unless given.
    #[arg(long, value_parser = parse_currency)]
    currency: Option<Currency>,
    /// Its place in the chart of accounts.
    #[arg(long)]
    code: u16,
    /// Who owns it.
    #[arg(long, value_parser = parse_party)]
    owner: Option<PartyId>,
    /// May be overdrawn; otherwise an account of a liability code may not.
    #[arg(long)]
    overdraft: bool,
    /// Must not go into credit (a till must not run out of cash).
    #[arg(long, conflicts_with = "overdraft")]
    debit_only: bool,
    /// Keep the balance after each transfer for queries.
    #[arg(long)]
    history: bool,
}

impl AccountCommand {
    /// Does it.
    ///
    /// # Errors
    /// Refused, unknown, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        match self {
            AccountCommand::Open(open) => open.run(context),
            AccountCommand::Show { account } => show(context, account),
            AccountCommand::List { limit, skip, code } => list(context, limit, skip, code),
        }
    }
}

impl Open {
    fn run(self, context: &Context) -> Done {
        let mut bank = context.bank()?;
        let engine = bank.node.engine();
        let own = engine.institution().map(|i| i.currency);
        let Some(ledger) = self.currency.or(own) else {
            return Err(Failure::usage("no currency", "give --currency"));
        };
        if let Some(owner) = self.owner
            && engine.party(owner).is_none()
        {
            let next = "register the owner first with `tj party add`";
            return Err(Failure::new(Exit::Refused, format!("there is no party {owner}"), next));
        }
        let class = engine.chart().find(|line| line.code == self.code).map(|line| line.class);
        let mut flags = AccountFlags::default();
        if self.debit_only {
            flags |= AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS;
        } else if class == Some(ChartClass::Liability) && !self.overdraft {
            flags |= AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS;
        }
        if self.history {
            flags |= AccountFlags::HISTORY;
        }
        let account =
            Account { id: self.account, ledger, code: self.code, flags, ..Account::default() };
        let mut request = vec![Command::CreateAccount(account)];
        if let Some(party) = self.owner {
            let (account, kind, until) = (self.account, RoleKind::Owner, Day::BOOKING);
            request.push(Command::GrantRole(Role { party, account, kind, until }));
        }
        let answers = bank.ask(request)?;
        let said = say(&context.out, &bank, &answers);
        bank.close()?;
        said
    }
}

/// The failure of an account that is not there.
pub fn unknown(account: AccountId) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("there is no account {account}"),
        "see which there are with `tj account list`",
    )
}

/// An account of an open bank.
///
/// # Errors
/// There is none with this number.
pub fn find(bank: &Bank, account: AccountId) -> Done<AccountView> {
    bank.node.engine().account(account).ok_or_else(|| unknown(account))
}

/// Who owns an account, by name.
pub fn owners(bank: &Bank, account: AccountId) -> Vec<(PartyId, String)> {
    let owns = |role: &&Role| {
        role.account == account && matches!(role.kind, RoleKind::Owner | RoleKind::JointOwner)
    };
    let roles = bank.node.engine().roles().filter(owns);
    roles
        .map(|role| (role.party, bank.who(role.party).map_or_else(String::new, |who| who.name())))
        .collect()
}

/// An account for programs.
fn json_of(view: &AccountView) -> Value {
    let money = |amount| view.account.ledger.format(amount);
    json!({
        "account": view.account.id.to_string(),
        "currency": view.account.ledger.to_string(),
        "code": view.account.code,
        "flags": tell::account_flags(view.account.flags),
        "balance": view.account.ledger.format_signed(view.balance()),
        "available": money(view.available),
        "debits_posted": money(view.debits_posted),
        "credits_posted": money(view.credits_posted),
        "debits_pending": money(view.debits_pending),
        "credits_pending": money(view.credits_pending),
        "held": if view.held_whole { json!("all") } else { json!(money(view.held)) },
        "limits": view.limits.map(|l| json!({
            "per_transfer": l.per_transfer.map(money), "per_day": l.per_day.map(money) })),
        "interest": view.interest.map(|i| json!({
            "rate_percent": tell::rate_percent(i.rate_ppm), "basis_days": i.basis_days,
            "counter_account": i.counter_account.to_string(),
            "due": view.account.ledger.format_signed(i.due) })),
    })
}

fn show(context: &Context, account: AccountId) -> Done {
    let bank = context.bank()?;
    let view = find(&bank, account)?;
    let (currency, out) = (view.account.ledger, &context.out);
    let owners = owners(&bank, account);
    let mut told = json_of(&view);
    told["owners"] =
        owners.iter().map(|(id, name)| json!({ "party": id.to_string(), "name": name })).collect();
    out.json(&told);
    let chart = bank.node.engine().chart().find(|line| line.code == view.account.code);
    let name = chart.map_or_else(String::new, |line| format!(", {}", line.name));
    out.line(format_args!("account {account} in {currency}, code {}{name}", view.account.code));
    for (party, name) in owners {
        out.line(format_args!("    owner      {name} (party {party})"));
    }
    let line = |what: &str, amount: String| out.line(format_args!("    {what:<10} {amount:>20}"));
    line("balance", figures::balance(currency, view.balance()));
    line("available", figures::amount(currency, view.available));
    for (what, amount) in [("going out", view.debits_pending), ("coming in", view.credits_pending)]
    {
        if amount.0 > 0 {
            line(what, figures::amount(currency, amount));
        }
    }
    if view.held_whole {
        line("blocked", "everything".to_owned());
    } else if view.held.0 > 0 {
        line("blocked", figures::amount(currency, view.held));
    }
    let flags = tell::account_flags(view.account.flags);
    if !flags.is_empty() {
        out.line(format_args!("    flags      {}", flags.join(", ")));
    }
    Ok(())
}

fn list(context: &Context, limit: usize, skip: usize, code: Option<u16>) -> Done {
    let bank = context.bank()?;
    let columns = [
        ("account", Align::Right),
        ("code", Align::Right),
        ("currency", Align::Left),
        ("balance", Align::Right),
        ("available", Align::Right),
    ];
    let (mut table, mut told) = (Table::new(&columns), Vec::new());
    let of_code = |view: &AccountView| code.is_none_or(|code| code == view.account.code);
    let mut wanted = bank.node.engine().accounts().filter(of_code).skip(skip);
    for view in wanted.by_ref().take(limit) {
        let currency = view.account.ledger;
        told.push(json_of(&view));
        table.row([
            view.account.id.to_string(),
            view.account.code.to_string(),
            currency.to_string(),
            figures::balance(currency, view.balance()),
            figures::amount(currency, view.available),
        ]);
    }
    let more = wanted.count();
    context.out.json(&json!({ "accounts": told, "more": more }));
    context.out.table(&table);
    if more > 0 {
        context.out.line(format_args!(
            "and {} more: use --skip and --limit",
            figures::grouped(more as u128)
        ));
    }
    Ok(())
}
