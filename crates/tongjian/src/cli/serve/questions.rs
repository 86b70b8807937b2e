//! Questions of the API, asked on the queries' own threads. The journal knows of each before its answer goes out.

use super::looks::Looks;
use crate::cli::query::json_of;
use crate::tables::query_record;
use api::asking::{Answered, Asking, Column, Question};
use api::problem::{Kind, Problem};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use channels::flight::Desks;
use channels::looks::LookLog;
use futures::FutureExt;
use futures::future::BoxFuture;
use history::{AsOf, AskFailed, Desk, HistoryFailed};
use journal::Files;
use std::sync::Arc;
use terms::{QueryDoor, QueryEnd};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// Asks the tables for callers of the API.
pub struct Questions {
    desks: Desks<Files>,
    looks: Looks,
    threads: Handle,
    free: Arc<Semaphore>,
}

impl Questions {
    /// Asks those desks, on those threads, so many questions at once.
    pub fn new(desks: Desks<Files>, looks: Looks, threads: Handle, max: usize) -> Questions {
        Questions { desks, looks, threads, free: Arc::new(Semaphore::new(max)) }
    }
}

impl Asking for Questions {
    fn ask(&self, question: Question) -> BoxFuture<'_, Result<Answered, Problem>> {
        async move {
            let permit = Arc::clone(&self.free).try_acquire_owned().map_err(|_| {
                Problem::new(Kind::TooMany, "too many questions are being asked").retry_after_s(1)
            })?;
            let desk = Arc::clone(self.desks.of(question.personal));
            let looks = self.looks.clone();
            let mut asked = Asked(self.threads.spawn(async move {
                let _permit = permit;
                answered(&desk, &looks, question).await
            }));
            let answered = (&mut asked.0).await;
            answered.map_err(|_| Problem::new(Kind::Failed, "the question broke off"))?
        }
        .boxed()
    }
}

/// A question at work. It ends when nobody waits for it any more: whoever asks for too much and goes does not keep
/// others from asking.
struct Asked(JoinHandle<Result<Answered, Problem>>);

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn answered(
    desk: &Desk<Files>,
    looks: &Looks,
    question: Question,
) -> Result<Answered, Problem> {
    let as_of = question.as_of.map_or(AsOf::Now, |entries| AsOf::Entry(entries.saturating_sub(1)));
    let mut answer = desk.ask(as_of, &question.text).await.map_err(|why| wrong(&why))?;
    let schema = answer.schema();
    let columns = schema
        .fields()
        .iter()
        .map(|field| Column { name: field.name().clone(), kind: field.data_type().to_string() });
    let columns = columns.collect();
    let (mut rows, mut more) = (Vec::new(), false);
    let options = FormatOptions::default();
    while let Some(batch) = answer.next().await.map_err(|why| wrong(&why))? {
        let unshown = |why: arrow::error::ArrowError| Problem::new(Kind::Failed, why.to_string());
        let formatters: Result<Vec<_>, _> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &options))
            .collect();
        let formatters = formatters.map_err(unshown)?;
        for row in 0..batch.num_rows() {
            if rows.len() == question.rows_max {
                more = true;
                break;
            }
            let cells = batch.columns().iter().zip(&formatters);
            rows.push(cells.map(|(column, shown)| json_of(column, row, shown)).collect());
        }
        if more {
            break;
        }
    }
    let told = answer.told();
    drop(answer);
    let end = if more { QueryEnd::Cancelled } else { QueryEnd::Complete };
    let record = query_record(question.asker, QueryDoor::Program, &told, end);
    let noted = looks.record(record).await.map_err(|why| {
        Problem::new(Kind::Failed, format!("the question could not be recorded: {why}"))
    })?;
    let digest = if more { String::new() } else { crate::figures::hex(&told.result_hash) };
    Ok(Answered { columns, rows, more, as_of: told.moment.entries, digest, record: noted })
}

/// Whose fault it is. What failed on our side is told to whoever runs the bank, not to whoever asks.
fn wrong(why: &AskFailed) -> Problem {
    match why {
        AskFailed::Query(_) | AskFailed::Running(_) | AskFailed::TooLarge(_) => {
            Problem::field("/sql", why.to_string())
        }
        AskFailed::History(HistoryFailed::NoSuchMoment(says)) => {
            Problem::field("/as_of", says.clone())
        }
        AskFailed::TooLong(_) => {
            Problem::new(Kind::Unavailable, why.to_string()).code("query_failed")
        }
        AskFailed::History(_) | AskFailed::Broken(_) => {
            let chain = std::iter::successors(Some(why as &dyn std::error::Error), |e| e.source());
            let chain: Vec<String> = chain.map(ToString::to_string).collect();
            eprintln!("{}", serde_json::json!({ "event": "query_failed", "why": chain }));
            Problem::new(Kind::Failed, "the tables cannot be read")
        }
    }
}
