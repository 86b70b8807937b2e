//! Every refusal a payment can get has a name in ISO 20022, and the table can be read in both directions.

use std::path::PathBuf;

use iso20022::Reason;
use terms::Refusal;

/// The engine's files in which a transfer, or what stands or falls with it, is decided.
const DECIDED_IN: [&str; 6] =
    ["transfer.rs", "resolve.rs", "exists.rs", "chain.rs", "guard.rs", "risk.rs"];

/// The refusals that the engine's rules on transfers name.
fn refusals_of_transfers() -> Vec<Refusal> {
    let engine = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../engine/src");
    let texts = DECIDED_IN.map(|file| std::fs::read_to_string(engine.join(file)).unwrap());
    let named = |refusal: &Refusal| {
        let name = format!("Refusal::{refusal:?}");
        texts.iter().any(|text| {
            text.match_indices(&name).any(|(at, _)| {
                let after = text[at + name.len()..].chars().next();
                !after.is_some_and(|after| after.is_alphanumeric())
            })
        })
    };
    Refusal::ALL.iter().copied().filter(named).collect()
}

#[test]
fn every_refusal_a_transfer_can_get_has_a_reason() {
    let refusals = refusals_of_transfers();
    assert!(
        refusals.len() > 70,
        "only {} were found, so the engine's files are not what they were",
        refusals.len()
    );
    for refusal in refusals {
        let reason =
            Reason::of(refusal).unwrap_or_else(|| panic!("{} has no reason", refusal.word()));
        assert_eq!(Reason::of_word(refusal.word()), Some(reason));
        assert!(reason.refusals().any(|other| other == refusal));
    }
}

#[test]
fn what_a_customer_is_told_most_is_told_rightly() {
    for (refusal, reason) in [
        (Refusal::ExceedsCredits, Reason::AM04),
        (Refusal::DebitAccountNotFound, Reason::AC02),
        (Refusal::CreditAccountNotFound, Reason::AC03),
        (Refusal::DebitAccountAlreadyClosed, Reason::AC05),
        (Refusal::CreditAccountAlreadyClosed, Reason::AC07),
        (Refusal::ExceedsDailyLimit, Reason::AM14),
        (Refusal::ExceedsHold, Reason::AM07),
        (Refusal::RefusedByRiskControl, Reason::MS03),
        (Refusal::Exists, Reason::AM05),
    ] {
        assert_eq!(Reason::of(refusal), Some(reason));
    }
    assert_eq!(Reason::of(Refusal::NoInterestDue), None);
    assert_eq!(Reason::of_word("no_such_word"), None);
}

/// `ExternalStatusReason1Code` of release 2Q2026 v3, in its order; the code set itself is published by ISO 20022.
const STATUS_REASONS: &str = "\
    AB01 AB02 AB03 AB04 AB05 AB06 AB07 AB08 AB09 AB10 AB11 AC01 AC02 AC03 AC04 AC05 AC06 AC07 AC08 AC09 AC10 \
    AC11 AC12 AC13 AC14 AC15 AC16 AG01 AG02 AG03 AG04 AG05 AG06 AG07 AG08 AG09 AG10 AG11 AG12 AG13 AGNT AM01 \
    AM02 AM03 AM04 AM05 AM06 AM07 AM09 AM10 AM11 AM12 AM13 AM14 AM15 AM16 AM17 AM18 AM19 AM20 AM21 AM22 AM23 \
    BE01 BE04 BE05 BE06 BE07 BE08 BE09 BE10 BE11 BE12 BE13 BE14 BE15 BE16 BE17 BE18 BE19 BE20 BE21 BE22 BE23 \
    CERI CH03 CH04 CH07 CH09 CH10 CH11 CH12 CH13 CH14 CH15 CH16 CH17 CH19 CH20 CH21 CH22 CHQC CNOR CURR CUST \
    DNOR DS01 DS02 DS03 DS04 DS05 DS06 DS07 DS08 DS09 DS0A DS0B DS0C DS0D DS0E DS0F DS0G DS0H DS0K DS10 DS11 \
    DS12 DS13 DS14 DS15 DS16 DS17 DS18 DS19 DS20 DS21 DS22 DS23 DS24 DS25 DS26 DS27 DT01 DT02 DT03 DT04 DT05 \
    DT06 DU01 DU02 DU03 DU04 DU05 DUPL ED01 ED03 ED05 ED06 ERIN FF01 FF02 FF03 FF04 FF05 FF06 FF07 FF08 FF09 \
    FF10 FF11 G000 G001 G002 G003 G004 G005 G006 ID01 MD01 MD02 MD05 MD06 MD07 MS02 MS03 NARR NERI RC01 RC02 \
    RC03 RC04 RC05 RC06 RC07 RC08 RC09 RC10 RC11 RC12 RCON RECI RF01 RR01 RR02 RR03 RR04 RR05 RR06 RR07 RR08 \
    RR09 RR10 RR11 RR12 S000 S001 S002 S003 S004 SL01 SL02 SL03 SL11 SL12 SL13 SL14 TA01 TD01 TD02 TD03 TK01 \
    TK02 TK03 TK09 TKCM TKSG TKSP TKVE TKXP TM01 TS01 TS04 CN01 FOCR FR01 NOAS NOCM RUTA UPAY AEXR ALAC ARFR \
    ARJR ATNS EDTL EDTR FRAD IEDT IRNR NOAR NOPG NRCH PINS REPR RTNS SPII UCRD FF12 FF13 DC02 APAR AB26 AB12 \
    AB13 AB15 AB21 BDAY DS28 INDT ISWS MINF NOFR RC13 RC15 RC16 SBRN RQNR SNRD OSNS AMSE INAR EDNA SL15 SL16 \
    SL17 SL18 CHRG CHCO IPNS CNNS EOL1 PNRT OBO1 OBO2 G007 G008 IMCC IUCT INCT AEML WGDA WGDB UTNV MICT GUAG";

/// `ExternalReturnReason1Code` of the same release.
const RETURN_REASONS: &str = "\
    AC01 AC03 AC04 AC06 AC13 AC14 AC15 AC16 AC17 AG01 AG02 AM01 AM02 AM03 AM04 AM05 AM06 AM07 AM09 AM10 ARDT \
    BE01 BE04 BE05 BE06 BE07 BE08 CN01 CNOR CNPC CURR CUST DNOR DS28 DT01 DT02 ED01 ED03 ED05 EMVL ERIN FF05 \
    FOCR FR01 FRTR MD01 MD02 MD06 MD07 MS02 MS03 NARR NOAS NOCM NOOR PINL RC01 RC07 RF01 RR01 RR02 RR03 RR04 \
    RUTA SL01 SL02 SL11 SL12 SL13 SL14 SP01 SP02 SVNR TM01 TRAC UPAY AGNT FF06 RC08 BE11 BE17 AC02 RR11 BE10 \
    BE16 RC11 RR12 FF03 FF07 FF04 RR09 RR05 RR07 RR08 RR06 AG07 G004 MD05 AC07 DC04 RC04 DT04 DUPL RC03";

#[test]
fn every_reason_is_a_code_of_the_published_sets() {
    let status: Vec<&str> = STATUS_REASONS.split_whitespace().collect();
    let returned: Vec<&str> = RETURN_REASONS.split_whitespace().collect();
    assert_eq!((status.len(), returned.len()), (315, 104));
    for (at, reason) in Reason::ALL.iter().enumerate() {
        assert!(status.contains(&reason.code()), "{}", reason.code());
        assert_eq!(
            reason.is_return_reason(),
            returned.contains(&reason.code()),
            "{}",
            reason.code()
        );
        assert_eq!(Reason::parse(reason.code()), Some(*reason));
        assert!(
            Reason::ALL[at + 1..].iter().all(|other| other.code() > reason.code()),
            "{}",
            reason.code()
        );
    }
}

#[test]
fn the_page_has_the_table_of_reasons() {
    let page = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats/iso20022.md");
    let page = std::fs::read_to_string(page).unwrap();
    let mut table = "| code | means | our refusals |\n|---|---|---|\n".to_owned();
    for reason in Reason::ALL {
        let words: Vec<String> =
            reason.refusals().map(|refusal| format!("`{}`", refusal.word())).collect();
        let words = if words.is_empty() { "–".to_owned() } else { words.join(", ") };
        table.push_str(&format!("| {} | {} | {words} |\n", reason.code(), reason.sentence()));
    }
    assert!(page.contains(&table), "docs/formats/iso20022.md should have\n{table}");
}
