//! Where reading begins: bytes come in, and the message says what it is.

use std::io::BufRead;

use crate::header::Header;
use crate::initiation::InitiationReader;
use crate::limits::Limits;
use crate::parts::Parts;
use crate::payback::PaybackReader;
use crate::refused::ReadError;
use crate::statement::StatementReader;
use crate::status::StatusReader;
use crate::transfer::TransferReader;
use crate::version::{Kind, Version};

/// A message whose group header was read and whose parts come one by one.
pub enum Message<R> {
    /// pain.001.
    Initiation(Box<InitiationReader<R>>),
    /// pain.002 or pacs.002.
    Status(Box<StatusReader<R>>),
    /// pacs.008.
    Transfer(Box<TransferReader<R>>),
    /// pacs.004.
    Payback(Box<PaybackReader<R>>),
    /// camt.052, 053 or 054.
    Statement(Box<StatementReader<R>>),
}

impl<R> std::fmt::Debug for Message<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Message::Initiation(_) => "Initiation",
            Message::Status(_) => "Status",
            Message::Transfer(_) => "Transfer",
            Message::Payback(_) => "Payback",
            Message::Statement(_) => "Statement",
        })
    }
}

/// Begins to read a message, alone or behind a header that announces it. A file is looked at as a whole first, and
/// then read payment by payment:
///
/// ```
/// use iso20022::{InitiationItem, Limits, Message, Kind, open, sample};
///
/// let file = sample(Kind::Initiation)?;
/// let (Message::Initiation(reader), _) = open(file.as_slice(), Limits::default())? else { unreachable!() };
/// assert!(reader.check()?.faults.is_empty());
/// let (Message::Initiation(mut reader), _) = open(file.as_slice(), Limits::default())? else { unreachable!() };
/// let mut told = Vec::new();
/// while let Some(item) = reader.next_item()? {
///     match item {
///         InitiationItem::Block(Ok(block)) => told.push(block.debtor.name.unwrap_or_default()),
///         InitiationItem::Order(Ok(order)) => told.push(order.amount.currency.format(order.amount.amount)),
///         InitiationItem::Block(Err(unfit)) | InitiationItem::Order(Err(unfit)) => {
///             told.push(format!("{} because {}", unfit.faults[0].reason.code(), unfit.faults[0]));
///         }
///     }
/// }
/// assert_eq!(told, ["Anna Arvin", "1250.00"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// What is no message known here, or is wrong up to its group header; the source's own errors.
pub fn open<R: BufRead>(
    source: R,
    limits: Limits,
) -> Result<(Message<R>, Option<Header>), ReadError> {
    let (parts, header) = Parts::open(source, limits)?;
    let message = match parts.version().kind() {
        Kind::Initiation => Message::Initiation(Box::new(InitiationReader::begin(parts)?)),
        Kind::CustomerStatus | Kind::BankStatus => {
            Message::Status(Box::new(StatusReader::begin(parts)?))
        }
        Kind::CreditTransfer => Message::Transfer(Box::new(TransferReader::begin(parts)?)),
        Kind::Return => Message::Payback(Box::new(PaybackReader::begin(parts)?)),
        Kind::AccountReport | Kind::Statement | Kind::Notification => {
            Message::Statement(Box::new(StatementReader::begin(parts)?))
        }
        Kind::Header => return Err(parts.refused("a header where a message should stand").into()),
    };
    Ok((message, header))
}

impl<R: BufRead> Message<R> {
    /// The version of the message.
    pub fn version(&self) -> Version {
        match self {
            Message::Initiation(reader) => reader.version(),
            Message::Status(reader) => reader.version(),
            Message::Transfer(reader) => reader.version(),
            Message::Payback(reader) => reader.version(),
            Message::Statement(reader) => reader.version(),
        }
    }

    /// Reads to the end, keeps nothing, and counts the pieces.
    ///
    /// # Errors
    /// What makes the message unreadable.
    pub fn read_through(&mut self) -> Result<u64, ReadError> {
        let mut count = 0;
        loop {
            let more = match self {
                Message::Initiation(reader) => reader.next_item()?.is_some(),
                Message::Status(reader) => reader.next_item()?.is_some(),
                Message::Transfer(reader) => reader.next_item()?.is_some(),
                Message::Payback(reader) => reader.next_item()?.is_some(),
                Message::Statement(reader) => reader.next_item()?.is_some(),
            };
            if !more {
                return Ok(count);
            }
            count += 1;
        }
    }
}
