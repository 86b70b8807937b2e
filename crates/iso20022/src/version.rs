//! Which messages are known, in which versions, and the schema of each.

use std::sync::OnceLock;

use crate::schema::Schema;

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// pain.001, a customer's order to pay.
    Initiation,
    /// pain.002, what became of a customer's order.
    CustomerStatus,
    /// pacs.008, a payment from bank to bank.
    CreditTransfer,
    /// pacs.002, what became of a payment from bank to bank.
    BankStatus,
    /// pacs.004, a payment that comes back.
    Return,
    /// camt.052, an account during the day.
    AccountReport,
    /// camt.053, an account at the end of the day.
    Statement,
    /// camt.054, single entries of an account.
    Notification,
    /// head.001, the header in front of another message.
    Header,
}

macro_rules! versions {
    ($($name:ident, $kind:ident, $id:literal, $element:literal;)*) => {
        /// A version of a message whose schema is known here.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Version {
            $(#[doc = $id] $name,)*
        }

        impl Version {
            /// Every version.
            pub const ALL: &[Version] = &[$(Version::$name,)*];

            /// What the message is for.
            pub fn kind(self) -> Kind {
                match self {
                    $(Version::$name => Kind::$kind,)*
                }
            }

            /// Its identifier, `pain.001.001.10`.
            pub fn id(self) -> &'static str {
                match self {
                    $(Version::$name => $id,)*
                }
            }

            /// Its namespace.
            pub fn namespace(self) -> &'static str {
                match self {
                    $(Version::$name => concat!("urn:iso:std:iso:20022:tech:xsd:", $id),)*
                }
            }

            /// The element below the root, or the root of a header.
            pub fn element(self) -> &'static str {
                match self {
                    $(Version::$name => $element,)*
                }
            }

            /// Its XSD, as published.
            pub fn xsd(self) -> &'static str {
                match self {
                    $(Version::$name => include_str!(concat!("../schemas/", $id, ".xsd")),)*
                }
            }
        }
    };
}

versions! {
    Pain001V03, Initiation, "pain.001.001.03", "CstmrCdtTrfInitn";
    Pain001V09, Initiation, "pain.001.001.09", "CstmrCdtTrfInitn";
    Pain001V10, Initiation, "pain.001.001.10", "CstmrCdtTrfInitn";
    Pain002V11, CustomerStatus, "pain.002.001.11", "CstmrPmtStsRpt";
    Pacs008V08, CreditTransfer, "pacs.008.001.08", "FIToFICstmrCdtTrf";
    Pacs008V09, CreditTransfer, "pacs.008.001.09", "FIToFICstmrCdtTrf";
    Pacs002V11, BankStatus, "pacs.002.001.11", "FIToFIPmtStsRpt";
    Pacs004V10, Return, "pacs.004.001.10", "PmtRtr";
    Camt052V02, AccountReport, "camt.052.001.02", "BkToCstmrAcctRpt";
    Camt052V04, AccountReport, "camt.052.001.04", "BkToCstmrAcctRpt";
    Camt052V08, AccountReport, "camt.052.001.08", "BkToCstmrAcctRpt";
    Camt053V02, Statement, "camt.053.001.02", "BkToCstmrStmt";
    Camt053V04, Statement, "camt.053.001.04", "BkToCstmrStmt";
    Camt053V08, Statement, "camt.053.001.08", "BkToCstmrStmt";
    Camt054V02, Notification, "camt.054.001.02", "BkToCstmrDbtCdtNtfctn";
    Camt054V04, Notification, "camt.054.001.04", "BkToCstmrDbtCdtNtfctn";
    Camt054V08, Notification, "camt.054.001.08", "BkToCstmrDbtCdtNtfctn";
    Head001V02, Header, "head.001.001.02", "AppHdr";
}

impl Version {
    /// The version of this namespace.
    pub fn of_namespace(namespace: &str) -> Option<Version> {
        Version::ALL.iter().copied().find(|version| version.namespace() == namespace)
    }

    /// The version of this identifier, `pain.001.001.10`.
    pub fn parse(id: &str) -> Option<Version> {
        Version::ALL.iter().copied().find(|version| version.id() == id)
    }

    /// Its schema, read once. A test reads all of them, so an error cannot reach anybody.
    pub(crate) fn schema(self) -> Result<&'static Schema, &'static str> {
        static SCHEMAS: [OnceLock<Result<Schema, String>>; Version::ALL.len()] =
            [const { OnceLock::new() }; Version::ALL.len()];
        let slot = SCHEMAS.get(self as usize).ok_or("a version without a place")?;
        let read = || match Schema::read(self.xsd()) {
            Ok(schema) if schema.namespace != self.namespace() => {
                Err("a schema of another namespace".to_owned())
            }
            other => other,
        };
        slot.get_or_init(read).as_ref().map_err(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_reads_and_is_what_its_version_says() {
        for version in Version::ALL {
            let schema =
                version.schema().unwrap_or_else(|error| panic!("{}: {error}", version.id()));
            assert_eq!(schema.namespace, version.namespace());
            let root = if version.kind() == Kind::Header { "AppHdr" } else { "Document" };
            assert_eq!(schema.root.name, root);
            assert_eq!(Version::parse(version.id()), Some(*version));
            assert_eq!(Version::of_namespace(version.namespace()), Some(*version));
        }
    }
}
