//! Passwords: Argon2id (RFC 9106) with the parameters of the OWASP Password Storage Cheat Sheet (19 MiB, two passes, one
//! lane). They never suffice alone; a code comes with each. How many are computed at once is bounded.

use crate::secret::{as_text, random, same};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicUsize, Ordering};
use unicode_normalization::UnicodeNormalization;

/// Memory of one computation, in KiB.
const MEMORY_KIB: u32 = 19_456;
/// Passes over it.
const PASSES: u32 = 2;
/// Characters of a password. At least 15 where it could come to stand alone (NIST SP 800-63B-4 section 3.1.1.2).
pub(crate) const CHARS: std::ops::RangeInclusive<usize> = 15..=128;
/// Computations at once; each has a core and 19 MiB.
const AT_ONCE_MAX: usize = 4;

/// A password, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Password {
    #[serde(with = "as_text")]
    salt: [u8; 16],
    #[serde(with = "as_text")]
    hash: [u8; 32],
    memory_kib: u32,
    passes: u32,
}

/// Computes hashes of passwords, a few at once.
#[derive(Debug, Default)]
pub(crate) struct Passwords {
    running: AtomicUsize,
}

/// A place among those who compute.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Too many at once, or the system gave no randomness.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NotNow {
    Busy,
    NoRandomness,
}

impl Passwords {
    fn place(&self) -> Option<Place<'_>> {
        let place = Place(&self.running);
        // The place is given back by its drop, also when it was one too many.
        (self.running.fetch_add(1, Ordering::AcqRel) < AT_ONCE_MAX).then_some(place)
    }

    /// A new password, hashed.
    pub(crate) fn keep(&self, password: &str) -> Result<Password, NotNow> {
        let _place = self.place().ok_or(NotNow::Busy)?;
        let salt = random().map_err(|_| NotNow::NoRandomness)?;
        let hash = compute(password, &salt, MEMORY_KIB, PASSES).ok_or(NotNow::Busy)?;
        Ok(Password { salt, hash, memory_kib: MEMORY_KIB, passes: PASSES })
    }

    /// True when it is this password. Without one the same work is done, so that time does not say who exists.
    pub(crate) fn fits(&self, kept: Option<&Password>, shown: &str) -> Result<bool, NotNow> {
        let _place = self.place().ok_or(NotNow::Busy)?;
        let nobody =
            Password { salt: [0; 16], hash: [0; 32], memory_kib: MEMORY_KIB, passes: PASSES };
        let against = kept.unwrap_or(&nobody);
        let hash = compute(shown, &against.salt, against.memory_kib, against.passes);
        let fits = same(&hash.ok_or(NotNow::Busy)?, &against.hash);
        Ok(fits && kept.is_some())
    }
}

/// What is wrong with a password, if anything.
pub(crate) fn fault(password: &str, name: &str) -> Option<String> {
    let chars = password.chars().count();
    if !CHARS.contains(&chars) {
        let (least, most) = (CHARS.start(), CHARS.end());
        return Some(format!("must have {least} to {most} characters, not {chars}"));
    }
    let mut kinds: Vec<char> = password.chars().collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.len() < 5 || password.to_lowercase().contains(&format!("{name}{name}")) {
        return Some("repeats itself too much to be safe".to_owned());
    }
    None
}

fn compute(password: &str, salt: &[u8; 16], memory_kib: u32, passes: u32) -> Option<[u8; 32]> {
    let params = Params::new(memory_kib, passes, 1, Some(32)).ok()?;
    // The same text typed on another keyboard may be other bytes.
    let password: String = password.nfkc().collect();
    let mut hash = [0; 32];
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_into(password.as_bytes(), salt, &mut hash).ok()?;
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_fits_itself_in_every_form_and_nothing_else() {
        let passwords = Passwords::default();
        let Ok(kept) = passwords.keep("Käse und Brot 17 mal") else { panic!("busy") };
        let fits = |shown| matches!(passwords.fits(Some(&kept), shown), Ok(true));
        assert!(fits("Käse und Brot 17 mal"));
        assert!(fits("Ka\u{308}se und Brot 17 mal"));
        assert!(!fits("kase und brot 17 mal"));
        assert!(matches!(passwords.fits(None, "Käse und Brot 17 mal"), Ok(false)));
    }

    #[test]
    fn too_many_at_once_are_turned_away() {
        let passwords = Passwords::default();
        let held: Vec<_> = (0..AT_ONCE_MAX).map(|_| passwords.place().unwrap()).collect();
        assert!(matches!(passwords.fits(None, "x"), Err(NotNow::Busy)));
        drop(held);
        assert!(matches!(passwords.fits(None, "x"), Ok(false)));
    }

    #[test]
    fn short_long_and_repeating_passwords_are_refused() {
        assert!(fault("short", "anna").is_some());
        assert!(fault(&"x1y2z3".repeat(30), "anna").is_some());
        assert!(fault("aaaaaaaaaaaaaaaaaaaa", "anna").is_some());
        assert!(fault("annaanna12345678", "anna").is_some());
        assert!(fault("four horses eat hay", "anna").is_none());
    }
}
