//! Writes a document element by element and asks its schema before each: what the schema would refuse is an error
//! here, with the way to the element, and no byte of it goes out. Nothing is kept but the way from the root.

use std::fmt;
use std::io::{self, Write};

use terms::Day;

use crate::checker::{Checker, Opened, WrongValue};
use crate::found::Money;
use crate::text::is_xml_text;
use crate::version::Version;

/// Why something was not written.
#[derive(Debug)]
pub enum WriteError {
    /// The schema does not allow it. What was written before stands, and the document cannot be completed.
    Unfit {
        /// The way to the element, `/Document/FIToFICstmrCdtTrf/GrpHdr/MsgId`.
        path: String,
        /// What is wrong, as a sentence without a full stop.
        what: String,
    },
    /// The bytes could not be put.
    Io(io::Error),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Unfit { path, what } => write!(f, "cannot write {path}: {what}"),
            WriteError::Io(source) => write!(f, "cannot write the message: {source}"),
        }
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            WriteError::Unfit { .. } => None,
            WriteError::Io(source) => Some(source),
        }
    }
}

impl From<io::Error> for WriteError {
    fn from(source: io::Error) -> WriteError {
        WriteError::Io(source)
    }
}

/// Whether a piece was written.
pub type Written = Result<(), WriteError>;

/// A document being written.
pub(crate) struct Writer<W> {
    out: W,
    checker: Checker,
    /// The root was written, so the namespace stands.
    rooted: bool,
    namespace: &'static str,
}

impl<W: Write> Writer<W> {
    /// Writes the XML declaration; the root comes next.
    pub fn begin(mut out: W, version: Version) -> Result<Writer<W>, WriteError> {
        out.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        Writer::inside(out, version)
    }

    /// Writes what stands within another document.
    pub fn inside(out: W, version: Version) -> Result<Writer<W>, WriteError> {
        let unfit = |what: &str| WriteError::Unfit { path: String::new(), what: what.to_owned() };
        let schema = version.schema().map_err(unfit)?;
        let namespace = version.namespace();
        Ok(Writer { out, checker: Checker::new(schema), rooted: false, namespace })
    }

    fn unfit(&self, what: impl Into<String>) -> WriteError {
        WriteError::Unfit { path: self.checker.path(), what: what.into() }
    }

    fn new_line(&mut self) -> Written {
        const SPACES: &[u8] = b"\n                                ";
        let depth = self.checker.depth();
        self.out.write_all(SPACES.get(..=depth).unwrap_or(SPACES))?;
        Ok(())
    }

    /// Begins an element that has elements.
    pub fn open(&mut self, name: &'static str) -> Written {
        self.new_line()?;
        match self.checker.open(name) {
            Ok(Opened::Elements(_)) => {}
            Ok(_) => return Err(self.unfit(format!("`{name}` has no elements"))),
            Err(what) => return Err(self.unfit(what)),
        }
        write!(self.out, "<{name}")?;
        if !std::mem::replace(&mut self.rooted, true) {
            write!(self.out, " xmlns=\"{}\"", self.namespace)?;
        }
        self.out.write_all(b">")?;
        Ok(())
    }

    /// Ends it.
    pub fn close(&mut self, name: &'static str) -> Written {
        self.checker.close().map_err(|what| self.unfit(what))?;
        self.new_line()?;
        write!(self.out, "</{name}>")?;
        Ok(())
    }

    /// An element and what `inside` writes into it.
    pub fn group(
        &mut self,
        name: &'static str,
        inside: impl FnOnce(&mut Self) -> Written,
    ) -> Written {
        self.open(name)?;
        inside(self)?;
        self.close(name)
    }

    /// An element with text.
    pub fn leaf(&mut self, name: &'static str, text: &str) -> Written {
        self.value(name, text, None)
    }

    /// An element with text, if there is one.
    pub fn maybe(&mut self, name: &'static str, text: Option<&str>) -> Written {
        text.map_or(Ok(()), |text| self.leaf(name, text))
    }

    /// An element with text within another, if there is one, as `Rsn/Cd`.
    pub fn maybe_in(
        &mut self,
        outer: &'static str,
        name: &'static str,
        text: Option<&str>,
    ) -> Written {
        text.map_or(Ok(()), |text| self.group(outer, |w| w.leaf(name, text)))
    }

    /// A day.
    pub fn day(&mut self, name: &'static str, day: Day) -> Written {
        self.leaf(name, &day.to_string())
    }

    /// An amount with its currency.
    pub fn money(&mut self, name: &'static str, money: Money) -> Written {
        let Some(currency) = money.currency.code() else {
            return Err(self.unfit(format!("`{name}` in a currency without a code")));
        };
        self.value(name, &money.currency.format(money.amount), Some(currency))
    }

    fn value(&mut self, name: &'static str, text: &str, currency: Option<&str>) -> Written {
        self.new_line()?;
        match self.checker.open(name) {
            Ok(Opened::Value(_)) => {}
            Ok(_) => return Err(self.unfit(format!("`{name}` has no text"))),
            Err(what) => return Err(self.unfit(what)),
        }
        if !is_xml_text(text) {
            return Err(self.unfit("a character that XML does not allow"));
        }
        let checked = self.checker.value(text, currency);
        checked.map_err(|WrongValue { what, .. }| self.unfit(what))?;
        match currency {
            Some(currency) => write!(self.out, "<{name} Ccy=\"{currency}\">")?,
            None => write!(self.out, "<{name}>")?,
        }
        self.escaped(text)?;
        write!(self.out, "</{name}>")?;
        self.checker.close().map_err(|what| self.unfit(what))
    }

    fn escaped(&mut self, text: &str) -> io::Result<()> {
        let mut rest = text;
        while let Some(at) = rest.find(['&', '<', '>', '\r']) {
            let (plain, special) = rest.split_at(at);
            self.out.write_all(plain.as_bytes())?;
            self.out.write_all(match special.as_bytes().first() {
                Some(b'&') => b"&amp;",
                Some(b'<') => b"&lt;",
                Some(b'>') => b"&gt;",
                _ => b"&#13;",
            })?;
            rest = special.get(1..).unwrap_or_default();
        }
        self.out.write_all(rest.as_bytes())
    }

    /// Ends what is open and gives the stream back.
    pub fn finish(self) -> Result<W, WriteError> {
        if self.checker.depth() > 0 {
            return Err(self.unfit("the document ends too early"));
        }
        Ok(self.out)
    }
}
