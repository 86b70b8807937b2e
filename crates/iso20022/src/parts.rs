//! A document as a stream of parts, each checked against the schema and kept one at a time: what stands once
//! (a group header), the heads of what holds many (a block of payments, a statement), and the many (payments, entries).
//! A document with a header in front, in one of the usual wrappings, gives the header first.

use std::io::BufRead;

use crate::checker::{Checker, Opened, WrongValue};
use crate::found::{Found, Unfit};
use crate::header::{Header, WRAPPING};
use crate::limits::Limits;
use crate::payment::Remarks;
use crate::reason::Reason;
use crate::refused::{Fault, Place, ReadError, Refused};
use crate::scan::{SCHEMA_INSTANCE, Scan, Step};
use crate::text::shown;
use crate::tree::Tree;
use crate::version::{Kind, Version};

/// Elements that hold a header and its message. The schemas of ISO 20022 do not name one; these are in use.
const WRAPPINGS: [&str; 4] = [WRAPPING, "Envelope", "BizMsgEnvlp", "BizMsg"];

/// What a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// An element directly in the message.
    Single(&'static str),
    /// The beginning of an element that holds units, up to the first of them.
    Head,
    /// One of the many.
    Unit,
    /// What comes behind the units, and the element ends.
    Tail,
    /// The message is over and the document was whole.
    End,
}

/// Where the reader stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Message,
    /// In an element that holds units.
    Holder(Holder),
    Over,
}

/// What was given of an element that holds units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holder {
    /// Its head is being gathered.
    Head,
    /// Its head was given while its first unit had just begun.
    FirstUnit(&'static str),
    /// Its head was given and it has ended.
    Ended,
    /// Units are given.
    Units,
}

/// What holds units, and what they are, of each kind of message; an empty holder where units stand directly in it.
fn layout(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Initiation => ("PmtInf", "CdtTrfTxInf"),
        Kind::CustomerStatus => ("OrgnlPmtInfAndSts", "TxInfAndSts"),
        Kind::CreditTransfer => ("", "CdtTrfTxInf"),
        Kind::BankStatus => ("", "TxInfAndSts"),
        Kind::Return => ("", "TxInf"),
        Kind::AccountReport => ("Rpt", "Ntry"),
        Kind::Statement => ("Stmt", "Ntry"),
        Kind::Notification => ("Ntfctn", "Ntry"),
        Kind::Header => ("", ""),
    }
}

/// A document being read.
pub(crate) struct Parts<R> {
    scan: Scan<R>,
    limits: Limits,
    version: Version,
    checker: Checker,
    at: At,
    /// How many elements stand around the document.
    wrapped: usize,
    tree: Tree,
    faults: Vec<Fault>,
    faults_unkept: u64,
    units: u64,
    /// The way to the holder that is open, and which unit of it was read last.
    holder_path: String,
    unit_nth: u32,
}

impl<R: BufRead> Parts<R> {
    /// Begins to read: the version of the message, and the header if one stands in front of it.
    pub fn open(source: R, limits: Limits) -> Result<(Parts<R>, Option<Header>), ReadError> {
        let mut scan = Scan::new(source, limits);
        let mut wrapped = 0;
        let mut header = None;
        scan_open(&mut scan, "the root element")?;
        if WRAPPINGS.contains(&scan.name()) && scan.version().is_none() {
            wrapped = 1;
            scan_open(&mut scan, "a header or a document")?;
        }
        if scan.name() == "AppHdr" {
            let mut parts = Parts::begin(scan, limits, wrapped)?;
            if parts.version.kind() != Kind::Header {
                return Err(parts.refused("`AppHdr` in the namespace of a message").into());
            }
            parts.subtree("AppHdr")?;
            if let Some(fault) = parts.faults.first() {
                return Err(Refused::from(fault.clone()).into());
            }
            let tree = std::mem::take(&mut parts.tree);
            header = Some((Header::read(&tree), tree));
            scan = parts.scan;
            if wrapped == 0 {
                return Err(
                    at_scan(&scan, "a header without a message: wrap both in one element").into()
                );
            }
            scan_open(&mut scan, "a document behind the header")?;
        }
        let mut parts = Parts::begin(scan, limits, wrapped)?;
        if parts.version.kind() == Kind::Header {
            return Err(parts.refused("a header where a message should stand").into());
        }
        let element = parts.version.element();
        if parts.expect_open("the message")? != element {
            return Err(parts.refused(format!("the message is not `{element}`")).into());
        }
        let Some((header, tree)) = header else { return Ok((parts, None)) };
        header.announces(parts.version, &tree)?;
        Ok((parts, Some(header)))
    }

    /// Takes a scanner whose root element has just begun.
    fn begin(scan: Scan<R>, limits: Limits, wrapped: usize) -> Result<Parts<R>, ReadError> {
        let Some(version) = scan.version() else {
            let what = match scan.namespace() {
                "" => format!("`{}` has no namespace", shown(scan.name())),
                other => unknown_namespace(other),
            };
            return Err(at_scan(&scan, what).into());
        };
        let schema = version.schema().map_err(|error| at_scan(&scan, error))?;
        let mut parts = Parts {
            scan,
            limits,
            version,
            checker: Checker::new(schema),
            at: At::Message,
            wrapped,
            tree: Tree::default(),
            faults: Vec::new(),
            faults_unkept: 0,
            units: 0,
            holder_path: String::new(),
            unit_nth: 0,
        };
        if let Opened::Free | Opened::Value(_) = parts.opened()? {
            return Err(parts.refused("a root element without elements").into());
        }
        Ok(parts)
    }

    /// The version of the message.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The part that was read last.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The way to the part that was read last: a part directly in the message, a holder, or a unit.
    pub fn path_to(&self, part: Part) -> String {
        let message = || format!("/Document/{}", self.version.element());
        let (holder, unit) = layout(self.version.kind());
        match part {
            Part::Single(name) => format!("{}/{name}", message()),
            Part::Head | Part::Tail => self.holder_path.clone(),
            Part::Unit if holder.is_empty() => format!("{}/{unit}[{}]", message(), self.unit_nth),
            Part::Unit => format!("{}/{unit}[{}]", self.holder_path, self.unit_nth),
            Part::End => message(),
        }
    }

    /// What is wrong with the part that was read last, if anything: what the schema says, and what was found later of
    /// elements the schema is content with.
    pub fn unfit(&self, part: Part, found: Found) -> Option<Box<Unfit>> {
        let mut faults = self.faults.clone();
        for fault in found.faults(|| self.path_to(part)) {
            if !faults.iter().any(|other| other.path == fault.path) {
                faults.push(fault);
            }
        }
        if faults.is_empty() {
            return None;
        }
        Some(Box::new(Unfit { faults, faults_unkept: self.faults_unkept, ..Unfit::default() }))
    }

    /// What was read of the part, or what is wrong with it under the names that stand at `ways`, as
    /// [`Unfit::named`] takes them.
    pub fn fit<T>(
        &self,
        part: Part,
        found: Found,
        read: Option<T>,
        ways: [&str; 4],
    ) -> Result<T, Box<Unfit>> {
        let unfit = match (self.unfit(part, found), read) {
            (None, Some(read)) => return Ok(read),
            (Some(unfit), _) => unfit,
            (None, None) => Unfit::unread(self.path_to(part)),
        };
        Err(match self.tree.root() {
            Some(node) => unfit.named(node, ways),
            None => unfit,
        })
    }

    /// The part that was read last must be right, or nothing more is read.
    pub fn must_be_right(&self, part: Part, found: Found) -> Result<(), Refused> {
        let unfit = self.unfit(part, found);
        let fault = unfit.and_then(|unfit| unfit.faults.into_iter().next());
        fault.map_or(Ok(()), |fault| Err(Refused::from(fault)))
    }

    /// What of the part that was read last nothing has asked for, and what in it is disguised.
    pub fn remarks(&self) -> Remarks {
        Remarks {
            skipped: self.tree.skipped(),
            disguised: self.tree.disguised(),
            repeated: Vec::new(),
        }
    }

    /// A refusal at the place of the last step.
    pub fn refused(&self, what: impl Into<String>) -> Refused {
        Refused { path: self.checker.path(), ..at_scan(&self.scan, what) }
    }

    /// The next part.
    pub fn part(&mut self) -> Result<Part, ReadError> {
        self.tree.clear();
        self.faults.clear();
        self.faults_unkept = 0;
        loop {
            let part = match self.at {
                At::Over => Some(Part::End),
                At::Message => self.part_of_message()?,
                At::Holder(holder) => self.part_of_holder(holder)?,
            };
            if let Some(part) = part {
                return Ok(part);
            }
        }
    }

    /// What comes directly in the message; `None` when that is a holder, which is entered, or the end, which is seen.
    fn part_of_message(&mut self) -> Result<Option<Part>, ReadError> {
        let (holder, unit) = layout(self.version.kind());
        let Some(name) = self.next_child("the message")? else {
            self.end()?;
            self.at = At::Over;
            return Ok(None);
        };
        if name == holder {
            self.tree.open(name, false, self.scan.place());
            self.holder_path = self.checker.path();
            self.at = At::Holder(Holder::Head);
            return Ok(None);
        }
        if name == unit {
            return self.unit(name).map(Some);
        }
        self.subtree(name)?;
        Ok(Some(Part::Single(name)))
    }

    /// What comes in a holder; `None` when it was kept for its head or its tail.
    fn part_of_holder(&mut self, at: Holder) -> Result<Option<Part>, ReadError> {
        let (holder, unit) = layout(self.version.kind());
        match at {
            Holder::FirstUnit(name) => {
                self.at = At::Holder(Holder::Units);
                return self.unit(name).map(Some);
            }
            Holder::Ended => {
                self.at = At::Message;
                return Ok(Some(Part::Tail));
            }
            Holder::Head | Holder::Units => {}
        }
        match (at, self.next_child(holder)?) {
            (Holder::Units, Some(name)) if name == unit => self.unit(name).map(Some),
            (_, Some(name)) if name == unit => {
                self.tree.close_all();
                self.at = At::Holder(Holder::FirstUnit(name));
                Ok(Some(Part::Head))
            }
            (_, Some(name)) => {
                // What comes behind the units is gathered like a head of its own.
                if self.tree.root().is_none() {
                    self.tree.open(holder, false, self.scan.place());
                }
                self.subtree(name)?;
                Ok(None)
            }
            (Holder::Units, None) => {
                self.tree.close_all();
                self.at = At::Message;
                Ok(Some(Part::Tail))
            }
            (_, None) => {
                self.tree.close_all();
                self.at = At::Holder(Holder::Ended);
                Ok(Some(Part::Head))
            }
        }
    }

    fn unit(&mut self, name: &'static str) -> Result<Part, ReadError> {
        self.subtree(name)?;
        self.count_unit()?;
        Ok(Part::Unit)
    }

    fn count_unit(&mut self) -> Result<(), Refused> {
        self.units += 1;
        self.unit_nth = self.checker.children();
        if self.units > self.limits.units_max {
            let limit = Some(self.limits.units_max);
            return Err(Refused {
                limit,
                ..self.refused("more payments or entries than a message may have")
            });
        }
        Ok(())
    }

    /// The name of the next element here, which has begun; `None` when the element around it has ended.
    fn next_child(&mut self, around: &str) -> Result<Option<&'static str>, ReadError> {
        loop {
            match self.scan.step()? {
                Step::Open => {
                    return match self.opened()? {
                        Opened::Elements(name) | Opened::Value(name) => Ok(Some(name)),
                        Opened::Free => Err(self.refused(format!("anything in {around}")).into()),
                    };
                }
                Step::Text => self.only_space()?,
                Step::Close => {
                    self.closed()?;
                    return Ok(None);
                }
                Step::End => return Err(self.refused("the document ends too early").into()),
            }
        }
    }

    fn expect_open(&mut self, what: &str) -> Result<&'static str, ReadError> {
        let name = self.next_child(what)?;
        name.ok_or_else(|| self.refused(format!("{what} is missing")).into())
    }

    fn only_space(&self) -> Result<(), Refused> {
        let text = self.scan.text().trim_matches([' ', '\t', '\n', '\r']);
        if text.is_empty() {
            return Ok(());
        }
        Err(self.refused(format!("the text `{}` where only elements may stand", shown(text))))
    }

    /// The element that has just begun, checked by its name, namespace and attributes.
    fn opened(&mut self) -> Result<Opened, Refused> {
        let opened = self.checker.open(self.scan.name()).map_err(|what| self.refused(what))?;
        if opened == Opened::Free {
            return Ok(opened);
        }
        if self.scan.version() != Some(self.version) {
            let (name, namespace) =
                (shown(self.scan.name()), shown_namespace(self.scan.namespace()));
            return Err(self.refused(format!("`{name}` is in the namespace `{namespace}`")));
        }
        for attribute in self.scan.attributes() {
            let hint = attribute.namespace == SCHEMA_INSTANCE
                && matches!(
                    attribute.name.as_str(),
                    "schemaLocation" | "noNamespaceSchemaLocation"
                );
            let currency = attribute.namespace.is_empty()
                && attribute.name == "Ccy"
                && matches!(opened, Opened::Value(_));
            if !hint && !currency {
                return Err(self.refused(format!("the attribute `{}`", shown(&attribute.name))));
            }
        }
        Ok(opened)
    }

    fn closed(&mut self) -> Result<(), Refused> {
        self.checker.close().map_err(|what| self.refused(what))
    }

    /// Reads an element that has just begun, with all that is in it, into the tree.
    fn subtree(&mut self, name: &'static str) -> Result<(), ReadError> {
        let depth = self.checker.depth();
        let mut opened = match self.checker.is_value() {
            true => Opened::Value(name),
            false => Opened::Elements(name),
        };
        self.keep(opened);
        while self.checker.depth() >= depth {
            match self.scan.step()? {
                Step::Open => {
                    opened = self.opened()?;
                    self.keep(opened);
                    if self.tree.bytes() > self.limits.unit_bytes_max {
                        let limit = Some(self.limits.unit_bytes_max as u64);
                        let what = "a payment or entry longer than any message needs";
                        return Err(Refused { limit, ..self.refused(what) }.into());
                    }
                }
                Step::Text if self.checker.is_value() => self.tree.push_text(self.scan.text()),
                Step::Text if self.checker.is_free() => {}
                Step::Text => self.only_space()?,
                Step::Close => {
                    let free = self.checker.is_free();
                    if self.checker.is_value() {
                        self.check_value();
                    }
                    self.closed()?;
                    if !free {
                        self.tree.close();
                    }
                }
                Step::End => return Err(self.refused("the document ends too early").into()),
            }
        }
        Ok(())
    }

    fn keep(&mut self, opened: Opened) {
        let (name, value) = match opened {
            Opened::Elements(name) => (name, false),
            Opened::Value(name) => (name, true),
            // What stands in the place for anything is walked through and not kept.
            Opened::Free => return,
        };
        self.tree.open(name, value, self.scan.place());
        let currency = self.scan.attributes().iter().find(|attribute| attribute.name == "Ccy");
        if let Some(currency) = currency {
            self.tree.set_currency(&currency.value);
        }
    }

    fn check_value(&mut self) {
        let (text, currency, place) = self.tree.innermost_value();
        if let Err(WrongValue { what, reason }) = self.checker.value(text, currency) {
            self.fault(Fault { what, reason, path: self.checker.path(), place });
        }
    }

    /// Keeps a fault of the part being read.
    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < self.limits.faults_max {
            self.faults.push(fault);
        } else {
            self.faults_unkept += 1;
        }
    }

    /// Behind the message: its document ends, then what is around it, then the stream.
    fn end(&mut self) -> Result<(), ReadError> {
        if let Some(name) = self.next_child("the document")? {
            return Err(self.refused(format!("`{name}` behind the message")).into());
        }
        loop {
            match self.scan.step()? {
                Step::End => return Ok(()),
                Step::Close if self.wrapped > 0 => self.wrapped -= 1,
                Step::Text => self.only_space()?,
                Step::Open => return Err(self.refused("an element behind the document").into()),
                Step::Close => return Err(self.refused("an end tag without its beginning").into()),
            }
        }
    }
}

/// Says which versions there are when it is only the version that is unknown.
fn unknown_namespace(namespace: &str) -> String {
    let shown = shown_namespace(namespace);
    let message = shown.get(..8).unwrap_or(&shown);
    let others =
        Version::ALL.iter().map(|version| version.id()).filter(|id| id.starts_with(message));
    let others: Vec<&str> = others.collect();
    match others.is_empty() {
        true => format!("the namespace `{shown}` is of no message known here"),
        false => format!("the version `{shown}` is not known here; {} are", others.join(", ")),
    }
}

fn shown_namespace(namespace: &str) -> String {
    shown(namespace.strip_prefix("urn:iso:std:iso:20022:tech:xsd:").unwrap_or(namespace))
}

fn at_scan<R: BufRead>(scan: &Scan<R>, what: impl Into<String>) -> Refused {
    let place: Place = scan.place();
    Refused { what: what.into(), path: String::new(), place, limit: None, reason: Reason::FF01 }
}

fn scan_open<R: BufRead>(scan: &mut Scan<R>, what: &str) -> Result<(), ReadError> {
    loop {
        match scan.step()? {
            Step::Open => return Ok(()),
            Step::Text if scan.text().trim_matches([' ', '\t', '\n', '\r']).is_empty() => {}
            _ => return Err(at_scan(scan, format!("{what} is missing")).into()),
        }
    }
}
