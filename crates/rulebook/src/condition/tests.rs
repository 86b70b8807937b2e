//! The compiled steps against the query engine, on conditions that people would write and on made-up ones.

use super::*;
use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Int64Array, StringArray,
};
use arrow::record_batch::RecordBatch;
use datafusion_expr::execution_props::ExecutionProps;
use engine::risk::{Machine, Values};
use terms::Currency;
use terms::Ruling;

const ROWS: usize = 40;

struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 20) % n
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }
}

/// Values of every feature, the edges of its bounds and nulls among them.
fn rows(dice: &mut Dice) -> Vec<Values> {
    let value = |dice: &mut Dice, feature: Feature| -> Option<i64> {
        if feature.nullable() && dice.below(4) == 0 {
            return None;
        }
        let money = engine::risk::MONEY_MAX as i64;
        let name = feature.name();
        Some(match feature.unit() {
            Unit::Flag => dice.below(2) as i64,
            Unit::Permille => dice.below(1_001) as i64,
            Unit::Seconds => [0, 59, 86_400, 18_446_744_073][dice.below(4) as usize],
            Unit::Money if name.ends_with("balance") => {
                [-money, -1, 0, 1, 12_345, money][dice.below(6) as usize]
            }
            Unit::Money => [0, 1, 999, 5_000_000, 49_999_999, money][dice.below(6) as usize],
            Unit::Number => match name.as_str() {
                "currency" => [Currency::CNY.0, Currency::by_code("JPY").unwrap().0]
                    [dice.below(2) as usize]
                    .into(),
                "hour" => dice.below(24) as i64,
                "weekday" => 1 + dice.below(7) as i64,
                "code" => dice.below(65_536) as i64,
                _ if name.contains("counterparties") || name.contains("payers") => {
                    dice.below(65) as i64
                }
                _ => [0, 1, 2, 7, 4_294_967_295][dice.below(5) as usize],
            },
        })
    };
    (0..ROWS)
        .map(|_| {
            let mut values = Values::default();
            for feature in Feature::all() {
                values.set(feature, value(dice, feature));
            }
            values
        })
        .collect()
}

fn batch(rows: &[Values]) -> RecordBatch {
    let arrays = Feature::all().map(|feature| -> ArrayRef {
        let column = || rows.iter().map(|row| row.get(feature));
        match columns().field_with_name(&feature.name()).unwrap().data_type() {
            DataType::Boolean => {
                Arc::new(BooleanArray::from_iter(column().map(|v| v.map(|v| v != 0))))
            }
            DataType::Utf8 => Arc::new(StringArray::from_iter(
                column().map(|v| v.map(|v| Currency(v as u32).to_string())),
            )),
            DataType::Int64 => Arc::new(Int64Array::from_iter(column())),
            _ => {
                let array = Decimal128Array::from_iter(column().map(|v| v.map(i128::from)));
                Arc::new(array.with_data_type(MONEY))
            }
        }
    });
    RecordBatch::try_new(Arc::new(columns()), arrays.collect()).unwrap()
}

/// The lists of these tests.
const LISTS: [&str; 3] = ["friends", "foes", "staff"];

/// `on_list` as a query would run it, by bits and not by steps.
#[derive(Debug, PartialEq, Eq, Hash)]
struct ByBits(Signature);

impl ScalarUDFImpl for ByBits {
    fn name(&self) -> &str {
        ON_LIST
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn return_type(&self, _: &[DataType]) -> datafusion_common::Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(
        &self,
        args: ScalarFunctionArgs,
    ) -> datafusion_common::Result<ColumnarValue> {
        let bits = args.args[0].to_array(args.number_rows)?;
        let names = args.args[1].to_array(args.number_rows)?;
        let bits = bits.as_primitive::<arrow::datatypes::Int64Type>();
        let names = names.as_string::<i32>();
        let on = bits.iter().zip(names.iter()).map(|(bits, name)| {
            let place = LISTS.iter().position(|list| Some(*list) == name)?;
            Some(bits? >> place & 1 == 1)
        });
        Ok(ColumnarValue::Array(Arc::new(BooleanArray::from_iter(on))))
    }
}

/// The same names, and lists that answer.
struct Asked;

impl ContextProvider for Asked {
    fn get_table_source(
        &self,
        name: TableReference,
    ) -> datafusion_common::Result<Arc<dyn TableSource>> {
        Names.get_table_source(name)
    }

    fn get_function_meta(&self, name: &str) -> Option<Arc<ScalarUDF>> {
        if name == ON_LIST {
            let kinds = vec![DataType::Int64, DataType::Utf8];
            let by_bits = ByBits(Signature::exact(kinds, Volatility::Immutable));
            return Some(Arc::new(ScalarUDF::from(by_bits)));
        }
        Names.get_function_meta(name)
    }

    fn get_higher_order_meta(&self, name: &str) -> Option<Arc<HigherOrderUDF>> {
        Names.get_higher_order_meta(name)
    }

    fn get_aggregate_meta(&self, name: &str) -> Option<Arc<AggregateUDF>> {
        Names.get_aggregate_meta(name)
    }

    fn get_window_meta(&self, name: &str) -> Option<Arc<WindowUDF>> {
        Names.get_window_meta(name)
    }

    fn get_variable_type(&self, names: &[String]) -> Option<DataType> {
        Names.get_variable_type(names)
    }

    fn options(&self) -> &ConfigOptions {
        Names.options()
    }

    fn udf_names(&self) -> Vec<String> {
        Names.udf_names()
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

/// What the query engine says: the text planned and typed as in a query, not simplified by us.
fn asked(text: &str, batch: &RecordBatch) -> Vec<Option<bool>> {
    let parsed =
        Parser::new(&PostgreSqlDialect {}).try_with_sql(text).unwrap().parse_expr().unwrap();
    let options = ParserOptions { parse_float_as_decimal: true, ..ParserOptions::default() };
    let planner = SqlToRel::new_with_options(&Asked, options);
    let expr = planner.sql_to_expr(parsed, schema(), &mut PlannerContext::new()).unwrap();
    let context = SimplifyContext::builder().with_schema(Arc::clone(schema())).build();
    let simplifier = ExprSimplifier::new(context);
    let expr = simplifier.coerce(expr, schema()).unwrap();
    // Only what it cannot run otherwise: coalesce has no code of its own.
    let expr = if text.contains("coalesce") { simplifier.simplify(expr).unwrap() } else { expr };
    let planned = physical(&expr);
    let array = planned.evaluate(batch).unwrap().into_array(batch.num_rows()).unwrap();
    if array.data_type() == &DataType::Null {
        return vec![None; batch.num_rows()];
    }
    array.as_boolean().iter().collect()
}

fn physical(expr: &Expr) -> Arc<dyn datafusion_physical_expr::PhysicalExpr> {
    let context = datafusion_expr::physical_planning_context::PhysicalPlanningContext::default();
    datafusion_physical_expr::create_physical_expr(expr, schema(), &ExecutionProps::new(), &context)
        .unwrap()
}

/// What the steps say.
fn run(text: &str, rows: &[Values]) -> Result<Vec<Option<bool>>, Wrong> {
    let condition = Condition::read(text)?;
    let mut compiler = Compiler::with_lists(LISTS.map(str::to_owned).into());
    compiler.add(&condition, Ruling::Hold, 1)?;
    let program = compiler.finish([None; 3]).unwrap();
    let again = engine::risk::Program::of_bytes(&program.to_bytes()).unwrap();
    assert_eq!(program, again);
    let mut machine = Machine::default();
    let register = program.lines()[0].condition;
    let truth = |row: &Values| {
        program.run_steps(row, &mut machine);
        machine.get(register).map(|truth| truth != 0)
    };
    Ok(rows.iter().map(truth).collect())
}

#[test]
fn conditions_mean_what_they_mean_in_a_query() {
    let mut dice = Dice(11);
    let rows = rows(&mut dice);
    let batch = batch(&rows);
    for text in [
        "amount > 5000",
        "amount >= 49999.999 AND pair_first",
        "payer_near_30d > 500 OR payer_night_30d IS NULL",
        "pair_age < 86400 IS NOT TRUE",
        "NOT (hour BETWEEN 5 AND 22)",
        "currency IN ('JPY', 'USD') AND amount > 1",
        "currency <> 'CNY'",
        "amount > 0.9 * payer_balance",
        "amount / nullif(payer_out_sum_30d, 0) > 3.5",
        "payer_out_sum_24h / nullif(payer_out_count_24h, 0) > 100.01",
        "payer_out_count_24h / 7 > payer_out_count_7d % 3",
        "CASE WHEN pair_first THEN amount ELSE pair_max_30d END >= 5000",
        "CASE weekday WHEN 6 THEN 1 WHEN 7 THEN 2 END = 2",
        "coalesce(pair_age, 0) < 60",
        "-payer_balance > 12",
        "payer_idle > 180 * 86400 AND amount > 0.5 * payer_balance",
        "(payer_in_count_1h > 3) = pair_first",
        "pending IS TRUE OR pending IS FALSE AND pair_first IS UNKNOWN",
        "on_list(payee_lists, 'friends') AND NOT on_list(payer_lists, 'staff')",
        "on_list(payer_lists, 'foes') IS NULL OR payee_lists > 0",
        // A scorecard, and the same sum twice.
        "CASE WHEN amount >= 5000 THEN 30 WHEN amount >= 999 THEN 10 ELSE 0 END \
         + CASE WHEN pair_first THEN 20 WHEN pair_age IS NULL THEN 5 ELSE -10 END >= 25",
        "(CASE WHEN hour < 6 THEN 3 ELSE 1 END) >= 2 AND (CASE WHEN hour < 6 THEN 3 ELSE 1 END) < 4",
        // Limits.
        "amount + payer_out_sum_24h > CASE WHEN payer_firm THEN 5000000 WHEN payer_age < 7 * 86400 THEN 999.5 \
         WHEN on_list(payer_lists, 'staff') THEN NULL ELSE 20000 END",
    ] {
        assert_eq!(
            run(text, &rows).map_err(|wrong| format!("{text}: {wrong}")),
            Ok(asked(text, &batch)),
            "{text}"
        );
    }
}

/// A number in SQL, of a unit: what is made is often refused, which is part of what is tested.
fn number(dice: &mut Dice, depth: u32) -> String {
    if depth == 0 || dice.below(3) == 0 {
        return dice
            .one(&[
                "amount",
                "payer_balance",
                "payer_out_sum_24h",
                "payee_in_max_7d",
                "payer_party_in_sum_30d",
                "pair_age",
                "payer_idle",
                "payer_out_count_1h",
                "device_count_24h",
                "payer_pass_24h",
                "hour",
                "0",
                "1",
                "7",
                "5000",
                "0.5",
                "-3",
                "49999.999",
                "86400",
                "NULL",
            ])
            .to_owned();
    }
    let (a, b) = (number(dice, depth - 1), number(dice, depth - 1));
    match dice.below(7) {
        0 => format!("({a} + {b})"),
        1 => format!("({a} - {b})"),
        2 => format!("({a} * {b})"),
        3 => format!("({a} / nullif({b}, 0))"),
        4 => format!("({a} % nullif({b}, 0))"),
        5 => format!("coalesce({a}, {b})"),
        _ => format!("CASE WHEN {} THEN {a} ELSE {b} END", truth(dice, depth - 1)),
    }
}

fn truth(dice: &mut Dice, depth: u32) -> String {
    if depth == 0 {
        let known = [
            "pair_first",
            "pending",
            "currency = 'CNY'",
            "on_list(payee_lists, 'foes')",
            "on_list(payer_lists, 'staff')",
            "TRUE",
            "NULL",
        ];
        return dice.one(&known).to_owned();
    }
    let sign = dice.one(&["=", "<>", "<", "<=", ">", ">="]);
    match dice.below(8) {
        0 => format!("({} AND {})", truth(dice, depth - 1), truth(dice, depth - 1)),
        1 => format!("({} OR {})", truth(dice, depth - 1), truth(dice, depth - 1)),
        2 => format!("(NOT {})", truth(dice, depth - 1)),
        3 => {
            let is = dice.one(&[
                "NULL",
                "NOT NULL",
                "TRUE",
                "NOT TRUE",
                "FALSE",
                "NOT FALSE",
                "UNKNOWN",
            ]);
            format!("({} IS {is})", truth(dice, depth - 1))
        }
        4 => {
            let (of, low, high) =
                (number(dice, depth - 1), number(dice, depth - 1), number(dice, depth - 1));
            format!("({of} {} {low} AND {high})", dice.one(&["BETWEEN", "NOT BETWEEN"]))
        }
        5 => {
            let (of, a, b) =
                (number(dice, depth - 1), number(dice, depth - 1), number(dice, depth - 1));
            format!("({of} {} ({a}, {b}))", dice.one(&["IN", "NOT IN"]))
        }
        _ => format!("({} {sign} {})", number(dice, depth - 1), number(dice, depth - 1)),
    }
}

#[test]
fn made_up_conditions_mean_what_they_mean_in_a_query() {
    let mut dice = Dice(5);
    let rows = rows(&mut dice);
    let batch = batch(&rows);
    let (mut same, mut refused) = (0, std::collections::BTreeMap::<String, u32>::new());
    for _ in 0..6_000 {
        let depth = 1 + dice.below(3) as u32;
        let text = truth(&mut dice, depth);
        match run(&text, &rows) {
            Ok(said) => {
                assert_eq!(said, asked(&text, &batch), "{text}");
                same += 1;
            }
            Err(wrong) => {
                *refused.entry(wrong.says.split(':').next().unwrap().to_owned()).or_default() += 1;
            }
        }
    }
    assert!(same > 1_000, "only {same} were run: {refused:#?}");
    assert!(refused.len() > 5, "few reasons to refuse: {refused:#?}");
}

fn wrong(text: &str) -> String {
    let rows = rows(&mut Dice(1));
    run(text, &rows).expect_err(text).to_string()
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    assert_eq!(
        wrong("amount > 5 AND\n  payer_out_cuont_1h > 3"),
        "line 2, column 3: there is no feature payer_out_cuont_1h; is it payer_out_count_1h?"
    );
    assert!(wrong("amount > ").contains("not a condition"), "{}", wrong("amount > "));
    assert!(
        wrong("amount > 5 hour").starts_with("line 1, column 12: "),
        "{}",
        wrong("amount > 5 hour")
    );
    assert!(wrong("amount").contains("this is an amount"));
    assert!(
        wrong("abs(amount) > 5").starts_with("line 1, column 1: there is no function abs"),
        "{}",
        wrong("abs(amount) > 5")
    );
    assert!(wrong("amount > pair_age").contains("money and seconds are not of one kind"));
    assert!(wrong("payer_out_count_1h > amount").contains("a number and money"));
    assert!(wrong("amount / payer_out_count_1h > 5").contains("nullif"));
    assert!(wrong("amount * payer_balance > 5").contains("neither multiplied nor divided"));
    assert!(
        wrong("payer_out_count_1h * payer_out_count_7d * payer_out_count_30d > 5")
            .contains("larger than a number")
    );
    assert_eq!(wrong("hour > 23"), "this can never be true");
    assert_eq!(wrong("amount > 5 AND NULL"), "this can never be true");
    assert!(wrong("currency = 'XYZ1'").contains("letters of a currency, and 'XYZ1' is none"));
    assert!(wrong("currency > 'CNY'").contains("have no order"));
    assert!(wrong("currency BETWEEN 'CNY' AND 'USD'").contains("have no order"));
    assert!(
        wrong("pending AND\n amount > pair_age").starts_with("line 2, column 2: money and seconds"),
        "{}",
        wrong("pending AND\n amount > pair_age")
    );
    assert_eq!(
        wrong("pending OR\n on_list(payee_lists, 'fiends')"),
        "line 2, column 24: there is no list fiends; there are friends, foes, staff"
    );
    assert!(wrong("on_list(hour, 'foes')").contains("looks at payer_lists or payee_lists"));
    assert!(wrong("on_list(payee_lists, 'foes') > 3").len() > 5);
    assert!(wrong("amount % 7 > 5").contains("only whole numbers leave a rest"));
    assert!(wrong("amount IN (5, NULL)").contains("written out"));
    assert!(wrong("amount > (SELECT 5)").len() > 5);
}

#[test]
fn whatever_is_written_is_compiled_or_refused() {
    let nested = format!("{}amount > 5{}", "(".repeat(60), ")".repeat(60));
    let deep = format!("{}amount > 5{}", "(".repeat(500), ")".repeat(500));
    let sum = format!("amount > {}", ["1"; 500].join("+"));
    let long = format!("amount > 5{}", " ".repeat(1_024));
    let digits = format!("amount > 1{}", "0".repeat(60));
    let nots = format!("{}pending", "NOT ".repeat(240));
    let rows = rows(&mut Dice(2));
    for text in [&nested, &sum] {
        assert!(run(text, &rows).is_ok(), "{text}");
    }
    for text in [
        &*deep,
        &long,
        &digits,
        &nots,
        "",
        "-- nothing",
        "amount > 5;",
        "amount > $1",
        "count(amount) > 1",
        "EXISTS (SELECT 1)",
        "CAST(amount AS BIGINT) > 5",
        "stored.transfers.amount > 5",
        "amount > 1e400",
        "amount > '5\0'",
        "\u{202e}amount > 5",
    ] {
        assert!(!wrong(text).is_empty());
    }
    // What is the same for every payment is one constant, however it is written.
    let size = |text: &str| {
        let mut compiler = Compiler::default();
        compiler.add(&Condition::read(text).unwrap(), Ruling::Ask, 0).unwrap();
        compiler.finish([None; 3]).unwrap().to_bytes().len()
    };
    assert_eq!(size(&sum), size("amount > 500"));
}

#[test]
fn what_is_always_true_is_seen() {
    let spoken = |text: &str| {
        let condition = Condition::read(text).unwrap();
        Compiler::default().add(&condition, Ruling::Ask, 0).unwrap()
    };
    assert_eq!(spoken("hour < 24"), Spoken::Always);
    assert_eq!(spoken("TRUE"), Spoken::Always);
    assert_eq!(spoken("pair_age >= 0"), Spoken::Sometimes);
    assert_eq!(spoken("pair_age >= 0 OR pair_age IS NULL"), Spoken::Sometimes);
    assert_eq!(spoken("amount > 5"), Spoken::Sometimes);
}
