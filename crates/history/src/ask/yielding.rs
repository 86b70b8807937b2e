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
/// Rows of a piece that is tried against everything on the other side.
const PIECE_ROWS: usize = 16;

/// The same plan, which steps aside.
///
/// # Errors
/// The engine's, if a part does not take its own children back.
pub fn yielding(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let yields = plan.transform_up(|part| {
        if part.is::<NestedLoopJoinExec>() {
            let mut inputs: Vec<_> = part.children().into_iter().map(Arc::clone).collect();
            let tried = inputs.pop().map(|input| Yielding::of(input, PIECE_ROWS));
            inputs.extend(tried);
            let part = replace_children_if_necessary(part, inputs)?;
            return Ok(Transformed::yes(Yielding::of(part, usize::MAX)));
        }
        if multiplies(part.name()) {
            return Ok(Transformed::yes(Yielding::of(part, usize::MAX)));
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
    rows_max: usize,
}

impl Yielding {
    fn of(input: Arc<dyn ExecutionPlan>, rows_max: usize) -> Arc<dyn ExecutionPlan> {
        Arc::new(Yielding { input, rows_max })
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
        Ok(Yielding::of(input, self.rows_max))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let rows = self.input.execute(partition, context)?;
        let (rest, since) = (None, Instant::now());
        Ok(Box::pin(Turns { rows, rows_max: self.rows_max, rest, since }))
    }
}

/// Rows in turns.
struct Turns {
    rows: SendableRecordBatchStream,
    rows_max: usize,
    /// What is left of a batch that is handed on in pieces.
    rest: Option<RecordBatch>,
    /// When this turn began.
    since: Instant,
}

impl Stream for Turns {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.since.elapsed() >= TURN {
            self.since = Instant::now();
            // At once again, but behind whoever else waits for this thread.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let batch = match self.rest.take() {
            Some(rest) => rest,
            None => match self.rows.poll_next_unpin(context) {
                Poll::Ready(Some(Ok(batch))) => batch,
                Poll::Pending => {
                    self.since = Instant::now();
                    return Poll::Pending;
                }
                other => return other,
            },
        };
        if batch.num_rows() <= self.rows_max {
            return Poll::Ready(Some(Ok(batch)));
        }
        let piece = batch.slice(0, self.rows_max);
        self.rest = Some(batch.slice(self.rows_max, batch.num_rows() - self.rows_max));
        Poll::Ready(Some(Ok(piece)))
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

    /// Asks on one thread, and says how it ended when somebody else on that thread wants to end it.
    async fn ended_in_time(text: &str) -> bool {
        let context =
            SessionContext::new_with_config(SessionConfig::new().with_target_partitions(1));
        let plan = context.sql(text).await.unwrap().create_physical_plan().await.unwrap();
        let plan = yielding(plan).unwrap();
        let rows = datafusion::physical_plan::collect(plan, context.task_ctx());
        tokio::time::timeout(Duration::from_millis(200), rows).await.is_err()
    }

    /// Each would go on for hours, and without stepping aside the test itself would.
    #[tokio::test]
    async fn what_makes_rows_without_end_can_be_stopped() {
        for text in [
            "SELECT count(*) FROM generate_series(1, 1000000) a(x) CROSS JOIN generate_series(1, 10000000) b(y)",
            "SELECT count(*) FROM generate_series(1, 1000000) a(x) JOIN generate_series(1, 1000000) b(y) ON x * y < 0",
            "SELECT count(*) FROM generate_series(1, 1000000) a(x) JOIN generate_series(1, 1000000) b(y) ON x % 2 = y % 2",
            "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
        ] {
            assert!(ended_in_time(text).await, "{text}");
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
