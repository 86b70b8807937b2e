//! XML as ISO 20022 needs it and nothing more: elements, attributes and text in UTF-8. A document type, a processing
//! instruction, an entity of one's own, a second root or a tag beyond the limits ends the reading. Namespaces are
//! resolved here; what the elements mean is not known here.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesDecl, Event};

use crate::guard::Guard;
use crate::limits::Limits;
use crate::reason::Reason;
use crate::refused::{Place, ReadError, Refused};
use crate::text::shown;
use crate::version::Version;

mod attributes;

use attributes::{Raw, is_name, raw_attributes, resolve_references};

/// The namespace of `xsi:schemaLocation`.
pub(crate) const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// The namespace that the prefix `xml` always has.
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// What may stand before everything else and says that UTF-8 follows.
const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// One step through a document. What belongs to it stands in the scanner until the next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// An element begins: `name`, `namespace`, `attributes`.
    Open,
    /// A piece of the text of the innermost element: `text`. There may be several in a row.
    Text,
    /// The innermost element ends.
    Close,
    /// The document is over and was whole.
    End,
}

/// An attribute that is not a namespace declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    /// Its namespace, empty without a prefix.
    pub namespace: String,
    /// Its name without a prefix.
    pub name: String,
    /// Its value, references resolved.
    pub value: String,
}

/// A prefix, empty for the default, and its namespace; in force at and below `depth`.
struct Binding {
    depth: usize,
    prefix: String,
    namespace: String,
    /// The message this is the namespace of, looked up once.
    version: Option<Version>,
}

/// What the document has used up.
#[derive(Default)]
struct Used {
    elements: u64,
    attributes: u64,
    text_bytes: usize,
}

/// A document, step by step.
pub(crate) struct Scan<R> {
    reader: Reader<Guard<R>>,
    buffer: Vec<u8>,
    limits: Limits,
    used: Used,
    depth: usize,
    place: Place,
    began: bool,
    rooted: bool,
    bindings: Vec<Binding>,
    namespace_at: Option<usize>,
    name: String,
    attributes: Vec<Attribute>,
    text: String,
}

impl<R: BufRead> Scan<R> {
    pub fn new(source: R, limits: Limits) -> Scan<R> {
        let mut reader = Reader::from_reader(Guard::new(source, limits));
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_comments = true;
        config.check_end_names = true;
        config.allow_dangling_amp = false;
        Scan {
            reader,
            buffer: Vec::new(),
            limits,
            used: Used::default(),
            depth: 0,
            place: Place::default(),
            began: false,
            rooted: false,
            bindings: Vec::new(),
            namespace_at: None,
            name: String::new(),
            attributes: Vec::new(),
            text: String::new(),
        }
    }

    /// The name, without a prefix, of the element that has just begun.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its namespace; empty when it has none.
    pub fn namespace(&self) -> &str {
        let binding = self.namespace_at.and_then(|at| self.bindings.get(at));
        binding.map_or("", |binding| binding.namespace.as_str())
    }

    /// The message its namespace is of, if it is one known here.
    pub fn version(&self) -> Option<Version> {
        self.namespace_at.and_then(|at| self.bindings.get(at)).and_then(|binding| binding.version)
    }

    /// Its attributes without the namespace declarations.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The piece of text that was just read.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the last step began.
    pub fn place(&self) -> Place {
        self.place
    }

    /// The next step.
    ///
    /// # Errors
    /// What is not well-formed, not wanted here or beyond a limit; and the source's own errors.
    pub fn step(&mut self) -> Result<Step, ReadError> {
        loop {
            self.buffer.clear();
            self.text.clear();
            self.reader.get_mut().begin_token();
            self.place = self.reader.get_ref().at();
            let mut buffer = std::mem::take(&mut self.buffer);
            let step = match self.reader.read_event_into(&mut buffer) {
                Ok(event) => self.take(&event).map_err(ReadError::from),
                Err(error) => Err(self.failed(error)),
            };
            self.buffer = buffer;
            if let Some(step) = step? {
                return Ok(step);
            }
        }
    }

    /// What the reader could not read.
    fn failed(&mut self, error: quick_xml::Error) -> ReadError {
        if let Some(refused) = self.reader.get_mut().take_refused() {
            return ReadError::Refused(refused);
        }
        match error {
            quick_xml::Error::Io(source) => {
                ReadError::Io(std::io::Error::new(source.kind(), source.to_string()))
            }
            other => self.refused(format!("not well-formed: {other}")).into(),
        }
    }

    fn refused(&self, what: impl Into<String>) -> Refused {
        let path = String::new();
        Refused { what: what.into(), path, place: self.place, limit: None, reason: Reason::FF01 }
    }

    fn beyond(&self, what: &str, limit: impl TryInto<u64>) -> Refused {
        Refused { limit: limit.try_into().ok(), ..self.refused(what) }
    }

    /// What an event means; `None` for what says nothing, such as a comment.
    fn take(&mut self, event: &Event<'_>) -> Result<Option<Step>, Refused> {
        if let Event::Text(text) = event
            && !self.began
            && &**text == BYTE_ORDER_MARK
        {
            self.began = self.place.byte > 0;
            return Ok(None);
        }
        let first = !std::mem::replace(&mut self.began, true);
        match event {
            Event::Decl(declaration) if first => self.declaration(declaration).map(|()| None),
            Event::Decl(_) => {
                Err(self.refused("an XML declaration that is not at the very beginning"))
            }
            Event::Start(tag) => self.open(tag.name().0, tag.attributes_raw()).map(Some),
            Event::End(_) => Ok(Some(self.close())),
            Event::Text(text) => {
                if text.contains("]]>") {
                    return Err(self.refused("`]]>` in text"));
                }
                self.text.push_str(&text.xml10_content());
                self.text_step()
            }
            Event::CData(text) => {
                if self.depth == 0 {
                    return Err(self.refused("text outside the root element"));
                }
                self.text.push_str(&text.xml10_content());
                self.text_step()
            }
            Event::GeneralRef(reference) => {
                let Some(character) = attributes::referenced(reference) else {
                    let what = "an entity that is none of lt, gt, amp, quot, apos and not a character XML allows";
                    return Err(self.refused(format!("`&{};` is {what}", shown(reference))));
                };
                if self.depth == 0 {
                    return Err(self.refused("text outside the root element"));
                }
                self.text.push(character);
                self.text_step()
            }
            Event::Comment(_) => Ok(None),
            Event::PI(_) => Err(self.refused("a processing instruction")),
            Event::DocType(_) => Err(self.refused("a document type (DOCTYPE)")),
            Event::Eof if self.depth > 0 => {
                Err(self.refused("the document ends within an element"))
            }
            Event::Eof if !self.rooted => Err(self.refused("no element: the document is empty")),
            Event::Eof => Ok(Some(Step::End)),
            Event::Empty(_) => Err(self.refused("a tag that the XML reader should have expanded")),
        }
    }

    fn text_step(&mut self) -> Result<Option<Step>, Refused> {
        if self.depth == 0 {
            return match self.text.trim_matches([' ', '\t', '\n', '\r']).is_empty() {
                true => Ok(None),
                false => Err(self.refused("text outside the root element")),
            };
        }
        self.used.text_bytes += self.text.len();
        if self.used.text_bytes > self.limits.text_bytes_max {
            return Err(
                self.beyond("a text longer than any message needs", self.limits.text_bytes_max)
            );
        }
        Ok(Some(Step::Text))
    }

    /// `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` in that order.
    fn declaration(&mut self, declaration: &BytesDecl<'_>) -> Result<(), Refused> {
        let written = declaration.strip_prefix("xml").unwrap_or_default();
        let pairs = raw_attributes(written).collect::<Result<Vec<_>, _>>();
        let pairs =
            pairs.map_err(|what| self.refused(format!("in the XML declaration: {what}")))?;
        let mut left = pairs.as_slice();
        let Some((Raw { name: "version", value: "1.0" }, rest)) = left.split_first() else {
            return Err(self.refused("an XML declaration whose version is not 1.0"));
        };
        left = rest;
        if let Some((Raw { name: "encoding", value }, rest)) = left.split_first() {
            if !value.eq_ignore_ascii_case("UTF-8") {
                let what = format!("encoding {}; only UTF-8 is read", shown(value));
                return Err(self.refused(what));
            }
            left = rest;
        }
        if let Some((Raw { name: "standalone", value: "yes" | "no" }, rest)) = left.split_first() {
            left = rest;
        }
        match left.first() {
            None => Ok(()),
            Some(raw) => {
                let what = format!("`{}` in the XML declaration", shown(raw.name));
                Err(self.refused(what))
            }
        }
    }

    fn open(&mut self, written: &str, raw: &str) -> Result<Step, Refused> {
        if self.depth == 0 && std::mem::replace(&mut self.rooted, true) {
            return Err(self.refused("a second root element"));
        }
        self.depth += 1;
        self.used.text_bytes = 0;
        self.used.elements += 1;
        if self.depth > self.limits.depth_max {
            return Err(self.beyond("elements nested too deep", self.limits.depth_max as u64));
        }
        if self.used.elements > self.limits.elements_max {
            return Err(
                self.beyond("more elements than a message may have", self.limits.elements_max)
            );
        }
        self.attributes.clear();
        if !raw.is_empty() {
            self.read_attributes(raw)?;
        }
        let (prefix, name) = self.split_name(written)?;
        self.namespace_at = self.bound(prefix)?;
        self.name.clear();
        self.name.push_str(name);
        Ok(Step::Open)
    }

    fn close(&mut self) -> Step {
        self.used.text_bytes = 0;
        let depth = self.depth;
        while self.bindings.pop_if(|binding| binding.depth >= depth).is_some() {}
        self.depth -= 1;
        Step::Close
    }

    /// Prefix, empty without one, and name.
    fn split_name<'n>(&self, written: &'n str) -> Result<(&'n str, &'n str), Refused> {
        let (prefix, name) = written.split_once(':').unwrap_or(("", written));
        if is_name(name)
            && (prefix.is_empty() != written.contains(':'))
            && (prefix.is_empty() || is_name(prefix))
        {
            return Ok((prefix, name));
        }
        Err(self.refused(format!("`{}` is not a name", shown(written))))
    }

    /// Which binding a prefix has; `None` for no namespace.
    fn bound(&self, prefix: &str) -> Result<Option<usize>, Refused> {
        let at = self.bindings.iter().rposition(|binding| binding.prefix == prefix);
        match at {
            Some(at) => Ok(Some(at)),
            None if prefix.is_empty() => Ok(None),
            None => Err(self.refused(format!("the prefix `{}` has no namespace", shown(prefix)))),
        }
    }

    fn read_attributes(&mut self, raw: &str) -> Result<(), Refused> {
        let mut plain: Vec<(&str, String)> = Vec::new();
        let mut count = 0;
        for attribute in raw_attributes(raw) {
            let Raw { name, value } = attribute.map_err(|what| self.refused(what))?;
            count += 1;
            self.used.attributes += 1;
            if count > self.limits.element_attributes_max {
                let limit = self.limits.element_attributes_max as u64;
                return Err(self.beyond("more attributes than an element may have", limit));
            }
            if self.used.attributes > self.limits.attributes_max {
                let limit = self.limits.attributes_max;
                return Err(self.beyond("more attributes than a message may have", limit));
            }
            let value = resolve_references(value).map_err(|what| self.refused(what))?;
            match name.strip_prefix("xmlns") {
                Some("") => self.bind("", value)?,
                Some(prefixed) if prefixed.starts_with(':') => self.bind(&prefixed[1..], value)?,
                _ => plain.push((name, value)),
            }
        }
        for (written, value) in plain {
            let (prefix, name) = self.split_name(written)?;
            let namespace = match prefix {
                "" => "",
                "xml" => XML,
                _ => self
                    .bound(prefix)?
                    .and_then(|at| self.bindings.get(at))
                    .map_or("", |b| &b.namespace),
            };
            if self
                .attributes
                .iter()
                .any(|other| other.name == name && other.namespace == namespace)
            {
                return Err(
                    self.refused(format!("the attribute `{}` stands twice", shown(written)))
                );
            }
            let attribute =
                Attribute { namespace: namespace.to_owned(), name: name.to_owned(), value };
            self.attributes.push(attribute);
        }
        Ok(())
    }

    fn bind(&mut self, prefix: &str, namespace: String) -> Result<(), Refused> {
        let depth = self.depth;
        let twice = self.bindings.iter().any(|b| b.depth == depth && b.prefix == prefix);
        let reserved = matches!(prefix, "xml" | "xmlns") || namespace == XML;
        let nothing = !prefix.is_empty() && (namespace.is_empty() || !is_name(prefix));
        if twice || reserved || nothing {
            return Err(self.refused(format!(
                "a namespace declaration of `{}` that XML does not allow",
                shown(prefix)
            )));
        }
        let version = Version::of_namespace(&namespace);
        self.bindings.push(Binding { depth, prefix: prefix.to_owned(), namespace, version });
        Ok(())
    }
}
