//! Access of one bank: the folder `access/`, the policies, and everybody who is signed in.

mod people;
mod at_counter;
mod clients;
mod bearer;
mod named;
mod sessions;
mod sign_in;
mod links;
mod keys;
mod two_persons;
mod step_up;
mod helping;
mod passes;
mod visits;
mod phone;
mod card;

pub use card::CARD_CODES;
pub use passes::TablePass;

use crate::action::Action;
use crate::asked::{Allowed, Came};
use crate::challenge::Challenges;
use crate::codes_kept::CodeKeeper;
use crate::dpop;
use crate::failed::{AccessFailed, Denied, Refused, Why};
use crate::guesses::{Flood, Guesses};
use crate::note::{AccessNote, Noted, Notes};
use crate::once::Once;
use crate::passkey::Site;
use crate::password::Passwords;
use crate::policies::{Policies, Question, class_of};
use crate::principal::{Principal, PrincipalKind, Role};
use crate::resource::{Resource, ResourceKind};
use crate::settings::Settings;
use crate::store::Store;
use crate::tokens::Tokens;
use links::Offers;
use passes::Passes;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Proofs remembered in a window: some 15,000 requests a second, for as long as they like.
const PROOFS_MAX: usize = 1 << 20;
/// Assertions remembered in a window.
const ASSERTIONS_MAX: usize = 1 << 17;
/// Bytes of what a note says.
const SAYS_BYTES_MAX: usize = 256;

/// Access of one bank. Shared by all doors and threads; a question never waits for a disk.
pub struct Access {
    site: Site,
    settings: Settings,
    policies: Policies,
    notes: Arc<dyn Notes>,
    store: Store,
    codes: CodeKeeper,
    tokens: Tokens,
    proofs: Once,
    assertions: Once,
    challenges: Challenges,
    passwords: Passwords,
    guesses: Guesses,
    flood: Flood,
    offers: Offers,
    passes: Passes,
    /// When what had ended was last cleared away, in seconds since 1970.
    swept_s: AtomicU64,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Access").field("site", &self.site.origin).finish_non_exhaustive()
    }
}

impl Access {
    /// Opens the folder, or makes it. It is ours alone until this is dropped. The first note says which state was
    /// found, so that the journal remembers it beside the file.
    ///
    /// # Errors
    /// See [`AccessFailed`].
    pub fn open(
        folder: &Path,
        settings: Settings,
        policies: Policies,
        notes: Arc<dyn Notes>,
        now_s: u64,
    ) -> Result<Access, AccessFailed> {
        let site = settings.site()?;
        let (store, opened) = Store::open(folder)?;
        let access = Access {
            site,
            policies,
            notes,
            store,
            codes: CodeKeeper::open(folder)?,
            tokens: Tokens::default(),
            proofs: Once::new(dpop::AGE_S_MAX + dpop::AHEAD_S_MAX, PROOFS_MAX),
            assertions: Once::new(bearer::ASSERTION_S_MAX + dpop::AHEAD_S_MAX, ASSERTIONS_MAX),
            challenges: Challenges::new()?,
            passwords: Passwords::default(),
            guesses: Guesses::default(),
            flood: Flood::default(),
            offers: Offers::default(),
            passes: Passes::default(),
            swept_s: AtomicU64::new(0),
            settings,
        };
        let head: String = opened.head.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let says = format!(
            "opened: {} records, head {head}, {} bytes of an unfinished record cut off",
            opened.records, opened.cut_bytes
        );
        access.note(now_s, Noted::DirectoryChanged, "", "access", &says);
        Ok(access)
    }

    /// Scheme, host and port as people's browsers see them.
    pub fn origin(&self) -> &str {
        &self.settings.origin
    }

    /// Seconds a session lasts at most.
    pub fn session_max_s(&self) -> u64 {
        self.settings.session_max_s
    }

    /// Whoever owns the folder and works at the console of this machine: an administrator. Nothing that comes over a network
    /// may ever be given this.
    pub fn console(&self) -> Principal {
        nobody_with("console", &[Role::Administrator])
    }

    /// Somebody nobody knows: may read what is public, and nothing else.
    pub fn stranger(&self) -> Principal {
        nobody_with("", &[])
    }

    /// May they? A no is noted, and so is a yes to reading somebody else's personal data. Sub-microsecond when
    /// a like question was asked before.
    pub fn allows(
        &self,
        who: &Principal,
        action: Action,
        what: &Resource<'_>,
        now_s: u64,
    ) -> Allowed {
        let allowed = self.would_allow(who, action, what);
        match &allowed {
            Allowed::Yes if action.reads_personal() && !is_own(who, what) => {
                self.note(now_s, Noted::PersonalRead, &who.id, what.name, action.word());
            }
            Allowed::No { policy } => {
                let says = match policy.as_ref() {
                    "" => format!("{action}: no policy allows it"),
                    policy => format!("{action}: {policy}"),
                };
                let about = if what.name.is_empty() { what.kind.word() } else { what.name };
                self.note(now_s, Noted::Denied, &who.id, about, &says);
            }
            // What a signature is wanted for is no denial.
            Allowed::Yes | Allowed::StepUp => {}
        }
        allowed
    }

    /// The same without a note, for what a page shows or hides. Never instead of [`Access::allows`].
    pub fn would_allow(&self, who: &Principal, action: Action, what: &Resource<'_>) -> Allowed {
        if action.pays() && self.sim_changed(who) {
            return Allowed::No { policy: "sim-changed".into() };
        }
        self.policies.answer(&Question::of(who, action, what))
    }

    /// Fails unless they may.
    fn must(
        &self,
        who: &Principal,
        action: Action,
        kind: ResourceKind,
        name: &str,
        now_s: u64,
    ) -> Result<(), Denied> {
        let institution = who.institution.as_deref();
        let what = Resource { institution, ..Resource::of(kind, name) };
        if self.allows(who, action, &what, now_s).is_yes() {
            Ok(())
        } else {
            Err(Denied::new(Why::NotAllowed))
        }
    }

    fn note(&self, at_s: u64, what: Noted, who: &str, about: &str, says: &str) {
        self.tell(AccessNote {
            at_s,
            what,
            who: who.into(),
            about: about.to_owned(),
            says: says.to_owned(),
            times: 1,
            loud: false,
        });
    }

    fn note_loudly(&self, at_s: u64, what: Noted, who: &str, about: &str, says: &str) {
        self.tell(AccessNote {
            at_s,
            what,
            who: who.into(),
            about: about.to_owned(),
            says: says.to_owned(),
            times: 1,
            loud: true,
        });
    }

    /// Turns away somebody nobody knows. What they typed is not noted: it may be somebody's secret in the wrong field.
    fn turn_away(&self, at_s: u64, denied: Denied, about: &str, door: &str) -> Denied {
        if let Some(times) = self.flood.count(at_s) {
            let says = format!("{door}: {}", denied.why.word());
            let (who, about) = ("".into(), about.to_owned());
            let what = Noted::NotRecognised;
            self.tell(AccessNote { at_s, what, who, about, says, times, loud: false });
        }
        denied
    }

    fn tell(&self, mut note: AccessNote) {
        for text in [&mut note.says, &mut note.about] {
            let end =
                (0..=SAYS_BYTES_MAX.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
            text.truncate(end.unwrap_or_default());
            // Nothing that a person typed may look like another line.
            if text.contains(char::is_control) {
                *text = text.replace(char::is_control, " ");
            }
        }
        self.notes.note(note);
    }
}

impl From<AccessFailed> for Denied {
    /// The door says "try again"; the operator hears of the disk from the next start.
    fn from(_: AccessFailed) -> Denied {
        Denied::new(Why::Storage)
    }
}

fn nobody_with(id: &str, roles: &[Role]) -> Principal {
    let kind = PrincipalKind::User;
    Principal {
        id: id.into(),
        kind,
        roles: roles.into(),
        scopes: [].into(),
        party: None,
        institution: None,
        session: None,
        until_s: u64::MAX,
        class: class_of(kind, roles, &[]),
    }
}

/// What belongs to whoever looks at it.
fn is_own(who: &Principal, what: &Resource<'_>) -> bool {
    what.owners.iter().any(|holder| Some(holder.party) == who.party)
}

/// Name of a person, without the word before it; an error for machines and the console.
fn person(who: &Principal) -> Result<&str, Refused> {
    who.id.strip_prefix("user:").ok_or_else(|| Refused::Unknown("user who asks".to_owned()))
}

/// A name for users and clients: 1 to 64 of `a-z`, `0-9`, `.`, `_`, `-`, beginning with a letter or digit.
fn check_name(name: &str) -> Result<(), Refused> {
    let fits =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    let begins = name.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric());
    if begins && name.len() <= 64 && name.bytes().all(fits) {
        return Ok(());
    }
    let says = "must have 1 to 64 of a-z, 0-9, '.', '_', '-', and begin with a letter or digit";
    Err(Refused::Invalid { field: "name", says: says.to_owned() })
}

/// A text somebody typed, kept to a bound.
fn check_text(field: &'static str, text: &str, chars_max: usize) -> Result<(), Refused> {
    let chars = text.chars().count();
    if (1..=chars_max).contains(&chars) && !text.contains(char::is_control) {
        return Ok(());
    }
    Err(Refused::Invalid {
        field,
        says: format!("must have 1 to {chars_max} characters, one line"),
    })
}

/// The first characters of a text that came with a request.
fn kept(text: &str, chars_max: usize) -> Arc<str> {
    text.chars().filter(|c| !c.is_control()).take(chars_max).collect::<String>().into()
}

/// A text that came with a sign-in, for the list of sessions.
fn came_from(came: &Came<'_>) -> (Arc<str>, Arc<str>) {
    (kept(came.address, 64), kept(came.agent, 128))
}

#[cfg(test)]
mod tests;
