//! `journal-bank.json`: a small bank's files, all that follows from them, and what a reader finds after
//! the files were changed.

use crate::bank_events::{Turn, turns};
use crate::json::{check_vector, event, hex, lines, object, text};
use journal::batch::HEADER_BYTES;
use journal::segment::file_name;
use journal::testing::MemoryDisk;
use journal::{BatchHeader, Disk, Journal, OpenFailed, Options, ReadFailed};
use proof::checkpoint::Checkpoint;
use proof::note::SignerKey;
use proof::receipt::VerifierPolicy;
use terms::Event;

const ORIGIN: &str = "bank.example/vectors";
/// How many turns each sync made durable.
const COMMITS: [usize; 6] = [1, 2, 1, 1, 2, 2];
/// After how many of them the checkpoint was published.
const PUBLISHED_AFTER: usize = 4;
/// The accounts: id, ledger, debits pending and posted, credits pending and posted.
const BALANCES: [(u128, u32, [u128; 4]); 6] = [
    (1, 156, [0, 150_013, 0, 50_000]),
    (2, 156, [1, 20_145, 0, 120_157]),
    (3, 156, [0, 62_345, 1, 62_345]),
    (4, 978, [0, 1_000, 0, 1_000]),
    (5, 978, [0, 1_000, 0, 1_000]),
    (1 << 100, 156, [0, 7_800, 0, 7_801]),
];
/// As many zeros between two bytes are left out.
const GAP_BYTES: usize = 32;

fn signer() -> SignerKey {
    SignerKey::from_seed(ORIGIN, &[11; 32]).unwrap()
}

fn options() -> Options {
    Options { segment_bytes: 5 * 4_096, ..Options::default() }
}

fn made(turns: &[Turn]) -> (MemoryDisk, Journal<MemoryDisk>) {
    let disk = MemoryDisk::new();
    let mut journal = Journal::create(disk.clone(), ORIGIN, signer(), options()).unwrap();
    let mut rest = turns;
    for (done, count) in COMMITS.into_iter().enumerate() {
        let (now, later) = rest.split_at(count);
        let pending: Vec<_> = now.iter().map(Turn::pending).collect();
        journal.commit(&pending).unwrap();
        rest = later;
        if done + 1 == PUBLISHED_AFTER {
            journal.publish().unwrap();
        }
    }
    assert!(rest.is_empty());
    (disk, journal)
}

/// A file as its length and what in it is not zeros.
fn file(bytes: &[u8]) -> String {
    let mut parts: Vec<(usize, usize)> = Vec::new();
    for at in (0..bytes.len()).filter(|at| bytes[*at] != 0) {
        match parts.last_mut() {
            Some((_, end)) if at - *end < GAP_BYTES => *end = at + 1,
            _ => parts.push((at, at + 1)),
        }
    }
    let part = |(from, end): (usize, usize)| {
        object(&[("at", from.to_string()), ("hex", text(&hex(&bytes[from..end])))])
    };
    let parts: Vec<String> = parts.into_iter().map(part).collect();
    object(&[("bytes", bytes.len().to_string()), ("parts", format!("[{}]", parts.join(", ")))])
}

fn files(disk: &MemoryDisk) -> String {
    let file = |name: &String| {
        let bytes = disk.read_whole(name).unwrap().unwrap();
        format!("{}: {}", text(name), file(&bytes))
    };
    let files: Vec<String> = disk.names().iter().map(file).collect();
    format!("{{\n  {}\n}}", files.join(",\n  "))
}

fn root(hash: &[u8; 32], size: u64) -> String {
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root: *hash }.to_string();
    text(checkpoint.lines().nth(2).unwrap())
}

fn expected(journal: &Journal<MemoryDisk>, events: &[&Event]) -> String {
    let accounts = BALANCES.map(|(id, ledger, sums)| {
        let [a, b, c, d] = sums.map(|sum| text(&sum.to_string()));
        let names =
            ["ledger", "debits_pending", "debits_posted", "credits_pending", "credits_posted"];
        let values = [ledger.to_string(), a, b, c, d];
        let fields: Vec<_> = names.into_iter().zip(values).collect();
        format!("{}: {}", text(&id.to_string()), object(&fields))
    });
    let done = |e: &&&Event| matches!(e, Event::Transfer(_)) && e.outcome().is_ok();
    let (published, _) = journal.published().unwrap();
    let checkpoint = [
        ("size", published.size.to_string()),
        ("root", root(&published.root, published.size)),
        ("valid", "true".to_owned()),
    ];
    object(&[
        ("origin", text(ORIGIN)),
        ("entries", journal.entries().to_string()),
        ("records", journal.records().to_string()),
        ("root", root(&journal.root(), journal.entries())),
        ("accounts", format!("{{{}}}", accounts.join(", "))),
        ("transfers_done", events.iter().filter(done).count().to_string()),
        ("refused", events.iter().filter(|e| e.outcome().is_err()).count().to_string()),
        ("checkpoint", object(&checkpoint)),
        ("torn_tail", "null".to_owned()),
    ])
}

/// Receipts of some records: below the published checkpoint and above it.
fn receipts(journal: &Journal<MemoryDisk>) -> String {
    let policy = VerifierPolicy::new(signer().verifier(), Vec::new(), 0).unwrap();
    lines([0, 10, 15, 37].map(|record| {
        let (entry, row) = journal.locate(record).unwrap();
        let receipt = journal.receipt(entry, row).unwrap();
        receipt.verify(&policy).unwrap();
        let number = text(&record.to_string());
        object(&[("record_number", number), ("receipt", text(&receipt.to_text().unwrap()))])
    }))
}

/// Bytes that take the place of others.
struct Part {
    file: String,
    at: u64,
    bytes: Vec<u8>,
}

impl Part {
    fn json(&self) -> String {
        let zeros = self.bytes.iter().all(|byte| *byte == 0);
        let bytes = match zeros {
            true => ("zeros", self.bytes.len().to_string()),
            false => ("hex", text(&hex(&self.bytes))),
        };
        object(&[("file", text(&self.file)), ("at", self.at.to_string()), bytes])
    }
}

/// How many entries are read, or the file and place of the damage.
type Found = Result<u64, (String, u64)>;

/// The sound bank, to be changed.
struct Sound {
    disk: MemoryDisk,
    /// Of each entry the file and where it begins there.
    places: Vec<(String, u64)>,
}

impl Sound {
    fn bytes(&self, file: &str) -> Vec<u8> {
        self.disk.read_whole(file).unwrap().unwrap()
    }

    /// One bit less or more.
    fn flip(&self, (file, at): &(String, u64)) -> Part {
        let byte = self.bytes(file)[*at as usize];
        Part { file: file.clone(), at: *at, bytes: vec![byte ^ 1] }
    }

    /// A bit of an entry, that many bytes into it.
    fn flip_in(&self, entry: usize, byte: u64) -> Part {
        let (file, at) = &self.places[entry];
        self.flip(&(file.clone(), at + byte))
    }

    /// Zeros from an entry to the end of its file.
    fn cut(&self, entry: usize) -> Part {
        let (file, at) = self.places[entry].clone();
        let bytes = vec![0; self.bytes(&file).len() - at as usize];
        Part { file, at, bytes }
    }

    fn emptied(&self, segment: u32) -> Part {
        let file = file_name(segment);
        let bytes = vec![0; self.bytes(&file).len()];
        Part { file, at: 0, bytes }
    }

    /// The last entry's header with something else in it, and the right checksum.
    fn forged(&self, change: impl FnOnce(&mut BatchHeader)) -> Vec<Part> {
        let (file, at) = self.places[8].clone();
        let bytes = self.bytes(&file);
        let header = bytes[at as usize..].first_chunk::<HEADER_BYTES>().unwrap();
        let mut header = BatchHeader::decode(header).unwrap();
        change(&mut header);
        vec![Part { file, at, bytes: header.encode().to_vec() }]
    }

    /// A checkpoint the log signed that does not belong to this journal.
    fn other_checkpoint(&self) -> Part {
        let other = Checkpoint { origin: ORIGIN.to_owned(), size: 5, root: [1; 32] };
        let bytes = other.sign(&signer()).unwrap().to_string().into_bytes();
        Part { file: "log/checkpoint".to_owned(), at: 0, bytes }
    }

    /// What a start and then a reading of everything find after the changes.
    fn after(&self, parts: &[Part]) -> Found {
        let disk = self.disk.copy();
        for part in parts {
            let (at, end) = (part.at as usize, part.at as usize + part.bytes.len());
            disk.tamper(&part.file, |bytes| bytes[at..end].copy_from_slice(&part.bytes));
        }
        match Journal::open(disk, signer(), options()) {
            Ok((journal, recovered)) => {
                for batch in journal.scan(0) {
                    match batch {
                        Ok(batch) => {
                            let place = (file_name(batch.segment), batch.offset);
                            let read = batch.check_body().and_then(|()| batch.events());
                            read.map_err(|_| place)?;
                        }
                        Err(ReadFailed::Damaged { file, offset, .. }) => {
                            return Err((file, offset));
                        }
                        Err(other) => panic!("{other}"),
                    }
                }
                Ok(recovered.entries)
            }
            Err(OpenFailed::Damaged(damage)) => Err((damage.file, damage.offset)),
            Err(OpenFailed::RolledBack { entries, .. }) => {
                Err(self.places[entries as usize].clone())
            }
            Err(
                OpenFailed::CheckpointUnreadable { .. } | OpenFailed::CheckpointDisagrees { .. },
            ) => Err(("log/checkpoint".to_owned(), 0)),
            Err(other) => panic!("{other}"),
        }
    }
}

/// What is changed, how, and what is found then.
fn changes(sound: &Sound) -> Vec<(&'static str, Vec<Part>, Found)> {
    let place = |entry: usize| Err(sound.places[entry].clone());
    let checkpoint = || Err(("log/checkpoint".to_owned(), 0));
    let signature = ("log/checkpoint".to_owned(), sound.bytes("log/checkpoint").len() as u64 - 9);
    let behind = Part { file: file_name(2), at: 3 * 4_096 + 7, bytes: vec![0xee; 9] };
    let header_of_2 = (file_name(2), 20);
    let all_of = |segment| sound.emptied(segment);
    vec![
        ("nothing", vec![], Ok(9)),
        ("a record of the last entry", vec![sound.flip_in(8, 200)], Ok(8)),
        ("the header of the last entry", vec![sound.flip_in(8, 60)], Ok(8)),
        ("the padding of the last entry", vec![sound.flip_in(8, 4_000)], Ok(8)),
        ("the last entry is not there", vec![sound.cut(8)], Ok(8)),
        ("the first entry of the last commit", vec![sound.flip_in(7, 60)], Ok(7)),
        ("the last commit is not there", vec![sound.cut(7), all_of(2)], Ok(7)),
        ("the last segment was not begun", vec![all_of(2)], Ok(8)),
        ("the last segment's header", vec![sound.flip(&header_of_2)], Ok(8)),
        ("bytes behind the end", vec![behind], Ok(9)),
        ("the last entry's chain", sound.forged(|h| h.previous[31] ^= 1), Ok(8)),
        ("the last entry's index", sound.forged(|h| h.entry += 1), Ok(8)),
        ("the last entry's first record", sound.forged(|h| h.first_record -= 1), Ok(8)),
        ("the last entry's time", sound.forged(|h| h.time.0 -= 1_000_000_001), Ok(8)),
        ("the last entry's checksum of records", sound.forged(|h| h.body_crc ^= 1), Ok(8)),
        ("the last entry's root of records", sound.forged(|h| h.rows_root[0] ^= 1), place(8)),
        ("the last entry's number of records", sound.forged(|h| h.record_count -= 1), place(8)),
        ("the last entry's synced entries", sound.forged(|h| h.synced_entries = 9), place(8)),
        ("the last entry's length", sound.forged(|h| h.body_bytes += 4 * 4_096), Ok(8)),
        (
            "the last entry's rules, which are not read",
            sound.forged(|h| h.rules_version = 7),
            Ok(9),
        ),
        ("a record of the commit before the last", vec![sound.flip_in(6, 200)], place(6)),
        ("a header of the commit before the last", vec![sound.flip_in(5, 100)], place(5)),
        ("that commit is not there, and the last one is", vec![zeros_of(sound, 5, 2)], place(5)),
        ("the two last commits are not there", vec![sound.cut(5), all_of(2)], Ok(5)),
        ("a header below the checkpoint", vec![sound.flip_in(2, 10)], place(2)),
        ("a record below the checkpoint", vec![sound.flip_in(1, 130)], place(1)),
        ("padding below the checkpoint", vec![sound.flip_in(4, 4_095)], place(4)),
        (
            "the journal is cut below the checkpoint",
            vec![sound.cut(3), all_of(1), all_of(2)],
            place(3),
        ),
        ("a checkpoint of another journal", vec![sound.other_checkpoint()], checkpoint()),
        ("the checkpoint's signature", vec![sound.flip(&signature)], checkpoint()),
    ]
}

/// Zeros in place of some entries.
fn zeros_of(sound: &Sound, entry: usize, count: usize) -> Part {
    let (file, at) = sound.places[entry].clone();
    let end = sound.places[entry + count].1;
    Part { file, at, bytes: vec![0; (end - at) as usize] }
}

fn changes_json(sound: &Sound) -> String {
    lines(changes(sound).iter().map(|(what, parts, gives)| {
        assert_eq!(&sound.after(parts), gives, "{what}");
        let gives = match gives {
            Ok(entries) => object(&[("entries", entries.to_string())]),
            Err((file, offset)) => {
                let place = object(&[("file", text(file)), ("offset", offset.to_string())]);
                object(&[("damage", place)])
            }
        };
        let parts: Vec<String> = parts.iter().map(Part::json).collect();
        object(&[
            ("what", text(what)),
            ("parts", format!("[{}]", parts.join(", "))),
            ("gives", gives),
        ])
    }))
}

#[test]
fn the_vector_of_a_bank_holds() {
    let turns = turns();
    let (disk, journal) = made(&turns);
    let events: Vec<&Event> = turns.iter().flat_map(|turn| &turn.events).collect();
    let read: Vec<Event> =
        journal.scan(0).flat_map(|batch| batch.unwrap().events().unwrap()).collect();
    assert!(read.iter().eq(events.iter().copied()));
    let place = |entry| {
        let (_, place) = journal.header(entry).unwrap();
        (file_name(place.segment), place.offset)
    };
    let places = (0..journal.entries()).map(place).collect();
    let sound = Sound { disk: disk.clone(), places };
    let vector = object(&[
        ("about", text("a small bank as the rules decided it; the key is public, never use it")),
        ("key", text(&signer().verifier().to_string())),
        ("expected", expected(&journal, &events)),
        ("files", files(&disk)),
        ("events", lines(events.iter().map(|e| event(e)))),
        ("receipts", receipts(&journal)),
        ("changes", changes_json(&sound)),
    ]);
    check_vector("journal-bank.json", &(vector + "\n"));
}
