//! Golden rows: rows with the answers their maker's own library gives. A model is registered only with them, and only
//! if the forest read from its file answers the same, so that what was read is what was made.

use forest::Forest;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt;

/// Rows at least: fewer say little about a model of many trees.
pub const ROWS_MIN: usize = 20;
/// Rows at most.
pub const ROWS_MAX: usize = 100_000;
/// How far an answer may be off, of 1 or of its own size if that is more: the unit in which the ledger keeps scores.
pub const TOLERANCE: f64 = 1e-6;

/// A row and what it scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Golden {
    /// Values in the order of the model's features; NaN is missing.
    pub row: Vec<f64>,
    /// One answer for each output of the model.
    pub scores: Vec<f64>,
}

/// Why a text holds no golden rows for a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoldenError {
    /// The row, from 1; 0 when it is all of it.
    pub row: usize,
    /// What is wrong.
    pub says: String,
}

impl fmt::Display for GoldenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            0 => write!(f, "golden rows: {}", self.says),
            row => write!(f, "golden row {row}: {}", self.says),
        }
    }
}

impl std::error::Error for GoldenError {}

/// Why golden rows do not vouch for a model.
#[derive(Clone, Debug, PartialEq)]
pub enum Mismatch {
    /// Too few of them, or too many.
    Rows(usize),
    /// A feature the model asks for is missing in each row, so nothing is known of it.
    Feature(String),
    /// A row whose values or answers are not as many as the model's.
    Shape {
        /// The row, from 1.
        row: usize,
    },
    /// The first row that the model answers otherwise.
    Score {
        /// The row, from 1.
        row: usize,
        /// Which of its answers.
        output: usize,
        /// What its maker says.
        golden: f64,
        /// What the model read says.
        read: f64,
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mismatch::Rows(rows) => {
                write!(f, "{rows} golden rows; there must be from {ROWS_MIN} to {ROWS_MAX}")
            }
            Mismatch::Feature(name) => {
                write!(f, "the model asks for `{name}`, which no golden row has")
            }
            Mismatch::Shape { row } => {
                write!(f, "golden row {row} has not as many values or answers as the model")
            }
            Mismatch::Score { row, output, golden, read } => write!(
                f,
                "golden row {row}, answer {output}: its maker says {golden}, the model as read {read}"
            ),
        }
    }
}

impl std::error::Error for Mismatch {}

/// Whether the forest answers the golden rows as its maker says.
///
/// # Errors
/// See [`Mismatch`]; the first row that differs is named.
pub fn check(forest: &Forest, rows: &[Golden]) -> Result<(), Mismatch> {
    if !(ROWS_MIN..=ROWS_MAX).contains(&rows.len()) {
        return Err(Mismatch::Rows(rows.len()));
    }
    let fits = |golden: &Golden| {
        golden.row.len() == forest.features().len() && golden.scores.len() == forest.outputs()
    };
    if let Some(at) = rows.iter().position(|golden| !fits(golden)) {
        return Err(Mismatch::Shape { row: at + 1 });
    }
    for at in asked(forest) {
        if rows.iter().all(|golden| golden.row[usize::from(at)].is_nan()) {
            return Err(Mismatch::Feature(forest.features()[usize::from(at)].clone()));
        }
    }
    for (golden, row) in rows.iter().zip(1..) {
        let read = forest.scores(&golden.row);
        for (output, (golden, read)) in golden.scores.iter().zip(read).enumerate() {
            // What is no number is near nothing.
            let near = (golden - read).abs() <= TOLERANCE * golden.abs().max(1.0);
            if !near {
                return Err(Mismatch::Score { row, output, golden: *golden, read });
            }
        }
    }
    Ok(())
}

/// Features that some split asks for.
fn asked(forest: &Forest) -> BTreeSet<u16> {
    let nodes = forest.parts().trees.iter().flat_map(|tree| tree.nodes());
    let asked = nodes.filter_map(|node| match &node.kind {
        forest::tree::Kind::Split(split) => Some(split.feature),
        forest::tree::Kind::Leaf(_) => None,
    });
    asked.collect()
}

/// Golden rows of a text for this model: CSV with a line of names, or a JSON list of objects. Each feature stands
/// under its name, the answer under `score`, of several outputs under `score_0`, `score_1` and so on. An
/// empty field, `nan`, `null` and a name that is not there are missing values.
///
/// # Errors
/// Names the model does not have, answers that are not there, and what is no number, by its row.
pub fn read(text: &str, forest: &Forest) -> Result<Vec<Golden>, GoldenError> {
    let columns = Columns::of(forest)?;
    if text.trim_start().starts_with('[') { columns.json(text) } else { columns.csv(text) }
}

/// Where each name belongs: features first, then answers.
struct Columns {
    names: Vec<String>,
    features: usize,
}

impl Columns {
    fn of(forest: &Forest) -> Result<Columns, GoldenError> {
        let scores: Vec<String> = match forest.outputs() {
            1 => vec!["score".to_owned()],
            outputs => (0..outputs).map(|at| format!("score_{at}")).collect(),
        };
        if let Some(name) = scores.iter().find(|name| forest.features().contains(name)) {
            return wrong(0, format!("the model has a feature called `{name}`"));
        }
        let names: Vec<String> = forest.features().iter().cloned().chain(scores).collect();
        Ok(Columns { names, features: forest.features().len() })
    }

    fn place(&self, name: &str, row: usize) -> Result<usize, GoldenError> {
        let place = self.names.iter().position(|known| known == name);
        place.map_or_else(|| wrong(row, format!("the model has no feature `{name}`")), Ok)
    }

    fn csv(&self, text: &str) -> Result<Vec<Golden>, GoldenError> {
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| of_csv(0, &error))?;
        let places = header.iter().map(|name| self.place(name, 0));
        let places: Vec<usize> = places.collect::<Result<_, _>>()?;
        let mut rows = Vec::new();
        for (record, at) in reader.records().zip(1..) {
            let record = record.map_err(|error| of_csv(at, &error))?;
            let mut values = vec![f64::NAN; self.names.len()];
            for (field, place) in record.iter().zip(&places) {
                values[*place] = match field {
                    "" => f64::NAN,
                    field => match field.parse() {
                        Ok(number) => number,
                        Err(_) => return wrong(at, format!("`{field}` is no number")),
                    },
                };
            }
            rows.push(self.golden(at, &values)?);
        }
        Ok(rows)
    }

    fn json(&self, text: &str) -> Result<Vec<Golden>, GoldenError> {
        let list: Vec<serde_json::Map<String, Value>> = serde_json::from_str(text)
            .map_err(|error| GoldenError { row: 0, says: error.to_string() })?;
        let mut rows = Vec::new();
        for (object, at) in list.iter().zip(1..) {
            let mut values = vec![f64::NAN; self.names.len()];
            for (name, value) in object {
                values[self.place(name, at)?] = match value {
                    Value::Null => f64::NAN,
                    value => match value.as_f64() {
                        Some(number) => number,
                        None => return wrong(at, format!("`{name}` is no number")),
                    },
                };
            }
            rows.push(self.golden(at, &values)?);
        }
        Ok(rows)
    }

    fn golden(&self, at: usize, values: &[f64]) -> Result<Golden, GoldenError> {
        let (row, scores) = values.split_at(self.features);
        if let Some(missing) = scores.iter().position(|score| !score.is_finite()) {
            return wrong(at, format!("`{}` is missing", self.names[self.features + missing]));
        }
        Ok(Golden { row: row.to_vec(), scores: scores.to_vec() })
    }
}

fn wrong<T>(row: usize, says: impl Into<String>) -> Result<T, GoldenError> {
    Err(GoldenError { row, says: says.into() })
}

fn of_csv(row: usize, error: &csv::Error) -> GoldenError {
    GoldenError { row, says: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use forest::{Link, Part, Parts, Test, Tree, Width};

    fn forest() -> Forest {
        let test = Test::AtMost(10.0);
        let (left, right, cover) = (1, 2, 1.0);
        let parts = [
            Part::Split { feature: 1, test, missing_left: true, left, right, cover },
            Part::Leaf { value: 0.25, cover },
            Part::Leaf { value: 0.75, cover },
        ];
        Forest::new(Parts {
            features: vec!["age".to_owned(), "amount".to_owned()],
            trees: vec![Tree::grow(0, &parts).unwrap()],
            base: vec![0.0],
            divisor: 1,
            link: Link::Identity,
            width: Width::Double,
        })
        .unwrap()
    }

    fn csv_rows(rows: usize) -> String {
        let lines = (0..rows).map(|at| format!("0.{}5,{},\n", if at > 10 { 7 } else { 2 }, at));
        format!("score,amount,age\n{}", lines.collect::<String>())
    }

    #[test]
    fn rows_that_agree_vouch_for_a_model_in_either_form() {
        let forest = forest();
        let rows = read(&csv_rows(20), &forest).unwrap();
        assert_eq!(check(&forest, &rows), Ok(()));
        let json = (0..20).map(|_| "{\"amount\": null, \"score\": 0.25}".to_owned());
        let json =
            format!("[{},{{\"amount\": 11, \"score\": 0.75}}]", json.collect::<Vec<_>>().join(","));
        assert_eq!(check(&forest, &read(&json, &forest).unwrap()), Ok(()));
    }

    #[test]
    fn the_first_row_that_differs_is_named() {
        let forest = forest();
        let mut rows = read(&csv_rows(30), &forest).unwrap();
        for at in [13, 17] {
            rows[at].scores[0] += 2e-6;
        }
        let Err(Mismatch::Score { row: 14, output: 0, .. }) = check(&forest, &rows) else {
            panic!()
        };
        rows.truncate(19);
        assert_eq!(check(&forest, &rows), Err(Mismatch::Rows(19)));
        let rows = vec![Golden { row: vec![1.0, f64::NAN], scores: vec![0.25] }; 20];
        assert_eq!(check(&forest, &rows), Err(Mismatch::Feature("amount".to_owned())));
        let rows = vec![Golden { row: vec![1.0], scores: vec![0.25] }; 20];
        assert_eq!(check(&forest, &rows), Err(Mismatch::Shape { row: 1 }));
    }

    #[test]
    fn what_is_no_golden_row_is_refused_by_its_row() {
        let says = |text: &str| read(text, &forest()).unwrap_err().to_string();
        assert_eq!(says("score,height\n"), "golden rows: the model has no feature `height`");
        assert_eq!(says("score,age\n1,2\n1,x\n"), "golden row 2: `x` is no number");
        assert_eq!(says("age\n1\n"), "golden row 1: `score` is missing");
        assert_eq!(says("[{\"score\": 1}, {\"age\": 1}]"), "golden row 2: `score` is missing");
    }
}
