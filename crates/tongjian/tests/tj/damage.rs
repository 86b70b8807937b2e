//! Whatever byte of a bank is changed, `tj verify` says so, names the place and ends with 4.

use crate::run::Folder;

/// Flips one bit of a file and gives back what it was.
fn flip(at: &Folder, file: &str, offset: usize) {
    let path = at.path(file);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[offset] ^= 0x10;
    std::fs::write(path, bytes).unwrap();
}

const SEGMENT: &str = "bank.tj/journal/00000000.seg";

/// Where the bytes of `text` begin in a file.
fn place_of(at: &Folder, file: &str, wanted: &[u8]) -> usize {
    let bytes = std::fs::read(at.path(file)).unwrap();
    bytes.windows(wanted.len()).position(|part| part == wanted).unwrap()
}

#[test]
fn a_changed_byte_anywhere_is_found_and_named() {
    let at = Folder::new("damage");
    at.small_bank();
    at.ok("pay 1001 1002 12.50 --id 501");
    at.ok("verify bank.tj");
    // The amount of a transfer: 1,250 fen as sixteen little-endian bytes.
    let amount = place_of(&at, SEGMENT, &1_250u128.to_le_bytes());
    let first_batch = place_of(&at, SEGMENT, b"TJBATCH1");
    let places = [
        ("the segment's header", 20),
        ("the first batch's header", first_batch + 16),
        ("the first record", first_batch + 140),
        ("an amount", amount),
        ("padding", first_batch + 4_000),
        ("unused space at the end", (1 << 20) - 1),
    ];
    for (what, offset) in places {
        flip(&at, SEGMENT, offset);
        let said = at.fails(4, "verify bank.tj --json");
        let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        let findings = report["findings"].as_array().unwrap();
        assert!(!findings.is_empty() && report["verified"] == false, "{what}: {report}");
        let named = |f: &serde_json::Value| {
            f["file"].as_str().is_some_and(|file| file.contains("00000000.seg"))
        };
        assert!(findings.iter().any(named), "{what}: {report}");
        flip(&at, SEGMENT, offset);
    }
    let checkpoint = "bank.tj/log/checkpoint";
    let middle = at.read(checkpoint).find("\n\n").unwrap() / 2;
    flip(&at, checkpoint, middle);
    at.fails(4, "verify bank.tj");
    flip(&at, checkpoint, middle);
    at.ok("verify bank.tj");
}

#[test]
fn a_damaged_record_keeps_the_bank_from_opening_and_says_where() {
    let at = Folder::new("damage-open");
    at.small_bank();
    let first_batch = place_of(&at, SEGMENT, b"TJBATCH1");
    flip(&at, SEGMENT, first_batch + 140);
    let said = at.fails(1, "status");
    assert!(said.err.contains("00000000.seg") && said.err.contains("tj verify"), "{said:?}");
}

#[test]
fn a_changed_receipt_or_another_banks_key_does_not_verify() {
    let at = Folder::new("damage-receipt");
    at.small_bank();
    at.ok("prove 500 -o receipt.txt");
    let text = at.read("receipt.txt");
    let index = text.lines().position(|line| line.starts_with("index ")).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines[index] = "index 0".into();
    at.write("changed.txt", &(lines.join("\n") + "\n"));
    let said = at.fails(4, "receipt verify changed.txt --key bank.tj/keys/log.pub");
    assert!(said.err.contains("next: "), "{said:?}");

    at.ok("--dir other.tj init --segment-mib 2");
    at.fails(4, "receipt verify receipt.txt --key other.tj/keys/log.pub");
    at.ok("receipt verify receipt.txt --key bank.tj/keys/log.pub");
    at.fails(2, "receipt verify receipt.txt --key receipt.txt");
    let quorum =
        "receipt verify receipt.txt --key bank.tj/keys/log.pub --witnesses none --quorum 1";
    at.write("none", "# nobody\n");
    at.fails(2, quorum);
}
