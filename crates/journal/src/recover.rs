//! What a start finds. The journal is its longest valid prefix; what a crash left behind it is cut. A
//! batch that is not valid although it had been durable is damage, and the journal does not open. A valid
//! header behind the break that counts the broken entry among those durable when it was written proves
//! that a sync had covered it; so does a signed checkpoint. Without such a witness the break is a torn
//! tail: the batches of one commit that never ended may lie on the disk in any combination.

mod failed;
mod walk;

pub use failed::{Damage, OpenFailed};

use crate::batch::Follows;
use crate::disk::{Disk, DiskFile};
use crate::index::Index;
use crate::journal::{Durable, End, Journal, Options, Reader, Scratch, Shared};
use crate::segment::{self, FOLDER, Place, SEGMENT_HEADER_BYTES, SegmentFault, SegmentHeader};
use crate::tiles::{CHECKPOINT, LogTree, Published};
use proof::checkpoint::Checkpoint;
use proof::note::{SignerKey, VerifierKey};
use std::sync::Arc;
use terms::TimeNs;
use walk::Walk;

/// What a start found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// How many entries.
    pub entries: u64,
    /// How many records.
    pub records: u64,
    /// What was cut, if a crash left something.
    pub cut: Option<TornTail>,
}

/// Bytes of a commit that never ended; nothing in them was acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TornTail {
    /// The segment file in which the valid batches end.
    pub segment: u32,
    /// Where they end, in bytes.
    pub offset: u64,
    /// How many bytes were overwritten with zeros, later segments included.
    pub bytes: u64,
}

impl<D: Disk> Journal<D> {
    /// A new, empty journal. `origin` is the log's name and must be the signer's.
    ///
    /// # Errors
    /// See [`OpenFailed`]; `Exists` if there is a journal already.
    pub fn create(
        disk: D,
        origin: &str,
        signer: SignerKey,
        options: Options,
    ) -> Result<Journal<D>, OpenFailed> {
        check_options(&options)?;
        if signer.name() != origin || origin.len() > segment::ORIGIN_BYTES_MAX {
            let (found, signer) = (origin.to_owned(), signer.name().to_owned());
            return Err(OpenFailed::OtherOrigin { found, signer });
        }
        let name = segment::file_name(0);
        let failed = |doing| {
            let file = name.clone();
            move |source| OpenFailed::Disk { doing, file, source }
        };
        if !disk.list(FOLDER).map_err(failed("list"))?.is_empty() {
            return Err(OpenFailed::Exists);
        }
        let file = disk.create(&name, options.segment_bytes).map_err(failed("make"))?;
        let header = SegmentHeader {
            number: 0,
            first_entry: 0,
            first_record: 0,
            bytes: options.segment_bytes,
            previous: [0; 32],
            origin: origin.to_owned(),
        };
        file.write_at(0, &header.encode()).map_err(failed("write to"))?;
        file.sync().map_err(failed("sync"))?;
        let place = Place { segment: 0, offset: SEGMENT_HEADER_BYTES as u64 };
        let durable = Durable {
            files: vec![Arc::new(file)],
            index: Index::default(),
            tree: LogTree::with_published(0),
            published: None,
            records: 0,
            last_time: TimeNs(0),
        };
        Ok(assemble(disk, signer, options, durable, Follows::default(), place, header.bytes))
    }

    /// The journal that is there, after a crash as after a clean stop.
    ///
    /// # Errors
    /// See [`OpenFailed`]. Nothing is changed on the disk unless the journal opens.
    pub fn open(
        disk: D,
        signer: SignerKey,
        options: Options,
    ) -> Result<(Journal<D>, Recovered), OpenFailed> {
        check_options(&options)?;
        let files = open_files(&disk)?;
        check_origin(&files, &signer)?;
        let published = read_published(&disk, &signer.verifier())?;
        let sealed = published.as_ref().map_or(0, |p| p.checkpoint.size);
        let mut walk = Walk::new(&files, signer.name(), sealed);
        let stop = walk.run(published.as_ref())?;
        let cut = walk.judge(&stop)?;
        check_published(&walk, published.as_ref())?;
        // Only now, when it is known that the journal opens, is anything written.
        walk.make_durable(cut.as_ref())?;
        let recovered = Recovered {
            entries: walk.follows.entry,
            records: walk.follows.record,
            cut: cut.map(|torn| torn.tail),
        };
        let (follows, place, used) = (walk.follows, walk.place, walk.place.segment as usize + 1);
        let (index, tree) = (walk.index, walk.tree);
        let file_bytes = files[used - 1].bytes;
        let files = files.into_iter().take(used).map(|f| f.file).collect();
        let (records, last_time) = (follows.record, follows.time);
        let durable = Durable { files, index, tree, published, records, last_time };
        let journal = assemble(disk, signer, options, durable, follows, place, file_bytes);
        Ok((journal, recovered))
    }
}

/// A segment file that is open.
pub(crate) struct SegmentFile<F> {
    pub number: u32,
    pub file: Arc<F>,
    pub bytes: u64,
}

impl<F: DiskFile> SegmentFile<F> {
    /// Its header, if it has one.
    pub fn header(&self) -> Result<Result<SegmentHeader, SegmentFault>, OpenFailed> {
        let mut bytes = [0; SEGMENT_HEADER_BYTES];
        self.file.read_at(0, &mut bytes).map_err(|e| self.failed("read", e))?;
        Ok(SegmentHeader::decode(&bytes))
    }

    pub fn failed(&self, doing: &'static str, source: std::io::Error) -> OpenFailed {
        OpenFailed::Disk { doing, file: segment::file_name(self.number), source }
    }
}

/// Opens all segment files; there may be none missing in between.
pub(crate) fn open_files<D: Disk>(disk: &D) -> Result<Vec<SegmentFile<D::File>>, OpenFailed> {
    let failed = |doing, file: &str| {
        let file = file.to_owned();
        move |source| OpenFailed::Disk { doing, file, source }
    };
    let names = disk.list(FOLDER).map_err(failed("list", FOLDER))?;
    let numbers: Vec<u32> = names.iter().filter_map(|name| segment::number_of(name)).collect();
    if numbers.is_empty() {
        return Err(OpenFailed::NoJournal);
    }
    let mut files = Vec::with_capacity(numbers.len());
    for (number, found) in (0..).zip(numbers) {
        let name = segment::file_name(number);
        if found != number {
            return Err(OpenFailed::SegmentMissing { file: name, next: segment::file_name(found) });
        }
        let file = disk.open(&name).map_err(failed("open", &name))?;
        let Some(file) = file else { return Err(OpenFailed::NoJournal) };
        let bytes = file.len().map_err(failed("measure", &name))?;
        if bytes < SEGMENT_HEADER_BYTES as u64 || !bytes.is_multiple_of(4_096) {
            return Err(OpenFailed::SegmentLength { file: name, bytes });
        }
        files.push(SegmentFile { number, file: Arc::new(file), bytes });
    }
    Ok(files)
}

/// Segment 0 says whose journal this is.
fn check_origin<F: DiskFile>(
    files: &[SegmentFile<F>],
    signer: &SignerKey,
) -> Result<(), OpenFailed> {
    match files[0].header()? {
        Ok(header) if header.origin == signer.name() => {
            let checked = header.check(0, files[0].bytes, signer.name(), &Follows::default());
            checked
                .map_err(|fault| OpenFailed::SegmentDamaged { file: segment::file_name(0), fault })
        }
        Ok(header) => {
            let (found, signer) = (header.origin, signer.name().to_owned());
            Err(OpenFailed::OtherOrigin { found, signer })
        }
        Err(fault) => Err(OpenFailed::SegmentDamaged { file: segment::file_name(0), fault }),
    }
}

/// Reads the published checkpoint and checks the log's signature; `None` if nothing was published.
fn read_published<D: Disk>(disk: &D, log: &VerifierKey) -> Result<Option<Published>, OpenFailed> {
    let bytes = disk.read_whole(CHECKPOINT);
    let bytes = bytes.map_err(|source| {
        let file = CHECKPOINT.to_owned();
        OpenFailed::Disk { doing: "read", file, source }
    })?;
    let Some(bytes) = bytes else { return Ok(None) };
    let opened = Checkpoint::open(&bytes, log);
    let (checkpoint, note) =
        opened.map_err(|source| OpenFailed::CheckpointUnreadable { source })?;
    if checkpoint.origin != log.name() {
        let (found, signer) = (checkpoint.origin, log.name().to_owned());
        return Err(OpenFailed::OtherOrigin { found, signer });
    }
    Ok(Some(Published { checkpoint, note }))
}

/// What was published must still be there.
fn check_published<F: DiskFile>(
    walk: &Walk<'_, F>,
    published: Option<&Published>,
) -> Result<(), OpenFailed> {
    let Some(published) = published else { return Ok(()) };
    let (entries, size) = (walk.follows.entry, published.checkpoint.size);
    if size > entries { Err(OpenFailed::RolledBack { entries, published: size }) } else { Ok(()) }
}

fn check_options(options: &Options) -> Result<(), OpenFailed> {
    let bytes = options.segment_bytes;
    let right = bytes.is_multiple_of(4_096) && bytes >= 2 * 4_096;
    if right { Ok(()) } else { Err(OpenFailed::SegmentOption { bytes }) }
}

fn assemble<D: Disk>(
    disk: D,
    signer: SignerKey,
    options: Options,
    durable: Durable<D::File>,
    follows: Follows,
    place: Place,
    file_bytes: u64,
) -> Journal<D> {
    let file = Arc::clone(&durable.files[place.segment as usize]);
    let shared = Arc::new(Shared::new(disk, signer, options, durable));
    let end = End {
        follows,
        place,
        file,
        file_bytes,
        prepared: place.segment,
        poisoned: false,
        scratch: Scratch::default(),
    };
    Journal { reader: Reader { shared }, end }
}
