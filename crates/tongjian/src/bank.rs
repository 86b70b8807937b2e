//! A bank that is open: its node, the vault with people's keys, and the folder they lie in. Commands
//! open one, ask it, and close it; what is said to people is not here.

use crate::fail::{Done, Exit, Failure};
use crate::settings::Settings;
use journal::entropy::OsEntropy;
use journal::vault::{Fields, Unreadable, Vault, VaultFailed, decode_fields, encode_fields};
use journal::{Files, Options, keys, snapshot};
use node::{
    Answer, Clock, Node, NodeOptions, Request, SnapshotUse, StartFailed, Started, SystemClock,
    TurnFailed,
};
use std::io::ErrorKind;
use std::path::Path;
use terms::{Party, PartyId, Sealed, TimeNs};

/// Snapshots that are kept: the latest and the one before.
const SNAPSHOTS_KEPT: usize = 2;

/// An open bank.
pub struct Bank {
    /// Its settings.
    pub settings: Settings,
    /// The node.
    pub node: Node<Files>,
    /// What the start found; `None` for a bank that was just made.
    pub started: Option<Started>,
    vault: Result<Vault<Files>, VaultFailed>,
}

/// Who a party is, as far as that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// The fields.
    Fields(Fields),
    /// The party was erased.
    Erased,
    /// The vault cannot tell.
    Unreadable(String),
}

impl Known {
    /// A name to show: the party's own, or why there is none.
    pub fn name(&self) -> String {
        match self {
            Known::Fields(fields) => {
                fields.get("name").cloned().unwrap_or_else(|| "(no name)".into())
            }
            Known::Erased => "(erased)".into(),
            Known::Unreadable(_) => "(sealed)".into(),
        }
    }
}

impl Bank {
    /// Makes an empty bank with new keys. Whether the folder may be used is the caller's to check.
    ///
    /// # Errors
    /// There is one already; the disk; no randomness.
    pub fn create(folder: &Path, origin: &str, settings: Settings) -> Done<Bank> {
        let disk = Files::create(folder).map_err(|error| disk_failed(folder, &error))?;
        let next = format!("choose another folder with --dir, or look at {}", folder.display());
        let failed = |cause: &dyn std::error::Error| {
            Failure::because(
                Exit::Failed,
                format!("cannot make a bank in {}", folder.display()),
                cause,
                next.clone(),
            )
        };
        let signer = keys::create(&disk, origin, &mut OsEntropy).map_err(|error| failed(&error))?;
        let master = keys::master(&disk).map_err(|error| failed(&error))?;
        let cipher = settings.cipher.sealing();
        let vault = Vault::create(disk.clone(), master, cipher, Box::new(OsEntropy))
            .map_err(|error| failed(&error))?;
        settings.write(folder)?;
        let node = Node::create(disk, origin, signer, options(&settings))
            .map_err(|error| failed(&error))?;
        Ok(Bank { settings, node, started: None, vault: Ok(vault) })
    }

    /// Opens the bank in a folder.
    ///
    /// # Errors
    /// There is none; another program has it open; it is damaged.
    pub fn open(folder: &Path) -> Done<Bank> {
        Bank::open_with(folder, false)
    }

    /// Opens the bank, replaying everything if `ignore_snapshots`.
    ///
    /// # Errors
    /// As [`Bank::open`].
    pub fn open_with(folder: &Path, ignore_snapshots: bool) -> Done<Bank> {
        if !exists(folder) {
            let what = format!("there is no bank in {}", folder.display());
            let next = "name its folder with --dir or TJ_DIR, or make a bank: `tj init` (empty) or `tj demo` (a sample)";
            return Err(Failure::new(Exit::Failed, what, next));
        }
        let settings = Settings::read(folder)?;
        let disk = Files::open(folder).map_err(|error| disk_failed(folder, &error))?;
        let key_failed = |error: keys::KeyFailed| {
            let next = "put the key file back from your copy; see docs/operate.md";
            Failure::because(Exit::Failed, "the bank cannot be opened", &error, next)
        };
        let signer = keys::signer(&disk).map_err(key_failed)?;
        let options = NodeOptions { ignore_snapshots, ..options(&settings) };
        let (node, started) = Node::open(disk.clone(), signer, options)
            .map_err(|error| start_failed(folder, &error))?;
        if let Some(sm2) = keys::sm2(&disk).map_err(key_failed)? {
            node.journal().also_sign_with(sm2);
        }
        let vault = keys::master(&disk).map_err(|_| VaultFailed::NoVault).and_then(|master| {
            Vault::open(disk, master, settings.cipher.sealing(), Box::new(OsEntropy))
        });
        let mut bank = Bank { settings, node, started: Some(started), vault };
        bank.forget_erased()?;
        Ok(bank)
    }

    /// INVARIANT (forgotten): an erasure that was journalled and not yet carried out in the vault is
    /// carried out at the next start.
    fn forget_erased(&mut self) -> Done {
        let erased: Vec<PartyId> = self
            .node
            .engine()
            .parties()
            .filter(|(_, erased)| *erased)
            .map(|(party, _)| party.id)
            .collect();
        let Ok(vault) = &mut self.vault else { return Ok(()) };
        for party in erased {
            if !vault.is_erased(party) {
                vault.destroy(party).map_err(|error| vault_failed(&error))?;
            }
        }
        Ok(())
    }

    /// The machine's time.
    pub fn now(&self) -> TimeNs {
        SystemClock.now()
    }

    /// One request now.
    ///
    /// # Errors
    /// It cannot be taken, or the journal failed. A refusal is an answer, not an error.
    pub fn ask(&mut self, request: Request) -> Done<Vec<Answer>> {
        let now = self.now();
        Ok(self.turn(now, &[request])?.pop().unwrap_or_default())
    }

    /// One turn at a time that is given.
    ///
    /// # Errors
    /// As [`Bank::ask`].
    pub fn turn(&mut self, now: TimeNs, requests: &[Request]) -> Done<Vec<Vec<Answer>>> {
        self.node.turn(now, requests).map_err(|error| turn_failed(&error))
    }

    /// Sees to it that parties have keys; durable when this returns.
    ///
    /// # Errors
    /// The vault is lost or fails.
    pub fn ensure_keys(&mut self, parties: &[PartyId]) -> Done {
        self.vault()?.ensure_keys(parties).map_err(|error| vault_failed(&error))
    }

    /// Fields sealed under a party's key, which must exist.
    ///
    /// # Errors
    /// Too long; the vault is lost or fails.
    pub fn seal_fields(&mut self, party: PartyId, fields: &Fields) -> Done<Sealed> {
        self.seal_bytes(party, &encode_fields(fields))
    }

    /// A text sealed under a party's key, which must exist.
    ///
    /// # Errors
    /// As [`Bank::seal_fields`].
    pub fn seal_text(&mut self, party: PartyId, text: &str) -> Done<Sealed> {
        self.seal_bytes(party, text.as_bytes())
    }

    fn seal_bytes(&mut self, party: PartyId, bytes: &[u8]) -> Done<Sealed> {
        self.vault()?.seal(party, bytes).map_err(|error| {
            Failure::because(
                Exit::Failed,
                "the text cannot be sealed",
                &error,
                "see docs/operate.md, \"The vault is lost\"",
            )
        })
    }

    /// Who a party is.
    pub fn known(&self, party: &Party, erased: bool) -> Known {
        if erased {
            return Known::Erased;
        }
        let opened = match &self.vault {
            Ok(vault) => vault.open_sealed(party.id, &party.identity),
            Err(_) => Err(Unreadable::KeyLost),
        };
        match opened {
            Ok(bytes) => decode_fields(&bytes)
                .map_or_else(|why| Known::Unreadable(why.to_string()), Known::Fields),
            Err(Unreadable::Erased) => Known::Erased,
            Err(why) => Known::Unreadable(why.to_string()),
        }
    }

    /// Who the party with this id is; `None` if nobody has it.
    pub fn who(&self, party: PartyId) -> Option<Known> {
        self.node.engine().party(party).map(|(party, erased)| self.known(party, erased))
    }

    /// A sealed text again.
    ///
    /// # Errors
    /// Why not, in words.
    pub fn text_of(&self, party: PartyId, sealed: &Sealed) -> Result<String, String> {
        let vault = self.vault.as_ref().map_err(ToString::to_string)?;
        let bytes = vault.open_sealed(party, sealed).map_err(|why| why.to_string())?;
        String::from_utf8(bytes).map_err(|_| "it is not text".to_owned())
    }

    /// Destroys a party's key, once its erasure is durable.
    ///
    /// # Errors
    /// The vault is lost or fails; the next start tries again.
    pub fn destroy_key(&mut self, party: PartyId) -> Done {
        self.vault()?.destroy(party).map_err(|error| vault_failed(&error))
    }

    /// Why the vault is not there, if it is not.
    pub fn vault_trouble(&self) -> Option<String> {
        match &self.vault {
            Ok(vault) if vault.damaged_slots() > 0 => {
                Some(format!("{} keys are damaged", vault.damaged_slots()))
            }
            Ok(_) => None,
            Err(why) => Some(why.to_string()),
        }
    }

    /// The vault, for somebody who keeps it from now on; none if it is lost.
    pub fn vault_out(&mut self) -> Option<Vault<Files>> {
        std::mem::replace(&mut self.vault, Err(VaultFailed::NoVault)).ok()
    }

    fn vault(&mut self) -> Done<&mut Vault<Files>> {
        self.vault.as_mut().map_err(|error| vault_failed(error))
    }

    /// Publishes the checkpoint, and puts the state down if much happened since the last snapshot.
    ///
    /// # Errors
    /// The disk's; what was answered is durable all the same.
    pub fn close(mut self) -> Done {
        let last = match &self.started {
            Some(Started { snapshot: SnapshotUse::Restored(records), .. }) => *records,
            _ => 0,
        };
        if self.node.engine().records() >= last + self.settings.snapshot_every_records {
            self.snapshot()?;
        }
        self.publish()
    }

    /// Puts the state down for the next start.
    ///
    /// # Errors
    /// The disk's.
    pub fn snapshot(&mut self) -> Done {
        let next = "see to the disk; nothing is lost, the next start only takes longer";
        let now = self.now();
        self.node.snapshot(now).map_err(|error| {
            Failure::because(Exit::Failed, "no snapshot was made", &error, next)
        })?;
        let kept = snapshot::keep_latest(self.node.journal().disk(), SNAPSHOTS_KEPT);
        kept.map_err(|error| {
            Failure::because(Exit::Failed, "old snapshots cannot be removed", &error, next)
        })
    }

    /// Writes tiles and the signed checkpoint.
    ///
    /// # Errors
    /// The disk's.
    pub fn publish(&mut self) -> Done {
        self.node.publish().map_err(|error| {
            let next =
                "see to the disk; everything is durable, and the next command publishes again";
            Failure::because(Exit::Failed, "the checkpoint cannot be published", &error, next)
        })
    }
}

/// Whether a folder holds a bank.
pub fn exists(folder: &Path) -> bool {
    folder.join(journal::segment::FOLDER).is_dir()
}

/// How the settings run a node.
pub fn options(settings: &Settings) -> NodeOptions {
    let journal =
        Options { segment_bytes: u64::from(settings.segment_mib) << 20, ..Options::default() };
    NodeOptions { journal, ..NodeOptions::default() }
}

/// A folder that cannot be used.
pub fn disk_failed(folder: &Path, error: &std::io::Error) -> Failure {
    if error.kind() == ErrorKind::WouldBlock {
        let what = format!("another program has the bank in {} open", folder.display());
        return Failure::new(
            Exit::Unavailable,
            what,
            "wait until it is done or stop it, then try again",
        );
    }
    let what = format!("cannot use the folder {}", folder.display());
    Failure::because(Exit::Failed, what, error, "check that it exists and that you may write to it")
}

/// A bank that does not come up.
pub fn start_failed(folder: &Path, error: &StartFailed) -> Failure {
    let next =
        format!("run `tj verify {}`, and see docs/operate.md for what it finds", folder.display());
    Failure::because(Exit::Failed, "the bank does not start", error, next)
}

/// A turn without answers.
pub fn turn_failed(error: &TurnFailed) -> Failure {
    match error {
        TurnFailed::Inadmissible { .. } => Failure::because(
            Exit::Usage,
            "the request cannot be taken",
            error,
            "make it smaller and try again",
        ),
        TurnFailed::Commit(_) => {
            let next = "see to the disk, then start again and ask by id what was done";
            Failure::because(Exit::Failed, "nothing was acknowledged", error, next)
        }
    }
}

fn vault_failed(error: &VaultFailed) -> Failure {
    let next = "money and proofs stand; see docs/operate.md, \"The vault is lost\"";
    Failure::because(Exit::Failed, "the vault with people's keys cannot be used", error, next)
}
