//! Messages other people wrote (moov-io/iso20022, see `fixtures/README.md`): each is read, or refused for what really
//! is wrong with it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use iso20022::{InitiationItem, Limits, Message, Reason, StatementItem, Unfit, open};

/// What becomes of a file.
enum Expected {
    /// Read as this message, with so many pieces, and so many of them unfit for the check digits of a made-up IBAN.
    Read(&'static str, usize, usize),
    /// Refused with a sentence that begins so.
    Refused(&'static str),
}

use Expected::{Read, Refused};

const SIX: &str =
    "the namespace `http://www.six-interbank-clearing.com/de...` is of no message known here";

const FILES: [(&str, Expected); 37] = [
    (
        "200519_camt.052_P_CH2909000000250094239_1110092686_0_2019042416072347.xml",
        Read("camt.052.001.04", 4, 0),
    ),
    (
        "200519_camt.054-Credit_P_CH2909000000250094239_1110092691_0_2019042421291293.xml",
        Read("camt.054.001.04", 3, 0),
    ),
    (
        "200519_camt.054-Debit_P_CH2909000000250094239_1110092692_0_2019042401501580.xml",
        Read("camt.054.001.04", 3, 0),
    ),
    (
        "200519_camt.054_P_CH2909000000250094239_1111091335_0_2020061900081727.xml",
        Read("camt.054.001.04", 3, 0),
    ),
    (
        "200519_camt054-ESR-ASR_P_CH2909000000250094239_1110092704_0_2019042500372179.xml",
        Read("camt.054.001.04", 4, 0),
    ),
    (
        "200519_camt054-chdd_p_ch2909000000250094239_1110097484_0_20190520700381159.xml",
        Read("camt.054.001.04", 3, 0),
    ),
    (
        "200519_camt054-epo_p_ch5109000000250092291_1110097605_0_2019052003522556.xml",
        Read("camt.054.001.04", 3, 0),
    ),
    (
        "200519_camt054-epo_p_ch5109000000250092291_1110097605_0_2019052103322231.xml",
        Read("camt.054.001.04", 3, 0),
    ),
    (
        "200519_camt054-returns_p_ch2909000000250094239_1109800798_0_2019052023472022.xml",
        Read("camt.054.001.04", 3, 0),
    ),
    (
        "200924_camt.054_P_CH2909000000250094239_1110092703_0_2019042423412214.xml",
        Read("camt.054.001.04", 3, 0),
    ),
    (
        "200924_camt.054_P_CH2909000000250094239_1111091335_0_2020061900081727.xml",
        Read("camt.054.001.04", 3, 0),
    ),
    ("FI_camt_052_sample.xml.xml", Read("camt.052.001.02", 6, 0)),
    ("FI_camt_053_sample.xml.xml", Read("camt.053.001.02", 12, 0)),
    ("FI_camt_054_sample.xml.xml", Read("camt.054.001.02", 8, 0)),
    ("International_payment_RUB_naujas_1.xml", Read("pain.001.001.03", 2, 1)),
    ("International_payment_USD_naujas_1.xml", Read("pain.001.001.03", 2, 1)),
    (
        "camt.053_P_CH2909000000250094239_1110092698_0_2020112503071366.xml",
        Read("camt.053.001.04", 7, 0),
    ),
    (
        "camt054-returns_p_ch5109000000250092291_1110097606_0_2020112500512470.xml",
        Read("camt.054.001.04", 3, 0),
    ),
    ("gistfile1.xml", Read("pain.001.001.03", 4, 0)),
    ("invalid_file1", Refused("text outside the root element")),
    ("invalid_file2", Refused("an attribute without a value")),
    ("invalid_pain_v11.xml", Refused("`Document` has no namespace")),
    ("musterfile_pain.001_Nov2020.xml", Refused(SIX)),
    ("pain002-chdd-cor1_p_ch2909000000250094239_1110097483_0_2018031317221082.xml", Refused(SIX)),
    ("pain002-epo_p_0_0_0_2018031510491259.xml", Refused(SIX)),
    ("pain002-epo_p_0_0_0_2018032614401842.xml", Refused(SIX)),
    ("pain002-epo_p_ch2909000000250094239_1109800799_0_2018032612092784.xml", Refused(SIX)),
    ("pain002-epo_p_ch5109000000250092291_1110097605_0_2018031511252307.xml", Refused(SIX)),
    ("pain008-musterfile.xml", Refused(SIX)),
    ("sepa_payment_naujas_1.xml", Read("pain.001.001.03", 2, 2)),
    ("statement_1.xml", Read("camt.053.001.02", 6, 5)),
    ("valid_acmt_v03.xml", Refused("the namespace `acmt.007.001.03` is of no message known here")),
    ("valid_auth_v02.xml", Refused("the namespace `auth.018.001.02` is of no message known here")),
    ("valid_camt_v09.xml", Refused("the namespace `camt.055.001.09` is of no message known here")),
    ("valid_pacs_v11.xml", Read("pacs.002.001.11", 0, 0)),
    ("valid_pain_v11.xml", Read("pain.002.001.11", 1, 0)),
    ("valid_reda_v01.xml", Refused("the namespace `reda.066.001.01` is of no message known here")),
];

/// Besides, one that is refused like others of its kind.
const LAST: (&str, Expected) =
    ("valid_remt_v04.xml", Refused("the namespace `remt.001.001.04` is of no message known here"));

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The message's id, how many pieces it has, and those that are unfit.
fn read(bytes: &[u8]) -> Result<(&'static str, usize, Vec<Unfit>), String> {
    let (mut message, header) =
        open(bytes, Limits::default()).map_err(|error| error.to_string())?;
    assert_eq!(header, None);
    let (mut pieces, mut unfit) = (0, Vec::new());
    loop {
        let next = match &mut message {
            Message::Initiation(reader) => reader.next_item().map(|item| {
                item.map(|item| match item {
                    InitiationItem::Block(block) => block.err(),
                    InitiationItem::Order(order) => order.err(),
                })
            }),
            Message::Statement(reader) => reader.next_item().map(|item| {
                item.map(|item| match item {
                    StatementItem::Statement(statement) => statement.err(),
                    StatementItem::Entry(entry) => entry.err(),
                    StatementItem::End(_) => None,
                })
            }),
            Message::Status(reader) => reader.next_item().map(|item| item.map(|_| None)),
            Message::Transfer(_) | Message::Payback(_) => {
                return Err("no such file here".to_owned());
            }
        };
        match next.map_err(|error| error.to_string())? {
            None => return Ok((message.version().id(), pieces, unfit)),
            Some(wrong) => {
                pieces += 1;
                unfit.extend(wrong.map(|unfit| *unfit));
            }
        }
    }
}

#[test]
fn every_message_of_others_is_read_or_refused_for_what_is_wrong_with_it() {
    let mut left: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !matches!(name.as_str(), "README.md" | "LICENSE"))
        .collect();
    for (name, expected) in FILES.iter().chain([&LAST]) {
        assert!(left.remove(*name), "{name} is not there");
        let bytes = std::fs::read(folder().join(name)).unwrap();
        match (read(&bytes), expected) {
            (Ok((id, pieces, unfit)), Read(expected, count, wrong)) => {
                assert_eq!(
                    (id, pieces, unfit.len()),
                    (*expected, *count, *wrong),
                    "{name}: {unfit:#?}"
                );
                let faults: Vec<_> = unfit.iter().flat_map(|unfit| &unfit.faults).collect();
                let accounts = [Reason::AC01, Reason::AC02, Reason::AC03];
                let of_iban = faults.iter().all(|fault| {
                    fault.what.starts_with("the check digits of the IBAN `LT00")
                        && accounts.contains(&fault.reason)
                });
                assert!(of_iban, "{name}: {faults:#?}");
            }
            (Err(error), Refused(expected)) => {
                assert!(error.starts_with(expected), "{name}: {error}");
            }
            (told, Read(..) | Refused(_)) => panic!("{name}: {told:?}"),
        }
    }
    assert!(left.is_empty(), "{left:?} are in no table");
}

#[test]
fn an_entry_of_an_elder_version_says_what_a_new_one_says() {
    let bytes = std::fs::read(folder().join("FI_camt_053_sample.xml.xml")).unwrap();
    let (Message::Statement(mut reader), _) = open(bytes.as_slice(), Limits::default()).unwrap()
    else {
        panic!()
    };
    let Some(StatementItem::Statement(Ok(statement))) = reader.next_item().unwrap() else {
        panic!()
    };
    assert_eq!(statement.account.number.as_str(), "FI7433010001222090");
    assert!(statement.balances.len() >= 2, "{statement:#?}");
    let Some(StatementItem::Entry(Ok(entry))) = reader.next_item().unwrap() else { panic!() };
    assert_eq!(entry.status, iso20022::EntryStatus::Booked);
    assert!(
        entry.booked.is_some() && entry.amount.amount.0 > 0 && entry.code.domain.is_some(),
        "{entry:#?}"
    );
}
