//! Messages of ISO 20022 at the command line and in the folder: each payment once, whatever breaks in between; what we
//! write is what the standard's schemas accept; what others write is taken, or refused with its reason.

use crate::run::{Folder, beside};
use iso20022::{
    Account, Agent, Block, CreditTransfer, InitiationHeader, InitiationWriter, Money, Order, Party,
    Payback, PaybackWriter, PaymentIds, PaymentType, Reason, Remarks, Remittance, StatusReason,
    TransferWriter,
};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use terms::{Amount, Currency, Day};

/// How long the folder may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// How banks and accounts are named in these tests: account 3 settles yuan with WOHNDEFF.
const CONFIG: &str = "[iso]\nfolder = \"post\"\nbic = \"TJANCNBJ\"\nsend_every_s = 1\n\
    counterparts = [{ bic = \"WOHNDEFFXXX\", settlement = { CNY = \"3\" } }]\n\
    [api]\nlisten = \"127.0.0.1:0\"\n[flight]\nlisten = \"\"\n";

/// The first business day of the small bank.
fn day() -> Day {
    Day::parse("2026-03-02").unwrap()
}

fn yuan(minor: u128) -> Money {
    Money { currency: Currency::CNY, amount: Amount(minor) }
}

fn order(name: &str, to: &str, minor: u128) -> Order {
    // An account behind a bank is that bank's.
    let (bank, number) =
        to.split_once('/').map_or((None, to), |(bank, number)| (Some(bank), number));
    Order {
        ids: PaymentIds::end_to_end(name),
        repeat: 0,
        payment_type: PaymentType::default(),
        amount: yuan(minor),
        charges: None,
        ultimate_debtor: None,
        creditor_agent: bank.map(Agent::bic),
        creditor: Some(Party::named("Bo <博> & Co")),
        creditor_account: Some(Account::other(number)),
        ultimate_creditor: None,
        purpose: None,
        remittance: Remittance::text("Rent \u{661f} \"March\""),
        remarks: Remarks::default(),
    }
}

/// A customer's file: all from account 1001.
fn file(message: &str, orders: &[Order]) -> String {
    let header = InitiationHeader {
        message: message.into(),
        created: "2026-03-02T09:30:00Z".into(),
        payments: orders.len() as u64,
        sum: None,
        initiator: Party::named("Ada"),
    };
    let mut writer = InitiationWriter::begin(Vec::new(), &header).unwrap();
    let block = Block {
        id: format!("{message}-A"),
        execution: day(),
        debtor: Party::named("Ada 王"),
        debtor_account: Some(Account::other("1001")),
        debtor_agent: Agent::bic("TJANCNBJ"),
        ..Block::default()
    };
    writer.block(&block).unwrap();
    for order in orders {
        writer.order(order).unwrap();
    }
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

/// The small bank with a settlement account.
fn bank(name: &str) -> Folder {
    let at = Folder::new(name);
    at.small_bank();
    at.ok("account open 3 --code 10012");
    at.write("tj.toml", CONFIG);
    at
}

/// Holds a document against the standard's own schema; says loudly when there is no `xmllint`.
fn accepted(document: &str, version: &str) {
    let schema =
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../iso20022/schemas/{version}.xsd"));
    let file = std::env::temp_dir().join(format!("tj-{}-{version}.xml", std::process::id()));
    std::fs::write(&file, document).unwrap();
    let said =
        Command::new("xmllint").args(["--noout", "--schema"]).arg(schema).arg(&file).output();
    let Ok(said) = said else {
        eprintln!("SKIPPED: there is no xmllint, so {version} was held against no schema");
        return;
    };
    std::fs::remove_file(&file).unwrap();
    assert!(said.status.success(), "{}\n{document}", String::from_utf8_lossy(&said.stderr));
}

#[test]
fn every_example_is_right_and_a_wrong_one_is_refused_at_its_place() {
    let at = Folder::new("iso-samples");
    let kinds = [
        "pain.001", "pain.002", "pacs.008", "pacs.002", "pacs.004", "camt.052", "camt.053",
        "camt.054", "head.001",
    ];
    for kind in kinds {
        let text = at.ok(&format!("iso sample {kind}"));
        at.write("sample.xml", &text);
        let seen = at.json("iso validate sample.xml");
        assert_eq!((&seen["right"], &seen["items"]), (&true.into(), &1.into()), "{kind}: {seen}");
        assert_eq!(seen["header"], kind == "head.001");
    }
    let text = at.ok("iso sample pain.001");
    at.write("wrong.xml", &text.replace("1250.00", "1250.001"));
    let said = at.fails(3, "iso validate wrong.xml");
    assert!(said.out.contains("[AM12]") && said.out.contains("line "), "{said:?}");
    at.write("broken.xml", &text.replace("<PmtMtd>TRF</PmtMtd>", ""));
    let said = at.fails(3, "iso validate broken.xml");
    assert!(said.err.contains("PmtInf") && said.err.contains("[FF01]"), "{said:?}");
    at.fails(2, "iso validate nowhere.xml");
}

#[test]
fn a_file_is_paid_once_and_its_report_is_what_the_standard_accepts() {
    let at = bank("iso-import");
    let orders = [order("E1", "1002", 1_500), order("E2", "1002", 999_900), order("E3", "77", 1)];
    at.write("wages.xml", &file("M1", &orders));
    let first = at.json("iso import wages.xml --config tj.toml -o report.xml");
    assert_eq!(first["status"], "PART", "{first}");
    assert_eq!((&first["posted"], &first["rejected"]), (&1.into(), &2.into()));
    let report = at.read("report.xml");
    accepted(&report, "pain.002.001.11");
    for told in ["<OrgnlMsgId>M1<", "<GrpSts>PART<", "<TxSts>ACSC<", "<Cd>AM04<", "<Cd>AC03<"] {
        assert!(report.contains(told), "{told}: {report}");
    }
    let again = at.json("iso import wages.xml --config tj.toml -o report.xml");
    assert_eq!((&again["again"], &again["posted"]), (&true.into(), &1.into()));
    at.write("other.xml", &file("M1", &[order("E9", "1002", 1)]));
    let said = at.fails(3, "iso import other.xml --config tj.toml");
    assert!(said.out.contains("DU01"), "{said:?}");
    assert_eq!((at.balance("1001"), at.balance("1002")), ("85.00".into(), "15.00".into()));
    let told = at.tj(&["iso", "export", "pain.002", "--message", "M1", "--sender", "house:Ada"]);
    assert!(told.out.contains("<GrpSts>PART<"), "{told:?}");
    for (kind, version) in [
        ("camt.052", "camt.052.001.08"),
        ("camt.053", "camt.053.001.08"),
        ("camt.054", "camt.054.001.08"),
    ] {
        let text = at.ok(&format!("iso export {kind} --account 1002 --from 2026-03-02"));
        accepted(&text, version);
        assert!(text.contains("<Amt Ccy=\"CNY\">15.00</Amt>"), "{text}");
        assert!(text.contains("Bo &lt;博&gt; &amp; Co") && text.contains("E1"), "{text}");
    }
    // Whoever is forgotten takes what was written about their payments with them.
    at.ok("party erase 1 --yes");
    let text = at.ok("iso export camt.053 --account 1002 --from 2026-03-02");
    assert!(text.contains("15.00") && !text.contains("博"), "{text}");
    at.ok("verify bank.tj");
}

#[test]
fn a_payment_to_another_bank_is_sent_comes_back_once_and_no_other_does() {
    let at = bank("iso-banks");
    let orders = [order("E1", "WOHNDEFF/W1", 2_000), order("E2", "WOHNDEFF/W2", 3_000)];
    at.write("out.xml", &file("M1", &orders));
    at.ok("iso import out.xml --config tj.toml -o report.xml");
    assert_eq!(at.balance("1001"), "50.00");
    let sent = at.ok("iso export pacs.008 --account 3 --config tj.toml");
    accepted(&sent, "pacs.008.001.09");
    assert!(sent.contains("<NbOfTxs>2<") && sent.contains("<CtrlSum>50<"), "{sent}");
    let ids: Vec<&str> = sent.split("<TxId>").skip(1).map(|rest| &rest[..32]).collect();
    assert_eq!(ids.len(), 2);
    let messages = [back("R1", ids[0], 2_000), back("R2", ids[0], 2_000), back("R3", ids[1], 1)];
    for (message, (code, balance)) in
        messages.iter().zip([(0, "70.00"), (3, "70.00"), (3, "70.00")])
    {
        at.write("back.xml", message);
        let said = at.tj(&["iso", "import", "back.xml", "--config", "tj.toml"]);
        assert_eq!(said.code, code, "{said:?}");
        assert_eq!(at.balance("1001"), balance, "{said:?}");
    }
    // What came from the other bank goes back to it.
    at.write("in.xml", &incoming("P1", "1002", 500));
    at.ok("iso import in.xml --config tj.toml -o report.xml");
    assert_eq!(at.balance("1002"), "5.00");
    let report = at.read("report.xml");
    accepted(&report, "pacs.002.001.11");
    let id = report.split("<AcctSvcrRef>").nth(1).unwrap()[..32].to_owned();
    at.ok(&format!("reverse {}", u128::from_str_radix(&id, 16).unwrap()));
    let sent = at.ok("iso export pacs.004 --account 3 --config tj.toml");
    accepted(&sent, "pacs.004.001.10");
    assert!(sent.contains("<OrgnlTxId>T1<") && sent.contains("<OrgnlMsgId>P1<"), "{sent}");
    assert_eq!(at.balance("1002"), "0.00");
    // A rejection brings the other one back.
    let rejected = at.ok("iso sample pacs.002").replace("TJ-000000042", ids[1]);
    let rejected = rejected.replace("ACSC", "RJCT").replace("TJANDEFFXXX", "TJANCNBJXXX");
    at.write("no.xml", &rejected);
    at.ok("iso import no.xml --config tj.toml");
    assert_eq!(at.balance("1001"), "100.00");
    assert_eq!(at.balance("3"), "0.00");
    at.ok("verify bank.tj");
}

#[test]
fn what_rules_say_of_a_payment_is_told_in_the_words_of_the_standard() {
    let at = bank("iso-risk");
    crate::risky::book(&at, "payer_owned AND amount >= 10");
    at.ok("risk rules adopt --rulebook book --by office --stops 1");
    let orders = [order("E1", "1002", 1_250), order("E2", "1002", 300), order("E3", "1002", 4_000)];
    at.write("wages.xml", &file("M1", &orders));
    let told = at.json("iso import wages.xml --config tj.toml -o report.xml");
    assert_eq!(
        (&told["posted"], &told["waiting"], &told["rejected"]),
        (&1.into(), &1.into(), &1.into())
    );
    let report = at.read("report.xml");
    accepted(&report, "pain.002.001.11");
    let of = |name: &str| {
        let from = report.find(&format!("<OrgnlEndToEndId>{name}<")).unwrap();
        report[from..].split("</TxInfAndSts>").next().unwrap().to_owned()
    };
    // Nobody can be asked, so it is rejected, with what the payer would have been told.
    assert!(of("E1").contains("RJCT") && of("E1").contains("<AddtlInf>t</AddtlInf>"), "{report}");
    assert!(of("E2").contains("ACSC"), "{report}");
    assert!(of("E3").contains("PDNG") && of("E3").contains("somebody"), "{report}");
    assert_eq!(at.balance("1002"), "3.00");
    let cases = at.json("case list");
    let case = cases["cases"][0]["case"].as_str().unwrap_or_else(|| panic!("{cases}")).to_owned();
    at.ok(&format!("case claim {case} --by anna"));
    at.ok(&format!("case release {case} --by anna"));
    let told = at.ok("iso export pain.002 --message M1 --sender house:Ada");
    assert_eq!(told.matches("<TxSts>ACSC<").count(), 2, "what was released since is told: {told}");
    assert_eq!(at.balance("1002"), "43.00");
    // A statement tells what was written beside a payment that was released, too.
    let text = at.ok("iso export camt.053 --account 1002 --from 2026-03-02");
    assert!(text.contains("<EndToEndId>E3<"), "{text}");
}

/// A payment by WOHNDEFF.
fn incoming(message: &str, to: &str, minor: u128) -> String {
    let header = iso20022::BankHeader {
        message: message.into(),
        created: "2026-03-02T09:30:00Z".into(),
        payments: 1,
        settlement: Some(day()),
        method: "INGA".into(),
        instructing: Some(Agent::bic("WOHNDEFF")),
        instructed: Some(Agent::bic("TJANCNBJ")),
        ..iso20022::BankHeader::default()
    };
    let ids = PaymentIds { transaction: Some("T1".into()), ..PaymentIds::end_to_end("E1") };
    let transfer = CreditTransfer {
        ids,
        payment_type: PaymentType::default(),
        amount: yuan(minor),
        settlement: None,
        instructed_amount: None,
        charges: None,
        instructing: None,
        instructed: None,
        ultimate_debtor: None,
        debtor: Party::named("Wohnbau"),
        debtor_account: Some(Account::iban("DE89370400440532013000")),
        debtor_agent: Agent::bic("WOHNDEFF"),
        creditor_agent: Agent::bic("TJANCNBJ"),
        creditor: Party::named("Bo"),
        creditor_account: Some(Account::other(to)),
        ultimate_creditor: None,
        purpose: None,
        remittance: Remittance::text("Deposit"),
        remarks: Remarks::default(),
    };
    let mut writer = TransferWriter::begin(Vec::new(), &header).unwrap();
    writer.transfer(&transfer).unwrap();
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

/// A return by WOHNDEFF.
fn back(message: &str, id: &str, minor: u128) -> String {
    let header = iso20022::BankHeader {
        message: message.into(),
        created: "2026-03-02T09:30:00Z".into(),
        payments: 1,
        method: "INGA".into(),
        instructing: Some(Agent::bic("WOHNDEFF")),
        instructed: Some(Agent::bic("TJANCNBJ")),
        ..iso20022::BankHeader::default()
    };
    let mut writer = PaybackWriter::begin(Vec::new(), &header).unwrap();
    let payback = Payback {
        id: Some(format!("{message}-1")),
        group: None,
        instruction: None,
        end_to_end: None,
        transaction: Some(id.into()),
        uetr: None,
        original_amount: None,
        original_settlement: None,
        amount: yuan(minor),
        settlement: Some(day()),
        charges: None,
        instructing: None,
        instructed: None,
        reasons: vec![StatusReason::new(Reason::AC04, "")],
        remarks: Remarks::default(),
    };
    writer.payback(&payback).unwrap();
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

/// The bank, served; killed when this is dropped.
struct Served(Child);

impl Served {
    /// Returns once its doors are open.
    fn start(at: &Folder) -> Served {
        let mut command = at.command(&["--json", "serve", "--config", "tj.toml"]);
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = lines.any(|line| line.unwrap() == "}");
        assert!(ready, "the server did not start");
        Served(child)
    }

    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Puts a file in as a careful sender does: written elsewhere, then renamed.
fn put(at: &Folder, name: &str, text: &str) {
    let aside = at.path("post").join(format!("in/.{name}"));
    std::fs::write(&aside, text).unwrap();
    std::fs::rename(&aside, at.path("post").join("in").join(name)).unwrap();
}

fn names(at: &Folder, folder: &str) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(at.path("post").join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Waits until something holds.
fn until(what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn quiet(at: &Folder) {
    until("the folder is not worked off", || {
        names(at, "in").is_empty() && names(at, "work").is_empty()
    });
}

#[test]
fn whatever_is_killed_in_between_each_payment_of_the_folder_is_made_once() {
    let at = bank("iso-killed");
    at.ok("pay 1 1001 1000000.00");
    for folder in ["post/in", "post/work", "post/out"] {
        std::fs::create_dir_all(at.path(folder)).unwrap();
    }
    // Where in a file's way the kill falls is left to chance; the money is counted, wherever it was.
    let (mut chance, mut payments) = (0x2545_f491_4f6c_dd1du64, 0u128);
    for round in 0..4 {
        let served = Served::start(&at);
        for n in 0..6 {
            let orders: Vec<Order> = (0..200)
                .map(|o| {
                    order(&format!("E{o}"), if o % 2 == 0 { "1002" } else { "WOHNDEFF/W1" }, 1)
                })
                .collect();
            let text = file(&format!("M{round}-{n}"), &orders);
            payments += 200;
            put(&at, &format!("{round}-{n}.xml"), &text);
            // The same message again, as another file.
            if n % 3 == 0 {
                put(&at, &format!("{round}-{n}-copy.xml"), &text);
            }
        }
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        std::thread::sleep(Duration::from_millis(chance % 600));
        served.kill();
    }
    let served = Served::start(&at);
    quiet(&at);
    until("what is due is not sent", || sent(&at).len() as u128 == payments / 2);
    // Whatever went out is remembered as one message, however often it was begun; a moment after it went.
    let out = || names(&at, "out").iter().filter(|name| name.starts_with("pacs.008")).count();
    until("what went out is not remembered", || kept(&at, "out") == out());
    served.kill();
    assert_eq!(names(&at, "done").len(), 32);
    assert_eq!(kept(&at, "out"), out());
    assert_eq!(names(&at, "err"), Vec::<String>::new());
    let cents = |minor: u128| format!("{}.{:02}", minor / 100, minor % 100);
    assert_eq!(at.balance("1002"), cents(payments / 2));
    assert_eq!(at.balance("3"), cents(payments / 2));
    assert_eq!(at.balance("1001"), cents(100_010_000 - payments));
    let mut ids = sent(&at);
    ids.sort();
    ids.dedup();
    assert_eq!(
        ids.len() as u128,
        payments / 2,
        "each payment stands in one message to the other bank"
    );
    at.ok("verify bank.tj");
}

#[test]
fn a_file_that_comes_again_and_another_under_its_name_pay_nothing_more() {
    let at = bank("iso-twice");
    std::fs::create_dir_all(at.path("post/in")).unwrap();
    let wages = file("M1", &[order("E1", "1002", 1_500)]);
    let served = Served::start(&at);
    for (name, text) in [
        ("wages.xml", wages.clone()),
        ("wages.xml", wages.clone()),
        ("copy.xml", wages),
        ("more.xml", file("M1", &[order("E1", "1002", 1_500), order("E2", "1002", 2_500)])),
        ("wages.xml", file("M1", &[order("E3", "1002", 1_500)])),
    ] {
        put(&at, name, &text);
        quiet(&at);
    }
    // Nobody can be told what is wrong with a file that cannot be read; the bank's own people can.
    put(&at, "broken.xml", "<Document>");
    quiet(&at);
    assert_eq!(kept(&at, "unread"), 1);
    // A copy is made while the bank is served, and is a bank.
    at.ok("backup copy.tj");
    at.fails(2, "backup copy.tj");
    served.kill();
    at.ok("verify copy.tj");
    let copied: serde_json::Value = serde_json::from_str(&at.read("bank.tj/backup.json")).unwrap();
    assert!(copied["entries"].as_u64().unwrap() > 0, "{copied}");
    let said = at.tj(&["--dir", "copy.tj", "account", "show", "1002", "--json"]);
    assert!(said.out.contains("15.00"), "{said:?}");
    at.fails(1, "--dir nowhere.tj backup other.tj");
    assert_eq!(at.balance("1002"), "15.00");
    assert_eq!(names(&at, "done"), ["copy.xml", "wages.xml", "wages.xml.2"]);
    let aside = [
        "broken.xml",
        "broken.xml.reason.txt",
        "more.xml",
        "more.xml.reason.txt",
        "wages.xml",
        "wages.xml.reason.txt",
    ];
    assert_eq!(names(&at, "err"), aside);
    for name in ["more.xml", "wages.xml"] {
        let reason = at.read(&format!("post/err/{name}.reason.txt"));
        assert!(reason.starts_with("DU01"), "{reason}");
    }
    assert!(at.read("post/out/copy.xml.pain.002.xml").contains("<TxSts>ACSC<"));
    at.ok("verify bank.tj");
}

/// How many files of this ending are kept of messages.
fn kept(at: &Folder, ending: &str) -> usize {
    let files = std::fs::read_dir(at.path("bank.tj/iso")).unwrap();
    files
        .filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|e| e == ending))
        .count()
}

/// The payments that were sent to the other bank, by `TxId`.
fn sent(at: &Folder) -> Vec<String> {
    let mut ids = Vec::new();
    for name in names(at, "out").into_iter().filter(|name| name.starts_with("pacs.008")) {
        let text = at.read(&format!("post/out/{name}"));
        ids.extend(text.split("<TxId>").skip(1).map(|rest| rest[..32].to_owned()));
    }
    ids
}

#[test]
fn what_others_write_is_taken_or_refused_with_its_reason() {
    let Some(samples) = beside("data/iso20022/moov-io/testdata") else { return };
    let at = bank("iso-others");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(samples).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_none_or(|kind| kind != "json"));
    files.sort();
    assert!(files.len() > 30, "{}", files.len());
    std::fs::create_dir_all(at.path("post/in")).unwrap();
    for path in &files {
        let name = path.file_name().unwrap().to_str().unwrap();
        std::fs::copy(path, at.path("post/in").join(name)).unwrap();
    }
    let served = Served::start(&at);
    quiet(&at);
    served.kill();
    let mut told = String::new();
    // Nothing of it is this bank's, so nothing is paid; and each answer is what the standard accepts.
    for name in names(&at, "out") {
        let report = at.read(&format!("post/out/{name}"));
        let version =
            if name.ends_with("pain.002.xml") { "pain.002.001.11" } else { "pacs.002.001.11" };
        accepted(&report, version);
        assert!(report.contains("RJCT") && !report.contains("ACSC"), "{name}: {report}");
    }
    assert_eq!(at.balance("1001"), "100.00");
    for name in names(&at, "done") {
        told += &format!("{name}: done\n");
    }
    for name in names(&at, "err").iter().filter(|name| name.ends_with(".reason.txt")) {
        let reason = at.read(&format!("post/err/{name}"));
        told += &format!(
            "{}: {}\n",
            name.trim_end_matches(".reason.txt"),
            reason.lines().next().unwrap()
        );
    }
    for path in &files {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(told.contains(name), "{name} is neither taken nor refused");
    }
    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tj/messages.txt");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&expected, &told).unwrap();
    }
    assert_eq!(told, std::fs::read_to_string(&expected).unwrap_or_default());
}
