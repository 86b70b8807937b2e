//! `tj serve`: the bank at work, with its door for everybody's tools open. Queries run on their own threads,
//! sealed segments become files beside them, and every query is an entry of the journal before its asker has
//! all of its answer. Ctrl-C or SIGTERM end it: queries are stopped and recorded, and the bank is closed.

mod looks;

use super::Context;
use super::query::Bounds;
use super::token::tokens_failed;
use crate::fail::{Done, Exit, Failure};
use crate::roller::Roller;
use crate::tables::{self, Tables};
use channels::flight::{self, Door, FlightFailed, Limits, Tls};
use channels::tokens::Tokens;
use history::{Desk, History};
use journal::Files;
use looks::Looks;
use node::{Clock, RunFailed, RunOptions, Running, SystemClock};
use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::{Handle as Signals, Signals as Caught};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;

/// How often it is looked whether the bank has stopped by itself.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How long threads may take to end.
const END_PATIENCE: Duration = Duration::from_secs(5);

/// Serve the tables to everybody's tools.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Who may ask: `tj token add NAME`. The token goes into `authorization: Bearer TOKEN`, \
    or name and token\ninto a client's fields for user and password. See docs/tables.md for what to ask."
)]
pub struct Serve {
    /// Where Flight SQL is served.
    #[arg(long, default_value = "127.0.0.1:5005", value_name = "ADDRESS")]
    flight: SocketAddr,
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
    /// Queries of one token that run at once.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..))]
    queries_of_token_max: u16,
    /// A query whose rows nobody takes for so long is ended, such as 60s.
    #[arg(long, default_value = "60s", value_parser = parse_pause, value_name = "TIME")]
    stall: Duration,
    #[command(flatten)]
    bounds: Bounds,
}

impl Serve {
    /// Does it, until it is told to stop.
    ///
    /// # Errors
    /// The address, the certificate, the bank; or the bank stopped by itself.
    pub fn run(self, context: &Context) -> Done {
        let tls = self.tls()?;
        let tokens = Arc::new(Tokens::of_bank(&context.dir));
        let callers = tokens.all().map_err(|error| tokens_failed(&error))?.len();
        let mut bank = context.bank()?;
        let (tables, _) =
            Tables::open_on(tables::runtime_behind()?, &bank, &context.dir, self.bounds.limits())?;
        let Tables { runtime: threads, desk } = tables;
        let desk = Arc::new(desk);
        let listener = self.listen()?;
        let (running, handle) = bank.node.run(SystemClock, RunOptions::default());
        let looks = Looks::start(handle);
        let roller = Roller::start(Arc::clone(desk.history()), self.roll_every);
        let served = self.serve(
            context,
            Open {
                listener,
                tls,
                tokens,
                callers,
                desk: &desk,
                looks: &looks,
                threads: threads.handle().clone(),
                running: &running,
            },
        );
        threads.shutdown_timeout(END_PATIENCE);
        looks.end();
        roller.end();
        bank.node = running.stop().map_err(|error| stopped(&error))?;
        bank.close()?;
        served?;
        context.out.line("closed");
        Ok(())
    }

    /// Opens the door, and closes it when it is time.
    fn serve(&self, context: &Context, open: Open<'_>) -> Done {
        let network = network()?;
        let door = {
            let _within = network.enter();
            Door::new(
                open.listener,
                flight::Bank {
                    desk: Arc::clone(open.desk),
                    tokens: open.tokens,
                    looks: Arc::new(open.looks.clone()),
                    clock: Arc::new(|| SystemClock.now()),
                },
                Limits {
                    queries_max: self.queries_max,
                    queries_of_token_max: self.queries_of_token_max.into(),
                    stall: self.stall,
                },
                open.tls,
                open.threads,
            )
            .map_err(|error| flight_failed(self.flight, &error))?
        };
        let (signals, told, caught) = signals()?;
        self.say_ready(context, door.address(), open.callers, open.desk.history());
        let served = network.block_on(door.serve(until_told(told, open.running)));
        signals.close();
        let _ = caught.join();
        network.shutdown_timeout(END_PATIENCE);
        served.map_err(|error| flight_failed(self.flight, &error))
    }

    fn say_ready(
        &self,
        context: &Context,
        address: SocketAddr,
        callers: usize,
        history: &History<Files>,
    ) {
        let scheme = if self.tls_cert.is_some() { "grpc+tls" } else { "grpc+tcp" };
        let uri = format!("{scheme}://{address}");
        let entries = history.reader().entries();
        context.out.json(&json!({ "flight_sql": uri, "tokens": callers, "entries": entries }));
        context.out.line(format_args!("serving Flight SQL at {uri}; {entries} entries"));
        if callers == 0 {
            context.out.line("nobody may ask yet; `tj token add NAME` makes a token, now or later");
        }
    }

    fn tls(&self) -> Done<Option<Tls>> {
        let (Some(certificate), Some(key)) = (&self.tls_cert, &self.tls_key) else {
            if self.flight.ip().is_loopback() || self.insecure {
                return Ok(None);
            }
            let what =
                format!("{} is open to other machines, and there is no certificate", self.flight);
            let next = "give --tls-cert and --tls-key, or serve at 127.0.0.1; --insecure serves in clear all the same";
            return Err(Failure::usage(what, next));
        };
        Ok(Some(Tls { certificate: read(certificate)?, key: read(key)? }))
    }

    fn listen(&self) -> Done<TcpListener> {
        TcpListener::bind(self.flight)
            .map_err(|error| flight_failed(self.flight, &FlightFailed::Listen(error)))
    }
}

/// What the door is opened with.
struct Open<'a> {
    listener: TcpListener,
    tls: Option<Tls>,
    tokens: Arc<Tokens>,
    callers: usize,
    desk: &'a Arc<Desk<Files>>,
    looks: &'a Looks,
    threads: Handle,
    running: &'a Running<Files>,
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
fn signals() -> Done<(Signals, oneshot::Receiver<()>, JoinHandle<()>)> {
    let mut caught = Caught::new([SIGINT, SIGTERM]).map_err(|error| {
        Failure::because(Exit::Failed, "cannot wait for signals", &error, "see to the system")
    })?;
    let (tell, told) = oneshot::channel();
    let signals = caught.handle();
    let waiting = std::thread::spawn(move || {
        if caught.forever().next().is_some() {
            let _ = tell.send(());
        }
    });
    Ok((signals, told, waiting))
}

/// Until a signal comes or the bank has stopped by itself.
async fn until_told(mut told: oneshot::Receiver<()>, running: &Running<Files>) {
    while !running.has_stopped() {
        if tokio::time::timeout(LOOK_EVERY, &mut told).await.is_ok() {
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

fn flight_failed(address: SocketAddr, error: &FlightFailed) -> Failure {
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
