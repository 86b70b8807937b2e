//! The statement of one account: its postings in order with the balance after each. What is read and how is known
//! beforehand, so that no query has to be planned for it: the pages in which the account can be, sorted and summed.
//! `tests/history/asking.rs` holds it against the query it stands for.

use crate::functions::Text;
use crate::stored::{MONEY, TEXT};
use arrow::array::{ArrayRef, AsArray, Decimal128Array, Decimal128Builder, RecordBatch};
use arrow::compute::SortOptions;
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::common::{DFSchema, DataFusionError, Result, ScalarValue};
use datafusion::datasource::{TableType, ViewTable, provider_as_source};
use datafusion::execution::TaskContext;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, SortExpr, cast, col, lit, when};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::{
    EquivalenceProperties, LexOrdering, Partitioning, PhysicalExpr, PhysicalSortExpr,
};
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::projection::ProjectionExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, SendableRecordBatchStream,
};
use futures::StreamExt;
use std::fmt;
use std::sync::{Arc, Mutex};
use terms::Day;

/// What of the stored postings a statement is made of.
const READ: [&str; 11] = [
    "entry",
    "row",
    "leg",
    "account_key",
    "is_credit",
    "amount",
    "currency_no",
    "counter_key",
    "code",
    "booking_date",
    "value_date",
];

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The account's id as text.
    pub account: String,
    /// The first day shown; the balance counts what was before it.
    pub from: Day,
    /// The last day.
    pub to: Day,
    /// By which date: `booking_date` or `value_date`.
    pub date: &'static str,
}

/// The table of a statement, in the order of a statement.
///
/// # Errors
/// There are no postings to read, or the engine's own.
pub async fn table(state: &SessionState, asked: Asked) -> Result<Arc<dyn TableProvider>> {
    let internal = |what: &str| DataFusionError::Internal(what.to_owned());
    let postings = state.schema_for_ref("stored.postings")?.table("postings").await?;
    let postings = postings.ok_or_else(|| internal("there are no postings"))?;
    let names = state.scalar_functions().get("account_text");
    let names = names.and_then(|function| {
        let inner: &dyn std::any::Any = function.inner().as_ref();
        inner.downcast_ref::<Text>()
    });
    let names = names.ok_or_else(|| internal("nobody knows the accounts"))?;
    let key = names.arguments_of(&asked.account).and_then(|mut key| key.pop());
    let key = key.ok_or_else(|| internal("an account is one number"))?;
    let order =
        [asked.date, "entry", "row", "leg"].map(|name| SortExpr::new(col(name), true, false));
    let statement = Statement { asked, key, postings, schema: Arc::new(schema()) };
    let source = provider_as_source(Arc::new(statement));
    // It comes in this order; said to the engine, so that what is built upon it keeps it.
    let plan = LogicalPlanBuilder::scan("statement", source, None)?.sort(order)?.build()?;
    Ok(Arc::new(ViewTable::new(plan, None)))
}

fn schema() -> Schema {
    let must = |name: &str, kind| Field::new(name, kind, false);
    let may = |name: &str, kind| Field::new(name, kind, true);
    Schema::new(vec![
        must("entry", DataType::UInt64),
        must("row", DataType::UInt32),
        must("leg", DataType::UInt8),
        must("booking_date", DataType::Date32),
        must("value_date", DataType::Date32),
        must("side", DataType::Utf8),
        may("amount", MONEY),
        may("signed_amount", MONEY),
        may("balance", MONEY),
        may("currency", TEXT),
        may("counter_account", TEXT),
        must("code", DataType::Int32),
    ])
}

/// A statement as a table.
#[derive(Debug)]
struct Statement {
    asked: Asked,
    key: ScalarValue,
    postings: Arc<dyn TableProvider>,
    schema: SchemaRef,
}

#[async_trait]
impl TableProvider for Statement {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::View
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Asked { from, to, date, .. } = &self.asked;
        let stored = self.postings.schema();
        let read: Vec<usize> =
            READ.iter().map(|name| stored.index_of(name)).collect::<Result<_, _>>()?;
        let conditions = [
            col("account_key").eq(Expr::Literal(self.key.clone(), None)),
            col(*date).lt_eq(lit(ScalarValue::Date32(Some(to.0)))),
        ];
        let rows = self.postings.scan(state, Some(&read), &conditions, None).await?;
        let [account, until] = conditions;
        let read = DFSchema::try_from(rows.schema())?;
        let condition = state.create_physical_expr(account.and(until), &read)?;
        let rows = Arc::new(FilterExec::try_new(condition, rows)?);
        let rows = Arc::new(CoalescePartitionsExec::new(rows));
        let ordering = ordering(&rows.schema(), date)?;
        let rows = Arc::new(SortExec::new(ordering.clone(), rows));
        let rows = Arc::new(Running::over(rows, ordering, *from, date)?);
        let shown = shown(state, &rows.schema(), projection)?;
        Ok(Arc::new(ProjectionExec::try_new(shown, rows)?))
    }
}

fn ordering(schema: &Schema, date: &str) -> Result<LexOrdering> {
    let options = SortOptions { descending: false, nulls_first: false };
    let mut by = Vec::with_capacity(4);
    for name in [date, "entry", "row", "leg"] {
        let column: Arc<dyn PhysicalExpr> = Arc::new(Column::new_with_schema(name, schema)?);
        by.push(PhysicalSortExpr::new(column, options));
    }
    LexOrdering::new(by)
        .ok_or_else(|| DataFusionError::Internal("a statement has an order".to_owned()))
}

type Shown = Vec<(Arc<dyn PhysicalExpr>, String)>;

/// The columns of a statement that are asked for, out of those of [`Running`].
fn shown(
    state: &dyn Session,
    schema: &SchemaRef,
    projection: Option<&Vec<usize>>,
) -> Result<Shown> {
    let functions = state.scalar_functions();
    let text = |function: &str, of: &str| match functions.get(function) {
        Some(function) => Ok(function.call(vec![col(of)])),
        None => Err(DataFusionError::Internal(format!("there is no {function}"))),
    };
    let columns = [
        ("entry", col("entry")),
        ("row", col("row")),
        ("leg", col("leg")),
        ("booking_date", col("booking_date")),
        ("value_date", col("value_date")),
        ("side", when(col("is_credit"), lit("credit")).otherwise(lit("debit"))?),
        ("amount", col("amount")),
        ("signed_amount", col("signed_amount")),
        ("balance", col("balance")),
        ("currency", text("currency_text", "currency_no")?),
        ("counter_account", text("account_text", "counter_key")?),
        ("code", cast(col("code"), DataType::Int32)),
    ];
    let all: Vec<usize> = (0..columns.len()).collect();
    let given = DFSchema::try_from(Arc::clone(schema))?;
    let wanted = projection.unwrap_or(&all).iter();
    wanted
        .map(|at| {
            let (name, expr) = &columns[*at];
            Ok((state.create_physical_expr(expr.clone(), &given)?, (*name).to_owned()))
        })
        .collect()
}

/// Adds to sorted postings their signed amounts and the balance after each, and leaves out those before a day.
#[derive(Debug)]
struct Running {
    input: Arc<dyn ExecutionPlan>,
    ordering: LexOrdering,
    from: Day,
    date: &'static str,
    properties: Arc<PlanProperties>,
}

impl Running {
    fn over(
        input: Arc<dyn ExecutionPlan>,
        ordering: LexOrdering,
        from: Day,
        date: &'static str,
    ) -> Result<Running> {
        let mut fields: Vec<Field> =
            input.schema().fields().iter().map(|field| field.as_ref().clone()).collect();
        fields.push(Field::new("signed_amount", MONEY, true));
        fields.push(Field::new("balance", MONEY, true));
        let schema = Arc::new(Schema::new(fields));
        let properties = PlanProperties::new(
            EquivalenceProperties::new_with_orderings(schema, [ordering.clone()]),
            Partitioning::UnknownPartitioning(1),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Ok(Running { input, ordering, from, date, properties: Arc::new(properties) })
    }
}

impl DisplayAs for Running {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatementExec: from={} by {}", self.from, self.date)
    }
}

impl ExecutionPlan for Running {
    fn name(&self) -> &'static str {
        "StatementExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn required_input_ordering(
        &self,
    ) -> Vec<Option<datafusion::physical_expr::OrderingRequirements>> {
        vec![Some(self.ordering.clone().into())]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn benefits_from_input_partitioning(&self) -> Vec<bool> {
        vec![false]
    }

    fn input_distribution_requirements(
        &self,
    ) -> datafusion::physical_plan::InputDistributionRequirements {
        datafusion::physical_plan::InputDistributionRequirements::new(vec![
            datafusion::physical_plan::Distribution::SinglePartition,
        ])
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
        Ok(Arc::new(Running::over(input, self.ordering.clone(), self.from, self.date)?))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let rows = self.input.execute(partition, context)?;
        let (schema, from, date) = (self.schema(), self.from, self.date);
        let given = Arc::clone(&schema);
        let balance = Mutex::new(None);
        let rows = rows.map(move |batch| {
            let mut balance = balance.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            with_balance(&batch?, &schema, &mut balance, from, date)
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(given, rows)))
    }
}

/// The rows from a day on, with what each moves and the balance after it. `balance` is that before the first row, and
/// `None` as long as no amount was there: an amount that is too large for its column is none.
fn with_balance(
    batch: &RecordBatch,
    schema: &SchemaRef,
    balance: &mut Option<i128>,
    from: Day,
    date: &str,
) -> Result<RecordBatch> {
    let column =
        |name: &str| Ok::<_, DataFusionError>(batch.column(batch.schema().index_of(name)?));
    let credits = column("is_credit")?.as_boolean();
    let amounts = column("amount")?.as_primitive::<Decimal128Type>();
    let mut balances = Decimal128Builder::with_capacity(batch.num_rows()).with_data_type(MONEY);
    let mut moved = Decimal128Builder::with_capacity(batch.num_rows()).with_data_type(MONEY);
    for (amount, is_credit) in amounts.iter().zip(credits.values()) {
        let signed = amount.map(|amount| if is_credit { amount } else { -amount });
        moved.append_option(signed);
        // As the engine's own sum: what overflows 128 bits wraps.
        *balance =
            signed.map_or(*balance, |signed| Some(balance.unwrap_or(0).wrapping_add(signed)));
        balances.append_option(*balance);
    }
    let mut columns = batch.columns().to_vec();
    let finished = |mut builder: Decimal128Builder| -> ArrayRef {
        let array: Decimal128Array = builder.finish();
        Arc::new(array)
    };
    columns.extend([finished(moved), finished(balances)]);
    let days = column(date)?.as_primitive::<Date32Type>().values();
    let start = days.partition_point(|day| *day < from.0);
    let shown = RecordBatch::try_new(Arc::clone(schema), columns)?;
    Ok(shown.slice(start, batch.num_rows() - start))
}
