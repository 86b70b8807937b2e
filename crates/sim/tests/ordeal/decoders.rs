//! Every decoder meets what nobody would write: real inputs with a few bytes changed, cut, joined and
//! repeated. Inputs that once broke a decoder stay under `fuzz/corpus`; `BLESS=1` writes the real ones
//! there anew.

use sim::chance::Chance;
use sim::decoders::{TARGETS, Target};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long each decoder is fed.
const FEEDING: Duration = Duration::from_millis(700);
/// Fed at least so often, however slow the machine is.
const INPUTS_MIN: u64 = 200;
/// An input this long or shorter is kept as a file.
const FILE_BYTES_MAX: usize = 16 << 10;

fn corpus(target: &Target) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target.name)
}

fn inputs(target: &Target) -> Vec<Vec<u8>> {
    let mut inputs = (target.seeds)();
    let files = std::fs::read_dir(corpus(target)).unwrap();
    inputs.extend(files.map(|file| std::fs::read(file.unwrap().path()).unwrap()));
    inputs
}

/// One to four changes of one input, sometimes with a piece of another.
fn changed(chance: &mut Chance, inputs: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = inputs[chance.place(inputs.len())].clone();
    for _ in 0..=chance.below(4) {
        if bytes.is_empty() {
            bytes.push(chance.bits() as u8);
        }
        let at = chance.place(bytes.len());
        match chance.below(8) {
            0 => bytes[at] ^= 1 << chance.below(8),
            1 => bytes[at] = chance.one_of(&[0, 1, 0x7f, 0x80, 0xff]),
            2 => bytes.truncate(at),
            3 => bytes.insert(at, chance.bits() as u8),
            4 => {
                let end = (at + chance.between(1, 16) as usize).min(bytes.len());
                bytes.drain(at..end);
            }
            5 => {
                let number =
                    chance.one_of(&[0, 1, u64::MAX, 1 << 31, 1 << 32, chance.clone().bits()]);
                let width = chance.one_of(&[2, 4, 8]).min(bytes.len() - at);
                bytes[at..at + width].copy_from_slice(&number.to_le_bytes()[..width]);
            }
            6 => {
                let other = &inputs[chance.place(inputs.len())];
                let from = chance.below(other.len() as u64 + 1) as usize;
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
            _ => {
                let end = (at + chance.between(1, 64) as usize).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
        }
    }
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_real_input_is_taken_and_stays_as_a_file() {
    for target in TARGETS {
        let seeds = (target.seeds)();
        assert!(!seeds.is_empty(), "{target:?}");
        seeds.iter().for_each(|seed| (target.feed)(seed));
        if std::env::var_os("BLESS").is_some() {
            std::fs::create_dir_all(corpus(target)).unwrap();
            let small = seeds.iter().filter(|seed| seed.len() <= FILE_BYTES_MAX);
            for (number, seed) in small.enumerate() {
                std::fs::write(corpus(target).join(format!("seed-{number:02}")), seed).unwrap();
            }
        }
        let files = std::fs::read_dir(corpus(target)).unwrap().count();
        assert!(files > 0, "{target:?} has no input under fuzz/corpus; run this test with BLESS=1");
    }
}

#[test]
fn no_changed_input_breaks_a_decoder() {
    for target in TARGETS {
        let inputs = inputs(target);
        let mut chance = Chance::new(3).fork(target.name);
        let (begun, mut fed) = (Instant::now(), 0);
        while fed < INPUTS_MIN || begun.elapsed() < FEEDING {
            let bytes = changed(&mut chance, &inputs);
            let held = catch_unwind(AssertUnwindSafe(|| (target.feed)(&bytes)));
            assert!(held.is_ok(), "{target:?} breaks on input {fed}: {}", hex(&bytes));
            fed += 1;
        }
    }
}

#[test]
fn every_decoder_has_its_fuzz_target() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for target in TARGETS {
        let source = std::fs::read_to_string(fuzz.join(format!("targets/{}.rs", target.name)));
        let feeds = format!(
            "sim::decoders::{}",
            if target.name == "vault" { "vault_slots" } else { target.name }
        );
        assert!(source.unwrap().contains(&feeds), "{target:?}");
        assert!(manifest.contains(&format!("path = \"targets/{}.rs\"", target.name)), "{target:?}");
    }
}
