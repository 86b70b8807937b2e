//! An order to pay, what becomes of it, and how both stand in JSON.

use crate::payments::status_of;
use crate::problem::Problem;
use crate::reasons::Judged;
use crate::wire::{AccountRef, CaseRef, CurrencyCode, Date, Money, PartyRef, PaymentRef, Place};
use engine::TransferView;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use terms::{Day, Event, Refusal, Ruling, Transfer, TransferEvent, TransferFlags, TransferId};

/// Letters of a text at most.
const TEXT_LETTERS_MAX: usize = 140;
/// Seconds that a reservation may wait: 90 days.
const TIMEOUT_S_MAX: u32 = 90 * 86_400;

/// When the money moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// At once.
    #[default]
    Now,
    /// It is reserved, and posted or voided later.
    Reserve,
}

/// An order to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaymentOrder {
    /// The account that pays.
    pub from: AccountRef,
    /// The account that is paid.
    pub to: AccountRef,
    /// How much: decimal digits, never a number.
    #[schemars(regex(pattern = r"^(0|[1-9][0-9]{0,29})(\.[0-9]{1,4})?$"))]
    pub amount: String,
    /// In which currency; that of both accounts.
    pub currency: CurrencyCode,
    /// At once, or reserved first.
    #[serde(default, skip_serializing_if = "is_now")]
    pub mode: Mode,
    /// Of a reservation: seconds after which it goes back by itself; never if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 7_776_000))]
    pub timeout_s: Option<u32>,
    /// Why, as the bank counts kinds of payments; 1 unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 65_535))]
    pub kind: Option<u16>,
    /// From when it counts for interest; the business day unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_date: Option<Date>,
    /// From which device the payer asks: a number of yours that is not personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 9_007_199_254_740_991i64))]
    pub device: Option<u64>,
    /// The payer has read the warning of exactly this payment and wants it nevertheless.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub confirmed: bool,
    /// What the payer writes; sealed before it comes near the journal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1, max = 140))]
    pub text: Option<String>,
    /// Under whose key the text is sealed; who asks, unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_of: Option<PartyRef>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_now(mode: &Mode) -> bool {
    *mode == Mode::Now
}

/// SHA-256 of what was asked, as canonical JSON.
pub fn digest_of(order: &impl Serialize) -> [u8; 32] {
    Sha256::digest(serde_json::to_vec(order).unwrap_or_default()).into()
}

/// The half of a digest that the ledger keeps beside what was done.
pub fn half(digest: &[u8; 32]) -> u128 {
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(first)
}

impl PaymentOrder {
    /// SHA-256 of what is asked.
    pub fn digest(&self) -> [u8; 32] {
        digest_of(self)
    }

    /// As the ledger is asked.
    ///
    /// # Errors
    /// A field that no ledger could take.
    pub fn transfer(&self, id: TransferId, digest: &[u8; 32]) -> Result<Transfer, Problem> {
        let money = Money { amount: self.amount.clone(), currency: self.currency };
        let amount = money.minor().map_err(|why| Problem::field("/amount", why))?;
        if amount.0 == 0 {
            return Err(Problem::field("/amount", "more than nothing"));
        }
        if let Some(text) = &self.text {
            check_text(text).map_err(|why| Problem::field("/text", why))?;
        }
        let timeout_s = match (self.mode, self.timeout_s) {
            (_, None) => 0,
            (Mode::Now, Some(_)) => {
                return Err(Problem::field("/timeout_s", "only a reservation has one"));
            }
            (Mode::Reserve, Some(s)) if (1..=TIMEOUT_S_MAX).contains(&s) => s,
            (Mode::Reserve, Some(_)) => {
                return Err(Problem::field("/timeout_s", format!("1 to {TIMEOUT_S_MAX} seconds")));
            }
        };
        let code = self.kind.unwrap_or(1);
        if code == 0 {
            return Err(Problem::field("/kind", "1 or more"));
        }
        let mut flags = TransferFlags::default();
        if self.mode == Mode::Reserve {
            flags |= TransferFlags::PENDING;
        }
        if self.confirmed {
            flags |= TransferFlags::CONFIRMED;
        }
        Ok(Transfer {
            id,
            debit_account: self.from.0,
            credit_account: self.to.0,
            amount,
            user_data_128: half(digest),
            user_data_64: self.device.unwrap_or(0),
            timeout_s,
            ledger: self.currency.0,
            code,
            flags,
            value_date: self.value_date.map_or(Day::BOOKING, |date| date.0),
            ..Transfer::default()
        })
    }
}

/// A text that can stand on a statement: no control letters, and none that turn the reading order around.
fn check_text(text: &str) -> Result<(), String> {
    if text.is_empty() || text.chars().count() > TEXT_LETTERS_MAX {
        return Err(format!("1 to {TEXT_LETTERS_MAX} letters"));
    }
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
    match text.chars().find(|c| c.is_control() || turns(*c)) {
        Some(wrong) => Err(format!("U+{:04X} has no place in a text", wrong as u32)),
        None => Ok(()),
    }
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Payment {
    /// Its id.
    pub id: PaymentRef,
    /// `posted`, `reserved`, `held`, `voided`, `expired`, `returned`, or `voiding` for what gave a reservation back.
    pub status: String,
    /// The account that pays.
    pub from: AccountRef,
    /// The account that is paid.
    pub to: AccountRef,
    /// How much.
    pub amount: String,
    /// In which currency.
    pub currency: CurrencyCode,
    /// Why, as the bank counts kinds of payments.
    pub kind: u16,
    /// The business day it was decided on.
    pub booking_date: Date,
    /// From when it counts for interest.
    pub value_date: Date,
    /// When it was decided, in UTC.
    pub time: String,
    /// The reservation that it posts or voids, or the payment that it sends back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<PaymentRef>,
    /// What risk control said of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<Judged>,
    /// The case, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseRef>,
    /// Where its record stands.
    pub journal: Place,
    /// Its receipt, if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
}

/// A payment as an event says it, when that event was answered.
pub fn payment_of(event: &TransferEvent, place: Place, risk: Option<Judged>) -> Payment {
    let flags = event.transfer.flags;
    let status = if flags.has(TransferFlags::HELD) {
        "held"
    } else if flags.has(TransferFlags::PENDING) {
        "reserved"
    } else if flags.has(TransferFlags::VOID_PENDING) {
        "voiding"
    } else {
        "posted"
    };
    let mut payment = plain(&event.transfer, event.booking_date, status, place);
    payment.case = flags.has(TransferFlags::HELD).then_some(CaseRef(event.transfer.id));
    payment.risk = risk;
    payment
}

fn plain(t: &Transfer, booking_date: Day, status: &str, journal: Place) -> Payment {
    Payment {
        id: PaymentRef(t.id),
        status: status.to_owned(),
        from: AccountRef(t.debit_account),
        to: AccountRef(t.credit_account),
        amount: t.ledger.format(t.amount),
        currency: CurrencyCode(t.ledger),
        kind: t.code,
        booking_date: Date(booking_date),
        value_date: Date(t.value_date.or_booking(booking_date)),
        time: t.timestamp.iso_at(0),
        of: (t.pending_id.0 != 0).then_some(PaymentRef(t.pending_id)),
        risk: None,
        case: None,
        journal,
        proof: None,
    }
}

impl Payment {
    /// A payment as it stands now.
    pub fn of_view(view: &TransferView, case: bool, place: Place) -> Payment {
        let mut payment = plain(&view.transfer, view.booking_date, status_of(view), place);
        payment.case = case.then_some(CaseRef(view.transfer.id));
        payment
    }
}

/// What would become of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Quote {
    /// `post`, `reserve`, `ask`, `hold` or `refuse`.
    pub would: String,
    /// Of `ask` and `refuse`: the word of the refusal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Of `ask` and `refuse`: the same as a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What risk control says of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<Judged>,
}

impl Quote {
    /// From an event that was decided and did not happen.
    pub fn of(event: &Event, risk: Option<Judged>) -> Quote {
        let flags = match event {
            Event::Transfer(t) => t.transfer.flags,
            Event::Act(_) => TransferFlags::default(),
        };
        let refusal = event.outcome().err();
        let would = match refusal {
            Some(Refusal::PayerMustConfirm) => Ruling::Ask.word(),
            Some(_) => Ruling::Refuse.word(),
            None if flags.has(TransferFlags::HELD) => Ruling::Hold.word(),
            None if flags.has(TransferFlags::PENDING) => "reserve",
            None => "post",
        };
        Quote {
            would: would.to_owned(),
            code: refusal.map(|refusal| refusal.word().to_owned()),
            detail: refusal.map(|refusal| refusal.sentence().to_owned()),
            risk,
        }
    }
}
