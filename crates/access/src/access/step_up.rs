//! A payer signs one payment: payee, amount, currency, account and session are bound into the challenge, so that the signature
//! is good for nothing else (RTS on strong customer authentication, (EU) 2018/389, article 5: dynamic linking). Of an upload it is
//! the bytes, how many payments they are and what these add up to (the same article, paragraph 3, on batches).

use super::sign_in::{keep_counter, still};
use super::{Access, check_text};
use crate::asked::{Asked, ToSign};
use crate::challenge::{Challenge, NotAsked};
use crate::failed::{Denied, Refused, Why};
use crate::guesses::{Counter, FREE};
use crate::note::Noted;
use crate::once::Shown;
use crate::passkey::Answer;
use crate::principal::Principal;
use crate::resource::SteppedUp;
use crate::store::Change;
use terms::Currency;

/// Characters of a payee as it is shown.
const PAYEE_CHARS_MAX: usize = 256;
/// Bytes of an act that is signed.
const ACT_BYTES_MAX: usize = 256;
/// What an act counts as that moves nothing: no amount of no currency.
const NOTHING: (Currency, u128) = (Currency(0), 0);

/// All that the challenge is bound to, as bytes.
struct Bound {
    kind: &'static str,
    parts: Vec<Vec<u8>>,
}

impl Bound {
    fn of(who: &Principal, what: &ToSign<'_>) -> Bound {
        let session = who.session.map(|id| id.0).unwrap_or_default();
        let mut parts = vec![who.id.as_bytes().to_vec(), session.to_le_bytes().to_vec()];
        match what {
            ToSign::Payment(payment) => {
                parts.push(payment.from.0.to_le_bytes().to_vec());
                parts.push(payment.payee.as_bytes().to_vec());
                parts.push(sum_bytes(&(payment.currency, payment.amount_minor)));
                Bound { kind: "step_up", parts }
            }
            ToSign::Upload(upload) => {
                parts.push(upload.payments.to_le_bytes().to_vec());
                parts.push(upload.sha256.to_vec());
                parts.extend(upload.totals.iter().map(sum_bytes));
                Bound { kind: "step_up_upload", parts }
            }
            ToSign::Act(act) => {
                parts.push(act.act.as_bytes().to_vec());
                parts.push(act.says.as_bytes().to_vec());
                parts.push(act.about.as_bytes().to_vec());
                Bound { kind: "step_up_act", parts }
            }
        }
    }

    fn parts(&self) -> Vec<&[u8]> {
        self.parts.iter().map(Vec::as_slice).collect()
    }
}

fn sum_bytes((currency, amount_minor): &(Currency, u128)) -> Vec<u8> {
    [&currency.0.to_le_bytes()[..], &amount_minor.to_le_bytes()].concat()
}

impl Access {
    /// Begins the signature of a payment or an upload, good once and for five minutes. The challenge is bound to its every
    /// field and to the session. With no passkey the options name none: ask for a code, and finish with it.
    ///
    /// # Errors
    /// Not a person; a payee that cannot be shown in one line.
    pub fn step_up_begin<'a>(
        &self,
        who: &Principal,
        what: impl Into<ToSign<'a>>,
        now_s: u64,
    ) -> Result<Asked, Refused> {
        let what = what.into();
        if let ToSign::Payment(payment) = &what {
            check_text("payee", payment.payee, PAYEE_CHARS_MAX)?;
        }
        if let ToSign::Act(act) = &what {
            check_text("act", act.says, ACT_BYTES_MAX)?;
        }
        let user = self.myself(who)?;
        let bound = Bound::of(who, &what);
        let challenge = self.challenges.ask(bound.kind, &bound.parts(), now_s)?;
        let options = self.site.request(&challenge.bytes, &user.passkeys);
        Ok(Asked { id: challenge.id, options, until_s: challenge.until_s })
    }

    /// Ends it with a passkey. What comes back goes into [`crate::Resource::stepped_up`], with the same amount.
    ///
    /// # Errors
    /// `Late`; `OtherPayment` when it was begun for another payment or session; `Wrong` signature; `Again`.
    pub fn step_up_finish<'a>(
        &self,
        who: &Principal,
        what: impl Into<ToSign<'a>>,
        asked: &str,
        answer: &str,
        now_s: u64,
    ) -> Result<SteppedUp, Denied> {
        let what = what.into();
        let refuse = |why| self.turn_away(now_s, Denied::new(why), &who.id, "step-up");
        let challenge = self.bound(who, &what, asked, now_s).map_err(refuse)?;
        let answer = Answer::read(answer).ok_or_else(|| refuse(Why::Wrong))?;
        let user = self.myself(who)?;
        let signed = self.signed_by(&user, &answer, &challenge, now_s)?;
        self.store.change(|state| {
            let mut user = still(state, &user)?;
            keep_counter(&mut user, &signed)?;
            // Most passkeys count nothing; then there is nothing to keep, and no disk to wait for.
            let changes = match signed.counter {
                0 => Vec::new(),
                _ => vec![Change::User(Box::new(user))],
            };
            Ok::<_, Denied>((changes, ()))
        })?;
        Ok(self.stepped_up(who, &what, "passkey", now_s))
    }

    /// Ends it with a code, for who has no passkey.
    ///
    /// # Errors
    /// As with a passkey; `NotAllowed` for who has a passkey; `TooMany`. On a phone it is a code of the card: `Locked`.
    pub fn step_up_finish_code<'a>(
        &self,
        who: &Principal,
        what: impl Into<ToSign<'a>>,
        asked: &str,
        code: &str,
        now_s: u64,
    ) -> Result<SteppedUp, Denied> {
        let what = what.into();
        let refuse = |why| self.turn_away(now_s, Denied::new(why), &who.id, "step-up code");
        let user = self.myself(who)?;
        let challenge = self.bound(who, &what, asked, now_s).map_err(refuse)?;
        if self.is_by_phone(who) {
            self.use_card(who, &user, &challenge, code, now_s)?;
            return Ok(self.stepped_up(who, &what, "card", now_s));
        }
        // Whoever has a passkey signs with it: a code can be coaxed out of a person.
        if !user.passkeys.is_empty() {
            return Err(refuse(Why::NotAllowed));
        }
        let counter = [Counter::of("step_up", &[who.id.as_bytes()], FREE)];
        self.guesses.begin(&counter, now_s).map_err(|wait_s| {
            let denied = Denied { why: Why::TooMany, retry_after_s: Some(wait_s) };
            self.turn_away(now_s, denied, &who.id, "step-up code")
        })?;
        let step = self.code_step(&user, code, now_s).ok_or_else(|| refuse(Why::Wrong))?;
        if self.challenges.answer(&challenge, now_s) != Shown::First {
            return Err(refuse(Why::Again));
        }
        self.store.change(|state| {
            let mut user = still(state, &user)?;
            let code = user.code.as_mut().filter(|code| code.last_step < step);
            code.ok_or(Denied::new(Why::Again))?.last_step = step;
            Ok::<_, Denied>((vec![Change::User(Box::new(user))], ()))
        })?;
        self.guesses.forget(&counter);
        Ok(self.stepped_up(who, &what, "code", now_s))
    }

    fn bound(
        &self,
        who: &Principal,
        what: &ToSign<'_>,
        asked: &str,
        now_s: u64,
    ) -> Result<Challenge, Why> {
        let bound = Bound::of(who, what);
        let asked = self.challenges.asked(bound.kind, &bound.parts(), asked, now_s);
        asked.map_err(|not_asked| match not_asked {
            NotAsked::Late => Why::Late,
            NotAsked::Other => Why::OtherPayment,
        })
    }

    fn stepped_up(&self, who: &Principal, what: &ToSign<'_>, how: &str, now_s: u64) -> SteppedUp {
        // The payee may be a person's name; the journal has the payment.
        let (about, sums) = match what {
            ToSign::Payment(payment) => (
                format!("account:{}", payment.from),
                vec![(payment.currency, payment.amount_minor)],
            ),
            ToSign::Upload(upload) => {
                (format!("upload of {} payments", upload.payments), upload.totals.to_vec())
            }
            ToSign::Act(act) => {
                let says = format!("{how}: {}", act.act);
                self.note(now_s, Noted::SteppedUp, &who.id, act.says, &says);
                return SteppedUp { who: who.id.clone(), sums: [NOTHING].into() };
            }
        };
        let said = sums
            .iter()
            .map(|(currency, amount)| format!("{amount} minor units of currency {}", currency.0));
        let says = format!("{how}: {}", said.collect::<Vec<_>>().join(", "));
        self.note(now_s, Noted::SteppedUp, &who.id, &about, &says);
        SteppedUp { who: who.id.clone(), sums: sums.into() }
    }
}
