//! The table of all pages, and what they stand on. A page that is not in the table does not exist: routes, the crawl and
//! the tests come from its rows.

use crate::desks;
use crate::served::Asset;
use crate::visit::{Said, Visit, answer};
use access::Access;
use api::bank::Bank;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request};
use axum::routing::{MethodFilter, MethodRouter, get, on};
use futures::future::BoxFuture;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use terms::{Day, TimeNs};

/// How long the bank may take to say its name.
const NAME_PATIENCE: Duration = Duration::from_secs(2);

const CSS: &str = include_str!("../assets/app.css");
const JS: &str = include_str!("../assets/app.js");
const CHECK_JS: &str = include_str!("../assets/check.js");

/// What pages stand on.
pub struct House {
    api: Router,
    bank: Arc<Bank>,
    told: OnceLock<Told>,
    /// Answers of late to the questions that figures are made of.
    pub(crate) kept: desks::questions::Kept,
    /// How to reach a person, as it is dialled.
    pub telephone: String,
    /// Somebody's first minutes, in a sample bank.
    pub tour: Option<Tour>,
}

/// What a bank says of itself once.
struct Told {
    name: String,
    utc_offset_min: i16,
}

/// People of a sample bank whom a visitor may be.
#[derive(Clone, Debug, Default)]
pub struct Tour {
    /// Role, name to sign in with, and what they are called.
    pub people: Vec<(String, String, String)>,
}

impl House {
    /// Over a bank and its API.
    pub fn new(bank: &Arc<Bank>, api: Router, telephone: String, tour: Option<Tour>) -> Arc<House> {
        Arc::new(House { api, bank: Arc::clone(bank), told: OnceLock::new(), kept: Default::default(), telephone, tour })
    }

    /// The API.
    pub fn api(&self) -> &Router {
        &self.api
    }

    /// Who may come in.
    pub fn access(&self) -> Option<&Arc<Access>> {
        self.bank.gate.identities()
    }

    /// What the bank is called.
    pub fn name(&self) -> &str {
        self.told.get().map_or("", |told| &told.name)
    }

    /// Learns name and clock from the ledger; once.
    pub async fn learn(&self) {
        if self.told.get().is_some() {
            return;
        }
        let (tell, told) = tokio::sync::oneshot::channel();
        let asked = self.bank.handle.ask_then(
            Instant::now() + NAME_PATIENCE,
            |engine| engine.institution().cloned(),
            // Whoever stopped waiting asks again with the next page.
            move |institution| drop(tell.send(institution)),
        );
        if asked.is_err() {
            return;
        }
        if let Ok(Ok(Some(institution))) = tokio::time::timeout(NAME_PATIENCE, told).await {
            let (name, utc_offset_min) = (institution.name, institution.utc_offset_min);
            let _ = self.told.set(Told { name, utc_offset_min });
        }
    }

    /// The bank's public key as its log has it (C2SP signed-note), or nothing if it cannot be read.
    pub async fn log_key(&self) -> String {
        let bank = Arc::clone(&self.bank);
        let read = tokio::task::spawn_blocking(move || api::doors::log_key(&bank)).await;
        read.ok().flatten().unwrap_or_default()
    }

    /// A moment in UTC on the institution's clock.
    pub fn local(&self, iso: &str) -> String {
        let offset = self.told.get().map_or(0, |told| told.utc_offset_min);
        ns_of(iso).map_or_else(|| iso.to_owned(), |time| time.iso_at(offset))
    }

    /// Today on the institution's clock.
    pub fn today(&self) -> Day {
        api::bank::now().day_at(self.told.get().map_or(0, |told| told.utc_offset_min))
    }
}

/// Seconds from now to a moment in UTC; below zero if it is over.
pub fn seconds_to(iso: &str) -> Option<i64> {
    let at_s = i64::try_from(ns_of(iso)?.0 / 1_000_000_000).ok()?;
    let now_s = i64::try_from(api::bank::now().0 / 1_000_000_000).ok()?;
    Some(at_s - now_s)
}

/// Back from ISO 8601 in UTC, to the second.
fn ns_of(iso: &str) -> Option<TimeNs> {
    let day = Day::parse(iso.get(..10)?).ok()?;
    let part = |from: usize| iso.get(from..from + 2)?.parse::<u64>().ok();
    let seconds = part(11)? * 3_600 + part(14)? * 60 + part(17)?;
    Some(TimeNs(TimeNs::start_of(day).0 + seconds * 1_000_000_000))
}

/// What a page does.
pub type Handler = Box<dyn for<'a> Fn(&'a Visit) -> BoxFuture<'a, Said> + Send + Sync>;

/// One page.
pub struct Row {
    /// `GET` for a page, `POST` for what its form does.
    pub method: Method,
    /// Its path, with parameters in braces.
    pub path: &'static str,
    /// Whether somebody must be signed in.
    pub signed_in: bool,
    /// What it does.
    pub handler: Handler,
}

impl Row {
    /// The values of the parameters of its path.
    pub fn parameters(&self, path: &str) -> Vec<(&'static str, String)> {
        let both = self.path.split('/').zip(path.split('/'));
        let named =
            both.filter_map(|(name, text)| Some((name.strip_prefix('{')?.strip_suffix('}')?, text)));
        let decoded = |text| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        named.map(|(name, text)| (name, decoded(text))).collect()
    }
}

/// A page for everybody.
#[macro_export]
macro_rules! open {
    ($method:ident $path:literal, $handler:path) => {
        $crate::house::Row {
            method: axum::http::Method::$method,
            path: $path,
            signed_in: false,
            handler: Box::new(|visit| Box::pin($handler(visit))),
        }
    };
}

/// A page for whoever is signed in.
#[macro_export]
macro_rules! inside {
    ($method:ident $path:literal, $handler:path) => {
        $crate::house::Row {
            method: axum::http::Method::$method,
            path: $path,
            signed_in: true,
            handler: Box::new(|visit| Box::pin($handler(visit))),
        }
    };
}

/// All pages.
pub fn table() -> Vec<Row> {
    let mut all = desks::rows();
    all.push(open!(GET "/gallery", crate::gallery::show));
    all
}

/// The routes of all pages, with the style and script they use.
pub fn routes(house: &Arc<House>) -> Router {
    let mut paths: BTreeMap<&'static str, MethodRouter> = BTreeMap::new();
    for row in table() {
        let Ok(filter) = MethodFilter::try_from(row.method.clone()) else { continue };
        let (path, row, house) = (row.path, Arc::new(row), Arc::clone(house));
        let handler = move |request: Request<Body>| answer(Arc::clone(&house), Arc::clone(&row), request);
        let methods = paths.remove(path).unwrap_or_default();
        paths.insert(path, methods.merge(on(filter, handler)));
    }
    let mut router = Router::new();
    for (path, methods) in paths {
        router = router.route(path, methods);
    }
    for (path, kind, text) in [
        ("/app.css", "text/css; charset=utf-8", CSS),
        ("/app.js", "text/javascript; charset=utf-8", JS),
        ("/check.js", "text/javascript; charset=utf-8", CHECK_JS),
    ] {
        let asset = Arc::new(Asset::new(kind, text));
        router = router.route(
            path,
            get(move |headers: HeaderMap| {
                let response = asset.served(&headers);
                async move { response }
            }),
        );
    }
    let (api, house) = (house.api().clone(), Arc::clone(house));
    router.fallback(move |request: Request<Body>| crate::visit::others(house.clone(), api.clone(), request))
}
