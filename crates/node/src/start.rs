//! How a bank comes up: recover the journal, restore a snapshot whose hash the journal vouches for,
//! replay the rest, build the views. And how its state is put down for the next start.

use crate::admission;
use crate::turn::{Committer, Node, TurnFailed, Writer};
use crate::views::Views;
use engine::Engine;
use journal::snapshot;
use journal::{Disk, Journal, OpenFailed, Options, PublishFailed, ReadFailed, Recovered};
use proof::SignerKey;
use std::fmt;
use std::io;
use std::sync::{Arc, RwLock};
use terms::{Command, Event, SnapshotMark, TimeNs};

/// Snapshots kept: the newest, and one before it for the case that the newest cannot be trusted.
const SNAPSHOTS_KEPT: usize = 2;

/// How a node is run.
#[derive(Clone, Copy, Debug, Default)]
pub struct NodeOptions {
    /// How the journal is kept.
    pub journal: Options,
    /// Replay everything, even where a snapshot could be trusted.
    pub ignore_snapshots: bool,
}

/// What a start found and did.
#[derive(Clone, Debug)]
pub struct Started {
    /// What the journal says of its end.
    pub recovered: Recovered,
    /// The snapshot it began from.
    pub snapshot: SnapshotUse,
    /// Records replayed after that.
    pub replayed: u64,
}

/// Whether a snapshot was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotUse {
    /// There is none, or none was wanted.
    None,
    /// The state after that many records came from a snapshot.
    Restored(u64),
    /// There are some, and none could be trusted; everything was replayed.
    Distrusted(String),
}

/// Why a bank does not come up.
#[derive(Debug)]
pub enum StartFailed {
    /// The journal cannot be opened.
    Open(OpenFailed),
    /// A batch cannot be read.
    Read(ReadFailed),
    /// A record cannot be understood.
    Record {
        /// Its number.
        record: u64,
        /// Why.
        source: journal::DecodeError,
    },
}

impl fmt::Display for StartFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartFailed::Open(_) => f.write_str("the journal cannot be opened"),
            StartFailed::Read(_) => f.write_str("the journal cannot be replayed"),
            StartFailed::Record { record, .. } => {
                write!(
                    f,
                    "record {record} cannot be understood; run `tj verify`, or use the program that wrote it"
                )
            }
        }
    }
}

impl std::error::Error for StartFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            StartFailed::Open(source) => Some(source),
            StartFailed::Read(source) => Some(source),
            StartFailed::Record { source, .. } => Some(source),
        }
    }
}

impl<D: Disk> Node<D> {
    /// A new bank on an empty disk.
    ///
    /// # Errors
    /// [`StartFailed::Open`] if there is one already or the disk fails.
    pub fn create(
        disk: D,
        origin: &str,
        signer: SignerKey,
        options: NodeOptions,
    ) -> Result<Node<D>, StartFailed> {
        let journal =
            Journal::create(disk, origin, signer, options.journal).map_err(StartFailed::Open)?;
        Ok(Node::of(journal, Engine::default(), options))
    }

    /// The bank on this disk, with every acknowledged record.
    ///
    /// # Errors
    /// See [`StartFailed`].
    pub fn open(
        disk: D,
        signer: SignerKey,
        options: NodeOptions,
    ) -> Result<(Node<D>, Started), StartFailed> {
        let (journal, recovered) =
            Journal::open(disk, signer, options.journal).map_err(StartFailed::Open)?;
        let (mut engine, snapshot) = if options.ignore_snapshots {
            (Engine::default(), SnapshotUse::None)
        } else {
            restore(&journal)
        };
        let from = engine.records();
        replay(&journal, &mut engine)?;
        let replayed = engine.records() - from;
        Ok((Node::of(journal, engine, options), Started { recovered, snapshot, replayed }))
    }

    fn of(journal: Journal<D>, engine: Engine, options: NodeOptions) -> Node<D> {
        let views = Arc::new(RwLock::new(Views::of(&engine)));
        let last_now = journal.last_time();
        let body_bytes = admission::body_bytes(options.journal.segment_bytes);
        let committer = Committer { journal, views, body_bytes };
        Node { writer: Writer { engine, last_now }, committer }
    }

    /// Puts the state down beside the journal and its hash into the journal. Everything decided must
    /// be committed. Returns how many records the snapshot covers.
    ///
    /// # Errors
    /// The disk's; or the commit's, and then the node must be dropped.
    pub fn snapshot(&mut self, now: TimeNs) -> Result<u64, SnapshotFailed> {
        // What is due now expires before the state is taken: the mark must be the next record.
        self.turn(now, &[]).map_err(SnapshotFailed::Turn)?;
        let records = self.writer.engine.records();
        assert!(records == self.committer.journal.records(), "a snapshot is of what is durable");
        let bytes = self.writer.engine.snapshot();
        let disk = self.committer.journal.disk().clone();
        let hash =
            snapshot::write_snapshot(&disk, records, &bytes).map_err(SnapshotFailed::Write)?;
        let mark = Command::MarkSnapshot(SnapshotMark { records, hash });
        let answers = self.turn_admitted(now, &[vec![mark]]).map_err(SnapshotFailed::Turn)?;
        let marked = answers.iter().flatten().all(|answer| answer.event.outcome().is_ok());
        assert!(marked, "the state that was put down is the state that is marked");
        snapshot::keep_latest(&disk, SNAPSHOTS_KEPT).map_err(SnapshotFailed::Cleanup)?;
        Ok(records)
    }

    /// Writes tiles and checkpoint for everything durable.
    ///
    /// # Errors
    /// The disk's.
    pub fn publish(&mut self) -> Result<(), PublishFailed> {
        self.committer.journal.publish()
    }
}

/// Why there is no new snapshot.
#[derive(Debug)]
pub enum SnapshotFailed {
    /// It could not be written; nothing is lost.
    Write(io::Error),
    /// Its mark could not be journalled.
    Turn(TurnFailed),
    /// It stands and is marked; an earlier one could not be removed.
    Cleanup(io::Error),
}

impl fmt::Display for SnapshotFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SnapshotFailed::Write(_) => {
                f.write_str("the snapshot cannot be written; the journal has everything")
            }
            SnapshotFailed::Turn(_) => f.write_str("the snapshot's mark cannot be journalled"),
            SnapshotFailed::Cleanup(_) => f.write_str(
                "the snapshot is taken, but an earlier one cannot be removed; the next snapshot tries again",
            ),
        }
    }
}

impl std::error::Error for SnapshotFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            SnapshotFailed::Write(source) | SnapshotFailed::Cleanup(source) => Some(source),
            SnapshotFailed::Turn(source) => Some(source),
        }
    }
}

/// The newest snapshot that the journal vouches for, or an empty engine.
fn restore<D: Disk>(journal: &Journal<D>) -> (Engine, SnapshotUse) {
    let mut doubt = None;
    for records in snapshot::list_snapshots(journal.disk()).unwrap_or_default() {
        match trusted(journal, records) {
            Ok(engine) => return (engine, SnapshotUse::Restored(records)),
            Err(why) => doubt = doubt.or(Some(why)),
        }
    }
    (Engine::default(), doubt.map_or(SnapshotUse::None, SnapshotUse::Distrusted))
}

/// A snapshot is believed only if its hash stands in the journal, right after the records it covers.
fn trusted<D: Disk>(journal: &Journal<D>, records: u64) -> Result<Engine, String> {
    let mark = journal.record(records).map_err(|error| error.to_string())?;
    let hash = match journal::record::decode(&mark) {
        Ok(Event::Act(act)) if act.outcome.is_ok() => match act.command {
            Command::MarkSnapshot(mark) if mark.records == records => mark.hash,
            _ => return Err(format!("record {records} does not vouch for the snapshot")),
        },
        _ => return Err(format!("record {records} does not vouch for the snapshot")),
    };
    let stored =
        snapshot::read_snapshot(journal.disk(), records).map_err(|error| error.to_string())?;
    let stored = stored.filter(|snapshot| snapshot.hash == hash);
    let stored = stored.ok_or_else(|| {
        format!("the snapshot after record {records} is not the one the journal vouches for")
    })?;
    let engine = Engine::restore(&stored.bytes).map_err(|error| error.to_string())?;
    if engine.records() == records {
        Ok(engine)
    } else {
        Err("the snapshot counts other records".to_owned())
    }
}

/// INVARIANT (replay): the state is what evolving every record gives.
fn replay<D: Disk>(journal: &Journal<D>, engine: &mut Engine) -> Result<(), StartFailed> {
    let from = engine.records();
    if from == journal.records() {
        return Ok(());
    }
    let (entry, row) = journal.locate(from).map_err(StartFailed::Read)?;
    let mut skip = row;
    for batch in journal.scan(entry) {
        let batch = batch.map_err(StartFailed::Read)?;
        for (row, record) in batch.records() {
            if row < skip {
                continue;
            }
            let number = batch.header.first_record + u64::from(row);
            let decoded = record.and_then(journal::record::decode);
            let event = decoded.map_err(|source| StartFailed::Record { record: number, source })?;
            engine.evolve(&event);
        }
        skip = 0;
    }
    Ok(())
}
