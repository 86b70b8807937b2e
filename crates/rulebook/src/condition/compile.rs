//! From an expression to steps. Beside each value stand its unit, the digits after its point and its bounds, so that
//! an overflow is shown to be impossible and nothing of different kinds is compared.

use super::{Condition, ON_LIST, Sum, Wrong, schema};
use arrow_schema::DataType;
use datafusion_common::ScalarValue;
use datafusion_expr::expr::{Between, Case, InList, ScalarFunction};
use datafusion_expr::{BinaryExpr, Expr, ExprSchemable, Operator};
use engine::risk::{Feature, Line, Program, ProgramError, Register, Single, Step, Unit};
use std::collections::{BTreeMap, HashMap};
use terms::{Currency, Ruling};

/// No value with 38 digits reaches this.
const DECIMAL_LIMIT: i128 = 10_i128.pow(38);

/// What kind of value a register holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Flag,
    /// With so many digits after the point; whole numbers of SQL have none.
    Number(u32),
    /// The number of a currency.
    Currency,
    /// Nothing but null.
    Missing,
}

/// A value of a step.
#[derive(Clone, Copy, Debug)]
struct Value {
    register: Register,
    kind: Kind,
    /// What it counts; a number that is written out counts whatever it is held against.
    unit: Option<Unit>,
    low: i128,
    high: i128,
    nullable: bool,
    /// It is never 0, though its bounds do not say so.
    never_zero: bool,
}

/// How often a condition is true, as far as one can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// Now and then.
    Sometimes,
    /// For every payment.
    Always,
}

/// Makes a program of conditions; what several of them look at is read once.
#[derive(Debug, Default)]
pub struct Compiler {
    steps: Vec<Step>,
    constants: Vec<i128>,
    loaded: BTreeMap<Feature, Register>,
    known: BTreeMap<i128, Register>,
    lines: Vec<Line>,
    /// Choices that were computed before: a scorecard's sum stands in two conditions.
    computed: HashMap<Case, Value>,
    /// The lists that conditions may ask for, in the order of their bits.
    lists: Vec<String>,
    next: usize,
}

impl Compiler {
    /// A compiler for conditions that may ask for these lists.
    pub fn with_lists(lists: Vec<String>) -> Compiler {
        Compiler { lists, ..Compiler::default() }
    }

    /// The least and the most that a sum of points can be.
    ///
    /// # Errors
    /// It is no whole number, or may be missing. The compiler is then of no more use.
    pub(crate) fn points(&mut self, sum: &Sum) -> Result<(i128, i128), Wrong> {
        let value = self.value(&sum.expr).map_err(|wrong| wrong.placed(&sum.text))?;
        if value.kind != Kind::Number(0) || value.unit.is_some_and(|unit| unit != Unit::Number) {
            return Err(Wrong::new("a scorecard is a whole number of points"));
        }
        if value.nullable {
            return Err(Wrong::new("the points may be missing: end each CASE with ELSE"));
        }
        Ok((value.low, value.high))
    }

    /// Adds a condition with what it demands and adds to the score; says how often it is true.
    ///
    /// # Errors
    /// What is wrong with it. The compiler is then of no more use.
    pub fn add(
        &mut self,
        condition: &Condition,
        ruling: Ruling,
        points: i32,
    ) -> Result<Spoken, Wrong> {
        let value = self.value(&condition.expr).map_err(|wrong| wrong.placed(&condition.text))?;
        if !matches!(value.kind, Kind::Flag | Kind::Missing) {
            return Err(Wrong::new("a condition is true or false"));
        }
        if value.kind == Kind::Missing || value.high == 0 {
            return Err(Wrong::new("this can never be true"));
        }
        self.lines.push(Line { condition: value.register, ruling, points });
        let always = value.low == 1 && !value.nullable;
        Ok(if always { Spoken::Always } else { Spoken::Sometimes })
    }

    /// The program.
    ///
    /// # Errors
    /// It is too large.
    pub fn finish(self, cutoffs: [Option<i32>; 3]) -> Result<Program, ProgramError> {
        if self.next > usize::from(Register::MAX) {
            return Err(ProgramError::TooLarge);
        }
        Program::new(self.constants, self.steps, self.lines, cutoffs)
    }

    fn register(&mut self) -> Register {
        let register = self.next as Register;
        self.next += 1;
        register
    }

    fn constant(&mut self, value: i128) -> Register {
        if let Some(known) = self.known.get(&value) {
            return *known;
        }
        let register = self.register();
        self.steps.push(Step::Constant(register, self.constants.len() as u16));
        self.constants.push(value);
        self.known.insert(value, register);
        register
    }

    fn step(&mut self, make: impl FnOnce(Register) -> Step) -> Register {
        let register = self.register();
        self.steps.push(make(register));
        register
    }

    fn written(&mut self, value: i128, kind: Kind) -> Value {
        let register = self.constant(value);
        Value {
            register,
            kind,
            unit: None,
            low: value,
            high: value,
            nullable: false,
            never_zero: value != 0,
        }
    }

    fn flag(register: Register, (low, high): (bool, bool), nullable: bool) -> Value {
        let (low, high) = (low.into(), high.into());
        Value { register, kind: Kind::Flag, unit: None, low, high, nullable, never_zero: false }
    }

    fn value(&mut self, expr: &Expr) -> Result<Value, Wrong> {
        self.value_of(expr).map_err(|wrong| wrong.near(expr))
    }

    fn value_of(&mut self, expr: &Expr) -> Result<Value, Wrong> {
        match expr {
            Expr::Alias(alias) => self.value(&alias.expr),
            Expr::Column(column) => self.feature(&column.name),
            Expr::Literal(value, _) => self.literal(value),
            Expr::BinaryExpr(binary) => self.binary(expr, binary),
            Expr::Not(inner) => {
                let inner = self.value(inner)?;
                Ok(self.not(inner))
            }
            Expr::Negative(inner) => {
                let inner = self.value(inner)?;
                let zero = self.constant(0);
                let register = self.step(|to| Step::Subtract(to, zero, inner.register));
                Ok(Value { register, low: -inner.high, high: -inner.low, ..inner })
            }
            Expr::IsNull(inner) | Expr::IsUnknown(inner) => {
                let inner = self.value(inner)?;
                Ok(self.is_null(inner))
            }
            Expr::IsNotNull(inner) | Expr::IsNotUnknown(inner) => {
                let inner = self.value(inner)?;
                let missing = self.is_null(inner);
                Ok(self.not(missing))
            }
            Expr::IsTrue(inner) => self.surely(inner, true, false),
            Expr::IsFalse(inner) => self.surely(inner, false, false),
            Expr::IsNotTrue(inner) => self.surely(inner, true, true),
            Expr::IsNotFalse(inner) => self.surely(inner, false, true),
            Expr::Between(Between { expr, negated, low, high }) => {
                let (low, value) = (self.value(low)?, self.value(expr)?);
                let high = self.value(high)?;
                let from = self.compare(low, value, Operator::LtEq)?;
                let to = self.compare(value, high, Operator::LtEq)?;
                let inside = self.logic(from, to, Operator::And)?;
                Ok(if *negated { self.not(inside) } else { inside })
            }
            Expr::InList(list) => self.in_list(list),
            Expr::Case(case) => self.case_once(case),
            Expr::Cast(cast) => {
                let inner = self.value(&cast.expr)?;
                self.widened(inner, cast.field.data_type())
            }
            Expr::ScalarFunction(call) => self.call(call),
            other => Err(Wrong::new(format!("conditions do not know this: {other}"))),
        }
    }

    fn feature(&mut self, name: &str) -> Result<Value, Wrong> {
        let feature = Feature::named(name)
            .ok_or_else(|| Wrong::new(format!("there is no feature {name}")))?;
        let register = match self.loaded.get(&feature) {
            Some(register) => *register,
            None => {
                let register = self.step(|to| Step::Load(to, feature));
                self.loaded.insert(feature, register);
                register
            }
        };
        let kind = match feature.unit() {
            Unit::Flag => Kind::Flag,
            Unit::Money => Kind::Number(3),
            _ if name == "currency" => Kind::Currency,
            _ => Kind::Number(0),
        };
        let (low, high) = bounds(feature);
        Ok(Value {
            register,
            kind,
            unit: Some(feature.unit()),
            low,
            high,
            nullable: feature.nullable(),
            never_zero: false,
        })
    }

    fn literal(&mut self, value: &ScalarValue) -> Result<Value, Wrong> {
        if value.is_null() {
            let register = self.step(Step::Null);
            return Ok(Value {
                register,
                kind: Kind::Missing,
                unit: None,
                low: 0,
                high: 0,
                nullable: true,
                never_zero: false,
            });
        }
        let whole = |value: i128| (value, Kind::Number(0));
        let (value, kind) = match value {
            ScalarValue::Boolean(Some(truth)) => (i128::from(*truth), Kind::Flag),
            ScalarValue::Int64(Some(n)) => whole((*n).into()),
            ScalarValue::Int32(Some(n)) => whole((*n).into()),
            ScalarValue::UInt64(Some(n)) => whole((*n).into()),
            ScalarValue::Decimal128(Some(n), _, scale) if *scale >= 0 => {
                (*n, Kind::Number(*scale as u32))
            }
            ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)) => {
                let currency = Currency::by_code(text).filter(|known| known.code() == Some(text));
                let currency = currency.ok_or_else(|| {
                    Wrong::new(format!("a text is the letters of a currency, and '{text}' is none"))
                })?;
                (currency.0.into(), Kind::Currency)
            }
            other => return Err(Wrong::new(format!("conditions do not know values like {other}"))),
        };
        Ok(self.written(value, kind))
    }

    fn binary(&mut self, whole: &Expr, binary: &BinaryExpr) -> Result<Value, Wrong> {
        let BinaryExpr { left, op, right } = binary;
        let before = (self.steps.len(), self.constants.len());
        let (a, b) = (self.value(left)?, self.value(right)?);
        let named = |wrong: Wrong| Wrong { says: format!("{}: {whole}", wrong.says), ..wrong };
        match op {
            Operator::And | Operator::Or => self.logic(a, b, *op),
            Operator::Eq
            | Operator::NotEq
            | Operator::Lt
            | Operator::LtEq
            | Operator::Gt
            | Operator::GtEq => self.compare(a, b, *op).map_err(named),
            Operator::Plus
            | Operator::Minus
            | Operator::Multiply
            | Operator::Divide
            | Operator::Modulo => {
                let kind = whole.get_type(schema()).map_err(|e| Wrong::new(e.to_string()))?;
                let value = self.arithmetic(a, b, *op, &kind).map_err(named)?;
                Ok(self.folded(value, before))
            }
            other => Err(named(Wrong::new(format!("conditions do not know {other}")))),
        }
    }

    /// A number that is the same for every payment is a constant, and how it was computed is forgotten.
    #[inline(never)]
    fn folded(&mut self, value: Value, (steps, constants): (usize, usize)) -> Value {
        if value.low != value.high || value.nullable {
            return value;
        }
        self.steps.truncate(steps);
        self.constants.truncate(constants);
        self.computed.clear();
        let written = |register: &Register| {
            let by = |step: &Step| matches!(step, Step::Constant(to, _) | Step::Load(to, _) if to == register);
            self.steps.iter().any(by)
        };
        self.known.retain(|_, register| written(register));
        self.loaded.retain(|_, register| written(register));
        Value { unit: value.unit, ..self.written(value.low, value.kind) }
    }

    fn not(&mut self, value: Value) -> Value {
        let register = self.step(|to| Step::Not(to, value.register));
        Compiler::flag(register, (value.high == 0, value.low == 0), value.nullable)
    }

    fn is_null(&mut self, value: Value) -> Value {
        let register = self.step(|to| Step::IsNull(to, value.register));
        let always = value.kind == Kind::Missing;
        Compiler::flag(register, (always, value.nullable), false)
    }

    /// `IS TRUE`, `IS FALSE` and their opposites: never null.
    fn surely(&mut self, inner: &Expr, truth: bool, negated: bool) -> Result<Value, Wrong> {
        let inner = self.value(inner)?;
        let inner = if truth { inner } else { self.not(inner) };
        let no = self.constant(0);
        let register = self.step(|to| Step::Coalesce(to, inner.register, no));
        let low = inner.low != 0 && !inner.nullable;
        let sure = Compiler::flag(register, (low, inner.high != 0), false);
        Ok(if negated { self.not(sure) } else { sure })
    }

    fn logic(&mut self, a: Value, b: Value, op: Operator) -> Result<Value, Wrong> {
        if [a, b].iter().any(|value| !matches!(value.kind, Kind::Flag | Kind::Missing)) {
            return Err(Wrong::new(format!("{op} joins what is true or false")));
        }
        // Null is neither surely true nor surely false.
        let (low, high) = match op {
            Operator::And => (a.low.min(b.low), a.high.min(b.high)),
            _ => (a.low.max(b.low), a.high.max(b.high)),
        };
        let register = self.step(|to| match op {
            Operator::And => Step::And(to, a.register, b.register),
            _ => Step::Or(to, a.register, b.register),
        });
        let nullable = a.nullable || b.nullable;
        Ok(Compiler::flag(register, (low != 0, high != 0), nullable))
    }

    fn compare(&mut self, a: Value, b: Value, op: Operator) -> Result<Value, Wrong> {
        let (a, b) = self.alike(a, b)?;
        if a.kind == Kind::Currency && !matches!(op, Operator::Eq | Operator::NotEq) {
            return Err(Wrong::new("currencies are the same or not, and have no order"));
        }
        let (x, y) = (a.register, b.register);
        let nullable = a.nullable || b.nullable;
        let missing = a.kind == Kind::Missing || b.kind == Kind::Missing;
        // Of what the bounds allow: whether it must be, whether it can be.
        let less = (a.high < b.low, a.low < b.high);
        let not_more = (a.high <= b.low, a.low <= b.high);
        let same = a.low == b.low && a.high == b.high && a.low == a.high;
        let equal = (same, a.low <= b.high && b.low <= a.high);
        let (register, (must, can)) = match op {
            Operator::Eq => (self.step(|to| Step::Equal(to, x, y)), equal),
            Operator::NotEq => {
                let equals = self.step(|to| Step::Equal(to, x, y));
                (self.step(|to| Step::Not(to, equals)), (!equal.1, !equal.0))
            }
            Operator::Lt => (self.step(|to| Step::Less(to, x, y)), less),
            Operator::LtEq => (self.step(|to| Step::LessOrEqual(to, x, y)), not_more),
            Operator::Gt => {
                let more = (b.high < a.low, b.low < a.high);
                (self.step(|to| Step::Less(to, y, x)), more)
            }
            _ => {
                let not_less = (b.high <= a.low, b.low <= a.high);
                (self.step(|to| Step::LessOrEqual(to, y, x)), not_less)
            }
        };
        let bounds = if missing { (false, false) } else { (must, can) };
        Ok(Compiler::flag(register, bounds, nullable || missing))
    }

    /// Two values with as many digits after the point, if they may be held against each other.
    fn alike(&mut self, a: Value, b: Value) -> Result<(Value, Value), Wrong> {
        unit_of(a, b)?;
        match (a.kind, b.kind) {
            (Kind::Missing, _) | (_, Kind::Missing) => Ok((a, b)),
            (Kind::Number(digits), Kind::Number(others)) => {
                let most = digits.max(others);
                Ok((self.scaled(a, most)?, self.scaled(b, most)?))
            }
            (one, other) if one == other => Ok((a, b)),
            _ => Err(Wrong::new("these two cannot be held against each other")),
        }
    }

    /// The value with so many digits after its point, at least as many as it has.
    fn scaled(&mut self, value: Value, digits: u32) -> Result<Value, Wrong> {
        let Kind::Number(has) = value.kind else { return Ok(value) };
        if has == digits {
            return Ok(value);
        }
        let by = 10_i128.pow(digits.saturating_sub(has).min(38));
        let factor = self.constant(by);
        let register = self.step(|to| Step::Multiply(to, value.register, factor));
        let (low, high) = (value.low.checked_mul(by), value.high.checked_mul(by));
        let scaled = Value { register, kind: Kind::Number(digits), ..value };
        bounded(scaled, low, high, DECIMAL_LIMIT)
    }

    /// A cast that loses nothing.
    fn widened(&mut self, value: Value, to: &DataType) -> Result<Value, Wrong> {
        let lossy = || Wrong::new(format!("a cast to {to} may lose digits; write it without one"));
        match (value.kind, to) {
            (Kind::Missing, _) => Ok(value),
            (Kind::Number(has), DataType::Decimal128(digits, scale))
                if *scale >= 0 && *scale as u32 >= has =>
            {
                let wide = self.scaled(value, *scale as u32)?;
                let limit = 10_i128.checked_pow(u32::from(*digits)).unwrap_or(DECIMAL_LIMIT);
                bounded(wide, Some(wide.low), Some(wide.high), limit)
            }
            (Kind::Number(0), DataType::Int64) => {
                bounded(value, Some(value.low), Some(value.high), i64::MAX.into())
            }
            (Kind::Flag, DataType::Boolean) => Ok(value),
            (Kind::Currency, DataType::Utf8 | DataType::Utf8View) => Ok(value),
            _ => Err(lossy()),
        }
    }

    fn arithmetic(
        &mut self,
        a: Value,
        b: Value,
        op: Operator,
        kind: &DataType,
    ) -> Result<Value, Wrong> {
        if a.kind == Kind::Missing || b.kind == Kind::Missing {
            return self.literal(&ScalarValue::Null);
        }
        let (Kind::Number(x), Kind::Number(y)) = (a.kind, b.kind) else {
            return Err(Wrong::new("only numbers are computed with"));
        };
        let (digits, limit) = match kind {
            DataType::Int64 if (x, y) == (0, 0) => (0, i128::from(i64::MAX)),
            DataType::Decimal128(_, scale) if *scale >= 0 => (*scale as u32, DECIMAL_LIMIT),
            _ => return Err(Wrong::new("the result has more digits than fit")),
        };
        let unit = unit_after(a, b, op)?;
        let nullable = a.nullable || b.nullable;
        let value = |register, never_zero| Value {
            register,
            kind: Kind::Number(digits),
            unit,
            low: 0,
            high: 0,
            nullable,
            never_zero,
        };
        match op {
            Operator::Plus | Operator::Minus => {
                let (a, b) = (self.scaled(a, digits)?, self.scaled(b, digits)?);
                let (x, y) = (a.register, b.register);
                if op == Operator::Plus {
                    let register = self.step(|to| Step::Add(to, x, y));
                    let (low, high) = (a.low.checked_add(b.low), a.high.checked_add(b.high));
                    return bounded(value(register, false), low, high, limit);
                }
                let register = self.step(|to| Step::Subtract(to, x, y));
                let (low, high) = (a.low.checked_sub(b.high), a.high.checked_sub(b.low));
                bounded(value(register, false), low, high, limit)
            }
            Operator::Multiply => {
                if x + y != digits {
                    return Err(Wrong::new("the product has more digits than fit"));
                }
                let register = self.step(|to| Step::Multiply(to, a.register, b.register));
                let (low, high) = corners(a, b, i128::checked_mul);
                bounded(value(register, a.never_zero && b.never_zero), low, high, limit)
            }
            _ => self.divided(a, b, op, value(0, false), limit),
        }
    }

    /// A quotient towards zero, or what a whole number leaves; `like` has its digits and unit.
    fn divided(
        &mut self,
        a: Value,
        b: Value,
        op: Operator,
        like: Value,
        limit: i128,
    ) -> Result<Value, Wrong> {
        if !(b.never_zero || b.low > 0 || b.high < 0) {
            return Err(Wrong::new(
                "this may divide by zero; write nullif(…, 0) around the divisor",
            ));
        }
        let (Kind::Number(digits), Kind::Number(y)) = (like.kind, b.kind) else { return Ok(like) };
        let constant = a.low == a.high && b.low == b.high;
        if op == Operator::Modulo {
            if a.kind != Kind::Number(0) || y != 0 {
                return Err(Wrong::new("only whole numbers leave a rest"));
            }
            let register = self.step(|to| Step::Remainder(to, a.register, b.register));
            let most = b.low.unsigned_abs().max(b.high.unsigned_abs()) as i128;
            let (low, high) = match a.low.checked_rem(b.low).filter(|_| constant) {
                Some(rest) => (rest, rest),
                None => (if a.low < 0 { -most } else { 0 }, if a.high > 0 { most } else { 0 }),
            };
            return bounded(Value { register, ..like }, Some(low), Some(high), limit);
        }
        // The dividend gets the digits that the quotient shall have beside the divisor's.
        let dividend = self.scaled(a, digits + y)?;
        let register = self.step(|to| Step::Divide(to, dividend.register, b.register));
        let most = dividend.low.unsigned_abs().max(dividend.high.unsigned_abs()) as i128;
        let (low, high) = match dividend.low.checked_div(b.low).filter(|_| constant) {
            Some(part) => (part, part),
            None => (-most, most),
        };
        bounded(Value { register, ..like }, Some(low), Some(high), limit)
    }

    fn in_list(&mut self, list: &InList) -> Result<Value, Wrong> {
        let of = self.value(&list.expr)?;
        let mut any: Option<Value> = None;
        for item in &list.list {
            let item = self.value(item)?;
            // The query engine takes a null in a list of what is computed for 0.
            if item.nullable || item.low != item.high {
                return Err(Wrong::new("a list holds values that are written out"));
            }
            let equal = self.compare(of, item, Operator::Eq)?;
            any = Some(match any {
                Some(any) => self.logic(any, equal, Operator::Or)?,
                None => equal,
            });
        }
        let any = any.ok_or_else(|| Wrong::new("a list has at least one value"))?;
        Ok(if list.negated { self.not(any) } else { any })
    }

    /// A choice, computed once however often it stands there. Not a part of what calls it: that is deep already.
    #[inline(never)]
    fn case_once(&mut self, case: &Case) -> Result<Value, Wrong> {
        if let Some(known) = self.computed.get(case) {
            return Ok(*known);
        }
        let value = self.case(case)?;
        self.computed.insert(case.clone(), value);
        Ok(value)
    }

    fn case(&mut self, case: &Case) -> Result<Value, Wrong> {
        let base = case.expr.as_ref().map(|expr| self.value(expr)).transpose()?;
        let mut branches = Vec::with_capacity(case.when_then_expr.len());
        for (when, then) in &case.when_then_expr {
            let when = self.value(when)?;
            let when = match base {
                Some(base) => self.compare(base, when, Operator::Eq)?,
                None => when,
            };
            branches.push((when, self.value(then)?));
        }
        let otherwise = match &case.else_expr {
            Some(expr) => self.value(expr)?,
            None => self.literal(&ScalarValue::Null)?,
        };
        let register = self.step(|to| Step::Coalesce(to, otherwise.register, otherwise.register));
        let mut whole = Value { register, ..otherwise };
        for (when, then) in branches.into_iter().rev() {
            whole = merged(whole, then)?;
            self.steps.push(Step::If(register, when.register, then.register));
        }
        Ok(Value { register, ..whole })
    }

    /// `on_list(payee_lists, 'name')`: whether the list's bit is set.
    #[inline(never)]
    fn on_list(&mut self, call: &ScalarFunction) -> Result<Value, Wrong> {
        let [of, Expr::Literal(ScalarValue::Utf8(Some(name)), _)] = call.args.as_slice() else {
            return Err(Wrong::new(
                "on_list asks for a list by its name: on_list(payee_lists, 'name')",
            ));
        };
        let lists =
            [Single::PayerLists, Single::PayeeLists].map(|side| Feature::single(side).name());
        if !matches!(of, Expr::Column(column) if lists.contains(&column.name)) {
            return Err(Wrong::new("on_list looks at payer_lists or payee_lists"));
        }
        let Some(bit) = self.lists.iter().position(|list| list == name) else {
            let known = self.lists.join(", ");
            let says = if known.is_empty() {
                format!(
                    "there is no list {name}; a list is a file ending in .list beside its rules"
                )
            } else {
                format!("there is no list {name}; there are {known}")
            };
            return Err(Wrong { near: Some(name.clone()), ..Wrong::new(says) });
        };
        let bits = self.value(of)?;
        let (place, two, one) = (self.constant(1 << bit), self.constant(2), self.constant(1));
        let above = self.step(|to| Step::Divide(to, bits.register, place));
        let last = self.step(|to| Step::Remainder(to, above, two));
        let register = self.step(|to| Step::Equal(to, last, one));
        Ok(Compiler::flag(register, (false, true), bits.nullable))
    }

    #[inline(never)]
    fn call(&mut self, call: &ScalarFunction) -> Result<Value, Wrong> {
        if call.func.name() == ON_LIST {
            return self.on_list(call);
        }
        let arguments: Vec<Value> =
            call.args.iter().map(|argument| self.value(argument)).collect::<Result<_, _>>()?;
        match (call.func.name(), arguments.as_slice()) {
            ("nullif", [a, b]) => {
                let (x, y) = self.alike(*a, *b)?;
                let register = self.step(|to| Step::NullIf(to, x.register, y.register));
                let never_zero = a.never_zero || (y.low, y.high) == (0, 0) && !y.nullable;
                Ok(Value { register, nullable: true, never_zero, ..x })
            }
            ("coalesce", [first, others @ ..]) => {
                let mut whole = *first;
                for other in others {
                    let (x, y) = self.alike(whole, *other)?;
                    let register = self.step(|to| Step::Coalesce(to, x.register, y.register));
                    let nullable = x.nullable && y.nullable;
                    whole = Value { register, nullable, ..merged(x, y)? };
                }
                Ok(whole)
            }
            (name, _) => Err(Wrong::new(format!("conditions do not know {name}"))),
        }
    }
}

/// Either of two values.
fn merged(a: Value, b: Value) -> Result<Value, Wrong> {
    let unit = unit_of(a, b)?;
    if a.kind == Kind::Missing || b.kind == Kind::Missing {
        let known = if a.kind == Kind::Missing { b } else { a };
        return Ok(Value { nullable: true, ..known });
    }
    if a.kind != b.kind {
        return Err(Wrong::new("the branches of a choice have different kinds"));
    }
    Ok(Value {
        unit,
        low: a.low.min(b.low),
        high: a.high.max(b.high),
        nullable: a.nullable || b.nullable,
        never_zero: a.never_zero && b.never_zero,
        ..a
    })
}

/// The value with its bounds, if no number within them is as large as `limit`.
fn bounded(
    value: Value,
    low: Option<i128>,
    high: Option<i128>,
    limit: i128,
) -> Result<Value, Wrong> {
    match (low, high) {
        (Some(low), Some(high)) if low > -limit && high < limit => Ok(Value { low, high, ..value }),
        _ => Err(Wrong::new("this may become larger than a number can be")),
    }
}

/// The least and most of an operation that is monotone in each of its sides.
fn corners(
    a: Value,
    b: Value,
    of: impl Fn(i128, i128) -> Option<i128>,
) -> (Option<i128>, Option<i128>) {
    let all = [(a.low, b.low), (a.low, b.high), (a.high, b.low), (a.high, b.high)];
    let all: Option<Vec<i128>> = all.into_iter().map(|(x, y)| of(x, y)).collect();
    let least = all.as_ref().and_then(|all| all.iter().min().copied());
    (least, all.and_then(|all| all.into_iter().max()))
}

fn unit_word(unit: Unit) -> &'static str {
    match unit {
        Unit::Number => "a number",
        Unit::Money => "money",
        Unit::Seconds => "seconds",
        Unit::Permille => "thousandths",
        Unit::Flag => "true or false",
    }
}

/// The unit of two values that are held against each other or added.
fn unit_of(a: Value, b: Value) -> Result<Option<Unit>, Wrong> {
    match (a.unit, b.unit) {
        (Some(x), Some(y)) if x != y => {
            Err(Wrong::new(format!("{} and {} are not of one kind", unit_word(x), unit_word(y))))
        }
        (x, y) => Ok(x.or(y)),
    }
}

/// The unit of a result.
fn unit_after(a: Value, b: Value, op: Operator) -> Result<Option<Unit>, Wrong> {
    let plain =
        |unit: Option<Unit>| unit.is_none_or(|unit| matches!(unit, Unit::Number | Unit::Permille));
    match op {
        Operator::Plus | Operator::Minus | Operator::Modulo => unit_of(a, b),
        Operator::Multiply if plain(a.unit) => Ok(b.unit.or(a.unit)),
        Operator::Multiply if plain(b.unit) => Ok(a.unit),
        Operator::Divide if a.unit == b.unit => Ok(None),
        Operator::Divide if plain(b.unit) => Ok(a.unit),
        _ => {
            let word = |value: Value| value.unit.map_or("a number", unit_word);
            Err(Wrong::new(format!(
                "{} and {} are neither multiplied nor divided",
                word(a),
                word(b)
            )))
        }
    }
}

/// Between which numbers a feature lies.
fn bounds(feature: Feature) -> (i128, i128) {
    let money = i128::from(engine::risk::MONEY_MAX);
    match feature.unit() {
        Unit::Flag => (0, 1),
        Unit::Permille => (0, 1_000),
        // All seconds since 1970 that 64 bits of nanoseconds have.
        Unit::Seconds => (0, i128::from(u64::MAX / 1_000_000_000)),
        Unit::Money if feature.name().ends_with("balance") => (-money, money),
        Unit::Money => (0, money),
        Unit::Number => match feature.name().as_str() {
            "hour" => (0, 23),
            "weekday" => (1, 7),
            "code" => (0, u16::MAX.into()),
            name if name.contains("_counterparties_") || name.contains("_payers_") => {
                (0, engine::risk::COUNTERPARTIES_MAX as i128)
            }
            _ => (0, u32::MAX.into()),
        },
    }
}
