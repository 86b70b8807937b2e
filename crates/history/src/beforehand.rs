//! Sums before joins. Whoever asks for volumes by kind of party joins every posting with its account's owner, and
//! groups what comes out; this rule sums the postings of each account first and joins the sums, which are few. Only
//! done where it is known to pay: for transfers and postings, by the number of an account, which each of them shares
//! with many others.

use arrow::datatypes::DataType;
use datafusion::common::tree_node::Transformed;
use datafusion::common::{Column, DFSchema, JoinType, NullEquality, Result};
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::functions_aggregate::expr_fn::{max, min, sum as add};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::{
    Aggregate, Expr, ExprSchemable, Join, LogicalPlan, LogicalPlanBuilder, lit,
};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};
use std::sync::Arc;

/// The rule.
#[derive(Debug, Default)]
pub struct Beforehand;

impl OptimizerRule for Beforehand {
    fn name(&self) -> &'static str {
        "sums_before_joins"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        _: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        let earlier = match &plan {
            LogicalPlan::Aggregate(aggregate) => earlier(aggregate),
            _ => None,
        };
        // What was summed by a join's key is looked at next, and may be summed further down.
        Ok(earlier.map_or_else(|| Transformed::no(plan), Transformed::yes))
    }
}

/// The same grouping with sums made before its join.
fn earlier(aggregate: &Aggregate) -> Option<LogicalPlan> {
    let join = equal_keys(stripped(&aggregate.input))?;
    let schema = join.schema.as_ref();
    let groups: Vec<&Column> = aggregate.group_expr.iter().map(column).collect::<Option<_>>()?;
    let sums: Vec<Summed<'_>> =
        aggregate.aggr_expr.iter().map(|of| summed(of, schema)).collect::<Option<_>>()?;
    let read: Vec<&Column> = sums.iter().filter_map(|sum| sum.of).collect();
    let side = Side::of(join).into_iter().find(|side| {
        let keys = side.keys(&groups);
        read.iter().all(|column| side.has(column)) && pays(side.plan, &keys, &read)
    })?;
    rebuilt(aggregate, join, &side, &groups, &sums).ok()
}

/// One input of a join.
struct Side<'a> {
    plan: &'a LogicalPlan,
    is_left: bool,
    /// What the join compares of it.
    on: Vec<&'a Column>,
}

impl<'a> Side<'a> {
    fn of(join: &'a Join) -> [Side<'a>; 2] {
        let on = |left: bool| {
            let side = move |(l, r): &'a (Expr, Expr)| column(if left { l } else { r });
            join.on.iter().filter_map(side).collect()
        };
        [
            Side { plan: join.left.as_ref(), is_left: true, on: on(true) },
            Side { plan: join.right.as_ref(), is_left: false, on: on(false) },
        ]
    }

    fn has(&self, column: &Column) -> bool {
        self.plan.schema().has_column(column)
    }

    /// What its rows are told apart by further up.
    fn keys<'b>(&self, groups: &[&'b Column]) -> Vec<&'b Column>
    where
        'a: 'b,
    {
        let mut keys: Vec<&Column> = Vec::new();
        let shown = groups.iter().copied().filter(|column| self.has(column));
        for column in self.on.iter().copied().chain(shown) {
            if !keys.contains(&column) {
                keys.push(column);
            }
        }
        keys
    }
}

/// Whether summing the rows of `plan` by `keys` leaves far fewer of them: in the end they are payments, told apart by
/// the number of an account alone.
fn pays(plan: &LogicalPlan, keys: &[&Column], read: &[&Column]) -> bool {
    match stripped(plan) {
        LogicalPlan::Filter(filter) => pays(&filter.input, keys, read),
        LogicalPlan::TableScan(scan) => {
            matches!(scan.table_name.table(), "transfers" | "postings")
                && matches!(keys, [one] if one.name.ends_with("_key"))
        }
        inner @ LogicalPlan::Join(_) => equal_keys(inner).is_some_and(|join| {
            Side::of(join).iter().any(|side| {
                read.iter().all(|column| side.has(column))
                    && pays(side.plan, &side.keys(keys), read)
            })
        }),
        _ => false,
    }
}

/// The plan below projections that only choose columns.
fn stripped(plan: &LogicalPlan) -> &LogicalPlan {
    match plan {
        LogicalPlan::Projection(of) if of.expr.iter().all(|expr| column(expr).is_some()) => {
            stripped(&of.input)
        }
        other => other,
    }
}

/// An inner join by columns alone.
fn equal_keys(plan: &LogicalPlan) -> Option<&Join> {
    let LogicalPlan::Join(join) = plan else { return None };
    let plain = join.join_type == JoinType::Inner
        && join.filter.is_none()
        && !join.on.is_empty()
        && join.null_equality == NullEquality::NullEqualsNothing
        && join.on.iter().all(|(l, r)| column(l).is_some() && column(r).is_some());
    plain.then_some(join)
}

fn column(expr: &Expr) -> Option<&Column> {
    match expr {
        Expr::Column(column) => Some(column),
        _ => None,
    }
}

/// A sum that can be made in two steps.
struct Summed<'a> {
    /// As it was asked for.
    expr: &'a Expr,
    kind: Kind,
    /// The column; `None` where rows are counted.
    of: Option<&'a Column>,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Count,
    Sum,
    Least,
    Most,
}

fn summed<'a>(expr: &'a Expr, schema: &DFSchema) -> Option<Summed<'a>> {
    let Expr::AggregateFunction(AggregateFunction { func, params }) = expr else { return None };
    let plain = !params.distinct
        && params.filter.is_none()
        && params.order_by.is_empty()
        && params.null_treatment.is_none();
    let [argument] = params.args.as_slice() else { return None };
    let of = column(argument);
    let kind = match (func.name(), argument) {
        ("count", Expr::Literal(value, _)) if !value.is_null() => Kind::Count,
        ("count", Expr::Column(_)) => Kind::Count,
        // A sum of sums must be of the same type.
        ("sum", Expr::Column(_)) => match argument.get_type(schema).ok()? {
            DataType::Decimal128(38, _) | DataType::Int64 | DataType::UInt64 => Kind::Sum,
            _ => return None,
        },
        ("min", Expr::Column(_)) => Kind::Least,
        ("max", Expr::Column(_)) => Kind::Most,
        _ => return None,
    };
    plain.then_some(Summed { expr, kind, of })
}

fn rebuilt(
    aggregate: &Aggregate,
    join: &Join,
    side: &Side<'_>,
    groups: &[&Column],
    sums: &[Summed<'_>],
) -> Result<LogicalPlan> {
    let keys = side.keys(groups).into_iter().cloned().map(Expr::Column);
    let first = LogicalPlanBuilder::from(side.plan.clone())
        .aggregate(keys, sums.iter().map(|sum| sum.expr.clone()))?
        .build()?;
    let (left, right) = if side.is_left {
        (Arc::new(first), Arc::clone(&join.right))
    } else {
        (Arc::clone(&join.left), Arc::new(first))
    };
    let joined = Join::try_new(
        left,
        right,
        join.on.clone(),
        None,
        join.join_type,
        join.join_constraint,
        join.null_equality,
        join.null_aware,
    )?;
    let part = |sum: &Summed<'_>| {
        Expr::Column(Column::new_unqualified(sum.expr.schema_name().to_string()))
    };
    let second: Vec<Expr> = sums
        .iter()
        .map(|sum| match sum.kind {
            Kind::Count | Kind::Sum => add(part(sum)),
            Kind::Least => min(part(sum)),
            Kind::Most => max(part(sum)),
        })
        .collect();
    let mut shown: Vec<Expr> = aggregate.group_expr.clone();
    for (sum, second) in sums.iter().zip(&second) {
        let all = Expr::Column(Column::new_unqualified(second.schema_name().to_string()));
        // A count is never missing.
        let all = if sum.kind == Kind::Count { coalesce(vec![all, lit(0_i64)]) } else { all };
        shown.push(all.alias(sum.expr.schema_name().to_string()));
    }
    LogicalPlanBuilder::from(LogicalPlan::Join(joined))
        .aggregate(aggregate.group_expr.clone(), second)?
        .project(shown)?
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use datafusion::execution::SessionStateBuilder;
    use datafusion::prelude::{SessionConfig, SessionContext};

    /// Postings, whose they are and of which kind these are, with rows on each side that have no match.
    async fn bank(rule: bool) -> SessionContext {
        let mut state = SessionStateBuilder::new()
            .with_default_features()
            .with_config(SessionConfig::new().with_target_partitions(2));
        if rule {
            state = state.with_optimizer_rule(Arc::new(Beforehand));
        }
        let context = SessionContext::new_with_state(state.build());
        for table in [
            "CREATE TABLE postings AS SELECT CAST(CASE WHEN x % 31 <> 0 THEN x % 50 END AS INT) AS account_key, CAST(x % 13 AS INT) AS day, \
                 CASE WHEN x % 9 <> 0 THEN CAST(x AS DECIMAL(38, 3)) END AS amount FROM generate_series(1, 5000) a(x)",
            "CREATE TABLE role_grants AS SELECT CAST(x % 60 AS INT) AS account_key, CAST(x % 20 AS INT) AS party_key, \
                 CASE WHEN x % 2 = 0 THEN 'owner' ELSE 'viewer' END AS role FROM generate_series(1, 90) a(x)",
            "CREATE TABLE parties AS SELECT CAST(x AS INT) AS party_key, CASE WHEN x % 3 = 0 THEN 'organisation' ELSE 'person' END AS kind \
                 FROM generate_series(1, 18) a(x)",
        ] {
            context.sql(table).await.unwrap().collect().await.unwrap();
        }
        context
    }

    async fn asked(context: &SessionContext, text: &str) -> (String, usize) {
        let frame = context.sql(text).await.unwrap();
        let plan = frame.clone().into_optimized_plan().unwrap().to_string();
        let rows = frame.collect().await.unwrap();
        let schema = rows[0].schema();
        let rows = arrow::util::pretty::pretty_format_batches(&rows).unwrap();
        (format!("{schema:?}\n{rows}"), plan.matches("Aggregate:").count())
    }

    #[tokio::test]
    async fn sums_before_joins_are_the_same() {
        let (plain, early) = (bank(false).await, bank(true).await);
        let joined = "FROM postings p JOIN role_grants g ON g.account_key = p.account_key";
        let parties = "JOIN parties r ON r.party_key = g.party_key";
        for (text, aggregates) in [
            (format!("SELECT r.kind, g.role, count(*) AS n, count(p.amount) AS m, sum(p.amount) AS s, min(p.amount) AS a, max(p.amount) AS b {joined} {parties} GROUP BY r.kind, g.role ORDER BY 1, 2"), 3),
            (format!("SELECT g.role, count(*) AS n {joined} GROUP BY g.role ORDER BY 1"), 2),
            (format!("SELECT g.role, sum(p.amount) AS s {joined} WHERE p.day < 5 GROUP BY g.role ORDER BY 1"), 2),
            (format!("SELECT max(n) AS n FROM (SELECT g.role, count(*) AS n {joined} GROUP BY g.role)"), 3),
            // Not by accounts alone, not by columns alone, not only of postings, not each pair: left as it is.
            (format!("SELECT p.day, g.role, sum(p.amount) AS s {joined} GROUP BY p.day, g.role ORDER BY 1, 2"), 1),
            (format!("SELECT g.role, sum(p.amount + 1) AS s {joined} GROUP BY g.role ORDER BY 1"), 1),
            (format!("SELECT g.role, sum(p.amount) AS s, max(g.party_key) AS k {joined} GROUP BY g.role ORDER BY 1"), 1),
            (format!("SELECT g.role, count(DISTINCT p.amount) AS s {joined} GROUP BY g.role ORDER BY 1"), 2),
            ("SELECT g.role, sum(p.amount) AS s FROM postings p LEFT JOIN role_grants g ON g.account_key = p.account_key GROUP BY g.role ORDER BY 1".to_owned(), 1),
        ] {
            let (theirs, _) = asked(&plain, &text).await;
            let (ours, found) = asked(&early, &text).await;
            assert_eq!(ours, theirs, "{text}");
            assert_eq!(found, aggregates, "{text}");
        }
    }
}
