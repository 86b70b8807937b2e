//! The journal's public face: its key, its checkpoint and its tiles at the paths of C2SP tlog-tiles, so that any client or
//! witness of such logs works; receipts of records; and questions in SQL.

use crate::asking::{Answered, Question};
use crate::bank::unreadable;
use crate::call::{Call, Reply};
use crate::gate::{Relations, relation};
use crate::problem::{Kind, Problem};
use crate::table::{Operation, get, post};
use crate::wire::Place;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::http::{Response, StatusCode, Uri};
use journal::Disk;
use proof::tile::Tile;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const TAG: &str = "journal";

/// The operations.
pub fn operations() -> Vec<Operation> {
    vec![
        get(
            "/journal",
            "show_journal",
            TAG,
            "How far the journal is, and under which name it is signed",
        )
        .act("journal.read")
        .gives::<JournalDocument>(200, "Where it stands.")
        .by(show),
        get(
            "/journal/records/{record}/receipt",
            "show_receipt",
            TAG,
            "The receipt of a record: anybody can check it offline, for ever",
        )
        .act("proof.read")
        .gives::<ReceiptDocument>(200, "The receipt.")
        .by(receipt),
        post(
            "/queries",
            "ask_query",
            TAG,
            "Asks in SQL about everything that ever happened; the question becomes an entry",
        )
        .act("query.ask")
        .takes::<QueryOrder>()
        .gives::<Answered>(200, "The answer.")
        .by(ask),
    ]
}

/// Where the journal stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct JournalDocument {
    /// The log's name, as its checkpoints are signed.
    pub origin: String,
    /// How many entries are durable.
    pub entries: u64,
    /// How many records they hold.
    pub records: u64,
    /// The root of the tree over them, in hexadecimal.
    pub root: String,
    /// Where the checkpoint lies.
    pub checkpoint: String,
}

async fn show(call: Call) -> Result<Reply, Problem> {
    let reader = &call.bank.reader;
    let seen = reader.size_and_root();
    let document = JournalDocument {
        origin: reader.origin().to_owned(),
        entries: seen.size,
        records: reader.records(),
        root: crate::wire::hex(&seen.root),
        checkpoint: "/log/checkpoint".to_owned(),
    };
    Ok(Reply::json(StatusCode::OK, &document)?.at_entry(seen.size))
}

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ReceiptDocument {
    /// Where the record stands.
    pub journal: Place,
    /// The receipt as text; `tj receipt verify` checks it, and docs/formats/proofs.md says how anybody can.
    pub receipt: String,
}

async fn receipt(call: Call) -> Result<Reply, Problem> {
    let record: u64 = call.path("record", str::parse)?;
    let records = call.bank.reader.records();
    let missing = || Problem::missing(format_args!("record {record}"));
    if record >= records {
        return Err(missing());
    }
    if !call.relations.meets(Relations::STRANGER) && !concerns(&call, record).await? {
        call.denied(None);
        return Err(missing());
    }
    let place = call
        .blocking(move |bank| {
            let (entry, row) = bank.reader.locate(record).map_err(|why| unreadable(&why))?;
            Ok(Place { record, entry, row })
        })
        .await?;
    let receipt = crate::payments::receipt(&call, place).await?;
    Ok(Reply::json(StatusCode::OK, &ReceiptDocument { journal: place, receipt })?
        .at_entry(place.entry + 1))
}

/// Whether a record is about an account that is the caller's own: its receipt holds the whole record.
async fn concerns(call: &Call, record: u64) -> Result<bool, Problem> {
    let accounts = call
        .blocking(move |bank| {
            let (event, place) = crate::payments::recorded(bank, record)?;
            crate::events::accounts_of(bank, &event, place)
        })
        .await?;
    let (party, allowed) = (call.who.party, call.relations);
    call.ask(move |engine| {
        accounts.iter().any(|account| relation(engine, party, *account).meets(allowed))
    })
    .await
}

/// A question.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueryOrder {
    /// One SELECT over the tables of docs/tables.md.
    #[schemars(length(min = 1, max = 65_536))]
    pub sql: String,
    /// As of that many entries; of now unless given.
    #[serde(default)]
    #[schemars(range(min = 1))]
    pub as_of: Option<u64>,
    /// Rows at most; 1,000 unless given.
    #[serde(default)]
    #[schemars(range(min = 1, max = 10_000))]
    pub limit: Option<usize>,
}

async fn ask(call: Call) -> Result<Reply, Problem> {
    let order: QueryOrder = call.json()?;
    let rows_max = order.limit.unwrap_or(1_000);
    if !(1..=10_000).contains(&rows_max) {
        return Err(Problem::field("/limit", "1 to 10000"));
    }
    if order.as_of == Some(0) {
        return Err(Problem::field("/as_of", "1 or more: how many entries the answer may rest on"));
    }
    if order.sql.is_empty() || order.sql.len() > 65_536 {
        return Err(Problem::field("/sql", "1 to 65536 bytes"));
    }
    let asker = call.who.id.to_string();
    let personal = call.bank.gate.sees_personal(&call.who);
    let question = Question { text: order.sql, as_of: order.as_of, rows_max, asker, personal };
    let answered =
        tokio::time::timeout_at(call.deadline.into(), call.bank.asking.ask(question)).await;
    let answered = answered.map_err(|_| {
        Problem::new(Kind::Unavailable, "the question takes longer than a request may")
            .code("too_slow")
    })??;
    let entry = answered.as_of;
    Ok(Reply::json(StatusCode::OK, &answered)?.at_entry(entry))
}

/// The bank's public key as a line of text; nothing if it cannot be read. Waits for the disk.
pub fn log_key(bank: &crate::bank::Bank) -> Option<String> {
    let bytes = bank.reader.disk().read_whole(journal::keys::LOG_PUB).ok().flatten()?;
    String::from_utf8(bytes).ok().map(|text| text.trim().to_owned())
}

/// A file of the log, at its path below `/log/`. Everybody may read all of it: it holds hashes and nothing else.
pub async fn file(State(bank): State<Arc<crate::bank::Bank>>, uri: Uri) -> Response<Body> {
    let path = uri.path().strip_prefix("/log/").unwrap_or_default().to_owned();
    let (kind, keep) = match path.as_str() {
        "checkpoint" => ("text/plain; charset=utf-8", "no-cache"),
        "key" => ("text/plain; charset=utf-8", "no-cache"),
        tile if Tile::parse(tile).is_some() || tile.starts_with("tile/entries/") => {
            // A tile never changes once it is there.
            ("application/octet-stream", "public, max-age=31536000, immutable")
        }
        _ => return crate::table::not_found_at(&uri),
    };
    let name =
        if path == "key" { journal::keys::LOG_PUB.to_owned() } else { format!("log/{path}") };
    let safe = !name.contains("..") && !name.contains("//");
    let read = tokio::task::spawn_blocking(move || {
        if safe { bank.reader.disk().read_whole(&name).ok().flatten() } else { None }
    })
    .await;
    let Ok(Some(bytes)) = read else { return crate::table::not_found_at(&uri) };
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    crate::table::with_headers(response, "")
}
