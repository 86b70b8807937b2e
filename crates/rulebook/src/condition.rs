//! A condition over the features of a payment: SQL that DataFusion's own parser and coercion read, so that it means
//! here what it means in a query over history, compiled to the steps the engine runs (`compile.rs`). What
//! could overflow, divide by zero, compare money with seconds, or is never true is refused before
//! anybody relies on it.

mod compile;

use crate::limits::{SUM_BYTES_MAX, TEXT_BYTES_MAX};
use arrow_schema::{DataType, Field, Schema};
use datafusion_common::config::ConfigOptions;
use datafusion_common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion_common::{DFSchema, DFSchemaRef, DataFusionError, TableReference};
use datafusion_expr::planner::ContextProvider;
use datafusion_expr::simplify::SimplifyContext;
use datafusion_expr::{
    AggregateUDF, ColumnarValue, Expr, ExprSchemable, HigherOrderUDF, ScalarFunctionArgs,
    ScalarUDF, ScalarUDFImpl, Signature, TableSource, Volatility, WindowUDF,
};
use datafusion_optimizer::simplify_expressions::ExprSimplifier;
use datafusion_sql::planner::{ParserOptions, PlannerContext, SqlToRel};
use datafusion_sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion_sql::sqlparser::parser::Parser;
use engine::risk::{Feature, Unit};
use std::fmt;
use std::sync::{Arc, OnceLock};

pub use compile::{Compiler, Spoken};

/// Digits of money in features.
pub const MONEY: DataType = DataType::Decimal128(18, 3);
/// How deep a condition may nest.
const DEPTH_MAX: usize = 64;

/// What is wrong with a condition, and where if that can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// What is wrong, for whoever wrote it.
    pub says: String,
    /// Line and column in the condition, from 1.
    pub at: Option<(usize, usize)>,
    /// A name that stands where it is wrong, while the place is not known.
    near: Option<String>,
}

impl Wrong {
    fn new(says: impl Into<String>) -> Wrong {
        Wrong { says: says.into(), at: None, near: None }
    }

    /// It stands in this part, at the part's first name; what was found deeper inside stays.
    fn near(mut self, part: &Expr) -> Wrong {
        if self.at.is_none() && self.near.is_none() {
            let _ = part.apply(|inner| match inner {
                Expr::Column(column) => {
                    self.near = Some(column.name.clone());
                    Ok(TreeNodeRecursion::Stop)
                }
                _ => Ok(TreeNodeRecursion::Continue),
            });
        }
        self
    }

    /// With its place in the text, as far as a name tells it.
    fn placed(mut self, text: &str) -> Wrong {
        match self.near.take() {
            Some(name) => self.by_word(text, &name),
            None => self,
        }
    }

    /// The first place in `text` where `word` stands.
    fn by_word(mut self, text: &str, word: &str) -> Wrong {
        let edge = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let place = text.match_indices(word).map(|(at, _)| at).find(|at| {
            edge(text[..*at].chars().next_back()) && edge(text[at + word.len()..].chars().next())
        });
        self.at = place.map(|at| {
            let before = &text[..at];
            let line = before.matches('\n').count() + 1;
            (line, before.chars().rev().take_while(|c| *c != '\n').count() + 1)
        });
        self
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some((line, column)) => write!(f, "line {line}, column {column}: {}", self.says),
            None => f.write_str(&self.says),
        }
    }
}

impl std::error::Error for Wrong {}

/// A condition that was read, not compiled yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// As it was written.
    pub text: String,
    expr: Expr,
}

impl Condition {
    /// Reads a condition over features.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn read(text: &str) -> Result<Condition, Wrong> {
        Condition::made(text, TEXT_BYTES_MAX)
    }

    /// Reads a condition that was made of several texts.
    pub(crate) fn made(text: &str, bytes_max: usize) -> Result<Condition, Wrong> {
        let expr = understood(text, bytes_max)?;
        let kind = expr.get_type(schema()).map_err(|error| explained(&error, text))?;
        if kind != DataType::Boolean && kind != DataType::Null {
            return Err(Wrong::new(format!(
                "a condition is true or false, and this is {}",
                kind_word(&kind)
            )));
        }
        Ok(Condition { text: text.to_owned(), expr })
    }
}

/// A number over features that was read, not compiled yet: a scorecard's sum.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sum {
    text: String,
    expr: Expr,
}

impl Sum {
    pub(crate) fn read(text: &str) -> Result<Sum, Wrong> {
        Ok(Sum { text: text.to_owned(), expr: understood(text, SUM_BYTES_MAX)? })
    }
}

/// The columns a condition may name.
pub fn columns() -> Schema {
    let field = |feature: Feature| {
        let kind = match feature.unit() {
            Unit::Money => MONEY,
            Unit::Flag => DataType::Boolean,
            _ if feature.name() == "currency" => DataType::Utf8,
            _ => DataType::Int64,
        };
        Field::new(feature.name(), kind, feature.nullable())
    };
    Schema::new(Feature::all().map(field).collect::<Vec<_>>())
}

fn schema() -> &'static DFSchemaRef {
    static SCHEMA: OnceLock<DFSchemaRef> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let schema = DFSchema::try_from(columns());
        Arc::new(schema.unwrap_or_else(|error| unreachable!("names of features differ: {error}")))
    })
}

/// What a kind of value is called.
fn kind_word(kind: &DataType) -> &'static str {
    match kind {
        DataType::Boolean => "true or false",
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => "a text",
        DataType::Decimal128(..) | DataType::Decimal256(..) => "an amount",
        kind if kind.is_numeric() => "a number",
        _ => "something else",
    }
}

/// Parsed, with its types made to fit.
fn understood(text: &str, bytes_max: usize) -> Result<Expr, Wrong> {
    if text.len() > bytes_max {
        return Err(Wrong::new(format!("a condition has at most {bytes_max} bytes")));
    }
    let dialect = PostgreSqlDialect {};
    let unread = |error: &dyn fmt::Display| {
        let says = error.to_string();
        let says = says.strip_prefix("sql parser error: ").unwrap_or(&says).to_owned();
        let (says, at) = match says.split_once(" at Line: ") {
            Some((says, place)) => (says.to_owned(), place_of(place)),
            None => (says, None),
        };
        Wrong { at, ..Wrong::new(format!("this is not a condition: {says}")) }
    };
    let parser = Parser::new(&dialect).with_recursion_limit(DEPTH_MAX).try_with_sql(text);
    let mut parser = parser.map_err(|error| unread(&error))?;
    let parsed = parser.parse_expr().map_err(|error| unread(&error))?;
    let next = parser.peek_token();
    if next.token != datafusion_sql::sqlparser::tokenizer::Token::EOF {
        let at = Some((next.span.start.line as usize, next.span.start.column as usize));
        return Err(Wrong { at, ..Wrong::new(format!("the condition ends before {next}")) });
    }
    let options = ParserOptions { parse_float_as_decimal: true, ..ParserOptions::default() };
    let planner = SqlToRel::new_with_options(&Names, options);
    let expr = planner.sql_to_expr(parsed, schema(), &mut PlannerContext::new());
    let expr = expr.map_err(|error| explained(&error, text))?;
    let context = SimplifyContext::builder().with_schema(Arc::clone(schema())).build();
    let simplifier = ExprSimplifier::new(context);
    // Not simplified: `amount % 1` becomes 0 there, of decimals too, and what is constant the compiler folds.
    simplifier.coerce(expr, schema()).map_err(|error| explained(&error, text))
}

/// `3, Column: 7` as numbers.
fn place_of(text: &str) -> Option<(usize, usize)> {
    let (line, column) = text.split_once(", Column: ")?;
    Some((line.trim().parse().ok()?, column.trim().parse().ok()?))
}

/// An error of the planner in the words of whoever writes conditions.
fn explained(error: &DataFusionError, text: &str) -> Wrong {
    let says = error.strip_backtrace();
    let first = says.lines().next().unwrap_or_default();
    if let Some(name) = first.split("No field named ").nth(1) {
        let name: String =
            name.chars().take_while(|c| c.is_alphanumeric() || "_\"".contains(*c)).collect();
        let name = name.trim_matches('"').to_owned();
        let near = nearest(&name);
        let near = near.map_or(String::new(), |near| format!("; is it {near}?"));
        let wrong = Wrong::new(format!("there is no feature {name}{near}"));
        return wrong.by_word(text, &name);
    }
    if let Some(name) = first.split("Invalid function '").nth(1) {
        let name: String = name.chars().take_while(|c| *c != '\'').collect();
        let wrong = Wrong::new(format!(
            "there is no function {name} in conditions, only coalesce and nullif"
        ));
        return wrong.by_word(text, &name);
    }
    let plain = first
        .trim_start_matches("Error during planning: ")
        .trim_start_matches("type_coercion\ncaused by\n")
        .to_owned();
    Wrong::new(plain)
}

/// The name of a feature that differs from `name` the least, if it is not quite another.
fn nearest(name: &str) -> Option<String> {
    let names = Feature::all().map(Feature::name);
    let (distance, nearest) = names.map(|known| (distance(name, &known), known)).min()?;
    (distance <= name.len() / 3 + 1).then_some(nearest)
}

/// How many letters must change.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, letter) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = at + 1;
        for (place, other) in b.iter().enumerate() {
            let change = corner + usize::from(letter != *other);
            corner = row[place + 1];
            row[place + 1] = change.min(row[place] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

/// The function that asks whether somebody is on a list.
pub(crate) const ON_LIST: &str = "on_list";

/// `on_list(payee_lists, 'name')`, as far as types are concerned. What it says is compiled; it is never called.
#[derive(Debug, PartialEq, Eq, Hash)]
struct OnList(Signature);

impl Default for OnList {
    fn default() -> OnList {
        OnList(Signature::exact(vec![DataType::Int64, DataType::Utf8], Volatility::Immutable))
    }
}

impl ScalarUDFImpl for OnList {
    fn name(&self) -> &str {
        ON_LIST
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _: &[DataType]) -> datafusion_common::Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> datafusion_common::Result<ColumnarValue> {
        Err(DataFusionError::Plan("lists belong to a rule set".to_owned()))
    }
}

/// The names a condition may use: three functions, and no table.
struct Names;

impl ContextProvider for Names {
    fn get_table_source(
        &self,
        name: TableReference,
    ) -> datafusion_common::Result<Arc<dyn TableSource>> {
        Err(DataFusionError::Plan(format!("a condition has no tables, and names {name}")))
    }

    fn get_function_meta(&self, name: &str) -> Option<Arc<ScalarUDF>> {
        match name {
            "coalesce" => Some(datafusion_functions::core::coalesce()),
            "nullif" => Some(datafusion_functions::core::nullif()),
            ON_LIST => Some(Arc::new(ScalarUDF::from(OnList::default()))),
            _ => None,
        }
    }

    fn get_higher_order_meta(&self, _: &str) -> Option<Arc<HigherOrderUDF>> {
        None
    }

    fn get_aggregate_meta(&self, _: &str) -> Option<Arc<AggregateUDF>> {
        None
    }

    fn get_window_meta(&self, _: &str) -> Option<Arc<WindowUDF>> {
        None
    }

    fn get_variable_type(&self, _: &[String]) -> Option<DataType> {
        None
    }

    fn options(&self) -> &ConfigOptions {
        static OPTIONS: OnceLock<ConfigOptions> = OnceLock::new();
        OPTIONS.get_or_init(ConfigOptions::default)
    }

    fn udf_names(&self) -> Vec<String> {
        ["coalesce", "nullif", ON_LIST].map(str::to_owned).into()
    }

    fn higher_order_function_names(&self) -> Vec<String> {
        Vec::new()
    }

    fn udaf_names(&self) -> Vec<String> {
        Vec::new()
    }

    fn udwf_names(&self) -> Vec<String> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests;
