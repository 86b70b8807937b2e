//! How the bank is, in figures that were measured when somebody asked; and which keys it holds. What cannot be measured is
//! absent, and never made up.

use crate::bank::Bank;
use crate::call::{Call, Reply};
use crate::facts::{Backup, DiskRoom, Start};
use crate::identity::now_s;
use crate::problem::Problem;
use crate::subscribers::HookState;
use crate::table::{Operation, get};
use crate::wire::HookRef;
use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use terms::TimeNs;

const TAG: &str = "health";
const SECOND_NS: u64 = 1_000_000_000;

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        get(
            "/health",
            "show_health",
            TAG,
            "How the bank is: journal, disk, requests, and what went wrong of late",
        )
        .act("metrics.read")
        .gives::<HealthDocument>(
            200,
            "As it was measured just now; what cannot be measured is absent.",
        )
        .by(health),
        get(
            "/keys",
            "list_keys",
            TAG,
            "Which keys the bank signs with, and how old secrets of webhooks are",
        )
        .act("client.read")
        .gives::<KeysDocument>(200, "No secret is among them.")
        .by(keys),
    ]
}

/// The journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JournalHealth {
    /// Entries that are durable.
    pub entries: u64,
    /// Records that they hold.
    pub records: u64,
    /// When the latest record was decided, in UTC.
    pub last_time: String,
    /// Seconds since then.
    pub last_age_s: u64,
    /// Entries that the signed checkpoint covers; absent if none is published.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub published: Option<u64>,
    /// Records that the latest snapshot covers; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub snapshot_records: Option<u64>,
    /// Entries that lie in files of the tables; the tables read the others from the journal.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub in_files: Option<u64>,
}

/// Requests since the bank is served.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RequestHealth {
    /// Answers of the API.
    pub answers: u64,
    /// Answers that say that something is wrong in the bank (5xx).
    pub failed: u64,
    /// Half of the answers went out within so many milliseconds, rounded up to the edge of a class; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub half_within_ms: Option<f64>,
    /// 99 of 100.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub most_within_ms: Option<f64>,
    /// Connections that are open.
    pub connections: u64,
    /// Connections that were turned away because too many were open.
    pub turned_away: u64,
    /// Commands in the line before the one writer.
    pub in_line: usize,
    /// As many may stand there.
    pub in_line_max: usize,
}

/// Webhooks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HookHealth {
    /// All of them.
    pub all: usize,
    /// Those that are told of nothing any more: paused, given up, gone, not allowed or lost.
    pub stopped: usize,
    /// Active ones whose latest attempt failed.
    pub failing: usize,
}

/// Something that went wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IncidentDocument {
    /// When it was last seen, in UTC.
    pub time: String,
    /// What kind of thing, as the log calls it.
    pub event: String,
    /// More about it.
    pub says: String,
    /// How often in a row.
    pub times: u32,
}

/// How the bank is.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct HealthDocument {
    /// The clock of this machine, in UTC.
    pub now: String,
    /// Since when the bank is served, in UTC.
    pub since: String,
    /// The version of the program.
    pub version: String,
    /// The journal.
    pub journal: JournalHealth,
    /// Room on the disk.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub disk: Option<DiskRoom>,
    /// Requests.
    pub requests: RequestHealth,
    /// People who are signed in; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sessions: Option<usize>,
    /// Webhooks; absent where there are none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub webhooks: Option<HookHealth>,
    /// Connections of the API are secured.
    pub secured: bool,
    /// When the API's certificate ends, in UTC.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub certificate_until: Option<String>,
    /// The latest copy that was made with `tj backup` and verified.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub backup: Option<Backup>,
    /// What the start found.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub start: Option<Start>,
    /// What went wrong since the bank is served, the latest first; at most 200.
    pub incidents: Vec<IncidentDocument>,
}

async fn health(call: Call) -> Result<Reply, Problem> {
    let document = call.blocking(|bank| Ok(measured(bank))).await?;
    let entries = document.journal.entries;
    Ok(Reply::json(StatusCode::OK, &document)?.at_entry(entries))
}

fn measured(bank: &Bank) -> HealthDocument {
    let now = crate::bank::now();
    let machine = bank.facts.now();
    let people = bank.gate.identities();
    HealthDocument {
        now: now.iso_at(0),
        since: bank.since.iso_at(0),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        journal: journal_of(bank, now, machine.in_files),
        disk: machine.disk,
        requests: requests_of(bank),
        sessions: people.map(|access| access.session_count(now_s())),
        webhooks: hooks_of(bank),
        secured: machine.secured,
        certificate_until: machine.certificate_until.map(|until| until.iso_at(0)),
        backup: machine.backup,
        start: machine.start,
        incidents: incidents_of(bank),
    }
}

fn journal_of(bank: &Bank, now: TimeNs, in_files: Option<u64>) -> JournalHealth {
    let last = bank.reader.last_time();
    let snapshots = journal::snapshot::list_snapshots(bank.reader.disk()).ok();
    JournalHealth {
        entries: bank.reader.entries(),
        records: bank.reader.records(),
        last_time: last.iso_at(0),
        last_age_s: now.0.saturating_sub(last.0) / SECOND_NS,
        published: bank.reader.published().map(|(checkpoint, _)| checkpoint.size),
        snapshot_records: snapshots.and_then(|all| all.into_iter().max()),
        in_files,
    }
}

fn requests_of(bank: &Bank) -> RequestHealth {
    let totals = &bank.metrics.totals;
    let (in_line, in_line_max) = bank.handle.in_line();
    let within = |thousandths| totals.within_s(thousandths).map(|seconds| seconds * 1_000.0);
    RequestHealth {
        answers: totals.answers(),
        failed: totals.failed(),
        half_within_ms: within(500),
        most_within_ms: within(990),
        connections: u64::try_from(bank.metrics.connections.get()).unwrap_or(0),
        turned_away: bank.metrics.turned_away.get(),
        in_line,
        in_line_max,
    }
}

fn hooks_of(bank: &Bank) -> Option<HookHealth> {
    let kept: Vec<_> = bank.hooks.as_ref()?.all().iter().map(|one| one.kept()).collect();
    let active = kept.iter().filter(|one| one.state == HookState::Active);
    let failing = active.clone().filter(|one| one.failures > 0).count();
    let active = active.count();
    Some(HookHealth { all: kept.len(), stopped: kept.len() - active, failing })
}

fn incidents_of(bank: &Bank) -> Vec<IncidentDocument> {
    let all = bank.incidents.latest().into_iter();
    let told = all.map(|one| IncidentDocument {
        time: one.time.iso_at(0),
        event: one.event,
        says: one.says,
        times: one.times,
    });
    told.collect()
}

/// Keys of the bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct KeysDocument {
    /// The name under which the journal is signed.
    pub origin: String,
    /// The public key of the journal as its log has it (C2SP signed-note); absent if it cannot be read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub log_key: Option<String>,
    /// What it signs with.
    pub algorithm: String,
    /// When the journal that it signs began, in UTC; absent of an empty journal.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since: Option<String>,
    /// Secrets of webhooks.
    pub webhooks: Vec<HookKey>,
}

/// The secret of a webhook, without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct HookKey {
    /// Which webhook.
    pub webhook: HookRef,
    /// Who made it.
    pub owner: String,
    /// When the webhook was made, in UTC.
    pub made: String,
    /// Until when messages are signed with the secret before as well, in UTC; absent if it was not replaced within a day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub replaced_until: Option<String>,
}

async fn keys(call: Call) -> Result<Reply, Problem> {
    let document = call.blocking(|bank| Ok(keys_of(bank))).await?;
    Reply::json(StatusCode::OK, &document)
}

fn keys_of(bank: &Bank) -> KeysDocument {
    let utc = |seconds: u64| TimeNs(seconds.saturating_mul(SECOND_NS)).iso_at(0);
    let hooks = bank.hooks.as_ref().map(|hooks| hooks.all()).unwrap_or_default();
    let hooks = hooks.iter().map(|one| one.kept()).map(|kept| HookKey {
        webhook: kept.id,
        owner: kept.owner.clone(),
        made: utc(kept.since_s),
        replaced_until: kept.secret_before.as_ref().map(|(_, until)| utc(*until)),
    });
    let first = bank.reader.header(0).ok().map(|(header, _)| header.time);
    KeysDocument {
        origin: bank.reader.origin().to_owned(),
        log_key: crate::log::log_key(bank),
        algorithm: "Ed25519".to_owned(),
        since: first.map(|time| time.iso_at(0)),
        webhooks: hooks.collect(),
    }
}
