//! Reads messages and says what is in them: `cargo run -p iso20022 --example check -- FILE...`.

use std::fs::File;
use std::io::BufReader;

use iso20022::{
    InitiationItem, Limits, Message, ReadError, StatementItem, StatusItem, Unfit, open,
};

fn main() -> std::io::Result<()> {
    for path in std::env::args().skip(1) {
        match check(BufReader::new(File::open(&path)?)) {
            Ok(said) => println!("{path}: {said}"),
            Err(error) => println!("{path}: {error}"),
        }
    }
    Ok(())
}

fn check(source: BufReader<File>) -> Result<String, ReadError> {
    let (mut message, _) = open(source, Limits::default())?;
    let mut pieces = 0;
    let mut said = String::new();
    while let Some(unfit) = next(&mut message)? {
        pieces += 1;
        for fault in unfit.iter().flat_map(|unfit| &unfit.faults) {
            said.push_str(&format!("\n  {fault}"));
        }
    }
    Ok(format!("{}, {pieces} pieces{said}", message.version().id()))
}

/// The next piece, and what is wrong with it if anything is; `None` at the end.
fn next(message: &mut Message<BufReader<File>>) -> Result<Option<Option<Box<Unfit>>>, ReadError> {
    Ok(match message {
        Message::Initiation(reader) => reader.next_item()?.map(|item| match item {
            InitiationItem::Block(block) => block.err(),
            InitiationItem::Order(order) => order.err(),
        }),
        Message::Status(reader) => reader.next_item()?.map(|item| match item {
            StatusItem::Group(_) => None,
            StatusItem::Block(block) => block.err(),
            StatusItem::Payment(payment) => payment.err(),
        }),
        Message::Transfer(reader) => reader.next_item()?.map(Result::err),
        Message::Payback(reader) => reader.next_item()?.map(Result::err),
        Message::Statement(reader) => reader.next_item()?.map(|item| match item {
            StatementItem::Statement(statement) => statement.err(),
            StatementItem::Entry(entry) => entry.err(),
            StatementItem::End(_) => None,
        }),
    })
}
