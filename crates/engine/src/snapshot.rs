//! The state as bytes and back, so that a restart need not replay everything. The same state always
//! gives the same bytes; whoever stores them compares their hash with the one in the journal before
//! believing them. Private to this program: another version may refuse them and replay instead.

mod bytes;
mod guard;
mod orders;
mod own;
mod whole;

use crate::engine::Engine;
use crate::ledger::{
    AccountId128, AccountRow, EntryRow, Extras, Interest, Terms, TransferPhase, TransferRow,
};
use crate::snapshot::bytes::{Reader, Writer};
use crate::state::{ENTRY_BIT, HoldRow, PartyRow, State};
use alloc::vec::Vec;
use core::fmt;
use terms::{
    AccountFlags, AccountId, Amount, ChartClass, ChartLine, Currency, Day, DayBasis, Hold,
    HoldOrder, Institution, Leg, Party, PartyId, PartyKind, Role, RoleKind, Sealed, SealingCipher,
    Side, TimeNs, TransferFlags, TransferId,
};

/// The version of the bytes; another one is refused.
const VERSION: u32 = 2;

/// The bytes are not a state of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotError {
    /// How many bytes could be read.
    pub at: usize,
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the snapshot cannot be read at byte {}; delete it, the journal has everything",
            self.at
        )
    }
}

impl core::error::Error for SnapshotError {}

impl Engine {
    /// The whole state, canonically.
    pub fn snapshot(&self) -> Vec<u8> {
        let s = &self.state;
        let mut w = Writer {
            bytes: Vec::with_capacity(s.transfers.len() * 140 + s.accounts.len() * 140 + 4_096),
        };
        w.u32(VERSION);
        w.u64(s.last_time.0);
        w.u64(s.records);
        w.option(s.institution.as_ref(), write_institution);
        w.i32(s.business_day.0);
        w.all(s.chart.values(), |w, line| {
            w.u16(line.code);
            w.u8(line.class as u8);
            w.text(&line.name);
        });
        w.all(s.parties.values(), write_party);
        w.all(s.roles.values(), write_role);
        w.all(s.holds.values(), write_hold);
        w.all(s.erasures.iter(), |w, (party, reason)| {
            w.u128(*party);
            w.text(reason);
        });
        w.all(s.accounts.iter(), write_account);
        w.all(s.account_ids.iter(), |w, ids| {
            w.u128(ids.id);
            w.u128(ids.user_data_128);
            w.u64(ids.user_data_64);
            w.u32(ids.user_data_32);
        });
        w.all(s.extras.iter(), write_extras);
        w.all(s.interest_bearing.iter(), |w, place| w.u32(*place));
        w.all(s.ahead.iter(), |w, ((day, place), amount)| {
            w.i32(day.0);
            w.u32(*place);
            w.u128(*amount as u128);
        });
        w.all(s.transfers.iter(), write_transfer);
        w.all(s.entries.iter(), write_entry);
        w.all(s.failed.iter(), |w, id| w.u128(*id));
        // What came to be later stands behind the rest, so that a bank without it has the bytes it always had.
        let own = !own::is_empty(s);
        if own || !s.guard.is_empty() || !s.orders.rows.is_empty() {
            guard::write(&mut w, &s.guard);
        }
        if own || !s.orders.rows.is_empty() {
            orders::write(&mut w, &s.orders);
        }
        if own {
            own::write(&mut w, s);
        }
        w.bytes
    }

    /// The state these bytes are of.
    ///
    /// # Errors
    /// Bytes of another version, or that end early or late, or hold what cannot be.
    pub fn restore(bytes: &[u8]) -> Result<Engine, SnapshotError> {
        let mut r = Reader { bytes, at: 0 };
        match read_state(&mut r) {
            Some(state) if r.at == bytes.len() => {
                let mut engine = Engine { state, ..Engine::default() };
                engine.state.guard.compile();
                if !engine.state.guard.sets.is_empty() {
                    engine.track();
                }
                Ok(engine)
            }
            _ => Err(SnapshotError { at: r.at }),
        }
    }
}

fn read_state(r: &mut Reader<'_>) -> Option<State> {
    if r.u32()? != VERSION {
        return None;
    }
    let mut s = State { last_time: TimeNs(r.u64()?), records: r.u64()?, ..State::default() };
    s.institution = r.option(read_institution)?;
    s.business_day = Day(r.i32()?);
    r.all(|r| {
        let line = ChartLine { code: r.u16()?, class: chart_class(r.u8()?)?, name: r.text()? };
        s.chart.insert(line.code, line);
        Some(())
    })?;
    r.all(|r| read_party(r).map(|row| done(s.parties.insert(row.party.id.0, row))))?;
    r.all(|r| read_role(r).map(|role| s.grant(role)))?;
    r.all(|r| read_hold(r).map(|row| done(s.holds.insert(row.hold.id.0, row))))?;
    r.all(|r| {
        let party = r.u128()?;
        s.erasures.insert(party, r.text()?);
        Some(())
    })?;
    r.all(|r| read_account(r).map(|row| done(s.accounts.push(row))))?;
    s.account_places.reserve(r.count());
    r.all(|r| {
        let ids = AccountId128 {
            id: r.u128()?,
            user_data_128: r.u128()?,
            user_data_64: r.u64()?,
            user_data_32: r.u32()?,
        };
        let place = s.account_ids.push(ids);
        s.account_places.insert_new(ids.id, place).then_some(())
    })?;
    r.all(|r| read_extras(r).map(|extras| s.extras.push(extras)))?;
    r.all(|r| r.u32().map(|place| done(s.interest_bearing.insert(place))))?;
    r.all(|r| {
        let later = (Day(r.i32()?), r.u32()?);
        s.ahead.insert(later, r.u128()? as i128);
        Some(())
    })?;
    s.transfer_places.reserve(r.count());
    r.all(|r| read_transfer(r).and_then(|row| add_transfer(&mut s, row)))?;
    r.all(|r| read_entry(r).and_then(|row| add_entry(&mut s, row)))?;
    r.all(|r| r.u128().map(|id| done(s.failed.insert(id))))?;
    if r.at < r.bytes.len() {
        s.guard = guard::read(r)?;
        if r.at < r.bytes.len() {
            s.orders = orders::read(r, s.business_day)?;
            if r.at < r.bytes.len() {
                own::read(r, &mut s)?;
            } else if s.orders.rows.is_empty() {
                return None;
            }
        }
        // Nothing stands there for nothing, so that there is one way to write each state.
        if s.guard.is_empty() && s.orders.rows.is_empty() && own::is_empty(&s) {
            return None;
        }
    }
    whole::is_whole(&s).then_some(s)
}

fn add_transfer(s: &mut State, row: TransferRow) -> Option<()> {
    let place = s.transfers.push(row);
    if let (TransferPhase::Pending, Some(expires)) = (row.phase, row.expires()) {
        s.expiries.insert((expires, place));
    }
    s.transfer_places.insert_new(row.id, place).then_some(())
}

fn add_entry(s: &mut State, row: EntryRow) -> Option<()> {
    let place = u32::try_from(s.entries.len()).unwrap_or(0);
    let id = row.id;
    s.entries.push(row);
    s.transfer_places.insert_new(id, place | ENTRY_BIT).then_some(())
}

fn write_institution(w: &mut Writer, i: &Institution) {
    w.text(&i.name);
    w.u32(i.currency.0);
    w.i32(i32::from(i.utc_offset_min));
    w.i32(i.first_day.0);
}

fn read_institution(r: &mut Reader<'_>) -> Option<Institution> {
    Some(Institution {
        name: r.text()?,
        currency: Currency(r.u32()?),
        utc_offset_min: i16::try_from(r.i32()?).ok()?,
        first_day: Day(r.i32()?),
    })
}

fn write_party(w: &mut Writer, row: &PartyRow) {
    let identity = &row.party.identity;
    w.u128(row.party.id.0);
    w.u8(row.party.kind as u8);
    w.u8(u8::from(row.erased));
    write_sealed(w, identity);
}

fn write_sealed(w: &mut Writer, sealed: &Sealed) {
    w.raw(&sealed.commitment);
    w.u8(sealed.cipher as u8);
    w.raw(&sealed.nonce);
    w.block(&sealed.ciphertext);
}

fn read_sealed(r: &mut Reader<'_>) -> Option<Sealed> {
    let commitment = r.array()?;
    let cipher = match r.u8()? {
        1 => SealingCipher::Aes256Gcm,
        2 => SealingCipher::Sm4Gcm,
        _ => return None,
    };
    Some(Sealed { commitment, cipher, nonce: r.array()?, ciphertext: r.block()? })
}

fn read_party(r: &mut Reader<'_>) -> Option<PartyRow> {
    let id = PartyId(r.u128()?);
    let kind = match r.u8()? {
        1 => PartyKind::Person,
        2 => PartyKind::Organisation,
        _ => return None,
    };
    let erased = r.bool()?;
    Some(PartyRow { party: Party { id, kind, identity: read_sealed(r)? }, erased })
}

fn write_role(w: &mut Writer, role: &Role) {
    w.u128(role.party.0);
    w.u128(role.account.0);
    w.u8(role.kind as u8);
    w.i32(role.until.0);
}

fn read_role(r: &mut Reader<'_>) -> Option<Role> {
    let (party, account) = (PartyId(r.u128()?), AccountId(r.u128()?));
    let kind = match r.u8()? {
        1 => RoleKind::Owner,
        2 => RoleKind::JointOwner,
        3 => RoleKind::Disponent,
        4 => RoleKind::Viewer,
        5 => RoleKind::Guardian,
        _ => return None,
    };
    Some(Role { party, account, kind, until: Day(r.i32()?) })
}

fn write_hold(w: &mut Writer, row: &HoldRow) {
    w.u128(row.hold.id.0);
    w.u128(row.hold.account.0);
    w.option(row.hold.amount.as_ref(), |w, amount| w.u128(amount.0));
    w.u8(row.hold.order as u8);
    w.text(&row.hold.reference);
    w.u8(u8::from(row.released));
}

fn read_hold(r: &mut Reader<'_>) -> Option<HoldRow> {
    let (id, account) = (TransferId(r.u128()?), AccountId(r.u128()?));
    let amount = r.option(|r| r.u128().map(Amount))?;
    let order = match r.u8()? {
        1 => HoldOrder::Court,
        2 => HoldOrder::Aml,
        3 => HoldOrder::Tax,
        4 => HoldOrder::Bank,
        _ => return None,
    };
    let hold = Hold { id, account, amount, order, reference: r.text()? };
    Some(HoldRow { hold, released: r.bool()? })
}

fn write_account(w: &mut Writer, a: &AccountRow) {
    w.u128(a.debits_pending);
    w.u128(a.debits_posted);
    w.u128(a.credits_pending);
    w.u128(a.credits_posted);
    w.u64(a.timestamp.0);
    w.u32(a.ledger.0);
    w.u16(a.code);
    w.u16(a.flags.0);
    w.u32(a.extras);
}

fn read_account(r: &mut Reader<'_>) -> Option<AccountRow> {
    Some(AccountRow {
        debits_pending: r.u128()?,
        debits_posted: r.u128()?,
        credits_pending: r.u128()?,
        credits_posted: r.u128()?,
        timestamp: TimeNs(r.u64()?),
        ledger: Currency(r.u32()?),
        code: r.u16()?,
        flags: AccountFlags(r.u16()?),
        extras: r.u32()?,
    })
}

fn write_extras(w: &mut Writer, e: &Extras) {
    w.option(e.terms.per_transfer.as_ref(), |w, amount| w.u128(amount.0));
    w.option(e.terms.per_day.as_ref(), |w, amount| w.u128(amount.0));
    w.option(e.limited_since.as_ref(), |w, record| w.u64(*record));
    w.i32(e.spent_day.0);
    w.u128(e.spent);
    w.u128(e.held);
    w.u32(e.held_whole);
    w.option(e.interest.as_ref(), |w, i| {
        w.u32(i.rate_ppm);
        w.u16(i.basis as u16);
        w.u32(i.counter);
        w.u128(i.accrued as u128);
        w.i32(i.since.0);
    });
}

fn read_extras(r: &mut Reader<'_>) -> Option<Extras> {
    Some(Extras {
        terms: Terms {
            per_transfer: r.option(|r| r.u128().map(Amount))?,
            per_day: r.option(|r| r.u128().map(Amount))?,
            cooling_h: 0,
        },
        later: None,
        limited_since: r.option(Reader::u64)?,
        spent_day: Day(r.i32()?),
        spent: r.u128()?,
        held: r.u128()?,
        held_whole: r.u32()?,
        interest: r.option(|r| {
            let rate_ppm = r.u32()?;
            let basis = match r.u16()? {
                360 => DayBasis::Actual360,
                365 => DayBasis::Actual365,
                _ => return None,
            };
            Some(Interest {
                rate_ppm,
                basis,
                counter: r.u32()?,
                accrued: r.u128()? as i128,
                since: Day(r.i32()?),
            })
        })?,
    })
}

fn write_transfer(w: &mut Writer, t: &TransferRow) {
    w.u128(t.id);
    w.u128(t.amount);
    w.u128(t.user_data_128);
    w.u64(t.user_data_64);
    w.u64(t.timestamp.0);
    w.u64(t.record);
    w.u32(t.debit);
    w.u32(t.credit);
    w.u32(t.pending);
    w.u32(t.user_data_32);
    w.u32(t.timeout_s);
    w.i32(t.value_date.0);
    w.i32(t.booking_date.0);
    w.u16(t.code);
    w.u16(t.flags.0);
    w.u8(t.phase as u8);
    w.u8(u8::from(t.reversed));
}

fn read_transfer(r: &mut Reader<'_>) -> Option<TransferRow> {
    Some(TransferRow {
        id: r.u128()?,
        amount: r.u128()?,
        user_data_128: r.u128()?,
        user_data_64: r.u64()?,
        timestamp: TimeNs(r.u64()?),
        record: r.u64()?,
        debit: r.u32()?,
        credit: r.u32()?,
        pending: r.u32()?,
        user_data_32: r.u32()?,
        timeout_s: r.u32()?,
        value_date: Day(r.i32()?),
        booking_date: Day(r.i32()?),
        code: r.u16()?,
        flags: TransferFlags(r.u16()?),
        phase: match r.u8()? {
            0 => TransferPhase::Final,
            1 => TransferPhase::Pending,
            2 => TransferPhase::Posted,
            3 => TransferPhase::Voided,
            4 => TransferPhase::Expired,
            _ => return None,
        },
        reversed: r.bool()?,
    })
}

fn write_entry(w: &mut Writer, e: &EntryRow) {
    w.u128(e.id);
    w.u16(e.code);
    w.i32(e.value_date.0);
    w.i32(e.booking_date.0);
    w.u64(e.timestamp.0);
    w.u64(e.record);
    w.u128(e.user_data_128);
    w.u128(e.reverses);
    w.u8(u8::from(e.reversed));
    w.all(e.legs.iter(), |w, leg| {
        w.u128(leg.account.0);
        w.u8(leg.side as u8);
        w.u128(leg.amount.0);
    });
}

fn read_entry(r: &mut Reader<'_>) -> Option<EntryRow> {
    let mut entry = EntryRow {
        id: r.u128()?,
        code: r.u16()?,
        value_date: Day(r.i32()?),
        booking_date: Day(r.i32()?),
        timestamp: TimeNs(r.u64()?),
        record: r.u64()?,
        user_data_128: r.u128()?,
        reverses: r.u128()?,
        reversed: r.bool()?,
        legs: Vec::new(),
    };
    r.all(|r| {
        let account = AccountId(r.u128()?);
        let side = match r.u8()? {
            1 => Side::Debit,
            2 => Side::Credit,
            _ => return None,
        };
        entry.legs.push(Leg { account, side, amount: Amount(r.u128()?) });
        Some(())
    })?;
    Some(entry)
}

fn chart_class(code: u8) -> Option<ChartClass> {
    Some(match code {
        1 => ChartClass::Asset,
        2 => ChartClass::Liability,
        3 => ChartClass::Equity,
        4 => ChartClass::Income,
        5 => ChartClass::Expense,
        6 => ChartClass::Common,
        7 => ChartClass::OffBalance,
        _ => return None,
    })
}

/// What an insertion answers does not matter here.
fn done<T>(_answer: T) {}
