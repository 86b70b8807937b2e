//! Numbers and moments as people write them, in both directions. Money stays exact: thousands are
//! parted by commas for the eye, and what is read back takes none.

use crate::fail::{Done, Failure};
use terms::{AccountId, Amount, Currency, Day, PartyId, TransferId};

/// Lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: u128) -> String {
    group(&number.to_string())
}

fn group(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A decimal number as `Currency::format` writes it, with its thousands parted.
fn parted(decimal: &str) -> String {
    let (sign, rest) = decimal.strip_prefix('-').map_or(("", decimal), |rest| ("-", rest));
    match rest.split_once('.') {
        Some((whole, fraction)) => format!("{sign}{}.{fraction}", group(whole)),
        None => format!("{sign}{}", group(rest)),
    }
}

/// An amount for a table: `1,234.56`.
pub fn amount(currency: Currency, amount: Amount) -> String {
    parted(&currency.format(amount))
}

/// A balance for a table: `-1,234.56`.
pub fn balance(currency: Currency, balance: i128) -> String {
    parted(&currency.format_signed(balance))
}

/// The difference of two sums as a balance, saturating.
pub fn net(credits: u128, debits: u128) -> i128 {
    let signed = |n: u128| i128::try_from(n).unwrap_or(i128::MAX);
    signed(credits).saturating_sub(signed(debits))
}

/// Decimal text as an amount of `currency`, perhaps with its code before or behind.
///
/// # Errors
/// Says what is not as it should be.
pub fn parse_amount(text: &str, currency: Currency) -> Done<Amount> {
    let next = || format!("write it like 12.50, in {currency}");
    let letters: String = text.chars().filter(char::is_ascii_alphabetic).collect();
    if !letters.is_empty() && Currency::by_code(&letters) != Some(currency) {
        return Err(Failure::usage(
            format!("{text:?} is not in {currency}, the account's currency"),
            next(),
        ));
    }
    let number = text.trim_matches(|c: char| c.is_ascii_alphabetic() || c == ' ');
    currency
        .parse(number)
        .map_err(|why| Failure::usage(format!("the amount {text:?} is {why}"), next()))
}

/// A three-letter code, or the number of a ledger that is no currency of ISO 4217.
///
/// # Errors
/// Neither.
pub fn parse_currency(text: &str) -> Result<Currency, String> {
    let number = text.parse().ok().filter(|n| *n != 0).map(Currency);
    Currency::by_code(text).or(number).ok_or_else(|| "not a currency code such as CNY".to_owned())
}

/// `2026-11-23`.
///
/// # Errors
/// Not a date.
pub fn parse_day(text: &str) -> Result<Day, String> {
    Day::parse(text).map_err(|why| why.to_string())
}

/// `+08:00`, `-01:30` or `Z` as minutes east of UTC.
///
/// # Errors
/// Not an offset.
pub fn parse_offset(text: &str) -> Result<i16, String> {
    let wrong = || "not an offset such as +08:00".to_owned();
    if text == "Z" {
        return Ok(0);
    }
    let sign = match text.as_bytes().first() {
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return Err(wrong()),
    };
    let (hours, minutes) = text[1..].split_once(':').ok_or_else(wrong)?;
    let number = |t: &str| t.parse::<i16>().ok().filter(|n| (0..60).contains(n) && t.len() == 2);
    let (hours, minutes) = number(hours).zip(number(minutes)).ok_or_else(wrong)?;
    if hours > 14 { Err(wrong()) } else { Ok(sign * (hours * 60 + minutes)) }
}

fn parse_id(text: &str) -> Result<u128, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => u128::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    };
    parsed
        .filter(|id| *id != 0 && *id != u128::MAX)
        .ok_or_else(|| "not an id: a whole number from 1 on".to_owned())
}

/// An account's number.
///
/// # Errors
/// Not a whole number from 1 on.
pub fn parse_account(text: &str) -> Result<AccountId, String> {
    parse_id(text).map(AccountId)
}

/// A party's number.
///
/// # Errors
/// Not a whole number from 1 on.
pub fn parse_party(text: &str) -> Result<PartyId, String> {
    parse_id(text).map(PartyId)
}

/// The number of a transfer, entry or hold.
///
/// # Errors
/// Not a whole number from 1 on.
pub fn parse_transfer(text: &str) -> Result<TransferId, String> {
    parse_id(text).map(TransferId)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_parted_exactly_and_read_back_with_or_without_their_code() {
        assert_eq!(amount(Currency::CNY, Amount(123_456_789)), "1,234,567.89");
        assert_eq!(balance(Currency::JPY, -1_234), "-1,234");
        assert_eq!(balance(Currency::CNY, -5), "-0.05");
        for text in ["12.50", "12.5 CNY", "CNY12.50", "cny 12.50"] {
            assert_eq!(parse_amount(text, Currency::CNY).unwrap(), Amount(1_250), "{text}");
        }
        for wrong in ["12.505", "12,50", "12.50 EUR", "-1", ""] {
            assert!(parse_amount(wrong, Currency::CNY).is_err(), "{wrong}");
        }
    }

    #[test]
    fn offsets_and_ids_are_read_strictly() {
        assert_eq!(parse_offset("+08:00"), Ok(480));
        assert_eq!(parse_offset("-01:30"), Ok(-90));
        assert!(["8", "+8:00", "+25:00", "+08:99", "é"].iter().all(|t| parse_offset(t).is_err()));
        assert_eq!(parse_account("0x1f"), Ok(AccountId(31)));
        assert!(["0", "-1", "x", ""].iter().all(|t| parse_account(t).is_err()));
    }
}
