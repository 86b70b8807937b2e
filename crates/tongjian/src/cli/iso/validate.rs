//! `tj iso validate`: a message is read as the bank would read it, and nothing is done. Needs no bank.

use crate::cli::Context;
use crate::fail::{Done, Exit, Failure};
use iso20022::{
    InitiationItem, InitiationReader, Limits, Message, ReadError, StatementItem, StatementReader,
    StatusItem, StatusReader, Totals, Unfit,
};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Faults that are shown.
const SHOWN_MAX: usize = 20;

/// What a message has.
#[derive(Default)]
struct Seen {
    message: String,
    blocks: u64,
    items: u64,
    unfit: u64,
    sum: Option<String>,
    faults: Vec<String>,
}

impl Seen {
    fn unfit(&mut self, unfit: &Unfit) {
        self.unfit += 1;
        for fault in &unfit.faults {
            if self.faults.len() < SHOWN_MAX {
                self.faults.push(fault.to_string());
            }
        }
    }

    fn totals(&mut self, totals: Option<&Totals>) {
        let Some(totals) = totals else { return };
        self.sum = Some(totals.sum.to_string());
        self.faults.extend(totals.faults.iter().map(ToString::to_string));
    }

    fn initiation<R: BufRead>(&mut self, mut reader: InitiationReader<R>) -> Result<(), ReadError> {
        self.message.clone_from(&reader.header().message);
        while let Some(item) = reader.next_item()? {
            match item {
                InitiationItem::Block(block) => {
                    self.blocks += 1;
                    if let Err(unfit) = block {
                        self.unfit(&unfit);
                    }
                }
                InitiationItem::Order(order) => {
                    self.items += 1;
                    if let Err(unfit) = order {
                        self.unfit(&unfit);
                    }
                }
            }
        }
        self.totals(reader.totals());
        Ok(())
    }

    fn status<R: BufRead>(&mut self, mut reader: StatusReader<R>) -> Result<(), ReadError> {
        self.message.clone_from(&reader.header().message);
        while let Some(item) = reader.next_item()? {
            match item {
                StatusItem::Group(_) => {}
                StatusItem::Block(Ok(_)) => self.blocks += 1,
                StatusItem::Payment(Ok(_)) => self.items += 1,
                StatusItem::Block(Err(unfit)) | StatusItem::Payment(Err(unfit)) => {
                    self.unfit(&unfit);
                }
            }
        }
        Ok(())
    }

    fn statement<R: BufRead>(&mut self, mut reader: StatementReader<R>) -> Result<(), ReadError> {
        self.message.clone_from(&reader.header().message);
        while let Some(item) = reader.next_item()? {
            match item {
                StatementItem::Statement(Ok(_)) => self.blocks += 1,
                StatementItem::Entry(Ok(_)) => self.items += 1,
                StatementItem::End(_) => {}
                StatementItem::Statement(Err(unfit)) | StatementItem::Entry(Err(unfit)) => {
                    self.unfit(&unfit);
                }
            }
        }
        Ok(())
    }

    fn read<R: BufRead>(&mut self, message: Message<R>) -> Result<(), ReadError> {
        match message {
            Message::Initiation(reader) => self.initiation(*reader),
            Message::Status(reader) => self.status(*reader),
            Message::Statement(reader) => self.statement(*reader),
            Message::Transfer(mut reader) => {
                self.message.clone_from(&reader.header().message);
                while let Some(item) = reader.next_item()? {
                    self.items += 1;
                    if let Err(unfit) = item {
                        self.unfit(&unfit);
                    }
                }
                self.totals(reader.totals());
                Ok(())
            }
            Message::Payback(mut reader) => {
                self.message.clone_from(&reader.header().message);
                while let Some(item) = reader.next_item()? {
                    self.items += 1;
                    if let Err(unfit) = item {
                        self.unfit(&unfit);
                    }
                }
                self.totals(reader.totals());
                Ok(())
            }
        }
    }
}

/// Reads a message and says what it is.
///
/// # Errors
/// It cannot be read, or something in it is wrong.
pub fn validate(context: &Context, file: &Path) -> Done {
    let opened = File::open(file).map_err(|error| {
        let what = format!("cannot read {}", file.display());
        Failure::because(Exit::Usage, what, &error, "name a file that you may read")
    })?;
    let (message, header) = iso20022::open(BufReader::new(opened), Limits::default())
        .map_err(|error| refused(context, file, None, &error))?;
    let definition = message.version().id();
    let mut seen = Seen::default();
    seen.read(message).map_err(|error| refused(context, file, Some(definition), &error))?;
    context.out.json(&json!({
        "file": file, "definition": definition, "header": header.is_some(), "message": seen.message,
        "blocks": seen.blocks, "items": seen.items, "unfit": seen.unfit, "sum": seen.sum,
        "right": seen.faults.is_empty(), "faults": seen.faults,
    }));
    let out = &context.out;
    let behind = if header.is_some() { ", behind a header" } else { "" };
    out.line(format_args!("{definition} {}{behind}", seen.message));
    let sum = seen.sum.map_or(String::new(), |sum| format!(", sum {sum}"));
    out.line(format_args!(
        "    {} blocks, {} payments or entries, {} unfit{sum}",
        seen.blocks, seen.items, seen.unfit
    ));
    for fault in &seen.faults {
        out.line(format_args!("    {fault}"));
    }
    if seen.faults.is_empty() { Ok(()) } else { Err(Failure::said(Exit::Refused)) }
}

fn refused(context: &Context, file: &Path, definition: Option<&str>, error: &ReadError) -> Failure {
    let Some(why) = error.refused() else {
        let what = format!("cannot read {}", file.display());
        return Failure::because(Exit::Failed, what, error, "see to the disk, and try again");
    };
    if context.out.is_json() {
        let told: Value = json!({
            "file": file, "definition": definition, "right": false,
            "refused": { "what": why.what, "path": why.path, "line": why.place.line,
                "column": why.place.column, "reason": why.reason.code(), "limit": why.limit },
        });
        context.out.json(&told);
        return Failure::said(Exit::Refused);
    }
    let what = format!("{} is refused: {why}", file.display());
    Failure::new(Exit::Refused, what, "mend it there, and look again")
}
