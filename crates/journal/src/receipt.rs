//! Receipts and consistency proofs, built from a batch, the tail in memory and the tiles on disk.

use crate::batch::BatchFault;
use crate::checkpoint::PublishFailed;
use crate::disk::Disk;
use crate::journal::{ReadFailed, Reader, damaged};
use crate::segment::Place;
use proof::checkpoint::Checkpoint;
use proof::consistency::consistency_proof_from;
use proof::hash::Hash;
use proof::inclusion::{inclusion_path, inclusion_path_from};
use proof::receipt::Receipt;

impl<D: Disk> Reader<D> {
    /// The receipt of a record: against the published checkpoint, with the cosignatures on it, if that
    /// has the entry, else against a checkpoint signed now. INVARIANT (receipts): every durable record has
    /// one that verifies.
    ///
    /// # Errors
    /// No such record; damaged batches or tiles.
    pub fn receipt(&self, entry: u64, row: u32) -> Result<Receipt, PublishFailed> {
        let batch = self.batch(entry)?;
        let place = Place { segment: batch.segment, offset: batch.offset };
        let wrong = |fault| damaged(entry, place, fault);
        let rows = batch.header.record_count;
        if row >= rows {
            let record = batch.header.first_record + u64::from(row);
            let records = batch.header.next_record();
            return Err(ReadFailed::NoRecord { record, records }.into());
        }
        let leaves = batch.row_leaves().map_err(wrong)?;
        let record = batch.record(row).ok_or_else(|| wrong(BatchFault::RecordCount))?.to_vec();
        let row_path = inclusion_path(&leaves, row.into());
        let row_path = row_path.ok_or_else(|| wrong(BatchFault::RecordCount))?;
        let (view, published) = {
            let durable = self.shared.durable();
            (durable.tree.view(&self.shared.disk), durable.published.clone())
        };
        let published = match published.filter(|p| p.checkpoint.size > entry) {
            Some(published) => published,
            None => self.sign(view.size, view.root)?,
        };
        let entry_path = inclusion_path_from(&view, entry, published.checkpoint.size);
        let entry_path = entry_path.ok_or(PublishFailed::Tiles)?;
        let (header, checkpoint) = (batch.header.encode(), published.note);
        Ok(Receipt { record, row, rows, row_path, header, entry, entry_path, checkpoint })
    }

    /// The proof that the log of `new_size` entries grew from that of `old_size` (RFC 6962 2.1.2).
    ///
    /// # Errors
    /// Sizes that are not there or shrink; damaged tiles.
    pub fn consistency(&self, old_size: u64, new_size: u64) -> Result<Vec<Hash>, PublishFailed> {
        let view = self.shared.durable().tree.view(&self.shared.disk);
        if old_size > new_size || new_size > view.size {
            return Err(ReadFailed::NoEntry { entry: new_size, entries: view.size }.into());
        }
        consistency_proof_from(&view, old_size, new_size).ok_or(PublishFailed::Tiles)
    }

    /// Size and root of all that is durable now.
    pub fn size_and_root(&self) -> Checkpoint {
        let durable = self.shared.durable();
        let (size, root) = (durable.tree.size(), durable.tree.root());
        Checkpoint { origin: self.origin().to_owned(), size, root }
    }
}
