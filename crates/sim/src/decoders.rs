//! Everything that reads bytes from outside, each as a function that takes any bytes: it may say no, it
//! may not panic, and what it says yes to must come out again as the same bytes. The fuzz targets under
//! `fuzz/` and the smoke test feed these. `decoders/seeds.rs` has real inputs to begin with;
//! `decoders/messages.rs` what ISO 20022 must hold.

mod messages;
mod seeds;

use crate::bank::ORIGIN;
use crate::chance::Chance;
use crate::disk::SimDisk;
use engine::Engine;
use engine::risk::{Feature, Machine, Program, Sides, Tables, Values, Wanted};
use forest::Forest;
use journal::batch::{BatchHeader, HEADER_BYTES, StoredBatch};
use journal::segment::{SEGMENT_HEADER_BYTES, SegmentHeader};
use journal::{Journal, Options, Vault, keys, record, vault};
use proof::tile::{Tile, encode_entries, parse_entries};
use proof::{Checkpoint, Note, Receipt, SignerKey, VerifierKey, VerifierPolicy};
use screening::list::{self, List, OfacFiles};
use screening::{Query, Screen};
use std::sync::OnceLock;
use terms::SealingCipher;

pub use messages::{iso20022_again, iso20022_read};

/// One decoder.
#[derive(Clone, Copy)]
pub struct Target {
    /// Its name; also that of its fuzz target and its folder of inputs.
    pub name: &'static str,
    /// Feeds it any bytes.
    pub feed: fn(&[u8]),
    /// Real inputs.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// Every decoder.
pub const TARGETS: &[Target] = &[
    Target { name: "record", feed: record, seeds: seeds::records },
    Target { name: "batch_header", feed: batch_header, seeds: seeds::batch_headers },
    Target { name: "batch_body", feed: batch_body, seeds: seeds::batch_bodies },
    Target { name: "segment_header", feed: segment_header, seeds: seeds::segment_headers },
    Target { name: "journal", feed: journal, seeds: seeds::journals },
    Target { name: "note", feed: note, seeds: seeds::notes },
    Target { name: "checkpoint", feed: checkpoint, seeds: seeds::notes },
    Target { name: "receipt", feed: receipt, seeds: seeds::receipts },
    Target { name: "tile", feed: tile, seeds: seeds::tiles },
    Target { name: "key", feed: key, seeds: seeds::keys },
    Target { name: "snapshot", feed: snapshot, seeds: seeds::snapshots },
    Target { name: "vault", feed: vault_slots, seeds: seeds::vaults },
    Target { name: "fields", feed: fields, seeds: seeds::fields },
    Target { name: "iso20022_read", feed: iso20022_read, seeds: messages::samples },
    Target { name: "iso20022_again", feed: iso20022_again, seeds: messages::samples },
    Target { name: "program", feed: program, seeds: seeds::programs },
    Target { name: "tables", feed: tables, seeds: seeds::tables },
    Target { name: "forest", feed: forest, seeds: seeds::forests },
    Target { name: "ofac", feed: ofac, seeds: seeds::ofac },
    Target { name: "un", feed: un, seeds: seeds::un },
    Target { name: "house", feed: house, seeds: seeds::house },
];

/// One record of the journal.
pub fn record(bytes: &[u8]) {
    let _ = record::record_bytes(bytes);
    if let Ok(event) = record::decode(bytes) {
        let mut again = Vec::new();
        let encoded = record::encode(&event, &mut again);
        assert!(encoded.is_ok() && again == bytes, "one event has one encoding: {event:?}");
    }
}

/// The head of a batch, with the checksum as it is and put right.
pub fn batch_header(bytes: &[u8]) {
    let Some(header) = bytes.first_chunk::<HEADER_BYTES>() else { return };
    let mut sealed = *header;
    let crc = crc32c::crc32c(&sealed[..HEADER_BYTES - 4]);
    sealed[HEADER_BYTES - 4..].copy_from_slice(&crc.to_le_bytes());
    for header in [header, &sealed] {
        if let Ok(decoded) = BatchHeader::decode(header) {
            assert!(decoded.encode() == *header, "one header has one encoding: {decoded:?}");
            assert!(decoded.stored_bytes() > 0 && decoded.next_record() > 0);
        }
    }
}

/// The records of a batch, under a header that fits them.
pub fn batch_body(bytes: &[u8]) {
    let records = record::split(bytes).count();
    let header = BatchHeader {
        rules_version: 1,
        entry: 0,
        first_record: 0,
        time: terms::TimeNs(1),
        record_count: records as u32,
        body_bytes: bytes.len() as u32,
        synced_entries: 0,
        rows_root: [0; 32],
        previous: [0; 32],
        body_crc: crc32c::crc32c(bytes),
    };
    let batch = StoredBatch { header, body: bytes.to_vec(), segment: 0, offset: 0 };
    let _ = (batch.check_body(), batch.row_leaves(), batch.record(u32::MAX));
    let events = batch.events().map_or(0, |events| events.len());
    assert!(events <= records, "each event is a record");
}

/// The head of a segment file, with the checksum as it is and put right.
pub fn segment_header(bytes: &[u8]) {
    let mut header = [0; SEGMENT_HEADER_BYTES];
    let given = bytes.len().min(SEGMENT_HEADER_BYTES);
    header[..given].copy_from_slice(&bytes[..given]);
    let mut sealed = header;
    let crc = crc32c::crc32c(&sealed[..SEGMENT_HEADER_BYTES - 4]);
    sealed[SEGMENT_HEADER_BYTES - 4..].copy_from_slice(&crc.to_le_bytes());
    for header in [&header, &sealed] {
        if let Ok(decoded) = SegmentHeader::decode(header) {
            assert!(decoded.encode() == *header, "one header has one encoding: {decoded:?}");
        }
    }
}

/// A whole segment file, found by a start and by a verification.
pub fn journal(bytes: &[u8]) {
    let disk = SimDisk::new(Chance::new(0));
    let whole = bytes.len().next_multiple_of(4_096).clamp(8_192, 64 << 10);
    let mut file = bytes.to_vec();
    file.resize(whole, 0);
    seal_batches(&mut file);
    let put = journal::Disk::replace(&disk, &journal::segment::file_name(0), &file);
    assert!(put.is_ok(), "this disk has no faults");
    let signer = seeds::signer();
    let log = signer.verifier();
    let _ = node::verify(&disk, &log, &[], |_| ());
    let options = Options { segment_bytes: 64 << 10, ..Options::default() };
    if let Ok((journal, _)) = Journal::open(disk, signer, options) {
        let read = journal.scan(0).map_while(Result::ok).count() as u64;
        assert!(read == journal.entries(), "what a start took can be read");
    }
}

/// Puts the checksums right of whatever stands where a batch could, so that more is read than checksums.
fn seal_batches(file: &mut [u8]) {
    for slot in file.chunks_exact_mut(4_096) {
        let magic = slot.starts_with(&journal::batch::MAGIC);
        let end = if magic { HEADER_BYTES } else { continue };
        let crc = crc32c::crc32c(&slot[..end - 4]);
        slot[end - 4..end].copy_from_slice(&crc.to_le_bytes());
    }
}

/// A signed note.
pub fn note(bytes: &[u8]) {
    if let Ok(note) = Note::parse(bytes) {
        assert!(note.to_string().as_bytes() == bytes, "one note has one text");
        let _ = note.verify(&[seeds::signer().verifier()]);
    }
}

/// A checkpoint, signed and bare.
pub fn checkpoint(bytes: &[u8]) {
    let _ = Checkpoint::open(bytes, &seeds::signer().verifier());
    if let Some(checkpoint) = str::from_utf8(bytes).ok().and_then(|t| Checkpoint::parse(t).ok()) {
        let signed = checkpoint.sign(&seeds::signer());
        assert!(signed.is_ok() || checkpoint.origin != ORIGIN, "what can be read can be signed");
    }
}

/// A receipt.
pub fn receipt(bytes: &[u8]) {
    let Ok(receipt) = Receipt::parse(bytes) else { return };
    let text = receipt.to_text();
    assert!(text.is_ok_and(|text| text.as_bytes() == bytes), "one receipt has one text");
    if let Ok(policy) = VerifierPolicy::new(seeds::signer().verifier(), Vec::new(), 0) {
        let _ = receipt.verify(&policy);
    }
}

/// A bundle of entries, and the path of a tile.
pub fn tile(bytes: &[u8]) {
    if let Some(entries) = parse_entries(bytes) {
        let again = encode_entries(entries);
        assert!(again.is_some_and(|again| again == bytes), "one bundle has one encoding");
    }
    if let Some((path, tile)) = str::from_utf8(bytes).ok().and_then(|p| Some((p, Tile::parse(p)?)))
    {
        assert!(tile.path() == path || tile.entries_path() == path, "one tile has one path");
    }
}

/// A public or a secret key.
pub fn key(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(key) = VerifierKey::parse(text) {
        assert!(key.to_string() == text, "one key has one text");
    }
    let _ = SignerKey::parse(text);
    let disk = SimDisk::new(Chance::new(0));
    for file in [keys::LOG_KEY, keys::LOG_PUB, keys::MASTER_KEY, keys::WITNESSES] {
        let put = journal::Disk::replace(&disk, file, bytes);
        assert!(put.is_ok(), "this disk has no faults");
    }
    let _ = (keys::signer(&disk).is_ok(), keys::verifier(&disk).is_ok());
    let _ = (keys::master(&disk).is_ok(), keys::witnesses(&disk).is_ok());
}

/// A snapshot of the engine's state. Only its hash in the journal makes it true, so it may hold nonsense;
/// what was restored must be a state all the same, with a snapshot of its own.
pub fn snapshot(bytes: &[u8]) {
    let Ok(engine) = Engine::restore(bytes) else { return };
    let taken = engine.snapshot();
    let again = Engine::restore(&taken).map(|engine| engine.snapshot());
    assert!(again.is_ok_and(|again| again == taken), "one state has one snapshot");
}

/// Slots of the vault, behind a head that is right, in one copy.
pub fn vault_slots(bytes: &[u8]) {
    static EMPTY: OnceLock<SimDisk> = OnceLock::new();
    let disk = EMPTY.get_or_init(|| {
        let disk = SimDisk::new(Chance::new(0));
        let made = seeds::new_vault(&disk);
        assert!(made.is_ok(), "this disk has no faults: {made:?}");
        disk
    });
    let disk = disk.copy();
    disk.tamper(&format!("{}/00000000.keys", vault::COPIES[0]), |file| {
        let end = (128 + bytes.len()).min(file.len());
        file[128..end].copy_from_slice(&bytes[..end - 128]);
    });
    let (master, entropy) = seeds::master_and_entropy();
    if let Ok(mut vault) = Vault::open(disk, master, SealingCipher::Aes256Gcm, entropy) {
        let parties: Vec<terms::PartyId> = vault.parties().collect();
        for party in parties {
            assert!(!vault.is_erased(party), "a party with a key is not erased");
            let _ = vault.seal(party, b"text");
        }
    }
}

/// The fields of a party.
pub fn fields(bytes: &[u8]) {
    if let Ok(fields) = vault::decode_fields(bytes) {
        assert!(vault::encode_fields(&fields) == bytes, "one map of fields has one encoding");
    }
}

/// A program of risk rules. What is read runs, whatever it says of a payment.
pub fn program(bytes: &[u8]) {
    if let Ok(program) = Program::of_bytes(bytes) {
        assert!(program.to_bytes() == bytes, "one program has one form");
        let mut values = Values::default();
        let mut machine = Machine::default();
        let empty = program.run(&values, &mut machine);
        Feature::all().for_each(|feature| values.set(feature, Some(i64::MIN)));
        program.run(&values, &mut machine);
        values.clear();
        assert!(program.run(&values, &mut machine) == empty, "no payment speaks in the next one");
    }
}

/// The lists and clocks of a rule set.
pub fn tables(bytes: &[u8]) {
    if let Ok(tables) = Tables::of_bytes(bytes) {
        assert!(tables.to_bytes() == bytes, "the same tables have one form");
        let sides = Sides { accounts: [1, u128::MAX], owners: [None, Some(7)] };
        tables.fill(&sides, &Wanted::all(), &mut Values::default());
    }
}

/// Trees. What is read scores.
pub fn forest(bytes: &[u8]) {
    if let Ok(forest) = Forest::of_bytes(bytes) {
        assert!(forest.to_bytes() == bytes, "one forest has one form");
        let row = vec![f64::NAN; forest.features().len()];
        assert!(forest.margins(&row).len() == forest.outputs(), "a margin for each output");
    }
}

/// The list of the United States' Treasury: any bytes as its names, and as its other files.
pub fn ofac(bytes: &[u8]) {
    let [sdn, alt] = seeds::ofac_files();
    for (sdn, alt) in [(bytes, alt), (sdn, bytes)] {
        let files = OfacFiles { sdn, alt, add: alt, comments: bytes };
        if let Ok(list) = list::ofac(&files, "fuzz") {
            looked_up(&list);
        }
    }
}

/// The list of the United Nations.
pub fn un(bytes: &[u8]) {
    if let Ok(list) = list::un(bytes) {
        looked_up(&list);
    }
}

/// A list of the bank's own.
pub fn house(bytes: &[u8]) {
    if let Ok(list) = list::house(bytes, "fuzz", "1") {
        looked_up(&list);
    }
}

/// Whatever is on a list can be looked up.
fn looked_up(list: &List) {
    let screen = Screen::new(&[list]);
    let _ = screen.look(&Query::name("Ottokar Brandauer"));
}
