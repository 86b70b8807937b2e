//! The walk over every byte of the segment files. Where a batch is broken it looks for the next one and
//! goes on, so that one audit names all places.

use super::report::{Finding, Findings};
use super::tiles::Tiles;
use crate::batch::{ALIGN_BYTES, BatchFault, BatchHeader, Follows, HEADER_BYTES, StoredBatch};
use crate::disk::{Disk, DiskFile};
use crate::record::part;
use crate::scan::Window;
use crate::segment::{self, FOLDER, SEGMENT_HEADER_BYTES, SegmentFault, SegmentHeader};
use std::io;
use terms::Event;

/// Bytes looked through at once for a sign of life.
const PIECE_BYTES: usize = 1 << 20;
static ZEROS: [u8; PIECE_BYTES] = [0; PIECE_BYTES];

/// The segment files of one journal.
pub(super) struct Segments<'a, D> {
    disk: &'a D,
    origin: &'a str,
    follows: Follows,
    /// A batch or header was not valid, so what follows is taken as it comes.
    broken: bool,
    /// That was so at some place.
    lost: bool,
    /// A segment that was never used was met; all after it must be unused.
    ended: bool,
    /// Where the last batch ends in the segment that was read last.
    end: u64,
    count: u32,
    bytes: u64,
}

/// What a part of the file holds that should hold nothing.
enum Unused {
    Zeros,
    /// A byte that is not zero.
    Byte(u64),
    /// A batch, where it begins, and its entry.
    Batch(u64, u64),
}

impl<'a, D: Disk> Segments<'a, D> {
    pub fn new(disk: &'a D, origin: &'a str) -> Segments<'a, D> {
        let follows = Follows::default();
        let (broken, lost, ended) = (false, false, false);
        let end = SEGMENT_HEADER_BYTES as u64;
        Segments { disk, origin, follows, broken, lost, ended, end, count: 0, bytes: 0 }
    }

    pub fn count(&self) -> u32 {
        self.count
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn entries(&self) -> u64 {
        self.follows.entry
    }

    pub fn records(&self) -> u64 {
        self.follows.record
    }

    /// Entries are missing or cannot be read.
    pub fn lost_entries(&self) -> bool {
        self.lost
    }

    /// All segment files in order.
    pub fn walk(
        &mut self,
        tiles: &mut Tiles<'_, D>,
        findings: &mut Findings,
        visit: &mut impl FnMut(&StoredBatch, &[Event]),
    ) {
        let names = match self.disk.list(FOLDER) {
            Ok(names) => names,
            Err(error) => return findings.unreadable(FOLDER, &error),
        };
        let numbers: Vec<u32> = names.iter().filter_map(|name| segment::number_of(name)).collect();
        let Some(last) = numbers.last() else {
            return findings.add(found(0, None, None, "there is no segment file".to_owned()));
        };
        for number in 0..=*last {
            if numbers.binary_search(&number).is_err() {
                self.lose(tiles);
                findings.add(found(number, None, None, "it is missing".to_owned()));
                continue;
            }
            self.count += 1;
            if let Err(error) = self.one(number, tiles, findings, visit) {
                self.lose(tiles);
                findings.unreadable(&segment::file_name(number), &error);
            }
        }
    }

    /// What follows cannot be tied to what was.
    fn lose(&mut self, tiles: &mut Tiles<'_, D>) {
        (self.broken, self.lost) = (true, true);
        tiles.stop();
    }

    fn one(
        &mut self,
        number: u32,
        tiles: &mut Tiles<'_, D>,
        findings: &mut Findings,
        visit: &mut impl FnMut(&StoredBatch, &[Event]),
    ) -> io::Result<()> {
        let name = segment::file_name(number);
        let file = self.disk.open(&name)?.ok_or(io::ErrorKind::NotFound)?;
        let bytes = file.len()?;
        self.bytes += bytes;
        if bytes < SEGMENT_HEADER_BYTES as u64 || !bytes.is_multiple_of(ALIGN_BYTES as u64) {
            self.lose(tiles);
            let what = format!("it has {bytes} bytes, which no segment file has");
            findings.add(found(number, None, None, what));
            return Ok(());
        }
        if !self.header(number, &file, bytes, tiles, findings)? {
            return Ok(());
        }
        let mut window = Window::default();
        let mut at = SEGMENT_HEADER_BYTES as u64;
        self.end = at;
        while at < bytes {
            let slot = window.get(number, &file, at, ALIGN_BYTES)?;
            at = match BatchHeader::decode(&part(slot, 0)) {
                Ok(header) if at + header.stored_bytes() <= bytes => {
                    self.chained(number, at, &header, tiles, findings);
                    tiles.push(&header, findings);
                    let stored = header.stored_bytes() as usize;
                    let whole = window.get(number, &file, at, stored)?;
                    batch(number, at, header, whole, findings, visit);
                    self.end = at + header.stored_bytes();
                    self.end
                }
                other => {
                    let fault = other.err().unwrap_or(BatchFault::PastEnd);
                    self.gap(number, &file, at, bytes, &fault, tiles, findings)?
                }
            };
        }
        Ok(())
    }

    /// The segment's header; `false` if nothing else in the file is to be read.
    fn header(
        &mut self,
        number: u32,
        file: &D::File,
        bytes: u64,
        tiles: &mut Tiles<'_, D>,
        findings: &mut Findings,
    ) -> io::Result<bool> {
        let mut header = [0; SEGMENT_HEADER_BYTES];
        file.read_at(0, &mut header)?;
        let decoded = SegmentHeader::decode(&header);
        if let Ok(header) = &decoded
            && !self.broken
            && number > 0
            && header.first_entry > self.follows.entry
        {
            // What is missing should stand in the segment before.
            let (entry, next) = (self.follows.entry, header.first_entry);
            let what = format!(
                "nothing is written here, although the next segment begins with entry {next}"
            );
            findings.add(found(number - 1, Some(self.end), Some(entry), what));
            self.lose(tiles);
        }
        let checked = decoded.and_then(|header| {
            let follows = if self.broken {
                let SegmentHeader { first_entry, first_record, previous, .. } = header;
                Follows { entry: first_entry, record: first_record, previous, ..self.follows }
            } else {
                self.follows
            };
            header.check(number, bytes, self.origin, &follows)
        });
        match checked {
            Ok(()) if self.ended => {
                self.lose(tiles);
                let what = "it is in use although the one before it never was".to_owned();
                findings.add(found(number, None, None, what));
                self.ended = false;
            }
            Ok(()) => {}
            Err(SegmentFault::Unused) if number > 0 => match unused(file, 0, bytes)? {
                Unused::Zeros => {
                    self.ended = true;
                    return Ok(false);
                }
                Unused::Byte(at) => {
                    self.ended = true;
                    let what = "a byte of unused space is not zero".to_owned();
                    findings.add(found(number, Some(at), None, what));
                    return Ok(false);
                }
                Unused::Batch(..) => {
                    self.lose(tiles);
                    let what = "its header is gone although batches follow".to_owned();
                    findings.add(found(number, Some(0), None, what));
                }
            },
            Err(fault) => {
                self.broken = true;
                findings.add(found(number, Some(0), None, fault.to_string()));
            }
        }
        Ok(true)
    }

    /// Chain, numbers and time of a header that is valid by itself.
    fn chained(
        &mut self,
        number: u32,
        at: u64,
        header: &BatchHeader,
        tiles: &mut Tiles<'_, D>,
        findings: &mut Findings,
    ) {
        if let Err(fault) = self.follows.check(header) {
            if !self.broken || header.entry <= self.follows.entry {
                findings.add(found(number, Some(at), Some(header.entry), fault.to_string()));
            }
            if header.entry != self.follows.entry {
                self.lose(tiles);
            }
        }
        self.follows = Follows::after(header);
        // Tied to what follows again; what was lost before stays lost for the tree.
        self.broken = false;
    }

    /// No batch at `at`: the end of what is used here, or a broken one. Returns where to go on.
    #[expect(clippy::too_many_arguments, reason = "a place is named by all of these")]
    fn gap(
        &mut self,
        number: u32,
        file: &D::File,
        at: u64,
        bytes: u64,
        fault: &BatchFault,
        tiles: &mut Tiles<'_, D>,
        findings: &mut Findings,
    ) -> io::Result<u64> {
        let entry = self.follows.entry;
        let empty = matches!(fault, BatchFault::Empty);
        let behind = if empty { at } else { at + ALIGN_BYTES as u64 };
        let (what, offset, next) = match unused(file, behind, bytes)? {
            Unused::Zeros if empty => return Ok(bytes),
            Unused::Byte(byte) if empty => {
                let what = "a byte of unused space is not zero".to_owned();
                findings.add(found(number, Some(byte), None, what));
                return Ok(bytes);
            }
            Unused::Batch(next, later) => {
                let what = format!("{fault}, although entry {later} follows at byte {next}");
                (what, at, next)
            }
            _ => (fault.to_string(), at, bytes),
        };
        self.lose(tiles);
        findings.add(found(number, Some(offset), Some(entry), what));
        Ok(next)
    }
}

/// Records, checksum, padding and root of one batch; shows it if it is sound.
fn batch(
    number: u32,
    at: u64,
    header: BatchHeader,
    stored: &[u8],
    findings: &mut Findings,
    visit: &mut impl FnMut(&StoredBatch, &[Event]),
) {
    let mut fault = |offset, fault: &BatchFault| {
        findings.add(found(number, Some(offset), Some(header.entry), fault.to_string()));
    };
    let end = HEADER_BYTES + header.body_bytes as usize;
    if let Some(padding) = stored[end..].iter().position(|byte| *byte != 0) {
        fault(at + (end + padding) as u64, &BatchFault::Padding(end + padding));
    }
    let body = stored[HEADER_BYTES..end].to_vec();
    let batch = StoredBatch { header, body, segment: number, offset: at };
    match batch.check_body().and_then(|()| batch.events()) {
        Ok(events) => visit(&batch, &events),
        Err(wrong) => fault(at, &wrong),
    }
}

/// Looks through `from..end`, which should be zeros.
fn unused(file: &impl DiskFile, from: u64, end: u64) -> io::Result<Unused> {
    let mut first = None;
    let mut piece = vec![0; PIECE_BYTES];
    for at in (from..end).step_by(PIECE_BYTES) {
        let count = (end - at).min(PIECE_BYTES as u64) as usize;
        file.read_at(at, &mut piece[..count])?;
        if piece[..count] == ZEROS[..count] {
            continue;
        }
        for (slot_at, slot) in (at..).step_by(ALIGN_BYTES).zip(piece[..count].chunks(ALIGN_BYTES)) {
            if let Ok(header) = BatchHeader::decode(&part(slot, 0)) {
                return Ok(Unused::Batch(slot_at, header.entry));
            }
            let byte = slot.iter().position(|byte| *byte != 0);
            first = first.or(byte.map(|byte| slot_at + byte as u64));
        }
    }
    Ok(first.map_or(Unused::Zeros, Unused::Byte))
}

fn found(number: u32, offset: Option<u64>, entry: Option<u64>, what: String) -> Finding {
    let file = segment::file_name(number);
    let advice = "restore that file from a copy; if this is the end of the journal after a crash, open the bank once, which cuts what was never acknowledged, and verify again".to_owned();
    Finding { file, offset, entry, record: None, what, advice }
}
