//! The way of every page: who it is, what they typed, what the page says, and how that leaves.

use crate::form::Form;
use crate::house::House;
use crate::parts::frame;
use crate::row::Row;
use crate::served;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit, arrive};
use api::doors::Peer;
use axum::body::Body;
use axum::http::header::{ACCEPT, HeaderValue, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, Response, StatusCode};
use std::sync::Arc;
use tower::ServiceExt;

/// Bytes of a field that may go along in an address.
const ADDRESS_BYTES_MAX: usize = 2_048;

/// The way of a request.
pub async fn answer(house: Arc<House>, row: Arc<Row>, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let reads = parts.method == Method::GET || parts.method == Method::HEAD;
    // A file is not read before it is known who sends it.
    let (form, body) = match (reads, row.takes_file) {
        (true, _) => (Ok(Form::default()), None),
        (false, false) => (Form::of_body(&parts.headers, body).await, None),
        (false, true) => (Ok(Form::default()), Some(body)),
    };
    let (form, mut broken) = match form {
        Ok(form) => (form, None),
        Err(status) => (Form::default(), Some(Trouble::new(status, "form_broken"))),
    };
    let pack = served::may_pack(&parts.headers);
    let path = parts.uri.path().to_owned();
    let named = row.parameters(&path);
    let query = Form::of_query(parts.uri.query().unwrap_or_default());
    let mut visit = arrive(house, &parts.headers, parts.extensions.get::<Peer>()).await;
    (visit.path, visit.query, visit.form, visit.parameters) = (path, query, form, named);
    if let Some(body) = body.filter(|_| visit.me.is_some()) {
        broken = with_file(&mut visit, &parts.headers, body).await.err();
    }
    let said = match broken {
        Some(trouble) => Err(trouble),
        None => tell(&row, &visit, reads).await,
    };
    match said {
        Ok(shown) => respond(visit, shown, pack).await,
        Err(trouble) if trouble.is_stranger() => match long_text(&visit) {
            Some(text) => {
                let title = visit.words.say("sign-in-ended").into_owned();
                let body = frame::signed_out(&visit, text);
                let shown = Shown::Page(trouble.status, title, body);
                respond(visit, shown, pack).await
            }
            None => to_sign_in(visit, reads),
        },
        Err(trouble) => {
            let title = visit.words.say("trouble-title").into_owned();
            let body = frame::trouble(&visit, &trouble);
            respond(visit, Shown::Page(trouble.status, title, body), pack).await
        }
    }
}

/// Reads a form that may have a file in it.
async fn with_file(visit: &mut Visit, headers: &HeaderMap, body: Body) -> Result<(), Trouble> {
    let busy = || Trouble::new(StatusCode::SERVICE_UNAVAILABLE, "busy");
    let place = Arc::clone(&visit.house.uploads).try_acquire_owned().map_err(|_| busy())?;
    let read = Form::with_file(headers, body).await;
    drop(place);
    (visit.form, visit.file) = read.map_err(|status| {
        let large = status == StatusCode::PAYLOAD_TOO_LARGE;
        Trouble::new(status, if large { "file_too_large" } else { "form_broken" })
    })?;
    Ok(())
}

/// What no page is: the API's, or nothing; and whoever reads pages is told so with a page.
pub async fn others(
    house: Arc<House>,
    api: axum::Router,
    request: Request<Body>,
) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let wants = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok());
    let reader =
        wants.is_some_and(|kinds| kinds.contains("text/html")) && !path.starts_with("/api/");
    let headers = request.headers().clone();
    let pack = served::may_pack(&headers);
    let peer = request.extensions().get::<Peer>().cloned();
    let answer = api.oneshot(request).await.unwrap_or_else(|never| match never {});
    if !reader || answer.status() != StatusCode::NOT_FOUND {
        return answer;
    }
    let mut visit = arrive(house, &headers, peer.as_ref()).await;
    visit.path = path;
    let trouble = Trouble::not_found();
    let title = visit.words.say("trouble-title").into_owned();
    let body = frame::trouble(&visit, &trouble);
    respond(visit, Shown::Page(trouble.status, title, body), pack).await
}

async fn tell(row: &Row, visit: &Visit, reads: bool) -> Said {
    if row.signed_in {
        visit.me()?;
    }
    if !reads {
        visit.sure()?;
    }
    if !reads && !visit.form_is_ours() {
        return Err(Trouble::new(StatusCode::FORBIDDEN, "form_token"));
    }
    (row.handler)(visit).await
}

async fn respond(visit: Visit, shown: Shown, pack: bool) -> Response<Body> {
    match shown {
        Shown::Page(status, title, body) => {
            let html = frame::page(&visit, &title, &body);
            served::page(status, html.into_string(), pack)
        }
        Shown::Part(body) => served::page(StatusCode::OK, body.into_string(), pack),
        Shown::Next(path) => next(&path, Vec::new()),
        Shown::NextWith(path, cookies) => next(&path, cookies),
        Shown::File(kind, name, bytes) => served::file(kind, &name, bytes),
        Shown::Stream(response) => response,
    }
}

fn next(path: &str, cookies: Vec<HeaderValue>) -> Response<Body> {
    let mut response = served::page(StatusCode::SEE_OTHER, String::new(), false);
    let headers = response.headers_mut();
    headers.insert(LOCATION, HeaderValue::from_str(path).unwrap_or(HeaderValue::from_static("/")));
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
    response
}

/// What was typed and is too long to go along in an address.
fn long_text(visit: &Visit) -> Option<&str> {
    let fields = visit.form.fields().map(|(_, value)| value);
    fields.max_by_key(|value| value.len()).filter(|value| value.len() > ADDRESS_BYTES_MAX)
}

/// To the sign-in and back, with what was typed.
fn to_sign_in(visit: Visit, reads: bool) -> Response<Body> {
    let typed = if reads { visit.query.as_query() } else { visit.form.as_query() };
    let then = if typed.is_empty() { visit.path } else { format!("{}?{typed}", visit.path) };
    let then = percent_encoding::utf8_percent_encode(&then, percent_encoding::NON_ALPHANUMERIC);
    next(&format!("/sign-in?then={then}"), Vec::new())
}
