//! The rows of an answer as they come, with what the journal keeps of it: how many they were, and a digest
//! that does not depend on their order. `docs/formats/history.md` specifies the digest.

use crate::canonical::RowDigest;
use crate::history::Moment;
use crate::snapshot::Snapshot;
use crate::trouble::{AskFailed, words};
use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::physical_plan::SendableRecordBatchStream;
use futures::StreamExt;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What is known of an answer that came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What it saw.
    pub moment: Moment,
    /// SHA-256 of the query's text.
    pub text_hash: [u8; 32],
    /// How many rows.
    pub rows: u64,
    /// The digest of the canonical result.
    pub result_hash: [u8; 32],
}

/// Rows that come.
pub struct Answer {
    moment: Moment,
    text_hash: [u8; 32],
    schema: SchemaRef,
    stream: SendableRecordBatchStream,
    digest: RowDigest,
    deadline: Instant,
    time: Duration,
    /// Lives as long as the answer: the tables it reads, and its place in the count of answers.
    _held: (Snapshot, Arc<()>),
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("moment", &self.moment).finish_non_exhaustive()
    }
}

impl Answer {
    pub(crate) fn new(
        text: &str,
        stream: SendableRecordBatchStream,
        time: Duration,
        (snapshot, running): (Snapshot, Arc<()>),
    ) -> Answer {
        let moment = snapshot.moment();
        let schema = plain_schema(&stream.schema());
        let digest = RowDigest::new(&schema);
        let text_hash = Sha256::digest(text.as_bytes()).into();
        let deadline = Instant::now() + time;
        Answer {
            moment,
            text_hash,
            schema,
            stream,
            digest,
            deadline,
            time,
            _held: (snapshot, running),
        }
    }

    /// What it sees.
    pub fn moment(&self) -> Moment {
        self.moment
    }

    /// Its columns.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The next rows; `None` at the end.
    ///
    /// # Errors
    /// It ran too long, needs too much, or failed.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>, AskFailed> {
        let deadline = tokio::time::Instant::from_std(self.deadline);
        let next = tokio::time::timeout_at(deadline, self.stream.next()).await;
        let next = next.map_err(|_| AskFailed::TooLong(self.time))?;
        let Some(batch) = next.transpose().map_err(|error| words::of(&error))? else {
            return Ok(None);
        };
        let batch =
            plain(&batch, &self.schema).map_err(|error| AskFailed::Running(error.to_string()))?;
        self.digest.add(&batch);
        Ok(Some(batch))
    }

    /// All rows.
    ///
    /// # Errors
    /// As [`Answer::next`].
    pub async fn all(mut self) -> Result<(Vec<RecordBatch>, Told), AskFailed> {
        let mut batches = Vec::new();
        while let Some(batch) = self.next().await? {
            batches.push(batch);
        }
        Ok((batches, self.told()))
    }

    /// What is known of the rows that have come.
    pub fn told(&self) -> Told {
        Told {
            moment: self.moment,
            text_hash: self.text_hash,
            rows: self.digest.rows(),
            result_hash: self.digest.finish(),
        }
    }
}

/// The kinds of columns every client knows: no views of strings, no dictionaries.
pub(crate) fn plain_schema(schema: &SchemaRef) -> SchemaRef {
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .map(|field| {
            let kind = plain_type(field.data_type());
            Field::new(field.name(), kind, field.is_nullable())
        })
        .collect();
    Arc::new(Schema::new(fields))
}

fn plain_type(kind: &DataType) -> DataType {
    match kind {
        DataType::Utf8View | DataType::LargeUtf8 => DataType::Utf8,
        DataType::BinaryView | DataType::LargeBinary => DataType::Binary,
        DataType::Dictionary(_, value) => plain_type(value),
        other => other.clone(),
    }
}

fn plain(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, arrow::error::ArrowError> {
    let columns = batch.columns().iter().zip(schema.fields()).map(|(column, field)| {
        if column.data_type() == field.data_type() {
            Ok(Arc::clone(column))
        } else {
            cast(column, field.data_type())
        }
    });
    let columns: Result<Vec<_>, _> = columns.collect();
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns?, &options)
}
