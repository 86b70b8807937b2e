//! Hashes, roots, inclusion and consistency against the recursive definitions of RFC 6962.

use alloc::vec;
use alloc::vec::Vec;

use super::{Numbers, leaves, naive_path, naive_root, naive_subproof};
use crate::consistency::{consistency_proof, verify_consistency};
use crate::hash::{EMPTY_ROOT, Hash, leaf_hash, leaf_hash_parts, leaf_hashes, node_hash};
use crate::inclusion::{Leaves, ProofError, inclusion_path, root_from, verify_inclusion};
use crate::tree::{Frontier, root_of, root_of_with};
use sha2::{Digest, Sha256};

#[test]
fn a_leaf_of_any_length_hashes_as_rfc_6962_says() {
    let bytes: Vec<u8> = (0..600_u32).map(|i| (i * 7) as u8).collect();
    for length in 0..=600 {
        let expected: Hash = Sha256::digest([&[0], &bytes[..length]].concat()).into();
        assert_eq!(leaf_hash(&bytes[..length]), expected, "length {length}");
        let (head, tail) = bytes[..length].split_at(length / 3);
        assert_eq!(leaf_hash_parts(&[head, tail]), expected, "length {length}");
    }
}

#[test]
fn a_node_hashes_as_rfc_6962_says() {
    let (left, right) = (leaf_hash(b"left"), leaf_hash(b"right"));
    let expected: Hash = Sha256::digest([&[1], &left[..], &right[..]].concat()).into();
    assert_eq!(node_hash(&left, &right), expected);
}

#[test]
fn many_leaves_hash_as_one_by_one_whatever_their_lengths() {
    let mut numbers = Numbers(1);
    for count in 0..60 {
        let records: Vec<Vec<u8>> = (0..count)
            .map(|_| (0..numbers.below(300)).map(|_| numbers.next() as u8).collect())
            .collect();
        let mut hashes = vec![EMPTY_ROOT];
        leaf_hashes(records.iter().map(Vec::as_slice), &mut hashes);
        let one_by_one = records.iter().map(|record| leaf_hash(record));
        let expected: Vec<Hash> = [EMPTY_ROOT].into_iter().chain(one_by_one).collect();
        assert_eq!(hashes, expected, "{count} records");
    }
}

#[test]
fn roots_are_those_of_the_recursive_definition() {
    let all = leaves(8190);
    let mut scratch = Vec::new();
    let mut frontier = Frontier::new();
    for size in (0..=300).chain([511, 512, 513, 1023, 4095, 4096, 4097, 8189, 8190]) {
        while (frontier.size() as usize) < size {
            frontier.push(all[frontier.size() as usize]);
        }
        let expected = naive_root(&all[..size]);
        assert_eq!(root_of(&all[..size]), expected, "root_of, size {size}");
        assert_eq!(frontier.root(), expected, "frontier, size {size}");
        assert_eq!(root_from(&Leaves(&all), size as u64), Some(expected), "reader, size {size}");
        scratch.extend_from_slice(&all[..size]);
        assert_eq!(root_of_with(&mut scratch), expected, "root_of_with, size {size}");
        assert!(scratch.is_empty());
    }
    assert!(scratch.capacity() >= 8190, "the scratch keeps its memory");
}

#[test]
fn a_frontier_goes_on_from_its_parts_and_refuses_parts_that_do_not_fit() {
    let all = leaves(150);
    for size in 0..=140_u64 {
        let mut frontier = Frontier::new();
        all[..size as usize].iter().for_each(|leaf| frontier.push(*leaf));
        let parts = frontier.hashes().to_vec();
        let mut again = Frontier::from_parts(size, parts.clone()).unwrap();
        assert_eq!(again, frontier);
        again.push(all[size as usize]);
        assert_eq!(again.root(), naive_root(&all[..=size as usize]));
        let too_many = [parts, vec![EMPTY_ROOT]].concat();
        assert_eq!(Frontier::from_parts(size, too_many), None);
    }
}

#[test]
fn every_leaf_of_every_small_tree_is_proved_and_nothing_else() {
    let all = leaves(131);
    for size in 1..=130_usize {
        let root = naive_root(&all[..size]);
        for index in 0..size {
            let path = inclusion_path(&all[..size], index as u64).unwrap();
            assert_eq!(path, naive_path(index, &all[..size]), "leaf {index} of {size}");
            let check = |leaf: &Hash, index: usize, size: usize, path: &[Hash]| {
                verify_inclusion(leaf, index as u64, size as u64, path, &root)
            };
            check(&all[index], index, size, &path).unwrap();
            check(&all[index + 1], index, size, &path).unwrap_err();
            check(&all[index], index + 1, size, &path).unwrap_err();
            if index > 0 {
                check(&all[index], index - 1, size, &path).unwrap_err();
            }
            let longer = [&path[..], &[EMPTY_ROOT]].concat();
            assert_eq!(check(&all[index], index, size, &longer), Err(ProofError::WrongLength));
            if let Some((_, shorter)) = path.split_last() {
                assert_eq!(check(&all[index], index, size, shorter), Err(ProofError::WrongLength));
            }
        }
        assert_eq!(inclusion_path(&all[..size], size as u64), None);
    }
}

#[test]
fn every_growth_of_every_small_tree_is_proved_and_nothing_else() {
    let all = leaves(130);
    let roots: Vec<Hash> = (0..=130).map(|size| naive_root(&all[..size])).collect();
    for new in 0..=130 {
        for old in 0..=new {
            let proof = consistency_proof(&all[..new], old as u64).unwrap();
            if old > 0 {
                assert_eq!(proof, naive_subproof(old, &all[..new], true), "{old} to {new}");
            }
            let check = |old_root: &Hash, new_root: &Hash, proof: &[Hash]| {
                verify_consistency(old as u64, old_root, new as u64, new_root, proof)
            };
            check(&roots[old], &roots[new], &proof).unwrap();
            let longer = [&proof[..], &[EMPTY_ROOT]].concat();
            assert_eq!(check(&roots[old], &roots[new], &longer), Err(ProofError::WrongLength));
            let other = leaf_hash(b"another tree");
            check(&other, &roots[new], &proof).unwrap_err();
            if old > 0 {
                check(&roots[old], &other, &proof).unwrap_err();
            }
            if let Some((_, shorter)) = proof.split_last() {
                check(&roots[old], &roots[new], shorter).unwrap_err();
            }
        }
        assert_eq!(consistency_proof(&all[..new], new as u64 + 1), None);
    }
}

#[test]
fn a_flipped_bit_anywhere_in_a_proof_is_noticed() {
    let mut numbers = Numbers(2);
    let all = leaves(5000);
    for _ in 0..60 {
        let new = 2 + numbers.below(4998) as usize;
        let (old, index) = (1 + numbers.below(new as u64), numbers.below(new as u64));
        let (old_root, root) = (root_of(&all[..old as usize]), root_of(&all[..new]));
        let leaf = all[index as usize];
        let path = inclusion_path(&all[..new], index).unwrap();
        let proof = consistency_proof(&all[..new], old).unwrap();
        assert_eq!(verify_inclusion(&leaf, index, new as u64, &path, &root), Ok(()));
        assert_eq!(verify_consistency(old, &old_root, new as u64, &root, &proof), Ok(()));
        for place in 0..path.len() {
            let mut bad = path.clone();
            bad[place][numbers.below(32) as usize] ^= 1 << numbers.below(8);
            verify_inclusion(&leaf, index, new as u64, &bad, &root).unwrap_err();
        }
        for place in 0..proof.len() {
            let mut bad = proof.clone();
            bad[place][numbers.below(32) as usize] ^= 1 << numbers.below(8);
            verify_consistency(old, &old_root, new as u64, &root, &bad).unwrap_err();
        }
    }
}

#[test]
fn the_edges_of_the_numbers_are_answers_and_no_panics() {
    let (leaf, root) = (leaf_hash(b"leaf"), leaf_hash(b"root"));
    let outside = ProofError::IndexOutsideTree { index: 0, size: 0 };
    assert_eq!(verify_inclusion(&leaf, 0, 0, &[], &root), Err(outside));
    let path = vec![leaf; 64];
    for index in [0, 1, u64::MAX / 2, u64::MAX - 2, u64::MAX - 1, u64::MAX] {
        for size in [1, u64::MAX / 2, u64::MAX / 2 + 1, u64::MAX - 1, u64::MAX] {
            for length in [0, 1, 63, 64] {
                verify_inclusion(&leaf, index, size, &path[..length], &root).unwrap_err();
                let grown = verify_consistency(index, &leaf, size, &root, &path[..length]);
                assert!(grown.is_err() || (index == 0 && length == 0), "{index} {size} {length}");
            }
        }
    }
    let shrank = ProofError::TreeShrank { old_size: 2, new_size: 1 };
    assert_eq!(verify_consistency(2, &leaf, 1, &root, &[]), Err(shrank));
    assert_eq!(verify_consistency(0, &EMPTY_ROOT, 5, &root, &[]), Ok(()));
    assert_eq!(verify_consistency(0, &leaf, 5, &root, &[]), Err(ProofError::OldRootDiffers));
    assert_eq!(verify_consistency(5, &leaf, 5, &root, &[]), Err(ProofError::RootDiffers));
}
