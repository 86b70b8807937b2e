//! `journal-refused.json`: bytes that are almost a record.

use crate::json::{check_vector, hex, lines, object, text};
use journal::record::{decode, encode};
use journal::testing::sample_transfer;

/// An act with the time 1, the booking date 2 and the outcome 0, up to its command.
const START: &str = "a501010202030004";

/// CBOR of acts that are refused, and why. Each differs in one thing from one that is read.
const ACTS: [(&str, &str); 81] = [
    ("nothing", ""),
    ("a map of four", "a4010102020300040c"),
    ("a map of six, its sixth key unknown", "a601010202030004120 5a101050600"),
    ("a map of four that has five keys", "a4010102020300041205a10105"),
    ("a map with the first two keys exchanged", "a502020101030004 1205a10105"),
    ("a map with a key twice", "a501010101030004 1205a10105"),
    ("a map whose head is longer than need be", "b80501010202030004 1205a10105"),
    ("a map of indefinite length", "bf01010202030004 1205a10105ff"),
    ("an array in place of the map", "8501010202030004 1205a10105"),
    ("a key longer than need be", "a5180101020203000 41205a10105"),
    ("a text as a key", "a5613101020203000 41205a10105"),
    ("a time longer than need be", "a5011801020203000 41205a10105"),
    ("a time of eight bytes that fits four", "a5011b00000000ffffffff020203000 41205a10105"),
    ("a negative time", "a50120020203000 41205a10105"),
    ("a time as a large number", "a501c249010000000000000000020203000 41205a10105"),
    ("a time as a text", "a5016131020203000 41205a10105"),
    ("a time as a float", "a501f93c00020203000 41205a10105"),
    ("a time that is null", "a501f6020203000 41205a10105"),
    ("a booking date after the last day", "a50101021a80000000030004 1205a10105"),
    ("a booking date before the first day", "a50101023a80000000030004 1205a10105"),
    ("a negative outcome", "a5010102020320041205a10105"),
    ("an outcome without a meaning", "a50101020203186704 1205a10105"),
    ("an outcome of three bytes", "a501010202031a0001000004 1205a10105"),
    ("command 0", "a501010202030004 0005a10105"),
    ("command 1, a transfer", "a501010202030004 0105a10105"),
    ("command 20", "a501010202030004 1405a10105"),
    ("command 274, which is 18 in its last byte", "a501010202030004 19011205a10105"),
    ("no field", "a501010202030004 1205a0"),
    ("one field too many", "a501010202030004 1205a201050206"),
    ("a field with another key", "a501010202030004 1205a10205"),
    ("fields as an array", "a501010202030004 12058105"),
    ("bytes after the end", "a501010202030004 1205a1010500"),
    ("bytes missing at the end", "a501010202030004 1205a101"),
    ("an id as a large number of eight bytes", "a501010202030004 1205a101c248ffffffffffffffff"),
    (
        "an id as a large number that begins with 0",
        "a501010202030004 1205a101c24a00010000000000000000",
    ),
    ("an id of seventeen bytes", "a501010202030004 1205a101c2510100000000000000000000000000000000"),
    ("an id as a negative large number", "a501010202030004 1205a101c349010000000000000000"),
    ("an id with a tag longer than need be", "a501010202030004 1205a101d80249010000000000000000"),
    ("an id whose bytes have a longer head", "a501010202030004 1205a101c25809010000000000000000"),
    ("an id whose bytes are a text", "a501010202030004 1205a101c269313233343536373839"),
    ("a negative id", "a501010202030004 1205a10124"),
    ("a text that is not UTF-8", "a501010202030004 0605a201050261ff"),
    ("a text with half a surrogate pair", "a501010202030004 0605a201050263eda080"),
    ("a text with an overlong character", "a501010202030004 0605a201050262c080"),
    ("a text of indefinite length", "a501010202030004 0605a20105027f6161ff"),
    ("a text longer than what is there", "a501010202030004 0605a20105026261"),
    ("a text of 2^64 - 1 bytes", "a501010202030004 0605a20105027bffffffffffffffff"),
    ("bytes in place of a text", "a501010202030004 0605a201050241 61"),
    ("limits in the wrong order", "a501010202030004 0905a3010503010202"),
    ("limits of which one is said and missing", "a501010202030004 0905a2010504 00"),
    ("a limit that is null", "a501010202030004 0905a2010502f6"),
    ("a code of 65,536", "a501010202030004 0405a3011a0001000002010360"),
    ("chart class 0", "a501010202030004 0405a30101020003 60"),
    ("chart class 8", "a501010202030004 0405a30101020803 60"),
    ("party role 6", "a501010202030004 0705a4010102010306 0400"),
    ("a year of 364 days", "a501010202030004 0a05a4010102000319016c0402"),
    ("hold order 5", "a501010202030004 0b05a4010102010405 0560"),
    ("an offset of 32,768 minutes", "a501010202030004 0305a40160020103198000 0400"),
    ("a leg of two", "a501010202030004 0d05a601010201030004000500068182 0101"),
    ("a leg of four", "a501010202030004 0d05a60101020103000400050006818401010100"),
    ("side 3", "a501010202030004 0d05a601010201030004000500068183010301"),
    ("fewer legs than said", "a501010202030004 0d05a601010201030004000500068283010101"),
    ("legs of indefinite length", "a501010202030004 0d05a601010201030004000500069f83010101ff"),
    (
        "a hash of 31 bytes",
        "a501010202030004 1305a2010002581f00000000000000000000000000000000000000000000000000000000000000",
    ),
    ("command 22", "a501010202030004 1605a10105"),
    ("a query of six", "a501010202030004 1405a1018186616101 Z 0500 Z"),
    ("a query of eight", "a501010202030004 1405a1018188616101 Z 0500 Z 0100"),
    ("query door 0", "a501010202030004 1405a1018187616100 Z 0500 Z 01"),
    ("query door 4", "a501010202030004 1405a1018187616104 Z 0500 Z 01"),
    ("a query that ended 4", "a501010202030004 1405a1018187616101 Z 0500 Z 04"),
    (
        "a query whose text has a hash of 31 bytes",
        "a501010202030004 1405a1018187616101581f000000000000000000000000000000000000000000000000000000000000000500 Z 01",
    ),
    ("fewer queries than said", "a501010202030004 1405a1018287616101 Z 0500 Z 01"),
    ("queries of indefinite length", "a501010202030004 1405a1019f87616101 Z 0500 Z 01ff"),
    ("queries as a map", "a501010202030004 1405a101a10187616101 Z 0500 Z 01"),
    ("a result of four", "a501010202030004 1505a5016161020103 Z 04050581846161010060"),
    ("a result of six", "a501010202030004 1505a5016161020103 Z 04050581866161010060 Z 00"),
    ("check kind 0", "a501010202030004 1505a5016161020103 Z 04050581856161000060 Z"),
    ("check kind 3", "a501010202030004 1505a5016161020103 Z 04050581856161030060 Z"),
    (
        "a pack whose hash is a text",
        "a501010202030004 1505a50161610201037820303030303030303030303030303030303030303030303030303030303030303004050581856161010060 Z",
    ),
    ("fewer results than said", "a501010202030004 1505a5016161020103 Z 04050582856161010060 Z"),
    (
        "a version above 2^32 - 1",
        "a501010202030004 1505a5016161021b000000010000000003 Z 04050581856161010060 Z",
    ),
];

/// More acts that are refused, of commands that came later.
const LATER_ACTS: [(&str, &str); 13] = [
    ("command 27", "a501010202030004 181b05a10105"),
    ("a screening of result 4", "a501010202030004 181a05a6010102 Z 0304 0460 0500 0660"),
    ("a part of three", "a501010202030004 1605a301 Z 02090304"),
    ("a part whose bytes are a text", "a501010202030004 1605a401 Z 0209030404626161"),
    ("a part at 2^32", "a501010202030004 1605a401 Z 0209031b000000010000000004416a"),
    (
        "a rule set of stage 0",
        "a501010202030004 1705aa01616102 Z 03 Z 050006000700080009000a000b6162",
    ),
    (
        "a rule set of stage 4",
        "a501010202030004 1705aa01616102 Z 03 Z 050406000700080009000a000b6162",
    ),
    (
        "a rule set that half wants four eyes",
        "a501010202030004 1705aa01616102 Z 03 Z 050106000700080009000a020b6162",
    ),
    (
        "a rule set whose model is short",
        "a501010202030004 1705ab01616102 Z 03 Z 0441aa050106000700080009000a000b6162",
    ),
    ("a withdrawal for reason 5", "a501010202030004 181805a30101020503616161"),
    ("a case step 12", "a501010202030004 181905a401010261610 30c0460"),
    ("a case linked to 0", "a501010202030004 181905a5010102616103060460 0500"),
    ("a case marked 4", "a501010202030004 181905a501010261610309 0460 0604"),
];
/// The same, read.
const LATER_READ: [&str; 7] = [
    "1605a401 Z 0209030404416a",
    "1705aa01616102 Z 03 Z 050306000700080009000a000b6162",
    "1705ab01616102 Z 03 Z 04 Z 050106000700080009000a010b6162",
    "181805a3010102040360",
    "181905a401010261610301 0460",
    "181905a6010102616103060460 0501 0603",
    "181a05a6010102 Z 0303 0460 05190400 0660",
];

/// Acts beside those above that are read, so that the one thing that differs is what is refused.
const READ: [&str; 17] = [
    "1205a10105",
    "1205a101c249010000000000000000",
    "0605a20105026161",
    "0905a301050201 0302",
    "0905a101 05",
    "0405a3010102010360",
    "0705a40101020103050400",
    "0a05a4010102000319016d0402",
    "0b05a40101020104040560",
    "0305a40160020103197fff0400",
    "0d05a601010201030004000500068183010101",
    "1405a1018187616101 Z 0500 Z 01",
    "1405a1018287616103 Z 0500 Z 0387616102 Z 0500 Z 02",
    "1405a10180",
    "1505a5016161020103 Z 04050581856161010060 Z",
    "1505a5016161020103 Z 04050582856161020060 Z 856161010060 Z",
    "1505a5016161020103 Z 04050580",
];

/// Digits as bytes; blanks between them mean nothing, and `Z` is a hash of zeros with its head.
fn bytes_of(hex: &str) -> Vec<u8> {
    let zeros = format!("5820{}", "00".repeat(32));
    let digits: String = hex.replace('Z', &zeros).split_whitespace().collect();
    assert!(digits.len().is_multiple_of(2), "{hex}");
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

fn act_of(cbor: &[u8]) -> Vec<u8> {
    let length = u16::try_from(cbor.len()).unwrap().to_le_bytes();
    [&[2, 1, length[0], length[1]], cbor].concat()
}

/// Transfers and heads that are refused.
fn others() -> Vec<(&'static str, Vec<u8>)> {
    let mut transfer = Vec::new();
    encode(&sample_transfer(1), &mut transfer).unwrap();
    assert!(decode(&transfer).is_ok());
    let act = act_of(&bytes_of(&(START.to_owned() + READ[0])));
    assert!(decode(&act).is_ok());
    let changed = |record: &[u8], at: usize, with: u8| {
        let mut record = record.to_vec();
        record[at] = with;
        record
    };
    vec![
        ("nothing at all", Vec::new()),
        ("three bytes", transfer[..3].to_vec()),
        ("a transfer of 159 bytes", transfer[..159].to_vec()),
        ("a transfer of 161 bytes", [&transfer[..], &[0]].concat()),
        ("a transfer of version 0", changed(&transfer, 1, 0)),
        ("a transfer of version 2", changed(&transfer, 1, 2)),
        ("a transfer whose outcome has no meaning", changed(&changed(&transfer, 2, 103), 3, 0)),
        ("a transfer whose first reserved byte is not 0", changed(&transfer, 140, 1)),
        ("a transfer whose last reserved byte is not 0", changed(&transfer, 159, 128)),
        ("kind 0", changed(&transfer, 0, 0)),
        ("kind 3", changed(&act, 0, 3)),
        ("an act of version 2", changed(&act, 1, 2)),
        ("an act shorter than its length", changed(&act, 2, act[2] + 1)),
        ("an act longer than its length", changed(&act, 2, act[2] - 1)),
    ]
}

/// Verdicts that are refused: each a transfer whose last 20 bytes these are.
const VERDICTS: [(&str, &str); 7] = [
    ("a verdict without a rule set", "0100000000000000000000000000000000000000"),
    ("a verdict of ruling 4", "0500010000000000000000000000000000000000"),
    ("a verdict with a mark without meaning", "0110010000000000000000000000000000000000"),
    ("a verdict whose model is surer than sure", "010001000000000042420f000000000000000000"),
    (
        "a verdict whose second reason stands without a first",
        "0100010000000000000000000100000001000000",
    ),
    (
        "a verdict whose third reason stands without a second",
        "0100010000000000000000000100010000000100",
    ),
    ("a score without a verdict", "0000000001000000000000000000000000000000"),
];
/// Verdicts beside those that are read.
const VERDICTS_READ: [&str; 3] = [
    "0100010000000000000000000000000000000000",
    "0407ffffffffffff41420f000300010002000300",
    "0000000000000000000000000000000000000000",
];

fn judged(verdict: &str) -> Vec<u8> {
    let mut transfer = Vec::new();
    encode(&sample_transfer(1), &mut transfer).unwrap();
    [&transfer[..140], &bytes_of(verdict)].concat()
}

#[test]
fn the_vectors_of_what_is_refused_hold() {
    for read in READ.into_iter().chain(LATER_READ) {
        let cbor = bytes_of(&(START.to_owned() + read));
        assert!(decode(&act_of(&cbor)).is_ok(), "{read}");
    }
    let acts = ACTS.map(|(what, cbor)| (what, act_of(&bytes_of(cbor))));
    for verdict in VERDICTS_READ {
        assert!(decode(&judged(verdict)).is_ok(), "{verdict}");
    }
    let later = LATER_ACTS.map(|(what, cbor)| (what, act_of(&bytes_of(cbor))));
    let verdicts = VERDICTS.map(|(what, verdict)| (what, judged(verdict)));
    let later = later.into_iter().chain(verdicts);
    let cases = others().into_iter().chain(acts).chain(later).map(|(what, record)| {
        assert!(decode(&record).is_err(), "{what} is read");
        object(&[("what", text(what)), ("record", text(&hex(&record)))])
    });
    let vector = object(&[("refused", lines(cases))]);
    check_vector("journal-refused.json", &(vector + "\n"));
}
