//! A bank on a simulated disk: node, vault and keys together, made and started as the program does it.

use crate::chance::Chance;
use crate::disk::SimDisk;
use journal::keys::{self, KeyFailed, MasterKey};
use journal::{Entropy, OpenFailed, Options, Vault, VaultFailed};
use node::{Node, NodeOptions, StartFailed, Started};
use proof::SignerKey;
use std::io;
use terms::{PartyId, SealingCipher};

/// The log's name in every run.
pub const ORIGIN: &str = "ordeal.example/log";

/// Where the published checkpoint lies: `docs/formats/journal.md`.
pub const CHECKPOINT: &str = "log/checkpoint";

/// Segments as small as they may be are changed often, and their changes are what is tested.
pub const SEGMENT_BYTES: u64 = 64 << 10;

/// Random bytes from the seed of the run.
#[derive(Debug)]
pub struct SimEntropy(pub Chance);

impl Entropy for SimEntropy {
    fn fill(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        bytes.iter_mut().for_each(|byte| *byte = self.0.bits() as u8);
        Ok(())
    }
}

/// A bank that is up.
#[derive(Debug)]
pub struct Bank {
    /// The ledger and its journal.
    pub node: Node<SimDisk>,
    /// The keys of persons.
    pub vault: Vault<SimDisk>,
}

/// Why a bank does not come up.
#[derive(Debug)]
pub enum BankFailed {
    /// The ledger does not.
    Node(StartFailed),
    /// The names do not.
    Vault(VaultFailed),
    /// The keys cannot be had.
    Keys(KeyFailed),
}

impl BankFailed {
    /// Its making was interrupted, unless it ever acknowledged anything: then something is lost.
    pub fn was_never_made(&self) -> bool {
        match self {
            BankFailed::Keys(failed) => matches!(failed, KeyFailed::Missing(_)),
            BankFailed::Vault(failed) => matches!(failed, VaultFailed::NoVault),
            BankFailed::Node(StartFailed::Open(failed)) => {
                matches!(failed, OpenFailed::NoJournal | OpenFailed::SegmentDamaged { .. })
            }
            BankFailed::Node(_) => false,
        }
    }

    /// What it says to the person who started it, causes included.
    pub fn text(&self) -> String {
        let mut source: Option<&dyn std::error::Error> = Some(match self {
            BankFailed::Node(failed) => failed,
            BankFailed::Vault(failed) => failed,
            BankFailed::Keys(failed) => failed,
        });
        let mut text = String::new();
        while let Some(error) = source {
            text.push_str(if text.is_empty() { "" } else { ": " });
            text.push_str(&error.to_string());
            source = error.source();
        }
        text
    }
}

/// How the journals of simulated banks are kept.
pub fn options() -> NodeOptions {
    let journal = Options { segment_bytes: SEGMENT_BYTES, ..Options::default() };
    NodeOptions { journal, ..NodeOptions::default() }
}

impl Bank {
    /// A new bank.
    ///
    /// # Errors
    /// See [`BankFailed`].
    pub fn create(
        disk: &SimDisk,
        chance: &Chance,
        options: NodeOptions,
    ) -> Result<Bank, BankFailed> {
        let mut entropy = SimEntropy(chance.fork("keys"));
        let signer = keys::create(disk, ORIGIN, &mut entropy).map_err(BankFailed::Keys)?;
        let master = keys::master(disk).map_err(BankFailed::Keys)?;
        let entropy = Box::new(SimEntropy(chance.fork("vault")));
        let vault = Vault::create(disk.clone(), master, SealingCipher::Aes256Gcm, entropy);
        let vault = vault.map_err(BankFailed::Vault)?;
        let node = Node::create(disk.clone(), ORIGIN, signer, options).map_err(BankFailed::Node)?;
        Ok(Bank { node, vault })
    }

    /// The bank that is there. Keys of parties erased before are destroyed, should they still be there.
    ///
    /// # Errors
    /// See [`BankFailed`].
    pub fn open(
        disk: &SimDisk,
        chance: &Chance,
        options: NodeOptions,
    ) -> Result<(Bank, Started), BankFailed> {
        let (signer, master) = Bank::keys(disk).map_err(BankFailed::Keys)?;
        let (node, started) =
            Node::open(disk.clone(), signer, options).map_err(BankFailed::Node)?;
        let entropy = Box::new(SimEntropy(chance.fork(&format!("vault {}", disk.operations()))));
        let vault = Vault::open(disk.clone(), master, SealingCipher::Aes256Gcm, entropy);
        let mut vault = vault.map_err(BankFailed::Vault)?;
        let erased = node.engine().parties().filter(|(_, erased)| *erased);
        let erased: Vec<PartyId> = erased.map(|(party, _)| party.id).collect();
        for party in erased {
            vault.destroy(party).map_err(BankFailed::Vault)?;
        }
        Ok((Bank { node, vault }, started))
    }

    fn keys(disk: &SimDisk) -> Result<(SignerKey, MasterKey), KeyFailed> {
        Ok((keys::signer(disk)?, keys::master(disk)?))
    }
}
