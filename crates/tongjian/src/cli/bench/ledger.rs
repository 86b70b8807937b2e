//! `tj bench ledger`: requests are made beforehand; measured is from submitting one to its answer, which
//! is durable, hashed into the tree and shown. Restart, verification and receipts are measured after it.

pub mod work;

use super::cpu::{Threads, load, memory};
use crate::bank::{self, Bank};
use crate::cli::Context;
use crate::cli::verify::verify_folder;
use crate::fail::{Done, Exit, Failure};
use crate::figures::grouped;
use crate::settings::Settings;
use journal::Files;
use node::{Node, RunOptions, SystemClock};
use proof::VerifierPolicy;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::time::{Duration, Instant};
use terms::limits::BATCH_RECORDS_MAX;
use work::{Work, client};

/// The measured bank's log.
const ORIGIN: &str = "bench.example/journal";
/// Receipts that are made and checked.
const RECEIPTS: u64 = 200;

/// Durable transfers, their answers, restart, verification and receipts.
#[derive(Debug, clap::Args)]
pub struct Ledger {
    /// Accounts money moves among.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(2..=100_000_000))]
    accounts: u32,
    /// Transfers in all.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(1..))]
    transfers: u64,
    /// Transfers of one request.
    #[arg(long, default_value_t = BATCH_RECORDS_MAX as u64, value_parser = clap::value_parser!(u64).range(1..=BATCH_RECORDS_MAX as u64))]
    batch: u64,
    /// Clients; two threads drive them all, as a server's would.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_024))]
    clients: u32,
    /// Requests each client has out at once; 2 for a single client, 1 for several, unless given.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=64))]
    in_flight: Option<u32>,
    /// Half of the transfers reserve, the other half post what was reserved.
    #[arg(long)]
    two_phase: bool,
    /// The rules that come with the program judge every transfer: each account is a firm's, and two share a device.
    #[arg(long, conflicts_with = "two_phase")]
    rules: bool,
    /// The town's model judges beside the rules.
    #[arg(long, requires = "rules")]
    model: bool,
    /// Stop after posting: no restart, verification and receipts.
    #[arg(long)]
    post_only: bool,
}

/// What was measured.
#[derive(Default)]
struct Measured {
    seconds: f64,
    latencies_ms: Vec<f64>,
    refused: u64,
    judged: u64,
    stopped: u64,
    cpu_ns: u64,
    journal_bytes: u64,
    batches: u64,
    syncs: u64,
    rss: Option<u64>,
    rss_peak: Option<u64>,
    replay_s: Option<f64>,
    snapshot_restart_s: Option<f64>,
    verify_per_s: Option<f64>,
    receipt_bytes: Option<usize>,
    receipt_verify_ms: Option<f64>,
}

/// Threads that drive the clients.
const DRIVERS: u32 = 2;

impl Ledger {
    /// Does it.
    ///
    /// # Errors
    /// The disk's; a folder that is in use.
    pub fn run(self, context: &Context) -> Done {
        let folder = self.folder(context);
        if bank::exists(&folder) {
            let what = format!("there is a bank in {}", folder.display());
            return Err(Failure::new(
                Exit::Failed,
                what,
                "measure in a folder of its own: --dir OTHER",
            ));
        }
        let before = load();
        let measured = self.measure(context, &folder);
        if !context.dir_named {
            // Only the folder made for this run; what is left of it after a failure is no bank of anybody's.
            let _ = std::fs::remove_dir_all(&folder);
        }
        self.tell(context, &measured?, before);
        Ok(())
    }

    fn folder(&self, context: &Context) -> PathBuf {
        if context.dir_named {
            context.dir.clone()
        } else {
            PathBuf::from(format!("bench-{}.tj", std::process::id()))
        }
    }

    fn in_flight(&self) -> u32 {
        self.in_flight.unwrap_or(if self.clients == 1 { 2 } else { 1 })
    }

    fn measure(&self, context: &Context, folder: &Path) -> Done<Measured> {
        let mut bank = Bank::create(folder, ORIGIN, Settings::default())?;
        for request in work::opening(self.accounts) {
            crate::answer::must("opening accounts", &bank.ask(request)?)?;
        }
        if self.rules {
            let book = rulebook::shipped();
            let set = crate::cli::risk::compiled(&book)?;
            let opened = work::institution(bank.now());
            let owned = work::owners(self.accounts);
            for request in opened.chain(owned).chain(work::adoption(&set, self.model)) {
                crate::answer::must("adopting rules", &bank.ask(request)?)?;
            }
        }
        let mut measured = Measured::default();
        let bank = self.post(bank, &mut measured)?;
        let settings = bank.settings.clone();
        (measured.rss, measured.rss_peak) = memory();
        drop(bank);
        if self.post_only {
            return Ok(measured);
        }
        restart(folder, &settings, &mut measured)?;
        receipts(folder, &mut measured)?;
        let verified = verify_folder(&context.out, folder, None)?;
        if !verified.report.is_sound() {
            return Err(Failure::new(
                Exit::NotVerified,
                "the measured bank does not verify",
                "report it",
            ));
        }
        measured.verify_per_s = Some(verified.per_second());
        Ok(measured)
    }

    /// Sets clients and bank to work, and measures from the first request to the last answer.
    fn post(&self, mut bank: Bank, measured: &mut Measured) -> Done<Bank> {
        let Ledger { accounts, batch, two_phase, rules, .. } = *self;
        let work = Work { accounts, batch, two_phase, devices: rules };
        let drivers = self.clients.min(DRIVERS);
        let (of, transfers) = (u64::from(drivers), self.transfers);
        let shares: Vec<_> = (0..of)
            .map(|n| work.requests(n, transfers / of + u64::from(n < transfers % of)))
            .collect();
        let entries = bank.node.journal().entries();
        let reader = bank.node.reader();
        // Each driver keeps its clients' requests out, and sends the next when the oldest is answered.
        let in_flight = (self.in_flight() * self.clients / drivers) as usize;
        let options = RunOptions { inbox: 4_096.max(2 * in_flight), ..RunOptions::default() };
        let (running, handle) = bank.node.run(SystemClock, options);
        let start_line = Barrier::new(shares.len() + 1);
        let before = Threads::now();
        let (seconds, answered, after) = std::thread::scope(|scope| {
            let driving: Vec<_> = shares
                .into_iter()
                .map(|requests| scope.spawn(|| client(&handle, requests, in_flight, &start_line)))
                .collect();
            start_line.wait();
            let start = Instant::now();
            let answered: Vec<_> =
                driving.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
            (start.elapsed().as_secs_f64(), answered, Threads::now())
        });
        for one in answered {
            let broken = || {
                Failure::new(Exit::Failed, "a client stopped at a broken invariant", "report it")
            };
            let answered = one.map_err(|_| broken())??;
            measured.latencies_ms.extend(answered.latencies_ms);
            measured.refused += answered.refused;
            measured.judged += answered.judged;
            measured.stopped += answered.stopped;
        }
        (measured.seconds, measured.cpu_ns) = (seconds, before.used_until(&after));
        measured.latencies_ms.sort_by(f64::total_cmp);
        bank.node = running.stop().map_err(|error| {
            Failure::because(
                Exit::Failed,
                "the bank stopped",
                &error,
                "see to the disk, then measure again",
            )
        })?;
        let read_failed = |error: journal::ReadFailed| {
            Failure::because(Exit::Failed, "the journal cannot be read", &error, "see to the disk")
        };
        let mut synced = None;
        for entry in entries..reader.entries() {
            let (header, _) = reader.header(entry).map_err(read_failed)?;
            measured.journal_bytes += header.stored_bytes();
            measured.batches += 1;
            // Batches of one commit know of the same durable entries before them.
            measured.syncs +=
                u64::from(synced.replace(header.synced_entries) != Some(header.synced_entries));
        }
        Ok(bank)
    }

    fn tell(&self, context: &Context, m: &Measured, load_before: Option<f64>) {
        let per = |total: f64| total / self.transfers as f64;
        let rate = self.transfers as f64 / m.seconds.max(1e-9);
        let (p50, p99) = (percentile(&m.latencies_ms, 0.50), percentile(&m.latencies_ms, 0.99));
        let mb = |bytes: Option<u64>| bytes.map(|bytes| bytes as f64 / 1e6);
        let cpu_us = per(m.cpu_ns as f64) / 1e3;
        context.out.json(&json!({
            "transfers_per_s": rate, "p50_ms": p50, "p99_ms": p99, "max_ms": m.latencies_ms.last(),
            "engine_cpu_us_per_transfer": cpu_us, "bytes_per_transfer": per(m.journal_bytes as f64),
            "rss_mb": mb(m.rss), "rss_peak_mb": mb(m.rss_peak),
            "restart_s": m.snapshot_restart_s, "restart_replay_s": m.replay_s,
            "snapshot_restart_s": m.snapshot_restart_s, "verify_transfers_per_s": m.verify_per_s,
            "receipt_bytes": m.receipt_bytes, "receipt_verify_ms": m.receipt_verify_ms,
            "transfers": self.transfers, "refused": m.refused, "accounts": self.accounts, "batch": self.batch,
            "clients": self.clients, "in_flight": self.in_flight(), "two_phase": self.two_phase,
            "rules": self.rules, "model": self.model, "judged": m.judged, "stopped": m.stopped,
            "seconds": m.seconds, "journal_batches": m.batches, "journal_syncs": m.syncs,
            "load_before": load_before, "load_after": load(),
            "cpus": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        }));
        let out = &context.out;
        let line = |what: &str, text: String| out.line(format_args!("    {what:<24} {text}"));
        let phases = if self.two_phase { "two phases" } else { "one phase" };
        out.line(format_args!(
            "{} transfers of {phases}, {} a request, {} clients with {} requests out, {} accounts",
            grouped(self.transfers.into()),
            grouped(self.batch.into()),
            self.clients,
            self.in_flight(),
            grouped(self.accounts.into()),
        ));
        line("durable transfers", format!("{}/s", grouped(rate as u128)));
        line("answer", format!("p50 {p50:.2} ms, p99 {p99:.2} ms"));
        line("CPU of the bank", format!("{cpu_us:.2} us a transfer"));
        line("journal", format!("{:.1} bytes a transfer", per(m.journal_bytes as f64)));
        line(
            "",
            format!("{} batches, {} syncs", grouped(m.batches.into()), grouped(m.syncs.into())),
        );
        if let Some(rss) = mb(m.rss) {
            line("memory", format!("{rss:.0} MB, at most {:.0} MB", mb(m.rss_peak).unwrap_or(rss)));
        }
        if let (Some(replay), Some(snapshot)) = (m.replay_s, m.snapshot_restart_s) {
            line(
                "restart",
                format!("{snapshot:.2} s from a snapshot, {replay:.2} s by replay of everything"),
            );
        }
        if let Some(rate) = m.verify_per_s {
            line("verified", format!("{} records/s", grouped(rate as u128)));
        }
        if let (Some(bytes), Some(ms)) = (m.receipt_bytes, m.receipt_verify_ms) {
            line("receipt", format!("{bytes} bytes, checked in {ms:.3} ms"));
        }
        if self.rules {
            let (judged, stopped) = (grouped(m.judged.into()), grouped(m.stopped.into()));
            line(
                "judged",
                format!("{judged}, of which rules did not let {stopped} through at once"),
            );
        }
        if m.refused > 0 {
            line("REFUSED", grouped(m.refused.into()));
        }
    }
}

/// The value that so large a part of the sorted ones does not exceed.
fn percentile(sorted: &[f64], part: f64) -> f64 {
    let at = (sorted.len() as f64 * part).ceil() as usize;
    sorted.get(at.saturating_sub(1).min(sorted.len().saturating_sub(1))).copied().unwrap_or(0.0)
}

/// Starts the bank by replaying everything, then from a snapshot.
fn restart(folder: &Path, settings: &Settings, measured: &mut Measured) -> Done {
    let open = |ignore_snapshots: bool| -> Done<(Node<Files>, Duration)> {
        let disk = Files::open(folder).map_err(|error| bank::disk_failed(folder, &error))?;
        let next = "report it";
        let signer = journal::keys::signer(&disk)
            .map_err(|error| Failure::because(Exit::Failed, "the key is gone", &error, next))?;
        let options = node::NodeOptions { ignore_snapshots, ..bank::options(settings) };
        let start = Instant::now();
        let (node, _) = Node::open(disk, signer, options)
            .map_err(|error| bank::start_failed(folder, &error))?;
        Ok((node, start.elapsed()))
    };
    let (mut node, took) = open(true)?;
    measured.replay_s = Some(took.as_secs_f64());
    let last = node.journal().last_time();
    let failed = |error: &dyn std::error::Error| {
        Failure::because(Exit::Failed, "no snapshot", error, "see to the disk")
    };
    node.snapshot(last).map_err(|error| failed(&error))?;
    node.publish().map_err(|error| failed(&error))?;
    drop(node);
    let (_, took) = open(false)?;
    measured.snapshot_restart_s = Some(took.as_secs_f64());
    Ok(())
}

/// Makes and checks receipts of records all over the journal.
fn receipts(folder: &Path, measured: &mut Measured) -> Done {
    let bank = Bank::open(folder)?;
    let journal = bank.node.journal();
    let failed = |error: &dyn std::error::Error| {
        Failure::because(Exit::NotVerified, "a receipt does not verify", error, "report it")
    };
    let key = journal::keys::verifier(journal.disk()).map_err(|error| failed(&error))?;
    let policy = VerifierPolicy::new(key, Vec::new(), 0).map_err(|error| failed(&error))?;
    let step = (journal.records() / RECEIPTS).max(1);
    let (mut sizes, mut times) = (Vec::new(), Vec::new());
    for record in (0..journal.records()).step_by(step as usize) {
        let (entry, row) = journal.locate(record).map_err(|error| failed(&error))?;
        let receipt = journal.receipt(entry, row).map_err(|error| failed(&error))?;
        let text = receipt.to_text().map_err(|error| failed(&error))?;
        let start = Instant::now();
        let receipt = proof::Receipt::parse(text.as_bytes()).map_err(|error| failed(&error))?;
        receipt.verify(&policy).map_err(|error| failed(&error))?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        sizes.push(text.len());
    }
    times.sort_by(f64::total_cmp);
    measured.receipt_bytes = sizes.into_iter().max();
    measured.receipt_verify_ms = Some(percentile(&times, 0.5));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::percentile;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let sorted: Vec<f64> = (1..=100).map(f64::from).collect();
        let found = [percentile(&sorted, 0.5), percentile(&sorted, 0.99), percentile(&sorted, 1.0)];
        assert_eq!(found.map(|v| v as u32), [50, 99, 100]);
        assert_eq!(percentile(&[], 0.5) as u32, 0);
    }
}
