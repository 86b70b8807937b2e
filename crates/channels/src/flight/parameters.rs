//! Parameters of prepared statements: one row that a client sends, kept in the statement's handle as an Arrow
//! stream.

use super::words;
use arrow::array::RecordBatch;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use arrow_flight::FlightData;
use arrow_flight::decode::FlightRecordBatchStream;
use arrow_flight::error::FlightError;
use futures::{Stream, StreamExt, TryStreamExt};
use tonic::Status;

/// Bytes of a row of parameters at most: it travels in tickets.
const BYTES_MAX: usize = 256 << 10;

/// The row a client sends; `None` if it sends no columns, which is how some say that there is nothing to bind.
pub async fn received(
    sent: impl Stream<Item = Result<FlightData, Status>> + Send + 'static,
) -> Result<Option<RecordBatch>, Status> {
    let sent = sent.map_err(|status| FlightError::Tonic(Box::new(status)));
    let mut batches = FlightRecordBatchStream::new_from_flight_data(sent);
    let mut row: Option<RecordBatch> = None;
    while let Some(batch) = batches.next().await {
        let batch = batch.map_err(|error| {
            Status::invalid_argument(words::short(&format!(
                "the parameters cannot be read: {error}"
            )))
        })?;
        if batch.num_rows() == 0 {
            continue;
        }
        if row.is_some() || batch.num_rows() > 1 {
            return Err(Status::unimplemented(
                "a query here is asked with one row of parameters at a time; several rows came",
            ));
        }
        row = Some(batch);
    }
    Ok(row.filter(|row| row.num_columns() > 0))
}

/// A row as bytes.
pub fn encode(row: &RecordBatch) -> Result<Vec<u8>, Status> {
    let written = (|| {
        let mut writer = StreamWriter::try_new(Vec::new(), &row.schema())?;
        writer.write(row)?;
        writer.into_inner()
    })();
    let bytes = written.map_err(|error| words::internal(&error))?;
    if bytes.len() > BYTES_MAX {
        return Err(Status::invalid_argument(format!(
            "the parameters have {} bytes, and they may have {BYTES_MAX}",
            bytes.len()
        )));
    }
    Ok(bytes)
}

/// The row again; `None` if there are no bytes.
pub fn decode(bytes: &[u8]) -> Result<Option<RecordBatch>, Status> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let read = StreamReader::try_new(bytes, None).and_then(|mut reader| reader.next().transpose());
    read.map_err(|error| words::internal(&error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{Int64Array, StringArray};
    use arrow_flight::encode::FlightDataEncoderBuilder;
    use std::sync::Arc;

    fn rows(numbers: Vec<i64>) -> RecordBatch {
        let names = StringArray::from_iter_values(numbers.iter().map(|n| format!("名{n}")));
        let columns: [(&str, Arc<dyn arrow::array::Array>); 2] =
            [("1", Arc::new(Int64Array::from(numbers))), ("2", Arc::new(names))];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    async fn sent(batches: Vec<RecordBatch>) -> Result<Option<RecordBatch>, Status> {
        let batches = futures::stream::iter(batches.into_iter().map(Ok));
        let sent = FlightDataEncoderBuilder::new().build(batches);
        received(sent.map_err(Status::from)).await
    }

    #[tokio::test]
    async fn one_row_is_bound_and_several_are_refused() {
        assert_eq!(sent(vec![rows(vec![7])]).await.unwrap(), Some(rows(vec![7])));
        assert_eq!(sent(vec![rows(vec![]), rows(vec![7])]).await.unwrap(), Some(rows(vec![7])));
        assert_eq!(sent(vec![rows(vec![])]).await.unwrap(), None);
        for several in [vec![rows(vec![7, 8])], vec![rows(vec![7]), rows(vec![8])]] {
            assert_eq!(sent(several).await.unwrap_err().code(), tonic::Code::Unimplemented);
        }
    }

    #[test]
    fn a_row_comes_back_from_its_bytes_and_a_large_one_is_refused() {
        let row = rows(vec![7]);
        assert_eq!(decode(&encode(&row).unwrap()).unwrap(), Some(row));
        assert_eq!(decode(&[]).unwrap(), None);
        let large = StringArray::from(vec!["x".repeat(BYTES_MAX)]);
        let large = RecordBatch::try_from_iter([("1", Arc::new(large) as _)]).unwrap();
        assert_eq!(encode(&large).unwrap_err().code(), tonic::Code::InvalidArgument);
    }
}
