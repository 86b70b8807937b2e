//! A bank's folder as version 1 wrote it stays readable: the files under `fixtures/v1` never change.
//! If the folder is not there, `BLESS=1` makes it.

use crate::small_journals::{ORIGIN, events_of, signer};
use journal::testing::MemoryDisk;
use journal::vault::{Fields, Vault, decode_fields, encode_fields};
use journal::{
    Disk, Entropy, Files, Journal, Options, PendingBatch, Sm2Key, audit_structure, keys, record,
    sm2_line,
};
use proof::note::SignerKey;
use proof::receipt::VerifierPolicy;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use terms::{Act, Attachment, Command, Day, Event, Party, PartyId, PartyKind, TimeNs, TransferId};
use terms::{SealingCipher, SnapshotMark};

/// What the fixture's log has as its root.
const ROOT: &str = "cf53c8a10e83e6c29cc7b1c2f6d8ef9c7fe13536a53cb7136b6940e7d565aa3a";
const ENTRIES: u64 = 9;
const RECORDS: u64 = 32;
const ANNA: PartyId = PartyId(1_001);
const BERT: PartyId = PartyId(1_002);
const SM2_SEED: [u8; 32] = [5; 32];
/// The vault's files have only zeros behind this.
const VAULT_BYTES_KEPT: usize = 1_024;

/// Held while the fixture may be made.
static MAKING: Mutex<()> = Mutex::new(());

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/v1")
}

fn options() -> Options {
    Options { segment_bytes: 4 * 4_096, ..Options::default() }
}

fn witness() -> SignerKey {
    SignerKey::from_seed("supervisor.example/w1", &[3; 32]).unwrap()
}

struct Counting(u8);

impl Entropy for Counting {
    fn fill(&mut self, bytes: &mut [u8]) -> std::io::Result<()> {
        for byte in bytes {
            *byte = self.0;
            self.0 = self.0.wrapping_add(1);
        }
        Ok(())
    }
}

fn anna() -> Fields {
    [("name", "安娜 Anna"), ("born", "1990-02-28")].map(|(k, v)| (k.into(), v.into())).into()
}

/// The fixture's folder in memory.
fn fixture() -> MemoryDisk {
    let root = folder();
    let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    if !root.exists() && std::env::var_os("BLESS").is_some() {
        make(&root);
    }
    let disk = MemoryDisk::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                disk.replace(&name, &std::fs::read(&path).unwrap()).unwrap();
            }
        }
    }
    disk
}

#[test]
fn version_1_stays_readable() {
    let disk = fixture();
    let mut batches = Vec::new();
    let verifier = keys::verifier(&disk).unwrap();
    let report = audit_structure(&disk, &verifier, &[witness().cosigner()], |batch, events| {
        batches.push((batch.clone(), events.to_vec()));
    });
    assert!(report.is_sound(), "{:?}", report.findings);
    assert_eq!((report.entries, report.records, report.segments), (ENTRIES, RECORDS, 4));
    assert_eq!(hex(&report.root), ROOT);
    assert_eq!(report.cosigned_by, ["supervisor.example/w1"]);
    for (batch, events) in &batches {
        let mut body = Vec::new();
        events.iter().for_each(|event| assert!(record::encode(event, &mut body).is_ok()));
        assert_eq!(body, batch.body, "what is read is what would be written today");
    }
    let samples = batches[1..8].iter().map(|(batch, events)| (batch.header.entry, events.clone()));
    samples.for_each(|(entry, events)| assert_eq!(events, events_of(entry)));
}

#[test]
fn version_1_opens_and_proves() {
    let disk = fixture();
    let (journal, recovered) =
        Journal::open(disk.clone(), keys::signer(&disk).unwrap(), options()).unwrap();
    assert_eq!((recovered.entries, recovered.cut), (ENTRIES, None));
    let policy =
        VerifierPolicy::new(keys::verifier(&disk).unwrap(), vec![witness().cosigner()], 1).unwrap();
    for record in 0..RECORDS {
        let (entry, row) = journal.locate(record).unwrap();
        let receipt = journal.receipt(entry, row).unwrap();
        assert_eq!(receipt.verify(&policy).unwrap().record, journal.record(record).unwrap());
    }
    let (_, note) = journal.published().unwrap();
    let public_key = Sm2Key::from_bytes(&SM2_SEED).unwrap().public_key();
    let good = |line: &_| sm2_line::verify(line, ORIGIN, &public_key, note.text());
    assert_eq!(note.signatures().iter().filter(|line| good(line)).count(), 1);
}

#[test]
fn version_1_of_the_vault_opens() {
    let disk = fixture();
    let signer = keys::signer(&disk).unwrap();
    let (journal, _) = Journal::open(disk.clone(), signer, options()).unwrap();
    let events = journal.batch(0).unwrap().events().unwrap();
    let sealed: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Act(act) => match &act.command {
                Command::RegisterParty(party) => Some(&party.identity),
                Command::Attach(attachment) => Some(&attachment.text),
                _ => None,
            },
            Event::Transfer(_) => None,
        })
        .collect();
    let master = keys::master(&disk).unwrap();
    let vault = Vault::open(disk, master, SealingCipher::Aes256Gcm, Box::new(Counting(9))).unwrap();
    let identity = vault.open_sealed(ANNA, sealed[0]).unwrap();
    assert_eq!(decode_fields(&identity).unwrap(), anna());
    assert_eq!(vault.open_sealed(ANNA, sealed[1]).unwrap(), "rent 房租".as_bytes());
    assert!(vault.is_erased(BERT) && vault.parties().eq([ANNA]));
}

/// Writes the fixture.
fn make(root: &Path) {
    let disk = Files::create(root).unwrap();
    disk.replace(keys::LOG_KEY, signer().to_secret_text().as_bytes()).unwrap();
    disk.replace(keys::LOG_PUB, signer().verifier().to_string().as_bytes()).unwrap();
    disk.replace(keys::MASTER_KEY, format!("{}\n", "2a".repeat(32)).as_bytes()).unwrap();
    let mut journal = Journal::create(disk.clone(), ORIGIN, signer(), options()).unwrap();
    journal.also_sign_with(Sm2Key::from_bytes(&SM2_SEED).unwrap());
    let first = first_events(&disk);
    journal.commit(&[PendingBatch { time: TimeNs(1), events: &first }]).unwrap();
    for group in [1..3, 3..4, 4..8] {
        let batches: Vec<_> = group.map(|entry| (entry, events_of(entry))).collect();
        let pending: Vec<_> = batches
            .iter()
            .map(|(entry, events)| PendingBatch { time: TimeNs(*entry * 1_000), events })
            .collect();
        journal.commit(&pending).unwrap();
    }
    journal.publish().unwrap();
    let mark = SnapshotMark { records: journal.records(), hash: [6; 32] };
    let mark = act(Command::MarkSnapshot(mark));
    journal.commit(&[PendingBatch { time: TimeNs(9_000), events: &[mark] }]).unwrap();
    journal.publish().unwrap();
    let (_, note) = journal.published().unwrap();
    let line = witness().cosign(note.text(), 1_700_000_000).unwrap().to_string();
    journal.add_cosignatures(&line, &witness().cosigner()).unwrap();
    drop(journal);
    for copy in journal::vault::COPIES {
        let path = root.join(copy).join("00000000.keys");
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes[VAULT_BYTES_KEPT..].iter().all(|byte| *byte == 0));
        std::fs::write(&path, &bytes[..VAULT_BYTES_KEPT]).unwrap();
    }
    std::fs::remove_file(root.join("lock")).unwrap();
}

/// Parties with sealed data: one cipher each.
fn first_events(disk: &Files) -> Vec<Event> {
    let open = |cipher, seed| {
        let (master, entropy) = (keys::master(disk).unwrap(), Box::new(Counting(seed)));
        Vault::open(disk.clone(), master, cipher, entropy).unwrap()
    };
    let master = keys::master(disk).unwrap();
    let entropy = Box::new(Counting(0));
    drop(Vault::create(disk.clone(), master, SealingCipher::Aes256Gcm, entropy).unwrap());
    let mut vault = open(SealingCipher::Aes256Gcm, 50);
    vault.ensure_keys(&[ANNA, BERT]).unwrap();
    let identity = vault.seal(ANNA, &encode_fields(&anna())).unwrap();
    vault.destroy(BERT).unwrap();
    drop(vault);
    let text = open(SealingCipher::Sm4Gcm, 100).seal(ANNA, "rent 房租".as_bytes()).unwrap();
    let party = Party { id: ANNA, kind: PartyKind::Person, identity };
    let attachment = Attachment { subject: TransferId(5), party: ANNA, text };
    let erase = Command::EraseParty { party: BERT, reason: "asked for it".to_owned() };
    [Command::RegisterParty(party), Command::Attach(attachment), erase].map(act).to_vec()
}

fn act(command: Command) -> Event {
    let (time, booking_date) = (TimeNs(1), Day(20_780));
    Event::Act(Box::new(Act { time, booking_date, command, outcome: Ok(()) }))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
