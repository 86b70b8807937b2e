//! Ids for requests whose caller gave none: the time in milliseconds, then randomness, so that they sort
//! by when they were made. One that is taken already is refused, never mixed up.

use crate::fail::{Done, Exit, Failure};
use node::{Clock, SystemClock};
use terms::TransferId;

/// Random bits behind the time.
const RANDOM_BITS: u32 = 20;

/// A new id.
///
/// # Errors
/// There is no randomness.
pub fn transfer() -> Done<TransferId> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| {
        Failure::new(
            Exit::Failed,
            format!("no randomness for a new id: {error}"),
            "give an id with --id",
        )
    })?;
    let ms = u128::from(SystemClock.now().0 / 1_000_000);
    let mask = (1u128 << RANDOM_BITS) - 1;
    Ok(TransferId(ms << RANDOM_BITS | u128::from_le_bytes(random) & mask))
}

/// The given id, or a new one.
///
/// # Errors
/// As [`transfer`].
pub fn or_new(given: Option<TransferId>) -> Done<TransferId> {
    given.map_or_else(transfer, Ok)
}
