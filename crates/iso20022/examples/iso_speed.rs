//! How fast a customer's file is written and read, and in how much memory:
//! `cargo run --release -p iso20022 --example iso_speed -- 100000 FILE`. The file is made there and stays.

use std::error::Error;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::time::Instant;

use iso20022::{
    Account, Agent, Block, Decimal, InitiationHeader, InitiationItem, InitiationWriter, Limits,
    Message, Money, Order, Party, PaymentIds, PaymentType, Remarks, Remittance, Uetr, open,
};
use terms::{Amount, Currency, Day};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let count: u64 = arguments.next().ok_or("how many payments?")?.parse()?;
    let path = arguments.next().ok_or("which file?")?;
    let start = Instant::now();
    write(count, BufWriter::new(File::create(&path)?))?;
    let bytes = std::fs::metadata(&path)?.len();
    said("written", count, bytes, start);
    for round in ["checked", "read", "read"] {
        let start = Instant::now();
        let (message, _) = open(BufReader::new(File::open(&path)?), Limits::default())?;
        let Message::Initiation(mut reader) = message else { return Err("not a pain.001".into()) };
        let mut sum = Decimal::default();
        while let Some(item) = reader.next_item()? {
            if let InitiationItem::Order(order) = item {
                let order = order.map_err(|unfit| format!("{unfit:?}"))?;
                sum =
                    order.amount.decimal().and_then(|amount| sum.plus(amount)).ok_or("too much")?;
            }
        }
        let totals = reader.totals().ok_or("no totals")?;
        if totals.payments != count || totals.sum != sum || !totals.faults.is_empty() {
            return Err(format!("{totals:?}").into());
        }
        said(round, count, bytes, start);
    }
    Ok(())
}

fn said(what: &str, count: u64, bytes: u64, start: Instant) {
    let seconds = start.elapsed().as_secs_f64();
    let (rate, megabytes) = (count as f64 / seconds, bytes as f64 / 1e6);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("VmHWM: unknown");
    println!(
        "{what}: {count} payments, {megabytes:.1} MB, {seconds:.2} s, {rate:.0} payments/s; {peak}"
    );
}

fn write(count: u64, out: BufWriter<File>) -> Result<(), Box<dyn Error>> {
    let minor = |at: u64| u128::from(at % 100_000 + 1);
    let total = (0..count).map(minor).sum();
    let header = InitiationHeader {
        message: "PAYROLL-2026-11".to_owned(),
        created: "2026-11-28T09:30:00Z".to_owned(),
        payments: count,
        sum: Decimal::of_minor(total, 2),
        initiator: Party::named("Arvin & Sons"),
    };
    let mut writer = InitiationWriter::begin(out, &header)?;
    writer.block(&Block {
        id: "PAYROLL-2026-11-A".to_owned(),
        payments: Some(count),
        sum: header.sum,
        payment_type: PaymentType {
            category_purpose: Some("SALA".to_owned()),
            ..PaymentType::default()
        },
        execution: Day(20_785),
        debtor: Party::named("Arvin & Sons"),
        debtor_account: Some(Account::iban("DE89370400440532013000")),
        debtor_agent: Agent::bic("TJANDEFF"),
        ..Block::default()
    })?;
    for at in 0..count {
        writer.order(&Order {
            ids: PaymentIds {
                instruction: Some(format!("I-{at:09}")),
                uetr: Some(Uetr::from_random(
                    u128::from(at).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835),
                )),
                ..PaymentIds::end_to_end(format!("SALARY-2026-11-{at:09}"))
            },
            repeat: 0,
            payment_type: PaymentType::default(),
            amount: Money { currency: Currency::EUR, amount: Amount(minor(at)) },
            charges: None,
            ultimate_debtor: None,
            creditor_agent: Some(Agent::bic("WOHNDEFF")),
            creditor: Some(Party::named(format!("Employee number {at}"))),
            creditor_account: Some(Account::iban("GB29NWBK60161331926819")),
            ultimate_creditor: None,
            purpose: Some("SALA".to_owned()),
            remittance: Remittance::text("Salary of November 2026"),
            remarks: Remarks::default(),
        })?;
    }
    writer.finish()?;
    Ok(())
}
