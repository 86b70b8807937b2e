//! The number of an outcome, as records of both kinds carry it. Numbers never change their meaning; they
//! are listed in `docs/formats/journal.md` section 11.

use crate::cbor::{DecodeError, Fault, fault};
use terms::{Outcome, Refusal};

/// Zero for done, else the refusal's number.
pub(crate) fn outcome_code(outcome: Outcome) -> u16 {
    outcome.err().map_or(0, Refusal::code)
}

/// The inverse of `outcome_code`.
pub(crate) fn outcome_of(code: u16) -> Result<Outcome, DecodeError> {
    match (code, Refusal::from_code(code)) {
        (0, _) => Ok(Ok(())),
        (_, Some(refusal)) => Ok(Err(refusal)),
        (_, None) => fault("outcome", Fault::UnknownCode(code.into())),
    }
}
