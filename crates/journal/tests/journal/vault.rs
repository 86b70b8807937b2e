//! Personal data is readable while the key is there, and never after: whatever moment the power fails.

use journal::testing::{Dice, MemoryDisk};
use journal::vault::{COPIES, Fields, TEXT_BYTES_MAX, Vault, decode_fields, encode_fields};
use journal::{Disk, Entropy, OsEntropy, SealFailed, Unreadable, VaultFailed, keys};
use std::io;
use terms::{PartyId, SealingCipher};
use zeroize::Zeroizing;

/// The same bytes for the same seed.
struct Fixed(Dice);

impl Entropy for Fixed {
    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        bytes.iter_mut().for_each(|byte| *byte = self.0.roll() as u8);
        Ok(())
    }
}

const CIPHERS: [SealingCipher; 2] = [SealingCipher::Aes256Gcm, SealingCipher::Sm4Gcm];
const FILES: [&str; 2] = ["vault/a/00000000.keys", "vault/b/00000000.keys"];

fn master(byte: u8) -> Zeroizing<[u8; 32]> {
    Zeroizing::new([byte; 32])
}

fn fixed(seed: u64) -> Box<dyn Entropy> {
    Box::new(Fixed(Dice(seed)))
}

fn open(disk: &MemoryDisk) -> Vault<MemoryDisk> {
    Vault::open(disk.clone(), master(9), SealingCipher::Aes256Gcm, fixed(2)).unwrap()
}

fn made(parties: std::ops::Range<u128>) -> (MemoryDisk, Vault<MemoryDisk>) {
    let disk = MemoryDisk::new();
    let mut vault =
        Vault::create(disk.clone(), master(9), SealingCipher::Aes256Gcm, fixed(1)).unwrap();
    vault.ensure_keys(&parties.map(PartyId).collect::<Vec<_>>()).unwrap();
    (disk, vault)
}

#[test]
fn what_was_sealed_opens_until_the_key_is_destroyed() {
    for cipher in CIPHERS {
        let disk = MemoryDisk::new();
        let mut vault = Vault::create(disk.clone(), master(9), cipher, fixed(1)).unwrap();
        let (anna, bert) = (PartyId(7), PartyId(u128::MAX - 1));
        vault.ensure_keys(&[anna, bert, anna]).unwrap();
        let sealed = vault.seal(anna, "Anna 安娜".as_bytes()).unwrap();
        assert_eq!(sealed.cipher, cipher);
        assert!(!sealed.ciphertext.windows(4).any(|w| w == b"Anna"));
        drop(vault);
        let mut vault = open(&disk);
        assert_eq!(vault.open_sealed(anna, &sealed).unwrap(), "Anna 安娜".as_bytes());
        assert_eq!(vault.open_sealed(bert, &sealed), Err(Unreadable::Damaged));
        vault.destroy(anna).unwrap();
        vault.destroy(anna).unwrap();
        assert_eq!(vault.open_sealed(anna, &sealed), Err(Unreadable::Erased));
        assert!(matches!(vault.ensure_keys(&[anna]), Err(VaultFailed::Erased(p)) if p == anna));
        let vault = open(&disk);
        assert_eq!(vault.open_sealed(anna, &sealed), Err(Unreadable::Erased));
        assert_eq!(vault.parties().collect::<Vec<_>>(), [bert]);
    }
}

#[test]
fn a_destroyed_key_is_nowhere_on_the_disk() {
    let (disk, mut vault) = made(1..4);
    let slot_of = |file: &str| {
        let bytes = disk.read_whole(file).unwrap().unwrap();
        bytes[2 * 128 + 32..2 * 128 + 92].to_vec()
    };
    let wrapped = FILES.map(slot_of);
    assert!(wrapped.iter().all(|w| w.iter().any(|byte| *byte != 0)));
    vault.destroy(PartyId(2)).unwrap();
    for (file, wrapped) in FILES.iter().zip(&wrapped) {
        assert!(slot_of(file).iter().all(|byte| *byte == 0));
        let bytes = disk.read_whole(file).unwrap().unwrap();
        assert!(!bytes.windows(16).any(|w| w == &wrapped[..16]));
    }
}

#[test]
fn the_same_text_looks_different_each_time_and_any_change_is_noticed() {
    let (_, mut vault) = made(1..2);
    let party = PartyId(1);
    let (one, two) = (vault.seal(party, b"x").unwrap(), vault.seal(party, b"x").unwrap());
    assert!(one.commitment != two.commitment && one.ciphertext != two.ciphertext);
    let mut changed = one.clone();
    changed.commitment = two.commitment;
    assert_eq!(vault.open_sealed(party, &changed), Err(Unreadable::Damaged));
    for at in 0..one.ciphertext.len() {
        let mut changed = one.clone();
        changed.ciphertext[at] ^= 1;
        assert_eq!(vault.open_sealed(party, &changed), Err(Unreadable::Damaged));
    }
    assert!(vault.seal(party, &[0; TEXT_BYTES_MAX]).is_ok());
    let long = vault.seal(party, &[0; TEXT_BYTES_MAX + 1]);
    assert!(matches!(long, Err(SealFailed::TooLong { .. })));
    let stranger = vault.seal(PartyId(5), b"x");
    assert!(matches!(stranger, Err(SealFailed::Key(Unreadable::KeyLost))));
}

#[test]
fn a_crash_at_every_operation_keeps_every_acknowledged_key_and_erasure() {
    for fail_at in 0..24 {
        for luck in 0..6_u64 {
            let (disk, mut vault) = made(1..6);
            let texts: Vec<_> =
                (1..6).map(|p| vault.seal(PartyId(p), &[p as u8]).unwrap()).collect();
            disk.fail_at(disk.operations() + fail_at);
            let erased = vault.destroy(PartyId(3)).is_ok();
            let added = vault.ensure_keys(&[PartyId(10), PartyId(11)]).is_ok();
            let late = added.then(|| vault.seal(PartyId(11), b"late").unwrap());
            let also_erased = vault.destroy(PartyId(5)).is_ok();
            let mut dice = Dice(luck);
            let disk = disk.crashed(|_| match luck {
                0 => false,
                1 => true,
                _ => dice.below(2) == 0,
            });
            for _ in 0..2 {
                let vault = open(&disk);
                for (party, sealed) in (1..).zip(&texts) {
                    match vault.open_sealed(PartyId(party), sealed) {
                        Ok(text) => {
                            assert_eq!(text, [party as u8]);
                            assert!(!(party == 3 && erased || party == 5 && also_erased));
                        }
                        Err(why) => {
                            assert_eq!(why, Unreadable::Erased);
                            assert!(party == 3 || party == 5);
                        }
                    }
                }
                if let Some(late) = &late {
                    assert_eq!(vault.open_sealed(PartyId(11), late).unwrap(), b"late");
                }
                assert_eq!(vault.damaged_slots(), 0);
                let [a, b] = FILES.map(|file| disk.read_whole(file).unwrap().unwrap());
                assert_eq!(a, b, "a start leaves both copies the same");
            }
        }
    }
}

#[test]
fn one_copy_is_enough() {
    for lost in FILES {
        let (disk, mut vault) = made(1..20);
        let sealed = vault.seal(PartyId(8), b"here").unwrap();
        vault.destroy(PartyId(9)).unwrap();
        drop(vault);
        disk.remove(lost).unwrap();
        let vault = open(&disk);
        assert_eq!(vault.open_sealed(PartyId(8), &sealed).unwrap(), b"here");
        assert!(vault.is_erased(PartyId(9)));
        let [a, b] = FILES.map(|file| disk.read_whole(file).unwrap().unwrap());
        assert_eq!(a, b);
    }
}

#[test]
fn a_damaged_slot_is_mended_from_the_other_copy() {
    let (disk, mut vault) = made(1..4);
    let sealed = vault.seal(PartyId(2), b"here").unwrap();
    drop(vault);
    for (at, file) in [(0, 0), (2 * 128 + 50, 0), (2 * 128, 1), (3 * 128 + 127, 1), (128 + 16, 0)] {
        disk.tamper(FILES[file], |bytes| bytes[at] ^= 0x40);
        let vault = open(&disk);
        assert_eq!(vault.open_sealed(PartyId(2), &sealed).unwrap(), b"here");
        assert_eq!(vault.parties().count(), 3);
    }
    for file in FILES {
        disk.tamper(file, |bytes| bytes[2 * 128 + 50] ^= 0x40);
    }
    let vault = open(&disk);
    assert_eq!((vault.damaged_slots(), vault.parties().count()), (1, 2));
    assert_eq!(vault.open_sealed(PartyId(2), &sealed), Err(Unreadable::KeyLost));
}

#[test]
fn a_key_erased_in_one_copy_never_comes_back() {
    for erased_in in FILES {
        let (disk, mut vault) = made(1..4);
        let sealed = vault.seal(PartyId(2), b"gone").unwrap();
        let before = disk.copy();
        vault.destroy(PartyId(2)).unwrap();
        drop(vault);
        let erased = disk.read_whole(erased_in).unwrap().unwrap();
        before.replace(erased_in, &erased).unwrap();
        let vault = open(&before);
        assert_eq!(vault.open_sealed(PartyId(2), &sealed), Err(Unreadable::Erased));
        let [a, b] = FILES.map(|file| before.read_whole(file).unwrap().unwrap());
        assert!(a == erased && b == erased);
    }
}

#[test]
fn a_crash_while_a_vault_is_made_leaves_a_vault_that_can_be_made() {
    for fail_at in 1..8 {
        let disk = MemoryDisk::new();
        disk.fail_at(fail_at);
        let made = Vault::create(disk.clone(), master(9), SealingCipher::Aes256Gcm, fixed(1));
        let disk = disk.crashed(|_| fail_at % 2 == 0);
        match Vault::open(disk.clone(), master(9), SealingCipher::Aes256Gcm, fixed(3)) {
            Ok(mut vault) => vault.ensure_keys(&[PartyId(1)]).unwrap(),
            Err(error) => {
                assert!(matches!(error, VaultFailed::NoVault) && made.is_err());
            }
        }
    }
}

#[test]
fn there_is_one_vault_and_one_master_key() {
    let (disk, _) = made(1..2);
    let again = Vault::create(disk.clone(), master(9), SealingCipher::Sm4Gcm, fixed(1));
    assert!(matches!(again, Err(VaultFailed::Exists)));
    let wrong = Vault::open(disk, master(8), SealingCipher::Sm4Gcm, fixed(1));
    assert!(matches!(wrong, Err(VaultFailed::WrongMasterKey)));
    let nothing = Vault::open(MemoryDisk::new(), master(9), SealingCipher::Sm4Gcm, fixed(1));
    assert!(matches!(nothing, Err(VaultFailed::NoVault)));
}

#[test]
fn a_vault_grows_by_files() {
    let (disk, mut vault) = made(1..9_001);
    let sealed = vault.seal(PartyId(8_999), b"far").unwrap();
    vault.destroy(PartyId(8_500)).unwrap();
    vault.ensure_keys(&[PartyId(20_000)]).unwrap();
    assert_eq!(vault.parties().count(), 9_000);
    drop(vault);
    for copy in COPIES {
        assert_eq!(disk.list(copy).unwrap(), ["00000000.keys", "00000001.keys"]);
    }
    let vault = open(&disk);
    assert_eq!(vault.open_sealed(PartyId(8_999), &sealed).unwrap(), b"far");
    assert_eq!(vault.parties().count(), 9_000);
    assert!(vault.is_erased(PartyId(8_500)) && vault.parties().any(|p| p == PartyId(20_000)));
}

#[test]
fn fields_have_one_encoding() {
    let mut fields = Fields::new();
    for (name, text) in [("name", "王小明"), ("id_number", "11010519491231002X"), ("born", "")] {
        fields.insert(name.to_owned(), text.to_owned());
    }
    let bytes = encode_fields(&fields);
    assert_eq!(bytes[..6], [0xa3, 0x64, b'b', b'o', b'r', b'n']);
    assert_eq!(decode_fields(&bytes).unwrap(), fields);
    for count in 0..bytes.len() {
        assert!(decode_fields(&bytes[..count]).is_err());
    }
    let swapped = [0xa2, 0x61, b'b', 0x60, 0x61, b'a', 0x60];
    assert!(decode_fields(&swapped).is_err());
    let twice = [0xa2, 0x61, b'a', 0x60, 0x61, b'a', 0x60];
    assert!(decode_fields(&twice).is_err());
    for seed in 0..5_000 {
        let mut dice = Dice(seed);
        let mut changed = bytes.clone();
        let at = dice.below(changed.len() as u64) as usize;
        changed[at] = dice.roll() as u8;
        if let Ok(fields) = decode_fields(&changed) {
            assert_eq!(encode_fields(&fields), changed);
        }
    }
}

#[test]
fn keys_are_made_once_and_read_back() {
    let disk = MemoryDisk::new();
    assert!(matches!(keys::signer(&disk), Err(keys::KeyFailed::Missing(keys::LOG_KEY))));
    let made = keys::create(&disk, "bank.example/journal", &mut OsEntropy).unwrap();
    assert_eq!(keys::signer(&disk).unwrap().verifier(), made.verifier());
    assert_eq!(keys::verifier(&disk).unwrap(), made.verifier());
    assert!(keys::master(&disk).unwrap().iter().any(|byte| *byte != 0));
    assert!(keys::witnesses(&disk).unwrap().is_empty() && keys::sm2(&disk).unwrap().is_none());
    let again = keys::create(&disk, "bank.example/journal", &mut OsEntropy);
    assert!(matches!(again, Err(keys::KeyFailed::Exists(_))));
    let sm2 = keys::create_sm2(&disk, &mut OsEntropy).unwrap();
    assert_eq!(keys::sm2(&disk).unwrap().unwrap().public_key(), sm2.public_key());
    let witness = format!("# the supervisor\n\n{}\n", made.cosigner());
    disk.replace(keys::WITNESSES, witness.as_bytes()).unwrap();
    assert_eq!(keys::witnesses(&disk).unwrap(), [made.cosigner()]);
    disk.replace(keys::MASTER_KEY, b"abc\n").unwrap();
    assert!(matches!(keys::master(&disk), Err(keys::KeyFailed::Malformed { .. })));
}
