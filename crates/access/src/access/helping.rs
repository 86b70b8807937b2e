//! The word by which somebody agrees to help another. The bank shows it to whoever would help; they tell it to the person they
//! help, who types it beside their customer number. It is computed and not kept, so a number that nobody has answers like one
//! whose word is wrong.

use super::Access;
use crate::asked::HelpWord;
use crate::failed::{Denied, Refused, Why};
use crate::guesses::{Counter, FREE};
use crate::principal::Principal;
use crate::secret::same;
use terms::PartyId;

/// A word is good in the half day in which it is shown, and in the next.
const HALF_DAY_S: u64 = 12 * 3_600;
const KIND: &str = "help";

impl Access {
    /// The word of who asks. A restart of the bank makes another.
    ///
    /// # Errors
    /// Not a person with a party of their own.
    pub fn help_word(&self, who: &Principal, now_s: u64) -> Result<HelpWord, Refused> {
        self.myself(who)?;
        let none = || Refused::Unknown("a customer number of yours".to_owned());
        let party = who.party.ok_or_else(none)?;
        let half = now_s / HALF_DAY_S;
        Ok(HelpWord { word: self.word_of(party, half), until_s: (half + 2) * HALF_DAY_S })
    }

    /// Whether this is the word of that party. Wrong ones count against who tries.
    ///
    /// # Errors
    /// `Wrong`, for a party that does not exist as well; `TooMany`.
    pub fn help_word_fits(
        &self,
        who: &Principal,
        party: PartyId,
        word: &str,
        now_s: u64,
    ) -> Result<(), Denied> {
        let counter = [Counter::of(KIND, &[who.id.as_bytes()], FREE)];
        let refuse = |denied| self.turn_away(now_s, denied, &who.id, "help word");
        self.guesses
            .begin(&counter, now_s)
            .map_err(|wait_s| refuse(Denied { why: Why::TooMany, retry_after_s: Some(wait_s) }))?;
        let typed: String = word.chars().filter(char::is_ascii_digit).collect();
        let half = now_s / HALF_DAY_S;
        let fits = [half, half.saturating_sub(1)]
            .map(|half| same(self.word_of(party, half).as_bytes(), typed.as_bytes()));
        if !fits.contains(&true) {
            return Err(refuse(Denied::new(Why::Wrong)));
        }
        self.guesses.forget(&counter);
        Ok(())
    }

    fn word_of(&self, party: PartyId, half: u64) -> String {
        self.challenges.digits(KIND, &[&party.0.to_le_bytes(), &half.to_le_bytes()])
    }
}
