//! Who may come in. A door shows what a caller brought to whoever keeps identities, and hears who it is and what may be shown.

use std::net::IpAddr;
use std::sync::Arc;

/// One who may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asker {
    /// Who, as the journal writes it down: `client:acme`, `user:anna`.
    pub name: Arc<str>,
    /// Sees personal data in clear; for others it is not there.
    pub personal: bool,
}

/// Why somebody does not come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnedAway {
    /// The pass is unknown, has ended, or is shown from elsewhere.
    Unknown,
    /// It is known who that is, and they may not ask.
    NotAllowed,
}

/// Knows passes.
pub trait Doorkeeper: Send + Sync + 'static {
    /// Whose pass this is, as of now. Asked at every call, so that a right that was taken is gone with the next.
    ///
    /// # Errors
    /// Nobody's, or of somebody who may not.
    fn asker(&self, pass: &str, address: Option<IpAddr>) -> Result<Asker, TurnedAway>;
}
