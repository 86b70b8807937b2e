//! What pages stand on: the bank, its API, and what it says of itself.

use crate::kept::Kept;
use crate::prepared::Waiting;
use crate::words::Lang;
use access::Access;
use api::bank::Bank;
use api::talks::Talks;
use axum::Router;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use terms::{Day, TimeNs};
use tokio::sync::Semaphore;

/// How long the bank may take to say its name.
const NAME_PATIENCE: Duration = Duration::from_secs(2);

/// Files that are read at once, each some megabytes.
const UPLOADS_MAX: usize = 4;
/// Live pages that are looked at, at once.
const WATCHERS_MAX: usize = 256;

/// What pages stand on.
pub struct House {
    api: Router,
    bank: Arc<Bank>,
    told: OnceLock<Told>,
    /// Who talks to people on phones; they hold the house no longer than this does.
    talks: OnceLock<Arc<dyn Talks>>,
    /// Answers of late to the questions that figures are made of.
    pub(crate) kept: Kept,
    /// What tellers prepared for customers.
    pub(crate) prepared: Waiting,
    /// Files that may be read at once.
    pub(crate) uploads: Arc<Semaphore>,
    /// Live pages that may be looked at, at once.
    pub(crate) watchers: Arc<Semaphore>,
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
    /// Who has a phone without an app: the name to sign in with, and the PIN.
    pub phones: Vec<(String, String)>,
    /// An account that none of them ever paid.
    pub stranger: Option<String>,
}

impl House {
    /// Over a bank and its API.
    pub fn new(bank: &Arc<Bank>, api: Router, telephone: String, tour: Option<Tour>) -> Arc<House> {
        Arc::new(House {
            api,
            bank: Arc::clone(bank),
            told: OnceLock::new(),
            talks: OnceLock::new(),
            kept: Kept::default(),
            prepared: Waiting::default(),
            uploads: Arc::new(Semaphore::new(UPLOADS_MAX)),
            watchers: Arc::new(Semaphore::new(WATCHERS_MAX)),
            telephone,
            tour,
        })
    }

    /// The API.
    pub fn api(&self) -> &Router {
        &self.api
    }

    /// Opens the door for phones; once.
    pub fn open_text(&self, talks: Arc<dyn Talks>) {
        self.bank.open_text(Arc::downgrade(&talks));
        // The first stays.
        let _ = self.talks.set(talks);
    }

    /// Who talks to people on phones.
    pub fn talks(&self) -> Option<&Arc<dyn Talks>> {
        self.talks.get()
    }

    /// Who may come in.
    pub fn access(&self) -> Option<&Arc<Access>> {
        self.bank.gate.identities()
    }

    /// What the phone of somebody made up shows now; none in any bank but a sample one.
    pub fn sample_code(&self, name: Option<&str>) -> Option<String> {
        self.tour.as_ref()?;
        self.access()?.sample_code(name?, api::identity::now_s())
    }

    /// Whether the bank is closing.
    pub fn closing(&self) -> bool {
        self.bank.closing()
    }

    /// What the bank is called.
    pub fn name(&self) -> &str {
        self.told.get().map_or("", |told| &told.name)
    }

    /// The same in one language: a name in two is written `中文 / English`.
    pub fn called(&self, lang: Lang) -> &str {
        let name = self.name();
        match (name.split_once(" / "), lang) {
            _ if name.is_empty() => "Tongjian",
            (Some((first, _)), Lang::Zh) => first,
            (Some((_, second)), Lang::En) => second,
            (None, _) => name,
        }
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

    /// How many entries are durable, and the root over them in hexadecimal; public, as every checkpoint of the log is.
    pub fn position(&self) -> (u64, String) {
        let seen = self.bank.reader.size_and_root();
        (seen.size, api::wire::hex(&seen.root))
    }

    /// The business day of the bank; the calendar's where it does not answer.
    pub async fn business_day(&self) -> Day {
        let (tell, told) = tokio::sync::oneshot::channel();
        // Whoever stopped waiting has a day all the same.
        let asked = self.bank.handle.ask_then(
            Instant::now() + NAME_PATIENCE,
            |engine| engine.business_day(),
            move |day| {
                let _ = tell.send(day);
            },
        );
        let day = match asked {
            Ok(()) => {
                tokio::time::timeout(NAME_PATIENCE, told).await.ok().and_then(Result::ok).flatten()
            }
            Err(_) => None,
        };
        day.unwrap_or_else(|| self.today())
    }

    /// A moment in UTC on the institution's clock.
    pub fn local(&self, iso: &str) -> String {
        ns_of(iso).map_or_else(|| iso.to_owned(), |time| time.iso_at(self.utc_offset_min()))
    }

    /// The institution's clock: minutes east of UTC.
    pub fn utc_offset_min(&self) -> i16 {
        self.told.get().map_or(0, |told| told.utc_offset_min)
    }

    /// Today on the institution's clock.
    fn today(&self) -> Day {
        api::bank::now().day_at(self.utc_offset_min())
    }
}

/// Seconds from now to a moment in UTC; below zero if it is over.
pub fn seconds_to(iso: &str) -> Option<i64> {
    let at_s = i64::try_from(ns_of(iso)?.0 / 1_000_000_000).ok()?;
    let now_s = i64::try_from(api::bank::now().0 / 1_000_000_000).ok()?;
    Some(at_s - now_s)
}

/// Seconds from one moment in UTC to another.
pub fn seconds_between(from: &str, to: &str) -> Option<i64> {
    Some(
        i64::try_from(ns_of(to)?.0).ok()? / 1_000_000_000
            - i64::try_from(ns_of(from)?.0).ok()? / 1_000_000_000,
    )
}

/// Back from ISO 8601 in UTC, to the second.
fn ns_of(iso: &str) -> Option<TimeNs> {
    let day = Day::parse(iso.get(..10)?).ok()?;
    let part = |from: usize| iso.get(from..from + 2)?.parse::<u64>().ok();
    let seconds = part(11)? * 3_600 + part(14)? * 60 + part(17)?;
    Some(TimeNs(TimeNs::start_of(day).0 + seconds * 1_000_000_000))
}
