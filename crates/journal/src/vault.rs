//! The vault: the keys under which personal data is sealed, outside the journal, in two copies. To
//! destroy a key is to forget its party; hashes, balances and proofs stand. Losing the vault loses
//! names, never money: the ledger does not need it.
//!
//! Every change is written to copy `a` and synced, then to copy `b` and synced, so that a crash leaves
//! one of them whole; a start reconciles them slot by slot, and the erased one wins.

mod crypto;
mod failed;
mod fields;
mod slot;

pub use failed::{SealFailed, Unreadable, VaultFailed};
pub use fields::{Fields, decode_fields, encode_fields};

use crate::disk::{Disk, DiskFile};
use crate::entropy::Entropy;
use crate::keys::MasterKey;
use crate::record::part;
use crypto::{SALT_BYTES, TAG_BYTES};
use slot::{FILE_BYTES, FILE_SLOTS, SLOT_BYTES, Slot};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use terms::limits::SEALED_BYTES_MAX;
use terms::{PartyId, Sealed, SealingCipher};
use zeroize::Zeroizing;

/// The folders of the two copies.
pub const COPIES: [&str; 2] = ["vault/a", "vault/b"];
/// Bytes of a text that is sealed, at most.
pub const TEXT_BYTES_MAX: usize = SEALED_BYTES_MAX - SALT_BYTES - TAG_BYTES;

/// The open vault.
pub struct Vault<D: Disk> {
    disk: D,
    master: MasterKey,
    cipher: SealingCipher,
    entropy: Box<dyn Entropy>,
    /// The files of both copies, by number.
    files: Vec<[D::File; 2]>,
    /// Every slot that is taken, by party.
    slots: BTreeMap<PartyId, (usize, Slot)>,
    /// The first slot that was never taken.
    next: usize,
    /// How many slots are damaged in both copies.
    damaged: usize,
    /// A write failed: what is in memory may not be what is on the disk.
    poisoned: bool,
}

impl<D: Disk> std::fmt::Debug for Vault<D> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("slots", &self.slots.len()).finish_non_exhaustive()
    }
}

impl<D: Disk> Vault<D> {
    /// A new, empty vault. New texts are sealed with `cipher`.
    ///
    /// # Errors
    /// `Exists` if there is one; the disk.
    pub fn create(
        disk: D,
        master: MasterKey,
        cipher: SealingCipher,
        entropy: Box<dyn Entropy>,
    ) -> Result<Vault<D>, VaultFailed> {
        for copy in COPIES {
            if !disk.list(copy).map_err(failed("list", copy))?.is_empty() {
                return Err(VaultFailed::Exists);
            }
        }
        let mut vault = Vault::with(disk, master, cipher, entropy);
        vault.add_file()?;
        Ok(vault)
    }

    /// The vault that is there. What a crash left behind is put right first.
    ///
    /// # Errors
    /// `NoVault`, a wrong master key, or the disk. The ledger goes on without names then.
    pub fn open(
        disk: D,
        master: MasterKey,
        cipher: SealingCipher,
        entropy: Box<dyn Entropy>,
    ) -> Result<Vault<D>, VaultFailed> {
        let mut vault = Vault::with(disk, master, cipher, entropy);
        let mut count = 0;
        for copy in COPIES {
            let names = vault.disk.list(copy).map_err(failed("list", copy))?;
            count = names.len().max(count);
        }
        for number in 0..count as u32 {
            vault.open_file(number, number + 1 == count as u32)?;
        }
        if count == 0 { Err(VaultFailed::NoVault) } else { Ok(vault) }
    }

    fn with(
        disk: D,
        master: MasterKey,
        cipher: SealingCipher,
        entropy: Box<dyn Entropy>,
    ) -> Vault<D> {
        let (files, slots) = (Vec::new(), BTreeMap::new());
        let (next, damaged, poisoned) = (0, 0, false);
        Vault { disk, master, cipher, entropy, files, slots, next, damaged, poisoned }
    }

    /// Sees to it that each of `parties` has a key; durable when this returns.
    ///
    /// # Errors
    /// A party that was erased; the disk; no randomness.
    pub fn ensure_keys(&mut self, parties: &[PartyId]) -> Result<(), VaultFailed> {
        let mut wanted = BTreeSet::new();
        for party in parties {
            match self.slots.get(party) {
                Some((_, Slot::Present(..))) => {}
                Some(_) => return Err(VaultFailed::Erased(*party)),
                None => {
                    wanted.insert(*party);
                }
            }
        }
        let mut changes = Vec::with_capacity(wanted.len());
        let mut free = self.next;
        for party in wanted {
            let at = self.free_slot(free)?;
            changes.push((at, Slot::Present(party, self.new_key(party)?)));
            free = at + 1;
        }
        if changes.is_empty() { Ok(()) } else { self.write(&changes) }
    }

    /// Destroys a party's key in both copies; durable when this returns. Once more does no harm. A
    /// party without a key is noted as erased, so that it never gets one.
    ///
    /// # Errors
    /// The disk.
    pub fn destroy(&mut self, party: PartyId) -> Result<(), VaultFailed> {
        let at = match self.slots.get(&party) {
            Some((_, Slot::Erased(_))) => return Ok(()),
            Some((at, _)) => *at,
            None => self.free_slot(self.next)?,
        };
        self.write(&[(at, Slot::Erased(party))])
    }

    /// Parties that have a key, in order.
    pub fn parties(&self) -> impl Iterator<Item = PartyId> {
        let present = self.slots.iter().filter(|(_, (_, slot))| matches!(slot, Slot::Present(..)));
        present.map(|(party, _)| *party)
    }

    /// The party's key was destroyed.
    pub fn is_erased(&self, party: PartyId) -> bool {
        matches!(self.slots.get(&party), Some((_, Slot::Erased(_))))
    }

    /// How many slots are damaged in both copies; their parties' names are lost.
    pub fn damaged_slots(&self) -> usize {
        self.damaged
    }

    /// Seals a text under a party's key. INVARIANT (sealed): what shows who somebody is reaches the journal
    /// in this form only.
    ///
    /// # Errors
    /// See [`SealFailed`].
    pub fn seal(&mut self, party: PartyId, text: &[u8]) -> Result<Sealed, SealFailed> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(SealFailed::TooLong { bytes: text.len() });
        }
        let key = self.key(party).map_err(SealFailed::Key)?;
        let mut nonce = [0; 12];
        let mut salted = Zeroizing::new(vec![0; SALT_BYTES]);
        self.entropy.fill(&mut nonce).map_err(SealFailed::Entropy)?;
        self.entropy.fill(&mut salted).map_err(SealFailed::Entropy)?;
        salted.reserve_exact(text.len());
        salted.extend_from_slice(text);
        let sealed = crypto::seal(&key, party, self.cipher, nonce, &salted);
        sealed.ok_or(SealFailed::Key(Unreadable::Damaged))
    }

    /// The text again.
    ///
    /// # Errors
    /// The key was erased or lost, or key or ciphertext are damaged.
    pub fn open_sealed(&self, party: PartyId, sealed: &Sealed) -> Result<Vec<u8>, Unreadable> {
        let key = self.key(party)?;
        let opened = crypto::open(&key, party, sealed).ok_or(Unreadable::Damaged)?;
        Ok(opened[SALT_BYTES..].to_vec())
    }

    fn key(&self, party: PartyId) -> Result<crypto::Key, Unreadable> {
        match self.slots.get(&party) {
            Some((_, Slot::Present(_, wrapped))) => {
                let key = crypto::unwrap(&self.master, &party.0.to_le_bytes(), wrapped);
                key.ok_or(Unreadable::Damaged)
            }
            Some((_, Slot::Erased(_))) => Err(Unreadable::Erased),
            _ => Err(Unreadable::KeyLost),
        }
    }

    fn new_key(&mut self, party: PartyId) -> Result<crypto::Wrapped, VaultFailed> {
        let mut key = Zeroizing::new([0; 32]);
        self.entropy.fill(&mut key[..]).map_err(VaultFailed::Entropy)?;
        self.wrap(&party.0.to_le_bytes(), &key)
    }

    fn wrap(&mut self, aad: &[u8; 16], key: &crypto::Key) -> Result<crypto::Wrapped, VaultFailed> {
        let mut nonce = [0; 12];
        self.entropy.fill(&mut nonce).map_err(VaultFailed::Entropy)?;
        let wrapped = crypto::wrap(&self.master, aad, nonce, key);
        wrapped.ok_or(VaultFailed::WrongMasterKey)
    }

    /// The first slot from `from` on, all of which were never taken; makes a new file when it needs
    /// one. Each file's first slot is its head.
    fn free_slot(&mut self, from: usize) -> Result<usize, VaultFailed> {
        let at = from + usize::from(from.is_multiple_of(FILE_SLOTS));
        while at >= self.files.len() * FILE_SLOTS {
            self.add_file()?;
        }
        Ok(at)
    }

    /// One copy and then the other: written, synced.
    fn write(&mut self, changes: &[(usize, Slot)]) -> Result<(), VaultFailed> {
        if self.poisoned {
            return Err(VaultFailed::Poisoned);
        }
        self.poisoned = true;
        for copy in 0..COPIES.len() {
            self.write_copy(copy, changes)?;
        }
        for (at, slot) in changes {
            self.next = self.next.max(at + 1);
            if let Some(party) = slot.party() {
                self.slots.insert(party, (*at, *slot));
            }
        }
        self.poisoned = false;
        Ok(())
    }

    fn write_copy(&self, copy: usize, changes: &[(usize, Slot)]) -> Result<(), VaultFailed> {
        let mut touched: Vec<usize> = Vec::new();
        for (at, slot) in changes {
            let (number, place) = (at / FILE_SLOTS, (at % FILE_SLOTS * SLOT_BYTES) as u64);
            let written = self.files[number][copy].write_at(place, &slot.encode());
            written.map_err(failed("write to", &file_name(copy, number as u32)))?;
            if touched.last() != Some(&number) {
                touched.push(number);
            }
        }
        for number in touched {
            let synced = self.files[number][copy].sync();
            synced.map_err(failed("sync", &file_name(copy, number as u32)))?;
        }
        Ok(())
    }

    /// A new file in both copies.
    fn add_file(&mut self) -> Result<(), VaultFailed> {
        let number = self.files.len() as u32;
        let check = self.wrap(&slot::head_aad(number), &Zeroizing::new([0; 32]))?;
        let head = slot::encode_head(number, &check);
        let [a, b] = [0, 1].map(|copy| self.file_with_head(copy, number, &head));
        self.files.push([a?, b?]);
        Ok(())
    }

    /// The file of one copy, made if it is not there.
    fn file_with_head(
        &self,
        copy: usize,
        number: u32,
        head: &[u8; SLOT_BYTES],
    ) -> Result<D::File, VaultFailed> {
        let name = file_name(copy, number);
        let file = match self.disk.open(&name).map_err(failed("open", &name))? {
            Some(file) => file,
            None => self.disk.create(&name, FILE_BYTES as u64).map_err(failed("make", &name))?,
        };
        file.write_at(0, head).map_err(failed("write to", &name))?;
        file.sync().map_err(failed("sync", &name))?;
        Ok(file)
    }

    /// Reads file `number` of both copies, reconciles them, and takes what they say.
    fn open_file(&mut self, number: u32, last: bool) -> Result<(), VaultFailed> {
        let copies = [0, 1].map(|copy| self.read_copy(copy, number));
        let [a, b] = copies;
        let copies = [a?, b?];
        let heads = copies.each_ref().map(|bytes| slot::decode_head(&part(bytes, 0), number));
        let Some(check) = heads[0].or(heads[1]) else {
            // Without a durable head nothing behind it was written: a crash while the file was made.
            let never_used = copies.iter().flat_map(|c| &c[SLOT_BYTES..]).all(|byte| *byte == 0);
            return match never_used {
                true => self.add_file(),
                false => Err(VaultFailed::Damaged { file: file_name(0, number) }),
            };
        };
        crypto::unwrap(&self.master, &slot::head_aad(number), &check)
            .ok_or(VaultFailed::WrongMasterKey)?;
        let head = slot::encode_head(number, &check);
        let [a, b] = [0, 1].map(|copy| self.file_for(copy, number));
        self.files.push([a?, b?]);
        let mut merged = vec![0; FILE_BYTES];
        merged[..SLOT_BYTES].copy_from_slice(&head);
        for at in 1..FILE_SLOTS {
            let place = at * SLOT_BYTES..(at + 1) * SLOT_BYTES;
            let [a, b] = copies.each_ref().map(|c| Slot::decode(&part(c, place.start)));
            let slot = a.merged(b);
            if slot == Slot::Damaged {
                // Left as it is: perhaps somebody can still make something of it.
                merged[place.clone()].copy_from_slice(&copies[0][place.clone()]);
            } else {
                merged[place].copy_from_slice(&slot.encode());
            }
            self.take(number as usize * FILE_SLOTS + at, slot);
        }
        self.reconcile(number, last, &copies, &merged)
    }

    /// Writes what both copies together say, one copy after the other: slots that differ; erased ones and
    /// all of the last file in any case, because a failed sync before this start may have left bytes
    /// that are shown and not stored.
    fn reconcile(
        &self,
        number: u32,
        last: bool,
        copies: &[Vec<u8>; 2],
        merged: &[u8],
    ) -> Result<(), VaultFailed> {
        for (copy, bytes) in copies.iter().enumerate() {
            let file = &self.files[number as usize][copy];
            let name = file_name(copy, number);
            // Neighbours are written at once: from and to byte.
            let mut runs: Vec<(usize, usize)> = Vec::new();
            for place in (0..FILE_BYTES).step_by(SLOT_BYTES) {
                let right = &merged[place..place + SLOT_BYTES];
                let slot = Slot::decode(&part(right, 0));
                let unsure = last && slot != Slot::Empty || matches!(slot, Slot::Erased(_));
                let damaged = place > 0 && slot == Slot::Damaged;
                if damaged || right == &bytes[place..place + SLOT_BYTES] && !unsure {
                    continue;
                }
                match runs.last_mut() {
                    Some((_, to)) if *to == place => *to += SLOT_BYTES,
                    _ => runs.push((place, place + SLOT_BYTES)),
                }
            }
            for (from, to) in &runs {
                let written = file.write_at(*from as u64, &merged[*from..*to]);
                written.map_err(failed("write to", &name))?;
            }
            if !runs.is_empty() {
                file.sync().map_err(failed("sync", &name))?;
            }
        }
        Ok(())
    }

    fn take(&mut self, at: usize, slot: Slot) {
        match slot {
            Slot::Empty => return,
            Slot::Damaged => self.damaged += 1,
            Slot::Erased(party) => {
                self.slots.insert(party, (at, slot));
            }
            Slot::Present(party, _) => {
                self.slots.entry(party).or_insert((at, slot));
            }
        }
        self.next = self.next.max(at + 1);
    }

    /// All bytes of one copy of a file; zeros if it is missing or too short.
    fn read_copy(&self, copy: usize, number: u32) -> Result<Vec<u8>, VaultFailed> {
        let name = file_name(copy, number);
        let bytes = self.disk.read_whole(&name).map_err(failed("read", &name))?;
        let mut bytes = bytes.unwrap_or_default();
        bytes.resize(FILE_BYTES, 0);
        Ok(bytes)
    }

    /// One copy of a file; made if it is missing.
    fn file_for(&self, copy: usize, number: u32) -> Result<D::File, VaultFailed> {
        let name = file_name(copy, number);
        match self.disk.open(&name).map_err(failed("open", &name))? {
            Some(file) => Ok(file),
            None => self.disk.create(&name, FILE_BYTES as u64).map_err(failed("make", &name)),
        }
    }
}

fn file_name(copy: usize, number: u32) -> String {
    format!("{}/{number:08}.keys", COPIES[copy])
}

fn failed(doing: &'static str, file: &str) -> impl FnOnce(io::Error) -> VaultFailed {
    let file = file.to_owned();
    move |source| VaultFailed::Disk { doing, file, source }
}
