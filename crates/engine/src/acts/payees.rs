//! Payees are kept and dropped.

use super::{check_id, check_sealed, check_text};
use crate::engine::Engine;
use crate::payees::PayeeRow;
use terms::limits::PAYEES_OF_PARTY_MAX;
use terms::{Payee, PayeeEnd, Refusal, TimeNs};

impl Engine {
    pub(crate) fn allow_payee(&self, payee: &Payee) -> Result<(), Refusal> {
        check_text(&payee.by)?;
        check_sealed(&payee.name)?;
        check_id(payee.id.0)?;
        match self.state.payees.rows.get(&payee.id.0) {
            Some(row) if row.payee == *payee => return Err(Refusal::Exists),
            Some(_) => return Err(Refusal::ExistsWithDifferentContent),
            None => {}
        }
        self.check_account(payee.account)?;
        self.check_party(payee.party.0)?;
        let kept = self.state.payees.ids_of(payee.party.0).count();
        if kept < PAYEES_OF_PARTY_MAX { Ok(()) } else { Err(Refusal::TooManyPayees) }
    }

    pub(crate) fn allow_payee_end(&self, end: &PayeeEnd) -> Result<(), Refusal> {
        check_text(&end.by)?;
        match self.state.payees.rows.get(&end.payee.0) {
            Some(row) if !row.ended && row.payee.party == end.party => Ok(()),
            _ => Err(Refusal::PayeeNotFound),
        }
    }

    pub(crate) fn keep_payee(&mut self, payee: &Payee, time: TimeNs) {
        self.state.payees.insert(PayeeRow { payee: payee.clone(), since: time, ended: false });
    }

    pub(crate) fn drop_payee(&mut self, end: &PayeeEnd) {
        self.state.payees.end(end.payee.0);
    }
}
