//! Ids are text for people and numbers for machines, one for one. This rule lets a plan compare the numbers
//! where the query compares the texts: `account = '629…'` asks for one number, which files can be skipped
//! by, and an equality of two texts becomes one of two numbers.

use crate::functions::Text;
use arrow::datatypes::DataType;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::expr::{InList, ScalarFunction};
use datafusion::logical_expr::utils::{conjunction, disjunction};
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};

/// The rule.
#[derive(Debug, Default)]
pub struct Exchange;

impl OptimizerRule for Exchange {
    fn name(&self) -> &'static str {
        "exchange_one_to_one"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        _: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        // Only conditions: what a query shows stays as it is.
        if !matches!(
            plan,
            LogicalPlan::Filter(_) | LogicalPlan::Join(_) | LogicalPlan::TableScan(_)
        ) {
            return Ok(Transformed::no(plan));
        }
        plan.map_expressions(|expr| expr.transform_up(|expr| Ok(exchange(expr))))
    }
}

fn exchange(expr: Expr) -> Transformed<Expr> {
    let exchanged = match &expr {
        Expr::BinaryExpr(BinaryExpr { left, op, right }) if is_equality(*op) => {
            equality(left, *op, right)
        }
        Expr::InList(InList { expr: of, list, negated }) => member(of, list, *negated),
        _ => None,
    };
    exchanged.map_or_else(|| Transformed::no(expr), Transformed::yes)
}

fn is_equality(op: Operator) -> bool {
    matches!(op, Operator::Eq | Operator::NotEq)
}

/// `f(x) = 'text'`, `'text' = f(x)` or `f(x) = f(y)` over the arguments.
fn equality(left: &Expr, op: Operator, right: &Expr) -> Option<Expr> {
    let arguments = match (one_to_one(left), one_to_one(right)) {
        (Some((f, xs)), Some((g, ys))) if f == g => {
            xs.iter().cloned().zip(ys.iter().cloned()).collect()
        }
        (Some((f, xs)), None) => pair(f, xs, right)?,
        (None, Some((f, xs))) => pair(f, xs, left)?,
        _ => return None,
    };
    Some(all_equal(arguments, op == Operator::NotEq))
}

/// `f(x) IN ('a', 'b')` over the arguments.
fn member(of: &Expr, list: &[Expr], negated: bool) -> Option<Expr> {
    let (f, xs) = one_to_one(of)?;
    if let [x] = xs {
        let keys: Option<Vec<Expr>> =
            list.iter().map(|text| Some(pair(f, xs, text)?.pop()?.1)).collect();
        return Some(x.clone().in_list(keys?, negated));
    }
    let each: Option<Vec<Expr>> =
        list.iter().map(|text| Some(all_equal(pair(f, xs, text)?, false))).collect();
    let any = disjunction(each?)?;
    Some(if negated { !any } else { any })
}

/// Each argument beside the value it must have.
fn pair(f: &Text, xs: &[Expr], text: &Expr) -> Option<Vec<(Expr, Expr)>> {
    let Expr::Literal(value, _) = text else { return None };
    let text = match value {
        ScalarValue::Utf8(Some(text))
        | ScalarValue::Utf8View(Some(text))
        | ScalarValue::LargeUtf8(Some(text)) => text.clone(),
        // An id written without quotes.
        ScalarValue::Int64(Some(id)) => id.to_string(),
        ScalarValue::UInt64(Some(id)) => id.to_string(),
        ScalarValue::Decimal128(Some(id), _, 0) => id.to_string(),
        ScalarValue::Decimal256(Some(id), _, 0) => id.to_string(),
        _ => return None,
    };
    let values = f.arguments_of(&text)?;
    Some(xs.iter().cloned().zip(values.into_iter().map(|v| Expr::Literal(v, None))).collect())
}

fn all_equal(pairs: Vec<(Expr, Expr)>, negated: bool) -> Expr {
    let all = conjunction(pairs.into_iter().map(|(x, y)| x.eq(y)));
    let all = all.unwrap_or_else(|| Expr::Literal(ScalarValue::Boolean(Some(true)), None));
    match (negated, all) {
        (true, Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right })) => {
            left.not_eq(*right)
        }
        (true, all) => !all,
        (false, all) => all,
    }
}

/// The function and its arguments, if it is one of ours; a cast to another kind of text, or to a number that is
/// compared with a number, is looked through.
fn one_to_one(expr: &Expr) -> Option<(&Text, &[Expr])> {
    match expr {
        Expr::ScalarFunction(ScalarFunction { func, args }) => {
            let inner: &dyn std::any::Any = func.inner().as_ref();
            inner.downcast_ref::<Text>().map(|text| (text, args.as_slice()))
        }
        Expr::Alias(alias) => one_to_one(&alias.expr),
        Expr::Cast(cast) if exchangeable(cast.field.data_type()) => one_to_one(&cast.expr),
        _ => None,
    }
}

fn exchangeable(kind: &DataType) -> bool {
    kind.is_string()
        || kind.is_integer()
        || matches!(kind, DataType::Decimal128(_, 0) | DataType::Decimal256(_, 0))
}
