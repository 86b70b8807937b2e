//! From what happened to rows: each event of a batch becomes rows of the stored tables. A done transfer is
//! a row of `transfers` and two of `postings`; a done act is a row of its own table; what was refused is a
//! row of `refusals`. The files hold what this makes, and so does the part that is not in files yet.

mod acts;
mod transfers;
mod verdicts;

use crate::directory::{Directory, Names};
use crate::failed::HistoryFailed;
use crate::stored::{self, StoredTable};
use acts::ActRows;
use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use journal::BatchHeader;
use std::sync::Arc;
use terms::facts;
use terms::{Command, Event, TransferEvent};
pub use transfers::hex;
use transfers::{EntryRows, LookedUp, PostingRows, RefusalRows, TransferRows, Unopened};
use verdicts::VerdictRows;

/// Rows of all stored tables from a range of entries.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// The first entry it covers.
    pub first_entry: u64,
    /// The entry behind the last one.
    pub end_entry: u64,
    /// A batch of rows for each stored table; `None` where there are none.
    pub tables: Vec<Option<RecordBatch>>,
}

/// Grows a chunk.
#[derive(Debug)]
pub struct Converter {
    tables: Arc<Vec<StoredTable>>,
    directory: Arc<Directory>,
    first_entry: u64,
    end_entry: u64,
    transfers: TransferRows,
    postings: PostingRows,
    refusals: RefusalRows,
    entries: EntryRows,
    verdicts: VerdictRows,
    acts: Vec<Option<ActRows>>,
    looked_up: LookedUp,
}

/// Where a row stands in the journal.
#[derive(Clone, Copy, Debug)]
struct Place {
    entry: u64,
    row: u32,
}

impl Converter {
    /// An empty one that goes on at `first_entry`.
    pub fn new(
        tables: Arc<Vec<StoredTable>>,
        directory: Arc<Directory>,
        first_entry: u64,
    ) -> Converter {
        let acts = (stored::ACTS..tables.len()).map(|_| None).collect();
        Converter {
            tables,
            directory,
            first_entry,
            end_entry: first_entry,
            transfers: TransferRows::default(),
            postings: PostingRows::default(),
            refusals: RefusalRows::default(),
            entries: EntryRows::default(),
            verdicts: VerdictRows::default(),
            acts,
            looked_up: LookedUp::default(),
        }
    }

    /// The entry that must come next.
    pub fn end_entry(&self) -> u64 {
        self.end_entry
    }

    /// How many transfers and postings it holds.
    pub fn rows(&self) -> usize {
        self.transfers.len() + self.postings.len()
    }

    /// Adds the rows of one batch, the one after the last.
    ///
    /// # Errors
    /// It names an account that nobody opened; then this converter is of no more use.
    pub fn add(&mut self, header: &BatchHeader, events: &[Event]) -> Result<(), HistoryFailed> {
        assert!(header.entry == self.end_entry, "entries become rows in order, each once");
        let directory = Arc::clone(&self.directory);
        let mut names = directory.write();
        self.looked_up.look(&names, events);
        for (row, event) in (0..).zip(events) {
            let place = Place { entry: header.entry, row };
            self.add_event(&mut names, place, event).map_err(|Unopened(account)| {
                HistoryFailed::Impossible { entry: header.entry, row, account }
            })?;
        }
        self.entries.add(header);
        self.end_entry += 1;
        Ok(())
    }

    fn add_event(
        &mut self,
        names: &mut Names,
        place: Place,
        event: &Event,
    ) -> Result<(), Unopened> {
        if let Event::Transfer(TransferEvent { transfer, verdict: Some(verdict), .. }) = event {
            self.verdicts.add(place, transfer.id, verdict);
        }
        if event.outcome().is_err() {
            self.refusals.add(place, event);
            return Ok(());
        }
        match event {
            Event::Transfer(done) => {
                let looked_up = self.looked_up.of(place.row);
                let moved = self.transfers.add(names, place, done, looked_up)?;
                self.postings.add_transfer(place, done, moved);
            }
            Event::Act(act) => {
                if let Command::PostEntry(entry) = &act.command {
                    self.postings.add_legs(names, place, act.booking_date, entry)?;
                }
                if let Some(table) = facts::table_of(&act.command) {
                    self.act_rows(table).add(names, place, act);
                }
            }
        }
        Ok(())
    }

    fn act_rows(&mut self, table: &'static facts::Table) -> &mut ActRows {
        let at = facts::TABLES.iter().position(|other| other.name == table.name);
        let at = at.unwrap_or_else(|| unreachable!("{} is among the declared tables", table.name));
        let schema = &self.tables[stored::ACTS + at].schema;
        self.acts[at].get_or_insert_with(|| ActRows::new(table, Arc::clone(schema)))
    }

    /// The rows, postings by account if `sorted`, else in the order of the journal.
    ///
    /// # Errors
    /// None that the columns' own code does not make; it is passed on.
    pub fn finish(self, sorted: bool) -> Result<Chunk, ArrowError> {
        let schema = |at: usize| Arc::clone(&self.tables[at].schema);
        let mut tables = vec![
            self.transfers.finish(schema(stored::TRANSFERS))?,
            self.postings.finish(schema(stored::POSTINGS), sorted)?,
            self.refusals.finish(schema(stored::REFUSALS))?,
            self.entries.finish(schema(stored::ENTRIES))?,
            self.verdicts.finish(schema(stored::VERDICTS))?,
        ];
        for rows in self.acts {
            tables.push(rows.map(ActRows::finish).transpose()?);
        }
        let Converter { first_entry, end_entry, .. } = self;
        Ok(Chunk { first_entry, end_entry, tables })
    }
}
