//! The door for everybody's tools: Arrow Flight SQL. A call passes the `gate` (who is it?), a query is
//! understood in `asking` and given a `ticket`, and runs in `running`, which records who looked before it
//! gives away the end; `listing` says what there is to ask; `service` is the protocol's list of calls.
//! Nothing here changes the bank.

mod words;
mod parameters;
mod ticket;
mod desk;
mod running;
mod listing;
mod asking;
mod service;
mod gate;

pub use asking::AS_OF_HEADER;

use crate::keeper::Doorkeeper;
use crate::looks::LookLog;
use arrow_flight::flight_service_server::FlightServiceServer;
use asking::Service;
use desk::Both;
use gate::Gate;
use history::{Desk, Disk};
use listing::Listing;
use running::{Bounds, Queries};
use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;
use ticket::Sealer;
use tokio::runtime::Handle;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Identity, Server, ServerTlsConfig};

/// Bytes of a message from a client: a query's text, or parameters.
const REQUEST_BYTES_MAX: usize = 4 << 20;
/// Bytes of a message to a client: a row that is larger than the usual message is sent whole.
const ANSWER_BYTES_MAX: usize = 64 << 20;
/// Bytes of a call's headers.
const HEADER_BYTES_MAX: u32 = 16 << 10;
/// Calls of one connection at a time.
const CALLS_MAX: u32 = 64;
/// How long a call may take until its answer begins.
const START_PATIENCE: Duration = Duration::from_secs(120);
/// A connection over which nothing comes for so long is asked whether anybody is there.
const PING_AFTER: Duration = Duration::from_secs(20);
/// And closed if nobody says so within this.
const PING_PATIENCE: Duration = Duration::from_secs(20);
/// A connection is renewed after so long; what runs over it comes to its end first.
const CONNECTION_AGE: Duration = Duration::from_secs(3_600);
/// How long the handshake of a secure connection may take.
const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(10);
/// How long connections may take to close when the server stops.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);

/// Bounds of the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Queries that run at once.
    pub queries_max: u32,
    /// Queries of one caller that run at once.
    pub queries_of_token_max: usize,
    /// How long rows wait for a client that does not take them before its query is ended.
    pub stall: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { queries_max: 16, queries_of_token_max: 4, stall: Duration::from_secs(60) }
    }
}

/// A certificate and its key, both in PEM.
#[derive(Clone)]
pub struct Tls {
    /// The certificate, and those it rests on.
    pub certificate: Vec<u8>,
    /// Its private key.
    pub key: Vec<u8>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").finish_non_exhaustive()
    }
}

/// Why the door does not open, or closed by itself.
#[derive(Debug)]
pub enum FlightFailed {
    /// The address cannot be listened at.
    Listen(std::io::Error),
    /// Certificate or key cannot be used.
    Tls(tonic::transport::Error),
    /// The system has no randomness.
    Entropy,
    /// What can be asked cannot be listed.
    Listing(arrow_flight::error::FlightError),
    /// The server ended by itself.
    Serve(tonic::transport::Error),
}

impl fmt::Display for FlightFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FlightFailed::Listen(_) => "the address cannot be listened at",
            FlightFailed::Tls(_) => "the certificate or its key cannot be used",
            FlightFailed::Entropy => "the system has no randomness",
            FlightFailed::Listing(_) => "what can be asked cannot be listed",
            FlightFailed::Serve(_) => "the server ended by itself",
        })
    }
}

impl std::error::Error for FlightFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            FlightFailed::Listen(source) => Some(source),
            FlightFailed::Tls(source) | FlightFailed::Serve(source) => Some(source),
            FlightFailed::Listing(source) => Some(source),
            FlightFailed::Entropy => None,
        }
    }
}

/// The same history twice: for those who see personal data, and for those who do not.
pub struct Desks<D: Disk> {
    /// Personal data is not there.
    pub masked: Arc<Desk<D>>,
    /// It is in clear.
    pub clear: Arc<Desk<D>>,
}

impl<D: Disk> Clone for Desks<D> {
    fn clone(&self) -> Desks<D> {
        Desks { masked: Arc::clone(&self.masked), clear: Arc::clone(&self.clear) }
    }
}

impl<D: Disk> Desks<D> {
    /// The desk for somebody.
    pub fn of(&self, personal: bool) -> &Arc<Desk<D>> {
        if personal { &self.clear } else { &self.masked }
    }
}

impl<D: Disk> fmt::Debug for Desks<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desks").field("masked", &self.masked).finish_non_exhaustive()
    }
}

/// What the door needs from the bank.
pub struct Bank<D: Disk> {
    /// Take the questions.
    pub desks: Desks<D>,
    /// Says who may ask.
    pub keeper: Arc<dyn Doorkeeper>,
    /// Keeps who asked.
    pub looks: Arc<dyn LookLog>,
}

impl<D: Disk> fmt::Debug for Bank<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bank").field("desks", &self.desks).finish_non_exhaustive()
    }
}

/// A door that is ready to be opened.
pub struct Door {
    gate: Gate,
    queries: Arc<Queries>,
    incoming: TcpIncoming,
    address: SocketAddr,
    tls: Option<Tls>,
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Door {
    /// Takes the address; whoever knocks waits until [`Door::serve`]. Queries will work on `threads`, which
    /// are best not those that serve, so that no query keeps a caller from being heard. To be called from
    /// within the threads that serve.
    ///
    /// # Errors
    /// The address is taken; no randomness.
    pub fn new<D: Disk>(
        listener: TcpListener,
        bank: Bank<D>,
        limits: Limits,
        tls: Option<Tls>,
        threads: Handle,
    ) -> Result<Door, FlightFailed> {
        let address = listener.local_addr().map_err(FlightFailed::Listen)?;
        listener.set_nonblocking(true).map_err(FlightFailed::Listen)?;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(FlightFailed::Listen)?;
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let bounds = Bounds {
            queries_max: limits.queries_max,
            queries_of_asker_max: limits.queries_of_token_max,
            stall: limits.stall,
        };
        let queries = Queries::new(bounds, bank.looks, threads);
        let sealer = Sealer::new().ok_or(FlightFailed::Entropy)?;
        let listing = Listing::new().map_err(FlightFailed::Listing)?;
        let Desks { masked, clear } = bank.desks;
        let desks = Both { masked, clear };
        let service = Service::new(desks, Arc::clone(&queries), sealer, listing);
        let gate = Gate { service, keeper: bank.keeper };
        Ok(Door { gate, queries, incoming, address, tls })
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many answers are being worked on: a gauge.
    pub fn working(&self) -> Arc<AtomicUsize> {
        self.queries.working()
    }

    /// Serves until `stop`; then running queries are ended, and all that was looked at is recorded.
    ///
    /// # Errors
    /// Certificate or key; the network.
    pub async fn serve(self, stop: impl Future<Output = ()> + Send) -> Result<(), FlightFailed> {
        let mut server = Server::builder()
            .timeout(START_PATIENCE)
            .max_concurrent_streams(CALLS_MAX)
            .http2_keepalive_interval(Some(PING_AFTER))
            .http2_keepalive_timeout(Some(PING_PATIENCE))
            .http2_max_header_list_size(HEADER_BYTES_MAX)
            .max_connection_age(CONNECTION_AGE);
        if let Some(Tls { certificate, key }) = self.tls {
            let tls = ServerTlsConfig::new().identity(Identity::from_pem(certificate, key));
            let tls = tls.timeout(HANDSHAKE_PATIENCE);
            server = server.tls_config(tls).map_err(FlightFailed::Tls)?;
        }
        let flight = FlightServiceServer::new(self.gate)
            .max_decoding_message_size(REQUEST_BYTES_MAX)
            .max_encoding_message_size(ANSWER_BYTES_MAX);
        let (queries, (stopping, stopped)) = (self.queries, tokio::sync::oneshot::channel());
        let shutting = Arc::clone(&queries);
        let stop = async move {
            stop.await;
            shutting.shut().await;
            let _ = stopping.send(());
        };
        let serving = server.add_service(flight).serve_with_incoming_shutdown(self.incoming, stop);
        let closing = async move {
            let _ = stopped.await;
            tokio::time::sleep(CLOSE_PATIENCE).await;
        };
        let served = tokio::select! {
            served = serving => served.map_err(FlightFailed::Serve),
            // Clients that do not close are left behind; nothing of theirs runs any more.
            () = closing => Ok(()),
        };
        // Also when the server ended by itself.
        queries.shut().await;
        served
    }
}
