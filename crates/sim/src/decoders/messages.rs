//! Messages of ISO 20022 from outside. Any bytes are refused or read, the same however they arrive; and what was read
//! can be written and read again.

use std::io::{BufRead, BufReader};

use iso20022::{
    Block, CreditTransfer, InitiationItem, InitiationReader, InitiationWriter, Kind, Limits,
    Message, Order, Payback, PaybackReader, PaybackWriter, ReadError, Remarks, StatementItem,
    StatementReader, StatementWriter, StatusItem, StatusReader, StatusWriter, TransferReader,
    TransferWriter, Version, WriteError, open, sample,
};

const KINDS: [Kind; 9] = [
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

/// Small limits, so that the interesting ones are reached.
fn limits() -> Limits {
    Limits {
        bytes_max: 1 << 20,
        token_bytes_max: 4 << 10,
        text_bytes_max: 2 << 10,
        ..Limits::default()
    }
}

/// A message, whole and in small pieces.
pub fn iso20022_read(bytes: &[u8]) {
    let whole = through(bytes);
    let cut = through(BufReader::with_capacity(3, bytes));
    match (whole, cut) {
        (Ok(whole), Ok(cut)) => assert!(whole == cut, "the same pieces however the bytes arrive"),
        (Err(ReadError::Refused(whole)), Err(ReadError::Refused(cut))) => {
            assert!(whole == cut, "the same refusal however the bytes arrive: {whole} {cut}");
            assert!(whole.place.byte <= bytes.len() as u64, "refused within the document: {whole}");
        }
        (whole, cut) => unreachable!("read and refused at once: {whole:?} {cut:?}"),
    }
}

fn through(source: impl BufRead) -> Result<u64, ReadError> {
    let (mut message, _) = open(source, limits())?;
    message.read_through()
}

/// A message that was read, written and read again.
pub fn iso20022_again(bytes: &[u8]) {
    let Ok((message, _)) = open(bytes, limits()) else { return };
    let Some(first) = Read::all(message) else { return };
    let (version, written) = first.write();
    match written {
        Ok(written) => {
            let again = open(written.as_slice(), Limits::default());
            let again = again.ok().and_then(|(message, _)| Read::all(message));
            assert!(again == Some(Read { version, ..first }), "what is written reads as it was");
        }
        // An elder version may say what the one we write cannot.
        Err(error) => assert!(version != first.version, "what was read can be written: {error}"),
    }
}

/// Everything of a message of which nothing is unfit, without what depends on places.
#[derive(Debug, PartialEq)]
struct Read {
    version: Version,
    content: Content,
}

#[derive(Debug, PartialEq)]
enum Content {
    Initiation(iso20022::InitiationHeader, Vec<(Block, Vec<Order>)>),
    Transfer(iso20022::BankHeader, Vec<CreditTransfer>),
    Payback(iso20022::BankHeader, Vec<Payback>),
    Status(iso20022::ReportHeader, Vec<StatusItem>),
    Statement(iso20022::StatementHeader, Vec<StatementItem>),
}

impl Read {
    fn all(message: Message<&[u8]>) -> Option<Read> {
        let version = message.version();
        let content = match message {
            Message::Initiation(reader) => initiation(*reader)?,
            Message::Transfer(reader) => transfers(*reader)?,
            Message::Payback(reader) => paybacks(*reader)?,
            Message::Status(reader) => statuses(*reader)?,
            Message::Statement(reader) => statements(*reader)?,
        };
        Some(Read { version, content })
    }

    /// The version that is written, and the bytes.
    fn write(&self) -> (Version, Result<Vec<u8>, WriteError>) {
        match &self.content {
            Content::Initiation(header, blocks) => {
                (Version::Pain001V10, write_initiation(header, blocks))
            }
            Content::Transfer(header, transfers) => {
                let written = TransferWriter::begin(Vec::new(), header).and_then(|mut writer| {
                    transfers.iter().try_for_each(|transfer| writer.transfer(transfer))?;
                    writer.finish()
                });
                (Version::Pacs008V09, written)
            }
            Content::Payback(header, paybacks) => {
                let written = PaybackWriter::begin(Vec::new(), header).and_then(|mut writer| {
                    paybacks.iter().try_for_each(|payback| writer.payback(payback))?;
                    writer.finish()
                });
                (Version::Pacs004V10, written)
            }
            Content::Status(header, items) => (self.version, self.write_status(header, items)),
            Content::Statement(header, items) => self.write_statement(header, items),
        }
    }

    fn write_status(
        &self,
        header: &iso20022::ReportHeader,
        items: &[StatusItem],
    ) -> Result<Vec<u8>, WriteError> {
        let mut writer = match self.version.kind() {
            Kind::BankStatus => StatusWriter::begin_for_bank(Vec::new(), header)?,
            _ => StatusWriter::begin_for_customer(Vec::new(), header)?,
        };
        for item in items {
            match item {
                StatusItem::Group(group) => writer.group(group)?,
                StatusItem::Block(Ok(block)) => writer.block(block)?,
                StatusItem::Payment(Ok(payment)) => writer.payment(payment)?,
                StatusItem::Block(Err(_)) | StatusItem::Payment(Err(_)) => {}
            }
        }
        writer.finish()
    }

    fn write_statement(
        &self,
        header: &iso20022::StatementHeader,
        items: &[StatementItem],
    ) -> (Version, Result<Vec<u8>, WriteError>) {
        let (kind, version) = match self.version.kind() {
            Kind::AccountReport => (Kind::AccountReport, Version::Camt052V08),
            Kind::Notification => (Kind::Notification, Version::Camt054V08),
            _ => (Kind::Statement, Version::Camt053V08),
        };
        let written = StatementWriter::begin(Vec::new(), kind, header).and_then(|mut writer| {
            for item in items {
                match item {
                    StatementItem::Statement(Ok(statement)) => writer.statement(statement)?,
                    StatementItem::Entry(Ok(entry)) => writer.entry(entry)?,
                    StatementItem::End(text) => writer.end(text.as_deref())?,
                    StatementItem::Statement(Err(_)) | StatementItem::Entry(Err(_)) => {}
                }
            }
            writer.finish()
        });
        (version, written)
    }
}

fn write_initiation(
    header: &iso20022::InitiationHeader,
    blocks: &[(Block, Vec<Order>)],
) -> Result<Vec<u8>, WriteError> {
    let mut writer = InitiationWriter::begin(Vec::new(), header)?;
    for (block, orders) in blocks {
        writer.block(block)?;
        orders.iter().try_for_each(|order| writer.order(order))?;
    }
    writer.finish()
}

fn initiation(mut reader: InitiationReader<&[u8]>) -> Option<Content> {
    let mut blocks: Vec<(Block, Vec<Order>)> = Vec::new();
    while let Some(item) = reader.next_item().ok()? {
        match item {
            InitiationItem::Block(block) => {
                blocks.push((Block { remarks: Remarks::default(), ..*block.ok()? }, Vec::new()));
            }
            InitiationItem::Order(order) => {
                let order = Order { remarks: Remarks::default(), ..*order.ok()? };
                blocks.last_mut()?.1.push(order);
            }
        }
    }
    Some(Content::Initiation(reader.header().clone(), blocks))
}

fn transfers(mut reader: TransferReader<&[u8]>) -> Option<Content> {
    let mut all = Vec::new();
    while let Some(transfer) = reader.next_item().ok()? {
        all.push(CreditTransfer { remarks: Remarks::default(), ..*transfer.ok()? });
    }
    Some(Content::Transfer(reader.header().clone(), all))
}

fn paybacks(mut reader: PaybackReader<&[u8]>) -> Option<Content> {
    let mut all = Vec::new();
    while let Some(payback) = reader.next_item().ok()? {
        all.push(Payback { remarks: Remarks::default(), ..*payback.ok()? });
    }
    Some(Content::Payback(reader.header().clone(), all))
}

fn statuses(mut reader: StatusReader<&[u8]>) -> Option<Content> {
    let mut all = Vec::new();
    while let Some(mut item) = reader.next_item().ok()? {
        match &mut item {
            StatusItem::Payment(Ok(payment)) => payment.remarks = Remarks::default(),
            StatusItem::Block(Err(_)) | StatusItem::Payment(Err(_)) => return None,
            StatusItem::Group(_) | StatusItem::Block(Ok(_)) => {}
        }
        all.push(item);
    }
    Some(Content::Status(reader.header().clone(), all))
}

fn statements(mut reader: StatementReader<&[u8]>) -> Option<Content> {
    let mut all = Vec::new();
    while let Some(mut item) = reader.next_item().ok()? {
        match &mut item {
            StatementItem::Statement(Ok(statement)) => statement.remarks = Remarks::default(),
            StatementItem::Entry(Ok(entry)) => entry.remarks = Remarks::default(),
            StatementItem::Statement(Err(_)) | StatementItem::Entry(Err(_)) => return None,
            StatementItem::End(_) => {}
        }
        all.push(item);
    }
    Some(Content::Statement(reader.header().clone(), all))
}

/// The sample of each kind of message.
pub fn samples() -> Vec<Vec<u8>> {
    KINDS.into_iter().filter_map(|kind| sample(kind).ok()).collect()
}
