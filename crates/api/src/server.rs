//! The server under the doors: it accepts, bounds what one client can hold, and ends without leaving an accepted payment
//! unanswered. A client that is slow to send its headers or to take its answer is closed; axum's own `serve` would hold it.

use crate::bank::Bank;
use crate::table::Peer;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use rustls::ServerConfig;
use sha2::{Digest, Sha256};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

/// Bounds of connections; every one is in the configuration file.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionLimits {
    /// Open at once.
    pub connections_max: usize,
    /// Open at once from one address.
    pub connections_of_address_max: usize,
    /// For the head of a request, and between requests.
    pub head_patience: Duration,
    /// For a client that takes nothing of its answer.
    pub write_patience: Duration,
    /// For a TLS handshake.
    pub handshake_patience: Duration,
    /// Requests at once on one connection of HTTP/2.
    pub streams_max: u32,
    /// Bytes of a request's head.
    pub head_bytes_max: usize,
    /// For requests that are being answered when the server ends.
    pub end_patience: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> ConnectionLimits {
        ConnectionLimits {
            connections_max: 4_096,
            connections_of_address_max: 1_024,
            head_patience: Duration::from_secs(10),
            write_patience: Duration::from_secs(30),
            handshake_patience: Duration::from_secs(10),
            streams_max: 128,
            head_bytes_max: 32 << 10,
            end_patience: Duration::from_secs(20),
        }
    }
}

/// Gives the certificate of the moment, so that one that was renewed is used without a restart.
pub type TlsNow = Arc<dyn Fn() -> Arc<ServerConfig> + Send + Sync>;

type Stream = Pin<Box<TimeoutStream<TcpStream>>>;

/// Serves until `told`; then answers what was taken and ends.
///
/// # Errors
/// The listener cannot be used.
pub async fn serve(
    bank: Arc<Bank>,
    listener: std::net::TcpListener,
    tls: Option<TlsNow>,
    limits: ConnectionLimits,
    routes: Router,
    told: impl Future<Output = ()>,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let open = Arc::new(Semaphore::new(limits.connections_max));
    let addresses = Arc::new(crate::bank::Addresses::default());
    let graceful = GracefulShutdown::new();
    let hooks = crate::webhooks::start(&bank);
    let traces = bank.tracer.as_ref().and_then(|tracer| tracer.start(Arc::clone(&bank.metrics)));
    let mut told = std::pin::pin!(told);
    let mut tidy = tokio::time::interval(Duration::from_secs(60));
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = tidy.tick() => {
                bank.limiter.forget_quiet();
                continue;
            }
            () = &mut told => break,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            // Out of files, or the peer has gone already: others may still come.
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        let permit = Arc::clone(&open).try_acquire_owned().ok();
        // A trusted proxy has the connections of all its clients.
        let of_address_max = if bank.limits.proxies.trusts(address.ip()) {
            limits.connections_max
        } else {
            limits.connections_of_address_max
        };
        let place = addresses.enter(address.ip(), of_address_max);
        let (Some(permit), Some(place)) = (permit, place) else {
            bank.metrics.turned_away.inc();
            continue;
        };
        let (bank, routes, watcher) = (Arc::clone(&bank), routes.clone(), graceful.watcher());
        let tls = tls.as_ref().map(|now| TlsAcceptor::from(now()));
        tokio::spawn(async move {
            let _held = (permit, place);
            bank.metrics.connections.inc();
            let door = Arc::new(Behind { bank: Arc::clone(&bank), routes });
            connection(stream, address, tls, limits, door, watcher).await;
            bank.metrics.connections.dec();
        });
    }
    drop(listener);
    bank.close();
    let _ = tokio::time::timeout(limits.end_patience, graceful.shutdown()).await;
    if let Some(hooks) = hooks {
        hooks.end().await;
    }
    if let Some(traces) = traces {
        traces.abort();
    }
    Ok(())
}

/// What stands behind a connection.
struct Behind {
    bank: Arc<Bank>,
    routes: Router,
}

/// One connection, to its end.
async fn connection(
    stream: TcpStream,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    limits: ConnectionLimits,
    door: Arc<Behind>,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.write_patience));
    let stream: Stream = Box::pin(stream);
    let mut peer = Peer { address, client: address.ip(), secure: tls.is_some(), certificate: None };
    let Some(tls) = tls else {
        let served = http1(&limits).serve_connection(TokioIo::new(stream), service(door, peer));
        let _ = watcher.watch(served).await;
        return;
    };
    let shaken = tokio::time::timeout(limits.handshake_patience, tls.accept(stream)).await;
    let Ok(Ok(stream)) = shaken else { return };
    let shown = stream.get_ref().1.peer_certificates().and_then(|chain| chain.first());
    peer.certificate = shown.map(|certificate| Sha256::digest(certificate).into());
    let second = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let (stream, service) = (TokioIo::new(stream), service(door, peer));
    if second {
        let _ = watcher.watch(http2(&limits).serve_connection(stream, service)).await;
    } else {
        let _ = watcher.watch(http1(&limits).serve_connection(stream, service)).await;
    }
}

fn service(
    door: Arc<Behind>,
    peer: Peer,
) -> impl hyper::service::Service<
    Request<Incoming>,
    Response = axum::http::Response<Body>,
    Error = std::convert::Infallible,
    Future = impl Future<Output = Result<axum::http::Response<Body>, std::convert::Infallible>> + Send,
> + Clone {
    hyper::service::service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        let client = door.bank.limits.proxies.client(peer.address.ip(), request.headers());
        request.extensions_mut().insert(Peer { client, ..peer.clone() });
        let routes = door.routes.clone();
        async move {
            match crate::heads::refused(&request) {
                Some(answer) => Ok(answer),
                None => routes.oneshot(request).await,
            }
        }
    })
}

/// The version is known before the first byte, by ALPN or for want of it: to wait for a byte that tells it has no end.
fn http1(limits: &ConnectionLimits) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_patience)
        .max_buf_size(limits.head_bytes_max)
        .max_headers(64);
    builder
}

fn http2(limits: &ConnectionLimits) -> http2::Builder<TokioExecutor> {
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams_max)
        .max_header_list_size(u32::try_from(limits.head_bytes_max).unwrap_or(u32::MAX))
        .keep_alive_interval(Some(limits.head_patience))
        .keep_alive_timeout(limits.head_patience);
    builder
}
