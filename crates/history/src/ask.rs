//! A question and its answer. The text is parsed and found to be one query that only reads; it is planned
//! over a snapshot and runs within its limits; what comes out is counted and hashed on the way, so that the
//! journal can say who saw what. Errors speak of the query, not of our types.

mod dense;
mod parameters;
mod yielding;

use crate::answer::Answer;
use crate::history::{AsOf, History, Moment};
use crate::limits::Limits;
use crate::snapshot::{Engine, Ledger, Snapshot};
use crate::trouble::{AskFailed, words};
use crate::vault::Opener;
use arrow::datatypes::SchemaRef;
use datafusion::common::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::display::DisplayableExecutionPlan;
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::{self, SetExpr};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};
use journal::Disk;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Bytes of a query's text at most.
pub const QUERY_BYTES_MAX: usize = 1 << 20;
/// How deep a query may nest.
const DEPTH_MAX: usize = 64;
/// Operators of a query. Each may make what is understood of it one deeper, as brackets do; what is thousands deep takes all
/// of a thread's stack, which ends the process, or minutes to plan.
const OPERATORS_MAX: usize = 500;

/// Takes questions about one bank's history.
pub struct Desk<D: Disk> {
    history: Arc<History<D>>,
    engine: Engine,
    opener: Arc<dyn Opener>,
    ledger: Option<Arc<dyn Ledger>>,
}

impl<D: Disk> fmt::Debug for Desk<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("history", &self.history).finish_non_exhaustive()
    }
}

/// A query that was understood, over a snapshot.
#[derive(Clone, Debug)]
pub struct Planned {
    pub(crate) snapshot: Snapshot,
    pub(crate) plan: LogicalPlan,
    text: Arc<str>,
    time: Duration,
    /// Counts answers: each holds a clone.
    running: Arc<()>,
}

impl<D: Disk> Desk<D> {
    /// A desk over a history. `opener` opens personal data; `ledger` is the running bank, if there is one.
    ///
    /// # Errors
    /// The folder for spilling cannot be used.
    pub fn new(
        history: Arc<History<D>>,
        limits: Limits,
        opener: Arc<dyn Opener>,
        ledger: Option<Arc<dyn Ledger>>,
    ) -> Result<Desk<D>, AskFailed> {
        let engine = Engine::new(limits, history.archive()).map_err(|error| words::of(&error))?;
        Ok(Desk { history, engine, opener, ledger })
    }

    /// How many answers are being given: started, and neither at their end nor dropped.
    pub fn running(&self) -> usize {
        Arc::strong_count(&self.engine.running) - 1
    }

    /// The history it asks.
    pub fn history(&self) -> &Arc<History<D>> {
        &self.history
    }

    /// Everything as of a moment, for several questions about the same one; without `ledger_balances`.
    ///
    /// # Errors
    /// The journal cannot be read; there is no such moment.
    pub fn snapshot(&self, as_of: AsOf) -> Result<Snapshot, AskFailed> {
        Ok(Snapshot::new(&self.history, &self.engine, as_of, &self.opener, None)?)
    }

    /// Everything as of the moment the ledger itself is at, with its balances, if there is a ledger.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn snapshot_with_ledger(&self) -> Result<Snapshot, AskFailed> {
        let ledger = self.ledger.as_deref();
        Ok(Snapshot::new(&self.history, &self.engine, AsOf::Now, &self.opener, ledger)?)
    }

    /// What a query needs: all as of a moment, and the ledger's balances if it is of now and names them.
    ///
    /// # Errors
    /// The journal cannot be read; there is no such moment.
    pub fn snapshot_for(&self, as_of: AsOf, text: &str) -> Result<Snapshot, AskFailed> {
        if as_of == AsOf::Now && text.to_ascii_lowercase().contains("ledger_balances") {
            self.snapshot_with_ledger()
        } else {
            self.snapshot(as_of)
        }
    }

    /// Understands a query.
    ///
    /// # Errors
    /// [`AskFailed::Query`] says what is wrong and where.
    pub async fn plan(&self, snapshot: &Snapshot, text: &str) -> Result<Planned, AskFailed> {
        plan_over(snapshot, text, &self.engine).await
    }

    /// Understands and runs a query.
    ///
    /// # Errors
    /// As [`Desk::plan`] and [`Planned::answer`].
    pub async fn ask(&self, as_of: AsOf, text: &str) -> Result<Answer, AskFailed> {
        let snapshot = self.snapshot_for(as_of, text)?;
        self.plan(&snapshot, text).await?.answer().await
    }
}

impl Planned {
    /// What it sees.
    pub fn moment(&self) -> Moment {
        self.snapshot.moment()
    }

    /// The text it was understood from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The columns of its answer.
    pub fn schema(&self) -> SchemaRef {
        crate::answer::plain_schema(&Arc::new(self.plan.schema().as_arrow().clone()))
    }

    /// How it would be run, for people.
    ///
    /// # Errors
    /// It cannot be planned.
    pub async fn explained(&self) -> Result<String, AskFailed> {
        let physical = self.physical().await.map_err(|error| words::of(&error))?;
        let shown = datafusion::physical_plan::displayable(physical.as_ref()).indent(false);
        Ok(shown.to_string())
    }

    /// How it ran, with what each part read and skipped: for those who tune. Its rows are thrown away.
    ///
    /// # Errors
    /// It cannot be planned, or fails.
    pub async fn measured(&self) -> Result<String, AskFailed> {
        let physical = self.physical().await.map_err(|error| words::of(&error))?;
        let context = self.snapshot.state().task_ctx();
        let run = datafusion::physical_plan::collect(Arc::clone(&physical), context);
        run.await.map_err(|error| words::of(&error))?;
        let shown = DisplayableExecutionPlan::with_metrics(physical.as_ref()).indent(false);
        Ok(shown.to_string())
    }

    /// How it is run.
    async fn physical(&self) -> datafusion::common::Result<Arc<dyn ExecutionPlan>> {
        dense::dense(self.snapshot.state().create_physical_plan(&self.plan).await?)
    }

    /// Starts it. Rows come as they are found; dropping the answer stops the work.
    ///
    /// # Errors
    /// It cannot be planned or started.
    pub async fn answer(self) -> Result<Answer, AskFailed> {
        let physical = self.physical().await.and_then(yielding::yielding);
        let physical = physical.map_err(|error| words::of(&error))?;
        let context = self.snapshot.state().task_ctx();
        let stream = datafusion::physical_plan::execute_stream(physical, context);
        let stream = stream.map_err(|error| words::of(&error))?;
        Ok(Answer::new(&self.text, stream, self.time, (self.snapshot.clone(), self.running)))
    }
}

/// Understands a query over a snapshot.
pub(crate) async fn plan_over(
    snapshot: &Snapshot,
    text: &str,
    engine: &Engine,
) -> Result<Planned, AskFailed> {
    let statement = read_only(text)?;
    let state = snapshot.state();
    let plan = state.statement_to_plan(statement).await;
    let plan = plan.map_err(|error| words::of_plan(&error, text))?;
    // A second lock on the same door: nothing in the plan itself may write.
    let reads =
        SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    reads.verify_plan(&plan).map_err(|_| AskFailed::Query(ONLY_READS.into()))?;
    let (snapshot, time) = (snapshot.clone(), engine.limits.time);
    let running = Arc::clone(&engine.running);
    Ok(Planned { snapshot, plan, text: text.into(), time, running })
}

const ONLY_READS: &str = "queries here only read: one SELECT (or VALUES, or WITH … SELECT), nothing that creates, changes, copies or sets anything";

/// The text as one statement that only reads.
fn read_only(text: &str) -> Result<Statement, AskFailed> {
    if text.len() > QUERY_BYTES_MAX {
        return Err(AskFailed::Query(format!(
            "the query has {} bytes, and one may have {QUERY_BYTES_MAX}",
            text.len()
        )));
    }
    let dialect = PostgreSqlDialect {};
    let operators = Tokenizer::new(&dialect, text).tokenize().unwrap_or_default();
    let operators = operators.iter().filter(|token| deepens(token)).count();
    if operators > OPERATORS_MAX {
        return Err(AskFailed::Query(format!(
            "the query has {operators} operators and words such as AND, JOIN and UNION, and one may have {OPERATORS_MAX}"
        )));
    }
    let parser = DFParserBuilder::new(text).with_dialect(&dialect).with_recursion_limit(DEPTH_MAX);
    let statements = parser.build().and_then(|mut parser| parser.parse_statements());
    let mut statements =
        statements.map_err(|error: DataFusionError| words::of_plan(&error, text))?;
    let one = statements.pop_front().ok_or_else(|| AskFailed::Query("there is no query".into()))?;
    if !statements.is_empty() {
        return Err(AskFailed::Query("one query at a time, please; there are several".into()));
    }
    let reads = match &one {
        Statement::Statement(inner) => match &**inner {
            ast::Statement::Query(query) => only_reads(query),
            _ => false,
        },
        _ => false,
    };
    if reads { Ok(one) } else { Err(AskFailed::Query(ONLY_READS.into())) }
}

/// Whether a token may make what stands around it one deeper, without a bracket.
fn deepens(token: &Token) -> bool {
    use Keyword::{
        AND, AT, BETWEEN, COLLATE, DIV, EXCEPT, ILIKE, IN, INTERSECT, IS, JOIN, LIKE, NOT, OR,
        RLIKE, SIMILAR, UNION, XOR,
    };
    match token {
        Token::Word(word) => matches!(
            word.keyword,
            AND | AT
                | BETWEEN
                | COLLATE
                | DIV
                | EXCEPT
                | ILIKE
                | IN
                | INTERSECT
                | IS
                | JOIN
                | LIKE
                | NOT
                | OR
                | RLIKE
                | SIMILAR
                | UNION
                | XOR
        ),
        // What stands in long lists of values.
        Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::EscapedStringLiteral(_)
        | Token::NationalStringLiteral(_)
        | Token::HexStringLiteral(_)
        | Token::UnicodeStringLiteral(_)
        | Token::Comma
        | Token::Whitespace(_)
        | Token::LParen
        | Token::RParen
        | Token::Period
        | Token::SemiColon
        | Token::EOF => false,
        _ => true,
    }
}

/// Also what stands in its parts: `WITH x AS (DELETE …)` is a query to the parser.
fn only_reads(query: &ast::Query) -> bool {
    let with = query.with.iter().flat_map(|with| &with.cte_tables);
    query.locks.is_empty()
        && with.map(|cte| &cte.query).all(|q| only_reads(q))
        && body_reads(&query.body)
}

fn body_reads(body: &SetExpr) -> bool {
    match body {
        SetExpr::Select(select) => select.into.is_none(),
        SetExpr::Query(query) => only_reads(query),
        SetExpr::SetOperation { left, right, .. } => body_reads(left) && body_reads(right),
        SetExpr::Values(_) | SetExpr::Table(_) => true,
        _ => false,
    }
}
