//! A customer's file: what is wrong with an order is told of that order, with its place and its reason, and the
//! others go on; what is wrong with the whole is told at its end.

use iso20022::{
    Block, Decimal, Fault, InitiationItem, Kind, Limits, Message, Order, PaymentName, Reason,
    Totals, Unfit, open, sample,
};

fn text() -> String {
    String::from_utf8(sample(Kind::Initiation).unwrap()).unwrap()
}

struct File {
    blocks: Vec<Result<Box<Block>, Box<Unfit>>>,
    orders: Vec<Result<Box<Order>, Box<Unfit>>>,
    totals: Totals,
}

fn read(text: &str) -> File {
    let (message, _) =
        open(text.as_bytes(), Limits::default()).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let Message::Initiation(mut reader) = message else { panic!("{message:?}") };
    let (mut blocks, mut orders) = (Vec::new(), Vec::new());
    while let Some(item) = reader.next_item().unwrap() {
        assert_eq!(reader.totals(), None);
        match item {
            InitiationItem::Block(block) => blocks.push(block),
            InitiationItem::Order(order) => orders.push(order),
        }
    }
    let totals = reader.totals().unwrap().clone();
    let (again, _) = open(text.as_bytes(), Limits::default()).unwrap();
    let Message::Initiation(again) = again else { panic!() };
    assert_eq!(again.check().unwrap(), totals);
    File { blocks, orders, totals }
}

fn only_fault(unfit: &Unfit) -> &Fault {
    assert_eq!((unfit.faults.len(), unfit.faults_unkept), (1, 0), "{unfit:#?}");
    &unfit.faults[0]
}

const ORDER: &str = "/Document/CstmrCdtTrfInitn/PmtInf[1]/CdtTrfTxInf[1]";
const BLOCK: &str = "/Document/CstmrCdtTrfInitn/PmtInf[1]";

#[test]
fn a_wrong_value_makes_its_order_unfit_and_says_where_and_why() {
    let amount = "<InstdAmt Ccy=\"EUR\">1250.00</InstdAmt>";
    let euros = |amount: &str| format!("<InstdAmt Ccy=\"EUR\">{amount}</InstdAmt>");
    let cases = [
        (amount, euros("1e400"), "Amt/InstdAmt", Reason::AM12),
        (amount, euros("NaN"), "Amt/InstdAmt", Reason::AM12),
        (amount, euros("INF"), "Amt/InstdAmt", Reason::AM12),
        (amount, euros("-1.00"), "Amt/InstdAmt", Reason::AM12),
        (amount, euros("1,250.00"), "Amt/InstdAmt", Reason::AM12),
        (amount, euros("0x10"), "Amt/InstdAmt", Reason::AM12),
        (amount, euros(""), "Amt/InstdAmt", Reason::AM12),
        (amount, euros("12345678901234567890"), "Amt/InstdAmt", Reason::AM12),
        (amount, euros("1.001"), "Amt/InstdAmt", Reason::AM12),
        (amount, euros("1.000001"), "Amt/InstdAmt", Reason::AM12),
        (amount, euros("0.00"), "Amt/InstdAmt", Reason::AM01),
        (
            amount,
            "<InstdAmt Ccy=\"JPY\">1250.5</InstdAmt>".to_owned(),
            "Amt/InstdAmt",
            Reason::AM12,
        ),
        (amount, "<InstdAmt Ccy=\"eur\">1250</InstdAmt>".to_owned(), "Amt/InstdAmt", Reason::AM11),
        (amount, "<InstdAmt Ccy=\"EURO\">1250</InstdAmt>".to_owned(), "Amt/InstdAmt", Reason::AM11),
        (amount, "<InstdAmt>1250</InstdAmt>".to_owned(), "Amt/InstdAmt", Reason::AM11),
        (amount, "<InstdAmt Ccy=\"XTS\">1250</InstdAmt>".to_owned(), "Amt/InstdAmt", Reason::AM03),
        (
            amount,
            format!(
                "<EqvtAmt>{}<CcyOfTrf>USD</CcyOfTrf></EqvtAmt>",
                euros("1250").replace("InstdAmt", "Amt")
            ),
            "Amt/EqvtAmt",
            Reason::AG03,
        ),
        (
            "GB29NWBK60161331926819",
            "GB29NWBK60161331926818".to_owned(),
            "CdtrAcct/Id/IBAN",
            Reason::AC03,
        ),
        (
            "GB29NWBK60161331926819",
            "GB29 NWBK 6016 1331 9268 19".to_owned(),
            "CdtrAcct/Id/IBAN",
            Reason::AC03,
        ),
        ("WOHNDEFF", "WOHNDEF".to_owned(), "CdtrAgt/FinInstnId/BICFI", Reason::RC01),
        ("WOHNDEFF", "wohndeff".to_owned(), "CdtrAgt/FinInstnId/BICFI", Reason::RC01),
        ("eb6305c9-1f7f-49de", "eb6305c9-1f7f-39de".to_owned(), "PmtId/UETR", Reason::FF01),
        ("<Cd>RENT</Cd>", "<Cd>RENTAL</Cd>".to_owned(), "Purp/Cd", Reason::FF01),
        (
            "<Nm>Wohnbau &amp; Söhne GmbH",
            format!("<Nm>{}", "x".repeat(141)),
            "Cdtr/Nm",
            Reason::FF01,
        ),
        ("FLAT-17-2026-12", String::new(), "PmtId/EndToEndId", Reason::FF01),
    ];
    for (from, to, way, reason) in cases {
        let text = text().replacen(from, &to, 1);
        let file = read(&text);
        let [Err(unfit)] = file.orders.as_slice() else {
            panic!("{to} was taken: {:?}", file.orders)
        };
        let fault = only_fault(unfit);
        assert_eq!(
            (fault.path.as_str(), fault.reason),
            (format!("{ORDER}/{way}").as_str(), reason),
            "{fault}"
        );
        // The place is that of the element's tag.
        let element = way.rsplit('/').next().unwrap();
        let at = usize::try_from(fault.place.byte).unwrap();
        assert!(text[at..].starts_with(&format!("<{element}")), "{fault}");
        assert_eq!(text[..at].matches('\n').count() as u64 + 1, fault.place.line);
        assert_eq!(unfit.instruction.as_deref(), Some("RENT-2026-12"));
        assert_eq!((file.totals.payments, file.totals.unfit), (1, 1));
        assert!(file.blocks[0].is_ok());
    }
}

#[test]
fn zeros_that_say_nothing_do_not_count() {
    for (currency, amount, minor) in [
        ("JPY", "1250.00", 1250),
        ("EUR", "+001.50000", 150),
        ("KWD", ".005", 5),
        ("EUR", " 7 ", 700),
    ] {
        let amount = format!("<InstdAmt Ccy=\"{currency}\">{amount}</InstdAmt>");
        let file = read(&text().replace("<InstdAmt Ccy=\"EUR\">1250.00</InstdAmt>", &amount));
        assert_eq!(file.orders[0].as_ref().unwrap().amount.amount.0, minor);
    }
}

#[test]
fn a_wrong_value_of_a_block_makes_the_block_unfit() {
    for (from, to, way, reason) in [
        ("DE89370400440532013000", "DE89370400440532013001", "DbtrAcct/Id/IBAN", Reason::AC02),
        ("<Dt>2026-11-28</Dt>", "<Dt>2026-02-29</Dt>", "ReqdExctnDt/Dt", Reason::DT01),
        ("<Dt>2026-11-28</Dt>", "<Dt>28.11.2026</Dt>", "ReqdExctnDt/Dt", Reason::DT01),
        ("TJANDEFFXXX", "TJANDEFFXX", "DbtrAgt/FinInstnId/BICFI", Reason::RC01),
        ("<PmtMtd>TRF", "<PmtMtd>CHK", "PmtMtd", Reason::AG03),
        ("<PmtMtd>TRF", "<PmtMtd>DD", "PmtMtd", Reason::FF01),
        ("<ChrgBr>SLEV", "<ChrgBr>NONE", "ChrgBr", Reason::FF01),
    ] {
        let file = read(&text().replacen(from, to, 1));
        let [Err(unfit)] = file.blocks.as_slice() else { panic!("{to} was taken") };
        let fault = &unfit.faults[0];
        assert_eq!(
            (fault.path.as_str(), fault.reason),
            (format!("{BLOCK}/{way}").as_str(), reason),
            "{fault}"
        );
        assert_eq!(unfit.id.as_deref(), Some("ARVIN-0001-A"));
        assert!(file.orders[0].is_ok());
    }
}

#[test]
fn a_wrong_group_header_and_a_wrong_order_of_elements_end_the_file() {
    let text = text();
    for (broken, path, reason) in [
        (
            text.replacen("<CreDtTm>2026-11-28T09:30:00Z", "<CreDtTm>yesterday", 1),
            "/GrpHdr/CreDtTm",
            Reason::DT01,
        ),
        (
            text.replacen("<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>one</NbOfTxs>", 1),
            "/GrpHdr/NbOfTxs",
            Reason::FF01,
        ),
        (text.replacen("<CtrlSum>1250", "<CtrlSum>-1", 1), "/GrpHdr/CtrlSum", Reason::AM10),
        (text.replacen("<NbOfTxs>1</NbOfTxs>", "", 1), "/GrpHdr", Reason::FF01),
        (
            text.replace("<Cdtr>", "<Creditor>").replace("</Cdtr>", "</Creditor>"),
            "/PmtInf[1]/CdtTrfTxInf[1]",
            Reason::FF01,
        ),
        (
            text.replace("<EndToEndId>FLAT-17-2026-12</EndToEndId>", ""),
            "/PmtInf[1]/CdtTrfTxInf[1]/PmtId",
            Reason::FF01,
        ),
    ] {
        let error = open(broken.as_bytes(), Limits::default())
            .and_then(|(mut message, _)| message.read_through());
        let error = error.unwrap_err();
        let refused = error.refused().unwrap();
        assert_eq!(
            (refused.path.as_str(), refused.reason),
            (format!("/Document/CstmrCdtTrfInitn{path}").as_str(), reason),
            "{refused}"
        );
    }
}

#[test]
fn counts_and_sums_are_held_against_what_came() {
    let wrong = |text: String| -> Vec<(String, Reason)> {
        let faults = read(&text).totals.faults;
        faults
            .into_iter()
            .map(|fault| (fault.path.replace("/Document/CstmrCdtTrfInitn", ""), fault.reason))
            .collect()
    };
    assert_eq!(wrong(text()), []);
    let count = "<NbOfTxs>1</NbOfTxs>";
    assert_eq!(
        wrong(text().replacen(count, "<NbOfTxs>2</NbOfTxs>", 1)),
        [("/GrpHdr/NbOfTxs".to_owned(), Reason::AM18)]
    );
    let twice = text().replace(count, "<NbOfTxs>2</NbOfTxs>");
    assert_eq!(wrong(twice).len(), 2);
    let sum = text().replace("<CtrlSum>1250</CtrlSum>", "<CtrlSum>1250.01</CtrlSum>");
    let both = [
        ("/PmtInf[1]/CtrlSum".to_owned(), Reason::AM10),
        ("/GrpHdr/CtrlSum".to_owned(), Reason::AM10),
    ];
    assert_eq!(wrong(sum), both);
    let same = text().replace("<CtrlSum>1250</CtrlSum>", "<CtrlSum>+01250.000</CtrlSum>");
    assert_eq!(wrong(same), []);
    assert_eq!(wrong(text().replace("<CtrlSum>1250</CtrlSum>", "")), []);
    // Ten times 0.10 is 1: no rounding anywhere.
    let order =
        &text()[text().find("   <CdtTrfTxInf>").unwrap()..text().find("  </PmtInf>").unwrap()];
    let ten = text().replace(order, &order.repeat(10)).replace("1250.00", "0.10");
    let ten = ten.replace(count, "<NbOfTxs>10</NbOfTxs>").replace("<CtrlSum>1250<", "<CtrlSum>1<");
    assert_eq!(wrong(ten.clone()), []);
    assert_eq!(read(&ten).totals.sum, Decimal::parse("1").unwrap());
}

#[test]
fn names_used_twice_are_told_and_give_different_ids() {
    let order =
        &text()[text().find("   <CdtTrfTxInf>").unwrap()..text().find("  </PmtInf>").unwrap()];
    let file = read(&text().replace(order, &order.repeat(3)));
    let orders: Vec<&Order> = file.orders.iter().map(|order| &**order.as_ref().unwrap()).collect();
    let told = |order: &Order| -> Vec<Reason> {
        order.remarks.repeated.iter().map(|fault| fault.reason).collect()
    };
    assert_eq!(told(orders[0]), []);
    assert_eq!(told(orders[1]), [Reason::DU05, Reason::DU04]);
    assert_eq!(
        orders[2].remarks.repeated[0].path,
        "/Document/CstmrCdtTrfInitn/PmtInf[1]/CdtTrfTxInf[3]/PmtId/InstrId"
    );
    assert_eq!(orders.iter().map(|order| order.repeat).collect::<Vec<_>>(), [0, 1, 2]);
    let id = |order: &Order| {
        let name = PaymentName {
            sender: "ARVIN",
            message: "ARVIN-0001",
            block: "ARVIN-0001-A",
            instruction: order.ids.instruction.as_deref(),
            end_to_end: &order.ids.end_to_end,
            repeat: order.repeat,
        };
        name.transfer_id()
    };
    assert!(
        id(orders[0]) != id(orders[1])
            && id(orders[1]) != id(orders[2])
            && id(orders[0]) != id(orders[2])
    );
    let alone = read(&text());
    assert_eq!(id(alone.orders[0].as_ref().unwrap()), id(orders[0]));

    let unnamed = order
        .replace("FLAT-17-2026-12", "NOTPROVIDED")
        .replace("<InstrId>RENT-2026-12</InstrId>", "");
    let file = read(&text().replace(order, &unnamed.repeat(2)));
    let last = file.orders[1].as_ref().unwrap();
    assert_eq!((last.repeat, last.remarks.repeated.len()), (1, 0));

    let block =
        &text()[text().find("  <PmtInf>").unwrap()..text().find(" </CstmrCdtTrfInitn>").unwrap()];
    let file = read(&text().replace(block, &block.repeat(2)));
    assert_eq!(file.blocks[1].as_ref().unwrap().remarks.repeated[0].reason, Reason::DU02);
}

#[test]
fn what_is_there_and_not_read_is_named() {
    let more = "<InstrForCdtrAgt><InstrInf>ring twice</InstrInf></InstrForCdtrAgt><Purp>";
    let file = read(&text().replacen("<Purp>", more, 1));
    assert_eq!(file.orders[0].as_ref().unwrap().remarks.skipped, ["InstrForCdtrAgt/InstrInf"]);
    let more = "<SplmtryData><Envlp><x xmlns=\"urn:x\" y=\"1\">z<w/></x></Envlp></SplmtryData></CdtTrfTxInf>";
    let file = read(&text().replacen("</CdtTrfTxInf>", more, 1));
    assert!(file.orders[0].is_ok());
}

#[test]
fn all_versions_of_a_file_are_read() {
    let elder = text().replace("pain.001.001.10", "pain.001.001.09");
    assert_eq!(
        read(&elder).orders,
        read(&text())
            .orders
            .into_iter()
            .map(|order| order.map(|mut order| {
                // Places differ by nothing: the two ids are of one length.
                order.remarks.repeated.clear();
                order
            }))
            .collect::<Vec<_>>()
    );
    let eldest = text()
        .replace("pain.001.001.10", "pain.001.001.03")
        .replace("BICFI", "BIC")
        .replace("<UETR>eb6305c9-1f7f-49de-aed0-16487c27b42d</UETR>", "")
        .replace("<Dt>2026-11-28</Dt>", "2026-11-28")
        .replace(
            "<ReqdExctnDt>\n    2026-11-28\n   </ReqdExctnDt>",
            "<ReqdExctnDt>2026-11-28</ReqdExctnDt>",
        );
    let file = read(&eldest);
    assert_eq!(file.blocks[0].as_ref().unwrap().debtor_agent.bic.as_deref(), Some("TJANDEFFXXX"));
    assert_eq!(
        file.orders[0].as_ref().unwrap().creditor_agent.as_ref().unwrap().bic.as_deref(),
        Some("WOHNDEFF")
    );
}

#[test]
fn of_very_many_wrong_counts_some_are_kept_and_all_are_counted() {
    let text = text();
    let block = &text[text.find("  <PmtInf>").unwrap()..text.find(" </CstmrCdtTrfInitn>").unwrap()];
    let wrong = block.replace("<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>2</NbOfTxs>");
    let totals = read(&text.replace(block, &wrong.repeat(150))).totals;
    // 150 blocks, and the file's own count and sum.
    assert_eq!((totals.faults.len(), totals.faults_unkept), (100, 52));
}
