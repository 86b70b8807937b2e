//! Money as integers: amounts in minor units, currencies of ISO 4217, and decimal text that is
//! exact in both directions. No fraction is ever rounded here; what does not fit is an error.

use alloc::string::String;
use core::fmt;

/// A non-negative quantity of minor units (fen, cents, fils) of some currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Amount(pub u128);

impl Amount {
    /// No money.
    pub const ZERO: Amount = Amount(0);
    /// As a request: all there is (post the whole pending amount, move the whole balance).
    pub const MAX: Amount = Amount(u128::MAX);
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A currency by its ISO 4217 numeric code. It is also the ledger: accounts of one currency trade
/// among themselves, and every ledger balances for itself. Codes outside the table are allowed
/// (test ledgers, units that are not money) and have no minor digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Currency(pub u32);

/// ISO 4217 list one: alphabetic code, numeric code, minor digits.
const CURRENCIES: &[(&str, u32, u8)] = &[
    ("AED", 784, 2),
    ("AUD", 36, 2),
    ("BHD", 48, 3),
    ("BRL", 986, 2),
    ("CAD", 124, 2),
    ("CHF", 756, 2),
    ("CLP", 152, 0),
    ("CNY", 156, 2),
    ("CZK", 203, 2),
    ("DKK", 208, 2),
    ("EUR", 978, 2),
    ("GBP", 826, 2),
    ("HKD", 344, 2),
    ("HUF", 348, 2),
    ("IDR", 360, 2),
    ("ILS", 376, 2),
    ("INR", 356, 2),
    ("IQD", 368, 3),
    ("ISK", 352, 0),
    ("JOD", 400, 3),
    ("JPY", 392, 0),
    ("KRW", 410, 0),
    ("KWD", 414, 3),
    ("KZT", 398, 2),
    ("LYD", 434, 3),
    ("MOP", 446, 2),
    ("MXN", 484, 2),
    ("MYR", 458, 2),
    ("NOK", 578, 2),
    ("NZD", 554, 2),
    ("OMR", 512, 3),
    ("PHP", 608, 2),
    ("PLN", 985, 2),
    ("RUB", 643, 2),
    ("SAR", 682, 2),
    ("SEK", 752, 2),
    ("SGD", 702, 2),
    ("THB", 764, 2),
    ("TND", 788, 3),
    ("TRY", 949, 2),
    ("TWD", 901, 2),
    ("UAH", 980, 2),
    ("USD", 840, 2),
    ("VND", 704, 0),
    ("ZAR", 710, 2),
];

impl Currency {
    /// Renminbi yuan.
    pub const CNY: Currency = Currency(156);
    /// Czech koruna.
    pub const CZK: Currency = Currency(203);
    /// Euro.
    pub const EUR: Currency = Currency(978);
    /// Yen.
    pub const JPY: Currency = Currency(392);
    /// Kuwaiti dinar.
    pub const KWD: Currency = Currency(414);
    /// US dollar.
    pub const USD: Currency = Currency(840);

    /// The currency with this three-letter code, if ISO 4217 has it and we know it.
    pub fn by_code(code: &str) -> Option<Currency> {
        CURRENCIES.iter().find(|c| c.0.eq_ignore_ascii_case(code)).map(|c| Currency(c.1))
    }

    /// Three letters, or `None` outside the table.
    pub fn code(self) -> Option<&'static str> {
        CURRENCIES.iter().find(|c| c.1 == self.0).map(|c| c.0)
    }

    /// Digits after the point: JPY 0, CNY 2, KWD 3.
    pub fn minor_digits(self) -> u8 {
        CURRENCIES.iter().find(|c| c.1 == self.0).map_or(0, |c| c.2)
    }

    /// `amount` as decimal text without the code, `12.05`.
    pub fn format(self, amount: Amount) -> String {
        format_minor(amount.0, self.minor_digits())
    }

    /// A signed balance as decimal text, `-12.05`.
    pub fn format_signed(self, balance: i128) -> String {
        let digits = format_minor(balance.unsigned_abs(), self.minor_digits());
        if balance < 0 { alloc::format!("-{digits}") } else { digits }
    }

    /// Decimal text as an amount, exactly.
    ///
    /// # Errors
    /// Text that is not a plain decimal, has more fraction digits than the currency, or is too large.
    pub fn parse(self, text: &str) -> Result<Amount, AmountError> {
        parse_minor(text, self.minor_digits()).map(Amount)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code() {
            Some(code) => f.pad(code),
            None => self.0.fmt(f),
        }
    }
}

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AmountError {
    /// Something else than digits and one point.
    NotDecimal,
    /// More digits after the point than the currency has.
    TooManyFractionDigits {
        /// How many the currency has.
        allowed: u8,
    },
    /// Does not fit into 128 bits.
    TooLarge,
}

impl fmt::Display for AmountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AmountError::NotDecimal => f.write_str("not a decimal number such as 12.50"),
            AmountError::TooManyFractionDigits { allowed } => {
                write!(f, "more digits after the point than the {allowed} this currency has")
            }
            AmountError::TooLarge => f.write_str("too large"),
        }
    }
}

impl core::error::Error for AmountError {}

/// Minor units as decimal text with `digits` digits after the point.
pub fn format_minor(minor: u128, digits: u8) -> String {
    if digits == 0 {
        return alloc::format!("{minor}");
    }
    let unit = 10u128.pow(u32::from(digits));
    alloc::format!("{}.{:0width$}", minor / unit, minor % unit, width = usize::from(digits))
}

/// Decimal text as minor units: digits, at most one point, at most `digits` digits after it.
///
/// # Errors
/// See [`AmountError`]. No sign, no exponent, no grouping is accepted.
pub fn parse_minor(text: &str, digits: u8) -> Result<u128, AmountError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) || text.ends_with('.') {
        return Err(AmountError::NotDecimal);
    }
    if fraction.len() > usize::from(digits) {
        return Err(AmountError::TooManyFractionDigits { allowed: digits });
    }
    let mut minor: u128 = 0;
    let zeros = usize::from(digits) - fraction.len();
    for digit in whole.bytes().chain(fraction.bytes()).chain(core::iter::repeat_n(b'0', zeros)) {
        minor = minor
            .checked_mul(10)
            .and_then(|m| m.checked_add(u128::from(digit - b'0')))
            .ok_or(AmountError::TooLarge)?;
    }
    Ok(minor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_print_with_the_digits_of_their_currency() {
        assert_eq!(Currency::JPY.format(Amount(1205)), "1205");
        assert_eq!(Currency::CNY.format(Amount(1205)), "12.05");
        assert_eq!(Currency::KWD.format(Amount(1205)), "1.205");
        assert_eq!(Currency::CNY.format_signed(-5), "-0.05");
        assert_eq!(Currency::CNY.format(Amount::MAX), "3402823669209384634633746074317682114.55");
    }

    #[test]
    fn text_reads_back_exactly_or_is_refused() {
        assert_eq!(Currency::CNY.parse("12.05"), Ok(Amount(1205)));
        assert_eq!(Currency::CNY.parse("12.5"), Ok(Amount(1250)));
        assert_eq!(Currency::CNY.parse("12"), Ok(Amount(1200)));
        assert_eq!(
            Currency::JPY.parse("12.0"),
            Err(AmountError::TooManyFractionDigits { allowed: 0 })
        );
        for bad in ["", ".5", "5.", "-1", "1e3", "1,000", " 1", "1.2.3", "一"] {
            assert_eq!(Currency::CNY.parse(bad), Err(AmountError::NotDecimal), "{bad:?}");
        }
        assert_eq!(
            Currency::CNY.parse("9999999999999999999999999999999999999999"),
            Err(AmountError::TooLarge)
        );
    }

    #[test]
    fn codes_are_known_both_ways() {
        assert_eq!(Currency::by_code("cny"), Some(Currency::CNY));
        assert_eq!(Currency(414).code(), Some("KWD"));
        assert_eq!(Currency::by_code("XYZ"), None);
    }
}
