//! Queries that run. Each has a seat, of which there are only so many; it works on the queries' own threads
//! and hands its rows through a narrow channel, so that it never gets far ahead of its reader. It ends when
//! the rows do, when the reader leaves, stops reading or cancels; then its work is dropped at once, and what
//! was looked at is recorded before the reader sees the end. The last rows wait for that record.

use super::words;
use crate::looks::LookLog;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use futures::Stream;
use history::{Answer, Planned, Told};
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use terms::{QueryDoor, QueryEnd, QueryRecord};
use tokio::runtime::Handle;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tonic::Status;

/// Batches that wait for a reader.
const BATCHES_AHEAD: usize = 2;

/// Bounds of the queries that run at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Queries in all.
    pub queries_max: u32,
    /// Queries of one asker.
    pub queries_of_asker_max: usize,
    /// How long rows may wait for a reader who does not take them.
    pub stall: Duration,
}

/// The queries that run.
pub struct Queries {
    bounds: Bounds,
    free: Arc<Semaphore>,
    seats: Mutex<Seats>,
    working: Arc<AtomicUsize>,
    looks: Arc<dyn LookLog>,
    threads: Handle,
}

/// Who sits where.
#[derive(Default)]
struct Seats {
    next: u64,
    taken: HashMap<u64, Taken>,
    shut: bool,
}

struct Taken {
    asker: Arc<str>,
    query: [u8; 16],
    stop: Arc<Notify>,
}

/// A place among the queries that run, until its look is recorded.
struct Seat {
    queries: Arc<Queries>,
    number: u64,
    asker: Arc<str>,
    stop: Arc<Notify>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.queries.lock().taken.remove(&self.number);
    }
}

/// An answer at work, counted.
struct Work {
    answer: Answer,
    working: Arc<AtomicUsize>,
}

impl Work {
    fn new(answer: Answer, working: &Arc<AtomicUsize>) -> Work {
        working.fetch_add(1, Ordering::SeqCst);
        Work { answer, working: Arc::clone(working) }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.working.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Where a query's rows go, and then how it ended: with its last rows, or with an error.
struct Out {
    rows: mpsc::Sender<RecordBatch>,
    end: oneshot::Sender<Result<Option<RecordBatch>, Status>>,
}

/// How the work came to its end.
enum Ended {
    Complete,
    Left,
    Stalled,
    Cancelled,
    Failed(Status),
}

impl Queries {
    /// None yet. They will work on `threads`.
    pub fn new(bounds: Bounds, looks: Arc<dyn LookLog>, threads: Handle) -> Arc<Queries> {
        Arc::new(Queries {
            bounds,
            free: Arc::new(Semaphore::new(bounds.queries_max as usize)),
            seats: Mutex::default(),
            working: Arc::default(),
            looks,
            threads,
        })
    }

    /// The threads they work on.
    pub fn threads(&self) -> &Handle {
        &self.threads
    }

    /// How many answers are being worked on at this moment, those that wait for a reader included.
    pub fn working(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.working)
    }

    /// Runs a query. Its rows come as they are taken.
    ///
    /// # Errors
    /// Too many run; it cannot be started.
    pub async fn run(
        self: &Arc<Self>,
        asker: &Arc<str>,
        query: [u8; 16],
        planned: Planned,
    ) -> Result<(SchemaRef, impl Stream<Item = Result<RecordBatch, Status>> + Send + use<>), Status>
    {
        let seat = self.seat(asker, query)?;
        let answer = self.threads.spawn(planned.answer()).await;
        let answer = answer.map_err(|_| broken())?.map_err(|error| words::status(&error))?;
        let schema = answer.schema();
        let (rows, taken) = mpsc::channel(BATCHES_AHEAD);
        let (end, ended) = oneshot::channel();
        let work = Work::new(answer, &self.working);
        self.threads.spawn(work_off(work, seat, Out { rows, end }));
        Ok((schema, reading(taken, ended)))
    }

    /// Stops an asker's query; says whether it ran.
    pub fn cancel(&self, asker: &str, query: [u8; 16]) -> bool {
        let seats = self.lock();
        let meant = seats.taken.values().filter(|t| *t.asker == *asker && t.query == query);
        meant.map(|taken| taken.stop.notify_one()).count() > 0
    }

    /// Takes no more queries, stops those that run, and waits until all of them are recorded.
    pub async fn shut(&self) {
        {
            let mut seats = self.lock();
            seats.shut = true;
            seats.taken.values().for_each(|taken| taken.stop.notify_one());
        }
        // Whoever has every permit knows that nobody else has one.
        let _ = self.free.acquire_many(self.bounds.queries_max).await;
    }

    fn seat(self: &Arc<Self>, asker: &Arc<str>, query: [u8; 16]) -> Result<Seat, Status> {
        let mut seats = self.lock();
        if seats.shut {
            return Err(Status::unavailable("the bank is being stopped; ask again later"));
        }
        let own = seats.taken.values().filter(|taken| taken.asker == *asker).count();
        if own >= self.bounds.queries_of_asker_max {
            return Err(Status::resource_exhausted(format!(
                "{own} queries of yours are running, which is as many as one may have; let one end, or cancel it"
            )));
        }
        let permit = Arc::clone(&self.free).try_acquire_owned().map_err(|_| {
            Status::resource_exhausted(
                "as many queries are running as may run at once; ask again when one has ended",
            )
        })?;
        let (number, stop) = (seats.next, Arc::new(Notify::new()));
        seats.next += 1;
        let taken = Taken { asker: Arc::clone(asker), query, stop: Arc::clone(&stop) };
        seats.taken.insert(number, taken);
        let (queries, asker) = (Arc::clone(self), Arc::clone(asker));
        Ok(Seat { queries, number, asker, stop, _permit: permit })
    }

    fn lock(&self) -> MutexGuard<'_, Seats> {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One query from its first row to its record.
async fn work_off(mut work: Work, seat: Seat, out: Out) {
    let (mut last, mut handed) = (None, 0);
    let stall = seat.queries.bounds.stall;
    let ended = loop {
        let next = tokio::select! {
            biased;
            () = out.rows.closed() => break Ended::Left,
            () = seat.stop.notified() => break Ended::Cancelled,
            next = work.answer.next() => next,
        };
        let batch = match next {
            Ok(Some(batch)) => batch,
            Ok(None) => break Ended::Complete,
            Err(error) => break Ended::Failed(words::status(&error)),
        };
        // One batch is kept back: should it be the last, it waits for the record.
        let Some(ready) = last.replace(batch) else { continue };
        let rows = ready.num_rows() as u64;
        let gone = tokio::select! {
            biased;
            () = seat.stop.notified() => break Ended::Cancelled,
            sent = tokio::time::timeout(stall, out.rows.send(ready)) => sent,
        };
        match gone {
            Ok(Ok(_)) => handed += rows,
            Ok(Err(_)) => break Ended::Left,
            Err(_) => break Ended::Stalled,
        }
    };
    let told = work.answer.told();
    drop(work);
    let record = record(&seat.asker, &told, handed, &ended);
    let recorded = seat.queries.looks.record(record).await;
    let end = match (ended, recorded) {
        (_, Err(why)) => Err(Status::unavailable(words::short(&format!(
            "the answer is not given to its end because the journal could not record who asked: {why}"
        )))),
        (Ended::Complete, Ok(_)) => Ok(last),
        (Ended::Failed(status), Ok(_)) => Err(status),
        (Ended::Stalled, Ok(_)) => Err(Status::aborted(format!(
            "no rows were taken for {} s, so the query was ended",
            stall.as_secs()
        ))),
        (Ended::Cancelled | Ended::Left, Ok(_)) => {
            Err(Status::cancelled("the query was cancelled"))
        }
    };
    // Whoever left does not hear it.
    let _ = out.end.send(end);
}

/// What the journal says about it.
fn record(asker: &str, told: &Told, handed: u64, ended: &Ended) -> QueryRecord {
    let (end, rows, result_hash) = match ended {
        Ended::Complete => (QueryEnd::Complete, told.rows, told.result_hash),
        Ended::Failed(_) => (QueryEnd::Failed, handed, [0; 32]),
        Ended::Left | Ended::Stalled | Ended::Cancelled => (QueryEnd::Cancelled, handed, [0; 32]),
    };
    QueryRecord {
        asker: asker.to_owned(),
        door: QueryDoor::FlightSql,
        text_hash: told.text_hash,
        as_of: told.moment.entries,
        rows,
        result_hash,
        end,
    }
}

/// The reader's side. Only a verdict ends it well: should the work break off, that is an error and not an end.
fn reading(
    rows: mpsc::Receiver<RecordBatch>,
    end: oneshot::Receiver<Result<Option<RecordBatch>, Status>>,
) -> impl Stream<Item = Result<RecordBatch, Status>> + Send {
    futures::stream::unfold(Some((rows, end)), |state| async move {
        let (mut rows, end) = state?;
        if let Some(batch) = rows.recv().await {
            return Some((Ok(batch), Some((rows, end))));
        }
        match end.await.unwrap_or_else(|_| Err(broken())) {
            Ok(last) => last.map(|batch| (Ok(batch), None)),
            Err(status) => Some((Err(status), None)),
        }
    })
}

fn broken() -> Status {
    Status::internal("the query broke off; what came of it is not its whole answer")
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::Int32Array;
    use futures::StreamExt;
    use history::Moment;
    use terms::TimeNs;
    use tonic::Code;

    fn batch(number: i32) -> RecordBatch {
        let column = Arc::new(Int32Array::from(vec![number]));
        RecordBatch::try_from_iter([("n", column as _)]).unwrap()
    }

    /// What a reader sees of one batch and then this end; the work breaks off if there is none.
    async fn read(end: Option<Result<Option<RecordBatch>, Status>>) -> Vec<Result<i32, Code>> {
        let (rows, taken) = mpsc::channel(BATCHES_AHEAD);
        let (tell, told) = oneshot::channel();
        rows.send(batch(1)).await.unwrap();
        drop(rows);
        match end {
            Some(end) => tell.send(end).unwrap(),
            None => drop(tell),
        }
        let seen = reading(taken, told).map(|next| match next {
            Ok(rows) => Ok(rows.column(0).as_any().downcast_ref::<Int32Array>().unwrap().value(0)),
            Err(status) => Err(status.code()),
        });
        seen.collect().await
    }

    #[tokio::test]
    async fn only_a_verdict_ends_an_answer_well() {
        assert_eq!(read(Some(Ok(Some(batch(2))))).await, [Ok(1), Ok(2)]);
        assert_eq!(read(Some(Ok(None))).await, [Ok(1)]);
        let cancelled = Status::cancelled("the query was cancelled");
        assert_eq!(read(Some(Err(cancelled))).await, [Ok(1), Err(Code::Cancelled)]);
        assert_eq!(read(None).await, [Ok(1), Err(Code::Internal)]);
    }

    #[test]
    fn a_digest_is_recorded_of_whole_answers_only() {
        let moment = Moment { entries: 9, time: TimeNs(1) };
        let told = Told { moment, text_hash: [1; 32], rows: 30, result_hash: [2; 32] };
        let whole = record("ana", &told, 20, &Ended::Complete);
        assert_eq!((whole.rows, whole.result_hash, whole.as_of), (30, [2; 32], 9));
        assert_eq!((whole.end, whole.door), (QueryEnd::Complete, QueryDoor::FlightSql));
        let failed = Ended::Failed(Status::internal("no"));
        for (ended, end) in [
            (Ended::Left, QueryEnd::Cancelled),
            (Ended::Stalled, QueryEnd::Cancelled),
            (Ended::Cancelled, QueryEnd::Cancelled),
            (failed, QueryEnd::Failed),
        ] {
            let part = record("ana", &told, 20, &ended);
            assert_eq!((part.end, part.rows, part.result_hash), (end, 20, [0; 32]));
        }
    }
}
