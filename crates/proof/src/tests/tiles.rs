//! Tiles: paths, what a growing log writes, bundles of entries, and proofs read from nothing but tiles.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::cell::RefCell;

use super::{Numbers, leaves, naive_path, naive_root, naive_subproof};
use crate::consistency::consistency_proof_from;
use crate::hash::Hash;
use crate::inclusion::{HashReader, Leaves, inclusion_path_from, root_from};
use crate::tile::{
    Tile, TileReader, encode_entries, entries_path, parse_entries, path, tiles_of_growth,
};

#[test]
fn tile_paths_are_written_as_tlog_tiles_says_and_read_back() {
    let tiles = [
        (Tile { level: 0, index: 1_234_067, width: 256 }, "tile/0/x001/x234/067"),
        (Tile { level: 0, index: 1_234_067, width: 8 }, "tile/0/x001/x234/067.p/8"),
        (Tile { level: 0, index: 0, width: 256 }, "tile/0/000"),
        (Tile { level: 7, index: 999, width: 255 }, "tile/7/999.p/255"),
        (Tile { level: 63, index: 1000, width: 1 }, "tile/63/x001/000.p/1"),
    ];
    for (tile, text) in tiles {
        assert_eq!(path(tile.level, tile.index, tile.width), text);
        assert_eq!(Tile::parse(text), Some(tile));
    }
    let last = Tile { level: 0, index: u64::MAX, width: 256 };
    assert_eq!(last.path(), "tile/0/x018/x446/x744/x073/x709/x551/615");
    assert_eq!(Tile::parse(&last.path()), Some(last));
    assert_eq!(entries_path(1_234_067, 8), "tile/entries/x001/x234/067.p/8");
}

#[test]
fn other_spellings_of_a_tile_path_are_refused() {
    let bad = [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/x000/000",
        "tile/0/x000/001",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p/8.p/8",
        "/tile/0/000",
        "tile/0/000/",
        "tile/entries/000",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/٠٠٠",
    ];
    for text in bad {
        assert_eq!(Tile::parse(text), None, "{text:?}");
    }
}

#[test]
fn the_tiles_of_seventy_thousand_entries_are_those_of_the_specification() {
    // tlog-tiles, "Partial Tiles", counts them.
    let tiles = tiles_of_growth(0, 70_000);
    let count = |level, full: bool| {
        tiles.iter().filter(|t| t.level == level && (t.width == 256) == full).count()
    };
    assert_eq!((count(0, true), count(0, false), count(1, true)), (273, 1, 1));
    let partial = |level, index, width| tiles.contains(&Tile { level, index, width });
    assert!(partial(0, 273, 112) && partial(1, 1, 17) && partial(2, 0, 1));
    assert_eq!(tiles.len(), 277);
    let of_256 = [Tile { level: 0, index: 0, width: 256 }, Tile { level: 1, index: 0, width: 1 }];
    assert_eq!(tiles_of_growth(255, 256), of_256);
    assert_eq!(tiles_of_growth(256, 256), []);
    assert_eq!(tiles_of_growth(300, 299), []);
    assert_eq!(tiles_of_growth((1 << 56) - 1, 1 << 56).len(), 8, "a full tile at each level below");
    let last = Tile { level: 0, index: u64::MAX / 256, width: 255 };
    assert_eq!(tiles_of_growth(u64::MAX - 1, u64::MAX), [last]);
}

/// A log that keeps tiles as files would: whatever growth creates is written, partial tiles stay beside the full ones.
struct TileStore {
    leaves: Vec<Hash>,
    files: BTreeMap<String, Vec<u8>>,
}

impl TileStore {
    fn grow(&mut self, old: u64, new: u64) {
        for tile in tiles_of_growth(old, new) {
            let first = tile.index * 256;
            let hashes = (first..first + u64::from(tile.width)).flat_map(|index| {
                let level = tile.level * 8;
                Leaves(&self.leaves[..new as usize]).hash(level, index).unwrap()
            });
            let bytes = hashes.collect();
            assert!(self.files.insert(tile.path(), bytes).is_none(), "{tile:?} written twice");
        }
    }

    fn reader(&self, size: u64) -> impl HashReader {
        TileReader::new(size, |tile: &Tile| self.files.get(&tile.path()).cloned())
    }
}

#[test]
fn proofs_read_from_tiles_are_the_same_as_from_leaves() {
    let mut numbers = Numbers(3);
    let mut store = TileStore { leaves: leaves(70_000), files: BTreeMap::new() };
    let mut sizes = vec![0, 1, 2, 255, 256, 257, 300];
    while *sizes.last().unwrap() < 60_000 {
        sizes.push(sizes.last().unwrap() + 1 + numbers.below(9_000));
    }
    sizes.extend([65_535, 65_536, 65_537, 70_000]);
    for pair in sizes.windows(2) {
        store.grow(pair[0], pair[1]);
    }
    for &new in &sizes[1..] {
        let all = &store.leaves[..new as usize];
        assert_eq!(root_from(&store.reader(new), new), Some(naive_root(all)), "size {new}");
        let index = numbers.below(new);
        let path = inclusion_path_from(&store.reader(new), index, new);
        assert_eq!(path, Some(naive_path(index as usize, all)), "leaf {index} of {new}");
        let old = 1 + numbers.below(new);
        let proof = consistency_proof_from(&store.reader(new), old, new);
        assert_eq!(proof, Some(naive_subproof(old as usize, all, true)), "{old} to {new}");
    }
}

#[test]
fn a_reader_fetches_each_tile_once_and_takes_no_tile_of_the_wrong_length() {
    let mut store = TileStore { leaves: leaves(1000), files: BTreeMap::new() };
    store.grow(0, 1000);
    let fetched = RefCell::new(Vec::new());
    let reader = TileReader::new(1000, |tile: &Tile| {
        fetched.borrow_mut().push(*tile);
        store.files.get(&tile.path()).cloned()
    });
    assert!(inclusion_path_from(&reader, 5, 1000).is_some());
    let distinct: Vec<String> = fetched.borrow().iter().map(|tile| tile.path()).collect();
    assert_eq!(
        distinct,
        ["tile/1/000.p/3", "tile/0/003.p/232", "tile/0/000"].map(|p| p.to_string())
    );

    store.files.insert("tile/1/000.p/3".to_string(), vec![0; 95]);
    assert_eq!(inclusion_path_from(&store.reader(1000), 5, 1000), None);
    store.files.remove("tile/1/000.p/3");
    assert_eq!(inclusion_path_from(&store.reader(1000), 5, 1000), None);
    assert_eq!(store.reader(1000).hash(0, 1000), None, "there is no leaf 1000");
    assert_eq!(store.reader(1000).hash(200, u64::MAX), None);
}

#[test]
fn bundles_of_entries_are_read_back_and_broken_ones_refused() {
    let entries: Vec<Vec<u8>> = (0..256).map(|i| vec![i as u8; i * 3]).collect();
    let bundle = encode_entries(entries.iter().map(Vec::as_slice)).unwrap();
    assert_eq!(bundle[..7], [0, 0, 0, 3, 1, 1, 1]);
    assert_eq!(parse_entries(&bundle).unwrap(), entries);
    assert_eq!(parse_entries(&[]), Some(vec![]));
    assert_eq!(parse_entries(&bundle[..bundle.len() - 1]), None);
    assert_eq!(parse_entries(&[0]), None);
    assert_eq!(parse_entries(&[&bundle[..], &[0, 0]].concat()), None, "257 entries");
    let long = vec![7; 65_535];
    assert_eq!(parse_entries(&encode_entries([&long[..]]).unwrap()), Some(vec![&long[..]]));
    assert_eq!(encode_entries([&vec![7; 65_536][..]]), None);
    assert_eq!(encode_entries([&[][..]; 257]), None);
}
