//! Sends a message to a receiver: to the very address that was looked up and found allowed, without following redirects, and
//! without reading more of the answer than says how it went.

use super::address::{AddressRules, Target};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{CONTENT_TYPE, HOST, RETRY_AFTER, USER_AGENT};
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;

/// Bytes that are read of an answer; a connection that has more is closed.
const ANSWER_BYTES_MAX: usize = 16 << 10;
/// Names that are looked up at once.
const LOOKUPS_MAX: usize = 16;
/// How long a receiver may ask to be left alone.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 3_600);

/// Sends.
pub struct Poster {
    rules: AddressRules,
    patience: Duration,
    authorities: PathBuf,
    lookups: Arc<Semaphore>,
    tls: OnceLock<Result<Arc<ClientConfig>, String>>,
}

impl fmt::Debug for Poster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poster").field("rules", &self.rules).finish_non_exhaustive()
    }
}

/// A connection to one receiver, kept for the next message to the same place.
#[derive(Debug, Default)]
pub struct Line(Option<(Place, SendRequest<Full<Bytes>>)>);

/// Host, port and whether over TLS.
type Place = (String, u16, bool);

/// How a receiver answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Its status.
    pub status: u16,
    /// How long it wants to be left alone.
    pub retry_after: Option<Duration>,
}

impl Poster {
    /// Sends by these rules.
    pub fn new(rules: AddressRules, patience: Duration, authorities: &Path) -> Poster {
        Poster {
            rules,
            patience,
            authorities: authorities.to_owned(),
            lookups: Arc::new(Semaphore::new(LOOKUPS_MAX)),
            tls: OnceLock::new(),
        }
    }

    /// Sends JSON with some headers, and gives the answer's status.
    ///
    /// # Errors
    /// Says in a sentence why there was no answer.
    pub async fn post(
        &self,
        line: &mut Line,
        url: &str,
        headers: &[(&'static str, String)],
        body: &Bytes,
    ) -> Result<Answered, String> {
        let target = Target::read(url, self.rules)?;
        let sent =
            tokio::time::timeout(self.patience, self.sent(line, &target, headers, body)).await;
        let answered = sent.unwrap_or_else(|_| {
            Err(format!("no answer came within {} s", self.patience.as_secs_f32()))
        });
        if answered.is_err() {
            // What is still on the way must not be taken for the answer to the next one.
            line.0 = None;
        }
        answered
    }

    async fn sent(
        &self,
        line: &mut Line,
        target: &Target,
        headers: &[(&'static str, String)],
        body: &Bytes,
    ) -> Result<Answered, String> {
        let place = (target.host.clone(), target.port, target.secure);
        if let Some((to, mut open)) = line.0.take()
            && to == place
            && open.ready().await.is_ok()
            // A receiver closes a quiet connection when it wants; then a new one is made below.
            && let Ok((answered, open)) = exchange(open, target, headers, body).await
        {
            line.0 = open.map(|open| (place, open));
            return Ok(answered);
        }
        let open = self.connected(target).await?;
        let (answered, open) = exchange(open, target, headers, body).await?;
        line.0 = open.map(|open| (place, open));
        Ok(answered)
    }

    async fn connected(&self, target: &Target) -> Result<SendRequest<Full<Bytes>>, String> {
        let stream = self.dialled(target).await?;
        let _ = stream.set_nodelay(true);
        if !target.secure {
            return shaken(TokioIo::new(stream)).await;
        }
        let name = ServerName::try_from(target.host.clone())
            .map_err(|_| format!("{} is no name for TLS", target.host))?;
        let tls = self.tls.get_or_init(|| client_config(&self.authorities)).clone()?;
        let stream = TlsConnector::from(tls).connect(name, stream).await;
        let stream = stream.map_err(|why| format!("TLS with {}: {why}", target.host))?;
        shaken(TokioIo::new(stream)).await
    }

    /// The receiver's addresses. The system's own way of looking up waits as long as it likes, in a thread; so there are not many
    /// at once, however many webhooks there are.
    async fn looked_up(&self, target: &Target) -> Result<Vec<SocketAddr>, String> {
        let failed = |why: &dyn fmt::Display| format!("{} cannot be looked up: {why}", target.host);
        let place = Arc::clone(&self.lookups).acquire_owned().await.map_err(|why| failed(&why))?;
        let (host, port) = (target.host.clone(), target.port);
        let found = tokio::task::spawn_blocking(move || {
            let _place = place;
            (host.as_str(), port).to_socket_addrs().map(Iterator::collect)
        });
        found.await.map_err(|why| failed(&why))?.map_err(|why: std::io::Error| failed(&why))
    }

    /// A connection to the first address of the receiver's that is allowed and answers.
    async fn dialled(&self, target: &Target) -> Result<TcpStream, String> {
        let found = match target.literal {
            Some(address) => vec![(address, target.port).into()],
            None => self.looked_up(target).await?,
        };
        let mut why = format!("{} has no address", target.host);
        for address in found {
            if target.may_be(address.ip(), self.rules).is_err() {
                // Which one is not said: names of the bank's own network are nobody's business.
                why = format!("{} leads to an address that may not be called", target.host);
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(failed) => why = format!("{} cannot be reached: {failed}", target.host),
            }
        }
        Err(why)
    }
}

async fn shaken<S>(stream: TokioIo<S>) -> Result<SendRequest<Full<Bytes>>, String>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (open, driven) = handshake(stream).await.map_err(|why| format!("no HTTP: {why}"))?;
    // It ends with the sender, or with the connection.
    tokio::spawn(async move {
        let _ = driven.await;
    });
    Ok(open)
}

/// One message and its answer, and the connection if it is good for more.
async fn exchange(
    mut open: SendRequest<Full<Bytes>>,
    target: &Target,
    headers: &[(&'static str, String)],
    body: &Bytes,
) -> Result<(Answered, Option<SendRequest<Full<Bytes>>>), String> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(&target.path)
        .header(HOST, target.host_header())
        .header(CONTENT_TYPE, "application/json")
        .header(USER_AGENT, concat!("tongjian/", env!("CARGO_PKG_VERSION")));
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let request = request.body(Full::new(body.clone())).map_err(|why| why.to_string())?;
    let answer = open.send_request(request).await.map_err(|why| format!("no answer: {why}"))?;
    let status = answer.status().as_u16();
    let retry_after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let retry_after = retry_after.and_then(|text| text.trim().parse().ok());
    let retry_after = retry_after.map(|s| Duration::from_secs(s).min(RETRY_AFTER_MAX));
    let whole = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await.is_ok();
    Ok((Answered { status, retry_after }, whole.then_some(open)))
}

/// Whom the bank believes: the system's authorities and those of the file.
fn client_config(authorities: &Path) -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if !authorities.as_os_str().is_empty() {
        let wrong = |why: &dyn fmt::Display| format!("{}: {why}", authorities.display());
        let all = CertificateDer::pem_file_iter(authorities).map_err(|why| wrong(&why))?;
        for one in all {
            roots.add(one.map_err(|why| wrong(&why))?).map_err(|why| wrong(&why))?;
        }
    }
    if roots.is_empty() {
        return Err(
            "this system has no certificates of authorities; see [webhooks] authorities".to_owned()
        );
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| why.to_string())?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn a_name_that_leads_inside_is_not_dialled() {
        let inside = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = inside.local_addr().unwrap().port();
        // As if it were a stranger's name, which the system's own way of looking up leads to this machine.
        let target = Target {
            host: "localhost".to_owned(),
            port,
            secure: true,
            path: "/".to_owned(),
            literal: None,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let dialled = |rules| {
            let poster = Poster::new(rules, Duration::from_secs(5), Path::new(""));
            runtime.block_on(poster.dialled(&target)).map(|_| ())
        };
        let strict = AddressRules { private_networks: true, loopback: false };
        assert!(dialled(strict).is_err_and(|why| why.contains("may not be called")));
        assert_eq!(dialled(AddressRules { loopback: true, ..strict }), Ok(()));
    }
}
