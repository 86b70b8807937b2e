//! Answers as they are written: a table for eyes, JSON, CSV, or Parquet for other programs.

use crate::fail::{Done, Exit, Failure};
use crate::out::{Align, Table};
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Decimal128Type, SchemaRef};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use history::{Answer, Told};
use std::io::Write;
use std::path::{Path, PathBuf};

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Columns for eyes; money with two digits where two are enough.
    Table,
    /// One document; numbers that programs would round are texts.
    Json,
    /// RFC 4180, with a line of names.
    Csv,
    /// A Parquet file; needs --output.
    Parquet,
}

/// Rows of a table for eyes; more than that nobody reads, and columns need all of them.
const SHOWN_ROWS_MAX: usize = 10_000;

/// Where rows go.
pub struct Sink {
    schema: SchemaRef,
    out: Box<dyn Write>,
    form: Form,
    path: Option<PathBuf>,
    rows: u64,
}

enum Form {
    Table { cells: Vec<Vec<String>>, more: u64 },
    Json,
    Csv(Box<csv::Writer<Vec<u8>>>),
    Parquet(Vec<RecordBatch>),
}

/// A file, or standard output.
///
/// # Errors
/// The file cannot be made; Parquet without a file.
pub fn out_to(format: Format, path: Option<&Path>) -> Done<(Box<dyn Write>, Option<PathBuf>)> {
    let Some(path) = path else {
        if format == Format::Parquet {
            return Err(Failure::usage(
                "Parquet is not for a terminal",
                "name a file with --output",
            ));
        }
        return Ok((Box::new(std::io::BufWriter::new(std::io::stdout())), None));
    };
    let file = std::fs::File::create(path).map_err(|error| {
        let what = format!("cannot write {}", path.display());
        Failure::because(Exit::Failed, what, &error, "name another file")
    })?;
    Ok((Box::new(std::io::BufWriter::new(file)), Some(path.to_owned())))
}

impl Sink {
    /// Ready for the rows of an answer.
    ///
    /// # Errors
    /// The place cannot be written to.
    pub fn open(
        format: Format,
        (out, path): (Box<dyn Write>, Option<PathBuf>),
        answer: &Answer,
    ) -> Done<Sink> {
        let schema = answer.schema();
        let form = match format {
            Format::Table => Form::Table { cells: Vec::new(), more: 0 },
            Format::Json => Form::Json,
            Format::Csv => Form::Csv(Box::new(csv::Writer::from_writer(Vec::new()))),
            Format::Parquet => Form::Parquet(Vec::new()),
        };
        let mut sink = Sink { schema, out, form, path, rows: 0 };
        sink.begin(answer)?;
        Ok(sink)
    }

    fn begin(&mut self, answer: &Answer) -> Done {
        match &mut self.form {
            Form::Json => {
                let entry = answer.moment().entries.saturating_sub(1);
                let text = format!("{{\n\"as_of_entry\": {entry},\n\"rows\": [");
                self.write(text.as_bytes())
            }
            Form::Csv(csv) => {
                let names = self.schema.fields().iter().map(|field| field.name());
                csv.write_record(names).map_err(|error| unwritten(&error))
            }
            _ => Ok(()),
        }
    }

    /// Writes rows.
    ///
    /// # Errors
    /// The file's.
    pub fn rows(&mut self, rows: &RecordBatch) -> Done {
        let first = self.rows == 0;
        self.rows += rows.num_rows() as u64;
        let options = FormatOptions::new()
            .with_timestamp_tz_format(Some("%Y-%m-%dT%H:%M:%S%.9f%:z"))
            .with_timestamp_format(Some("%Y-%m-%dT%H:%M:%S%.9f"));
        if let Form::Parquet(batches) = &mut self.form {
            batches.push(rows.clone());
            return Ok(());
        }
        let columns: Result<Vec<_>, _> =
            rows.columns().iter().map(|column| ArrayFormatter::try_new(column, &options)).collect();
        let columns = columns.map_err(|error| unwritten(&error))?;
        for row in 0..rows.num_rows() {
            match &mut self.form {
                Form::Table { cells, more } if cells.len() < SHOWN_ROWS_MAX => {
                    let cell = |at: usize| for_eyes(rows.column(at), row, &columns[at]);
                    cells.push((0..columns.len()).map(cell).collect());
                    let _ = more;
                }
                Form::Table { more, .. } => *more += 1,
                Form::Csv(csv) => {
                    let cell = |at: usize| text_of(rows.column(at), row, &columns[at]);
                    let cells = (0..columns.len()).map(cell);
                    csv.write_record(cells).map_err(|error| unwritten(&error))?;
                }
                Form::Json => {
                    let mut object = serde_json::Map::new();
                    for (at, field) in self.schema.fields().iter().enumerate() {
                        let value = json_of(rows.column(at), row, &columns[at]);
                        object.insert(field.name().clone(), value);
                    }
                    let comma = if first && row == 0 { "\n" } else { ",\n" };
                    let text = format!("{comma}{}", serde_json::Value::Object(object));
                    self.out.write_all(text.as_bytes()).map_err(|error| unwritten(&error))?;
                }
                Form::Parquet(_) => {}
            }
        }
        self.drain()
    }

    /// What the CSV writer has made so far goes out.
    fn drain(&mut self) -> Done {
        let Form::Csv(csv) = &mut self.form else { return Ok(()) };
        let empty = csv::Writer::from_writer(Vec::new());
        let full = std::mem::replace(&mut **csv, empty);
        let bytes = full.into_inner().map_err(|error| unwritten(error.error()))?;
        self.write(&bytes)
    }

    /// The end, with what the answer is as of and where the journal has the question.
    ///
    /// # Errors
    /// The file's.
    pub fn end(mut self, told: &Told, entry: u64) -> Done {
        self.drain()?;
        let as_of = told.moment.entries.saturating_sub(1);
        match std::mem::replace(&mut self.form, Form::Json) {
            Form::Table { cells, more } => self.table(&cells, more)?,
            Form::Json => {
                let end =
                    format!("\n],\n\"row_count\": {},\n\"query_entry\": {entry}\n}}\n", told.rows);
                self.write(end.as_bytes())?;
            }
            Form::Csv(_) => {}
            Form::Parquet(batches) => {
                let bytes = history::parquet_of(&self.schema, &batches)
                    .map_err(|error| crate::tables::history_failed(&error))?;
                self.write(&bytes)?;
            }
        }
        self.out.flush().map_err(|error| unwritten(&error))?;
        let rows = if told.rows == 1 { "row" } else { "rows" };
        let written = self.path.map(|path| format!(", written to {}", path.display()));
        eprintln!(
            "{} {rows} as of entry {as_of}{}; the question is entry {entry}",
            crate::figures::grouped(told.rows.into()),
            written.unwrap_or_default()
        );
        Ok(())
    }

    fn table(&mut self, cells: &[Vec<String>], more: u64) -> Done {
        let columns = self.schema.fields().iter().map(|field| {
            let right = field.data_type().is_numeric();
            (field.name().clone(), if right { Align::Right } else { Align::Left })
        });
        let mut table = Table::named(columns.collect());
        cells.iter().for_each(|row| table.cells(row.clone()));
        let mut text = table.text();
        if more > 0 {
            text.push_str(&format!(
                "… and {} rows more: --format csv writes all\n",
                crate::figures::grouped(more.into())
            ));
        }
        self.write(text.as_bytes())
    }

    fn write(&mut self, bytes: &[u8]) -> Done {
        self.out.write_all(bytes).map_err(|error| unwritten(&error))
    }
}

fn unwritten(error: &dyn std::error::Error) -> Failure {
    Failure::because(Exit::Failed, "the answer cannot be written", error, "see to the disk")
}

/// A value as text, exactly; nothing for what is missing.
fn text_of(column: &dyn Array, row: usize, formatter: &ArrayFormatter<'_>) -> String {
    if column.is_null(row) { String::new() } else { formatter.value(row).to_string() }
}

/// A value for eyes: money with the digits it needs, at least two; moments to the second.
fn for_eyes(column: &dyn Array, row: usize, formatter: &ArrayFormatter<'_>) -> String {
    let text = text_of(column, row, formatter);
    match column.data_type() {
        DataType::Decimal128(_, scale) if *scale > 2 && !column.is_null(row) => {
            debug_assert!(column.as_primitive_opt::<Decimal128Type>().is_some());
            let surplus = text.len() - text.trim_end_matches('0').len();
            text[..text.len() - surplus.min(*scale as usize - 2)].to_owned()
        }
        DataType::Timestamp(..) if text.len() > 29 => {
            format!("{}{}", &text[..19], &text[29..])
        }
        _ => text.replace(['\n', '\r', '\t', '\u{1b}'], " "),
    }
}

/// A value for programs: decimals and integers beyond 2^53 as text, because many programs round them.
pub fn json_of(
    column: &dyn Array,
    row: usize,
    formatter: &ArrayFormatter<'_>,
) -> serde_json::Value {
    if column.is_null(row) {
        return serde_json::Value::Null;
    }
    let text = formatter.value(row).to_string();
    let exact = 1_i64 << 53;
    match column.data_type() {
        kind if kind.is_integer() => match text.parse::<i64>() {
            Ok(number) if (-exact..=exact).contains(&number) => number.into(),
            _ => text.into(),
        },
        DataType::Float32 | DataType::Float64 => {
            text.parse::<f64>().map_or_else(|_| text.clone().into(), Into::into)
        }
        DataType::Boolean => (text == "true").into(),
        _ => text.into(),
    }
}
