//! The printed card: codes of six digits for who has no app, each good once. The code that is asked for stays the same until it
//! was used, so that whoever coaxed one out of a person cannot ask until it fits; five wrong ones in a row end the card.

use super::sign_in::still;
use super::{Access, people::find, person};
use crate::asked::CardView;
use crate::challenge::Challenge;
use crate::failed::{AccessFailed, Denied, Refused, Why};
use crate::note::Noted;
use crate::once::Shown;
use crate::principal::Principal;
use crate::secret::{Hash, random, same};
use crate::store::{Card, Change, HashText, User};

/// Codes of a card.
pub const CARD_CODES: u8 = 24;
/// Wrong codes in a row after which a card is locked.
const WRONG_MAX: u8 = 5;
/// How many codes there are.
const CODES: u64 = 1_000_000;

impl Access {
    /// One's own card.
    ///
    /// # Errors
    /// Not a person.
    pub fn my_card(&self, who: &Principal) -> Result<Option<CardView>, Refused> {
        let user = self.myself(who)?;
        Ok(user.card.as_ref().map(|card| CardView {
            left: card.left(),
            locked: card.wrong >= WRONG_MAX,
            since_s: card.since_s,
        }))
    }

    /// A new card; the one before ends. Its codes are shown this once, the first is number 1.
    ///
    /// # Errors
    /// On a phone: a card is made by stronger means. No randomness, storage.
    pub fn card_make(&self, who: &Principal, now_s: u64) -> Result<Vec<String>, Refused> {
        self.not_by_phone(who)?;
        let user = self.myself(who)?;
        let codes = (0..CARD_CODES).map(|_| code()).collect::<Result<Vec<_>, _>>()?;
        self.keep_card(&user, &codes, now_s)?;
        self.note(now_s, Noted::CredentialChanged, &who.id, &who.id, "card of codes made");
        Ok(codes)
    }

    pub(super) fn keep_card(
        &self,
        user: &User,
        codes: &[String],
        now_s: u64,
    ) -> Result<(), Refused> {
        let kept = (0u8..).zip(codes);
        let kept = kept.map(|(at, code)| Some(HashText(self.card_hash(user, now_s, at, code))));
        let mut card = Card { codes: kept.collect(), next: 0, wrong: 0, since_s: now_s };
        card.choose_next()?;
        self.store.change(|state| {
            let mut user = still(state, user)?;
            user.card = Some(card);
            Ok::<_, Refused>((vec![Change::User(Box::new(user))], ()))
        })
    }

    /// One's card ends.
    ///
    /// # Errors
    /// There is none.
    pub fn card_end(&self, who: &Principal, now_s: u64) -> Result<(), Refused> {
        let name = person(who)?;
        self.store.change(|state| {
            let mut user = User::clone(find(state, name)?);
            user.card.take().ok_or_else(|| Refused::Unknown("card of yours".to_owned()))?;
            Ok::<_, Refused>((vec![Change::User(Box::new(user))], ()))
        })?;
        self.note(now_s, Noted::CredentialChanged, &who.id, &who.id, "card of codes ended");
        Ok(())
    }

    /// On a phone: the number of the code that signs next, from 1. `Some(None)`: it would take a card, and there is none, or it
    /// is used up or locked. `None`: somebody who is not on a phone.
    pub fn card_asks(&self, who: &Principal) -> Option<Option<u8>> {
        if !self.is_by_phone(who) {
            return None;
        }
        let user = self.myself(who).ok();
        let card = user.as_ref().and_then(|user| user.card.as_ref());
        let card = card.filter(|card| card.wrong < WRONG_MAX && card.left() > 0);
        Some(card.map(|card| card.next + 1))
    }

    /// Uses the code that was asked for. Each try is counted before it is looked at.
    pub(super) fn use_card(
        &self,
        who: &Principal,
        user: &User,
        challenge: &Challenge,
        code: &str,
        now_s: u64,
    ) -> Result<(), Denied> {
        let refuse = |why| self.turn_away(now_s, Denied::new(why), &who.id, "card");
        let tried = self.count_card(user).map_err(|denied| refuse(denied.why))?;
        let shown = self.card_hash(user, tried.since_s, tried.next, code);
        let kept = tried.codes.get(usize::from(tried.next)).copied().flatten();
        if !kept.is_some_and(|kept| same(&kept.0, &shown)) {
            if tried.wrong >= WRONG_MAX {
                let says = "a card of codes is locked: too many wrong codes in a row";
                self.note_loudly(now_s, Noted::NotRecognised, "", &who.id, says);
            }
            return Err(refuse(Why::Wrong));
        }
        if self.challenges.answer(challenge, now_s) != Shown::First {
            return Err(refuse(Why::Again));
        }
        self.store.change(|state| {
            let mut user = still(state, user)?;
            // Another payment may have used this code, or the card may be another by now.
            let same = |card: &&mut Card| card.codes == tried.codes && card.next == tried.next;
            let card = user.card.as_mut().filter(same).ok_or(Denied::new(Why::Again))?;
            let code = card.codes.get_mut(usize::from(tried.next)).and_then(Option::take);
            code.ok_or(Denied::new(Why::Again))?;
            card.wrong = 0;
            card.choose_next()?;
            Ok::<_, Denied>((vec![Change::User(Box::new(user))], ()))
        })
    }

    fn count_card(&self, user: &User) -> Result<Card, Denied> {
        self.store.change(|state| {
            let mut user = still(state, user)?;
            let card = user.card.as_mut().filter(|card| card.left() > 0);
            let card = card.ok_or(Denied::new(Why::Wrong))?;
            if card.wrong >= WRONG_MAX {
                return Err(Denied::new(Why::Locked));
            }
            card.wrong += 1;
            let tried = card.clone();
            Ok((vec![Change::User(Box::new(user))], tried))
        })
    }

    pub(super) fn card_hash(&self, user: &User, since_s: u64, at: u8, code: &str) -> Hash {
        let parts: [&[u8]; 4] = [&user.handle, &since_s.to_le_bytes(), &[at], code.as_bytes()];
        self.codes.keyed("card", &parts)
    }
}

impl Card {
    pub(super) fn left(&self) -> u8 {
        u8::try_from(self.codes.iter().flatten().count()).unwrap_or(u8::MAX)
    }

    /// One of those that are left, by chance.
    fn choose_next(&mut self) -> Result<(), AccessFailed> {
        let left: Vec<u8> =
            (0u8..).zip(&self.codes).filter(|(_, code)| code.is_some()).map(|(at, _)| at).collect();
        if !left.is_empty() {
            let chance = u64::from_le_bytes(random()?) % left.len() as u64;
            self.next = left[chance as usize];
        }
        Ok(())
    }
}

/// Six digits by chance.
fn code() -> Result<String, AccessFailed> {
    Ok(format!("{:06}", u64::from_le_bytes(random()?) % CODES))
}

/// Six digits out of a hash.
pub(super) fn code_of(hash: &Hash) -> String {
    let number = hash[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    format!("{:06}", number % CODES)
}
