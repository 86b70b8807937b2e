//! Questions that figures are made of, each with a name: the numbers, the SQL that gave them, and the same as a file. A question
//! leaves an entry in the journal, so an answer is kept for half a minute for those of the same roles.

use super::staff::{list_of, scrolled, text_of};
use crate::figures;
use crate::inside;
use crate::parts::figure::{Source, provenance};
use crate::parts::frame::head;
use crate::row::Row;
use crate::trouble::Trouble;
use crate::visit::{Said, Shown, Visit};
use crate::words::{Words, text};
use axum::http::Method;
use maud::{Markup, html};
use serde_json::{Value, json};

/// A question and its name.
struct Question {
    name: &'static str,
    sql: &'static str,
}

// The business day is the one that the last close began, also before anything is booked on it; before the first close it is
// that of the latest payment.
const QUESTIONS: [Question; 8] = [
    Question {
        name: "hours",
        sql: "SELECT date_part('hour', time) AS hour, count(*) AS payments\nFROM transfers\nWHERE phase IN ('single', 'post')\n  AND booking_date = (SELECT max(day) FROM (\n    SELECT next_day AS day FROM day_closes\n    UNION ALL SELECT booking_date FROM transfers))\nGROUP BY 1\nORDER BY 1",
    },
    Question {
        name: "days",
        sql: "SELECT booking_date AS day, count(*) AS payments\nFROM transfers\nWHERE phase IN ('single', 'post')\nGROUP BY 1\nORDER BY 1 DESC\nLIMIT 20",
    },
    Question {
        name: "money",
        sql: "SELECT currency, sum(amount) AS moved\nFROM transfers\nWHERE phase IN ('single', 'post')\n  AND booking_date = (SELECT max(day) FROM (\n    SELECT next_day AS day FROM day_closes\n    UNION ALL SELECT booking_date FROM transfers))\nGROUP BY 1\nORDER BY 2 DESC",
    },
    Question {
        name: "rulings",
        sql: "SELECT ruling, count(*) AS payments\nFROM verdicts\nGROUP BY 1\nORDER BY 2 DESC",
    },
    Question {
        name: "refused",
        sql: "SELECT refusal, count(*) AS payments\nFROM refusals\nWHERE command = 'transfer'\n  AND booking_date = (SELECT max(day) FROM (\n    SELECT next_day AS day FROM day_closes\n    UNION ALL SELECT booking_date FROM transfers))\nGROUP BY 1\nORDER BY 2 DESC",
    },
    Question {
        name: "checks",
        sql: "SELECT c.pack, c.rule, c.row_count AS rows_found, c.as_of, c.time\nFROM check_results c\nJOIN (\n  SELECT pack, rule, max(time) AS latest\n  FROM check_results WHERE kind = 'quality' GROUP BY 1, 2\n) l ON c.pack = l.pack AND c.rule = l.rule AND c.time = l.latest\nORDER BY c.row_count DESC, c.rule",
    },
    Question {
        name: "closes",
        sql: "SELECT d.day, d.time, coalesce(o.paid, 0) AS paid_by_orders\nFROM day_closes d\nLEFT JOIN (\n  SELECT t.booking_date, count(*) AS paid\n  FROM transfers t JOIN orders r ON t.user_data_128 = r.order_id\n  GROUP BY 1\n) o ON o.booking_date = d.next_day\nORDER BY 1 DESC\nLIMIT 7",
    },
    Question {
        name: "denials",
        sql: "SELECT who, says, what, sum(times) AS times, max(time) AS latest\nFROM access_notes\nWHERE what IN ('denied', 'not_recognised')\n  AND booking_date = (SELECT max(booking_date) FROM access_notes)\nGROUP BY 1, 2, 3\nORDER BY 5 DESC\nLIMIT 20",
    },
];

/// The pages.
pub fn rows() -> Vec<Row> {
    vec![inside!(GET "/queries/{name}", show), inside!(GET "/queries/{name}/answer.csv", csv)]
}

fn question(name: &str) -> Option<&'static Question> {
    QUESTIONS.iter().find(|question| question.name == name)
}

/// The answer to a question by its name.
///
/// # Errors
/// What the API says; there is no such question.
pub async fn answer(visit: &Visit, name: &str) -> Result<Value, Trouble> {
    let question = question(name).ok_or_else(Trouble::not_found)?;
    // Whoever reads an answer that was kept has just the roles for which the API gave it.
    let mut roles = visit.me()?.roles.clone();
    roles.sort();
    let key = format!("{} {name}", roles.join(","));
    if let Some(answer) = visit.house.kept.get(&key) {
        return Ok(answer);
    }
    let answer = query(visit, question.sql).await?;
    visit.house.kept.keep(key, &answer);
    Ok(answer)
}

/// A question's text and the answer to it.
///
/// # Errors
/// As [`answer`].
pub async fn asked(visit: &Visit, name: &str) -> Result<(&'static str, Value), Trouble> {
    let sql = question(name).ok_or_else(Trouble::not_found)?.sql;
    Ok((sql, answer(visit, name).await?))
}

/// Asks in SQL, in the name of whoever looks. It is the page that asks, also where its address was typed and no site began it.
///
/// # Errors
/// What the API says.
pub async fn query(visit: &Visit, sql: &str) -> Result<Value, Trouble> {
    let ours = [("sec-fetch-site", "same-origin")];
    let answer =
        visit.ask.send(Method::POST, "/queries", Some(json!({ "sql": sql })), &ours).await?;
    Ok(answer.body)
}

/// Where the numbers of an answer come from.
pub fn source(name: &str, answer: &Value) -> Source {
    Source {
        entry: answer["as_of"].as_u64(),
        proof: Some(format!("/check?question={name}")),
        csv: Some(format!("/queries/{name}/answer.csv")),
        query: Some(format!("/queries/{name}")),
    }
}

/// A count of an answer, which may stand as a text.
pub fn counted(value: &Value) -> u64 {
    value
        .as_u64()
        .or_else(|| value.as_f64().map(|n| n as u64))
        .or_else(|| value.as_str()?.parse().ok())
        .unwrap_or(0)
}

/// A row of currency and sum as money, without the places that say nothing: the ledger's sums have three.
pub fn summed(row: &Value) -> String {
    let part = |at: usize| row[at].as_str().map_or_else(|| row[at].to_string(), ToOwned::to_owned);
    figures::money(short(&part(1)), &part(0))
}

/// A sum without the places that say nothing.
fn short(amount: &str) -> &str {
    match amount.split_once('.') {
        Some((_, places)) if places.len() > 2 && places[2..].bytes().all(|b| b == b'0') => {
            &amount[..amount.len() - places.len() + 2]
        }
        _ => amount,
    }
}

async fn show(visit: &Visit) -> Said {
    let words = visit.words;
    let name = visit.named("name");
    let (sql, answer) = asked(visit, name).await?;
    let title = words.say(&format!("query-{name}"));
    let source = Source { query: None, ..source(name, &answer) };
    visit.page(&title, html! {
        (head(&title, &words.say("query-says")))
        section.p aria-labelledby="sql" {
            header { h2 id="sql" { (words.say("query-sql")) } }
            div.scroll tabindex="0" role="region" aria-label=(words.with("as-text", &[("what", text(words.say("query-sql")))])) { pre.sql lang="en" { code { (sql) } } }
            p.hint { (words.say("query-again")) " " code { "POST /api/v1/queries" } ", " code { "tj query" } }
        }
        section.p aria-labelledby="answer" {
            header { h2 id="answer" { (words.say("query-answer")) } }
            (table(words, &title, &answer))
            @if !text_of(&answer, "digest").is_empty() { p.hint { (words.say("query-digest")) " " code { (text_of(&answer, "digest")) } } }
            (provenance(words, &source, &title))
        }
    })
}

fn table(words: Words, title: &str, answer: &Value) -> Markup {
    scrolled(
        words,
        title,
        html! { table {
            thead { tr { @for column in list_of(answer, "columns") { th scope="col" { code { (text_of(column, "name")) } } } } }
            tbody { @for row in list_of(answer, "rows") { tr { @for value in row.as_array().into_iter().flatten() { td { (plain(value)) } } } } }
        } },
    )
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_u64() => figures::grouped(&number.to_string()),
        other => other.to_string(),
    }
}

async fn csv(visit: &Visit) -> Said {
    let name = visit.named("name").to_owned();
    let answer = answer(visit, &name).await?;
    let columns = list_of(&answer, "columns").iter().map(|column| field(text_of(column, "name")));
    let mut lines = vec![columns.collect::<Vec<_>>().join(",")];
    for row in list_of(&answer, "rows") {
        let values = row.as_array().into_iter().flatten();
        lines.push(values.map(|value| field(&bare(value))).collect::<Vec<_>>().join(","));
    }
    let bytes = (lines.join("\r\n") + "\r\n").into_bytes();
    Ok(Shown::File("text/csv; charset=utf-8", format!("{name}.csv"), bytes))
}

fn bare(value: &Value) -> String {
    value.as_str().map_or_else(
        || if value.is_null() { String::new() } else { value.to_string() },
        ToOwned::to_owned,
    )
}

/// A field of a CSV (RFC 4180).
fn field(text: &str) -> String {
    if text.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_money_as_people_write_it() {
        assert_eq!(summed(&json!(["CNY", "34367.400"])), "¥\u{a0}34,367.40");
        assert_eq!(summed(&json!(["USD", 12])), "USD\u{a0}12");
        assert_eq!(summed(&json!(["KWD", "1.005"])), "KWD\u{a0}1.005");
    }

    #[test]
    fn a_field_with_a_comma_stays_one() {
        assert_eq!(field("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(field("12.50"), "12.50");
    }
}
