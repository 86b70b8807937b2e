//! Notes, keys and checkpoints: what is written is read, and what is malformed or forged is refused.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use crate::checkpoint::{Checkpoint, CheckpointError, cosign, cosignatures, merge_cosignatures};
use crate::hash::leaf_hash;
use crate::note::{
    NOTE_BYTES_MAX, Note, NoteError, NoteSignature, SIGNATURES_MAX, SignatureKind, SignerKey,
    VerifierKey, key_id, parse_signatures,
};

const ORIGIN: &str = "bank.example/journal";

fn log() -> SignerKey {
    SignerKey::from_seed(ORIGIN, &[1; 32]).unwrap()
}

fn witness(number: u8) -> SignerKey {
    SignerKey::from_seed(&format!("witness.example/{number}"), &[10 + number; 32]).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: ORIGIN.to_string(), size: 20_852_163, root: leaf_hash(b"root") }
}

fn signed() -> Note {
    checkpoint().sign(&log()).unwrap()
}

#[test]
fn a_signed_note_is_read_back_to_the_byte_and_verifies() {
    let mut note = Note::new("first\n\n\u{2014} not a signature\n\nlast ü\n").unwrap();
    note.add(log().sign(note.text())).unwrap();
    let text = note.to_string();
    let read = Note::parse(text.as_bytes()).unwrap();
    assert_eq!(read, note);
    assert_eq!(read.to_string(), text);
    let signed = read.verify(&[log().verifier()]).unwrap();
    assert_eq!((signed.len(), &*signed[0].name, signed[0].timestamp_s), (1, ORIGIN, None));
}

#[test]
fn malformed_notes_are_refused() {
    let line = log().sign("text\n").to_string();
    assert!(Note::parse(format!("text\n\n{line}").as_bytes()).is_ok());
    let long_name = "n".repeat(256);
    let bad = [
        (String::new(), NoteError::NoSignatures),
        ("text\n".into(), NoteError::NoSignatures),
        ("text\n\n".into(), NoteError::NoSignatures),
        (format!("text\n{line}"), NoteError::NoSignatures),
        (format!("text\r\n\n{line}"), NoteError::ControlCharacter),
        (format!("te\txt\n\n{line}"), NoteError::ControlCharacter),
        (format!("te\0xt\n\n{line}"), NoteError::ControlCharacter),
        (format!("text\n\n{}", line.trim_end()), NoteError::MalformedSignature { line: 1 }),
        (format!("text\n\n{line}{line}x\n"), NoteError::MalformedSignature { line: 3 }),
        (format!("text\n\n{}", line.repeat(65)), NoteError::TooManySignatures),
        (format!("text\n\n{}", line.replace('\u{2014}', "-")), malformed()),
        (format!("text\n\n{}", line.replace("\u{2014} ", "\u{2014}  ")), malformed()),
        (format!("text\n\n{}", line.replace(ORIGIN, "")), malformed()),
        (format!("text\n\n{}", line.replace(ORIGIN, "a+b")), malformed()),
        (format!("text\n\n{}", line.replace(ORIGIN, "a\u{a0}b")), malformed()),
        (format!("text\n\n{}", line.replace(ORIGIN, &long_name)), malformed()),
        ("text\n\n\u{2014} name AAAAAA==\n".into(), malformed()),
        ("text\n\n\u{2014} name AAAAAAE\n".into(), malformed()),
        (format!("{}\n\n{line}", "x".repeat(NOTE_BYTES_MAX)), NoteError::TooLong),
    ];
    for (text, error) in bad {
        let start: String = text.chars().take(300).collect();
        assert_eq!(Note::parse(text.as_bytes()), Err(error), "{start:?}");
    }
    assert_eq!(Note::parse(b"\xff\n\n"), Err(NoteError::NotUtf8));
    assert_eq!(Note::new("text"), Err(NoteError::TextUnended));
}

fn malformed() -> NoteError {
    NoteError::MalformedSignature { line: 1 }
}

#[test]
fn unknown_lines_are_ignored_and_wrong_known_ones_reject_the_note() {
    let mut note = signed();
    let key = log().verifier();
    let stranger = |name: &str, id| NoteSignature::new(name, id, vec![1, 2, 3]).unwrap();
    note.add(stranger("stranger.example", 7)).unwrap();
    note.add(stranger("stranger.example", key.id())).unwrap();
    note.add(stranger(ORIGIN, key.id() ^ 1)).unwrap();
    assert_eq!(note.verify(core::slice::from_ref(&key)).unwrap().len(), 1);
    assert_eq!(note.verify(&[witness(1).cosigner()]), Err(NoteError::NotSigned));
    assert_eq!(note.verify(&[]), Err(NoteError::NotSigned));

    // One good and one wrong line of the same key: the note is refused, wherever the wrong one stands.
    let good = log().sign(note.text()).to_string();
    let wrong = log().sign("another text\n").to_string();
    for lines in [format!("{good}{wrong}"), format!("{wrong}{good}"), wrong.clone()] {
        let note = Note::parse(format!("{}\n{lines}", note.text()).as_bytes()).unwrap();
        let error = NoteError::WrongSignature { name: ORIGIN.to_string() };
        assert_eq!(note.verify(core::slice::from_ref(&key)), Err(error));
    }
    let twice = Note::parse(format!("{}\n{good}{good}", note.text()).as_bytes()).unwrap();
    assert_eq!(twice.verify(&[key.clone(), key]).unwrap().len(), 1, "one key counts once");
}

#[test]
fn an_added_line_takes_the_place_of_one_by_the_same_key() {
    let mut note = signed();
    for number in 0..5 {
        note.add(cosign(&note, &[10; 32], "witness.example/0", number).unwrap()).unwrap();
        assert_eq!(note.signatures().len(), 2);
    }
    for number in 0..SIGNATURES_MAX as u32 - 2 {
        note.add(NoteSignature::new("other.example", number, vec![0]).unwrap()).unwrap();
    }
    let one_more = NoteSignature::new("more.example", 0, vec![0]).unwrap();
    assert_eq!(note.add(one_more), Err(NoteError::TooManySignatures));
    assert_eq!(Note::parse(note.to_string().as_bytes()), Ok(note));
}

#[test]
fn keys_are_read_back_and_every_mangling_is_refused() {
    let (signer, cosigner) = (log(), witness(1));
    for key in [signer.verifier(), cosigner.cosigner()] {
        let text = key.to_string();
        assert_eq!(VerifierKey::parse(&text), Ok(key));
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            let mangled = String::from_utf8(bytes).unwrap();
            assert!(VerifierKey::parse(&mangled).is_err(), "{mangled}");
            assert!(VerifierKey::parse(&text[..at]).is_err());
            assert!(VerifierKey::parse(&text[at + 1..]).is_err());
        }
    }
    let secret = signer.to_secret_text();
    let again = SignerKey::parse(&secret).unwrap();
    assert_eq!(again.verifier(), signer.verifier());
    for at in 0..secret.len() {
        assert!(SignerKey::parse(&secret[..at]).is_err());
        assert!(SignerKey::parse(&secret[at + 1..]).is_err());
    }
    let shown = format!("{signer:?}");
    assert!(!shown.contains("[1, 1") && shown.contains(ORIGIN), "{shown}");
}

#[test]
fn keys_of_unknown_types_and_weak_points_are_refused() {
    let public = *log().verifier().public_key();
    let text = |type_byte: u8, key: &[u8]| {
        let bytes = [&[type_byte], key].concat();
        format!("n+{:08x}+{}", key_id("n", type_byte, key), crate::text::to_base64(&bytes))
    };
    assert!(VerifierKey::parse(&text(1, &public)).is_ok());
    assert_eq!(VerifierKey::parse(&text(2, &public)), Err(NoteError::UnknownKeyType(2)));
    assert_eq!(VerifierKey::parse(&text(1, &public[..31])), Err(NoteError::MalformedKey));
    // RFC 8032: the neutral element, y = 1, has order one: anything verifies under it.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    assert_eq!(VerifierKey::parse(&text(1, &neutral)), Err(NoteError::MalformedKey));
    let upper = log().verifier().to_string().replace(|c: char| c.is_ascii_hexdigit(), "F");
    assert!(VerifierKey::parse(&upper).is_err());
}

#[test]
fn an_extra_line_travels_with_the_note_and_hinders_nobody() {
    let mut note = signed();
    let public_key = [4; 65];
    let line = NoteSignature::extra(ORIGIN, b"example.org/sm2@v1", &public_key, vec![9; 64]);
    note.add(line.unwrap()).unwrap();
    let read = Note::parse(note.to_string().as_bytes()).unwrap();
    assert_eq!(read.verify(&[log().verifier()]).unwrap().len(), 1);
    let line = &read.signatures()[1];
    assert_eq!((line.name(), line.signature()), (ORIGIN, &[9; 64][..]));
    let id_bytes = [&b"bank.example/journal\n\xffexample.org/sm2@v1"[..], &public_key].concat();
    let digest = <[u8; 32]>::from(<sha2::Sha256 as sha2::Digest>::digest(id_bytes));
    assert_eq!(line.key_id().to_be_bytes(), digest[..4]);
}

#[test]
fn a_checkpoint_is_signed_opened_and_read_back() {
    let note = signed();
    let (opened, again) = Checkpoint::open(note.to_string().as_bytes(), &log().verifier()).unwrap();
    assert_eq!((opened, again), (checkpoint(), note));
    let other = SignerKey::from_seed("other.example", &[1; 32]).unwrap();
    assert!(matches!(checkpoint().sign(&other), Err(CheckpointError::NameIsNotOrigin { .. })));
    let unsigned = Checkpoint::open(signed().to_string().as_bytes(), &other.verifier());
    assert_eq!(unsigned, Err(CheckpointError::Note(NoteError::NotSigned)));
}

#[test]
fn malformed_checkpoints_are_refused() {
    let good = checkpoint().to_string();
    assert_eq!(Checkpoint::parse(&good), Ok(checkpoint()));
    let extended = format!("{good}an extension\n");
    assert_eq!(Checkpoint::parse(&extended), Ok(checkpoint()), "extension lines are allowed");
    let bad = [
        (String::new(), CheckpointError::MissingLine),
        (good.trim_end().to_string(), CheckpointError::MissingLine),
        (format!("{good}\n"), CheckpointError::MissingLine),
        (format!("\n{good}"), CheckpointError::MissingLine),
        (good.lines().take(2).map(|l| format!("{l}\n")).collect(), CheckpointError::MissingLine),
        (good.replace("20852163", "020852163"), CheckpointError::MalformedSize),
        (good.replace("20852163", "+20852163"), CheckpointError::MalformedSize),
        (good.replace("20852163", "18446744073709551616"), CheckpointError::MalformedSize),
        (good.replace('=', ""), CheckpointError::MalformedRoot),
        (good.replace('=', "=="), CheckpointError::MalformedRoot),
        (format!("{ORIGIN}\n1\nAAAA\n"), CheckpointError::MalformedRoot),
    ];
    for (text, error) in bad {
        assert_eq!(Checkpoint::parse(&text), Err(error), "{text:?}");
    }
    let control = Checkpoint { origin: "a\nb".into(), ..checkpoint() };
    assert_eq!(control.sign(&log()), Err(CheckpointError::MalformedOrigin));
}

#[test]
fn cosignatures_are_merged_and_each_witness_counts_once() {
    let mut note = signed();
    let keys: Vec<VerifierKey> = (0..3).map(|number| witness(number).cosigner()).collect();
    assert_eq!(cosignatures(&note, &keys), Ok(vec![]));
    for (number, time) in [(0, 1_700_000_000), (2, 1_700_000_002), (0, 1_700_000_009)] {
        let name = format!("witness.example/{number}");
        let line = cosign(&note, &[10 + number; 32], &name, time).unwrap().to_string();
        merge_cosignatures(&mut note, &line, &keys[usize::from(number)]).unwrap();
    }
    let found = cosignatures(&note, &keys).unwrap();
    let found: Vec<_> = found.iter().map(|s| (&*s.name, s.timestamp_s.unwrap())).collect();
    let expected = [("witness.example/0", 1_700_000_009), ("witness.example/2", 1_700_000_002)];
    assert_eq!(found, expected, "the newer line took the older one's place");
    assert_eq!(note.verify(&[log().verifier()]).unwrap().len(), 1, "the log's line stands");
}

#[test]
fn lines_that_are_not_the_witness_s_are_not_merged() {
    let (mut note, key) = (signed(), witness(1).cosigner());
    let before = note.clone();
    let good = witness(1).cosign(note.text(), 5).unwrap().to_string();
    let of_other_text = witness(1).cosign("another\n1\n", 5).unwrap().to_string();
    let of_other = witness(2).cosign(note.text(), 5).unwrap().to_string();
    let plain = witness(1).sign(note.text()).to_string();
    for lines in [of_other_text, of_other.clone(), plain, format!("{good}{of_other}")] {
        assert!(merge_cosignatures(&mut note, &lines, &key).is_err(), "{lines}");
        assert_eq!(note, before);
    }
    for lines in ["", "\n", "nonsense\n", good.trim_end()] {
        assert!(merge_cosignatures(&mut note, lines, &key).is_err(), "{lines:?}");
    }
    assert!(merge_cosignatures(&mut note, &good, &witness(1).verifier()).is_err());
    merge_cosignatures(&mut note, &good, &key).unwrap();
    assert_eq!(parse_signatures(&good).unwrap().len(), 1);
}

#[test]
fn a_cosignature_binds_its_time_and_is_no_plain_signature() {
    let note = signed();
    let line = cosign(&note, &[11; 32], "witness.example/1", 1_679_315_147).unwrap();
    let key = witness(1).cosigner();
    assert_eq!(key.kind(), SignatureKind::Cosignature);
    assert_eq!(key.verify(note.text(), line.signature()), Ok(Some(1_679_315_147)));
    for at in 0..line.signature().len() {
        let mut bytes = line.signature().to_vec();
        bytes[at] ^= 1;
        assert!(key.verify(note.text(), &bytes).is_err(), "byte {at}");
    }
    assert!(key.verify(note.text(), &line.signature()[8..]).is_err());
    assert!(witness(1).verifier().verify(note.text(), &line.signature()[8..]).is_err());
    let too_late = witness(1).cosign(note.text(), 1 << 63);
    assert_eq!(too_late, Err(NoteError::TimestampTooLarge));
    let not_a_checkpoint = Note::new("hello\n").unwrap();
    assert!(cosign(&not_a_checkpoint, &[11; 32], "witness.example/1", 1).is_err());
}
