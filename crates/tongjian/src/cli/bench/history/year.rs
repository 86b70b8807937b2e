//! A year of a made-up bank for measurements: accounts with owners, and transfers spread evenly over its days;
//! and those who pay and look while others measure.

use crate::answer::must;
use crate::bank::Bank;
use crate::cli::chance::Chance;
use crate::fail::{Done, Exit, Failure};
use crate::settings::Settings;
use crate::tables::query_record;
use history::{AsOf, Desk, Told};
use journal::Files;
use node::{Handle, Request};
use std::collections::VecDeque;
use std::path::Path;
use std::time::{Duration, Instant};
use terms::limits::BATCH_RECORDS_MAX;
use terms::{
    Account, AccountId, Amount, Command, Currency, Day, Institution, Party, PartyId, PartyKind,
    QueryDoor, QueryEnd, Role, RoleKind, Sealed, SealingCipher, TimeNs, Transfer, TransferId,
};
use tokio::runtime::Runtime;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// Days of the year.
const DAYS: u64 = 365;
/// Nanoseconds of a day.
const DAY_NS: u64 = 86_400 * 1_000_000_000;
/// Accounts while others measure; they are the first of the bank's.
const PAYING: u64 = 10_000;

/// Makes the bank.
pub fn make(folder: &Path, transfers: u64, accounts: u32) -> Done {
    let mut bank = Bank::create(folder, "bench.example/journal", Settings::default())?;
    let first_day = Day::from_ymd(2026, 1, 1).unwrap_or_default();
    let midnight = TimeNs::start_of(first_day).0 - 8 * 3_600 * 1_000_000_000;
    let mut turn = |now: u64, request: Request| -> Done {
        let answers = bank.turn(TimeNs(midnight + now), &[request])?;
        let answers: Vec<_> = answers.into_iter().flatten().collect();
        must("making the bank", &answers)
    };
    turn(
        0,
        vec![Command::OpenInstitution(Institution {
            name: "Bench".into(),
            currency: Currency::CNY,
            utc_offset_min: 480,
            first_day,
        })],
    )?;
    let numbers: Vec<u32> = (0..accounts).collect();
    for part in numbers.chunks(BATCH_RECORDS_MAX / 4) {
        turn(1, part.iter().flat_map(|n| customer(*n)).collect())?;
    }
    let mut chance = Chance(7);
    let mut made = 0;
    for day in 0..DAYS {
        let end = transfers * (day + 1) / DAYS;
        let opens = day * DAY_NS + 8 * 3_600 * 1_000_000_000;
        let mut now = opens;
        while made < end {
            let size = (end - made).min(BATCH_RECORDS_MAX as u64);
            let request =
                (made..made + size).map(|n| transfer(n, accounts.into(), &mut chance)).collect();
            turn(now, request)?;
            made += size;
            now += 60 * 1_000_000_000;
        }
        let day = first_day.plus(day as i32);
        turn(now, vec![Command::CloseDay { day, next: day.plus(1) }])?;
    }
    bank.snapshot()?;
    bank.publish()
}

/// An account, and every second time somebody who owns it.
fn customer(n: u32) -> Vec<Command> {
    let account = Account {
        id: AccountId(u128::from(n) + 1),
        ledger: Currency::CNY,
        code: 2011,
        ..Account::default()
    };
    let mut commands = vec![Command::CreateAccount(account)];
    let party = PartyId(u128::from(n / 2) + 1);
    if n.is_multiple_of(2) {
        let kind = if n.is_multiple_of(20) { PartyKind::Organisation } else { PartyKind::Person };
        let identity = Sealed {
            commitment: [n as u8; 32],
            cipher: SealingCipher::Aes256Gcm,
            nonce: [0; 12],
            ciphertext: vec![n as u8; 64],
        };
        commands.push(Command::RegisterParty(Party { id: party, kind, identity }));
    }
    let kind = if n.is_multiple_of(2) { RoleKind::Owner } else { RoleKind::JointOwner };
    commands.push(Command::GrantRole(Role {
        party,
        account: account.id,
        kind,
        until: Day::BOOKING,
    }));
    commands
}

fn transfer(n: u64, accounts: u64, chance: &mut Chance) -> Command {
    let debit = chance.below(accounts);
    let credit = (debit + 1 + chance.below(accounts - 1)) % accounts;
    Command::Transfer(Transfer {
        id: TransferId(7 << 64 | u128::from(n)),
        debit_account: AccountId(u128::from(debit) + 1),
        credit_account: AccountId(u128::from(credit) + 1),
        amount: Amount(u128::from(chance.below(100_000)) + 1),
        ledger: Currency::CNY,
        code: 1 + chance.below(9) as u16,
        ..Transfer::default()
    })
}

/// Posts transfers in full batches, two requests out at once; gives the id behind the last.
pub fn post(handle: &Handle, first: u128, transfers: u64) -> Done<u128> {
    let mut chance = Chance(first as u64 ^ (first >> 64) as u64);
    let mut waiting = VecDeque::new();
    let mut next = first;
    let end = first + u128::from(transfers);
    while next < end || !waiting.is_empty() {
        while next < end && waiting.len() < 2 {
            let size = (end - next).min(BATCH_RECORDS_MAX as u128);
            let request: Request = (next..next + size)
                .map(|id| match transfer(0, PAYING, &mut chance) {
                    Command::Transfer(plain) => {
                        Command::Transfer(Transfer { id: TransferId(id), ..plain })
                    }
                    other => other,
                })
                .collect();
            next += size;
            waiting.push_back(handle.submit_later(request).map_err(|error| unanswered(&error))?);
        }
        if let Some(ticket) = waiting.pop_front() {
            ticket.wait(PATIENCE).map_err(|error| unanswered(&error))?;
        }
    }
    Ok(end)
}

/// Puts a question into the journal, as a door does.
pub fn look(handle: &Handle, told: &Told) {
    let query = query_record("bench".to_owned(), QueryDoor::Program, told, QueryEnd::Complete);
    if let Ok(ticket) = handle.submit_later(vec![Command::RecordQueries(vec![query])]) {
        // Whether it came through is not what is measured.
        let _ = ticket.wait(PATIENCE);
    }
}

/// From the answer to a payment until a question has seen it.
pub fn fresh(handle: &Handle, runtime: &Runtime, desk: &Desk<Files>, id: u128) -> Done<Duration> {
    post(handle, id, 1)?;
    let start = Instant::now();
    let sql = format!(
        "SELECT count(*) FROM stored.transfers WHERE transfer_hi = {} AND transfer_lo = {}",
        id >> 64,
        id as u64
    );
    loop {
        let told = runtime.block_on(async { desk.ask(AsOf::Now, &sql).await?.all().await });
        let (batches, _) = told.map_err(|error| crate::tables::ask_failed(&error))?;
        let seen = batches.iter().any(|batch| {
            use arrow::array::AsArray;
            let counts = batch.column(0).as_primitive::<arrow::datatypes::Int64Type>();
            counts.values().contains(&1)
        });
        if seen {
            return Ok(start.elapsed());
        }
        if start.elapsed() > PATIENCE {
            return Err(Failure::new(Exit::Failed, "a fresh entry was not seen", "report it"));
        }
    }
}

fn unanswered(error: &node::Unanswered) -> Failure {
    Failure::because(Exit::Unavailable, "a request has no answer", error, "see to the disk")
}
