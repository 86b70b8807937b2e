//! What a durable transfer costs, step by step and in all: `cargo run --release -p journal --example
//! commit`. Writes a million transfers into a temporary directory and reads them back three ways.

use journal::record::{encode, split};
use journal::{Files, Journal, Options, PendingBatch, audit_structure};
use proof::note::SignerKey;
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};
use terms::limits::BATCH_RECORDS_MAX;
use terms::{AccountId, Amount, Currency, Day, Event, TimeNs, Transfer, TransferEvent, TransferId};

const ORIGIN: &str = "bench.example/journal";
const BATCHES: u64 = 125;

fn main() -> Result<(), Box<dyn Error>> {
    let events: Vec<Event> = (0..BATCH_RECORDS_MAX as u64).map(transfer).collect();
    steps(&events)?;
    let folder = std::env::temp_dir().join(format!("tj-commit-{}", std::process::id()));
    let whole = whole(&folder, &events);
    std::fs::remove_dir_all(&folder)?;
    whole
}

fn transfer(n: u64) -> Event {
    Event::Transfer(TransferEvent {
        transfer: Transfer {
            id: TransferId(u128::from(n) + 1),
            debit_account: AccountId(u128::from(n % 997) + 1),
            credit_account: AccountId(u128::from(n % 991) + 1_000),
            amount: Amount(u128::from(n) * 7 + 1),
            ledger: Currency::CNY,
            code: 1,
            timestamp: TimeNs(n + 1),
            value_date: Day(20_000),
            ..Transfer::default()
        },
        booking_date: Day(20_000),
        outcome: Ok(()),
        verdict: None,
    })
}

/// Each step alone, on one batch in the cache.
fn steps(events: &[Event]) -> Result<(), Box<dyn Error>> {
    let (mut body, mut leaves) = (Vec::new(), Vec::new());
    let mut spent = [Duration::ZERO; 4];
    const ROUNDS: u32 = 50;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        body.clear();
        for event in events {
            encode(event, &mut body)?;
        }
        spent[0] += start.elapsed();
        let start = Instant::now();
        black_box(crc32c::crc32c(black_box(&body)));
        spent[1] += start.elapsed();
        let start = Instant::now();
        leaves.clear();
        proof::hash::leaf_hashes(split(&body).flatten(), &mut leaves);
        spent[2] += start.elapsed();
        let start = Instant::now();
        black_box(proof::tree::root_of_with(&mut leaves));
        spent[3] += start.elapsed();
    }
    for (name, spent) in ["encode", "checksum", "leaves", "root"].iter().zip(spent) {
        print_per_transfer(name, spent, u64::from(ROUNDS) * events.len() as u64);
    }
    Ok(())
}

/// A journal on a real disk: commits of one batch and of eight, then every way to read it.
fn whole(folder: &std::path::Path, events: &[Event]) -> Result<(), Box<dyn Error>> {
    let signer = || SignerKey::from_seed(ORIGIN, &[1; 32]);
    let disk = Files::create(folder)?;
    let mut journal = Journal::create(disk, ORIGIN, signer()?, Options::default())?;
    for group in [1, 8] {
        let start = Instant::now();
        let mut slowest = Duration::ZERO;
        let before = journal.records();
        for _ in 0..BATCHES / group {
            let time = journal.last_time();
            let pending = vec![PendingBatch { time, events }; group as usize];
            let begun = Instant::now();
            journal.commit(&pending)?;
            slowest = slowest.max(begun.elapsed());
        }
        let transfers = journal.records() - before;
        print_per_transfer(&format!("commit, {group} batches a sync"), start.elapsed(), transfers);
        println!("{:>28} {:>9.1} ms", "slowest", slowest.as_secs_f64() * 1e3);
    }
    let start = Instant::now();
    journal.publish()?;
    println!("{:>28} {:>9.1} ms", "publish", start.elapsed().as_secs_f64() * 1e3);
    let records = journal.records();
    let start = Instant::now();
    for batch in journal.scan(0) {
        black_box(batch?.events()?);
    }
    print_per_transfer("scan and decode", start.elapsed(), records);
    drop(journal);
    let start = Instant::now();
    let disk = Files::open(folder)?;
    let (journal, _) = Journal::open(disk.clone(), signer()?, Options::default())?;
    println!("{:>28} {:>9.1} ms", "open", start.elapsed().as_secs_f64() * 1e3);
    drop(journal);
    let start = Instant::now();
    let report = audit_structure(&disk, &signer()?.verifier(), &[], |_, _| {});
    print_per_transfer("audit", start.elapsed(), records);
    println!("sound: {}, {} records", report.is_sound(), report.records);
    Ok(())
}

fn print_per_transfer(name: &str, spent: Duration, transfers: u64) {
    println!("{name:>28} {:>9.1} ns a transfer", spent.as_nanos() as f64 / transfers as f64);
}
