//! Who looked. A door hands the record of each query to whoever keeps the journal, and does not give the
//! end of the answer away before that record is durable.

use futures::future::BoxFuture;
use terms::QueryRecord;

/// Keeps the records of queries.
pub trait LookLog: Send + Sync + 'static {
    /// Keeps one record; done when it is durable, with the number of the journal's record that has it, or with the reason why
    /// it is not.
    fn record(&self, query: QueryRecord) -> BoxFuture<'static, Result<u64, String>>;
}
