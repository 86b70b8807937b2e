//! Everything the bank knows, and the few ways to change it that keep it whole.

use crate::complaints::Complaints;
use crate::guard::Guard;
use crate::ledger::{AccountId128, AccountRow, EntryRow, Extras, NOWHERE, TransferRow};
use crate::orders::Orders;
use crate::payees::Payees;
use crate::table::{IdTable, Rows};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;
use terms::{
    AccountId, ChartLine, Day, Hold, Institution, Party, PartyId, PartyKind, Role, TimeNs,
};

/// In the table of transfer ids: this place is an entry's.
pub(crate) const ENTRY_BIT: u32 = 1 << 31;

/// What is found under a transfer id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Transfer(u32),
    Entry(u32),
}

/// A party as known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PartyRow {
    pub(crate) party: Party,
    pub(crate) erased: bool,
}

/// A hold as placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HoldRow {
    pub(crate) hold: Hold,
    pub(crate) released: bool,
}

/// The state of the engine.
#[derive(Clone, Debug, Default)]
pub(crate) struct State {
    /// INVARIANT (monotone-time): every event that was not imported is later than this was.
    pub(crate) last_time: TimeNs,
    /// Records evolved so far.
    pub(crate) records: u64,
    pub(crate) institution: Option<Institution>,
    pub(crate) business_day: Day,
    pub(crate) chart: BTreeMap<u16, ChartLine>,
    pub(crate) parties: BTreeMap<u128, PartyRow>,
    pub(crate) roles: BTreeMap<(u128, u128, u8), Role>,
    /// The keys of `roles` with the account first: who holds an account. Not in the snapshot, for it follows from `roles`.
    pub(crate) holders: BTreeSet<(u128, u128, u8)>,
    pub(crate) holds: BTreeMap<u128, HoldRow>,
    pub(crate) erasures: BTreeMap<u128, String>,
    pub(crate) account_places: IdTable,
    pub(crate) accounts: Rows<AccountRow>,
    pub(crate) account_ids: Rows<AccountId128>,
    pub(crate) extras: Vec<Extras>,
    /// Posted already, counting from a later day: by that day and the account's place, credits less
    /// debits.
    pub(crate) ahead: BTreeMap<(Day, u32), i128>,
    /// Accounts with interest terms.
    pub(crate) interest_bearing: BTreeSet<u32>,
    /// INVARIANT (once): an id is in here, in `failed`, or new.
    pub(crate) transfer_places: IdTable,
    pub(crate) transfers: Rows<TransferRow>,
    pub(crate) entries: Vec<EntryRow>,
    /// Ids refused for a passing reason.
    pub(crate) failed: BTreeSet<u128>,
    /// Payments ordered for later.
    pub(crate) orders: Orders,
    /// Whom customers pay, by names of their own.
    pub(crate) payees: Payees,
    /// What customers are not satisfied with.
    pub(crate) complaints: Complaints,
    /// What risk control knows.
    pub(crate) guard: Guard,
    /// Pending transfers with a timeout: when it ends, and their place.
    pub(crate) expiries: BTreeSet<(TimeNs, u32)>,
}

impl State {
    /// The account's place, if there is one.
    #[inline]
    pub(crate) fn account_place(&self, id: AccountId) -> Option<u32> {
        self.account_places.get(id.0)
    }

    /// What stands under a transfer id.
    #[inline]
    pub(crate) fn find(&self, id: u128) -> Option<Found> {
        let place = self.transfer_places.get(id)?;
        Some(if place & ENTRY_BIT == 0 {
            Found::Transfer(place)
        } else {
            Found::Entry(place & !ENTRY_BIT)
        })
    }

    /// The extras of an account, if it has any.
    #[inline]
    pub(crate) fn extras_of(&self, account: &AccountRow) -> Option<&Extras> {
        if account.extras == NOWHERE { None } else { self.extras.get(account.extras as usize) }
    }

    /// The extras of the account at `place`, made if it has none.
    pub(crate) fn extras_mut(&mut self, place: u32) -> &mut Extras {
        let row = self.accounts.at_mut(place);
        if row.extras == NOWHERE {
            row.extras = u32::try_from(self.extras.len()).unwrap_or(NOWHERE);
            assert!(row.extras != NOWHERE, "extras are fewer than accounts");
            self.extras.push(Extras::default());
        }
        &mut self.extras[row.extras as usize]
    }

    /// The day something decided at `time` is booked on: the business day, or the UTC day of `time`
    /// while no institution is open.
    pub(crate) fn booking_date(&self, time: TimeNs) -> Day {
        if self.institution.is_some() { self.business_day } else { time.day_at(0) }
    }

    /// Minutes east of UTC of the business calendar.
    pub(crate) fn utc_offset_min(&self) -> i16 {
        self.institution.as_ref().map_or(0, |i| i.utc_offset_min)
    }

    /// Whether a party is a person or an organisation; a role is granted only to one that is known.
    pub(crate) fn party_kind(&self, id: PartyId) -> PartyKind {
        self.parties.get(&id.0).map_or(PartyKind::Person, |row| row.party.kind)
    }

    /// Puts a role down.
    pub(crate) fn grant(&mut self, role: Role) {
        self.holders.insert((role.account.0, role.party.0, role.kind as u8));
        self.roles.insert((role.party.0, role.account.0, role.kind as u8), role);
    }

    /// Takes a role back.
    pub(crate) fn revoke(&mut self, role: &Role) {
        self.holders.remove(&(role.account.0, role.party.0, role.kind as u8));
        self.roles.remove(&(role.party.0, role.account.0, role.kind as u8));
    }

    /// The id of the account at `place`.
    pub(crate) fn account_id(&self, place: u32) -> AccountId {
        AccountId(self.account_ids.at(place).id)
    }
}
