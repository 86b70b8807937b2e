//! Two tables the hot path lives on: ids to places, and rows that never move. Both grow without a
//! pause worth noticing, because a pause is a late answer for everybody who waits.

use alloc::vec::Vec;
use foldhash::fast::RandomState;
use hashbrown::HashMap;

/// Rows of one chunk.
const CHUNK_ROWS: usize = 1 << 14;
/// Parts of an id table. Each grows by itself, so that no insertion rehashes everything.
const SHARDS: usize = 1 << 8;

/// 128-bit ids to 32-bit places. Only looked up, never iterated, so that nothing depends on how an id is
/// hashed; and because callers choose the ids, that is another way in every process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdTable {
    shards: Vec<HashMap<u128, u32, RandomState>>,
}

impl Default for IdTable {
    fn default() -> IdTable {
        let shard = |_| HashMap::with_hasher(RandomState::default());
        IdTable { shards: (0..SHARDS).map(shard).collect() }
    }
}

impl IdTable {
    /// The shard of `id`: bits mixed by multiplication, so that sequential ids spread too.
    #[inline]
    fn shard(id: u128) -> usize {
        let folded = (id as u64) ^ ((id >> 64) as u64);
        (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize
    }

    /// Makes room for `count` more ids, so that none of them has to move the others.
    pub fn reserve(&mut self, count: usize) {
        let each = count / SHARDS + count / (SHARDS * 8);
        self.shards.iter_mut().for_each(|shard| shard.reserve(each));
    }

    /// The place of an id.
    #[inline]
    pub fn get(&self, id: u128) -> Option<u32> {
        self.shards[Self::shard(id)].get(&id).copied()
    }

    /// Gives a new id its place.
    #[inline]
    pub fn insert(&mut self, id: u128, place: u32) {
        assert!(self.insert_new(id, place), "an id takes one place");
    }

    /// Gives an id a place; false if it had one already.
    #[inline]
    pub fn insert_new(&mut self, id: u128, place: u32) -> bool {
        self.shards[Self::shard(id)].insert(id, place).is_none()
    }

    /// Forgets an id.
    pub fn remove(&mut self, id: u128) {
        self.shards[Self::shard(id)].remove(&id);
    }
}

/// Rows in chunks: pushing never moves the rows before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows<T> {
    chunks: Vec<Vec<T>>,
    len: usize,
}

impl<T> Default for Rows<T> {
    fn default() -> Rows<T> {
        Rows { chunks: Vec::new(), len: 0 }
    }
}

impl<T> Rows<T> {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Appends a row and says where it stands.
    pub fn push(&mut self, row: T) -> u32 {
        let place = u32::try_from(self.len).unwrap_or(u32::MAX);
        assert!(place < u32::MAX >> 1, "a table holds fewer than 2^31 rows");
        if self.len.is_multiple_of(CHUNK_ROWS) {
            self.chunks.push(Vec::with_capacity(CHUNK_ROWS));
        }
        if let Some(last) = self.chunks.last_mut() {
            last.push(row);
        }
        self.len += 1;
        place
    }

    /// Takes the last row away.
    pub fn pop(&mut self) -> Option<T> {
        let row = self.chunks.last_mut()?.pop()?;
        self.len -= 1;
        if self.len.is_multiple_of(CHUNK_ROWS) {
            self.chunks.pop();
        }
        Some(row)
    }

    /// The row at a place that `push` gave.
    #[inline]
    pub fn at(&self, place: u32) -> &T {
        let place = place as usize;
        &self.chunks[place / CHUNK_ROWS][place % CHUNK_ROWS]
    }

    /// The row at a place that `push` gave, to change it.
    #[inline]
    pub fn at_mut(&mut self, place: u32) -> &mut T {
        let place = place as usize;
        &mut self.chunks[place / CHUNK_ROWS][place % CHUNK_ROWS]
    }

    /// All rows, in order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flatten()
    }

    /// The last row.
    pub fn last(&self) -> Option<&T> {
        self.chunks.last()?.last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;
    use core::hash::BuildHasher;

    #[test]
    fn rows_keep_their_places_while_the_table_grows_and_shrinks() {
        let mut rows = Rows::default();
        for n in 0..CHUNK_ROWS as u32 * 2 + 3 {
            assert_eq!(rows.push(n), n);
        }
        assert_eq!(*rows.at(CHUNK_ROWS as u32), CHUNK_ROWS as u32);
        for n in (CHUNK_ROWS as u32 - 2..CHUNK_ROWS as u32 * 2 + 3).rev() {
            assert_eq!(rows.pop(), Some(n));
        }
        assert_eq!(rows.push(7), CHUNK_ROWS as u32 - 2);
        assert_eq!(rows.iter().count(), rows.len());
    }

    /// Callers choose ids. With a hash that everybody knows they could choose them so that all fall on
    /// one place, and each would take longer to find than the one before.
    #[test]
    fn nobody_can_choose_ids_that_hash_alike() {
        let table = IdTable::default();
        let hasher = table.shards[0].hasher();
        // The half of an id that makes the published fixed seed forget the other half.
        let chosen = (0..1_000).map(|n| (0xc0ac_29b7_c97c_50dd << 64) | n);
        let hashes: BTreeSet<u64> = chosen.map(|id: u128| hasher.hash_one(id)).collect();
        assert!(hashes.len() > 900, "{} hashes of 1,000 ids", hashes.len());
        let other = IdTable::default();
        assert_ne!(other.shards[0].hasher().hash_one(7u128), hasher.hash_one(7u128));
    }

    #[test]
    fn ids_are_found_whatever_their_pattern() {
        let mut table = IdTable::default();
        for n in 0..5_000u32 {
            table.insert(u128::from(n) << 96, n);
            table.insert(u128::from(n) + 1, n);
        }
        table.remove(1);
        assert_eq!(table.get(1), None);
        assert_eq!(table.get(77u128 << 96), Some(77));
        assert_eq!(table.get(4_000), Some(3_999));
    }
}
