//! Who pays and who is paid, at which banks and accounts, as every message writes them.

use std::io::Write;

use crate::tree::Node;
use crate::writer::{Writer, Written};

/// A person or an organisation (`PartyIdentification135` and its elder versions).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party {
    /// `Nm`, at most 140 characters.
    pub name: Option<String>,
    /// `PstlAdr`.
    pub address: Option<Address>,
    /// `Id`.
    pub identity: Option<Identity>,
    /// `CtryOfRes`, two letters.
    pub country: Option<String>,
}

/// How a party is known beyond its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// `OrgId`.
    Organisation {
        /// `AnyBIC`, in older versions `BICOrBEI`.
        bic: Option<String>,
        /// `LEI`.
        lei: Option<String>,
        /// `Othr`.
        others: Vec<OtherId>,
    },
    /// `PrvtId`.
    Person {
        /// `Othr`.
        others: Vec<OtherId>,
    },
}

/// A number somebody else gave: of a tax office, a register, a passport.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OtherId {
    /// `Id`.
    pub id: String,
    /// `SchmeNm/Cd`, what kind of number it is.
    pub scheme: Option<String>,
    /// `Issr`.
    pub issuer: Option<String>,
}

/// Where a party lives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// `StrtNm`.
    pub street: Option<String>,
    /// `BldgNb`.
    pub building: Option<String>,
    /// `PstCd`.
    pub post_code: Option<String>,
    /// `TwnNm`.
    pub town: Option<String>,
    /// `Ctry`, two letters.
    pub country: Option<String>,
    /// `AdrLine`, at most seven.
    pub lines: Vec<String>,
}

/// The number of an account.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum AccountNumber {
    /// An IBAN in upper case; its check digits are right.
    Iban(String),
    /// Any other number, at most 34 characters.
    Other(String),
}

impl AccountNumber {
    /// The number as text.
    pub fn as_str(&self) -> &str {
        match self {
            AccountNumber::Iban(number) | AccountNumber::Other(number) => number,
        }
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// `Id`.
    pub number: AccountNumber,
    /// `Ccy`, three letters.
    pub currency: Option<String>,
    /// `Nm`.
    pub name: Option<String>,
}

/// A bank (`FinInstnId` of `BranchAndFinancialInstitutionIdentification6` and its elder versions).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agent {
    /// `BICFI`, in older versions `BIC`.
    pub bic: Option<String>,
    /// `ClrSysMmbId`: the clearing system, if told, and the member's number there.
    pub member: Option<(Option<String>, String)>,
    /// `LEI`.
    pub lei: Option<String>,
    /// `Nm`.
    pub name: Option<String>,
    /// `Othr/Id`.
    pub other: Option<String>,
}

impl Party {
    /// A party of whom only the name is known.
    pub fn named(name: impl Into<String>) -> Party {
        Party { name: Some(name.into()), ..Party::default() }
    }

    pub(crate) fn read(node: Node<'_>) -> Party {
        let organisation = |node: Node<'_>| Identity::Organisation {
            bic: node.string_at("AnyBIC").or_else(|| node.string_at("BICOrBEI")),
            lei: node.string_at("LEI"),
            others: node.each("Othr").map(OtherId::read).collect(),
        };
        let person = |node: Node<'_>| Identity::Person {
            others: node.each("Othr").map(OtherId::read).collect(),
        };
        Party {
            name: node.string_at("Nm"),
            address: node.get("PstlAdr").map(Address::read),
            identity: match node.get("Id/OrgId") {
                Some(node) => Some(organisation(node)),
                None => node.get("Id/PrvtId").map(person),
            },
            country: node.string_at("CtryOfRes"),
        }
    }

    pub(crate) fn write<W: Write>(&self, w: &mut Writer<W>, name: &'static str) -> Written {
        w.group(name, |w| {
            w.maybe("Nm", self.name.as_deref())?;
            self.address.as_ref().map_or(Ok(()), |address| address.write(w))?;
            self.identity.as_ref().map_or(Ok(()), |identity| identity.write(w))?;
            w.maybe("CtryOfRes", self.country.as_deref())
        })
    }
}

impl Identity {
    fn write<W: Write>(&self, w: &mut Writer<W>) -> Written {
        w.group("Id", |w| match self {
            Identity::Organisation { bic, lei, others } => w.group("OrgId", |w| {
                w.maybe("AnyBIC", bic.as_deref())?;
                w.maybe("LEI", lei.as_deref())?;
                others.iter().try_for_each(|other| other.write(w))
            }),
            Identity::Person { others } => {
                w.group("PrvtId", |w| others.iter().try_for_each(|other| other.write(w)))
            }
        })
    }
}

impl OtherId {
    fn read(node: Node<'_>) -> OtherId {
        OtherId {
            id: node.string_at("Id").unwrap_or_default(),
            scheme: node.string_at("SchmeNm/Cd"),
            issuer: node.string_at("Issr"),
        }
    }

    fn write<W: Write>(&self, w: &mut Writer<W>) -> Written {
        w.group("Othr", |w| {
            w.leaf("Id", &self.id)?;
            w.maybe_in("SchmeNm", "Cd", self.scheme.as_deref())?;
            w.maybe("Issr", self.issuer.as_deref())
        })
    }
}

impl Address {
    fn read(node: Node<'_>) -> Address {
        Address {
            street: node.string_at("StrtNm"),
            building: node.string_at("BldgNb"),
            post_code: node.string_at("PstCd"),
            town: node.string_at("TwnNm"),
            country: node.string_at("Ctry"),
            lines: node.each("AdrLine").map(|line| line.text().to_owned()).collect(),
        }
    }

    fn write<W: Write>(&self, w: &mut Writer<W>) -> Written {
        w.group("PstlAdr", |w| {
            w.maybe("StrtNm", self.street.as_deref())?;
            w.maybe("BldgNb", self.building.as_deref())?;
            w.maybe("PstCd", self.post_code.as_deref())?;
            w.maybe("TwnNm", self.town.as_deref())?;
            w.maybe("Ctry", self.country.as_deref())?;
            self.lines.iter().try_for_each(|line| w.leaf("AdrLine", line))
        })
    }
}

impl Account {
    /// An account of which only the IBAN is known.
    pub fn iban(iban: impl Into<String>) -> Account {
        Account { number: AccountNumber::Iban(iban.into()), currency: None, name: None }
    }

    /// An account of which only a number that is no IBAN is known.
    pub fn other(number: impl Into<String>) -> Account {
        Account { number: AccountNumber::Other(number.into()), currency: None, name: None }
    }

    pub(crate) fn read(node: Node<'_>) -> Account {
        let number = match node.text_at("Id/IBAN") {
            Some(iban) => AccountNumber::Iban(iban.to_ascii_uppercase()),
            None => AccountNumber::Other(node.string_at("Id/Othr/Id").unwrap_or_default()),
        };
        Account { number, currency: node.string_at("Ccy"), name: node.string_at("Nm") }
    }

    pub(crate) fn write<W: Write>(&self, w: &mut Writer<W>, name: &'static str) -> Written {
        w.group(name, |w| self.write_inside(w))
    }

    /// What stands in the element, for a statement, whose account has more in it.
    pub(crate) fn write_inside<W: Write>(&self, w: &mut Writer<W>) -> Written {
        w.group("Id", |w| match &self.number {
            AccountNumber::Iban(iban) => w.leaf("IBAN", iban),
            AccountNumber::Other(number) => w.group("Othr", |w| w.leaf("Id", number)),
        })?;
        w.maybe("Ccy", self.currency.as_deref())?;
        w.maybe("Nm", self.name.as_deref())
    }
}

impl Agent {
    /// A bank of which only the BIC is known.
    pub fn bic(bic: impl Into<String>) -> Agent {
        Agent { bic: Some(bic.into()), ..Agent::default() }
    }

    pub(crate) fn read(node: Node<'_>) -> Agent {
        let Some(node) = node.get("FinInstnId") else { return Agent::default() };
        let member = node
            .get("ClrSysMmbId")
            .and_then(|member| Some((member.string_at("ClrSysId/Cd"), member.string_at("MmbId")?)));
        Agent {
            bic: node.string_at("BICFI").or_else(|| node.string_at("BIC")),
            member,
            lei: node.string_at("LEI"),
            name: node.string_at("Nm"),
            other: node.string_at("Othr/Id"),
        }
    }

    pub(crate) fn write<W: Write>(&self, w: &mut Writer<W>, name: &'static str) -> Written {
        w.group(name, |w| {
            w.group("FinInstnId", |w| {
                w.maybe("BICFI", self.bic.as_deref())?;
                if let Some((system, member)) = &self.member {
                    w.group("ClrSysMmbId", |w| {
                        w.maybe_in("ClrSysId", "Cd", system.as_deref())?;
                        w.leaf("MmbId", member)
                    })?;
                }
                w.maybe("LEI", self.lei.as_deref())?;
                w.maybe("Nm", self.name.as_deref())?;
                self.other.as_deref().map_or(Ok(()), |id| w.group("Othr", |w| w.leaf("Id", id)))
            })
        })
    }
}

/// Writes a party that may be missing.
pub(crate) fn write_party<W: Write>(
    w: &mut Writer<W>,
    name: &'static str,
    party: Option<&Party>,
) -> Written {
    party.map_or(Ok(()), |party| party.write(w, name))
}

/// Writes an account that may be missing.
pub(crate) fn write_account<W: Write>(
    w: &mut Writer<W>,
    name: &'static str,
    account: Option<&Account>,
) -> Written {
    account.map_or(Ok(()), |account| account.write(w, name))
}

/// Writes a bank that may be missing.
pub(crate) fn write_agent<W: Write>(
    w: &mut Writer<W>,
    name: &'static str,
    agent: Option<&Agent>,
) -> Written {
    agent.map_or(Ok(()), |agent| agent.write(w, name))
}
