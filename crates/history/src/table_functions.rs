//! Tables with arguments, where a query alone would be clumsy: a statement, balances at a moment, the trial
//! balance. Each becomes a query over the other tables, with the arguments in their places; a statement, which is
//! asked for most, is read without one.

use crate::statement::{self, Asked};
use datafusion::catalog::{TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::datasource::ViewTable;
use datafusion::execution::session_state::SessionState;
use datafusion::prelude::Expr;
use std::sync::Arc;
use terms::Day;

/// A table function: its name, how it is called, what it gives, and the query it becomes.
pub struct TableFunction {
    /// Its name.
    pub name: &'static str,
    /// How it is called.
    pub usage: &'static str,
    /// What it gives.
    pub meaning: &'static str,
    becomes: Becomes,
    arguments: std::ops::RangeInclusive<usize>,
}

/// What a call becomes, with the arguments in their places.
enum Becomes {
    /// A query over the other tables.
    Query(fn(&[String]) -> std::result::Result<String, String>),
    /// A statement, which is read without one.
    Statement,
}

/// Every table function.
pub static FUNCTIONS: [TableFunction; 4] = [
    TableFunction {
        name: "statement",
        usage: "statement(account, from, to [, 'booking' | 'value'])",
        meaning: "The postings of an account from one day to another, both included, in order, each with the balance after it. By booking date unless 'value' is asked for.",
        becomes: Becomes::Statement,
        arguments: 3..=4,
    },
    TableFunction {
        name: "balance_at",
        usage: "balance_at(account, time)",
        meaning: "The posted balance of one account at a moment: at the end of a business day ('2026-09-30') or after the last entry decided at a time ('2026-09-30T15:00:00').",
        becomes: Becomes::Query(balance_at),
        arguments: 2..=2,
    },
    TableFunction {
        name: "balances_at",
        usage: "balances_at(time [, 'booking' | 'value'])",
        meaning: "The posted balances of all accounts that had postings by then. By booking date unless 'value' is asked for, which takes a day.",
        becomes: Becomes::Query(balances_at),
        arguments: 1..=2,
    },
    TableFunction {
        name: "trial_balance",
        usage: "trial_balance(time)",
        meaning: "For each place in the chart of accounts and currency: how many accounts had postings by then, and their balances by side. In each currency the two sides sum to the same.",
        becomes: Becomes::Query(trial_balance),
        arguments: 1..=1,
    },
];

/// Every table function by name, for the engine.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, Arc<dyn TableFunctionImpl>)> {
    FUNCTIONS.iter().map(|function| {
        let call: Arc<dyn TableFunctionImpl> = Arc::new(Call(function));
        (function.name, call)
    })
}

struct Call(&'static TableFunction);

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Call").field(&self.0.name).finish()
    }
}

impl TableFunctionImpl for Call {
    fn call_with_args(&self, args: TableFunctionArgs<'_, '_>) -> Result<Arc<dyn TableProvider>> {
        let function = self.0;
        let refuse = |why: String| {
            DataFusionError::Plan(format!(
                "{}: {why}; call it as {}",
                function.name, function.usage
            ))
        };
        if !function.arguments.contains(&args.exprs().len()) {
            return Err(refuse(format!("it does not take {} arguments", args.exprs().len())));
        }
        let texts: std::result::Result<Vec<String>, String> =
            args.exprs().iter().map(text_of).collect();
        let state = args.session().as_any().downcast_ref::<SessionState>();
        let state = state.ok_or_else(|| refuse("there is no session".to_owned()))?;
        // Nothing in it waits: every table it names is made of what is in memory.
        let sql = match function.becomes {
            Becomes::Query(query) => texts.and_then(|texts| query(&texts)).map_err(refuse)?,
            Becomes::Statement => {
                let asked = texts.and_then(|texts| statement_of(&texts)).map_err(refuse)?;
                return futures::executor::block_on(statement::table(state, asked));
            }
        };
        let plan = futures::executor::block_on(state.create_logical_plan(&sql))?;
        Ok(Arc::new(ViewTable::new(plan, Some(sql))))
    }
}

/// A literal as text.
fn text_of(expr: &Expr) -> std::result::Result<String, String> {
    match expr {
        Expr::Literal(value, _) if !value.is_null() => match value {
            ScalarValue::Utf8(Some(text)) | ScalarValue::Utf8View(Some(text)) => Ok(text.clone()),
            ScalarValue::Decimal128(..) | ScalarValue::Int64(_) | ScalarValue::UInt64(_) => {
                Ok(value.to_string())
            }
            _ => Err(format!("{value} is not an argument it understands")),
        },
        // DATE '2026-09-30' and the like.
        Expr::Cast(cast) => text_of(&cast.expr),
        other => Err(format!("{other} must be written out, not computed")),
    }
}

fn account_of(text: &str) -> std::result::Result<&str, String> {
    match text.parse::<u128>() {
        Ok(id) if id.to_string() == text => Ok(text),
        _ => Err(format!("{text:?} is not the number of an account")),
    }
}

fn day_of(text: &str) -> std::result::Result<Day, String> {
    Day::parse(text).map_err(|error| format!("{text:?} is {error}"))
}

/// By which date; the column's name.
fn date_of(text: Option<&String>) -> std::result::Result<&'static str, String> {
    match text.map(String::as_str) {
        None | Some("booking") => Ok("booking_date"),
        Some("value") => Ok("value_date"),
        Some(other) => Err(format!("{other:?} is neither 'booking' nor 'value'")),
    }
}

/// The condition on postings that a day or a time is.
fn until(text: &str, date: &str) -> std::result::Result<String, String> {
    if let Ok(day) = Day::parse(text) {
        return Ok(format!("{date} <= DATE '{day}'"));
    }
    if date == "value_date" {
        return Err(format!("{text:?} is not a day such as 2026-11-23, and value dates are days"));
    }
    let plain = text.bytes().all(|b| b.is_ascii_digit() || b" T:.+-Z".contains(&b));
    let looks = plain && text.len() > 10 && Day::parse(text.get(..10).unwrap_or("")).is_ok();
    if !looks {
        return Err(format!(
            "{text:?} is neither a day such as 2026-11-23 nor a time such as 2026-11-23T15:00:00"
        ));
    }
    Ok(format!("entry <= (SELECT max(entry) FROM stored.entries WHERE time <= '{text}')"))
}

fn statement_of(arguments: &[String]) -> std::result::Result<Asked, String> {
    let account = account_of(&arguments[0])?.to_owned();
    let (from, to) = (day_of(&arguments[1])?, day_of(&arguments[2])?);
    if to < from {
        return Err(format!("{to} is before {from}"));
    }
    Ok(Asked { account, from, to, date: date_of(arguments.get(3))? })
}

/// Postings by then, summed by account.
fn sums(condition: &str, account: Option<&str>) -> String {
    let only = account.map(|id| format!(" AND account = '{id}'")).unwrap_or_default();
    format!(
        "SELECT CAST(max(CAST(entry AS BIGINT) * 8192 + \"row\") / 8192 AS BIGINT UNSIGNED) AS entry, \
             CAST(max(CAST(entry AS BIGINT) * 8192 + \"row\") % 8192 AS INT UNSIGNED) AS \"row\", \
             account_text(account_key) AS account, account_key, currency_text(currency_no) AS currency, \
             sum(CASE WHEN is_credit THEN 0.000 ELSE amount END) AS debits_posted, \
             sum(CASE WHEN is_credit THEN amount ELSE 0.000 END) AS credits_posted, \
             sum(CASE WHEN is_credit THEN amount ELSE -amount END) AS balance \
         FROM (SELECT *, account_text(account_key) AS account FROM stored.postings) \
         WHERE {condition}{only} GROUP BY account_key, currency_no"
    )
}

fn balance_at(arguments: &[String]) -> std::result::Result<String, String> {
    let account = account_of(&arguments[0])?;
    Ok(sums(&until(&arguments[1], "booking_date")?, Some(account)))
}

fn balances_at(arguments: &[String]) -> std::result::Result<String, String> {
    let date = date_of(arguments.get(1))?;
    Ok(sums(&until(&arguments[0], date)?, None))
}

fn trial_balance(arguments: &[String]) -> std::result::Result<String, String> {
    let sums = sums(&until(&arguments[0], "booking_date")?, None);
    Ok(format!(
        "SELECT max(b.entry) AS entry, CAST(0 AS INT UNSIGNED) AS \"row\", a.code, max(c.class) AS class, \
             max(c.name) AS name, count(*) AS accounts, \
             sum(CASE WHEN b.balance < 0 THEN -b.balance ELSE 0.000 END) AS debit, \
             sum(CASE WHEN b.balance > 0 THEN b.balance ELSE 0.000 END) AS credit, b.currency \
         FROM ({sums}) b JOIN stored.accounts a ON a.account_key = b.account_key \
         LEFT JOIN bank.chart c ON c.code = a.code \
         GROUP BY a.code, b.currency ORDER BY a.code, b.currency"
    ))
}
