//! What the protocol asks of a desk, without the disk behind it. The calls of Flight SQL are fifty, and what each of them keeps while
//! it waits is checked by the compiler anew where a type is still open: with the disk open that took most of a minute.

use futures::FutureExt;
use futures::future::BoxFuture;
use history::{AsOf, AskFailed, Desk, Disk, Planned, Snapshot};
use std::sync::Arc;

/// Takes questions.
pub trait Asks: Send + Sync + 'static {
    /// What a query needs as of a moment; waits for the disk.
    fn taken(&self, as_of: AsOf, text: &str) -> Result<Snapshot, AskFailed>;
    /// Understands a query.
    fn plan<'a>(
        &'a self,
        snapshot: &'a Snapshot,
        text: &'a str,
    ) -> BoxFuture<'a, Result<Planned, AskFailed>>;
    /// The names of the tables that are stored.
    fn stored(&self) -> Vec<String>;
}

impl<D: Disk> Asks for Desk<D> {
    fn taken(&self, as_of: AsOf, text: &str) -> Result<Snapshot, AskFailed> {
        self.snapshot_for(as_of, text)
    }

    fn plan<'a>(
        &'a self,
        snapshot: &'a Snapshot,
        text: &'a str,
    ) -> BoxFuture<'a, Result<Planned, AskFailed>> {
        Desk::plan(self, snapshot, text).boxed()
    }

    fn stored(&self) -> Vec<String> {
        self.history().tables().iter().map(|table| table.name.to_owned()).collect()
    }
}

/// The desks for those who see personal data, and for those who do not.
pub struct Both {
    pub masked: Arc<dyn Asks>,
    pub clear: Arc<dyn Asks>,
}

impl Both {
    /// The desk for somebody.
    pub fn of(&self, personal: bool) -> &Arc<dyn Asks> {
        if personal { &self.clear } else { &self.masked }
    }
}
