//! Pages that tell what changes while somebody looks: server-sent events with the texts that stand on the page. Each look is
//! asked of the API in the name of who looks, so a stream ends after some minutes: a page that lies open keeps nobody
//! signed in.

use crate::ask::Asker;
use crate::house::House;
use crate::visit::{Said, Shown, Visit};
use crate::words::Words;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::http::{Response, StatusCode};
use bytes::Bytes;
use futures::future::BoxFuture;
use serde_json::Value;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// How long a stream lasts.
const LASTS: Duration = Duration::from_secs(600);

/// Who looks, for as long as they do.
#[derive(Clone)]
pub struct Watcher {
    /// The API, in their name.
    pub ask: Asker,
    /// Whose pages these are.
    pub house: Arc<House>,
    /// The words of their language.
    pub words: Words,
}

/// Gives the texts of a page as they are now, each by its name; `None` ends the stream.
pub type Look = fn(Watcher) -> BoxFuture<'static, Option<Value>>;

/// A stream of what a look gives, as often as it gives something else.
///
/// # Errors
/// None; too many who look already is an answer of its own, after which the page stays as it is.
pub fn watch(visit: &Visit, look: Look) -> Said {
    let watcher =
        Watcher { ask: visit.ask.clone(), house: Arc::clone(&visit.house), words: visit.words };
    let Ok(place) = Arc::clone(&visit.house.watchers).try_acquire_owned() else {
        let mut full = Response::new(Body::empty());
        *full.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        return Ok(Shown::Stream(full));
    };
    let first = (watcher, Value::Null, Instant::now(), place);
    let stream =
        futures::stream::unfold(first, move |(watcher, before, began, place)| async move {
            tokio::time::sleep(LOOK_EVERY).await;
            if began.elapsed() > LASTS || watcher.house.closing() {
                return None;
            }
            let now = look(watcher.clone()).await?;
            // What stays the same is not told; a comment keeps the connection open.
            let text = if now == before { ": \n\n".to_owned() } else { format!("data: {now}\n\n") };
            Some((Ok::<_, Infallible>(Bytes::from(text)), (watcher, now, began, place)))
        });
    let mut response = Response::new(Body::from_stream(stream));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(Shown::Stream(api::doors::with_headers(response, "")))
}
