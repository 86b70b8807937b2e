//! The command line: which commands there are, each family in a file of its own under `cli/`. A family
//! reads its arguments, opens the bank, asks it, and says the answer; no rule about money lives here.

mod account;
mod backup;
mod bench;
mod book;
mod case;
mod chart;
mod client;
mod check;
mod console;
mod day;
mod demo;
mod doctor;
mod exchange;
mod forests;
mod history;
mod hold;
mod identities;
mod import;
mod init;
mod interest;
mod iso;
mod journal;
mod labels;
mod limits;
mod lists;
mod model;
mod order;
mod party;
mod pay;
mod pending;
mod prove;
mod query;
mod receipt;
mod reverse;
mod risk;
mod role;
mod screen;
mod serve;
mod sql;
mod statement;
mod status;
mod user;
mod ussd;
mod trial;
mod verify;
mod kill;
mod chance;
mod new_id;

use crate::bank::Bank;
use crate::fail::Done;
use crate::out::Out;
use clap::{CommandFactory, Parser, Subcommand};
use std::path::PathBuf;

/// A bank's books that anybody can check.
#[derive(Debug, Parser)]
#[command(
    name = "tj",
    version,
    after_help = "Exit codes: 0 ok, 1 failed, 2 usage, 3 refused, 4 does not verify, 5 unavailable.\n\
                  Start with `tj demo`: it makes a sample bank and says what to try."
)]
pub struct Line {
    /// The bank's folder.
    #[arg(long, global = true, env = "TJ_DIR", default_value = "bank.tj", value_name = "DIR")]
    pub dir: PathBuf,
    /// Answer with one JSON document.
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    command: Command,
}

/// What one command needs to know beside its arguments.
#[derive(Debug)]
pub struct Context {
    /// The bank's folder.
    pub dir: PathBuf,
    /// `--dir` or `TJ_DIR` named it.
    pub dir_named: bool,
    /// Where answers go.
    pub out: Out,
}

impl Context {
    /// Opens the bank.
    ///
    /// # Errors
    /// There is none, it is in use, or it is damaged.
    fn bank(&self) -> Done<Bank> {
        Bank::open(&self.dir)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a sample bank, post its transfers, verify everything, and say what to try next
    Demo(demo::Demo),
    /// Make an empty bank
    Init(init::Init),
    /// What the bank has, and where its journal stands
    Status(status::Status),
    /// Messages of ISO 20022
    #[command(subcommand)]
    Iso(iso::IsoCommand),
    /// Bring in other banks' data
    #[command(subcommand)]
    Import(import::Import),
    /// The chart of accounts
    #[command(subcommand)]
    Chart(chart::Chart),
    /// Persons and organisations
    #[command(subcommand)]
    Party(party::Party),
    /// Who may do what with an account
    #[command(subcommand)]
    Role(role::RoleCommand),
    /// Accounts
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// What an account may send: shows it, or sets it
    Limits(limits::Limits),
    /// Money blocked by order
    #[command(subcommand)]
    Hold(hold::HoldCommand),
    /// Payments ordered for later, once or again and again
    #[command(subcommand)]
    Order(order::OrderCommand),
    /// Pay from one account to another
    Pay(pay::Pay),
    /// Payments that are reserved and not yet posted
    #[command(subcommand)]
    Pending(pending::Pending),
    /// Exchange one currency for another
    Exchange(exchange::Exchange),
    /// Take back a transfer or entry by a new one
    Reverse(reverse::Reverse),
    /// The business day
    #[command(subcommand)]
    Day(day::DayCommand),
    /// Interest
    #[command(subcommand)]
    Interest(interest::Interest),
    /// What happened on an account
    Statement(statement::StatementCommand),
    /// All accounts by chart code; the difference is zero in every currency
    TrialBalance(trial::TrialBalance),
    /// Ask in SQL about everything that ever happened
    Query(query::Query),
    /// Ask one question after the other, in a shell
    Sql(sql::Sql),
    /// Run the rulebook's rules over everything that ever happened
    Check(check::Check),
    /// Rules on payments: check them, and see what they would have said
    #[command(subcommand)]
    Risk(risk::RiskCommand),
    /// Models that say how likely a payment is a thief's
    #[command(subcommand)]
    Model(model::ModelCommand),
    /// Look names up on sanctions lists
    Screen(screen::ScreenCommand),
    /// Payments that somebody must look at
    #[command(subcommand)]
    Case(case::CaseCommand),
    /// The tables as files
    #[command(subcommand)]
    History(history::HistoryCommand),
    /// Serve the API for machines that pay, and the tables to everybody's tools
    Serve(serve::Serve),
    /// Programs that may use the API
    #[command(subcommand)]
    Client(client::ClientCommand),
    /// People who may sign in
    #[command(subcommand)]
    User(user::UserCommand),
    /// Where people are signed in
    #[command(subcommand)]
    Session(user::SessionCommand),
    /// Talk to a served bank as a phone with keys does
    Ussd(ussd::Ussd),
    /// The journal itself
    #[command(subcommand)]
    Journal(journal::JournalCommand),
    /// Make the receipt of a transfer, entry or record
    Prove(prove::Prove),
    /// Receipts
    #[command(subcommand)]
    Receipt(receipt::ReceiptCommand),
    /// Verify a bank from its first entry on
    Verify(verify::Verify),
    /// Copy a bank, also while it is served, and verify the copy
    Backup(backup::Backup),
    /// Measure
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Look for what may become trouble
    Doctor(doctor::Doctor),
    /// Print completions for a shell
    Completions {
        /// Which shell.
        shell: clap_complete::Shell,
    },
    #[command(hide = true)]
    InternalPost(kill::InternalPost),
    #[command(hide = true)]
    InternalHas(kill::InternalHas),
}

impl Line {
    /// Does what the command line says.
    ///
    /// # Errors
    /// Whatever went wrong, with its exit code.
    pub fn run(self, context: &Context) -> Done {
        match self.command {
            Command::Demo(c) => c.run(context),
            Command::Init(c) => c.run(context),
            Command::Status(c) => c.run(context),
            Command::Iso(c) => c.run(context),
            Command::Import(c) => c.run(context),
            Command::Chart(c) => c.run(context),
            Command::Party(c) => c.run(context),
            Command::Role(c) => c.run(context),
            Command::Account(c) => c.run(context),
            Command::Limits(c) => c.run(context),
            Command::Hold(c) => c.run(context),
            Command::Order(c) => c.run(context),
            Command::Pay(c) => c.run(context),
            Command::Pending(c) => c.run(context),
            Command::Exchange(c) => c.run(context),
            Command::Reverse(c) => c.run(context),
            Command::Day(c) => c.run(context),
            Command::Interest(c) => c.run(context),
            Command::Statement(c) => c.run(context),
            Command::TrialBalance(c) => c.run(context),
            Command::Query(c) => c.run(context),
            Command::Sql(c) => c.run(context),
            Command::Check(c) => c.run(context),
            Command::Risk(c) => c.run(context),
            Command::Model(c) => c.run(context),
            Command::Screen(c) => c.run(context),
            Command::Case(c) => c.run(context),
            Command::History(c) => c.run(context),
            Command::Serve(c) => c.run(context),
            Command::Client(c) => c.run(context),
            Command::User(c) => c.run(context),
            Command::Session(c) => c.run(context),
            Command::Ussd(c) => c.run(context),
            Command::Journal(c) => c.run(context),
            Command::Prove(c) => c.run(context),
            Command::Receipt(c) => c.run(context),
            Command::Verify(c) => c.run(context),
            Command::Backup(c) => c.run(context),
            Command::Bench(c) => c.run(context),
            Command::Doctor(c) => c.run(context),
            Command::Completions { shell } => {
                let mut script = Vec::new();
                clap_complete::generate(shell, &mut Line::command(), "tj", &mut script);
                context.out.raw(String::from_utf8_lossy(&script));
                Ok(())
            }
            Command::InternalPost(c) => c.run(context),
            Command::InternalHas(c) => c.run(context),
        }
    }
}
