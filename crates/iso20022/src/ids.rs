//! Which payment is which. A message that is sent twice must be paid once, so the ledger's 128-bit id of a payment is
//! computed from what its sender called it; and a UETR goes through unchanged from end to end.

use std::fmt;

use sha2::{Digest, Sha256};

/// What the hash begins with, so that no other use of SHA-256 gives the same ids.
const DOMAIN: &[u8] = b"tongjian iso20022 payment 1";

/// A unique end-to-end transaction reference: a UUID of version 4 in lower case (`UUIDv4Identifier`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uetr(u128);

impl Uetr {
    /// The UETR of a text such as `eb6305c9-1f7f-49de-aed0-16487c27b42d`.
    pub fn parse(text: &str) -> Option<Uetr> {
        let dashes = [8, 13, 18, 23];
        let shaped = text.len() == 36
            && text.bytes().enumerate().all(|(at, byte)| match dashes.contains(&at) {
                true => byte == b'-',
                false => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            });
        if !shaped {
            return None;
        }
        let digits: String = text.chars().filter(|character| *character != '-').collect();
        let number = u128::from_str_radix(&digits, 16).ok()?;
        let (version, variant) = (number >> 76 & 0xF, number >> 62 & 0b11);
        (version == 4 && variant == 0b10).then_some(Uetr(number))
    }

    /// A UETR of 128 random bits; six of them are overwritten by what a version 4 must be (RFC 9562 section 5.4).
    pub fn from_random(bits: u128) -> Uetr {
        let cleared = bits & !(0xF << 76) & !(0b11 << 62);
        Uetr(cleared | 4 << 76 | 0b10 << 62)
    }

    /// Its 128 bits.
    pub fn bits(self) -> u128 {
        self.0
    }
}

impl fmt::Display for Uetr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:032x}", self.0);
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
        write!(
            f,
            "{}-{}-{}-{}-{}",
            part(0, 8),
            part(8, 12),
            part(12, 16),
            part(16, 20),
            part(20, 32)
        )
    }
}

impl fmt::Debug for Uetr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uetr({self})")
    }
}

/// What a payment is called by its sender, as far as it tells payments apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentName<'a> {
    /// Who sent the message: a BIC, a customer's number, whatever the door knows for certain.
    pub sender: &'a str,
    /// `GrpHdr/MsgId`.
    pub message: &'a str,
    /// `PmtInf/PmtInfId` of a pain.001; empty in a message between banks.
    pub block: &'a str,
    /// `PmtId/InstrId`, or between banks `TxId`, if there is one.
    pub instruction: Option<&'a str>,
    /// `PmtId/EndToEndId`.
    pub end_to_end: &'a str,
    /// How many payments before it in the same message have the same names: 0 unless the sender repeats himself.
    pub repeat: u32,
}

impl PaymentName<'_> {
    /// The id of this payment in the ledger: the first 16 bytes, big-endian, of SHA-256 over a fixed beginning and all
    /// names, each with its length before it. Never zero and never the largest number, which are no ids there.
    pub fn transfer_id(&self) -> u128 {
        let digest = self.digest();
        let halves = [digest.first_chunk::<16>(), digest.last_chunk::<16>()];
        let numbers = halves.into_iter().flatten().map(|half| u128::from_be_bytes(*half));
        // Two halves of a digest are both no ids once in 2^254 payments.
        numbers.into_iter().find(|number| !matches!(*number, 0 | u128::MAX)).unwrap_or(1)
    }

    fn digest(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(DOMAIN);
        let instruction = self.instruction.unwrap_or_default();
        for name in [self.sender, self.message, self.block, instruction, self.end_to_end] {
            hash.update((name.len() as u64).to_be_bytes());
            hash.update(name.as_bytes());
        }
        hash.update([u8::from(self.instruction.is_some())]);
        hash.update(self.repeat.to_be_bytes());
        hash.finalize().into()
    }
}

/// A short stand-in for texts of some kind, in a set of those that were seen.
pub(crate) fn mark(kind: u8, parts: &[&str]) -> [u8; 12] {
    let mut hash = Sha256::new();
    hash.update([kind]);
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    digest.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: PaymentName<'_> = PaymentName {
        sender: "TONGCNBJ",
        message: "M1",
        block: "B1",
        instruction: Some("I1"),
        end_to_end: "E1",
        repeat: 0,
    };

    #[test]
    fn an_id_is_the_same_for_the_same_names_and_another_for_others() {
        // Computed apart with Python's hashlib; a change of this number would pay old messages twice.
        assert_eq!(NAME.transfer_id(), 0x3d0086e45afae18aef099e6552f50b57);
        let others = [
            PaymentName { sender: "TONGCNB", message: "JM1", ..NAME },
            PaymentName { block: "", ..NAME },
            PaymentName { instruction: None, ..NAME },
            PaymentName { instruction: Some(""), ..NAME },
            PaymentName { end_to_end: "E2", ..NAME },
            PaymentName { repeat: 1, ..NAME },
        ];
        for (at, other) in others.iter().enumerate() {
            assert_ne!(other.transfer_id(), NAME.transfer_id());
            assert!(others.iter().skip(at + 1).all(|o| o.transfer_id() != other.transfer_id()));
        }
    }

    #[test]
    fn a_uetr_reads_back_and_nothing_else_is_one() {
        let text = "eb6305c9-1f7f-49de-aed0-16487c27b42d";
        assert_eq!(Uetr::parse(text).unwrap().to_string(), text);
        assert!(Uetr::parse(&Uetr::from_random(u128::MAX).to_string()).is_some());
        assert!(Uetr::parse(&Uetr::from_random(0).to_string()).is_some());
        for bad in [
            "",
            "eb6305c9-1f7f-39de-aed0-16487c27b42d",
            "eb6305c9-1f7f-49de-ced0-16487c27b42d",
            "EB6305C9-1f7f-49de-aed0-16487c27b42d",
            "eb6305c91f7f49deaed016487c27b42d",
        ] {
            assert_eq!(Uetr::parse(bad), None, "{bad}");
        }
    }
}
