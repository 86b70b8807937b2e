//! What the doors stand on: the line to the one writer, the reader of what is durable, the vault with people's keys, and
//! the gate. Also what a door must remember between requests, all of it bounded or rebuilt from the journal.

use crate::asking::Asking;
use crate::bench::Bench;
use crate::facts::Facts;
use crate::gate::{Caller, Gate};
use crate::incidents::Incidents;
use crate::listed::Screens;
use crate::messages::{Desk, Keeps};
use crate::metrics::Metrics;
use crate::places::Places;
use crate::problem::{Kind, Problem};
use crate::proxies::Proxies;
use crate::subscribers::Subscribers;
use crate::talks::Talks;
use crate::trace::Trace;
use crate::traces::{TraceSettings, Tracer};
use axum::http::StatusCode;
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota};
use journal::vault::{Fields, Unreadable, Vault, decode_fields, encode_fields};
use journal::{Files, Reader};
use node::Handle;
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;
use terms::{Event, Party, PartyId, Refusal, Sealed, TimeNs, TransferId};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bounds of the API; every one is in the configuration file.
#[derive(Clone, Debug)]
pub struct ApiLimits {
    /// How long a request may take in all.
    pub patience: Duration,
    /// Requests a second of one caller, and as many at once.
    pub caller_per_s: NonZeroU32,
    /// Requests a second from one address, and as many at once.
    pub address_per_s: NonZeroU32,
    /// Uploads that are worked on at once.
    pub uploads_max: usize,
    /// Listeners to the stream of events at once.
    pub listeners_max: usize,
    /// Whose word on the address of a client counts.
    pub proxies: Proxies,
    /// Days in which a complaint is answered, as this bank promises; 1 to 90.
    pub complaint_days: u8,
}

impl Default for ApiLimits {
    fn default() -> ApiLimits {
        ApiLimits {
            patience: Duration::from_secs(15),
            caller_per_s: NonZeroU32::new(20_000).unwrap_or(NonZeroU32::MIN),
            address_per_s: NonZeroU32::new(20_000).unwrap_or(NonZeroU32::MIN),
            uploads_max: 4,
            listeners_max: 256,
            proxies: Proxies::default(),
            complaint_days: 15,
        }
    }
}

/// Lines of the log a second about those whom nobody knows.
const STRANGERS_PER_S: NonZeroU32 = match NonZeroU32::new(50) {
    Some(lines) => lines,
    None => NonZeroU32::MIN,
};

/// How many may ask how often.
pub struct Limiter {
    callers: DefaultKeyedRateLimiter<Arc<str>>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limiter {
    fn new(limits: &ApiLimits) -> Limiter {
        Limiter {
            callers: DefaultKeyedRateLimiter::keyed(Quota::per_second(limits.caller_per_s)),
            addresses: DefaultKeyedRateLimiter::keyed(Quota::per_second(limits.address_per_s)),
        }
    }

    /// Counts a request of a caller.
    ///
    /// # Errors
    /// Too many.
    pub fn caller(&self, id: &Arc<str>) -> Result<(), Problem> {
        self.callers.check_key(id).map_err(|_| too_many("your requests"))
    }

    /// Counts a request from an address.
    ///
    /// # Errors
    /// Too many.
    pub fn address(&self, address: IpAddr) -> Result<(), Problem> {
        let counted = self.addresses.check_key(&network_of(address));
        counted.map_err(|_| too_many("requests from your address"))
    }

    /// Forgets those who have been quiet.
    pub fn forget_quiet(&self) {
        self.callers.retain_recent();
        self.addresses.retain_recent();
    }
}

/// What an address counts as: of version 6 the network of its first 64 bits, because whoever has one has all of them.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(four) => four.into(),
        IpAddr::V6(six) => Ipv6Addr::from_bits(six.to_bits() & !0 << 64).into(),
    }
}

fn too_many(what: &str) -> Problem {
    Problem::new(Kind::TooMany, format!("{what} come faster than is allowed")).retry_after_s(1)
}

/// Where a line of the log goes.
pub type LogLine = Arc<dyn Fn(&str) + Send + Sync>;

/// A bank that is open to the API.
pub struct Bank {
    /// The line before the one writer.
    pub handle: Handle,
    /// What is durable.
    pub reader: Reader<Files>,
    /// Who asks and what they may.
    pub gate: Arc<dyn Gate>,
    /// Questions in SQL.
    pub asking: Arc<dyn Asking>,
    /// Bounds.
    pub limits: ApiLimits,
    /// Counts callers.
    pub limiter: Limiter,
    /// Figures for operators.
    pub metrics: Arc<Metrics>,
    /// Traces some requests; `None` for none.
    pub tracer: Option<Tracer>,
    /// Keys that are being worked on, and those that were refused.
    pub keys: Keys,
    /// Uploads that may still begin.
    pub uploads: Arc<Semaphore>,
    /// Listeners that may still come.
    pub listeners: Arc<Semaphore>,
    /// Who is told by webhook; `None` if nobody is.
    pub hooks: Option<Arc<Subscribers>>,
    /// Where risk rules are made; `None` where they are not.
    pub bench: Option<Arc<Bench>>,
    /// The lists of people a bank must not serve; `None` if it has none.
    pub screens: Option<Arc<dyn Screens>>,
    /// Which accounts there are at places of the chart.
    pub places: Places,
    /// What went wrong of late.
    pub incidents: Incidents,
    /// What is known of the machine and of the start.
    pub facts: Facts,
    /// When it was opened.
    pub since: TimeNs,
    /// The vault, unless it is lost.
    vault: Mutex<Option<Vault<Files>>>,
    nobody: Arc<Caller>,
    desk: OnceLock<Desk>,
    /// Who talks to people on phones.
    text: OnceLock<Weak<dyn Talks>>,
    log: LogLine,
    /// Lines of the log about those whom nobody knows.
    strangers: DefaultDirectRateLimiter,
    /// Lines that were left out since the last one.
    unsaid: AtomicU64,
    latest: Mutex<(u64, u64)>,
    closing: AtomicBool,
}

/// What a bank is opened to the API with.
pub struct Parts {
    /// The line before the one writer.
    pub handle: Handle,
    /// What is durable.
    pub reader: Reader<Files>,
    /// The vault, unless it is lost.
    pub vault: Option<Vault<Files>>,
    /// Who asks and what they may.
    pub gate: Arc<dyn Gate>,
    /// Questions in SQL.
    pub asking: Arc<dyn Asking>,
    /// Who is told by webhook; `None` if nobody is.
    pub hooks: Option<Arc<Subscribers>>,
    /// Where risk rules are made; `None` where they are not.
    pub bench: Option<Arc<Bench>>,
    /// The lists of people a bank must not serve; `None` if it has none.
    pub screens: Option<Arc<dyn Screens>>,
    /// Which requests are traced, and who is told; `None` for none.
    pub traces: Option<TraceSettings>,
    /// What is known of the machine and of the start.
    pub facts: Facts,
    /// Bounds.
    pub limits: ApiLimits,
    /// Where the log goes, a JSON line a request.
    pub log: LogLine,
}

impl Bank {
    /// Opens it.
    pub fn new(parts: Parts) -> Arc<Bank> {
        let bank = Arc::new(Bank {
            limiter: Limiter::new(&parts.limits),
            metrics: Arc::new(Metrics::new()),
            tracer: parts.traces.map(Tracer::new),
            keys: Keys::default(),
            uploads: Arc::new(Semaphore::new(parts.limits.uploads_max)),
            listeners: Arc::new(Semaphore::new(parts.limits.listeners_max)),
            handle: parts.handle,
            reader: parts.reader,
            gate: parts.gate,
            asking: parts.asking,
            hooks: parts.hooks,
            bench: parts.bench,
            screens: parts.screens,
            places: Places::default(),
            incidents: Incidents::default(),
            facts: parts.facts,
            since: now(),
            limits: parts.limits,
            vault: Mutex::new(parts.vault),
            nobody: Arc::new(Caller { id: "".into(), party: None, known: Arc::new(()) }),
            desk: OnceLock::new(),
            text: OnceLock::new(),
            log: parts.log,
            strangers: DefaultDirectRateLimiter::direct(Quota::per_second(STRANGERS_PER_S)),
            unsaid: AtomicU64::new(0),
            latest: Mutex::new((0, 0)),
            closing: AtomicBool::new(false),
        });
        let (weak, reader) = (Arc::downgrade(&bank), bank.reader.clone());
        std::thread::spawn(move || learn_refused(&weak, &reader));
        bank
    }

    /// Opens the desk for messages; once.
    pub fn open_desk(&self, desk: Desk) {
        // Whoever comes second changes nothing.
        let _ = self.desk.set(desk);
    }

    /// Opens the door for phones; once. Whoever talks holds the bank, so the bank does not hold them.
    pub fn open_text(&self, talks: Weak<dyn Talks>) {
        // The first stays.
        let _ = self.text.set(talks);
    }

    /// Who talks to people on phones.
    ///
    /// # Errors
    /// Nobody does here.
    pub fn text(&self) -> Result<Arc<dyn Talks>, Problem> {
        let closed =
            || Problem::new(Kind::Unavailable, "nobody talks to phones here").code("closed");
        self.text.get().and_then(Weak::upgrade).ok_or_else(closed)
    }

    /// The desk for messages.
    ///
    /// # Errors
    /// It was not opened.
    pub fn desk(&self) -> Result<&Desk, Problem> {
        let closed = || Problem::new(Kind::Unavailable, "this bank takes no messages");
        self.desk.get().ok_or_else(closed)
    }

    /// Whoever asks for what everybody may know.
    pub fn nobody(&self) -> Arc<Caller> {
        Arc::clone(&self.nobody)
    }

    /// No more is taken: streams end, and whoever asks whether the bank is ready hears no.
    pub fn close(&self) {
        self.closing.store(true, Ordering::SeqCst);
        if let Some(bench) = &self.bench {
            bench.close();
        }
    }

    /// Whether the bank is closing.
    pub fn closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    /// A place for an upload among those that are worked on at once.
    ///
    /// # Errors
    /// There is none.
    pub fn upload_place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        Arc::clone(&self.uploads).try_acquire_owned().map_err(|_| {
            Problem::new(Kind::TooMany, "other uploads are being worked on").retry_after_s(2)
        })
    }

    /// One line of the log: no path, no body, no address, so no personal data.
    pub fn log(
        &self,
        operation: &str,
        status: StatusCode,
        who: &str,
        request: &str,
        trace: &Trace,
        took: Duration,
    ) {
        // Only what is not as it should be is worth a line each; the rest are figures.
        if !status.is_client_error() && !status.is_server_error() {
            return;
        }
        if status.is_server_error() {
            self.incidents.note("answered", &format!("{operation}: {}", status.as_u16()));
        }
        // Strangers cannot fill the disk with lines; figures count every one of them.
        if who.is_empty() && self.strangers.check().is_err() {
            self.unsaid.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let line = serde_json::json!({
            "event": "answered", "operation": operation, "status": status.as_u16(), "who": who,
            "request_id": request, "trace_id": format!("{:032x}", trace.trace),
            "us": u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            "unsaid": self.unsaid.swap(0, Ordering::Relaxed),
        });
        (self.log)(&line.to_string());
    }

    /// Notes that something happened that whoever runs the bank should know of: a line of the log, and an incident.
    pub fn happened(&self, event: &str, says: &str) {
        self.incidents.note(event, says);
        self.say(event, says);
    }

    /// A line of the log.
    pub fn say(&self, event: &str, says: &str) {
        (self.log)(&serde_json::json!({ "event": event, "says": says }).to_string());
    }

    /// One line of the log about a webhook, by its id: no address, no event, so no personal data.
    pub fn log_hook(&self, id: crate::wire::HookRef, owner: &str, says: &str) {
        let line =
            serde_json::json!({ "event": "webhook", "webhook": id, "who": owner, "says": says });
        (self.log)(&line.to_string());
    }

    /// How many entries hold that many records: what an answer that saw them is as of.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn entries_of(&self, records: u64) -> Result<u64, Problem> {
        if records == 0 {
            return Ok(0);
        }
        // Who was answered with the newest needs no walk over headers; both numbers are of one moment if neither moved.
        let entries = self.reader.entries();
        if self.reader.records() == records && self.reader.entries() == entries {
            return Ok(entries);
        }
        let mut latest = self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if latest.0 == records {
            return Ok(latest.1);
        }
        let (entry, _) = self.reader.locate(records - 1).map_err(|why| unreadable(&why))?;
        *latest = (records, entry + 1);
        Ok(entry + 1)
    }

    fn vault(&self) -> MutexGuard<'_, Option<Vault<Files>>> {
        self.vault.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fields sealed under a party's own key, which is made if there is none. Waits for the disk.
    ///
    /// # Errors
    /// The vault is lost or fails.
    pub fn seal_fields(&self, party: PartyId, fields: &Fields) -> Result<Sealed, Problem> {
        self.seal(party, &encode_fields(fields))
    }

    /// Bytes sealed under a party's own key, which is made if there is none. Waits for the disk.
    ///
    /// # Errors
    /// The vault is lost or fails.
    pub fn seal(&self, party: PartyId, bytes: &[u8]) -> Result<Sealed, Problem> {
        let mut vault = self.vault();
        let vault = vault.as_mut().ok_or_else(vault_lost)?;
        vault.ensure_keys(&[party]).map_err(|why| Problem::new(Kind::Failed, why.to_string()))?;
        vault.seal(party, bytes).map_err(|why| Problem::new(Kind::Invalid, why.to_string()))
    }

    /// Who a party is, or why that cannot be read.
    pub fn fields_of(&self, party: &Party) -> Result<Fields, &'static str> {
        let opened = match &*self.vault() {
            Some(vault) => vault.open_sealed(party.id, &party.identity),
            None => return Err("the vault is lost"),
        };
        match opened {
            Ok(bytes) => decode_fields(&bytes).map_err(|_| "the sealed fields are damaged"),
            Err(Unreadable::Erased) => Err("erased"),
            Err(_) => Err("the key is lost"),
        }
    }

    /// Destroys a party's key, once its erasure is durable. Waits for the disk.
    ///
    /// # Errors
    /// The vault is lost or fails; the next start tries again.
    pub fn destroy_key(&self, party: PartyId) -> Result<(), Problem> {
        let mut vault = self.vault();
        let vault = vault.as_mut().ok_or_else(vault_lost)?;
        vault.destroy(party).map_err(|why| Problem::new(Kind::Failed, why.to_string()))
    }
}

impl Keeps for Bank {
    fn prepare(&self, parties: &[PartyId]) {
        if let Some(vault) = self.vault().as_mut() {
            // Whose key cannot be made is told when something is sealed under it.
            let _ = vault.ensure_keys(parties);
        }
    }

    fn seal(&self, party: PartyId, text: &[u8]) -> Result<Sealed, String> {
        Bank::seal(self, party, text).map_err(|problem| problem.detail().to_owned())
    }

    fn open(&self, party: PartyId, sealed: &Sealed) -> Option<Vec<u8>> {
        self.vault().as_ref()?.open_sealed(party, sealed).ok()
    }

    fn refused_at(&self, id: TransferId) -> Option<u64> {
        self.keys.refused(id)
    }

    fn note_refused(&self, id: TransferId, record: u64) {
        self.keys.note_refused(id, record);
    }
}

fn vault_lost() -> Problem {
    Problem::new(Kind::Failed, "the vault with people's keys is lost; money and proofs stand")
}

/// The journal could not be read.
pub fn unreadable(why: &dyn std::fmt::Display) -> Problem {
    Problem::new(Kind::Failed, format!("the journal cannot be read: {why}"))
}

/// Keys under which money moves: which are being worked on, and where the refusal of those that were refused stands.
/// What was done under a key the ledger itself knows for ever.
#[derive(Debug, Default)]
pub struct Keys {
    working: Mutex<HashSet<TransferId>>,
    refused: Mutex<HashMap<TransferId, u64>>,
}

/// Reads what was refused before this start, so that it can be answered again; beside everything else, and only once. A
/// journal that cannot be read is told by whoever reads it next.
fn learn_refused(bank: &Weak<Bank>, reader: &Reader<Files>) {
    for batch in reader.scan(0) {
        let (Ok(batch), Some(bank)) = (batch, bank.upgrade()) else { return };
        if bank.closing() {
            return;
        }
        for (record, (_, bytes)) in (batch.header.first_record..).zip(batch.records()) {
            let Ok(Ok(Event::Transfer(event))) = bytes.map(journal::record::decode) else {
                continue;
            };
            if event.outcome.is_err_and(Refusal::is_transient) {
                bank.keys.note_refused(event.transfer.id, record);
            }
        }
    }
}

/// A key that is being worked on, until this is dropped.
#[derive(Debug)]
pub struct Working<'a> {
    keys: &'a Keys,
    id: TransferId,
}

impl Drop for Working<'_> {
    fn drop(&mut self) {
        self.keys.working.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

impl Keys {
    /// Begins to work on a key.
    ///
    /// # Errors
    /// Somebody does already.
    pub fn begin(&self, id: TransferId) -> Result<Working<'_>, Problem> {
        let mut working = self.working.lock().unwrap_or_else(PoisonError::into_inner);
        if working.insert(id) {
            Ok(Working { keys: self, id })
        } else {
            Err(Problem::new(Kind::InFlight, "a request with this key is not answered yet")
                .retry_after_s(1))
        }
    }

    /// Notes that an id was refused by a record.
    pub fn note_refused(&self, id: TransferId, record: u64) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.entry(id).or_insert(record);
    }

    /// The record that refused an id.
    pub fn refused(&self, id: TransferId) -> Option<u64> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied()
    }
}

/// How many connections each address has.
#[derive(Debug, Default)]
pub struct Addresses(Mutex<HashMap<IpAddr, usize>>);

/// A connection's place among those of its address, until this is dropped.
#[derive(Debug)]
pub struct AddressPlace {
    of: Arc<Addresses>,
    address: IpAddr,
}

impl Addresses {
    /// Takes a place; `None` if the address has all it may have.
    pub fn enter(self: &Arc<Self>, address: IpAddr, max: usize) -> Option<AddressPlace> {
        let address = network_of(address);
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_insert(0);
        if *count >= max {
            return None;
        }
        *count += 1;
        Some(AddressPlace { of: Arc::clone(self), address })
    }
}

impl Drop for AddressPlace {
    fn drop(&mut self) {
        let mut open = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

/// What time it is, for tokens and streams; the ledger has its own.
pub fn now() -> TimeNs {
    use node::Clock;
    node::SystemClock.now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_addresses_of_one_network_share_its_places() {
        let network = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2:3::4"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:10.0.0.1"), network("10.0.0.1"));
        assert_ne!(network("10.0.0.1"), network("10.0.0.2"));
        let open = Arc::new(Addresses::default());
        let first = open.enter("2001:db8::1".parse().unwrap(), 1);
        assert!(first.is_some());
        assert!(open.enter("2001:db8::2".parse().unwrap(), 1).is_none());
        drop(first);
        assert!(open.enter("2001:db8::2".parse().unwrap(), 1).is_some());
    }
}
