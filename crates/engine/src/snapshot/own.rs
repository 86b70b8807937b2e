//! What customers do for themselves in a snapshot, behind everything else and only if there is any of it: waits of limits by
//! the place of their extras, payees, complaints.

use super::bytes::{Reader, Writer};
use super::{read_sealed, write_sealed};
use crate::complaints::{ComplaintRow, ComplaintStatus};
use crate::ledger::{Later, Terms};
use crate::payees::PayeeRow;
use crate::state::State;
use alloc::vec::Vec;
use terms::limits::COOLING_HOURS_MAX;
use terms::{AccountId, Amount, PartyId, Payee, TimeNs, TransferId};

/// Whether there is nothing of it.
pub(super) fn is_empty(s: &State) -> bool {
    plans(s).next().is_none() && s.payees.rows.is_empty() && s.complaints.rows.is_empty()
}

/// Extras in which something waits or would, with their place.
fn plans(s: &State) -> impl Iterator<Item = (u32, (u8, Option<Later>))> + Clone + '_ {
    let waits =
        (0..).zip(&s.extras).map(|(at, extras)| (at, (extras.terms.cooling_h, extras.later)));
    waits.filter(|(_, (hours, later))| *hours != 0 || later.is_some())
}

pub(super) fn write(w: &mut Writer, s: &State) {
    w.all(plans(s).collect::<Vec<_>>().into_iter(), |w, (at, (hours, later))| {
        w.u32(at);
        w.u8(hours);
        w.option(later.as_ref(), |w, later| {
            w.u64(later.from.0);
            w.option(later.terms.per_transfer.as_ref(), |w, amount| w.u128(amount.0));
            w.option(later.terms.per_day.as_ref(), |w, amount| w.u128(amount.0));
            w.u8(later.terms.cooling_h);
        });
    });
    w.all(s.payees.rows.values(), |w, row| {
        w.u128(row.payee.id.0);
        w.u128(row.payee.party.0);
        w.u128(row.payee.account.0);
        write_sealed(w, &row.payee.name);
        w.text(&row.payee.by);
        w.u64(row.since.0);
        w.u8(u8::from(row.ended));
    });
    w.all(s.complaints.rows.iter(), |w, (id, row)| {
        w.u128(*id);
        w.u128(row.party.0);
        w.u128(row.account.0);
        w.u128(row.subject.0);
        w.u64(row.filed.0);
        w.u64(row.due.0);
        w.u8(row.status as u8);
        w.text(&row.answered_by);
        w.u8(u8::from(row.extended));
        w.all(row.steps.iter(), |w, record| w.u64(*record));
    });
}

/// Fills in what was written; something must have been.
pub(super) fn read(r: &mut Reader<'_>, s: &mut State) -> Option<()> {
    r.all(|r| {
        let at = r.u32()? as usize;
        let cooling_h = hours(r)?;
        let later = r.option(|r| {
            let from = TimeNs(r.u64()?);
            let per_transfer = r.option(|r| r.u128().map(Amount))?;
            let per_day = r.option(|r| r.u128().map(Amount))?;
            Some(Later { from, terms: Terms { per_transfer, per_day, cooling_h: hours(r)? } })
        })?;
        let extras = s.extras.get_mut(at)?;
        extras.terms.cooling_h = cooling_h;
        extras.later = later;
        Some(())
    })?;
    r.all(|r| {
        let (id, party) = (TransferId(r.u128()?), PartyId(r.u128()?));
        let (account, name) = (AccountId(r.u128()?), read_sealed(r)?);
        let payee = Payee { id, party, account, name, by: r.text()? };
        s.payees.insert(PayeeRow { payee, since: TimeNs(r.u64()?), ended: r.bool()? });
        Some(())
    })?;
    r.all(|r| {
        let id = r.u128()?;
        let (party, account) = (PartyId(r.u128()?), AccountId(r.u128()?));
        let (subject, filed, due) = (TransferId(r.u128()?), TimeNs(r.u64()?), TimeNs(r.u64()?));
        let number = r.u8()?;
        let status = ComplaintStatus::ALL.into_iter().find(|status| *status as u8 == number)?;
        let (answered_by, extended) = (r.text()?, r.bool()?);
        let mut steps = Vec::new();
        r.all(|r| r.u64().map(|record| steps.push(record)))?;
        let row = ComplaintRow {
            party,
            account,
            subject,
            filed,
            due,
            status,
            answered_by,
            extended,
            steps,
        };
        s.complaints.insert(id, row);
        Some(())
    })?;
    (!is_empty(s)).then_some(())
}

fn hours(r: &mut Reader<'_>) -> Option<u8> {
    r.u8().filter(|hours| *hours <= COOLING_HOURS_MAX)
}
