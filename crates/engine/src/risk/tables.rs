//! What a rule set looks up beside its program: lists of accounts and parties, and how long each of its rules holds a
//! payment. Sorted numbers, found by halving. `docs/formats/risk-program.md`.

use super::features::{Feature, Single, Values, Wanted};
use alloc::vec::Vec;
use core::fmt;
use sha2::{Digest, Sha256};
use terms::HoldEnd;

/// Lists of a rule set at most: each is a bit of a number of 32 bits.
pub const LISTS_MAX: usize = 32;
/// Names on one list at most.
pub const LISTED_MAX: usize = 500_000;
/// What the bytes of tables begin with: their name and version.
const MAGIC: &[u8; 8] = b"TJTABLE\x01";
/// What the hash of an id on a list begins with, so that it is no hash of anything else.
const HASH_PREFIX: &[u8] = b"tongjian listed v1\0";

/// Whose ids stand on a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ListOf {
    /// Accounts.
    Accounts = 1,
    /// Those who own accounts.
    Parties = 2,
}

/// A list: ids, and hashes of ids where a list does not say whom it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameList {
    of: ListOf,
    ids: Vec<u128>,
    hashes: Vec<u128>,
}

/// How long one condition of the program holds a payment, and what becomes of it then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldClock {
    /// The condition, by its place among the program's.
    pub line: u16,
    /// Seconds.
    pub hold_s: u32,
    /// What becomes of it then.
    pub at_end: HoldEnd,
}

/// Why bytes are no tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TablesError {
    /// Other bytes than tables of this version begin with, too few, too many, or not as they would be written.
    Form,
    /// More lists, or longer ones, than allowed.
    TooLarge,
}

impl fmt::Display for TablesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TablesError::Form => f.write_str("these bytes are no tables of this version"),
            TablesError::TooLarge => {
                write!(f, "there are at most {LISTS_MAX} lists of {LISTED_MAX} names each")
            }
        }
    }
}

impl core::error::Error for TablesError {}

impl NameList {
    /// A list of these ids and hashes, in any order.
    pub fn new(of: ListOf, mut ids: Vec<u128>, mut hashes: Vec<u128>) -> NameList {
        for names in [&mut ids, &mut hashes] {
            names.sort_unstable();
            names.dedup();
        }
        NameList { of, ids, hashes }
    }

    /// Whose ids it holds.
    pub fn of(&self) -> ListOf {
        self.of
    }

    /// How many names are on it.
    pub fn len(&self) -> usize {
        self.ids.len() + self.hashes.len()
    }

    /// Nobody is on it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether an id is on it, by itself or by its hash.
    pub fn has(&self, id: u128) -> bool {
        self.ids.binary_search(&id).is_ok()
            || !self.hashes.is_empty()
                && self.hashes.binary_search(&listed_hash(self.of, id)).is_ok()
    }
}

/// What stands on a list instead of an id: the first 16 bytes of SHA-256 over `tongjian listed v1`, a byte 0x00, a byte 1 for
/// an account or 2 for a party, and the id's sixteen little-endian bytes; read as a big-endian number.
pub fn listed_hash(of: ListOf, id: u128) -> u128 {
    let hash = Sha256::new_with_prefix(HASH_PREFIX).chain_update([of as u8]);
    let bytes = hash.chain_update(id.to_le_bytes()).finalize().into_iter().take(16);
    bytes.fold(0, |hash, byte| hash << 8 | u128::from(byte))
}

/// The accounts of a payment and who owns them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sides {
    /// The payer's account and the payee's.
    pub accounts: [u128; 2],
    /// Who owns them, if somebody does.
    pub owners: [Option<u128>; 2],
}

/// All that a rule set looks up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables {
    lists: Vec<NameList>,
    clocks: Vec<HoldClock>,
}

impl Tables {
    /// Tables of these lists and clocks.
    ///
    /// # Errors
    /// Too many; a condition with two clocks, or with one that stands still.
    pub fn new(lists: Vec<NameList>, mut clocks: Vec<HoldClock>) -> Result<Tables, TablesError> {
        if lists.len() > LISTS_MAX || lists.iter().any(|list| list.len() > LISTED_MAX) {
            return Err(TablesError::TooLarge);
        }
        clocks.sort_unstable_by_key(|clock| clock.line);
        let twice = clocks.windows(2).any(|two| two[0].line == two[1].line);
        if twice || clocks.iter().any(|clock| clock.hold_s == 0) {
            return Err(TablesError::Form);
        }
        Ok(Tables { lists, clocks })
    }

    /// Nothing is looked up.
    pub fn is_empty(&self) -> bool {
        self.lists.is_empty() && self.clocks.is_empty()
    }

    /// The lists; the place of each is its bit.
    pub fn lists(&self) -> &[NameList] {
        &self.lists
    }

    /// The clocks, in the order of their conditions.
    pub fn clocks(&self) -> &[HoldClock] {
        &self.clocks
    }

    /// Says on which lists both sides of a payment are, if somebody wants to know.
    pub fn fill(&self, sides: &Sides, wanted: &Wanted, values: &mut Values) {
        for (at, single) in [Single::PayerLists, Single::PayeeLists].into_iter().enumerate() {
            let feature = Feature::single(single);
            if wanted.has(feature) {
                let bits = self.bits(sides.accounts[at], sides.owners[at]);
                values.set(feature, Some(bits.into()));
            }
        }
    }

    /// The lists an account, or who owns it, is on: a bit each.
    fn bits(&self, account: u128, owner: Option<u128>) -> u32 {
        let on = |list: &NameList| match list.of {
            ListOf::Accounts => list.has(account),
            ListOf::Parties => owner.is_some_and(|owner| list.has(owner)),
        };
        self.lists.iter().rev().fold(0, |bits, list| bits << 1 | u32::from(on(list)))
    }

    /// As bytes; the same tables have one form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend((self.lists.len() as u32).to_le_bytes());
        for list in &self.lists {
            out.push(list.of as u8);
            for names in [&list.ids, &list.hashes] {
                out.extend((names.len() as u32).to_le_bytes());
                names.iter().for_each(|name| out.extend(name.to_le_bytes()));
            }
        }
        out.extend((self.clocks.len() as u32).to_le_bytes());
        for clock in &self.clocks {
            out.extend(clock.line.to_le_bytes());
            out.extend(clock.hold_s.to_le_bytes());
            out.push(clock.at_end as u8);
        }
        out
    }

    /// The tables of these bytes.
    ///
    /// # Errors
    /// See [`TablesError`].
    pub fn of_bytes(bytes: &[u8]) -> Result<Tables, TablesError> {
        let mut rest = bytes.strip_prefix(MAGIC).ok_or(TablesError::Form)?;
        let count = u32::from_le_bytes(take(&mut rest)?) as usize;
        if count > LISTS_MAX {
            return Err(TablesError::TooLarge);
        }
        let mut lists = Vec::with_capacity(count);
        for _ in 0..count {
            let of = match take(&mut rest)? {
                [1] => ListOf::Accounts,
                [2] => ListOf::Parties,
                _ => return Err(TablesError::Form),
            };
            let (ids, hashes) = (names(&mut rest)?, names(&mut rest)?);
            lists.push(NameList { of, ids, hashes });
        }
        let count = u32::from_le_bytes(take(&mut rest)?) as usize;
        if count > super::LINES_MAX {
            return Err(TablesError::TooLarge);
        }
        let mut clocks = Vec::with_capacity(count);
        for _ in 0..count {
            let (line, hold_s) =
                (u16::from_le_bytes(take(&mut rest)?), u32::from_le_bytes(take(&mut rest)?));
            let [end] = take(&mut rest)?;
            let at_end = HoldEnd::ALL.into_iter().find(|known| *known as u8 == end);
            clocks.push(HoldClock { line, hold_s, at_end: at_end.ok_or(TablesError::Form)? });
        }
        let in_order = clocks.windows(2).all(|two| two[0].line < two[1].line);
        if rest.is_empty() && in_order {
            Tables::new(lists, clocks)
        } else {
            Err(TablesError::Form)
        }
    }
}

/// Numbers that rise.
fn names(rest: &mut &[u8]) -> Result<Vec<u128>, TablesError> {
    let count = u32::from_le_bytes(take(rest)?) as usize;
    if count > LISTED_MAX {
        return Err(TablesError::TooLarge);
    }
    // What is not there is not made room for.
    let bytes = rest.split_at_checked(16 * count).ok_or(TablesError::Form)?;
    *rest = bytes.1;
    let (numbers, _) = bytes.0.as_chunks::<16>();
    let names: Vec<u128> = numbers.iter().map(|name| u128::from_le_bytes(*name)).collect();
    if names.windows(2).all(|two| two[0] < two[1]) { Ok(names) } else { Err(TablesError::Form) }
}

/// The next bytes.
fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], TablesError> {
    let (first, others) = rest.split_first_chunk().ok_or(TablesError::Form)?;
    *rest = others;
    Ok(*first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn example() -> Tables {
        let hashed = vec![listed_hash(ListOf::Parties, 9), listed_hash(ListOf::Parties, 4)];
        let lists = vec![
            NameList::new(ListOf::Accounts, vec![70, 5, 70], Vec::new()),
            NameList::new(ListOf::Parties, vec![3], hashed),
        ];
        let clock = |line, hold_s, at_end| HoldClock { line, hold_s, at_end };
        let clocks = vec![clock(7, 86_400, HoldEnd::Release), clock(2, 60, HoldEnd::Refuse)];
        Tables::new(lists, clocks).unwrap()
    }

    #[test]
    fn who_is_on_a_list_is_found_by_id_and_by_hash() {
        let tables = example();
        let bits = |account, owner| tables.bits(account, owner);
        assert_eq!([bits(5, None), bits(70, Some(9)), bits(6, Some(3))], [1, 3, 2]);
        assert_eq!([bits(9, None), bits(3, Some(5)), bits(4, Some(4))], [0, 0, 2]);
        // The hash of an account is not that of a party.
        assert_ne!(listed_hash(ListOf::Accounts, 9), listed_hash(ListOf::Parties, 9));
        let wanted: Wanted = [Feature::single(Single::PayeeLists)].into_iter().collect();
        let mut values = Values::default();
        let sides = Sides { accounts: [5, 70], owners: [None, Some(9)] };
        tables.fill(&sides, &wanted, &mut values);
        assert_eq!(values.get(Feature::single(Single::PayeeLists)), Some(3));
        assert_eq!(values.get(Feature::single(Single::PayerLists)), None, "nobody asked");
    }

    #[test]
    fn tables_have_one_form_and_any_other_is_refused() {
        let bytes = example().to_bytes();
        assert_eq!(Tables::of_bytes(&bytes), Ok(example()));
        for length in 0..bytes.len() {
            assert!(Tables::of_bytes(&bytes[..length]).is_err(), "cut at {length}");
        }
        let mut read = 0;
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut other = bytes.clone();
                other[at] ^= 1 << bit;
                if let Ok(tables) = Tables::of_bytes(&other) {
                    assert_eq!(tables.to_bytes(), other);
                    read += 1;
                }
            }
        }
        assert!(read > 100, "{read}");
        let large = Tables::new(vec![NameList::new(ListOf::Accounts, vec![1], vec![]); 33], vec![]);
        assert_eq!(large, Err(TablesError::TooLarge));
    }
}
