//! What went wrong with a query, in the words of who wrote it.

use super::AskFailed;
use arrow::error::ArrowError;
use datafusion::common::{DataFusionError, SchemaError};

/// An error while a query runs.
pub(crate) fn of(error: &DataFusionError) -> AskFailed {
    match error.find_root() {
        DataFusionError::ResourcesExhausted(why) => AskFailed::TooLarge(first_line(why)),
        DataFusionError::Execution(why) | DataFusionError::Plan(why) => {
            AskFailed::Running(first_line(why))
        }
        DataFusionError::ArrowError(error, _) => match &**error {
            ArrowError::IoError(..) | ArrowError::ParquetError(_) => {
                AskFailed::Broken(error.to_string())
            }
            asked => AskFailed::Running(asked.to_string()),
        },
        other => AskFailed::Broken(first_line(&other.strip_backtrace())),
    }
}

/// An error in understanding `text`.
pub(crate) fn of_plan(error: &DataFusionError, text: &str) -> AskFailed {
    let said = sentence(error.find_root());
    // What the parser says has its place in it.
    let place = if said.contains(" (line ") { String::new() } else { place_of(error, text) };
    AskFailed::Query(format!("{said}{place}"))
}

fn sentence(error: &DataFusionError) -> String {
    match error {
        DataFusionError::SchemaError(schema, _) => schema_sentence(schema),
        DataFusionError::SQL(parser, _) => {
            let said = parser.to_string();
            let said = said.trim_start_matches("sql parser error: ").to_owned();
            match said.split_once(" at Line: ") {
                Some((what, place)) => {
                    let place = place.replace(", Column: ", ", column ");
                    format!("the query cannot be read: {what} (line {place})")
                }
                None => format!("the query cannot be read: {said}"),
            }
        }
        DataFusionError::Plan(said)
            if said.contains("not found") && said.starts_with("table '") =>
        {
            let name = said.split('\'').nth(1).unwrap_or(said);
            let short = name.rsplit('.').next().unwrap_or(name);
            let mut known: Vec<&str> = crate::views::bank().keys().map(String::as_str).collect();
            known.sort_by_key(|known| distance(known, short));
            format!(
                "there is no table {short}; did you mean {}? `SELECT table_name FROM information_schema.tables` lists all",
                known.iter().take(2).copied().collect::<Vec<_>>().join(" or ")
            )
        }
        DataFusionError::Plan(said) => first_line(said),
        other => first_line(&other.strip_backtrace()),
    }
}

fn schema_sentence(error: &SchemaError) -> String {
    match error {
        SchemaError::FieldNotFound { field, valid_fields } => {
            let mut near: Vec<&str> =
                valid_fields.iter().map(|column| column.name.as_str()).collect();
            near.sort_by_key(|name| (distance(name, &field.name), *name));
            near.dedup();
            near.truncate(3);
            let relation = field.relation.as_ref().map(|r| format!("{}.", r.table()));
            let name = format!("{}{}", relation.unwrap_or_default(), field.name);
            if near.is_empty() {
                format!("there is no column {name} here")
            } else {
                format!("there is no column {name} here; did you mean {}?", near.join(", "))
            }
        }
        SchemaError::AmbiguousReference { field } => {
            format!("{} may be a column of several tables; say of which", field.name)
        }
        other => first_line(&other.to_string()),
    }
}

/// Where in the text, if the error knows it and does not say it itself.
fn place_of(error: &DataFusionError, text: &str) -> String {
    let span = error.diagnostic().and_then(|diagnostic| diagnostic.span);
    match span {
        Some(span) if span.start.line > 0 && !text.is_empty() => {
            format!(" (line {}, column {})", span.start.line, span.start.column)
        }
        _ => String::new(),
    }
}

fn first_line(said: &str) -> String {
    let line = said.lines().next().unwrap_or(said);
    let line = line.trim_start_matches("Error during planning: ");
    line.trim_end_matches('.').to_owned()
}

/// How many letters must change to make one word of another.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.to_lowercase().chars().collect();
    let mut costs: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.to_lowercase().chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut costs[0], i + 1);
        for (j, b) in other.iter().enumerate() {
            let change = diagonal + usize::from(a != *b);
            diagonal = costs[j + 1];
            costs[j + 1] = change.min(costs[j] + 1).min(diagonal + 1);
        }
    }
    costs[other.len()]
}
