//! Payees: whom a customer pays, by a name of the customer's own. The name is personal data of two persons and lies under the
//! customer's key, so that it is forgotten with the customer.

use crate::account::AccountId;
use crate::party::{PartyId, Sealed};
use crate::transfer::TransferId;
use alloc::string::String;

/// A payee is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payee {
    /// Chosen by the caller; neither zero nor 2^128 - 1. Ids of payees stand beside those of transfers.
    pub id: TransferId,
    /// Who keeps it.
    pub party: PartyId,
    /// The account that is meant.
    pub account: AccountId,
    /// What they call it, under their own key.
    pub name: Sealed,
    /// Who asked for it; not personal data.
    pub by: String,
}

/// A payee is kept no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayeeEnd {
    /// Which.
    pub payee: TransferId,
    /// Who kept it.
    pub party: PartyId,
    /// Who asked for it; not personal data.
    pub by: String,
}
