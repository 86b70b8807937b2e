//! `tj serve`: the bank at work, with its doors open: the API for machines that pay, and Flight SQL for everybody's tools.
//! Queries run on their own threads, sealed segments become files beside them, and every query is an entry of the journal
//! before its asker has all of its answer. Ctrl-C or SIGTERM end it: what was taken is answered, and the bank is closed.

mod config;
mod folder;
mod keeper;
mod lookout;
mod looks;
mod machine;
mod orders;
mod notes;
mod people;
mod questions;
mod rules;
mod tls;
mod visitors;

pub use config::Config;
pub use notes::{NoteKeeper, NotesKept};
pub use people::{first, first_json, say_first};
pub use visitors::{SANDBOX, SamplePhone, Visitor, phone as sample_phone, write as write_visitors};

use super::Context;
use super::query::Bounds;
use crate::fail::{Done, Exit, Failure};
use crate::roller::Roller;
use crate::tables::{self, NodeLedger, Tables};
use access::{Access, Policies};
use api::identity::{BankGate, addresses, now_s};
use api::server::TlsNow;
use api::subscribers::Subscribers;
use channels::flight::{self, Desks, Door, FlightFailed, Limits, Tls};
use config::TlsKind;
use history::{Desk, NoVault};
use journal::Files;
use keeper::Keeper;
use looks::Looks;
use node::{Handle as Line, RunFailed, RunOptions, Running, SystemClock};
use orders::OrderClerk;
use people::People;
use questions::Questions;
use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::{Handle as Signals, Signals as Caught};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::watch;

/// How often it is looked whether the bank has stopped by itself.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long threads may take to end.
const END_PATIENCE: Duration = Duration::from_secs(5);
/// The folder of identities in a bank's own.
pub const ACCESS: &str = "access";
/// The folder of those who are told of events.
const WEBHOOKS: &str = "webhooks";

/// Serve the API and the tables
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Programs: `tj client add NAME`; people: `tj user add NAME`; both also while the bank is served. Then docs/api.md, \
    which also says how\nthey get a pass for the tables: it goes into `authorization: Bearer PASS`, or beside the name as password."
)]
pub struct Serve {
    /// The file that says how; what it leaves out is as `--print-config` shows it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Write the file with every default, and do nothing else.
    #[arg(long)]
    print_config: bool,
    /// Where the API is served, instead of what the file says; `off` for not at all.
    #[arg(long, value_name = "ADDRESS")]
    api: Option<String>,
    /// Where Flight SQL is served, instead of what the file says; `off` for not at all.
    #[arg(long, value_name = "ADDRESS")]
    flight: Option<String>,
    /// The certificate for secure connections, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Its private key, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Serve other machines without a certificate: tokens and answers can be read on the way.
    #[arg(long, conflicts_with = "tls_cert")]
    insecure: bool,
    /// How often sealed segments are made into files, such as 5s or 1m.
    #[arg(long, default_value = "5s", value_parser = parse_pause, value_name = "TIME")]
    roll_every: Duration,
    /// Queries that run at once.
    #[arg(long, default_value_t = Limits::default().queries_max, value_parser = clap::value_parser!(u32).range(1..=1_024))]
    queries_max: u32,
    /// Queries of one caller that run at once.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    queries_of_token_max: u16,
    /// A query whose rows nobody takes for so long is ended, such as 60s.
    #[arg(long, default_value = "60s", value_parser = parse_pause, value_name = "TIME")]
    stall: Duration,
    #[command(flatten)]
    bounds: Bounds,
    /// Where the API is served, if somebody has the address already.
    #[arg(skip)]
    taken: Taken,
}

/// An address at which something else was served until now.
#[derive(Default)]
struct Taken {
    listener: Option<Arc<TcpListener>>,
    /// Ends what was served there.
    end: Option<Box<dyn FnOnce() + Send + Sync>>,
}

impl std::fmt::Debug for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Taken").field("listener", &self.listener).finish_non_exhaustive()
    }
}

impl Serve {
    /// Does it, until it is told to stop.
    ///
    /// # Errors
    /// The addresses, the certificate, the bank; or the bank stopped by itself.
    pub fn run(mut self, context: &Context) -> Done {
        if self.print_config {
            context.out.raw(config::TEXT);
            return Ok(());
        }
        let config = self.config()?;
        let listeners = self.listeners(&config)?;
        let tls = self.tls()?;
        let secured = tls::tls(&config.api, &context.dir);
        let mut bank = context.bank()?;
        let secured = secured?;
        let screens = lookout::open(context, &mut bank)?;
        let notes = NoteKeeper::new();
        let origin = people::origin(&config.api, listeners[0].as_ref(), secured.is_some());
        let people = People::open(context, &origin, Arc::new(notes.clone()))?;
        let (tables, _) =
            Tables::open_on(tables::runtime_behind()?, &bank, &context.dir, self.bounds.limits())?;
        let Tables { runtime: threads, desk } = tables;
        let desks = self.desks(desk, &bank)?;
        let start = machine::start_of(&bank);
        let vault = bank.vault_out();
        let (running, handle) = bank.node.run(SystemClock, RunOptions::default());
        let looks = Looks::start(handle.clone());
        notes.start(handle.clone());
        let orders = OrderClerk::start(handle.clone());
        let roller = Roller::start(Arc::clone(desks.clear.history()), self.roll_every);
        let open = Open {
            listeners,
            config: &config,
            tls,
            secured,
            people: &people,
            desks: &desks,
            looks: &looks,
            notes: &notes,
            threads: threads.handle().clone(),
            running: &running,
            handle,
            vault,
            start,
            screens,
        };
        let end = self.taken.end.take();
        let served = self.serve(context, open, end);
        drop(people);
        threads.shutdown_timeout(END_PATIENCE);
        orders.end();
        looks.end();
        notes.end();
        roller.end();
        bank.node = running.stop().map_err(|error| stopped(&error))?;
        bank.close()?;
        served?;
        context.out.line("closed");
        Ok(())
    }

    /// At the address of something else, which ends when this is ready.
    #[must_use]
    pub fn instead_of(
        mut self,
        listener: Option<Arc<TcpListener>>,
        end: Box<dyn FnOnce() + Send + Sync>,
    ) -> Serve {
        self.taken = Taken { listener, end: Some(end) };
        self
    }

    /// At other addresses of this machine where somebody else has the usual ones.
    #[must_use]
    pub fn on_free_ports(mut self) -> Serve {
        let Ok(usual) = Config::of(None) else { return self };
        let taken =
            |address: &str| TcpListener::bind(address).is_err().then(|| "127.0.0.1:0".to_owned());
        if self.taken.listener.is_none() {
            self.api = taken(&usual.api.listen);
        }
        self.flight = taken(&usual.flight.listen);
        self
    }

    /// The tables for those who see personal data, and for those who do not.
    fn desks(&self, clear: Desk<Files>, bank: &crate::bank::Bank) -> Done<Desks<Files>> {
        let ledger = Arc::new(NodeLedger(bank.node.shared_views()));
        let history = Arc::clone(clear.history());
        let masked = Desk::new(history, self.bounds.limits(), Arc::new(NoVault), Some(ledger));
        let masked = masked.map_err(|error| tables::ask_failed(&error))?;
        Ok(Desks { masked: Arc::new(masked), clear: Arc::new(clear) })
    }

    /// The file, and what the command line says instead.
    fn config(&self) -> Done<Config> {
        let mut config = Config::of(self.config.as_deref())?;
        for (said, listen) in
            [(&self.api, &mut config.api.listen), (&self.flight, &mut config.flight.listen)]
        {
            match said.as_deref() {
                None => {}
                Some("off") => listen.clear(),
                Some(address) => address.clone_into(listen),
            }
        }
        Ok(config)
    }

    fn listeners(&self, config: &Config) -> Done<[Option<TcpListener>; 2]> {
        let kept = self.taken.listener.as_ref().and_then(|listener| listener.try_clone().ok());
        let api = match kept {
            Some(listener) => Some(listener),
            None => listen(&config.api.listen, "--api")?,
        };
        let secure = config.api.tls != TlsKind::Off;
        let flight = listen(&config.flight.listen, "--flight")?;
        for (listener, secure) in [(&api, secure), (&flight, self.tls_cert.is_some())] {
            let address = listener.as_ref().and_then(|listener| listener.local_addr().ok());
            let Some(address) = address else { continue };
            if !address.ip().is_loopback() && !secure && !self.insecure {
                let what =
                    format!("{address} is open to other machines, and there is no certificate");
                let next = "give one (--tls-cert and --tls-key for Flight, [api] tls in the file for the API), or serve at 127.0.0.1; --insecure serves in clear all the same";
                return Err(Failure::usage(what, next));
            }
        }
        if api.is_none() && flight.is_none() {
            return Err(Failure::usage(
                "nothing is to be served",
                "give --api or --flight an address",
            ));
        }
        Ok([api, flight])
    }

    /// Opens the doors, and closes them when it is time.
    fn serve(
        &self,
        context: &Context,
        mut open: Open<'_>,
        end: Option<Box<dyn FnOnce() + Send + Sync>>,
    ) -> Done {
        let vault = open.vault.take();
        let network = network()?;
        let Open { listeners: [api, flight], running, .. } = &open;
        let addresses =
            [api, flight].map(|listener| listener.as_ref().and_then(|l| l.local_addr().ok()));
        let [api, flight] = [api, flight].map(|l| l.as_ref().and_then(|l| l.try_clone().ok()));
        let door = match flight {
            Some(listener) => Some(self.flight_door(listener, &open, &network)?),
            None => None,
        };
        let house = match (api, addresses[0]) {
            (Some(listener), Some(address)) => {
                Some((listener, api_bank(&context.dir, &open, address, vault)?))
            }
            _ => None,
        };
        let messages = match &house {
            Some((_, bank)) => Some(folder::open(context, &open, bank, &network)?),
            None => folder::must_be_none(open.config)?,
        };
        let (signals, told, caught) = signals()?;
        let tour = visitors::tour(&context.dir, &open.people.access)?;
        // Made as late as can be, so that nobody is let in whose secret was never shown.
        let administrator = if tour.is_none() { first(&open.people.access)? } else { None };
        say_ready(context, addresses, &open, administrator.as_ref());
        // Nobody waits for a page in between: whoever connects now is answered by the bank.
        if let Some(end) = end {
            end();
        }
        let served = network.block_on(async {
            let flight = async {
                match door {
                    Some(door) => door.serve(until_told(told.clone(), running)).await,
                    None => Ok(()),
                }
            };
            let api = async {
                let Some((listener, bank)) = house else { return Ok(()) };
                let routes = doors(&open, &bank, tour);
                let limits = open.config.api.connections();
                let told = until_told(told.clone(), running);
                api::server::serve(bank, listener, open.secured.clone(), limits, routes, told).await
            };
            tokio::join!(flight, api)
        });
        signals.close();
        let _ = caught.join();
        drop(messages);
        network.shutdown_timeout(END_PATIENCE);
        served.0.map_err(|error| flight_failed(&open.config.flight.listen, &error))?;
        served.1.map_err(|error| {
            let what = format!("cannot serve at {}", open.config.api.listen);
            Failure::because(Exit::Failed, what, &error, "see to the system, and start again")
        })
    }

    fn flight_door(&self, listener: TcpListener, open: &Open<'_>, network: &Runtime) -> Done<Door> {
        let _within = network.enter();
        let bank = flight::Bank {
            desks: open.desks.clone(),
            keeper: Arc::new(Keeper(Arc::clone(&open.people.access))),
            looks: Arc::new(open.looks.clone()),
        };
        let limits = Limits {
            queries_max: self.queries_max,
            queries_of_token_max: self.queries_of_token_max.into(),
            stall: self.stall,
        };
        Door::new(listener, bank, limits, open.tls.clone(), open.threads.clone())
            .map_err(|error| flight_failed(&open.config.flight.listen, &error))
    }

    fn tls(&self) -> Done<Option<Tls>> {
        let (Some(certificate), Some(key)) = (&self.tls_cert, &self.tls_key) else {
            return Ok(None);
        };
        Ok(Some(Tls { certificate: read(certificate)?, key: read(key)? }))
    }
}

/// What the doors are opened with.
struct Open<'a> {
    listeners: [Option<TcpListener>; 2],
    config: &'a Config,
    tls: Option<Tls>,
    secured: Option<TlsNow>,
    people: &'a People,
    desks: &'a Desks<Files>,
    looks: &'a Looks,
    notes: &'a NoteKeeper,
    threads: Handle,
    running: &'a Running<Files>,
    handle: Line,
    vault: Option<journal::Vault<Files>>,
    start: Option<api::facts::Start>,
    screens: Option<Arc<dyn api::listed::Screens>>,
}

/// The bank behind the API: its identities, its questions, its bounds.
fn api_bank(
    folder: &Path,
    open: &Open<'_>,
    address: SocketAddr,
    vault: Option<journal::Vault<Files>>,
) -> Done<Arc<api::bank::Bank>> {
    let config = &open.config.api;
    let (desks, max) = (open.desks.clone(), config.queries_max);
    let asking = Questions::new(desks, open.looks.clone(), open.threads.clone(), max);
    let secure = open.secured.is_some();
    let origin = people::origin(config, open.listeners[0].as_ref(), secure);
    let ours = addresses(&origin, address);
    let gate = BankGate::new(Arc::clone(&open.people.access), Arc::new(open.notes.clone()), ours);
    let history = Arc::clone(open.desks.clear.history());
    let facts = machine::facts(folder, config, secure, history, open.start.clone());
    Ok(api::bank::Bank::new(api::bank::Parts {
        facts,
        handle: open.handle.clone(),
        reader: open.running.reader(),
        vault,
        gate: Arc::new(gate),
        asking: Arc::new(asking),
        hooks: Some(Arc::new(open_hooks(folder, open.config)?)),
        bench: Some(rules::bench(folder)?),
        screens: open.screens.clone(),
        traces: open.config.traces.settings(),
        limits: config.limits(),
        log: Arc::new(|line| eprintln!("{line}")),
    }))
}

/// The pages for people, and behind them the API for programs.
fn doors(
    open: &Open<'_>,
    bank: &Arc<api::bank::Bank>,
    tour: Option<pages::house::Tour>,
) -> axum::Router {
    let api = api::doors::router(bank);
    let telephone = open.config.api.telephone.clone();
    pages::routes::routes(&pages::house::House::new(bank, api, telephone, tour))
}

/// An address as passkeys and cookies want it: of a name, not of a number.
fn shown(address: &str) -> String {
    address.replace("127.0.0.1", "localhost")
}

/// Who is told of events.
fn open_hooks(folder: &Path, config: &Config) -> Done<Subscribers> {
    Subscribers::open(&folder.join(WEBHOOKS), config.webhooks.settings()).map_err(|error| {
        let next = "restore the file from a copy, or see docs/formats/webhooks.md";
        Failure::because(Exit::Failed, "the webhooks cannot be opened", &error, next)
    })
}

/// The identities of a bank.
///
/// # Errors
/// Another program has them open; they are damaged; the policies are not right.
pub fn open_access(folder: &Path, origin: &str, notes: Arc<dyn access::Notes>) -> Done<Access> {
    let failed = |error: &access::AccessFailed| {
        let next = "stop whoever has it open, or see docs/formats/access.md";
        Failure::because(Exit::Failed, "the identities of the bank cannot be opened", error, next)
    };
    let policies = Policies::shipped().map_err(|error| failed(&error))?;
    let sample = visitors::are_there(folder);
    let sandbox = visitors::sandbox(folder);
    let settings = access::Settings { sample, sandbox, ..access::Settings::at(origin, "Tongjian") };
    Access::open(&folder.join(ACCESS), settings, policies, notes, now_s())
        .map_err(|error| failed(&error))
}

fn say_ready(
    context: &Context,
    [api, flight]: [Option<SocketAddr>; 2],
    open: &Open<'_>,
    first: Option<&access::OneTimeLink>,
) {
    let entries = open.desks.clear.history().reader().entries();
    let scheme = if open.tls.is_some() { "grpc+tls" } else { "grpc+tcp" };
    let flight = flight.map(|address| format!("{scheme}://{address}"));
    let scheme = if open.secured.is_some() { "https" } else { "http" };
    let api = api.map(|address| format!("{scheme}://{address}"));
    context.out.json(&json!({
        "api": api, "flight_sql": flight, "entries": entries, "administrator": first.map(|link| &link.token),
    }));
    if let Some(api) = &api {
        context.out.line(format_args!("open this in a browser: {}", shown(api)));
        context.out.line(format_args!("serving the API at {api}/api/v1; {entries} entries"));
        context.out.line(format_args!("    {api}/api/v1/reference says what it can"));
    }
    if let Some(flight) = &flight {
        context.out.line(format_args!("serving Flight SQL at {flight}; {entries} entries"));
    }
    if let Some(link) = first {
        say_first(context, link);
    }
}

/// A listener at an address; none if it is empty.
fn listen(address: &str, flag: &str) -> Done<Option<TcpListener>> {
    if address.is_empty() {
        return Ok(None);
    }
    let listener = TcpListener::bind(address).map_err(|error| {
        let next = format!("choose another address with {flag}, or stop who has this one");
        Failure::because(Exit::Failed, format!("cannot serve at {address}"), &error, next)
    })?;
    Ok(Some(listener))
}

fn read(file: &Path) -> Done<Vec<u8>> {
    std::fs::read(file).map_err(|error| {
        let what = format!("cannot read {}", file.display());
        Failure::because(Exit::Usage, what, &error, "name a file in PEM that you may read")
    })
}

/// Threads for the network alone: a query at work keeps no caller from being heard.
fn network() -> Done<Runtime> {
    let built = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    built.map_err(|error| {
        let next = "see to the system's limits";
        Failure::because(Exit::Failed, "no threads for the network", &error, next)
    })
}

/// Something that says when a signal comes, and the thread that waits for one.
fn signals() -> Done<(Signals, watch::Receiver<bool>, JoinHandle<()>)> {
    let mut caught = Caught::new([SIGINT, SIGTERM]).map_err(|error| {
        Failure::because(Exit::Failed, "cannot wait for signals", &error, "see to the system")
    })?;
    let (tell, told) = watch::channel(false);
    let signals = caught.handle();
    let waiting = std::thread::spawn(move || {
        if caught.forever().next().is_some() {
            let _ = tell.send(true);
        }
    });
    Ok((signals, told, waiting))
}

/// Until a signal comes or the bank has stopped by itself.
async fn until_told(mut told: watch::Receiver<bool>, running: &Running<Files>) {
    while !running.has_stopped() {
        let waited = tokio::time::timeout(LOOK_EVERY, told.wait_for(|told| *told)).await;
        if waited.is_ok() {
            return;
        }
    }
}

/// `5s`, `2m` or `500ms`.
fn parse_pause(text: &str) -> Result<Duration, String> {
    let at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number = text[..at].parse::<u64>().ok().filter(|number| (1..=86_400).contains(number));
    let pause = number.and_then(|number| match &text[at..] {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => Some(Duration::from_secs(number * 60)),
        _ => None,
    });
    pause.ok_or_else(|| "write a number and ms, s or m, such as 5s".to_owned())
}

fn flight_failed(address: &str, error: &FlightFailed) -> Failure {
    let next = match error {
        FlightFailed::Listen(_) => "choose another address with --flight, or stop who has this one",
        FlightFailed::Tls(_) => "give a certificate and its own key, both in PEM",
        _ => "see to the system, and start again",
    };
    let what = format!("cannot serve at {address}");
    Failure::because(Exit::Failed, what, error, next)
}

fn stopped(error: &RunFailed) -> Failure {
    let next = "see to the disk, then start again; what was answered is durable";
    Failure::because(Exit::Failed, "the bank has stopped", error, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_has_a_number_and_a_unit() {
        assert_eq!(parse_pause("5s"), Ok(Duration::from_secs(5)));
        assert_eq!(parse_pause("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_pause("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "s", "5", "0s", "5h", "-5s", "5 s", "99999999s"] {
            assert!(parse_pause(wrong).is_err(), "{wrong:?}");
        }
    }
}
