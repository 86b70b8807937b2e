//! Questions to passkeys without keeping them: the challenge is computed from a random id, its end and all that it is bound to,
//! under a key of this process. Strangers who ask and never answer cost no memory; each answer counts once.

use crate::failed::AccessFailed;
use crate::once::{Once, OnceId, Shown};
use crate::secret::{bytes_of, random, same, text_of};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Seconds in which a question may be answered.
pub(crate) const ANSWER_S: u64 = 300;
/// Answers remembered for as long as they could come again.
const ANSWERED_MAX: usize = 1 << 20;

/// Asks and recognises.
pub(crate) struct Challenges {
    key: Zeroizing<[u8; 32]>,
    answered: Once,
}

/// Why an id names no question that may be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotAsked {
    /// It ended, or was never asked.
    Late,
    /// It was asked about something else.
    Other,
}

/// A question that was asked.
pub(crate) struct Challenge {
    /// Names it, in forms.
    pub(crate) id: String,
    pub(crate) bytes: [u8; 32],
    pub(crate) until_s: u64,
}

impl Challenges {
    pub(crate) fn new() -> Result<Challenges, AccessFailed> {
        let key = Zeroizing::new(random()?);
        Ok(Challenges { key, answered: Once::new(ANSWER_S + 1, ANSWERED_MAX) })
    }

    /// A new question of this kind, bound to these parts.
    pub(crate) fn ask(
        &self,
        kind: &str,
        parts: &[&[u8]],
        now_s: u64,
    ) -> Result<Challenge, AccessFailed> {
        let until_s = now_s + ANSWER_S;
        let open = [&random::<16>()?[..], &until_s.to_le_bytes()].concat();
        let bytes = self.compute("challenge", kind, parts, &open);
        let seal = self.compute("id", kind, parts, &open);
        Ok(Challenge { id: text_of(&[&open[..], &seal].concat()), bytes, until_s })
    }

    /// The question of this id, if it was of this kind, bound to these parts, and may still be answered.
    pub(crate) fn asked(
        &self,
        kind: &str,
        parts: &[&[u8]],
        id: &str,
        now_s: u64,
    ) -> Result<Challenge, NotAsked> {
        let bytes = bytes_of(id).filter(|bytes| bytes.len() == 56).ok_or(NotAsked::Late)?;
        let (open, seal) = bytes.split_at(24);
        let until_s =
            open[16..].iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
        if now_s > until_s {
            return Err(NotAsked::Late);
        }
        if !same(seal, &self.compute("id", kind, parts, open)) {
            return Err(NotAsked::Other);
        }
        let bytes = self.compute("challenge", kind, parts, open);
        Ok(Challenge { id: id.to_owned(), bytes, until_s })
    }

    /// Eight digits that only this process can compute, for this kind and these parts.
    pub(crate) fn digits(&self, kind: &str, parts: &[&[u8]]) -> String {
        let hash = self.compute("digits", kind, parts, &[]);
        let number = hash[..8].iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{:08}", number % 100_000_000)
    }

    /// Takes note that it was answered rightly.
    pub(crate) fn answer(&self, challenge: &Challenge, now_s: u64) -> Shown {
        self.answered.show(OnceId::of("challenge", &[], &challenge.bytes), now_s)
    }

    fn compute(&self, what: &str, kind: &str, parts: &[&[u8]], open: &[u8]) -> [u8; 32] {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key[..]) else { return [0; 32] };
        for part in [what.as_bytes(), kind.as_bytes(), open].iter().chain(parts) {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_bound_to_kind_parts_and_time_and_answered_once() {
        let challenges = Challenges::new().unwrap();
        let asked = challenges.ask("pay", &[b"100", b"bob"], 1_000).unwrap();
        let again = |kind: &str, parts: &[&[u8]], now_s| {
            challenges.asked(kind, parts, &asked.id, now_s).map(|challenge| challenge.bytes)
        };
        assert_eq!(again("pay", &[b"100", b"bob"], 1_300), Ok(asked.bytes));
        assert_eq!(again("pay", &[b"100", b"bob"], 1_301), Err(NotAsked::Late));
        assert_eq!(again("pay", &[b"101", b"bob"], 1_000), Err(NotAsked::Other));
        assert_eq!(again("pay", &[b"10", b"0bob"], 1_000), Err(NotAsked::Other));
        assert_eq!(again("in", &[b"100", b"bob"], 1_000), Err(NotAsked::Other));
        assert_eq!(challenges.answer(&asked, 1_000), Shown::First);
        assert_eq!(challenges.answer(&asked, 1_300), Shown::Again);
    }

    #[test]
    fn an_id_with_a_later_end_or_of_another_process_was_never_asked() {
        let challenges = Challenges::new().unwrap();
        let asked = challenges.ask("in", &[], 1_000).unwrap();
        let mut id = bytes_of(&asked.id).unwrap();
        id[16..24].copy_from_slice(&1_600u64.to_le_bytes());
        let forged = challenges.asked("in", &[], &text_of(&id), 1_500);
        assert_eq!(forged.map(|it| it.bytes), Err(NotAsked::Other));
        let other = Challenges::new().unwrap().asked("in", &[], &asked.id, 1_000);
        assert_eq!(other.map(|it| it.bytes), Err(NotAsked::Other));
    }
}
