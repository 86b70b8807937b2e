//! What payments of every message have in common: how they are called, of what type they are, what they are for.

use std::io::Write;

use crate::ids::Uetr;
use crate::refused::Fault;
use crate::tree::Node;
use crate::writer::{Writer, Written};

/// What a sender writes as `EndToEndId` when he has none.
pub const NOT_PROVIDED: &str = "NOTPROVIDED";

/// `PmtId`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentIds {
    /// `InstrId`, at most 35 characters.
    pub instruction: Option<String>,
    /// `EndToEndId`, at most 35 characters.
    pub end_to_end: String,
    /// `TxId`, between banks only.
    pub transaction: Option<String>,
    /// `UETR`; kept through every message about the payment.
    pub uetr: Option<Uetr>,
    /// `ClrSysRef`, between banks only.
    pub clearing: Option<String>,
}

/// `PmtTpInf`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentType {
    /// `InstrPrty`, `HIGH` or `NORM`.
    pub priority: Option<String>,
    /// `SvcLvl/Cd`, such as `SEPA` or `URGP`; the first one.
    pub service_level: Option<String>,
    /// `LclInstrm/Cd`.
    pub local_instrument: Option<String>,
    /// `CtgyPurp/Cd`, such as `SALA`.
    pub category_purpose: Option<String>,
}

/// `ChrgBr`, who bears the charges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeBearer {
    /// `DEBT`, the debtor bears all.
    Debtor,
    /// `CRED`, the creditor bears all.
    Creditor,
    /// `SHAR`, each bears those of his bank.
    Shared,
    /// `SLEV`, as the service level says.
    ServiceLevel,
}

/// `RmtInf`, what the payment is for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remittance {
    /// `Ustrd`, each at most 140 characters.
    pub texts: Vec<String>,
    /// `Strd/CdtrRefInf/Ref`, the creditor's references.
    pub references: Vec<String>,
}

impl PaymentIds {
    /// Ids of a payment of which only the end-to-end one is known.
    pub fn end_to_end(id: impl Into<String>) -> PaymentIds {
        PaymentIds { end_to_end: id.into(), ..PaymentIds::default() }
    }

    pub(crate) fn read(node: Node<'_>) -> PaymentIds {
        PaymentIds {
            instruction: node.string_at("InstrId"),
            end_to_end: node.string_at("EndToEndId").unwrap_or_default(),
            transaction: node.string_at("TxId"),
            // A UETR of another form was noted when the schema was asked.
            uetr: node.text_at("UETR").and_then(Uetr::parse),
            clearing: node.string_at("ClrSysRef"),
        }
    }

    pub(crate) fn write<W: Write>(&self, w: &mut Writer<W>) -> Written {
        w.group("PmtId", |w| {
            w.maybe("InstrId", self.instruction.as_deref())?;
            w.leaf("EndToEndId", &self.end_to_end)?;
            w.maybe("TxId", self.transaction.as_deref())?;
            w.maybe("UETR", self.uetr.map(|uetr| uetr.to_string()).as_deref())?;
            w.maybe("ClrSysRef", self.clearing.as_deref())
        })
    }
}

impl PaymentType {
    pub(crate) fn read(node: Node<'_>) -> PaymentType {
        PaymentType {
            priority: node.string_at("InstrPrty"),
            service_level: node.string_at("SvcLvl/Cd"),
            local_instrument: node.string_at("LclInstrm/Cd"),
            category_purpose: node.string_at("CtgyPurp/Cd"),
        }
    }

    pub(crate) fn write<W: Write>(&self, w: &mut Writer<W>) -> Written {
        if *self == PaymentType::default() {
            return Ok(());
        }
        w.group("PmtTpInf", |w| {
            w.maybe("InstrPrty", self.priority.as_deref())?;
            w.maybe_in("SvcLvl", "Cd", self.service_level.as_deref())?;
            w.maybe_in("LclInstrm", "Cd", self.local_instrument.as_deref())?;
            w.maybe_in("CtgyPurp", "Cd", self.category_purpose.as_deref())
        })
    }
}

impl ChargeBearer {
    /// The four letters.
    pub fn code(self) -> &'static str {
        match self {
            ChargeBearer::Debtor => "DEBT",
            ChargeBearer::Creditor => "CRED",
            ChargeBearer::Shared => "SHAR",
            ChargeBearer::ServiceLevel => "SLEV",
        }
    }

    /// The bearer of these letters.
    pub fn parse(code: &str) -> Option<ChargeBearer> {
        let all = [
            ChargeBearer::Debtor,
            ChargeBearer::Creditor,
            ChargeBearer::Shared,
            ChargeBearer::ServiceLevel,
        ];
        all.into_iter().find(|bearer| bearer.code() == code)
    }
}

impl Remittance {
    /// One text.
    pub fn text(text: impl Into<String>) -> Remittance {
        Remittance { texts: vec![text.into()], references: Vec::new() }
    }

    pub(crate) fn read(node: Node<'_>) -> Remittance {
        let reference = |node: Node<'_>| node.string_at("CdtrRefInf/Ref");
        Remittance {
            texts: node.each("Ustrd").map(|text| text.text().to_owned()).collect(),
            references: node.each("Strd").filter_map(reference).collect(),
        }
    }

    pub(crate) fn write<W: Write>(&self, w: &mut Writer<W>) -> Written {
        if *self == Remittance::default() {
            return Ok(());
        }
        w.group("RmtInf", |w| {
            self.texts.iter().try_for_each(|text| w.leaf("Ustrd", text))?;
            self.references.iter().try_for_each(|reference| {
                w.group("Strd", |w| w.group("CdtrRefInf", |w| w.leaf("Ref", reference)))
            })
        })
    }
}

/// What the reader of a block, payment, statement or entry noticed and lets somebody else judge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// Elements that were there, were checked, and are read by nothing here: ways from the unit, each once.
    pub skipped: Vec<String>,
    /// Texts with characters that turn or hide what a person reads: ways from the unit. They are kept as they are.
    pub disguised: Vec<String>,
    /// Names that the same message had used before: faults the reader may live with.
    pub repeated: Vec<Fault>,
}
