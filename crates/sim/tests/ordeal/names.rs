//! The vault by itself on the worst disk: what it said to keep it keeps, what it said to destroy is
//! gone from the disk to the last byte.

use journal::{Vault, VaultFailed};
use sim::bank::SimEntropy;
use sim::chance::Chance;
use sim::disk::SimDisk;
use sim::disk::contents::Fate;
use sim::disk::faults::FaultRates;
use std::collections::{BTreeMap, BTreeSet};
use terms::{PartyId, Sealed, SealingCipher};
use zeroize::Zeroizing;

/// What the vault was told to keep, and what to forget.
#[derive(Default)]
struct Promised {
    kept: BTreeMap<PartyId, Sealed>,
    destroyed: BTreeSet<PartyId>,
    /// Asked to be destroyed and never answered.
    in_doubt: BTreeSet<PartyId>,
    keys: BTreeMap<PartyId, Vec<u8>>,
}

fn open(disk: &SimDisk, chance: &Chance) -> Result<Vault<SimDisk>, VaultFailed> {
    let entropy = || Box::new(SimEntropy(chance.fork(&format!("{}", disk.operations()))));
    let master = || Zeroizing::new([7; 32]);
    let cipher = SealingCipher::Aes256Gcm;
    match Vault::open(disk.clone(), master(), cipher, entropy()) {
        Err(VaultFailed::NoVault) => Vault::create(disk.clone(), master(), cipher, entropy()),
        other => other,
    }
}

/// The bytes of a party's key in the first copy, as they are wrapped.
fn wrapped(disk: &SimDisk, party: PartyId) -> Option<Vec<u8>> {
    let file = disk.bytes("vault/a/00000000.keys");
    let mut slots = file.chunks_exact(128);
    let slot = slots.find(|slot| slot[16..32] == party.0.to_le_bytes() && slot[0] == 1)?;
    Some(slot[44..92].to_vec())
}

impl Promised {
    fn holds(&self, vault: &Vault<SimDisk>, disk: &SimDisk, seed: u64) {
        for (party, sealed) in &self.kept {
            let opened = vault.open_sealed(*party, sealed);
            assert_eq!(opened.unwrap(), format!("name {party}").into_bytes(), "seed {seed}");
        }
        for party in &self.destroyed {
            assert!(vault.is_erased(*party), "seed {seed}: {party} is back");
        }
        let gone: BTreeSet<&Vec<u8>> =
            self.destroyed.iter().filter_map(|party| self.keys.get(party)).collect();
        disk.for_each_stored(|file, bytes| {
            for slot in bytes.chunks_exact(128) {
                let found = gone.contains(&slot[44..92].to_vec());
                assert!(!found, "seed {seed}: a destroyed key still stands in {file}");
            }
        });
    }
}

fn ordeal(seed: u64) {
    let mut chance = Chance::new(seed);
    let mut disk = SimDisk::new(chance.fork("disk"));
    let mut promised = Promised::default();
    let mut next = 1;
    for _ in 0..12 {
        if chance.below(2) == 0 {
            disk.cut_power_in(chance.below(12));
        } else {
            let sync_error = chance.one_of(&[0, 2_000, 5_000]);
            disk.set_rates(FaultRates { sync_error, short_write: 500, ..FaultRates::default() });
        }
        if let Ok(mut vault) = open(&disk, &chance) {
            while work(&mut vault, &disk, &mut chance, &mut promised, &mut next) {}
        }
        disk = match disk.is_dark() || chance.below(2) == 0 {
            true => disk.power_cycle(),
            false => disk.next_program(),
        };
        disk.set_rates(FaultRates::default());
        let mut vault = open(&disk, &chance).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        // Whoever was to be erased is asked for again, as a bank does when it starts.
        for party in std::mem::take(&mut promised.in_doubt) {
            vault.destroy(party).unwrap();
            promised.kept.remove(&party);
            promised.destroyed.insert(party);
        }
        promised.holds(&vault, &disk, seed);
        let worst = disk.copy().power_cycle_with(|_| Fate::After(0));
        let vault = open(&worst, &chance).unwrap();
        promised.holds(&vault, &worst, seed);
    }
}

/// Registers or erases somebody; false when the vault takes no more.
fn work(
    vault: &mut Vault<SimDisk>,
    disk: &SimDisk,
    chance: &mut Chance,
    promised: &mut Promised,
    next: &mut u128,
) -> bool {
    if chance.below(12) == 0 {
        return false;
    }
    if chance.below(3) == 0 && !promised.kept.is_empty() {
        let at = chance.place(promised.kept.len());
        let party = *promised.kept.keys().nth(at).unwrap();
        promised.in_doubt.insert(party);
        if vault.destroy(party).is_err() {
            return false;
        }
        promised.in_doubt.remove(&party);
        promised.kept.remove(&party);
        promised.destroyed.insert(party);
        return true;
    }
    *next += 1;
    let party = PartyId(*next);
    if vault.ensure_keys(&[party]).is_err() {
        return false;
    }
    let sealed = vault.seal(party, format!("name {party}").as_bytes()).unwrap();
    promised.keys.extend(wrapped(disk, party).map(|key| (party, key)));
    promised.kept.insert(party, sealed);
    true
}

#[test]
fn the_vault_keeps_and_forgets_what_it_said() {
    for seed in 0..40 {
        ordeal(seed);
    }
}
