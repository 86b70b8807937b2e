//! `load < job.json`: sends what the job says as fast as the answers come, or at a rate, and prints what was measured. Requests,
//! with their signatures, are made before the clock starts. At a rate, a latency counts from when the request was due, so that
//! a server that stands still is not spared the requests it kept waiting.

mod made;

use made::{Auth, Wanted};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use serde::Deserialize;
use serde_json::json;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::error::Error;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

type Failed = Box<dyn Error>;

/// What is to be done.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Job {
    address: String,
    /// The header `Host`.
    host: String,
    #[serde(default)]
    tls: Option<Tls>,
    connections: usize,
    seconds: f64,
    /// Seconds at the beginning that do not count.
    warm_seconds: f64,
    /// Requests a second; as fast as the answers come if there is none.
    #[serde(default)]
    rate: Option<f64>,
    auth: Auth,
    wanted: Wanted,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tls {
    authority: String,
    #[serde(default)]
    certificate: Option<String>,
    #[serde(default)]
    key: Option<String>,
    name: String,
}

/// What all connections share.
struct Shared {
    requests: Vec<Vec<u8>>,
    next: Cell<usize>,
    began: Instant,
    end: Instant,
    counts_from: Instant,
    rate: Option<f64>,
}

/// What one connection saw.
#[derive(Default)]
struct Seen {
    latencies_us: Vec<u32>,
    statuses: BTreeMap<u16, u64>,
    failed: u64,
}

fn main() -> Result<(), Failed> {
    let job: Job = serde_json::from_reader(std::io::stdin())?;
    let begun = Instant::now();
    let requests = made::requests(&job.host, &job.auth, &job.wanted)?;
    let made_s = begun.elapsed().as_secs_f64();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = tokio::task::LocalSet::new();
    let (seen, counted_s, sent) = local.block_on(&runtime, run(&job, requests))?;
    let mut latencies: Vec<u32> = seen.iter().flat_map(|one| one.latencies_us.iter().copied()).collect();
    latencies.sort_unstable();
    let mut statuses: BTreeMap<u16, u64> = BTreeMap::new();
    for (status, count) in seen.iter().flat_map(|one| &one.statuses) {
        *statuses.entry(*status).or_default() += count;
    }
    let at = |share: f64| {
        let place = (latencies.len() as f64 * share).ceil() as usize;
        latencies.get(place.saturating_sub(1)).map(|us| f64::from(*us) / 1_000.0)
    };
    println!("{}", json!({
        "answers": latencies.len(), "seconds": counted_s, "per_s": latencies.len() as f64 / counted_s,
        "p50_ms": at(0.5), "p90_ms": at(0.9), "p99_ms": at(0.99), "p999_ms": at(0.999), "max_ms": at(1.0),
        "statuses": statuses, "failed": seen.iter().map(|one| one.failed).sum::<u64>(), "sent": sent, "made_s": made_s,
    }));
    Ok(())
}

/// Everything, and the seconds that count.
async fn run(job: &Job, requests: Vec<Vec<u8>>) -> Result<(Vec<Seen>, f64, usize), Failed> {
    let connector = job.tls.as_ref().map(connector).transpose()?;
    let mut streams = Vec::new();
    for _ in 0..job.connections {
        let stream = TcpStream::connect(&job.address).await?;
        stream.set_nodelay(true)?;
        let stream: Box<dyn Wire> = match (&connector, &job.tls) {
            (Some(connector), Some(tls)) => {
                let name = ServerName::try_from(tls.name.clone())?;
                Box::new(connector.connect(name, stream).await?)
            }
            _ => Box::new(stream),
        };
        streams.push(stream);
    }
    let began = Instant::now();
    let shared = Rc::new(Shared {
        requests,
        next: Cell::new(0),
        began,
        end: began + Duration::from_secs_f64(job.seconds),
        counts_from: began + Duration::from_secs_f64(job.warm_seconds),
        rate: job.rate,
    });
    let tasks: Vec<_> =
        streams.into_iter().map(|stream| tokio::task::spawn_local(talk(stream, Rc::clone(&shared)))).collect();
    let mut seen = Vec::new();
    for task in tasks {
        seen.push(task.await?);
    }
    let counted = Instant::now().min(shared.end.max(shared.counts_from)) - shared.counts_from;
    Ok((seen, counted.as_secs_f64().max(1e-9), shared.next.get()))
}

trait Wire: AsyncRead + AsyncWrite + Unpin {}
impl<T: AsyncRead + AsyncWrite + Unpin> Wire for T {}

/// One connection: a request, its answer, the next.
async fn talk(mut stream: Box<dyn Wire>, shared: Rc<Shared>) -> Seen {
    let mut seen = Seen::default();
    let mut buffer = Vec::with_capacity(64 << 10);
    loop {
        let number = shared.next.get();
        let Some(request) = shared.requests.get(number) else { return seen };
        shared.next.set(number + 1);
        let mut due = Instant::now();
        if let Some(rate) = shared.rate {
            due = shared.began + Duration::from_secs_f64(number as f64 / rate);
            tokio::time::sleep_until(due.into()).await;
        }
        if due >= shared.end {
            return seen;
        }
        let answered = async {
            stream.write_all(request).await?;
            answer(&mut stream, &mut buffer).await
        };
        match answered.await {
            Ok(status) => {
                let now = Instant::now();
                if due >= shared.counts_from && now <= shared.end {
                    let us = (now - due).as_micros();
                    seen.latencies_us.push(u32::try_from(us).unwrap_or(u32::MAX));
                    *seen.statuses.entry(status).or_default() += 1;
                }
            }
            Err(_) => {
                seen.failed += 1;
                return seen;
            }
        }
    }
}

/// The status of one answer; its body is read and dropped.
async fn answer(stream: &mut Box<dyn Wire>, buffer: &mut Vec<u8>) -> std::io::Result<u16> {
    buffer.clear();
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
    let status = head.get(9..12).and_then(|status| status.parse().ok());
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    let (Some(status), Some(length)) = (status, length) else {
        return Err(std::io::Error::other("an answer without status or length"));
    };
    while buffer.len() < end + length {
        if stream.read_buf(buffer).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(status)
}

fn connector(tls: &Tls) -> Result<tokio_rustls::TlsConnector, Failed> {
    let mut roots = rustls::RootCertStore::empty();
    for one in CertificateDer::pem_file_iter(&tls.authority)? {
        roots.add(one?)?;
    }
    let builder = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
    let builder = builder.with_protocol_versions(&[&rustls::version::TLS13])?.with_root_certificates(roots);
    let config = match (&tls.certificate, &tls.key) {
        (Some(certificate), Some(key)) => {
            let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate)?.collect();
            builder.with_client_auth_cert(chain?, PrivateKeyDer::from_pem_file(key)?)?
        }
        _ => builder.with_no_client_auth(),
    };
    Ok(tokio_rustls::TlsConnector::from(Arc::new(config)))
}
