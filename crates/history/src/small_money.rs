//! Exact arithmetic on money where the values are small, which they nearly always are. A column of money has 128 bits;
//! dividing those was half of a question about amounts (`bench/README.md`). Values below 2^62 are divided in 64 bits,
//! by multiplication; where one of a batch is larger, the engine's own arithmetic is asked. The answers are the same.

use arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Int32Array};
use arrow::buffer::{NullBuffer, ScalarBuffer};
use arrow::compute::{CastOptions, cast_with_options, kernels::numeric};
use arrow::datatypes::{DataType, Decimal128Type, Field, FieldRef};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, DataFusionError, Result, ScalarValue};
use datafusion::functions::math::floor;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::type_coercion::binary::BinaryTypeCoercer;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{
    BinaryExpr, Case, ColumnarValue, Expr, ExprSchemable, LogicalPlan, Operator, ReturnFieldArgs,
    ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::optimizer::{ApplyOrder, OptimizerConfig, OptimizerRule};
use std::sync::Arc;

/// Values beyond are left to the engine.
const SMALL: i128 = 1 << 62;
/// A power of ten that 64 bits hold.
const DIGITS_MAX: i8 = 18;

/// Puts our arithmetic into the places of the engine's.
#[derive(Debug, Default)]
pub struct SmallMoney;

impl OptimizerRule for SmallMoney {
    fn name(&self) -> &'static str {
        "small_money"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        _: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        if !matches!(
            plan,
            LogicalPlan::Projection(_) | LogicalPlan::Aggregate(_) | LogicalPlan::Filter(_)
        ) {
            return Ok(Transformed::no(plan));
        }
        let schema = merge_schema(&plan.inputs());
        let names = NamePreserver::new(&plan);
        plan.map_expressions(|expr| {
            let name = names.save(&expr);
            let put = expr.transform_up(|expr| Ok(exchange(expr, &schema)))?;
            Ok(if put.transformed { put.update_data(|expr| name.restore(expr)) } else { put })
        })
    }
}

fn exchange(expr: Expr, schema: &DFSchema) -> Transformed<Expr> {
    let is_money = |expr: &Expr| matches!(expr.get_type(schema), Ok(DataType::Decimal128(..)));
    let op = match &expr {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Divide, right })
            if is_money(left) && divisor(right) =>
        {
            Some((Op::Divide, vec![left.as_ref().clone(), right.as_ref().clone()]))
        }
        Expr::ScalarFunction(ScalarFunction { func, args })
            if func.name() == "floor" && args.iter().all(is_money) =>
        {
            Some((Op::Floor, args.clone()))
        }
        Expr::Cast(cast) if *cast.field.data_type() == DataType::Int32 && is_money(&cast.expr) => {
            Some((Op::Whole, vec![cast.expr.as_ref().clone()]))
        }
        Expr::Case(Case { expr: None, when_then_expr, else_expr: Some(other) }) => {
            match when_then_expr.as_slice() {
                // Both sides are at hand, so that working both out costs less than taking the rows apart.
                [(when, then)] if at_hand(then) && at_hand(other) => {
                    let (a, b) = (then.get_type(schema), other.get_type(schema));
                    let same = a.ok().zip(b.ok()).is_some_and(|(a, b)| a == b) && is_money(then);
                    let parts = [when, then, other].map(|part| part.as_ref().clone());
                    same.then(|| (Op::Choose, parts.to_vec()))
                }
                _ => None,
            }
        }
        _ => None,
    };
    match op {
        Some((op, args)) => {
            let func = Arc::new(ScalarUDF::new_from_impl(op.function()));
            Transformed::yes(Expr::ScalarFunction(ScalarFunction { func, args }))
        }
        None => Transformed::no(expr),
    }
}

/// A number that is written out and divides in 64 bits.
fn divisor(expr: &Expr) -> bool {
    let Expr::Literal(ScalarValue::Decimal128(Some(value), ..), _) = expr else { return false };
    *value > 0 && *value < SMALL
}

/// A column, its negative, or a value that is written out.
fn at_hand(expr: &Expr) -> bool {
    match expr {
        Expr::Column(_) | Expr::Literal(..) => true,
        Expr::Negative(of) => matches!(**of, Expr::Column(_)),
        _ => false,
    }
}

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Op {
    /// Money divided by a positive number that is written out.
    Divide,
    /// The whole number below.
    Floor,
    /// Cast to 32 bits.
    Whole,
    /// The second if the first is true, else the third.
    Choose,
}

impl Op {
    fn function(self) -> Exact {
        Exact { op: self, signature: Signature::user_defined(Volatility::Immutable) }
    }
}

/// One of them as a function.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Exact {
    op: Op,
    signature: Signature,
}

impl ScalarUDFImpl for Exact {
    fn name(&self) -> &str {
        match self.op {
            Op::Divide => "exact_divide",
            Op::Floor => "exact_floor",
            Op::Whole => "exact_whole",
            Op::Choose => "exact_choose",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        // It takes the place of what has been coerced already.
        Ok(types.to_vec())
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        match (self.op, types) {
            (Op::Divide, [left, right]) => {
                BinaryTypeCoercer::new(left, &Operator::Divide, right).get_result_type()
            }
            (Op::Floor, [of]) => Ok(of.clone()),
            (Op::Whole, [_]) => Ok(DataType::Int32),
            (Op::Choose, [_, of, _]) => Ok(of.clone()),
            _ => Err(DataFusionError::Internal("it has other arguments".to_owned())),
        }
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let types: Vec<DataType> =
            args.arg_fields.iter().map(|field| field.data_type().clone()).collect();
        // A condition that is missing is as good as false.
        let values = if self.op == Op::Choose { &args.arg_fields[1..] } else { args.arg_fields };
        let nullable = values.iter().any(|field| field.is_nullable());
        Ok(Arc::new(Field::new(self.name(), self.return_type(&types)?, nullable)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let array = |at: usize| args.args[at].to_array(rows);
        let made = match self.op {
            Op::Divide => divide(&array(0)?, &args.args[1], args.return_type())?,
            Op::Floor => match whole_below(&array(0)?) {
                Some(made) => made,
                None => return floor().inner().invoke_with_args(args),
            },
            Op::Whole => whole(&array(0)?)?,
            Op::Choose => choose(&array(0)?, &array(1)?, &array(2)?)?,
        };
        Ok(ColumnarValue::Array(made))
    }
}

/// A positive divisor below 2^63 and about 2^64 divided by it.
#[derive(Clone, Copy)]
struct Divisor {
    by: u64,
    inverse: u64,
}

impl Divisor {
    fn new(by: u64) -> Divisor {
        Divisor { by, inverse: u64::MAX / by }
    }

    /// Quotient and remainder of a value below 2^63. The inverse is less than one too small, so what it gives is
    /// at most one too small too.
    #[inline]
    fn divide(self, value: u64) -> (u64, u64) {
        let about = ((u128::from(value) * u128::from(self.inverse)) >> 64) as u64;
        let rest = value - about * self.by;
        let more = u64::from(rest >= self.by);
        (about + more, rest - more * self.by)
    }

    /// The quotient towards zero.
    #[inline]
    fn towards_zero(self, value: i64) -> i64 {
        let quotient = self.divide(value.unsigned_abs()).0 as i64;
        if value < 0 { -quotient } else { quotient }
    }
}

/// The values, if all of them are below `limit` without their signs. What stands where none is counts too.
fn all_below(array: &Decimal128Array, limit: i128) -> bool {
    // Two comparisons and no branch, which the processor does several at once.
    array.values().iter().fold(true, |all, value| all & (*value < limit) & (*value > -limit))
}

fn money_of(array: &ArrayRef) -> Result<&Decimal128Array> {
    array
        .as_primitive_opt::<Decimal128Type>()
        .ok_or_else(|| DataFusionError::Internal("money is a decimal of 128 bits".to_owned()))
}

fn made(values: Vec<i128>, nulls: Option<&NullBuffer>, kind: &DataType) -> ArrayRef {
    let values = Decimal128Array::new(ScalarBuffer::from(values), nulls.cloned());
    Arc::new(values.with_data_type(kind.clone()))
}

/// As the engine divides decimals: with as many digits as the result's type has, towards zero.
fn divide(left: &ArrayRef, right: &ColumnarValue, kind: &DataType) -> Result<ArrayRef> {
    let of = money_of(left)?;
    if let (
        ColumnarValue::Scalar(ScalarValue::Decimal128(Some(by), _, by_scale)),
        DataType::Decimal128(_, scale),
    ) = (right, kind)
    {
        let more = scale - of.scale() + by_scale;
        if (0..=DIGITS_MAX).contains(&more) && *by > 0 && *by < SMALL {
            let factor = 10_i64.pow(u32::from(more.unsigned_abs()));
            if all_below(of, SMALL / i128::from(factor)) {
                let by = Divisor::new(*by as u64);
                let quotient = |value: &i128| i128::from(by.towards_zero(*value as i64 * factor));
                return Ok(made(of.values().iter().map(quotient).collect(), of.nulls(), kind));
            }
        }
    }
    let right = right.to_array(left.len())?;
    Ok(numeric::div(left, &right)?)
}

/// The whole numbers below, if all are small.
fn whole_below(array: &ArrayRef) -> Option<ArrayRef> {
    let of = array.as_primitive_opt::<Decimal128Type>()?;
    let scale = of.scale();
    // With so many digits no small value's result has too many.
    if !(1..=DIGITS_MAX).contains(&scale) || of.precision() < 20 || !all_below(of, SMALL) {
        return None;
    }
    let by = Divisor::new(10_u64.pow(u32::from(scale.unsigned_abs())));
    let below = |value: &i128| {
        let value = *value as i64;
        let rest = by.divide(value.unsigned_abs()).1 as i64;
        let less = if value >= 0 {
            rest
        } else if rest == 0 {
            0
        } else {
            by.by as i64 - rest
        };
        i128::from(value - less)
    };
    Some(made(of.values().iter().map(below).collect(), of.nulls(), of.data_type()))
}

/// As the engine casts decimals to 32 bits: towards zero, and an error where that does not fit.
fn whole(array: &ArrayRef) -> Result<ArrayRef> {
    let of = money_of(array)?;
    let scale = of.scale();
    if (0..=DIGITS_MAX).contains(&scale) {
        let factor = 10_i64.pow(u32::from(scale.unsigned_abs()));
        let limit = (i128::from(i32::MAX) * i128::from(factor)).min(SMALL);
        if all_below(of, limit) {
            let by = Divisor::new(factor as u64);
            let whole = |value: &i128| by.towards_zero(*value as i64) as i32;
            let values: Vec<i32> = of.values().iter().map(whole).collect();
            return Ok(Arc::new(Int32Array::new(values.into(), of.nulls().cloned())));
        }
    }
    let options = CastOptions { safe: false, ..CastOptions::default() };
    Ok(cast_with_options(array, &DataType::Int32, &options)?)
}

fn choose(when: &ArrayRef, then: &ArrayRef, other: &ArrayRef) -> Result<ArrayRef> {
    let when = when
        .as_boolean_opt()
        .ok_or_else(|| DataFusionError::Internal("a condition is true or false".to_owned()))?;
    let yes = match when.nulls() {
        Some(nulls) => when.values() & nulls.inner(),
        None => when.values().clone(),
    };
    let (then, other) = (money_of(then)?, money_of(other)?);
    let both = then.values().iter().zip(other.values());
    let values = both.zip(&yes).map(|((a, b), yes)| if yes { *a } else { *b }).collect();
    let nulls = (then.null_count() + other.null_count() > 0).then(|| {
        let there = |yes: bool, at| if yes { then.is_valid(at) } else { other.is_valid(at) };
        yes.iter().enumerate().map(|(at, yes)| there(yes, at)).collect::<NullBuffer>()
    });
    Ok(made(values, nulls.as_ref(), then.data_type()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::BooleanArray;
    use arrow::compute::kernels::zip::zip;

    /// Numbers of every size and sign, the same each time.
    fn values(limit: i128) -> Vec<Option<i128>> {
        let mut seed = 88_172_645_463_325_252_u64;
        let mut next = || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed
        };
        let mut values: Vec<Option<i128>> = (0..4_000)
            .map(|at| {
                let (wide, shift) = (i128::from(next()) << 64 | i128::from(next()), next() % 128);
                (at % 11 != 0).then(|| (wide >> shift) % limit)
            })
            .collect();
        let edges = [0, 1, -1, 999, 1_000, 1_001, -999, -1_000, -1_001, limit - 1, 1 - limit];
        values.extend(edges.map(Some));
        values
    }

    fn money(values: &[Option<i128>], precision: u8, scale: i8) -> ArrayRef {
        let array = Decimal128Array::from(values.to_vec());
        Arc::new(array.with_data_type(DataType::Decimal128(precision, scale)))
    }

    #[test]
    fn quotients_are_the_engines_own() {
        let small = SMALL / 10_i128.pow(9);
        for limit in [small, 100_000, 10_i128.pow(28)] {
            for (by, scale) in [(1, 0), (3, 0), (100, 0), (7_919, 2), (999_999_999_999, 5)] {
                let left = money(&values(limit), 38, 3);
                let kind = DataType::Decimal128(20, scale);
                let by = ScalarValue::Decimal128(Some(by), 20, scale);
                let right = by.to_array_of_size(left.len()).unwrap();
                let theirs = numeric::div(&left, &right).unwrap();
                let types = [left.data_type().clone(), kind];
                let kind = Op::Divide.function().return_type(&types).unwrap();
                assert_eq!(&kind, theirs.data_type());
                let ours = divide(&left, &ColumnarValue::Scalar(by), &kind).unwrap();
                assert_eq!(&ours, &theirs);
            }
        }
    }

    #[test]
    fn whole_numbers_are_the_engines_own() {
        for (limit, scale) in [(SMALL, 3), (SMALL, 7), (100_000, 1), (SMALL, 18)] {
            let array = money(&values(limit), 38, scale);
            let ours = whole_below(&array).unwrap();
            let args = ScalarFunctionArgs {
                args: vec![ColumnarValue::Array(Arc::clone(&array))],
                arg_fields: vec![Arc::new(Field::new("a", array.data_type().clone(), true))],
                number_rows: array.len(),
                return_field: Arc::new(Field::new("f", array.data_type().clone(), true)),
                config_options: Arc::default(),
            };
            let theirs = floor().inner().invoke_with_args(args).unwrap();
            assert_eq!(&ours, &theirs.to_array(array.len()).unwrap());
        }
        // One that is not small, or that the column would not hold: the engine is asked.
        assert!(whole_below(&money(&[Some(SMALL)], 38, 3)).is_none());
        assert!(whole_below(&money(&[Some(-999)], 3, 1)).is_none());
    }

    #[test]
    fn casts_are_the_engines_own() {
        let options = CastOptions { safe: false, ..CastOptions::default() };
        for (limit, scale) in [(i128::from(i32::MAX) * 1_000, 3), (1 << 31, 0), (5_000_000, 7)] {
            let array = money(&values(limit), 38, scale);
            let theirs = cast_with_options(&array, &DataType::Int32, &options).unwrap();
            assert_eq!(&whole(&array).unwrap(), &theirs);
        }
        assert!(whole(&money(&[Some(1 << 31)], 38, 0)).is_err(), "it has more than 32 bits");
        let least = money(&[Some(-(1 << 31))], 38, 0);
        assert_eq!(
            whole(&least).unwrap().as_primitive::<arrow::datatypes::Int32Type>().value(0),
            i32::MIN
        );
    }

    #[test]
    fn choices_are_the_engines_own() {
        let (a, b) = (money(&values(1_000), 38, 3), money(&values(SMALL), 38, 3));
        let flags = |missing: usize| -> BooleanArray {
            (0..a.len()).map(|at| (at % missing != 0).then_some(at % 3 == 0)).collect()
        };
        for when in [flags(5), flags(usize::MAX)] {
            let theirs = zip(&when, &a, &b).unwrap();
            let when: ArrayRef = Arc::new(when);
            assert_eq!(&choose(&when, &a, &b).unwrap(), &theirs);
        }
    }
}
