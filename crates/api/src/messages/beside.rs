//! What a message says of a payment that the ledger has no place for: names, references, what it is for. It goes beside
//! the payment as one text, sealed under the key of the customer it belongs to, in the same request and right behind it;
//! so it is forgotten with the customer, and statements and messages to other banks can be made of the journal alone.

use iso20022::{Account, AccountNumber, Agent, Party, Remittance};
use serde::{Deserialize, Serialize};
use terms::{PartyId, Sealed, TransferId};

/// Bytes of one text at most; the vault takes no more.
const BYTES_MAX: usize = 3_500;
/// Letters that are kept of a name, as `Max140Text` has them.
const LETTERS_MAX: usize = 140;

/// What stood in the message.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// `MsgId` of the message that brought it, and what that was.
    pub message: String,
    /// `pain.001.001.10`, …
    pub definition: String,
    /// `PmtInfId`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub block: Option<String>,
    /// `InstrId`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub instruction: Option<String>,
    /// `EndToEndId`.
    pub end_to_end: String,
    /// `TxId`, of a payment from another bank.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub transaction: Option<String>,
    /// Who pays.
    #[serde(skip_serializing_if = "Side::is_empty", default)]
    pub debtor: Side,
    /// Who is paid.
    #[serde(skip_serializing_if = "Side::is_empty", default)]
    pub creditor: Side,
    /// `Purp/Cd`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub purpose: Option<String>,
    /// `RmtInf/Ustrd`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub texts: Vec<String>,
    /// `RmtInf/Strd/CdtrRefInf/Ref`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub references: Vec<String>,
}

/// One end of a payment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// `Nm`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The account, if it is an IBAN.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub iban: Option<String>,
    /// The account, if it has another number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub account: Option<String>,
    /// The bank's BIC.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub bic: Option<String>,
}

impl Side {
    /// As a message names it.
    pub fn of(party: Option<&Party>, account: Option<&Account>, agent: Option<&Agent>) -> Side {
        let (iban, other) = match account.map(|account| &account.number) {
            Some(AccountNumber::Iban(iban)) => (Some(iban.clone()), None),
            Some(AccountNumber::Other(number)) => (None, Some(number.clone())),
            None => (None, None),
        };
        Side {
            name: party.and_then(|party| party.name.clone()),
            iban,
            account: other,
            bic: agent.and_then(|agent| agent.bic.clone()),
        }
    }

    fn is_empty(&self) -> bool {
        *self == Side::default()
    }

    /// Into a message again.
    pub fn party(&self) -> Option<Party> {
        self.name.clone().map(Party::named)
    }

    /// Into a message again.
    pub fn numbered(&self) -> Option<Account> {
        let iban = self.iban.clone().map(Account::iban);
        iban.or_else(|| self.account.clone().map(Account::other))
    }

    /// Into a message again.
    pub fn agent(&self) -> Option<Agent> {
        self.bic.clone().map(Agent::bic)
    }

    fn shorten(&mut self) {
        if let Some(name) = &mut self.name {
            *name = name.chars().take(LETTERS_MAX).collect();
        }
    }
}

impl Beside {
    /// As the text that is sealed. What is too long for the vault loses its last texts, never its names.
    pub fn text(&self) -> String {
        let mut kept = self.clone();
        kept.debtor.shorten();
        kept.creditor.shorten();
        loop {
            let text = serde_json::to_string(&kept).unwrap_or_default();
            if text.len() <= BYTES_MAX
                || (kept.texts.pop().or_else(|| kept.references.pop())).is_none()
            {
                return text;
            }
        }
    }

    /// Back from that text; `None` if it is another one.
    pub fn of_text(bytes: &[u8]) -> Option<Beside> {
        serde_json::from_slice(bytes).ok()
    }

    /// Into a message again.
    pub fn remittance(&self) -> Remittance {
        Remittance { texts: self.texts.clone(), references: self.references.clone() }
    }
}

/// What a bank keeps beside its journal: people's keys, and where refusals stand.
pub trait Keeps: Send + Sync {
    /// Sees to it that parties have keys, all at once. Where that fails, sealing says why.
    fn prepare(&self, parties: &[PartyId]);

    /// Under the key of a party, which is made if there is none.
    ///
    /// # Errors
    /// Why not, in words.
    fn seal(&self, party: PartyId, text: &[u8]) -> Result<Sealed, String>;

    /// The text again; `None` if it cannot be read.
    fn open(&self, party: PartyId, sealed: &Sealed) -> Option<Vec<u8>>;

    /// The record that refused an id for a passing reason, as far as that is known.
    fn refused_at(&self, _id: TransferId) -> Option<u64> {
        None
    }

    /// Notes such a record.
    fn note_refused(&self, _id: TransferId, _record: u64) {}
}
