//! Who is told of events by webhook: what each asked for, how far it has been told, and what became of the latest attempts.
//! One small file keeps it, `docs/formats/webhooks.md`. Nothing is read from the journal here; `webhooks.rs` does that.

mod address;
mod kept;
mod post;
mod secret;

pub use address::{AddressRules, Target};
pub use kept::{HookState, Kept, KeptFailed};
pub(crate) use kept::{must_be_format, read_json, replace_bytes, replace_json};
pub use post::{Answered, Line, Poster};
pub use secret::{new_secret, signatures};

use crate::wire::HookId;
use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{Notify, Semaphore};

/// Attempts that are remembered of one webhook.
const ATTEMPTS_KEPT: usize = 100;

/// Bounds of webhooks; every one is in the configuration file.
#[derive(Clone, Debug)]
pub struct HookSettings {
    /// Which addresses may be called.
    pub addresses: AddressRules,
    /// Authorities trusted beside the system's, in PEM; empty for none.
    pub authorities: PathBuf,
    /// How long one attempt may take in all.
    pub patience: Duration,
    /// How long it is waited after the first failure; each later wait is twice as long, less up to a half of it by chance.
    pub retry_first: Duration,
    /// The longest wait.
    pub retry_max: Duration,
    /// After so long without success a webhook is paused.
    pub give_up: Duration,
    /// Webhooks in all.
    pub hooks_max: usize,
    /// Webhooks of one caller.
    pub hooks_of_caller_max: usize,
}

impl Default for HookSettings {
    fn default() -> HookSettings {
        HookSettings {
            addresses: AddressRules::default(),
            authorities: PathBuf::new(),
            patience: Duration::from_secs(15),
            retry_first: Duration::from_secs(5),
            retry_max: Duration::from_secs(3_600),
            give_up: Duration::from_secs(72 * 3_600),
            hooks_max: 1_024,
            hooks_of_caller_max: 16,
        }
    }
}

/// One attempt to tell of one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The message's id, the same for each attempt.
    pub message: String,
    /// What kind of event.
    pub kind: String,
    /// The event's record; `None` for a test.
    pub record: Option<u64>,
    /// When it began, in nanoseconds since 1970.
    pub at_ns: u64,
    /// Which attempt of this message, from 1.
    pub number: u32,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// Why it failed, in a sentence; `None` if it went well.
    pub failed: Option<String>,
    /// How long it took.
    pub took: Duration,
}

/// One webhook while the bank is served.
#[derive(Debug)]
pub struct Subscriber {
    /// Which.
    pub id: HookId,
    kept: Mutex<Kept>,
    /// Grows with each change that is not mere progress.
    turn: AtomicU64,
    woken: Notify,
    attempts: Mutex<VecDeque<Attempt>>,
    /// One test at a time, so that nobody has the bank knock at a stranger's door as fast as it can.
    pub testing: Semaphore,
}

impl Subscriber {
    fn new(kept: Kept) -> Subscriber {
        Subscriber {
            id: kept.id.0,
            kept: Mutex::new(kept),
            turn: AtomicU64::new(0),
            woken: Notify::new(),
            attempts: Mutex::default(),
            testing: Semaphore::new(1),
        }
    }

    fn locked(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// As it is now.
    pub fn kept(&self) -> Kept {
        self.locked().clone()
    }

    /// Changes with each change that is not mere progress.
    pub fn turn(&self) -> u64 {
        self.turn.load(Ordering::SeqCst)
    }

    /// Until something was changed.
    pub async fn woken(&self) {
        self.woken.notified().await;
    }

    /// Remembers an attempt; the oldest is forgotten.
    pub fn attempted(&self, attempt: Attempt) {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        if attempts.len() == ATTEMPTS_KEPT {
            attempts.pop_front();
        }
        attempts.push_back(attempt);
    }

    /// The latest attempts since the bank is served, the newest first.
    pub fn attempts(&self) -> Vec<Attempt> {
        let attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.iter().rev().cloned().collect()
    }
}

/// All webhooks of a bank.
#[derive(Debug)]
pub struct Subscribers {
    /// Bounds.
    pub settings: HookSettings,
    /// Sends.
    pub poster: Poster,
    folder: PathBuf,
    /// Held while the file is written, so that an older state never replaces a newer one.
    disk: Mutex<()>,
    all: RwLock<BTreeMap<u128, Arc<Subscriber>>>,
    listed: Notify,
    progressed: AtomicBool,
}

/// Why a webhook cannot be added.
#[derive(Debug)]
pub enum NotAdded {
    /// The bank has all it may have.
    TooMany,
    /// The caller has all it may have.
    TooManyOfCaller,
    /// The disk.
    Failed(KeptFailed),
}

impl Subscribers {
    /// Opens the folder, or makes it.
    ///
    /// # Errors
    /// The disk; a file that is not what it should be.
    pub fn open(folder: &Path, settings: HookSettings) -> Result<Subscribers, KeptFailed> {
        let all = kept::read(folder)?.into_iter();
        let all = all.map(|kept| (kept.id.0.0, Arc::new(Subscriber::new(kept)))).collect();
        Ok(Subscribers {
            poster: Poster::new(settings.addresses, settings.patience, &settings.authorities),
            settings,
            folder: folder.to_owned(),
            disk: Mutex::new(()),
            all: RwLock::new(all),
            listed: Notify::new(),
            progressed: AtomicBool::new(false),
        })
    }

    /// All of them, in the order in which they were made.
    pub fn all(&self) -> Vec<Arc<Subscriber>> {
        let all = self.all.read().unwrap_or_else(PoisonError::into_inner);
        all.values().cloned().collect()
    }

    /// One of them.
    pub fn get(&self, id: HookId) -> Option<Arc<Subscriber>> {
        self.all.read().unwrap_or_else(PoisonError::into_inner).get(&id.0).cloned()
    }

    /// Until one was added or removed.
    pub async fn listed(&self) {
        self.listed.notified().await;
    }

    /// Adds one; durable when this returns. Waits for the disk.
    ///
    /// # Errors
    /// There are too many, or the disk.
    pub fn add(&self, kept: Kept) -> Result<Arc<Subscriber>, NotAdded> {
        let _one = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = self.snapshot();
        if state.len() >= self.settings.hooks_max {
            return Err(NotAdded::TooMany);
        }
        let own = state.iter().filter(|other| other.owner == kept.owner).count();
        if own >= self.settings.hooks_of_caller_max {
            return Err(NotAdded::TooManyOfCaller);
        }
        state.push(kept.clone());
        kept::write(&self.folder, &state).map_err(NotAdded::Failed)?;
        let subscriber = Arc::new(Subscriber::new(kept));
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        all.insert(subscriber.id.0, Arc::clone(&subscriber));
        self.listed.notify_one();
        Ok(subscriber)
    }

    /// Changes one; durable when this returns. `change` is done twice, on what is written and on what counts. Waits for the disk.
    ///
    /// # Errors
    /// The disk: then nothing was changed.
    pub fn change(&self, one: &Subscriber, change: impl Fn(&mut Kept)) -> Result<Kept, KeptFailed> {
        let _one = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = self.snapshot();
        state.iter_mut().filter(|kept| kept.id.0 == one.id).for_each(&change);
        kept::write(&self.folder, &state)?;
        let mut kept = one.locked();
        change(&mut kept);
        one.turn.fetch_add(1, Ordering::SeqCst);
        one.woken.notify_one();
        Ok(kept.clone())
    }

    /// Removes one; durable when this returns. Waits for the disk.
    ///
    /// # Errors
    /// The disk: then it is still there.
    pub fn remove(&self, id: HookId) -> Result<(), KeptFailed> {
        let _one = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = self.snapshot();
        state.retain(|kept| kept.id.0 != id);
        kept::write(&self.folder, &state)?;
        let mut all = self.all.write().unwrap_or_else(PoisonError::into_inner);
        all.remove(&id.0);
        self.listed.notify_one();
        Ok(())
    }

    /// Notes progress, unless something else was changed since `turn`. Durable with the next [`Subscribers::flush`]: until then a
    /// crash has some events told again.
    pub fn progress(&self, one: &Subscriber, turn: u64, change: impl FnOnce(&mut Kept)) {
        let mut kept = one.locked();
        if one.turn() == turn {
            change(&mut kept);
            self.progressed.store(true, Ordering::SeqCst);
        }
    }

    /// Makes all progress durable. Waits for the disk.
    ///
    /// # Errors
    /// The disk: it is tried again with the next call.
    pub fn flush(&self) -> Result<(), KeptFailed> {
        if !self.progressed.swap(false, Ordering::SeqCst) {
            return Ok(());
        }
        let _one = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        kept::write(&self.folder, &self.snapshot())
            .inspect_err(|_| self.progressed.store(true, Ordering::SeqCst))
    }

    fn snapshot(&self) -> Vec<Kept> {
        self.all().iter().map(|one| one.kept()).collect()
    }
}

/// Seconds since 1970.
pub fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::HookRef;

    fn kept(id: u128, owner: &str) -> Kept {
        Kept {
            id: HookRef(HookId(id)),
            owner: owner.into(),
            since_s: 1,
            url: "https://example.com/".into(),
            description: String::new(),
            kinds: vec!["payment.posted".into()],
            secret: new_secret().unwrap(),
            secret_before: None,
            after: Some(4),
            state: HookState::Active,
            failures: 0,
            failing_since_s: None,
        }
    }

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("tj-hooks-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn what_was_changed_and_flushed_is_there_again() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder("kept");
        let settings = HookSettings { hooks_of_caller_max: 2, ..HookSettings::default() };
        let hooks = Subscribers::open(&folder, settings.clone()).unwrap();
        let first = hooks.add(kept(1, "client:a")).unwrap();
        let second = hooks.add(kept(2, "client:a")).unwrap();
        assert!(matches!(hooks.add(kept(3, "client:a")), Err(NotAdded::TooManyOfCaller)));
        let turn = first.turn();
        hooks.progress(&first, turn, |kept| kept.after = Some(9));
        hooks.change(&second, |kept| kept.url = "https://example.com/2".into()).unwrap();
        assert_eq!(second.turn(), 1);
        hooks.progress(&second, 0, |kept| kept.after = Some(77));
        assert_eq!(second.kept().after, Some(4), "progress of an earlier turn counts for nothing");
        hooks.flush().unwrap();
        let again = Subscribers::open(&folder, settings.clone()).unwrap();
        assert_eq!(again.get(HookId(1)).unwrap().kept(), first.kept());
        assert_eq!(again.get(HookId(1)).unwrap().kept().after, Some(9));
        assert_eq!(again.get(HookId(2)).unwrap().kept().url, "https://example.com/2");
        again.remove(HookId(1)).unwrap();
        assert_eq!(Subscribers::open(&folder, settings).unwrap().all().len(), 1);
        let mode = |name: &str| std::fs::metadata(folder.join(name)).unwrap().permissions().mode();
        assert_eq!(mode("webhooks.json") & 0o777, 0o600);
        assert_eq!(mode("") & 0o777, 0o700);
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        let folder = folder("wrong");
        std::fs::create_dir_all(&folder).unwrap();
        for wrong in ["", "{}", r#"{"format":2,"webhooks":[]}"#, r#"{"format":1,"hooks":[]}"#] {
            std::fs::write(folder.join("webhooks.json"), wrong).unwrap();
            let refused = Subscribers::open(&folder, HookSettings::default()).unwrap_err();
            assert!(refused.to_string().contains("webhooks.json"), "{refused}");
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
