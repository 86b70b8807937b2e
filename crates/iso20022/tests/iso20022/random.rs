//! Messages made by chance: what is written is read as it was, `xmllint` accepts it, and bytes changed by chance are
//! refused or read but never break anything.

use std::io::BufReader;

use crate::chance::Chance;
use iso20022::{
    Account, AccountNumber, Address, Agent, Balance, BalanceKind, BankCode, BankHeader, Block,
    ChargeBearer, CreditTransfer, Decimal, Detail, Direction, Entry, EntryStatus, Header, Identity,
    InitiationHeader, InitiationItem, InitiationWriter, Kind, Limits, Message, Money, Order,
    OtherId, Party, Payback, PaybackWriter, PaymentIds, PaymentStatus, PaymentType, ReadError,
    Remarks, Remittance, ReportHeader, Statement, StatementHeader, StatementItem, StatementWriter,
    Status, StatusItem, StatusReason, StatusWriter, TransferWriter, Uetr, open, sample,
};
use terms::{Amount, Currency, Day};

/// Parts of messages.
impl Chance {
    /// Text of at most so many characters, of all that is awkward in XML.
    fn text(&mut self, max: usize) -> String {
        const LETTERS: [char; 20] = [
            'a',
            'Z',
            '0',
            ' ',
            '&',
            '<',
            '>',
            '"',
            '\'',
            ']',
            '\n',
            '\t',
            '\r',
            'é',
            '通',
            '\u{1F600}',
            '\u{FEFF}',
            '\u{202E}',
            ';',
            '#',
        ];
        let length = 1 + self.below(max);
        (0..length).map(|_| self.of(&LETTERS)).collect()
    }

    fn id(&mut self) -> String {
        self.text(35)
    }

    fn money(&mut self) -> Money {
        let currency =
            self.of(&[Currency::EUR, Currency::JPY, Currency::KWD, Currency::CNY, Currency::USD]);
        Money { currency, amount: Amount(1 + self.below(999_999_999_999_999) as u128) }
    }

    fn day(&mut self) -> Day {
        Day(self.below(40_000) as i32)
    }

    fn time(&mut self) -> String {
        format!(
            "{}T{:02}:30:00{}",
            self.day(),
            self.below(24),
            self.of(&["", "Z", "+08:00", ".250Z"])
        )
    }

    fn uetr(&mut self) -> Uetr {
        Uetr::from_random(u128::from(self.next()) << 64 | u128::from(self.next()))
    }

    fn other_id(&mut self) -> OtherId {
        OtherId { id: self.id(), scheme: self.maybe(|c| c.text(4)), issuer: self.maybe(Chance::id) }
    }

    fn identity(&mut self) -> Identity {
        match self.below(2) {
            0 => Identity::Organisation {
                bic: self.maybe(|_| "TJANDEFF".to_owned()),
                lei: self.maybe(|_| "529900T8BM49AURSDO55".to_owned()),
                others: self.some(2, Chance::other_id),
            },
            _ => Identity::Person { others: self.some(2, Chance::other_id) },
        }
    }

    fn address(&mut self) -> Address {
        Address {
            street: self.maybe(|c| c.text(70)),
            building: self.maybe(|c| c.text(16)),
            post_code: self.maybe(|c| c.text(16)),
            town: self.maybe(|c| c.text(35)),
            country: self.maybe(|c| c.of(&["DE", "CN", "GB"]).to_owned()),
            lines: self.some(7, |c| c.text(70)),
        }
    }

    fn party(&mut self) -> Party {
        Party {
            name: self.maybe(|c| c.text(140)),
            address: self.maybe(Chance::address),
            identity: self.maybe(Chance::identity),
            country: self.maybe(|_| "CN".to_owned()),
        }
    }

    fn account(&mut self) -> Account {
        let number = match self.below(2) {
            0 => AccountNumber::Iban(
                self.of(&["DE89370400440532013000", "GB29NWBK60161331926819"]).to_owned(),
            ),
            _ => AccountNumber::Other(self.text(34)),
        };
        Account {
            number,
            currency: self.maybe(|_| "EUR".to_owned()),
            name: self.maybe(|c| c.text(70)),
        }
    }

    fn agent(&mut self) -> Agent {
        Agent {
            bic: self.maybe(|c| c.of(&["TJANDEFF", "TJANDEFFXXX", "BKCHCNBJ"]).to_owned()),
            member: self.maybe(|c| (c.maybe(|_| "CNAPS".to_owned()), c.id())),
            lei: self.maybe(|_| "529900T8BM49AURSDO55".to_owned()),
            name: self.maybe(|c| c.text(140)),
            other: self.maybe(Chance::id),
        }
    }

    fn payment_type(&mut self) -> PaymentType {
        PaymentType {
            priority: self.maybe(|c| c.of(&["HIGH", "NORM"]).to_owned()),
            service_level: self.maybe(|c| c.text(4)),
            local_instrument: self.maybe(|c| c.text(35)),
            category_purpose: self.maybe(|c| c.text(4)),
        }
    }

    fn charges(&mut self) -> ChargeBearer {
        self.of(&[
            ChargeBearer::Debtor,
            ChargeBearer::Creditor,
            ChargeBearer::Shared,
            ChargeBearer::ServiceLevel,
        ])
    }

    fn remittance(&mut self) -> Remittance {
        Remittance { texts: self.some(3, |c| c.text(140)), references: self.some(2, Chance::id) }
    }

    fn ids(&mut self, between_banks: bool) -> PaymentIds {
        PaymentIds {
            instruction: self.maybe(Chance::id),
            end_to_end: self.id(),
            transaction: self.maybe(Chance::id).filter(|_| between_banks),
            uetr: self.maybe(Chance::uetr),
            clearing: self.maybe(Chance::id).filter(|_| between_banks),
        }
    }

    fn reason(&mut self) -> StatusReason {
        let code = self.maybe(|c| c.of(&["AC04", "NARR"]).to_owned());
        let own = if code.is_none() { self.maybe(Chance::id) } else { None };
        StatusReason { code, own, texts: self.some(2, |c| c.text(105)) }
    }
}

/// What is remarked of a text is not what was written.
fn plain(remarks: &mut Remarks) {
    assert_eq!(remarks.skipped, Vec::<String>::new());
    *remarks = Remarks::default();
}

fn message(bytes: &[u8]) -> Message<&[u8]> {
    match open(bytes, Limits::default()) {
        Ok((message, None)) => message,
        other => panic!("{other:?}\n{}", String::from_utf8_lossy(bytes)),
    }
}

fn block(c: &mut Chance) -> Block {
    Block {
        id: c.id(),
        batch_booking: c.maybe(|c| c.below(2) == 0),
        payments: c.maybe(|c| c.below(9) as u64),
        sum: c.maybe(|c| Decimal::of_minor(c.below(99_999) as u128, 5)).flatten(),
        payment_type: c.payment_type(),
        execution: c.day(),
        debtor: c.party(),
        debtor_account: Some(c.account()),
        debtor_agent: c.agent(),
        ultimate_debtor: c.maybe(Chance::party),
        charges: c.maybe(Chance::charges),
        remarks: Remarks::default(),
    }
}

fn order(c: &mut Chance) -> Order {
    Order {
        ids: c.ids(false),
        repeat: 0,
        payment_type: c.payment_type(),
        amount: c.money(),
        charges: c.maybe(Chance::charges),
        ultimate_debtor: c.maybe(Chance::party),
        creditor_agent: c.maybe(Chance::agent),
        creditor: c.maybe(Chance::party),
        creditor_account: c.maybe(Chance::account),
        ultimate_creditor: c.maybe(Chance::party),
        purpose: c.maybe(|c| c.text(4)),
        remittance: c.remittance(),
        remarks: Remarks::default(),
    }
}

#[test]
fn files_of_customers_come_back_as_they_were_written() {
    let mut c = Chance(1);
    for _ in 0..100 {
        let header = InitiationHeader {
            message: c.id(),
            created: c.time(),
            payments: c.below(1000) as u64,
            sum: Decimal::of_minor(u128::from(c.next() >> 12), 3),
            initiator: c.party(),
        };
        let blocks: Vec<(Block, Vec<Order>)> = (0..1 + c.below(3))
            .map(|_| (block(&mut c), (0..1 + c.below(4)).map(|_| order(&mut c)).collect()))
            .collect();
        let mut writer = InitiationWriter::begin(Vec::new(), &header).unwrap();
        for (block, orders) in &blocks {
            writer.block(block).unwrap();
            orders.iter().for_each(|order| writer.order(order).unwrap());
        }
        let bytes = writer.finish().unwrap();
        let Message::Initiation(mut reader) = message(&bytes) else { panic!() };
        assert_eq!(*reader.header(), header);
        let mut read: Vec<(Block, Vec<Order>)> = Vec::new();
        while let Some(item) = reader.next_item().unwrap() {
            match item {
                InitiationItem::Block(block) => {
                    let mut block = *block.unwrap();
                    plain(&mut block.remarks);
                    read.push((block, Vec::new()));
                }
                InitiationItem::Order(order) => {
                    let mut order = *order.unwrap();
                    plain(&mut order.remarks);
                    order.repeat = 0;
                    read.last_mut().unwrap().1.push(order);
                }
            }
        }
        assert_eq!(read, blocks);
    }
}

fn bank_header(c: &mut Chance) -> BankHeader {
    BankHeader {
        message: c.id(),
        created: c.time(),
        payments: c.below(9) as u64,
        sum: c.maybe(|c| Decimal::of_minor(u128::from(c.next() >> 20), 2)).flatten(),
        total: c.maybe(Chance::money),
        settlement: c.maybe(Chance::day),
        method: c.of(&["CLRG", "INDA", "INGA"]).to_owned(),
        clearing_system: c.maybe(|_| "TGT".to_owned()),
        instructing: c.maybe(Chance::agent),
        instructed: c.maybe(Chance::agent),
    }
}

#[test]
fn payments_between_banks_come_back_as_they_were_written() {
    let mut c = Chance(2);
    for _ in 0..100 {
        let header = bank_header(&mut c);
        let transfers = c.some(4, |c| CreditTransfer {
            ids: c.ids(true),
            payment_type: c.payment_type(),
            amount: c.money(),
            settlement: c.maybe(Chance::day),
            instructed_amount: c.maybe(Chance::money),
            charges: Some(c.charges()),
            instructing: c.maybe(Chance::agent),
            instructed: c.maybe(Chance::agent),
            ultimate_debtor: c.maybe(Chance::party),
            debtor: c.party(),
            debtor_account: c.maybe(Chance::account),
            debtor_agent: c.agent(),
            creditor_agent: c.agent(),
            creditor: c.party(),
            creditor_account: c.maybe(Chance::account),
            ultimate_creditor: c.maybe(Chance::party),
            purpose: c.maybe(|c| c.text(4)),
            remittance: c.remittance(),
            remarks: Remarks::default(),
        });
        let mut writer = TransferWriter::begin(Vec::new(), &header).unwrap();
        transfers.iter().for_each(|transfer| writer.transfer(transfer).unwrap());
        let Err(error) = writer.finish().map(|bytes| {
            let Message::Transfer(mut reader) = message(&bytes) else { panic!() };
            assert_eq!(*reader.header(), header);
            let mut read = Vec::new();
            while let Some(item) = reader.next_item().unwrap() {
                let mut transfer = *item.unwrap();
                plain(&mut transfer.remarks);
                read.push(transfer);
            }
            assert_eq!(read, transfers);
        }) else {
            continue;
        };
        // A message between banks has at least one payment.
        assert!(
            transfers.is_empty() && error.to_string().contains("`CdtTrfTxInf` is missing"),
            "{error}"
        );
    }
}

#[test]
fn returns_come_back_as_they_were_written() {
    let mut c = Chance(3);
    for _ in 0..100 {
        let header = bank_header(&mut c);
        let paybacks = c.some(4, |c| Payback {
            id: c.maybe(Chance::id),
            group: c.maybe(|c| (c.id(), "pacs.008.001.09".to_owned())),
            instruction: c.maybe(Chance::id),
            end_to_end: c.maybe(Chance::id),
            transaction: c.maybe(Chance::id),
            uetr: c.maybe(Chance::uetr),
            original_amount: c.maybe(Chance::money),
            original_settlement: c.maybe(Chance::day),
            amount: c.money(),
            settlement: c.maybe(Chance::day),
            charges: c.maybe(Chance::charges),
            instructing: c.maybe(Chance::agent),
            instructed: c.maybe(Chance::agent),
            reasons: c.some(2, Chance::reason),
            remarks: Remarks::default(),
        });
        let mut writer = PaybackWriter::begin(Vec::new(), &header).unwrap();
        paybacks.iter().for_each(|payback| writer.payback(payback).unwrap());
        let bytes = writer.finish().unwrap();
        let Message::Payback(mut reader) = message(&bytes) else { panic!() };
        assert_eq!(*reader.header(), header);
        let mut read = Vec::new();
        while let Some(item) = reader.next_item().unwrap() {
            let mut payback = *item.unwrap();
            plain(&mut payback.remarks);
            read.push(payback);
        }
        assert_eq!(read, paybacks);
    }
}

#[test]
fn reports_of_status_come_back_as_they_were_written() {
    let mut c = Chance(4);
    for _ in 0..100 {
        let to_bank = c.below(2) == 0;
        let header = ReportHeader {
            message: c.id(),
            created: c.time(),
            initiator: c.maybe(Chance::party).filter(|_| !to_bank),
            instructing: c.maybe(Chance::agent).filter(|_| to_bank),
            instructed: c.maybe(Chance::agent).filter(|_| to_bank),
        };
        let group = iso20022::GroupStatus {
            message: c.id(),
            definition: "pain.001.001.10".to_owned(),
            created: c.maybe(Chance::time),
            payments: c.maybe(|c| c.below(1_000_000) as u64),
            sum: c.maybe(|c| Decimal::of_minor(u128::from(c.next() >> 20), 2)).flatten(),
            status: c.maybe(|c| c.of(Status::ALL)),
            reasons: c.some(2, Chance::reason),
        };
        let mut items = vec![StatusItem::Group(group)];
        for _ in 0..c.below(3) {
            if !to_bank {
                items.push(StatusItem::Block(Ok(iso20022::BlockStatus {
                    block: c.id(),
                    payments: c.maybe(|c| c.below(1_000_000) as u64),
                    status: c.maybe(|c| c.of(Status::ALL)),
                    reasons: c.some(2, Chance::reason),
                })));
            }
            for _ in 0..c.below(4) {
                items.push(StatusItem::Payment(Ok(Box::new(PaymentStatus {
                    id: c.maybe(Chance::id),
                    group: c.maybe(|c| (c.id(), "pacs.008.001.09".to_owned())).filter(|_| to_bank),
                    instruction: c.maybe(Chance::id),
                    end_to_end: c.maybe(Chance::id),
                    transaction: c.maybe(Chance::id).filter(|_| to_bank),
                    uetr: c.maybe(Chance::uetr),
                    status: c.maybe(|c| c.of(Status::ALL)),
                    reasons: c.some(2, Chance::reason),
                    accepted: c.maybe(Chance::time),
                    servicer_reference: c.maybe(Chance::id),
                    remarks: Remarks::default(),
                }))));
            }
        }
        let begun = if to_bank {
            StatusWriter::begin_for_bank(Vec::new(), &header)
        } else {
            StatusWriter::begin_for_customer(Vec::new(), &header)
        };
        let mut writer = begun.unwrap();
        for item in &items {
            match item {
                StatusItem::Group(group) => writer.group(group).unwrap(),
                StatusItem::Block(block) => writer.block(block.as_ref().unwrap()).unwrap(),
                StatusItem::Payment(payment) => writer.payment(payment.as_ref().unwrap()).unwrap(),
            }
        }
        let bytes = writer.finish().unwrap();
        let Message::Status(mut reader) = message(&bytes) else { panic!() };
        assert_eq!(*reader.header(), header);
        let mut read = Vec::new();
        while let Some(mut item) = reader.next_item().unwrap() {
            if let StatusItem::Payment(Ok(payment)) = &mut item {
                plain(&mut payment.remarks);
            }
            read.push(item);
        }
        assert_eq!(read, items);
    }
}

fn entry(c: &mut Chance) -> Entry {
    Entry {
        reference: c.maybe(Chance::id),
        amount: c.money(),
        direction: c.of(&[Direction::Credit, Direction::Debit]),
        reversal: c.below(4) == 0,
        status: c.of(&[
            EntryStatus::Booked,
            EntryStatus::Pending,
            EntryStatus::Future,
            EntryStatus::Information,
        ]),
        booked: c.maybe(Chance::day),
        value: c.maybe(Chance::day),
        servicer_reference: c.maybe(Chance::id),
        code: BankCode {
            domain: c.maybe(|_| ("PMNT".to_owned(), "RCDT".to_owned(), "ESCT".to_owned())),
            own: c.maybe(Chance::id),
        },
        details: c.some(3, |c| Detail {
            message: c.maybe(Chance::id),
            servicer_reference: c.maybe(Chance::id),
            block: c.maybe(Chance::id),
            instruction: c.maybe(Chance::id),
            end_to_end: c.maybe(Chance::id),
            uetr: c.maybe(Chance::uetr),
            transaction: c.maybe(Chance::id),
            amount: c.maybe(Chance::money),
            direction: c.maybe(|c| c.of(&[Direction::Credit, Direction::Debit])),
            debtor: c.maybe(Chance::party),
            debtor_account: c.maybe(Chance::account),
            creditor: c.maybe(Chance::party),
            creditor_account: c.maybe(Chance::account),
            debtor_agent: c.maybe(Chance::agent),
            creditor_agent: c.maybe(Chance::agent),
            remittance: c.remittance(),
            returned: c.maybe(Chance::reason),
            text: c.maybe(|c| c.text(500)),
        }),
        text: c.maybe(|c| c.text(500)),
        remarks: Remarks::default(),
    }
}

fn statement(c: &mut Chance, kind: Kind) -> Statement {
    let kinds = [
        BalanceKind::Opening,
        BalanceKind::Closing,
        BalanceKind::Expected,
        BalanceKind::Own("NIGHT".to_owned()),
    ];
    let balance = |c: &mut Chance| Balance {
        kind: c.of(&kinds),
        amount: c.money(),
        direction: c.of(&[Direction::Credit, Direction::Debit]),
        day: c.day(),
    };
    let mut balances = c.some(3, balance);
    balances.push(balance(c));
    Statement {
        id: c.id(),
        number: c.maybe(|c| c.below(1_000_000) as u64),
        created: c.maybe(Chance::time),
        period: c.maybe(|c| (c.time(), c.time())),
        account: c.account(),
        owner: c.maybe(Chance::party),
        servicer: c.maybe(Chance::agent),
        balances: if kind == Kind::Notification { Vec::new() } else { balances },
        remarks: Remarks::default(),
    }
}

#[test]
fn statements_come_back_as_they_were_written() {
    let mut c = Chance(5);
    for _ in 0..100 {
        let kind = c.of(&[Kind::AccountReport, Kind::Statement, Kind::Notification]);
        let header = StatementHeader {
            message: c.id(),
            created: c.time(),
            recipient: c.maybe(Chance::party),
        };
        let mut items = Vec::new();
        for _ in 0..1 + c.below(2) {
            items.push(StatementItem::Statement(Ok(Box::new(statement(&mut c, kind)))));
            items.extend(c.some(4, |c| StatementItem::Entry(Ok(Box::new(entry(c))))));
            items.push(StatementItem::End(c.maybe(|c| c.text(500))));
        }
        let mut writer = StatementWriter::begin(Vec::new(), kind, &header).unwrap();
        for item in &items {
            match item {
                StatementItem::Statement(statement) => {
                    writer.statement(statement.as_ref().unwrap()).unwrap();
                }
                StatementItem::Entry(entry) => writer.entry(entry.as_ref().unwrap()).unwrap(),
                StatementItem::End(text) => writer.end(text.as_deref()).unwrap(),
            }
        }
        let bytes = writer.finish().unwrap();
        let Message::Statement(mut reader) = message(&bytes) else { panic!() };
        assert_eq!(*reader.header(), header);
        let mut read = Vec::new();
        while let Some(mut item) = reader.next_item().unwrap() {
            match &mut item {
                StatementItem::Statement(Ok(statement)) => plain(&mut statement.remarks),
                StatementItem::Entry(Ok(entry)) => plain(&mut entry.remarks),
                _ => {}
            }
            read.push(item);
        }
        assert_eq!(read, items);
    }
}

#[test]
fn a_header_comes_back_and_must_announce_what_follows() {
    let mut c = Chance(6);
    for _ in 0..50 {
        let header = Header {
            from: c.agent(),
            to: c.agent(),
            business_message: c.id(),
            definition: "pacs.002.001.11".to_owned(),
            service: c.maybe(Chance::id),
            created: c.time(),
            possible_duplicate: c.below(2) == 0,
        };
        let report = ReportHeader { message: c.id(), created: c.time(), ..ReportHeader::default() };
        let mut bytes = Vec::new();
        let write = |header: &Header, bytes: &mut Vec<u8>| {
            header.write_around(bytes, |out| {
                StatusWriter::begin_inside(out, &report)?.finish().map(|_| ())
            })
        };
        write(&header, &mut bytes).unwrap();
        let (mut message, read) = open(bytes.as_slice(), Limits::default()).unwrap();
        assert_eq!(read.as_ref(), Some(&header), "{}", String::from_utf8_lossy(&bytes));
        assert_eq!(message.read_through().unwrap(), 0);
        bytes.clear();
        write(&Header { definition: "pacs.008.001.09".to_owned(), ..header }, &mut bytes).unwrap();
        let error = open(bytes.as_slice(), Limits::default()).unwrap_err();
        assert_eq!(error.refused().unwrap().path, "/AppHdr/MsgDefIdr", "{error}");
    }
}

#[test]
fn what_cannot_be_said_is_not_written() {
    let mut c = Chance(7);
    let header =
        ReportHeader { message: "M".to_owned(), created: c.time(), ..ReportHeader::default() };
    for (message, created, what) in [
        ("x".repeat(36), c.time(), "/GrpHdr/MsgId: more than 35 characters"),
        (String::new(), c.time(), "/GrpHdr/MsgId: fewer than 1 characters"),
        ("a\u{0}b".to_owned(), c.time(), "/GrpHdr/MsgId: a character that XML does not allow"),
        ("M".to_owned(), "today".to_owned(), "/GrpHdr/CreDtTm: `today` is not a time"),
    ] {
        let header = ReportHeader { message, created, ..header.clone() };
        let error = StatusWriter::begin_for_bank(Vec::new(), &header).err().unwrap();
        assert!(error.to_string().contains(what), "{error}");
    }
    let mut writer = StatusWriter::begin_for_bank(Vec::new(), &header).unwrap();
    let error = writer.block(&iso20022::BlockStatus::default()).unwrap_err();
    assert!(error.to_string().contains("`OrgnlPmtInfAndSts` is not an element of"), "{error}");
    let writer = StatusWriter::begin_for_customer(Vec::new(), &header).unwrap();
    assert!(writer.finish().unwrap_err().to_string().contains("`OrgnlGrpInfAndSts` is missing"));
}

#[test]
fn changed_bytes_are_refused_or_read_and_break_nothing() {
    let mut c = Chance(8);
    let kinds = [
        Kind::Initiation,
        Kind::CustomerStatus,
        Kind::CreditTransfer,
        Kind::BankStatus,
        Kind::Return,
        Kind::AccountReport,
        Kind::Statement,
        Kind::Notification,
        Kind::Header,
    ];
    let mut refused = 0;
    for round in 0..1_500 {
        let mut bytes = sample(kinds[round % kinds.len()]).unwrap();
        for _ in 0..1 + c.below(4) {
            let at = c.below(bytes.len());
            match c.below(4) {
                0 => bytes[at] = c.next() as u8,
                1 => bytes[at] = c.of(b"<>&/'\"=!?[]- :;"),
                2 => {
                    bytes.remove(at);
                }
                _ => bytes.insert(at, c.of(b"<>&/'\"=!?[]-\xC3\xA9\0")),
            }
        }
        let through = |source: &mut dyn std::io::BufRead| {
            open(source, Limits::default()).and_then(|(mut message, _)| message.read_through())
        };
        let whole = through(&mut bytes.as_slice());
        let cut = through(&mut BufReader::with_capacity(3, bytes.as_slice()));
        match (whole, cut) {
            (Ok(whole), Ok(cut)) => assert_eq!(whole, cut),
            (Err(ReadError::Refused(whole)), Err(ReadError::Refused(cut))) => {
                assert_eq!(whole, cut, "{}", String::from_utf8_lossy(&bytes));
                refused += 1;
            }
            other => panic!("{other:?}\n{}", String::from_utf8_lossy(&bytes)),
        }
    }
    assert!(refused > 500, "only {refused} were refused");
}
