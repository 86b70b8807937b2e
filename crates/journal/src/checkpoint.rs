//! Checkpoints: the log's size and root under the bank's signature. Signed only over what is durable;
//! published now and then, tiles first, so that whoever sees a checkpoint can read all it speaks of.
//! Witnesses' cosignatures are added to the published one.

use crate::batch::BatchHeader;
use crate::disk::Disk;
use crate::journal::{Journal, ReadFailed, Reader};
use crate::sm2_line::Sm2Key;
use crate::tiles::{self, Published, TreeView};
use proof::checkpoint::{self as signed, Checkpoint, CheckpointError};
use proof::hash::Hash;
use proof::note::{Note, VerifierKey};
use proof::tile::{TILE_WIDTH, Tile, encode_entries, tiles_of_growth};
use std::fmt;
use std::io;
use std::sync::PoisonError;

/// Why nothing was published, signed or proved.
#[derive(Debug)]
pub enum PublishFailed {
    /// A batch could not be read.
    Read(ReadFailed),
    /// A published tile is missing or damaged.
    Tiles,
    /// A checkpoint or signature line is not accepted.
    Checkpoint(CheckpointError),
    /// Nothing was published yet that could be cosigned.
    NothingPublished,
    /// The disk failed.
    Disk {
        /// With which file.
        file: String,
        /// What it said.
        source: io::Error,
    },
}

impl fmt::Display for PublishFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PublishFailed::Read(_) => f.write_str("a batch could not be read"),
            PublishFailed::Tiles => f.write_str(
                "a tile under log/tile is missing or damaged; publish again from the segments",
            ),
            PublishFailed::Checkpoint(_) => f.write_str("the checkpoint was not accepted"),
            PublishFailed::NothingPublished => {
                f.write_str("there is no published checkpoint yet; publish one first")
            }
            PublishFailed::Disk { file, .. } => write!(f, "cannot write {file}"),
        }
    }
}

impl std::error::Error for PublishFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            PublishFailed::Read(source) => Some(source),
            PublishFailed::Checkpoint(source) => Some(source),
            PublishFailed::Disk { source, .. } => Some(source),
            PublishFailed::Tiles | PublishFailed::NothingPublished => None,
        }
    }
}

impl From<CheckpointError> for PublishFailed {
    fn from(error: CheckpointError) -> PublishFailed {
        PublishFailed::Checkpoint(error)
    }
}

impl From<ReadFailed> for PublishFailed {
    fn from(error: ReadFailed) -> PublishFailed {
        PublishFailed::Read(error)
    }
}

impl<D: Disk> Journal<D> {
    /// Publishes what is durable now; see [`Reader::publish`].
    ///
    /// # Errors
    /// See [`PublishFailed`].
    pub fn publish(&mut self) -> Result<(), PublishFailed> {
        self.reader.publish()
    }
}

impl<D: Disk> Reader<D> {
    /// The signed checkpoint of what is durable now. It is not published by that.
    ///
    /// # Errors
    /// The origin must be a name a note can carry.
    pub fn checkpoint(&self) -> Result<String, PublishFailed> {
        let Checkpoint { size, root, .. } = self.size_and_root();
        Ok(self.sign(size, root)?.note.to_string())
    }

    /// The published checkpoint, with the cosignatures it has so far.
    pub fn published(&self) -> Option<(Checkpoint, Note)> {
        let published = self.shared.durable().published.clone();
        published.map(|p| (p.checkpoint, p.note))
    }

    /// Adds an SM2 signature to every checkpoint signed from now on; the first key that is given stays.
    pub fn also_sign_with(&self, key: Sm2Key) {
        let _ = self.shared.sm2.set(key);
    }

    /// Publishes what is durable now: tiles, bundles of entries, and then the checkpoint. May run beside
    /// commits, in another thread. Does nothing if the checkpoint of this size is published already.
    ///
    /// # Errors
    /// See [`PublishFailed`]; the earlier checkpoint then still stands, and so does the journal.
    pub fn publish(&self) -> Result<(), PublishFailed> {
        let _alone = self.shared.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        let (view, published) = {
            let durable = self.shared.durable();
            let published = durable.published.as_ref().map(|p| p.checkpoint.size);
            (durable.tree.view(&self.shared.disk), published)
        };
        if published == Some(view.size) {
            return Ok(());
        }
        self.publish_growth(&view, published.unwrap_or(0))
    }

    /// Makes all tiles again from the segments, whatever is on the disk, and publishes.
    ///
    /// # Errors
    /// See [`PublishFailed`].
    pub fn publish_again(&self) -> Result<(), PublishFailed> {
        let _alone = self.shared.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        let Checkpoint { size, root, .. } = self.size_and_root();
        let mut leaves = Vec::new();
        self.headers(0, size, |header| leaves.push(header.leaf()))?;
        self.publish_growth(&TreeView::new(&self.shared.disk, size, root, 0, leaves), 0)
    }

    fn publish_growth(&self, view: &TreeView, old_size: u64) -> Result<(), PublishFailed> {
        let grown = tiles_of_growth(old_size, view.size);
        for tile in &grown {
            self.put(&tile.path(), &view.tile(tile).ok_or(PublishFailed::Tiles)?)?;
            if tile.level == 0 {
                self.put(&tile.entries_path(), &self.bundle(tile)?)?;
            }
        }
        let same = self.shared.durable().published.clone();
        let same =
            same.filter(|p| (p.checkpoint.size, p.checkpoint.root) == (view.size, view.root));
        let published = match same {
            // The witnesses' lines on it are still good.
            Some(published) => published,
            None => self.sign(view.size, view.root)?,
        };
        self.put_checkpoint(published)?;
        grown.iter().filter(|t| t.width == TILE_WIDTH).try_for_each(|t| self.remove_partials(t))
    }

    /// The bundle of the entries of a level 0 tile.
    fn bundle(&self, tile: &Tile) -> Result<Vec<u8>, PublishFailed> {
        let first = tile.index * u64::from(TILE_WIDTH);
        let mut headers = Vec::with_capacity(tile.width.into());
        self.headers(first, first + u64::from(tile.width), |header| headers.push(header.encode()))?;
        let bundle = encode_entries(headers.iter().map(|header| &header[..]));
        bundle.ok_or(PublishFailed::Tiles)
    }

    /// Shows the headers of entries `first..end`, in order.
    fn headers(
        &self,
        first: u64,
        end: u64,
        mut show: impl FnMut(&BatchHeader),
    ) -> Result<(), PublishFailed> {
        let mut place = None;
        for entry in first..end {
            let (header, found) = match place {
                None => self.header(entry)?,
                Some(place) => self.read_header(entry, place)?,
            };
            show(&header);
            place = Some(found.after(&header));
        }
        Ok(())
    }

    pub(crate) fn sign(&self, size: u64, root: Hash) -> Result<Published, PublishFailed> {
        let checkpoint = Checkpoint { origin: self.origin().to_owned(), size, root };
        let mut note = checkpoint.sign(&self.shared.signer)?;
        if let Some(key) = self.shared.sm2.get() {
            let line = key.sign(self.origin(), note.text());
            let added = line.and_then(|line| note.add(line));
            added.map_err(CheckpointError::Note)?;
        }
        Ok(Published { checkpoint, note })
    }

    /// Adds a witness's cosignature lines to the published checkpoint.
    ///
    /// # Errors
    /// Lines that are not that witness's good signatures of exactly this checkpoint; the disk.
    pub fn add_cosignatures(
        &self,
        lines: &str,
        witness: &VerifierKey,
    ) -> Result<(), PublishFailed> {
        let _alone = self.shared.publishing.lock().unwrap_or_else(PoisonError::into_inner);
        let published = self.shared.durable().published.clone();
        let mut published = published.ok_or(PublishFailed::NothingPublished)?;
        signed::merge_cosignatures(&mut published.note, lines, witness)?;
        self.put_checkpoint(published)
    }

    fn put_checkpoint(&self, published: Published) -> Result<(), PublishFailed> {
        self.put("checkpoint", published.note.to_string().as_bytes())?;
        let mut durable = self.shared.durable_mut();
        durable.tree.set_published(published.checkpoint.size);
        durable.published = Some(published);
        Ok(())
    }

    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), PublishFailed> {
        let file = tiles::path(name);
        let put = self.shared.disk.replace(&file, bytes);
        put.map_err(|source| PublishFailed::Disk { file, source })
    }

    /// tlog-tiles: partial tiles may be deleted once the full tile is there.
    fn remove_partials(&self, tile: &Tile) -> Result<(), PublishFailed> {
        let mut folders = vec![tiles::path(&format!("{}.p", tile.path()))];
        if tile.level == 0 {
            folders.push(tiles::path(&format!("{}.p", tile.entries_path())));
        }
        let disk = &self.shared.disk;
        for folder in folders {
            let failed = |source| PublishFailed::Disk { file: folder.clone(), source };
            let names = disk.list(&folder).map_err(failed)?;
            for name in &names {
                disk.remove(&format!("{folder}/{name}")).map_err(failed)?;
            }
            if !names.is_empty() {
                disk.remove(&folder).map_err(failed)?;
            }
        }
        Ok(())
    }
}
