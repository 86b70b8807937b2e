//! Grouping by one number out of a small range: a day, the number of an account. The engine finds the group of each
//! row in a hash table, which was half of such a question (`bench/README.md`); here the number is the place where
//! the group stands. Only the first half of a grouping is done so, which may hand on what it has whenever it likes:
//! once the numbers turn out to lie far apart, the engine's own operator goes on with the rest.

mod sums;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray, RecordBatch};
use arrow::datatypes::{ArrowNativeType, DataType, Date32Type, Int32Type, SchemaRef, UInt32Type};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::execution::memory_pool::{MemoryConsumer, MemoryReservation};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, InputOrderMode, PlanProperties,
    SendableRecordBatchStream, replace_children_if_necessary,
};
use futures::{StreamExt, TryStreamExt, stream};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use sums::Sums;

/// How far apart the least and the most number may lie: 4 MiB of places.
const SPAN_MAX: i64 = 1 << 20;

/// The same plan, with its groupings by one number done by place.
///
/// # Errors
/// None that the engine does not make.
pub fn dense(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>> {
    let dense = plan.transform_up(|part| {
        let whole = part.downcast_ref::<AggregateExec>().filter(|part| suits(part));
        match whole {
            Some(_) => Ok(Transformed::yes(Arc::new(Dense { of: part }) as _)),
            None => Ok(Transformed::no(part)),
        }
    });
    Ok(dense?.data)
}

/// Whether it is the first half of a grouping by one number, of sums and the like.
fn suits(part: &AggregateExec) -> bool {
    let one_number = match part.group_expr().expr() {
        [(expr, _)] => matches!(
            expr.data_type(&part.input_schema()),
            Ok(DataType::UInt32 | DataType::Int32 | DataType::Date32)
        ),
        _ => false,
    };
    *part.mode() == AggregateMode::Partial
        && *part.input_order_mode() == InputOrderMode::Linear
        && one_number
        && part.group_expr().is_single()
        && part.limit_options().is_none()
        && part.filter_expr().iter().all(Option::is_none)
        && part.aggr_expr().iter().all(|of| Sums::suit(of))
}

/// A grouping by place.
#[derive(Debug)]
struct Dense {
    /// The engine's own operator for the same.
    of: Arc<dyn ExecutionPlan>,
}

impl Dense {
    fn whole(&self) -> Result<&AggregateExec> {
        let whole = self.of.downcast_ref::<AggregateExec>();
        whole.ok_or_else(|| DataFusionError::Internal("a grouping is one".to_owned()))
    }
}

impl DisplayAs for Dense {
    fn fmt_as(&self, kind: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("by place: ")?;
        self.of.fmt_as(kind, f)
    }
}

impl ExecutionPlan for Dense {
    fn name(&self) -> &'static str {
        "DenseAggregateExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.of.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        self.of.children()
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.of.apply_expressions(f)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let of = replace_children_if_necessary(Arc::clone(&self.of), children)?;
        Ok(Arc::new(Dense { of }))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let whole = self.whole()?;
        let input = whole.input().execute(partition, Arc::clone(&context))?;
        let memory = MemoryConsumer::new(format!("DenseAggregateExec[{partition}]"));
        let places = Places {
            slots: Vec::new(),
            least: 0,
            keys: Vec::new(),
            none: None,
            sums: whole.aggr_expr().iter().map(|of| Sums::of(of)).collect::<Result<_>>()?,
            memory: memory.register(context.memory_pool()),
        };
        let [(key, _)] = whole.group_expr().expr() else {
            return Err(DataFusionError::Internal("a grouping by place has one key".to_owned()));
        };
        let key_type = key.data_type(&whole.input_schema())?;
        let work = Work {
            key: Arc::clone(key),
            of: Arc::clone(&self.of),
            schema: self.schema(),
            partition,
            context,
        };
        let rows = stream::once(async move {
            match key_type {
                DataType::UInt32 => work.run::<UInt32Type>(input, places).await,
                DataType::Date32 => work.run::<Date32Type>(input, places).await,
                _ => work.run::<Int32Type>(input, places).await,
            }
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), rows.try_flatten())))
    }
}

/// One partition's work.
struct Work {
    key: Arc<dyn PhysicalExpr>,
    of: Arc<dyn ExecutionPlan>,
    schema: SchemaRef,
    partition: usize,
    context: Arc<TaskContext>,
}

impl Work {
    /// Groups all rows; gives the groups, and behind them what the engine's operator makes of the rest, if there
    /// is one.
    async fn run<K>(
        self,
        mut input: SendableRecordBatchStream,
        mut places: Places,
    ) -> Result<SendableRecordBatchStream>
    where
        K: ArrowPrimitiveType,
        i64: From<K::Native>,
    {
        let mut groups = Vec::new();
        let mut rest = None;
        while let Some(batch) = input.next().await.transpose()? {
            let keys = self.key.evaluate(&batch)?.into_array(batch.num_rows())?;
            let keys = keys.as_primitive::<K>();
            if !places.reach(keys)? {
                rest = Some(self.rest(batch, input)?);
                break;
            }
            places.add(keys, &batch)?;
        }
        let batch_rows = self.context.session_config().batch_size();
        if let Some(all) = places.finish::<K>(&self.schema)? {
            let starts = (0..all.num_rows()).step_by(batch_rows);
            groups.extend(starts.map(|at| all.slice(at, batch_rows.min(all.num_rows() - at))));
        }
        let groups = stream::iter(groups.into_iter().map(Ok));
        let schema = Arc::clone(&self.schema);
        Ok(match rest {
            Some(rest) => Box::pin(RecordBatchStreamAdapter::new(schema, groups.chain(rest))),
            None => Box::pin(RecordBatchStreamAdapter::new(schema, groups)),
        })
    }

    /// What the engine's own operator makes of this batch and all behind it.
    fn rest(
        &self,
        batch: RecordBatch,
        input: SendableRecordBatchStream,
    ) -> Result<SendableRecordBatchStream> {
        let schema = input.schema();
        let rows = stream::once(async move { Ok(batch) }).chain(input);
        let rows: SendableRecordBatchStream = Box::pin(RecordBatchStreamAdapter::new(schema, rows));
        let children = self.of.children();
        let properties = children.first().map(|input| Arc::clone(input.properties()));
        let properties = properties
            .ok_or_else(|| DataFusionError::Internal("a grouping has an input".to_owned()))?;
        let rest = Arc::new(Rest { rows: Mutex::new(Some(rows)), properties });
        let of = replace_children_if_necessary(Arc::clone(&self.of), vec![rest])?;
        of.execute(self.partition, Arc::clone(&self.context))
    }
}

/// The groups so far.
struct Places {
    /// Which group stands at `key - least`, counted from 1; 0 for none.
    slots: Vec<u32>,
    least: i64,
    /// The key of each group.
    keys: Vec<i64>,
    /// The group of those without a key.
    none: Option<u32>,
    sums: Vec<Sums>,
    memory: MemoryReservation,
}

impl Places {
    /// Makes room for these keys; says no if they lie too far apart, or there is no memory for it.
    fn reach<K>(&mut self, keys: &PrimitiveArray<K>) -> Result<bool>
    where
        K: ArrowPrimitiveType,
        i64: From<K::Native>,
    {
        let least = arrow::compute::min(keys).map(i64::from);
        let most = arrow::compute::max(keys).map(i64::from);
        let Some((mut least, mut most)) = least.zip(most) else { return Ok(true) };
        if !self.slots.is_empty() {
            least = least.min(self.least);
            most = most.max(self.least + self.slots.len() as i64 - 1);
        }
        let span = most - least + 1;
        if span > SPAN_MAX {
            return Ok(false);
        }
        let before = if self.slots.is_empty() { 0 } else { self.least - least };
        if before > 0 || span as usize > self.slots.len() {
            // Some more on both sides, or a rise by one would move everything each time.
            let most = (most + span / 4).min(least + SPAN_MAX - 1);
            let mut slots = vec![0; (most - least + 1) as usize];
            slots[before as usize..before as usize + self.slots.len()].copy_from_slice(&self.slots);
            (self.slots, self.least) = (slots, least);
        }
        Ok(self.memory.try_resize(self.bytes(keys.len())).is_ok())
    }

    /// Bytes it may hold after as many more groups.
    fn bytes(&self, more: usize) -> usize {
        let groups = self.keys.len() + more;
        self.slots.len() * 4 + groups * (8 + self.sums.iter().map(Sums::bytes_each).sum::<usize>())
    }

    /// Adds the rows of a batch.
    fn add<K>(&mut self, keys: &PrimitiveArray<K>, batch: &RecordBatch) -> Result<()>
    where
        K: ArrowPrimitiveType,
        i64: From<K::Native>,
    {
        let mut groups = vec![0_usize; keys.len()];
        if keys.null_count() == 0 {
            for (group, key) in groups.iter_mut().zip(keys.values()) {
                *group = self.group_of(i64::from(*key));
            }
        } else {
            for (group, key) in groups.iter_mut().zip(keys) {
                *group = match key {
                    Some(key) => self.group_of(i64::from(key)),
                    None => self.group_of_none(),
                };
            }
        }
        let all = self.keys.len();
        self.sums.iter_mut().try_for_each(|sums| sums.add(&groups, all, batch))
    }

    #[inline]
    fn group_of(&mut self, key: i64) -> usize {
        let slot = &mut self.slots[(key - self.least) as usize];
        if *slot == 0 {
            self.keys.push(key);
            *slot = self.keys.len() as u32;
        }
        *slot as usize - 1
    }

    fn group_of_none(&mut self) -> usize {
        let groups = &mut self.keys;
        let none = *self.none.get_or_insert_with(|| {
            groups.push(0);
            groups.len() as u32 - 1
        });
        none as usize
    }

    /// The groups as the first half of a grouping hands them on; `None` if there are none.
    fn finish<K: ArrowPrimitiveType>(mut self, schema: &SchemaRef) -> Result<Option<RecordBatch>> {
        if self.keys.is_empty() {
            return Ok(None);
        }
        let none = self.none;
        // Each came out of a value of the type.
        let native = |(at, key): (usize, &i64)| {
            let is_none = none == Some(at as u32);
            (!is_none).then(|| K::Native::usize_as(*key as usize))
        };
        let keys: PrimitiveArray<K> = self.keys.iter().enumerate().map(native).collect();
        let mut columns: Vec<ArrayRef> = vec![Arc::new(keys)];
        for sums in &mut self.sums {
            columns.extend(sums.state()?);
        }
        Ok(Some(RecordBatch::try_new(Arc::clone(schema), columns)?))
    }
}

/// The rows of one partition that are left, for an operator that asks for them once.
struct Rest {
    rows: Mutex<Option<SendableRecordBatchStream>>,
    properties: Arc<PlanProperties>,
}

impl fmt::Debug for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rest")
    }
}

impl DisplayAs for Rest {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RestExec")
    }
}

impl ExecutionPlan for Rest {
    fn name(&self) -> &'static str {
        "RestExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }

    fn execute(&self, _: usize, _: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner).take();
        rows.ok_or_else(|| DataFusionError::Internal("the rest is read once".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::prelude::{SessionConfig, SessionContext};

    /// What a query gives, sorted, with groupings by place and without, and whether there was one.
    async fn both(text: &str) -> (String, String, bool) {
        let config = SessionConfig::new().with_target_partitions(2).with_batch_size(1_000);
        let context = SessionContext::new_with_config(config);
        // A plan runs once, so there are two.
        let planned =
            async || context.sql(text).await.unwrap().create_physical_plan().await.unwrap();
        let (plan, by_place) = (planned().await, dense(planned().await).unwrap());
        let there = datafusion::physical_plan::displayable(by_place.as_ref())
            .indent(false)
            .to_string()
            .contains("by place");
        let mut texts = Vec::new();
        for plan in [plan, by_place] {
            let rows = datafusion::physical_plan::collect(plan, context.task_ctx()).await.unwrap();
            let rows = arrow::util::pretty::pretty_format_batches(&rows).unwrap().to_string();
            let mut lines: Vec<&str> = rows.lines().collect();
            lines.sort_unstable();
            texts.push(lines.join("\n"));
        }
        let by_place = texts.pop().unwrap();
        (texts.pop().unwrap(), by_place, there)
    }

    /// Rows whose keys are this, with money of which some is missing.
    fn question(key: &str) -> String {
        format!(
            "SELECT {key} AS k, count(*), count(m), sum(m), min(m), max(m), avg(m), sum(x) \
             FROM (SELECT x, CASE WHEN x % 7 <> 3 THEN CAST(x * 11 - 900 AS DECIMAL(38, 3)) END AS m \
                 FROM generate_series(1, 20000) a(x)) GROUP BY k"
        )
    }

    #[tokio::test]
    async fn groups_by_place_are_the_engines_own() {
        for key in [
            "CAST(x % 900 AS INT UNSIGNED)",
            "CAST(x % 40 - 20 AS INT)",
            "CAST(CAST(x % 365 - 100 AS INT) AS DATE)",
            // Some have no key, then none has.
            "CASE WHEN x % 5 <> 0 THEN CAST(x % 9 AS INT) END",
            "CASE WHEN x < 0 THEN CAST(x AS INT) END",
            // More room is made on either side.
            "CAST(CASE WHEN x % 2 = 0 THEN x ELSE -x END AS INT)",
            // Too far apart at once, and after a while.
            "CAST(x * 100000 AS INT)",
            "CAST(CASE WHEN x < 9000 THEN x % 50 ELSE x * 100000 END AS INT)",
        ] {
            let (plain, by_place, there) = both(&question(key)).await;
            assert!(there, "{key} is grouped by place");
            assert_eq!(by_place, plain, "{key}");
        }
    }

    #[tokio::test]
    async fn what_does_not_suit_is_left_alone() {
        for text in [
            "SELECT CAST(x % 9 AS INT) AS k, count(DISTINCT x) FROM generate_series(1, 99) a(x) GROUP BY k",
            "SELECT x % 9 AS k, count(*) FROM generate_series(1, 99) a(x) GROUP BY k",
            "SELECT CAST(x % 9 AS INT) AS k, CAST(x % 2 AS INT) AS l, count(*) FROM generate_series(1, 99) a(x) GROUP BY k, l",
            "SELECT CAST(x % 9 AS INT) AS k, sum(x) FILTER (WHERE x > 5) FROM generate_series(1, 99) a(x) GROUP BY k",
        ] {
            let (plain, by_place, there) = both(text).await;
            // Distinct values are grouped twice, and the first time not by one number.
            assert!(!there || text.contains("DISTINCT"), "{text}");
            assert_eq!(by_place, plain, "{text}");
        }
    }
}
