//! Ids and money as they stand in requests and answers. An id is its kind's prefix and a UUID
//! (`acc_00000000-0000-0000-0000-0000000003e9`); money is a decimal text beside its currency, never a number.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};
use terms::{AccountId, Amount, Currency, Day, PartyId, TransferId};

/// The 128 bits of an id as the 36 characters of a UUID (RFC 9562 section 4). A page of an account has a hundred of them, so
/// they are made without the heap.
struct Hyphened([u8; 36]);

impl Hyphened {
    fn of(id: u128) -> Hyphened {
        let mut text = [b'-'; 36];
        let places = (0..36).filter(|at| !HYPHENS.contains(at));
        for (nibble, at) in places.enumerate() {
            text[at] = DIGITS[(id >> (124 - 4 * nibble)) as usize & 15];
        }
        Hyphened(text)
    }

    fn text(&self) -> &str {
        // Digits and hyphens are UTF-8.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Where the hyphens of a UUID stand.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// Back from its 36 characters; neither zero nor the largest number.
fn unhyphened(text: &str) -> Option<u128> {
    let shaped = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| {
            if HYPHENS.contains(&at) {
                byte == b'-'
            } else {
                byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
            }
        });
    if !shaped {
        return None;
    }
    let id = u128::from_str_radix(&text.replace('-', ""), 16).ok()?;
    (id != 0 && id != u128::MAX).then_some(id)
}

/// What is wrong with an id that was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnId {
    /// What it should begin with.
    pub prefix: &'static str,
}

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "it must be {} and a UUID in lower case, such as {}{}",
            self.prefix,
            self.prefix,
            Hyphened::of(0x0193_7c1e_9a54_7b31_8f6d_2a61_5e0c_44b7).text()
        )
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident($inner:ty), $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $inner);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Back from its text.
            ///
            /// # Errors
            /// It is not an id of this kind.
            pub fn parse(text: &str) -> Result<$name, NotAnId> {
                let id = text.strip_prefix($prefix).and_then(unhyphened);
                id.map(|id| $name(<$inner>::from_bits(id))).ok_or(NotAnId { prefix: $prefix })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str($prefix)?;
                f.write_str(Hyphened::of(self.0.bits()).text())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<$name, D::Error> {
                let text = Cow::<'de, str>::deserialize(from)?;
                $name::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "pattern": concat!("^", $prefix, "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"),
                    "not": { "enum": [
                        concat!($prefix, "00000000-0000-0000-0000-000000000000"),
                        concat!($prefix, "ffffffff-ffff-ffff-ffff-ffffffffffff"),
                    ] },
                    "examples": [concat!($prefix, "01937c1e-9a54-7b31-8f6d-2a615e0c44b7")],
                })
            }
        }
    )*};
}

/// The 128 bits behind an id of the ledger.
trait Bits {
    fn bits(self) -> u128;
    fn from_bits(bits: u128) -> Self;
}

macro_rules! bits {
    ($($id:ident)*) => {$(
        impl Bits for $id {
            fn bits(self) -> u128 {
                self.0
            }
            fn from_bits(bits: u128) -> $id {
                $id(bits)
            }
        }
    )*};
}
bits! { AccountId PartyId TransferId HookId BenchId }

ids! {
    /// An account.
    AccountRef(AccountId), "acc_";
    /// A person or organisation.
    PartyRef(PartyId), "pty_";
    /// A payment, whatever became of it.
    PaymentRef(TransferId), "pay_";
    /// A case of risk control; its payment's 128 bits.
    CaseRef(TransferId), "case_";
    /// A complaint of a customer.
    ComplaintRef(TransferId), "cpl_";
    /// Somebody whom a customer pays, by a name of the customer's own.
    PayeeRef(TransferId), "pye_";
    /// Money blocked by order.
    HoldRef(TransferId), "hold_";
    /// A payment ordered for later.
    OrderRef(TransferId), "ord_";
    /// A webhook.
    HookRef(HookId), "whk_";
    /// Rules that somebody proposes.
    DraftRef(BenchId), "drf_";
    /// A run of rules over the past.
    ReplayRef(BenchId), "rpl_";
}

/// The 128 bits of a webhook's id; the ledger does not know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HookId(pub u128);

/// The 128 bits of the id of something on the bench where rules are made; the ledger does not know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BenchId(pub u128);

/// A model, by the SHA-256 of its bytes in 64 digits of lower-case hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelRef(pub [u8; 32]);

impl ModelRef {
    /// Back from its text.
    ///
    /// # Errors
    /// It is no such hash.
    pub fn parse(text: &str) -> Result<ModelRef, String> {
        let wrong = || "it must be 64 digits of hexadecimal in lower case".to_owned();
        let digit = |byte: u8| DIGITS.iter().position(|digit| *digit == byte);
        let mut bytes = [0; 32];
        if text.len() != 64 {
            return Err(wrong());
        }
        for (to, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let [high, low] = [digit(pair[0]), digit(pair[1])];
            *to = high.zip(low).map(|(high, low)| (high << 4 | low) as u8).ok_or_else(wrong)?;
        }
        Ok(ModelRef(bytes))
    }
}

impl fmt::Display for ModelRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl Serialize for ModelRef {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ModelRef {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<ModelRef, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        ModelRef::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for ModelRef {
    fn schema_name() -> Cow<'static, str> {
        "ModelRef".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
    }
}

/// A body with nothing in it.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// A new id: 48 bits of the time in milliseconds, then randomness (UUID version 7, RFC 9562 section 5.7).
///
/// # Errors
/// The system has no randomness.
pub fn new_id() -> Result<u128, getrandom::Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    let ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    Ok(version_7(ms, u128::from_be_bytes(random)))
}

fn version_7(ms: u128, random: u128) -> u128 {
    const RANDOM: u128 = 0x0fff_3fff_ffff_ffff_ffff;
    (ms & 0xffff_ffff_ffff) << 80 | random & RANDOM | 0x7000_8000_0000_0000_0000
}

/// 128 bits of a hash as a UUID of version 8 (RFC 9562 section 5.8): the id of what the same key must find again.
pub fn hashed_id(hash: &[u8; 32]) -> u128 {
    let mut first = [0; 16];
    first.copy_from_slice(&hash[..16]);
    u128::from_be_bytes(first) & !(0xf << 76) & !(0x3 << 62) | 0x8 << 76 | 0x2 << 62
}

/// Digits of an account's number: as many as a card has at most, so that people can read it out (ISO/IEC 7812-1 section 4).
const ACCOUNT_DIGITS: u32 = 19;
/// What the number of an account opened here begins with: 62, which ISO/IEC 7812 leaves to China's cards.
const ACCOUNT_BEGINS: u128 = 62;
/// Digits of a customer's number.
const PARTY_DIGITS: u32 = 15;

/// The number of an account that is opened under a key: the same key finds it again. That two keys come to one number happens once
/// in ten thousand million million; the second is then told that its key is taken, and sends another.
pub fn account_number(key: u128) -> AccountId {
    let within = 10_u128.pow(ACCOUNT_DIGITS - 3);
    AccountId(checked(ACCOUNT_BEGINS * within + key % within))
}

/// The number of a customer who is registered under a key; in the same way.
pub fn party_number(key: u128) -> PartyId {
    let within = 10_u128.pow(PARTY_DIGITS - 2);
    PartyId(checked(within + key % (9 * within)))
}

/// A number with the digit behind it by which one that was misread is noticed (ISO/IEC 7812-1 annex B).
fn checked(number: u128) -> u128 {
    let (mut rest, mut sum, mut doubled) = (number, 0, true);
    while rest > 0 {
        let digit = rest % 10;
        sum += match (doubled, digit * 2) {
            (false, _) => digit,
            (true, twice) => twice % 10 + twice / 10,
        };
        (rest, doubled) = (rest / 10, !doubled);
    }
    number * 10 + (10 - sum % 10) % 10
}

/// A currency by its code of ISO 4217.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurrencyCode(pub Currency);

impl Serialize for CurrencyCode {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for CurrencyCode {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<CurrencyCode, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        let known = Currency::by_code(&text).filter(|c| c.code() == Some(&*text));
        known.map(CurrencyCode).ok_or_else(|| {
            serde::de::Error::custom("it must be a currency code of ISO 4217, such as CNY")
        })
    }
}

impl JsonSchema for CurrencyCode {
    fn schema_name() -> Cow<'static, str> {
        "Currency".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Z]{3}$", "examples": ["CNY"] })
    }
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Decimal digits with as many places behind the point as the currency has, `12.50`; never a number.
    #[schemars(regex(pattern = r"^(0|[1-9][0-9]{0,29})(\.[0-9]{1,4})?$"))]
    pub amount: String,
    /// Its currency.
    pub currency: CurrencyCode,
}

impl Money {
    /// As an answer says it.
    pub fn of(currency: Currency, amount: Amount) -> Money {
        Money { amount: currency.format(amount), currency: CurrencyCode(currency) }
    }

    /// In minor units.
    ///
    /// # Errors
    /// Says in words what it is, which is no amount of that currency.
    pub fn minor(&self) -> Result<Amount, String> {
        let wrong = |why: String| format!("the amount is {why}; write it like 12.50");
        let strict = self.amount.starts_with(|c: char| c.is_ascii_digit())
            && self.amount.ends_with(|c: char| c.is_ascii_digit())
            && self.amount.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && (self.amount.starts_with("0.")
                || self.amount == "0"
                || !self.amount.starts_with('0'));
        if !strict {
            return Err(wrong("not a plain decimal number".into()));
        }
        self.currency.0.parse(&self.amount).map_err(|why| wrong(why.to_string()))
    }
}

/// A balance: like money, and it may be below zero.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SignedMoney {
    /// Decimal digits, perhaps behind a minus sign.
    #[schemars(regex(pattern = r"^-?(0|[1-9][0-9]*)(\.[0-9]{1,4})?$"))]
    pub amount: String,
    /// Its currency.
    pub currency: CurrencyCode,
}

impl SignedMoney {
    /// As an answer says it.
    pub fn of(currency: Currency, balance: i128) -> SignedMoney {
        SignedMoney { amount: currency.format_signed(balance), currency: CurrencyCode(currency) }
    }
}

/// A calendar day, `2026-11-28`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date(pub Day);

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        let text = Cow::<'de, str>::deserialize(from)?;
        Date::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl Date {
    /// Back from its text.
    ///
    /// # Errors
    /// It is no day.
    pub fn parse(text: &str) -> Result<Date, String> {
        let day = Day::parse(text).map_err(|why| format!("{why}; write it like 2026-11-28"))?;
        if day == Day::BOOKING {
            return Err("1970-01-01 is no date here; leave it away for the business day".into());
        }
        Ok(Date(day))
    }
}

impl JsonSchema for Date {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date", "examples": ["2026-11-28"] })
    }
}

/// Where the record of something stands in the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    /// Number of its record.
    pub record: u64,
    /// The entry (batch) that holds it.
    pub entry: u64,
    /// Its row in that entry.
    pub row: u32,
}

impl Place {
    /// Where an answer stands.
    pub fn of(answer: &node::Answer) -> Place {
        Place { record: answer.record, entry: answer.entry, row: answer.row }
    }
}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_long_as_people_read_and_a_wrong_digit_shows() {
        // The example of ISO/IEC 7812-1.
        assert_eq!(checked(7_992_739_871), 79_927_398_713);
        for key in [0, 1, u128::MAX, 0x0193_7c1e_9a54_8b31_8f6d_2a61_5e0c_44b7] {
            let AccountId(account) = account_number(key);
            let PartyId(party) = party_number(key);
            let (account, party) = (account.to_string(), party.to_string());
            assert!(account.len() == 19 && account.starts_with("62"), "{account}");
            assert_eq!(party.len(), 15, "{party}");
        }
        let AccountId(number) = account_number(7);
        let other = number / 10 * 10 + (number + 1) % 10;
        assert_ne!(checked(number / 10), other);
    }

    #[test]
    fn ids_are_read_back_and_nothing_else_is_an_id() {
        let id = AccountRef(AccountId(1_001));
        assert_eq!(id.to_string(), "acc_00000000-0000-0000-0000-0000000003e9");
        assert_eq!(AccountRef::parse(&id.to_string()), Ok(id));
        for wrong in [
            "1001",
            "pay_00000000-0000-0000-0000-0000000003e9",
            "acc_00000000-0000-0000-0000-0000000003E9",
            "acc_00000000-0000-0000-0000-000000000000",
            "acc_ffffffff-ffff-ffff-ffff-ffffffffffff",
            "acc_000000000000000000000000000000000003e9",
            "acc_00000000-0000-0000-0000-00000000é3e9",
            "acc_",
        ] {
            assert!(AccountRef::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn new_ids_say_their_version_and_sort_by_time() {
        let versions = |id: u128| ((id >> 76) & 0xf, (id >> 62) & 3);
        assert_eq!(versions(version_7(1, u128::MAX)), (7, 2));
        assert_eq!(versions(version_7(1, 0)), (7, 2));
        assert!(version_7(1, u128::MAX) < version_7(2, 0));
        assert_eq!(versions(hashed_id(&[0xff; 32])), (8, 2));
        assert_eq!(versions(hashed_id(&[0; 32])), (8, 2));
    }

    #[test]
    fn money_is_read_strictly() {
        let money =
            |amount: &str| Money { amount: amount.into(), currency: CurrencyCode(Currency::CNY) };
        assert_eq!(money("12.50").minor(), Ok(Amount(1_250)));
        assert_eq!(money("12.5").minor(), Ok(Amount(1_250)));
        assert_eq!(money("0").minor(), Ok(Amount(0)));
        for wrong in
            ["", "-1", "+1", "1e3", "012", "12.505", ".5", "5.", "1,000", " 1", "NaN", "１２"]
        {
            assert!(money(wrong).minor().is_err(), "{wrong}");
        }
        let json = r#"{"amount": 12.5, "currency": "CNY"}"#;
        assert!(serde_json::from_str::<Money>(json).is_err(), "a number is no amount");
        let json = r#"{"amount": "1", "currency": "cny"}"#;
        assert!(serde_json::from_str::<Money>(json).is_err(), "a code is in capitals");
    }
}
