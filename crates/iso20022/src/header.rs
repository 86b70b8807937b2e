//! head.001, the header in front of a message: who sends it to whom and what it is. Written around the message in an
//! element `RequestPayload`, since the standard names none.

use std::io::Write;

use crate::party::Agent;
use crate::reason::Reason;
use crate::refused::Refused;
use crate::tree::{Node, Tree};
use crate::version::Version;
use crate::writer::{WriteError, Writer, Written};

/// The element around a header and its message when we write them.
pub(crate) const WRAPPING: &str = "RequestPayload";

/// `AppHdr`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// `Fr/FIId`, or the BIC of `Fr/OrgId`.
    pub from: Agent,
    /// `To/FIId`, or the BIC of `To/OrgId`.
    pub to: Agent,
    /// `BizMsgIdr`, usually the same as `MsgId`.
    pub business_message: String,
    /// `MsgDefIdr`, such as `pacs.008.001.08`.
    pub definition: String,
    /// `BizSvc`.
    pub service: Option<String>,
    /// `CreDt`, a time with its zone.
    pub created: String,
    /// `PssblDplct`, the sender may have sent it before.
    pub possible_duplicate: bool,
}

impl Header {
    /// Of a tree whose values were found right.
    pub(crate) fn read(tree: &Tree) -> Header {
        let Some(node) = tree.root() else { return Header::default() };
        Header {
            from: end(node, "Fr"),
            to: end(node, "To"),
            business_message: node.string_at("BizMsgIdr").unwrap_or_default(),
            definition: node.string_at("MsgDefIdr").unwrap_or_default(),
            service: node.string_at("BizSvc"),
            created: node.text_at("CreDt").unwrap_or_default().trim().to_owned(),
            possible_duplicate: node.flag_at("PssblDplct").unwrap_or(false),
        }
    }

    /// Refuses a header that announces another message than the one behind it.
    pub(crate) fn announces(&self, version: Version, tree: &Tree) -> Result<(), Refused> {
        if self.definition == version.id() {
            return Ok(());
        }
        let what = format!(
            "the header announces `{}` and `{}` follows",
            crate::text::shown(&self.definition),
            version.id()
        );
        let at = tree.root().and_then(|root| root.get("MsgDefIdr"));
        let place = at.map(|node| node.place()).unwrap_or_default();
        Err(Refused {
            what,
            path: "/AppHdr/MsgDefIdr".to_owned(),
            place,
            limit: None,
            reason: Reason::FF01,
        })
    }

    fn write<W: Write>(&self, w: &mut Writer<W>) -> Written {
        w.group("AppHdr", |w| {
            w.group("Fr", |w| self.from.write(w, "FIId"))?;
            w.group("To", |w| self.to.write(w, "FIId"))?;
            w.leaf("BizMsgIdr", &self.business_message)?;
            w.leaf("MsgDefIdr", &self.definition)?;
            w.maybe("BizSvc", self.service.as_deref())?;
            w.leaf("CreDt", &self.created)?;
            w.maybe("PssblDplct", self.possible_duplicate.then_some("true"))
        })
    }

    /// Writes the header and then what `message` writes, both within one element.
    ///
    /// # Errors
    /// What the header's schema does not allow; what `message` could not do; the stream's own errors.
    pub fn write_around<W: Write>(
        &self,
        mut out: W,
        message: impl FnOnce(&mut W) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        write!(out, "<{WRAPPING}>")?;
        let mut writer = Writer::inside(&mut out, Version::Head001V02)?;
        self.write(&mut writer)?;
        writer.finish()?;
        message(&mut out)?;
        writeln!(out, "\n</{WRAPPING}>")?;
        Ok(())
    }
}

fn end(node: Node<'_>, name: &str) -> Agent {
    let Some(node) = node.get(name) else { return Agent::default() };
    match (node.get("FIId"), node.get("OrgId")) {
        (Some(bank), _) => Agent::read(bank),
        (None, Some(organisation)) => Agent {
            bic: organisation.string_at("Id/OrgId/AnyBIC"),
            name: organisation.string_at("Nm"),
            ..Agent::default()
        },
        (None, None) => Agent::default(),
    }
}
