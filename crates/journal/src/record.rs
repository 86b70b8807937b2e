//! An event as canonical bytes and back. A transfer is 160 bytes with each field at a fixed place; any
//! other event is a head of 4 bytes and deterministic CBOR (`act.rs`). One event has one encoding, and
//! the decoder accepts nothing else. The bytes are specified in `docs/formats/journal.md`.

use crate::act;
use crate::cbor::{DecodeError, Fault, fault};
use crate::outcome::{outcome_code, outcome_of};
use std::fmt;
use terms::limits::{REASONS, RECORD_BYTES_MAX, TRANSFER_RECORD_BYTES};
use terms::{
    AccountId, Amount, Command, Currency, Day, Event, Ruling, TimeNs, Transfer, TransferEvent,
    TransferFlags, TransferId, Verdict, VerdictMarks,
};

/// First byte of a transfer's record.
const KIND_TRANSFER: u8 = 1;
/// First byte of any other record.
const KIND_ACT: u8 = 2;
/// Second byte: the layout of that kind.
const VERSION: u8 = 1;
/// Kind, version and length before the CBOR of an act.
const ACT_HEAD_BYTES: usize = 4;
/// Where the verdict of risk control begins; zeros if there is none.
const VERDICT_AT: usize = 140;
const VERDICT_BYTES: usize = TRANSFER_RECORD_BYTES - VERDICT_AT;

/// A whole, in millionths.
const WHOLE_PPM: u32 = 1_000_000;

const _: () = assert!(14 + 2 * REASONS == VERDICT_BYTES);
const _: () = assert!(RECORD_BYTES_MAX - ACT_HEAD_BYTES <= u16::MAX as usize);

/// Why an event has no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// More bytes than a record may have.
    TooLong {
        /// How many it would have.
        bytes: usize,
    },
    /// A transfer inside an act; it has a record kind of its own.
    TransferInAct,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EncodeError::TooLong { bytes } => write!(
                f,
                "the event has {bytes} bytes and a record at most {RECORD_BYTES_MAX}; refuse such requests before they are decided"
            ),
            EncodeError::TransferInAct => {
                f.write_str("a transfer is written as a transfer, not inside an act")
            }
        }
    }
}

impl std::error::Error for EncodeError {}

/// Appends the record of `event` to `out`; returns its length. On error `out` is as it was.
///
/// # Errors
/// See [`EncodeError`].
pub fn encode(event: &Event, out: &mut Vec<u8>) -> Result<usize, EncodeError> {
    let start = out.len();
    match event {
        Event::Transfer(transfer) => out.extend_from_slice(&encode_transfer(transfer)),
        Event::Act(act) => {
            if matches!(act.command, Command::Transfer(_)) {
                return Err(EncodeError::TransferInAct);
            }
            out.extend_from_slice(&[KIND_ACT, VERSION, 0, 0]);
            act::encode(act, out);
            let bytes = out.len() - start;
            if bytes > RECORD_BYTES_MAX {
                out.truncate(start);
                return Err(EncodeError::TooLong { bytes });
            }
            let length = (bytes - ACT_HEAD_BYTES) as u16;
            out[start + 2..start + 4].copy_from_slice(&length.to_le_bytes());
        }
    }
    Ok(out.len() - start)
}

/// The event of one whole record.
///
/// # Errors
/// Names the first field that is not as `encode` writes it.
pub fn decode(record: &[u8]) -> Result<Event, DecodeError> {
    if record_bytes(record)? < record.len() {
        return fault("record", Fault::TrailingBytes);
    }
    match record.first_chunk::<TRANSFER_RECORD_BYTES>() {
        Some(bytes) if bytes[0] == KIND_TRANSFER => decode_transfer(bytes).map(Event::Transfer),
        _ => act::decode(&record[ACT_HEAD_BYTES..]).map(|act| Event::Act(Box::new(act))),
    }
}

/// How many bytes the record at the start of `bytes` has; they are all there.
///
/// # Errors
/// An unknown kind or version, or too few bytes.
pub fn record_bytes(bytes: &[u8]) -> Result<usize, DecodeError> {
    let [kind, version, low, high, ..] = *bytes else {
        return fault("record", Fault::Truncated);
    };
    let length = match kind {
        KIND_TRANSFER => TRANSFER_RECORD_BYTES,
        KIND_ACT => ACT_HEAD_BYTES + usize::from(u16::from_le_bytes([low, high])),
        other => return fault("kind", Fault::UnknownCode(other.into())),
    };
    if version != VERSION {
        return fault("version", Fault::UnknownCode(version.into()));
    }
    if length > RECORD_BYTES_MAX {
        return fault("length", Fault::OutOfRange);
    }
    if bytes.len() < length { fault("record", Fault::Truncated) } else { Ok(length) }
}

/// The records that lie one after the other in `body`.
pub fn split(body: &[u8]) -> Records<'_> {
    Records { rest: body }
}

/// Iterator of [`split`]; ends after the first error.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<&'a [u8], DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let length = match record_bytes(self.rest) {
            Ok(length) => length,
            Err(error) => {
                self.rest = &[];
                return Some(Err(error));
            }
        };
        let (record, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some(Ok(record))
    }
}

fn encode_transfer(event: &TransferEvent) -> [u8; TRANSFER_RECORD_BYTES] {
    let t = &event.transfer;
    let mut record = [0; TRANSFER_RECORD_BYTES];
    record[0] = KIND_TRANSFER;
    record[1] = VERSION;
    record[2..4].copy_from_slice(&outcome_code(event.outcome).to_le_bytes());
    record[4..6].copy_from_slice(&t.flags.0.to_le_bytes());
    record[6..8].copy_from_slice(&t.code.to_le_bytes());
    record[8..12].copy_from_slice(&t.ledger.0.to_le_bytes());
    record[12..16].copy_from_slice(&t.timeout_s.to_le_bytes());
    record[16..32].copy_from_slice(&t.id.0.to_le_bytes());
    record[32..48].copy_from_slice(&t.debit_account.0.to_le_bytes());
    record[48..64].copy_from_slice(&t.credit_account.0.to_le_bytes());
    record[64..80].copy_from_slice(&t.amount.0.to_le_bytes());
    record[80..96].copy_from_slice(&t.pending_id.0.to_le_bytes());
    record[96..112].copy_from_slice(&t.user_data_128.to_le_bytes());
    record[112..120].copy_from_slice(&t.user_data_64.to_le_bytes());
    record[120..128].copy_from_slice(&t.timestamp.0.to_le_bytes());
    record[128..132].copy_from_slice(&t.user_data_32.to_le_bytes());
    record[132..136].copy_from_slice(&t.value_date.0.to_le_bytes());
    record[136..140].copy_from_slice(&event.booking_date.0.to_le_bytes());
    if let Some(verdict) = &event.verdict {
        record[VERDICT_AT..].copy_from_slice(&encode_verdict(verdict));
    }
    record
}

fn decode_transfer(record: &[u8; TRANSFER_RECORD_BYTES]) -> Result<TransferEvent, DecodeError> {
    Ok(TransferEvent {
        transfer: Transfer {
            id: TransferId(u128::from_le_bytes(part(record, 16))),
            debit_account: AccountId(u128::from_le_bytes(part(record, 32))),
            credit_account: AccountId(u128::from_le_bytes(part(record, 48))),
            amount: Amount(u128::from_le_bytes(part(record, 64))),
            pending_id: TransferId(u128::from_le_bytes(part(record, 80))),
            user_data_128: u128::from_le_bytes(part(record, 96)),
            user_data_64: u64::from_le_bytes(part(record, 112)),
            user_data_32: u32::from_le_bytes(part(record, 128)),
            timeout_s: u32::from_le_bytes(part(record, 12)),
            ledger: Currency(u32::from_le_bytes(part(record, 8))),
            code: u16::from_le_bytes(part(record, 6)),
            flags: TransferFlags(u16::from_le_bytes(part(record, 4))),
            value_date: Day(i32::from_le_bytes(part(record, 132))),
            timestamp: TimeNs(u64::from_le_bytes(part(record, 120))),
        },
        booking_date: Day(i32::from_le_bytes(part(record, 136))),
        outcome: outcome_of(u16::from_le_bytes(part(record, 2)))?,
        verdict: decode_verdict(&part(record, VERDICT_AT))?,
    })
}

/// Numbers that may be missing stand one higher, so that zero is left for nothing.
fn encode_verdict(verdict: &Verdict) -> [u8; VERDICT_BYTES] {
    let mut bytes = [0; VERDICT_BYTES];
    bytes[0] = verdict.ruling as u8 + 1;
    bytes[1] = verdict.marks.0;
    bytes[2..4].copy_from_slice(&verdict.set.to_le_bytes());
    bytes[4..8].copy_from_slice(&verdict.score.to_le_bytes());
    let model = verdict.model_ppm.map_or(0, |ppm| ppm + 1);
    bytes[8..12].copy_from_slice(&model.to_le_bytes());
    bytes[12..14].copy_from_slice(&verdict.hits.to_le_bytes());
    for (at, reason) in verdict.reasons.into_iter().enumerate() {
        let number = reason.map_or(0, |reason| reason + 1);
        bytes[14 + 2 * at..16 + 2 * at].copy_from_slice(&number.to_le_bytes());
    }
    bytes
}

fn decode_verdict(bytes: &[u8; VERDICT_BYTES]) -> Result<Option<Verdict>, DecodeError> {
    let Some(ruling) = bytes[0].checked_sub(1) else {
        return if *bytes == [0; VERDICT_BYTES] {
            Ok(None)
        } else {
            fault("verdict", Fault::NotZero)
        };
    };
    let Some(ruling) = Ruling::of(ruling) else {
        return fault("verdict ruling", Fault::UnknownCode(bytes[0].into()));
    };
    let marks = VerdictMarks(bytes[1]);
    if !VerdictMarks::ALL.has(marks) {
        return fault("verdict marks", Fault::UnknownCode(marks.0.into()));
    }
    let set = u16::from_le_bytes(part(bytes, 2));
    let model_ppm = u32::from_le_bytes(part(bytes, 8)).checked_sub(1);
    if set == 0 || model_ppm.is_some_and(|ppm| ppm > WHOLE_PPM) {
        return fault(if set == 0 { "verdict set" } else { "verdict model" }, Fault::OutOfRange);
    }
    let reasons: [Option<u16>; REASONS] =
        std::array::from_fn(|at| u16::from_le_bytes(part(bytes, 14 + 2 * at)).checked_sub(1));
    if reasons.windows(2).any(|pair| pair[0].is_none() && pair[1].is_some()) {
        return fault("verdict reasons", Fault::OutOfRange);
    }
    Ok(Some(Verdict {
        ruling,
        marks,
        set,
        score: i32::from_le_bytes(part(bytes, 4)),
        model_ppm,
        hits: u16::from_le_bytes(part(bytes, 12)),
        reasons,
    }))
}

/// `N` bytes from `at` on; both are constants of a layout, so they lie inside.
pub(crate) fn part<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut found = [0; N];
    found.copy_from_slice(&bytes[at..at + N]);
    found
}
