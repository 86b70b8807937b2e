//! Real inputs of each decoder, from one small bank that is made once.

use crate::bank::{Bank, ORIGIN, SimEntropy};
use crate::chance::Chance;
use crate::disk::SimDisk;
use crate::nemesis::Nemesis;
use crate::world::{Plant, World};
use engine::risk::{
    Feature, HoldClock, Line, ListOf, NameList, Program, Single, Step, Tables, listed_hash,
};
use forest::{Forest, Link, Part, Parts, Test, Tree, Width};
use journal::keys::{self, MasterKey};
use journal::{Entropy, StoredBatch, Vault, VaultFailed, vault};
use proof::SignerKey;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use terms::{
    AccessKind, AccessRecord, Act, CheckKind, CheckRecord, CheckResult, Command, Day, Event,
    HoldEnd, PartyId, QueryDoor, QueryEnd, QueryRecord, Ruling, SealingCipher, TimeNs,
};

/// The bank all inputs are taken from: its disk, and its batches.
struct Source {
    disk: SimDisk,
    batches: Vec<StoredBatch>,
    receipts: Vec<Vec<u8>>,
    snapshot: Vec<u8>,
}

fn source() -> &'static Source {
    static SOURCE: OnceLock<Source> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let made = make();
        assert!(made.is_some(), "a bank that nobody disturbs can be made and read");
        made.unwrap_or_else(|| unreachable!("asserted above"))
    })
}

fn make() -> Option<Source> {
    let mut world = World::new(5, Nemesis::asleep(), Plant::Nothing).ok()?;
    (0..40).try_for_each(|_| world.step()).ok()?;
    let bank: &Bank = world.bank()?;
    let journal = bank.node.journal();
    let batches: Vec<StoredBatch> = journal.scan(0).collect::<Result<_, _>>().ok()?;
    let mut receipts = Vec::new();
    for record in [0, journal.records() / 2, journal.records() - 1] {
        let (entry, row) = journal.locate(record).ok()?;
        receipts.push(journal.receipt(entry, row).ok()?.to_text().ok()?.into_bytes());
    }
    let (snapshot, disk) = (bank.node.engine().snapshot(), world.disk().copy());
    Some(Source { disk, batches, receipts, snapshot })
}

/// The key of the bank's log.
pub(super) fn signer() -> SignerKey {
    let signer = keys::signer(&source().disk);
    assert!(signer.is_ok(), "the bank has its key");
    signer.unwrap_or_else(|_| unreachable!("asserted above"))
}

/// A record of each kind.
pub(super) fn records() -> Vec<Vec<u8>> {
    let mut kinds: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for batch in &source().batches {
        for (_, record) in batch.records() {
            let Ok(bytes) = record else { continue };
            let kind = match journal::record::decode(bytes) {
                Ok(Event::Transfer(t)) => format!("transfer {:?}", t.outcome.is_ok()),
                Ok(Event::Act(act)) => {
                    let text = format!("{:?}", act.command);
                    text.split(['(', ' ']).next().unwrap_or_default().to_owned()
                }
                Err(_) => continue,
            };
            kinds.entry(kind).or_insert_with(|| bytes.to_vec());
        }
    }
    for observation in observations() {
        let mut record = Vec::new();
        if journal::record::encode(&observation, &mut record).is_ok() {
            kinds.insert(format!("seen {}", record.len()), record);
        }
    }
    kinds.into_values().collect()
}

/// Queries, a check and notes of access, which that bank need not have.
fn observations() -> [Event; 3] {
    let query = QueryRecord {
        asker: "supervisor".to_owned(),
        door: QueryDoor::FlightSql,
        text_hash: [1; 32],
        as_of: 300,
        rows: 25,
        result_hash: [2; 32],
        end: QueryEnd::Complete,
    };
    let left = QueryRecord { result_hash: [0; 32], end: QueryEnd::Cancelled, ..query.clone() };
    let results = [(CheckKind::Quality, ""), (CheckKind::Indicator, "0.25")];
    let results = results.map(|(kind, value)| CheckResult {
        rule: "liquidity".to_owned(),
        kind,
        rows: 12,
        value: value.to_owned(),
        result_hash: [3; 32],
    });
    let check = CheckRecord {
        pack: "base".to_owned(),
        version: 2,
        hash: [4; 32],
        as_of: 300,
        results: results.into(),
    };
    let note = AccessRecord {
        kind: AccessKind::PersonalRead,
        who: "user:anna".to_owned(),
        about: "account:17".to_owned(),
        says: "balance.read".to_owned(),
        times: 3,
    };
    let seen = [
        Command::RecordQueries(vec![query, left]),
        Command::RecordCheck(check),
        Command::RecordAccess(vec![note]),
    ];
    seen.map(|command| {
        let (time, booking_date) = (TimeNs(1), Day(20_780));
        Event::Act(Box::new(Act { time, booking_date, command, outcome: Ok(()) }))
    })
}

pub(super) fn batch_headers() -> Vec<Vec<u8>> {
    source().batches.iter().take(3).map(|batch| batch.header.encode().to_vec()).collect()
}

pub(super) fn batch_bodies() -> Vec<Vec<u8>> {
    source().batches.iter().take(3).map(|batch| batch.body.clone()).collect()
}

pub(super) fn segment_headers() -> Vec<Vec<u8>> {
    let file = source().disk.bytes(&journal::segment::file_name(0));
    vec![file[..journal::segment::SEGMENT_HEADER_BYTES].to_vec()]
}

/// The first batches of the first segment.
pub(super) fn journals() -> Vec<Vec<u8>> {
    let file = source().disk.bytes(&journal::segment::file_name(0));
    vec![file[..16 << 10].to_vec(), file[..32 << 10].to_vec()]
}

pub(super) fn notes() -> Vec<Vec<u8>> {
    let mut notes: Vec<Vec<u8>> = Vec::new();
    for receipt in receipts() {
        let text = String::from_utf8_lossy(&receipt).into_owned();
        notes.extend(text.split_once("\n\n").map(|(_, note)| note.as_bytes().to_vec()));
    }
    let bare = notes.first().and_then(|note| {
        let end = note.windows(2).position(|two| two == b"\n\n")?;
        Some(note[..=end].to_vec())
    });
    notes.extend(bare);
    notes
}

pub(super) fn receipts() -> Vec<Vec<u8>> {
    source().receipts.clone()
}

pub(super) fn tiles() -> Vec<Vec<u8>> {
    let names = source().disk.names().into_iter().filter(|n| n.starts_with("log/tile/entries"));
    let bundles = names.take(2).map(|name| source().disk.bytes(&name));
    let paths = ["tile/0/x001/x234/067.p/8", "tile/1/000", "tile/entries/000.p/3"];
    bundles.chain(paths.map(|path| path.as_bytes().to_vec())).collect()
}

pub(super) fn keys() -> Vec<Vec<u8>> {
    [keys::LOG_KEY, keys::LOG_PUB, keys::MASTER_KEY].map(|name| source().disk.bytes(name)).to_vec()
}

pub(super) fn snapshots() -> Vec<Vec<u8>> {
    vec![engine::Engine::default().snapshot(), source().snapshot.clone()]
}

/// The first slots of the vault.
pub(super) fn vaults() -> Vec<Vec<u8>> {
    let disk = SimDisk::new(Chance::new(0));
    let made = new_vault(&disk).and_then(|mut vault| {
        vault.ensure_keys(&[PartyId(1), PartyId(2), PartyId(3)])?;
        vault.destroy(PartyId(2))
    });
    assert!(made.is_ok(), "this disk has no faults: {made:?}");
    let file = disk.bytes(&format!("{}/00000000.keys", vault::COPIES[0]));
    vec![file[128..512].to_vec()]
}

pub(super) fn fields() -> Vec<Vec<u8>> {
    let fields = [("name", "李小明"), ("id_number", "110101199003078515"), ("born", "1990-03-07")];
    let fields = fields.map(|(name, text)| (name.to_owned(), text.to_owned()));
    vec![vault::encode_fields(&BTreeMap::from(fields)), vault::encode_fields(&BTreeMap::new())]
}

pub(super) fn master_and_entropy() -> (MasterKey, Box<dyn Entropy>) {
    (MasterKey::new([7; 32]), Box::new(SimEntropy(Chance::new(1).fork(ORIGIN))))
}

pub(super) fn new_vault(disk: &SimDisk) -> Result<Vault<SimDisk>, VaultFailed> {
    let (master, entropy) = master_and_entropy();
    Vault::create(disk.clone(), master, SealingCipher::Aes256Gcm, entropy)
}

/// A program with a condition of each kind of step.
pub(super) fn programs() -> Vec<Vec<u8>> {
    let steps = vec![
        Step::Load(0, Feature::single(Single::Amount)),
        Step::Constant(1, 0),
        Step::Add(2, 0, 1),
        Step::Subtract(3, 0, 1),
        Step::Multiply(4, 2, 3),
        Step::Divide(5, 4, 1),
        Step::Remainder(6, 4, 1),
        Step::Less(7, 5, 6),
        Step::Equal(8, 5, 6),
        Step::LessOrEqual(9, 5, 6),
        Step::Not(10, 7),
        Step::And(11, 8, 10),
        Step::Or(12, 9, 11),
        Step::Null(13),
        Step::IsNull(14, 13),
        Step::NullIf(15, 14, 12),
        Step::Coalesce(16, 15, 12),
        Step::If(16, 12, 14),
    ];
    let line = |condition, ruling| Line { condition, ruling, points: 30 };
    let lines = vec![line(12, Ruling::Ask), line(16, Ruling::Hold)];
    let program = Program::new(vec![5_000], steps, lines, [Some(20), None, Some(60)]);
    program.map_or_else(|_| Vec::new(), |program| vec![program.to_bytes()])
}

/// Two lists and a clock.
pub(super) fn tables() -> Vec<Vec<u8>> {
    let hashes = vec![listed_hash(ListOf::Parties, 9)];
    let lists = vec![
        NameList::new(ListOf::Accounts, vec![1, 2, 300], Vec::new()),
        NameList::new(ListOf::Parties, vec![7], hashes),
    ];
    let clocks = vec![HoldClock { line: 1, hold_s: 60, at_end: HoldEnd::Release }];
    Tables::new(lists, clocks).map_or_else(|_| Vec::new(), |tables| vec![tables.to_bytes()])
}

/// A forest of one tree.
pub(super) fn forests() -> Vec<Vec<u8>> {
    let split = |left, right| Part::Split {
        feature: 0,
        test: Test::AtMost(5.0),
        missing_left: true,
        left,
        right,
        cover: 8.0,
    };
    let leaf = |value| Part::Leaf { value, cover: 4.0 };
    let Ok(tree) = Tree::grow(0, &[split(1, 2), leaf(-1.0), leaf(2.0)]) else { return Vec::new() };
    let parts = Parts {
        features: vec!["amount".into(), "hour".into()],
        trees: vec![tree],
        base: vec![0.5],
        divisor: 1,
        link: Link::Sigmoid { scale: 1.0 },
        width: Width::Double,
    };
    Forest::new(parts).map_or_else(|_| Vec::new(), |forest| vec![forest.to_bytes()])
}

/// The names and other names of a made-up list of the Treasury.
pub(super) fn ofac_files() -> [&'static [u8]; 2] {
    [
        include_bytes!("../../../screening/tests/fixtures/sdn.csv"),
        include_bytes!("../../../screening/tests/fixtures/alt.csv"),
    ]
}

pub(super) fn ofac() -> Vec<Vec<u8>> {
    ofac_files().map(<[u8]>::to_vec).into()
}

pub(super) fn un() -> Vec<Vec<u8>> {
    vec![include_bytes!("../../../screening/tests/fixtures/un.xml").to_vec()]
}

pub(super) fn house() -> Vec<Vec<u8>> {
    vec![include_bytes!("../../../screening/tests/fixtures/house.csv").to_vec()]
}
