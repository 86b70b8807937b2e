//! Values that others published: what they computed and signed, this crate computes and accepts.

use alloc::string::ToString;
use alloc::vec::Vec;

use crate::checkpoint::Checkpoint;
use crate::consistency::{consistency_proof, verify_consistency};
use crate::hash::{EMPTY_ROOT, Hash, leaf_hash};
use crate::inclusion::inclusion_path;
use crate::note::{Note, NoteError, SignerKey, VerifierKey};
use crate::text::hash_from_base64;
use crate::tree::root_of;

/// The entries of the Merkle tree tests that Certificate Transparency implementations share.
const CT_ENTRIES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

/// The roots over the first 0, 1 … 8 of them.
const CT_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn hash(hex: &str) -> Hash {
    core::array::from_fn(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
}

#[test]
fn the_reference_trees_of_certificate_transparency_have_their_roots_and_proofs() {
    let leaves: Vec<Hash> = CT_ENTRIES.iter().map(|entry| leaf_hash(entry)).collect();
    assert_eq!(hash(CT_ROOTS[0]), EMPTY_ROOT);
    for (size, root) in CT_ROOTS.iter().enumerate() {
        assert_eq!(root_of(&leaves[..size]), hash(root), "size {size}");
    }
    let path_of_first = [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ];
    assert_eq!(inclusion_path(&leaves, 0).unwrap(), path_of_first.map(hash));
    let from_one = path_of_first.map(hash);
    assert_eq!(consistency_proof(&leaves, 1).unwrap(), from_one);
}

#[test]
fn a_consistency_proof_of_a_real_log_of_a_thousand_million_leaves_holds() {
    // Google's Argon 2020 log, get-sth-consistency, as kept in the tests of golang.org/x/mod/sumdb/tlog.
    let proof = include_str!("argon2020-consistency.txt");
    let proof: Vec<Hash> = proof.lines().map(|line| hash_from_base64(line).unwrap()).collect();
    let old_root = hash_from_base64("AuIZ5V6sDUj1vn3Y1K85oOaQ7y+FJJKtyRTl1edIKBQ=").unwrap();
    let new_root = hash_from_base64("dwlueapdd7LaOEnX2W2Wp9v2XE+KzejHRQGHwEx0oaM=").unwrap();
    let check = |old, new| verify_consistency(old, &old_root, new, &new_root, &proof);
    assert_eq!(check(3_654_490, 961_984_013), Ok(()));
    check(3_654_491, 961_984_013).unwrap_err();
}

const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_SECRET: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const PETER_NOTE: &str = "\
If you think cryptography is the answer to your problem,
then you don't know what your problem is.

\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
\u{2014} EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=
";

#[test]
fn the_keys_and_notes_of_the_go_note_package_are_ours_too() {
    let (peter, enoch) = (VerifierKey::parse(PETER).unwrap(), VerifierKey::parse(ENOCH).unwrap());
    assert_eq!((peter.to_string(), enoch.to_string()), (PETER.to_string(), ENOCH.to_string()));
    let signer = SignerKey::parse(PETER_SECRET).unwrap();
    assert_eq!(*signer.to_secret_text(), PETER_SECRET);
    assert_eq!(signer.verifier(), peter);

    let note = Note::parse(PETER_NOTE.as_bytes()).unwrap();
    assert_eq!(note.to_string(), PETER_NOTE);
    assert_eq!(note.signatures()[0], signer.sign(note.text()), "Ed25519 signs deterministically");
    assert_eq!(note.verify(&[peter, enoch]).unwrap().len(), 2);

    // From the same tests: a key too long, and one of an unknown type, each with an id that fits.
    let long = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==";
    assert_eq!(VerifierKey::parse(long), Err(NoteError::MalformedKey));
    let unknown = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(VerifierKey::parse(unknown), Err(NoteError::UnknownKeyType(0x65)));
}

#[test]
fn a_checkpoint_of_the_go_checksum_database_verifies() {
    let key = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
    let key = VerifierKey::parse(key).unwrap();
    let text = "\
go.sum database tree
6476701
mb8QLQIs0Z0yP5Cstq6guj87oXWeC9gEM8oVikmm9Wk=

\u{2014} sum.golang.org Az3grsLX85Gz+s1SiTbgkuqxgItqFq7gsMUEyVnrsa9LM7Us9S+1xbFIGu95949rj4nPRYfvimWEPWL+o3GeoWwOoAw=
";
    let (checkpoint, _) = Checkpoint::open(text.as_bytes(), &key).unwrap();
    assert_eq!((&*checkpoint.origin, checkpoint.size), ("go.sum database tree", 6_476_701));
    let forged = text.replace("6476701", "6476702");
    assert!(Checkpoint::open(forged.as_bytes(), &key).is_err());
}

#[test]
fn the_examples_of_the_specifications_are_read_and_written_unchanged() {
    // Their public keys are not published, so only the form can be checked.
    let cosigned = "\
example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
";
    let note = Note::parse(cosigned.as_bytes()).unwrap();
    assert_eq!(note.to_string(), cosigned);
    assert_eq!(Checkpoint::parse(note.text()).unwrap().to_string(), note.text());
    let [log, witness] = note.signatures() else { panic!("two lines") };
    assert_eq!((log.key_id(), log.signature().len()), (0x033d_e0ae, 64));
    assert_eq!((witness.key_id(), witness.signature().len()), (0x8d66_cf3f, 72));
    assert_eq!(witness.signature()[..8], 1_679_315_147_u64.to_be_bytes());

    let poem = "\
Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

\u{2014} quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
";
    let note = Note::parse(poem.as_bytes()).unwrap();
    assert!(note.text().ends_with("\n\ned è subito sera.\n"));
    assert_eq!(note.to_string(), poem);
}
