//! The invariants of the state, checked from scratch. For tests, for `tj verify` and for anybody who
//! would rather not trust the hot path.

use crate::engine::Engine;
use crate::ledger::TransferPhase;
use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;
use terms::{AccountFlags, Currency};

/// A broken invariant, by name and in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditError {
    /// Its name in `docs/invariants.md`.
    pub invariant: &'static str,
    /// What is wrong, and where.
    pub what: String,
}

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}

impl core::error::Error for AuditError {}

/// Pending and posted sums of one ledger: debits, then credits.
type Sums = BTreeMap<Currency, [u128; 4]>;

impl Engine {
    /// Checks every invariant of the state: conservation and limits on every account, and that the
    /// balances are what the transfers and entries add up to.
    ///
    /// # Errors
    /// The first broken invariant.
    pub fn audit(&self) -> Result<(), AuditError> {
        self.audit_conservation()?;
        self.audit_limits()?;
        self.audit_balances()
    }

    /// INVARIANT (conservation): debits equal credits per ledger, posted and pending.
    fn audit_conservation(&self) -> Result<(), AuditError> {
        let mut sums = Sums::new();
        for row in self.state.accounts.iter() {
            let sum = sums.entry(row.ledger).or_default();
            for (at, part) in
                [row.debits_pending, row.debits_posted, row.credits_pending, row.credits_posted]
                    .into_iter()
                    .enumerate()
            {
                sum[at] = sum[at].wrapping_add(part);
            }
        }
        for (ledger, [debits_pending, debits_posted, credits_pending, credits_posted]) in sums {
            if debits_posted != credits_posted || debits_pending != credits_pending {
                let what = alloc::format!(
                    "ledger {ledger}: debits {debits_posted} + {debits_pending} pending, credits {credits_posted} + {credits_pending} pending"
                );
                return Err(AuditError { invariant: "conservation", what });
            }
        }
        Ok(())
    }

    /// INVARIANT (limits): no account exceeds the limit its flags set.
    fn audit_limits(&self) -> Result<(), AuditError> {
        for (row, ids) in self.state.accounts.iter().zip(self.state.account_ids.iter()) {
            let over_credits = row.flags.has(AccountFlags::DEBITS_MUST_NOT_EXCEED_CREDITS)
                && row.debits() > row.credits_posted;
            let over_debits = row.flags.has(AccountFlags::CREDITS_MUST_NOT_EXCEED_DEBITS)
                && row.credits() > row.debits_posted;
            if over_credits || over_debits {
                let what = alloc::format!(
                    "account {}: debits {}, credits {}",
                    ids.id,
                    row.debits(),
                    row.credits()
                );
                return Err(AuditError { invariant: "limits", what });
            }
        }
        Ok(())
    }

    /// INVARIANT (postings): each account's four sums are what its transfers and entries add up to.
    fn audit_balances(&self) -> Result<(), AuditError> {
        let mut sums = alloc::vec![[0u128; 4]; self.state.accounts.len()];
        for t in self.state.transfers.iter() {
            let (debit, credit) = (t.debit as usize, t.credit as usize);
            match (t.phase, t.flags.has(terms::TransferFlags::VOID_PENDING)) {
                (TransferPhase::Pending, _) => {
                    sums[debit][0] = sums[debit][0].wrapping_add(t.amount);
                    sums[credit][2] = sums[credit][2].wrapping_add(t.amount);
                }
                (TransferPhase::Final, false) => {
                    sums[debit][1] = sums[debit][1].wrapping_add(t.amount);
                    sums[credit][3] = sums[credit][3].wrapping_add(t.amount);
                }
                _ => {}
            }
        }
        for leg in self.state.entries.iter().flat_map(|entry| &entry.legs) {
            if let Some(place) = self.state.account_place(leg.account) {
                let at = if leg.side == terms::Side::Debit { 1 } else { 3 };
                let sum = &mut sums[place as usize][at];
                *sum = sum.wrapping_add(leg.amount.0);
            }
        }
        for ((row, ids), sum) in
            self.state.accounts.iter().zip(self.state.account_ids.iter()).zip(sums)
        {
            if [row.debits_pending, row.debits_posted, row.credits_pending, row.credits_posted]
                != sum
            {
                let what = alloc::format!(
                    "account {}: its balances are not the sum of its transfers",
                    ids.id
                );
                return Err(AuditError { invariant: "postings", what });
            }
        }
        Ok(())
    }
}
