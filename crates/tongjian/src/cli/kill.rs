//! Hidden commands for the loop that kills this program: one posts without end and says what was
//! acknowledged, the other says which of those are missing. What is acknowledged must never be missing.

use super::Context;
use super::chance::Chance;
use crate::bank::{self, Bank};
use crate::fail::{Done, Exit, Failure};
use crate::settings::Settings;
use node::{Handle, RunOptions, SystemClock, Ticket, Unanswered};
use std::collections::VecDeque;
use std::io::{BufRead, Write};
use std::time::Duration;
use terms::{
    Account, AccountId, Amount, Command, Currency, Event, Transfer, TransferFlags, TransferId,
};

/// Accounts money goes around among.
const ACCOUNTS: u64 = 64;
/// Requests that wait for their answers at once.
const IN_FLIGHT: usize = 32;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Posts until it is killed.
#[derive(Debug, clap::Args)]
pub struct InternalPost {
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Stop after so many transfers; never unless given.
    #[arg(long)]
    count: Option<u64>,
}

/// Reads ids and prints those that are missing.
#[derive(Debug, clap::Args)]
pub struct InternalHas {}

impl InternalPost {
    /// Does it.
    ///
    /// # Errors
    /// The bank; an answer that does not come.
    pub fn run(self, context: &Context) -> Done {
        let mut bank = match bank::exists(&context.dir) {
            true => context.bank()?,
            false => Bank::create(&context.dir, "kill.example/journal", small())?,
        };
        let missing = (1..=ACCOUNTS)
            .filter(|id| bank.node.engine().account(AccountId((*id).into())).is_none());
        let opening: Vec<Command> = missing
            .map(|id| {
                Command::CreateAccount(Account {
                    id: AccountId(id.into()),
                    ledger: Currency::CNY,
                    code: 1,
                    ..Account::default()
                })
            })
            .collect();
        if !opening.is_empty() {
            crate::answer::must("opening accounts", &bank.ask(opening)?)?;
        }
        let (running, handle) = bank.node.run(SystemClock, RunOptions::default());
        let posted = post(&handle, self.seed, self.count);
        running.stop().map_err(|error| {
            Failure::because(
                Exit::Failed,
                "the bank stopped",
                &error,
                "see to the disk, then start it again",
            )
        })?;
        posted
    }
}

/// A bank with files as small as they can be, so that a run passes from one to the next.
fn small() -> Settings {
    Settings { segment_mib: 2, ..Settings::default() }
}

fn post(handle: &Handle, seed: u64, count: Option<u64>) -> Done {
    let mut chance = Chance(seed);
    let mut waiting: VecDeque<(Vec<TransferId>, Ticket)> = VecDeque::new();
    let mut asked = 0;
    while count.is_none_or(|count| asked < count) {
        while waiting.len() >= IN_FLIGHT {
            acknowledge(&mut waiting)?;
        }
        let (ids, request) = request(&mut chance);
        asked += ids.len() as u64;
        match handle.submit_later(request) {
            Ok(ticket) => waiting.push_back((ids, ticket)),
            Err(Unanswered::Busy { retry_after }) => std::thread::sleep(retry_after),
            Err(error) => return Err(unanswered(&error)),
        }
    }
    while !waiting.is_empty() {
        acknowledge(&mut waiting)?;
    }
    Ok(())
}

/// One to eight transfers, some of them in two phases.
fn request(chance: &mut Chance) -> (Vec<TransferId>, Vec<Command>) {
    let mut ids = Vec::new();
    let mut request = Vec::new();
    for _ in 0..=chance.below(8) {
        let id = TransferId((u128::from(chance.next()) << 64 | u128::from(chance.next())) >> 1 | 1);
        let debit = chance.below(ACCOUNTS) + 1;
        let credit = (debit + chance.below(ACCOUNTS - 1)) % ACCOUNTS + 1;
        let pending = chance.below(4) == 0;
        request.push(Command::Transfer(Transfer {
            id,
            debit_account: AccountId(debit.into()),
            credit_account: AccountId(credit.into()),
            amount: Amount(u128::from(chance.below(10_000)) + 1),
            ledger: Currency::CNY,
            code: 1,
            flags: if pending { TransferFlags::PENDING } else { TransferFlags::default() },
            timeout_s: if pending { 1 } else { 0 },
            ..Transfer::default()
        }));
        ids.push(id);
    }
    (ids, request)
}

/// Waits for the oldest answer and prints it, before anything else is done.
fn acknowledge(waiting: &mut VecDeque<(Vec<TransferId>, Ticket)>) -> Done {
    let Some((ids, ticket)) = waiting.pop_front() else { return Ok(()) };
    let answers = ticket.wait(PATIENCE).map_err(|error| unanswered(&error))?;
    let mut stdout = std::io::stdout().lock();
    for (id, answer) in ids.iter().zip(&answers) {
        let told = match &answer.event {
            Event::Transfer(t) if t.outcome.is_ok() => {
                writeln!(stdout, "ack {id} {}", answer.entry)
            }
            _ => continue,
        };
        told.map_err(|error| stdout_gone(&error))?;
    }
    stdout.flush().map_err(|error| stdout_gone(&error))
}

fn stdout_gone(error: &std::io::Error) -> Failure {
    Failure::because(
        Exit::Failed,
        "nobody reads the acknowledgements",
        error,
        "read standard output to its end",
    )
}

fn unanswered(error: &Unanswered) -> Failure {
    Failure::because(
        Exit::Unavailable,
        "a request has no answer",
        error,
        "start the bank again and ask by id",
    )
}

impl InternalHas {
    /// Does it.
    ///
    /// # Errors
    /// Some id is missing, or the bank cannot be opened.
    pub fn run(self, context: &Context) -> Done {
        let bank = context.bank()?;
        let engine = bank.node.engine();
        let (mut read, mut missing) = (0u64, 0u64);
        for line in std::io::stdin().lock().lines() {
            let line = line.map_err(|error| {
                Failure::because(
                    Exit::Failed,
                    "cannot read ids",
                    &error,
                    "give ids on standard input",
                )
            })?;
            let Some(text) = line.split_whitespace().find(|word| *word != "ack") else { continue };
            let id = crate::figures::parse_transfer(text).map_err(|why| {
                Failure::usage(format!("{text:?} is {why}"), "give one id a line")
            })?;
            read += 1;
            if engine.transfer(id).is_none() && engine.entry(id).is_none() {
                missing += 1;
                context.out.raw(format_args!("missing {id}\n"));
            }
        }
        context
            .out
            .raw(format_args!("{read} ids, {missing} missing, {} records\n", engine.records()));
        engine.audit().map_err(|broken| {
            Failure::new(
                Exit::NotVerified,
                format!("an invariant is broken: {broken}"),
                "keep the folder and report it",
            )
        })?;
        if missing == 0 { Ok(()) } else { Err(Failure::said(Exit::NotVerified)) }
    }
}
