//! A valid example of each message, for people who connect to the bank and for tests. All of them tell of one
//! payment: Anna Arvin's rent of 1,250.00 EUR. The names, the numbers and the banks are made up.

use terms::{Amount, Currency, Day};

use crate::bank::BankHeader;
use crate::found::Money;
use crate::header::Header;
use crate::ids::Uetr;
use crate::initiation::{Block, InitiationHeader, InitiationWriter, Order};
use crate::party::{Account, Address, Agent, Identity, OtherId, Party};
use crate::payback::{Payback, PaybackWriter};
use crate::payment::{ChargeBearer, PaymentIds, PaymentType, Remarks, Remittance};
use crate::reason::Reason;
use crate::statement::{
    Balance, BalanceKind, BankCode, Detail, Direction, Entry, EntryStatus, Statement,
    StatementHeader, StatementWriter,
};
use crate::status::{
    BlockStatus, GroupStatus, PaymentStatus, ReportHeader, Status, StatusReason, StatusWriter,
};
use crate::transfer::{CreditTransfer, TransferWriter};
use crate::version::Kind;
use crate::writer::WriteError;

const CREATED: &str = "2026-11-28T09:30:00Z";
const DAY: Day = Day(20_785);
const RENT: Money = Money { currency: Currency::EUR, amount: Amount(125_000) };
const UETR: &str = "eb6305c9-1f7f-49de-aed0-16487c27b42d";

/// An example of a message of this kind; of [`Kind::Header`], a header with a payment behind it.
///
/// # Errors
/// None can happen while the samples are what the tests have seen.
pub fn sample(kind: Kind) -> Result<Vec<u8>, WriteError> {
    match kind {
        Kind::Initiation => initiation(),
        Kind::CustomerStatus => customer_status(),
        Kind::CreditTransfer => transfer(),
        Kind::BankStatus => bank_status(),
        Kind::Return => payback(),
        Kind::AccountReport | Kind::Statement | Kind::Notification => statement(kind),
        Kind::Header => with_header(),
    }
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn debtor_agent() -> Agent {
    Agent::bic("TJANDEFFXXX")
}

fn creditor_agent() -> Agent {
    Agent::bic("WOHNDEFF")
}

fn debtor() -> Party {
    let address = Address {
        street: Some(text("Lindenweg")),
        building: Some(text("7")),
        post_code: Some(text("60311")),
        town: Some(text("Frankfurt am Main")),
        country: Some(text("DE")),
        lines: Vec::new(),
    };
    Party { address: Some(address), ..Party::named("Anna Arvin") }
}

fn creditor() -> Party {
    let number = OtherId { id: text("HRB 12345"), scheme: Some(text("COID")), issuer: None };
    let identity = Identity::Organisation { bic: None, lei: None, others: vec![number] };
    Party { identity: Some(identity), ..Party::named("Wohnbau & Söhne GmbH") }
}

fn debtor_account() -> Account {
    Account { currency: Some(text("EUR")), ..Account::iban("DE89370400440532013000") }
}

fn creditor_account() -> Account {
    Account::iban("GB29NWBK60161331926819")
}

fn ids() -> PaymentIds {
    PaymentIds {
        instruction: Some(text("RENT-2026-12")),
        uetr: Uetr::parse(UETR),
        ..PaymentIds::end_to_end("FLAT-17-2026-12")
    }
}

fn bank_ids() -> PaymentIds {
    PaymentIds { transaction: Some(text("TJ-000000042")), ..ids() }
}

fn initiation() -> Result<Vec<u8>, WriteError> {
    let header = InitiationHeader {
        message: text("ARVIN-0001"),
        created: text(CREATED),
        payments: 1,
        sum: RENT.decimal(),
        initiator: Party::named("Anna Arvin"),
    };
    let block = Block {
        id: text("ARVIN-0001-A"),
        batch_booking: Some(false),
        payments: Some(1),
        sum: RENT.decimal(),
        payment_type: PaymentType { service_level: Some(text("SEPA")), ..PaymentType::default() },
        execution: DAY,
        debtor: debtor(),
        debtor_account: Some(debtor_account()),
        debtor_agent: debtor_agent(),
        charges: Some(ChargeBearer::ServiceLevel),
        ..Block::default()
    };
    let order = Order {
        ids: ids(),
        repeat: 0,
        payment_type: PaymentType::default(),
        amount: RENT,
        charges: None,
        ultimate_debtor: None,
        creditor_agent: Some(creditor_agent()),
        creditor: Some(creditor()),
        creditor_account: Some(creditor_account()),
        ultimate_creditor: None,
        purpose: Some(text("RENT")),
        remittance: Remittance::text("Rent of December, flat 17"),
        remarks: Remarks::default(),
    };
    let mut writer = InitiationWriter::begin(Vec::new(), &header)?;
    writer.block(&block)?;
    writer.order(&order)?;
    writer.finish()
}

fn customer_status() -> Result<Vec<u8>, WriteError> {
    let header = ReportHeader {
        message: text("TJ-STATUS-0001"),
        created: text(CREATED),
        initiator: Some(Party::named("Anna Arvin")),
        ..ReportHeader::default()
    };
    let mut writer = StatusWriter::begin_for_customer(Vec::new(), &header)?;
    writer.group(&GroupStatus {
        message: text("ARVIN-0001"),
        definition: text("pain.001.001.10"),
        created: Some(text(CREATED)),
        payments: Some(1),
        sum: RENT.decimal(),
        status: Some(Status::RJCT),
        reasons: Vec::new(),
    })?;
    writer.block(&BlockStatus {
        block: text("ARVIN-0001-A"),
        payments: Some(1),
        status: Some(Status::RJCT),
        reasons: Vec::new(),
    })?;
    writer.payment(&PaymentStatus {
        instruction: ids().instruction,
        end_to_end: Some(ids().end_to_end),
        uetr: ids().uetr,
        status: Some(Status::RJCT),
        reasons: vec![StatusReason::new(Reason::AM04, Reason::AM04.sentence())],
        ..PaymentStatus::default()
    })?;
    writer.finish()
}

fn bank_header() -> BankHeader {
    BankHeader {
        message: text("TJ-PACS-0001"),
        created: text(CREATED),
        payments: 1,
        sum: RENT.decimal(),
        total: Some(RENT),
        settlement: Some(DAY),
        method: text("CLRG"),
        clearing_system: Some(text("TGT")),
        instructing: Some(debtor_agent()),
        instructed: Some(creditor_agent()),
    }
}

fn credit_transfer() -> CreditTransfer {
    CreditTransfer {
        ids: bank_ids(),
        payment_type: PaymentType::default(),
        amount: RENT,
        settlement: None,
        instructed_amount: Some(RENT),
        charges: Some(ChargeBearer::ServiceLevel),
        instructing: None,
        instructed: None,
        ultimate_debtor: None,
        debtor: debtor(),
        debtor_account: Some(debtor_account()),
        debtor_agent: debtor_agent(),
        creditor_agent: creditor_agent(),
        creditor: creditor(),
        creditor_account: Some(creditor_account()),
        ultimate_creditor: None,
        purpose: Some(text("RENT")),
        remittance: Remittance::text("Rent of December, flat 17"),
        remarks: Remarks::default(),
    }
}

fn transfer() -> Result<Vec<u8>, WriteError> {
    let mut writer = TransferWriter::begin(Vec::new(), &bank_header())?;
    writer.transfer(&credit_transfer())?;
    writer.finish()
}

fn with_header() -> Result<Vec<u8>, WriteError> {
    let header = Header {
        from: debtor_agent(),
        to: creditor_agent(),
        business_message: text("TJ-PACS-0001"),
        definition: text("pacs.008.001.09"),
        service: None,
        created: text(CREATED),
        possible_duplicate: false,
    };
    let mut out = Vec::new();
    header.write_around(&mut out, |out| {
        let mut writer = TransferWriter::begin_inside(out, &bank_header())?;
        writer.transfer(&credit_transfer())?;
        writer.finish().map(|_| ())
    })?;
    Ok(out)
}

fn bank_status() -> Result<Vec<u8>, WriteError> {
    let header = ReportHeader {
        message: text("WOHN-STATUS-0001"),
        created: text(CREATED),
        instructing: Some(creditor_agent()),
        instructed: Some(debtor_agent()),
        ..ReportHeader::default()
    };
    let mut writer = StatusWriter::begin_for_bank(Vec::new(), &header)?;
    writer.payment(&PaymentStatus {
        group: Some((text("TJ-PACS-0001"), text("pacs.008.001.09"))),
        instruction: ids().instruction,
        end_to_end: Some(ids().end_to_end),
        transaction: bank_ids().transaction,
        uetr: ids().uetr,
        status: Some(Status::ACSC),
        accepted: Some(text(CREATED)),
        ..PaymentStatus::default()
    })?;
    writer.finish()
}

fn payback() -> Result<Vec<u8>, WriteError> {
    let header = BankHeader {
        message: text("WOHN-RETURN-0001"),
        instructing: Some(creditor_agent()),
        instructed: Some(debtor_agent()),
        ..bank_header()
    };
    let mut writer = PaybackWriter::begin(Vec::new(), &header)?;
    writer.payback(&Payback {
        id: Some(text("WOHN-RETURN-0001-1")),
        group: Some((text("TJ-PACS-0001"), text("pacs.008.001.09"))),
        instruction: ids().instruction,
        end_to_end: Some(ids().end_to_end),
        transaction: bank_ids().transaction,
        uetr: ids().uetr,
        original_amount: Some(RENT),
        original_settlement: Some(DAY),
        amount: RENT,
        settlement: None,
        charges: None,
        instructing: None,
        instructed: None,
        reasons: vec![StatusReason::new(Reason::AC04, Reason::AC04.sentence())],
        remarks: Remarks::default(),
    })?;
    writer.finish()
}

fn statement(kind: Kind) -> Result<Vec<u8>, WriteError> {
    let header = StatementHeader {
        message: text("TJ-CAMT-0001"),
        created: text(CREATED),
        recipient: Some(Party::named("Anna Arvin")),
    };
    let balance = |kind, amount, direction| Balance {
        kind,
        amount: Money { amount: Amount(amount), ..RENT },
        direction,
        day: DAY,
    };
    let balances = match kind {
        Kind::Statement => vec![
            balance(BalanceKind::Opening, 100_000, Direction::Credit),
            balance(BalanceKind::Closing, 25_000, Direction::Debit),
        ],
        Kind::AccountReport => vec![balance(BalanceKind::Interim, 25_000, Direction::Debit)],
        _ => Vec::new(),
    };
    let mut writer = StatementWriter::begin(Vec::new(), kind, &header)?;
    writer.statement(&Statement {
        id: text("2026-11-28"),
        number: Some(332),
        created: Some(text(CREATED)),
        period: Some((text("2026-11-28T00:00:00Z"), text("2026-11-28T24:00:00Z"))),
        account: debtor_account(),
        owner: Some(Party::named("Anna Arvin")),
        servicer: Some(debtor_agent()),
        balances,
        remarks: Remarks::default(),
    })?;
    writer.entry(&Entry {
        reference: Some(text("1")),
        amount: RENT,
        direction: Direction::Debit,
        reversal: false,
        status: EntryStatus::Booked,
        booked: Some(DAY),
        value: Some(DAY),
        servicer_reference: bank_ids().transaction,
        code: BankCode { domain: Some((text("PMNT"), text("ICDT"), text("ESCT"))), own: None },
        details: vec![Detail {
            message: Some(text("ARVIN-0001")),
            instruction: ids().instruction,
            end_to_end: Some(ids().end_to_end),
            uetr: ids().uetr,
            amount: Some(RENT),
            direction: Some(Direction::Debit),
            creditor: Some(Party::named("Wohnbau & Söhne GmbH")),
            creditor_account: Some(creditor_account()),
            creditor_agent: Some(creditor_agent()),
            remittance: Remittance::text("Rent of December, flat 17"),
            ..Detail::default()
        }],
        text: Some(text("Transfer")),
        remarks: Remarks::default(),
    })?;
    writer.end(None)?;
    writer.finish()
}
