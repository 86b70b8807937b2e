//! Tiles: the tree as files of 256 hashes (C2SP tlog-tiles), their paths, and proofs read from them.
//!
//! A growing log writes the tiles of `tiles_of_growth` and the bundles of its entries; whoever wants a proof reads a few
//! of them through `TileReader`. Read `note.rs` next.

use alloc::collections::BTreeMap;
use alloc::collections::btree_map::Entry;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

use crate::hash::Hash;
use crate::inclusion::HashReader;
use crate::text::parse_decimal;
use crate::tree::root_of;

/// tlog-tiles, "Merkle Tree": a full tile is 256 hashes wide.
pub const TILE_WIDTH: u16 = 256;
/// tlog-tiles, "Merkle Tree": a tile spans 8 levels of the tree.
pub const TILE_HEIGHT: u8 = 8;
/// tlog-tiles, "Log entries": an entry has a 16-bit length.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;
/// tlog-tiles, "Merkle Tree": tile levels go from 0 to 63; trees of fewer than 2^64 leaves use 0 to 7.
const LEVEL_MAX: u64 = 63;

/// One tile: which hashes of the tree it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    /// Tile level; its hashes are roots over `256^level` leaves each.
    pub level: u8,
    /// Place within the level, from 0.
    pub index: u64,
    /// How many hashes it holds: 256 if full, 1 to 255 if partial.
    pub width: u16,
}

impl Tile {
    /// The tile's path, relative to the log's prefix: `tile/0/x001/x234/067` or `tile/0/x001/x234/067.p/8`.
    #[must_use]
    pub fn path(&self) -> String {
        path(self.level, self.index, self.width)
    }

    /// The path of the bundle that holds the entries of a level 0 tile.
    #[must_use]
    pub fn entries_path(&self) -> String {
        entries_path(self.index, self.width)
    }

    /// Reads a tile's path as `path` writes it; `None` for any other spelling and for bundles of entries.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let (level, place) = path.strip_prefix("tile/")?.split_once('/')?;
        let level = parse_decimal(level).filter(|level| *level <= LEVEL_MAX)? as u8;
        let (index, width) = match place.split_once(".p/") {
            Some((index, width)) => (index, parse_decimal(width)?),
            None => (place, u64::from(TILE_WIDTH)),
        };
        let width = u16::try_from(width).ok().filter(|width| *width <= TILE_WIDTH)?;
        let digits: String = index.chars().filter(char::is_ascii_digit).collect();
        let index = digits.parse().ok()?;
        let tile = Self { level, index, width };
        // There is one spelling of each tile: whatever it does not write, it does not read.
        (width > 0 && tile.path() == path).then_some(tile)
    }

    /// Index of the tile's first hash within the level.
    fn first_hash(&self) -> u64 {
        self.index * u64::from(TILE_WIDTH)
    }
}

/// The path of a tile (tlog-tiles, "Merkle Tree"); `width` 256 means full and adds no suffix.
#[must_use]
pub fn path(level: u8, index: u64, width: u16) -> String {
    format!("tile/{level}/{}", place(index, width))
}

/// The path of a bundle of entries (tlog-tiles, "Log entries"); `width` as in `path`.
#[must_use]
pub fn entries_path(index: u64, width: u16) -> String {
    format!("tile/entries/{}", place(index, width))
}

/// `x001/x234/067.p/8`: three digits an element, all but the last marked `x`.
fn place(index: u64, width: u16) -> String {
    assert!((1..=TILE_WIDTH).contains(&width), "a tile holds 1 to 256 hashes, not {width}");
    let mut place = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        place.insert_str(0, &format!("x{:03}/", rest % 1000));
        rest /= 1000;
    }
    if width < TILE_WIDTH {
        place.push_str(&format!(".p/{width}"));
    }
    place
}

/// The tiles that exist at `new_size` and did not at `old_size`: by level, then by index, the partial one last.
///
/// Those of level 0 are also the bundles of entries to write. Empty if the tree did not grow.
#[must_use]
pub fn tiles_of_growth(old_size: u64, new_size: u64) -> Vec<Tile> {
    let mut tiles = Vec::new();
    let width = u64::from(TILE_WIDTH);
    let (mut old_count, mut new_count) = (old_size, new_size);
    let mut level = 0;
    while old_count < new_count {
        let full = (old_count / width)..(new_count / width);
        tiles.extend(full.map(|index| Tile { level, index, width: TILE_WIDTH }));
        if new_count % width > 0 {
            let (index, width) = (new_count / width, (new_count % width) as u16);
            tiles.push(Tile { level, index, width });
        }
        (old_count, new_count) = (old_count / width, new_count / width);
        level += 1;
    }
    tiles
}

/// Joins entries to the bytes of a bundle: each with its length before it, big-endian (tlog-tiles, "Log entries").
///
/// `None` if an entry is longer than 65,535 bytes or there are more than 256.
pub fn encode_entries<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Option<Vec<u8>> {
    let mut bundle = Vec::new();
    for (count, entry) in entries.into_iter().enumerate() {
        let length = u16::try_from(entry.len()).ok()?;
        if count >= usize::from(TILE_WIDTH) {
            return None;
        }
        bundle.extend_from_slice(&length.to_be_bytes());
        bundle.extend_from_slice(entry);
    }
    Some(bundle)
}

/// Splits a bundle into its entries; `None` if it ends within one or holds more than 256.
#[must_use]
pub fn parse_entries(bundle: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    let mut rest = bundle;
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<2>()?;
        let (entry, after) = after.split_at_checked(u16::from_be_bytes(*length).into())?;
        if entries.len() == usize::from(TILE_WIDTH) {
            return None;
        }
        entries.push(entry);
        rest = after;
    }
    Some(entries)
}

/// Reads hashes of a tree out of its tiles; keeps each tile it fetched, so make one for each proof.
///
/// What it reads is only as good as the tiles: check the proof built from it against a signed root.
pub struct TileReader<F> {
    size: u64,
    fetch: F,
    fetched: RefCell<BTreeMap<Tile, Vec<u8>>>,
}

impl<F: Fn(&Tile) -> Option<Vec<u8>>> TileReader<F> {
    /// A reader of the tree of `size` leaves; `fetch` gives a tile's bytes, 32 for each hash of its width.
    pub fn new(size: u64, fetch: F) -> Self {
        Self { size, fetch, fetched: RefCell::new(BTreeMap::new()) }
    }

    /// The tile that holds hash `index` of a tile level, as wide as the tree's size makes it.
    fn tile_of(&self, level: u8, index: u64) -> Option<Tile> {
        let count = self.size.checked_shr(u32::from(level) * u32::from(TILE_HEIGHT))?;
        let width = u64::from(TILE_WIDTH);
        let index = index / width;
        let width = count.checked_sub(index * width)?.min(width) as u16;
        (width > 0).then_some(Tile { level, index, width })
    }
}

impl<F: Fn(&Tile) -> Option<Vec<u8>>> HashReader for TileReader<F> {
    fn hash(&self, level: u8, index: u64) -> Option<Hash> {
        // Levels between those of tiles are hashed from the tile's own hashes (tlog-tiles, "Merkle Tree").
        let above = level % TILE_HEIGHT;
        let first = index.checked_mul(1 << above)?;
        let tile = self.tile_of(level / TILE_HEIGHT, first)?;
        let mut fetched = self.fetched.borrow_mut();
        let bytes = match fetched.entry(tile) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let bytes = (self.fetch)(&tile)?;
                if bytes.len() != usize::from(tile.width) * size_of::<Hash>() {
                    return None;
                }
                new.insert(bytes)
            }
        };
        let (hashes, _) = bytes.as_chunks::<32>();
        let first = usize::try_from(first - tile.first_hash()).ok()?;
        Some(root_of(hashes.get(first..first + (1 << above))?))
    }
}
