//! What is served while a sample bank is still being made: how far it is, live, so that whoever started it has a page at once.

use crate::figures;
use crate::look::Look;
use crate::parts::frame::head;
use crate::served::{self, Asset};
use crate::words::{Words, text};
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, Request, Response, StatusCode};
use bytes::Bytes;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use maud::{DOCTYPE, Markup, html};
use std::net::TcpListener;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

/// How often a page that watches hears of it.
const TELL_EVERY: Duration = Duration::from_millis(500);
/// For the head of a request.
const HEAD_PATIENCE: Duration = Duration::from_secs(5);

/// How far it is.
#[derive(Debug, Default)]
pub struct Gauges {
    /// Movements of money that are meant.
    pub meant: AtomicU64,
    /// Movements that were done.
    pub done: AtomicU64,
    /// Requests that were refused.
    pub refused: AtomicU64,
    /// Records of the journal.
    pub records: AtomicU64,
    /// Whether everything is posted, and is being verified.
    pub verifying: AtomicU64,
}

impl Gauges {
    fn get(of: &AtomicU64) -> String {
        figures::number(of.load(Ordering::Relaxed))
    }

    fn stage(&self, words: Words) -> String {
        let verifying = self.verifying.load(Ordering::Relaxed) != 0;
        words.say(if verifying { "filling-verifying" } else { "filling-posting" }).into_owned()
    }
}

/// Serves it until it is dropped.
///
/// # Errors
/// The listener cannot be used.
pub async fn serve(listener: TcpListener, gauges: Arc<Gauges>) -> std::io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let gauges = Arc::clone(&gauges);
        tokio::spawn(async move {
            let service = service_fn(move |request: Request<Incoming>| {
                let gauges = Arc::clone(&gauges);
                async move { Ok::<_, std::convert::Infallible>(answer(&gauges, &request)) }
            });
            let mut builder = http1::Builder::new();
            builder.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
            // Whoever goes away early is no matter.
            let _ = builder.serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

static STYLE: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("text/css; charset=utf-8", served::DESK_CSS));
static SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("text/javascript; charset=utf-8", served::DESK_JS));

fn answer(gauges: &Arc<Gauges>, request: &Request<Incoming>) -> Response<Body> {
    match request.uri().path() {
        "/desk.css" => STYLE.served(request.headers()),
        "/desk.js" => SCRIPT.served(request.headers()),
        "/filling" => told(gauges, Words(Look::of(request.headers()).lang)),
        _ => {
            let pack = served::may_pack(request.headers());
            served::page(StatusCode::OK, page(gauges, request.headers()).into_string(), pack)
        }
    }
}

/// Server-sent events with the figures.
fn told(gauges: &Arc<Gauges>, words: Words) -> Response<Body> {
    let gauges = Arc::clone(gauges);
    let stream = futures::stream::unfold((), move |()| {
        let gauges = Arc::clone(&gauges);
        async move {
            tokio::time::sleep(TELL_EVERY).await;
            let said = serde_json::json!({
                "done": Gauges::get(&gauges.done), "refused": Gauges::get(&gauges.refused), "records": Gauges::get(&gauges.records),
                "stage": gauges.stage(words),
            });
            Some((Ok::<_, std::convert::Infallible>(Bytes::from(format!("data: {said}\n\n"))), ()))
        }
    });
    let mut response = Response::new(Body::from_stream(stream));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn page(gauges: &Gauges, headers: &HeaderMap) -> Markup {
    let look = Look::of(headers);
    let words = Words(look.lang);
    let meant = Gauges::get(&gauges.meant);
    let rows = [
        ("filling-done", "done", Gauges::get(&gauges.done)),
        ("filling-refused", "refused", Gauges::get(&gauges.refused)),
        ("filling-records", "records", Gauges::get(&gauges.records)),
    ];
    html! {
        (DOCTYPE)
        html lang=(look.lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                title { (words.say("filling-title")) }
                link rel="icon" href="data:,";
                link rel="stylesheet" href="/desk.css";
            }
            body data-stream="/filling" data-then="/" {
                header.bar { div.wrap { span.brand { span.seal aria-hidden="true" lang="zh-CN" { "鉴" } span { b { "Tongjian" } small { (words.say("brand")) } } } } }
                main.wrap #main {
                    (head(&words.say("filling-title"), &words.with("filling-says", &[("meant", text(meant))])))
                    p.say { strong data-live="stage" { (gauges.stage(words)) } }
                    dl.figs { @for (word, name, value) in rows { div { dt { (words.say(word)) } dd.v data-live=(name) { (value) } } } }
                    p { button.btn type="button" data-pause hidden aria-pressed="false" { (words.say("pause")) } " " a.btn href="/" { (words.say("look-again")) } }
                }
                script type="module" src="/desk.js" {}
            }
        }
    }
}
