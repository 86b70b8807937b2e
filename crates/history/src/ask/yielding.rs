//! Plans that can be stopped. A thread ends a query, or looks at its time, only where the query steps aside;
//! the engine's sources do that, but a join makes rows without end out of few, and whoever counts them never
//! comes back to a source. So each operator that multiplies steps aside now and then, and a join that tries
//! every pair is given its rows in small pieces, because between two pieces it may find nothing for long.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::execution::TaskContext;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::joins::NestedLoopJoinExec;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, RecordBatchStream,
    SendableRecordBatchStream, replace_children_if_necessary,
};
use futures::{Stream, StreamExt};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// How long work goes on before it steps aside.
const TURN: Duration = Duration::from_millis(10);
/// Rows of a piece that is tried against everything on the other side, at most; the first has one.
const PIECE_ROWS_MAX: usize = 8_192;

/// The same plan, which steps aside.
///
/// # Errors
/// The engine's, if a part does not take its own children back.
pub fn yielding(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let yields = plan.transform_up(|part| {
        if part.is::<NestedLoopJoinExec>() {
            let mut inputs: Vec<_> = part.children().into_iter().map(Arc::clone).collect();
            let tried = inputs.pop().map(|input| Yielding::of(input, true));
            inputs.extend(tried);
            let part = replace_children_if_necessary(part, inputs)?;
            return Ok(Transformed::yes(Yielding::of(part, false)));
        }
        if multiplies(part.name()) {
            return Ok(Transformed::yes(Yielding::of(part, false)));
        }
        Ok(Transformed::no(part))
    });
    Ok(yields?.data)
}

/// Whether an operator may make many rows of few.
fn multiplies(name: &str) -> bool {
    name.contains("Join") || matches!(name, "RecursiveQueryExec" | "UnnestExec")
}

/// Passes rows through and steps aside now and then.
#[derive(Debug)]
struct Yielding {
    input: Arc<dyn ExecutionPlan>,
    /// Whether it hands the rows on in pieces, each as large as can be worked on in a turn.
    in_pieces: bool,
}

impl Yielding {
    fn of(input: Arc<dyn ExecutionPlan>, in_pieces: bool) -> Arc<dyn ExecutionPlan> {
        Arc::new(Yielding { input, in_pieces })
    }
}

impl DisplayAs for Yielding {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Yielding")
    }
}

impl ExecutionPlan for Yielding {
    fn name(&self) -> &str {
        "Yielding"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let input = children.pop().unwrap_or_else(|| Arc::clone(&self.input));
        Ok(Yielding::of(input, self.in_pieces))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let rows = self.input.execute(partition, context)?;
        let piece_rows = self.in_pieces.then_some(1);
        Ok(Box::pin(Turns { rows, piece_rows, rest: None, since: Instant::now(), handed: None }))
    }
}

/// Rows in turns.
struct Turns {
    rows: SendableRecordBatchStream,
    /// How many rows the next piece has, if they are handed on in pieces.
    piece_rows: Option<usize>,
    /// What is left of a batch that is handed on in pieces.
    rest: Option<RecordBatch>,
    /// When this turn began.
    since: Instant,
    /// When the last piece was handed on.
    handed: Option<Instant>,
}

impl Turns {
    /// The next piece is larger or smaller by how long the last one was worked on.
    fn fit(&mut self) {
        let worked = self.handed.take().map(|handed| handed.elapsed());
        if let (Some(rows), Some(worked)) = (&mut self.piece_rows, worked) {
            if worked >= TURN {
                *rows = (*rows / 2).max(1);
            } else if worked < TURN / 4 {
                *rows = (*rows * 2).min(PIECE_ROWS_MAX);
            }
        }
    }

    /// A piece of a batch, or all of it.
    fn piece(&mut self, batch: RecordBatch) -> RecordBatch {
        self.handed = Some(Instant::now());
        let Some(rows) = self.piece_rows.filter(|rows| *rows < batch.num_rows()) else {
            return batch;
        };
        self.rest = Some(batch.slice(rows, batch.num_rows() - rows));
        batch.slice(0, rows)
    }
}

impl Stream for Turns {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.fit();
        if self.since.elapsed() >= TURN {
            self.since = Instant::now();
            // At once again, but behind whoever else waits for this thread.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if let Some(rest) = self.rest.take() {
            return Poll::Ready(Some(Ok(self.piece(rest))));
        }
        match self.rows.poll_next_unpin(context) {
            Poll::Ready(Some(Ok(batch))) => Poll::Ready(Some(Ok(self.piece(batch)))),
            Poll::Pending => {
                self.since = Instant::now();
                Poll::Pending
            }
            other => other,
        }
    }
}

impl RecordBatchStream for Turns {
    fn schema(&self) -> SchemaRef {
        self.rows.schema()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::prelude::{SessionConfig, SessionContext};

    /// Asks on one thread, and says whether somebody else on that thread could end it. Who never steps aside
    /// is given up after a while, thread and all.
    fn ended_in_time(text: &'static str) -> bool {
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let threads = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let ended = threads.unwrap().block_on(async {
                let config = SessionConfig::new().with_target_partitions(1);
                let context = SessionContext::new_with_config(config);
                let plan = context.sql(text).await.unwrap().create_physical_plan().await.unwrap();
                let plan = yielding(plan).unwrap();
                let rows = datafusion::physical_plan::collect(plan, context.task_ctx());
                tokio::time::timeout(Duration::from_millis(200), rows).await.is_err()
            });
            let _ = tell.send(ended);
        });
        told.recv_timeout(Duration::from_secs(60)).unwrap_or(false)
    }

    #[test]
    fn what_makes_rows_without_end_can_be_stopped() {
        for text in [
            "SELECT count(*) FROM generate_series(1, 1000000) a(x) CROSS JOIN generate_series(1, 10000000) b(y) WHERE x + y > 0",
            "SELECT count(*) FROM generate_series(1, 1000000) a(x) JOIN generate_series(1, 1000000) b(y) ON x * y < 0",
            "SELECT count(*) FROM generate_series(1, 1000000) a(x) JOIN generate_series(1, 1000000) b(y) ON x % 2 = y % 2",
            "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
        ] {
            assert!(ended_in_time(text), "{text}");
        }
    }

    #[tokio::test]
    async fn the_answer_is_the_same() {
        let context = SessionContext::new();
        let text = "SELECT count(*), sum(x * y) FROM generate_series(1, 999) a(x) JOIN generate_series(1, 99) b(y) ON x > y + 7";
        let plain = context.sql(text).await.unwrap().collect().await.unwrap();
        let plan = context.sql(text).await.unwrap().create_physical_plan().await.unwrap();
        let plan = yielding(plan).unwrap();
        let rows = datafusion::physical_plan::collect(plan, context.task_ctx()).await.unwrap();
        let shown = |rows: &[RecordBatch]| {
            arrow::util::pretty::pretty_format_batches(rows).unwrap().to_string()
        };
        assert_eq!(shown(&rows), shown(&plain));
    }
}
