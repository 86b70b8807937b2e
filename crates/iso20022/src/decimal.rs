//! Decimal numbers as XML Schema writes them, exactly: an amount, a control sum.

use std::fmt;

/// Digits after the point that are kept: the most any schema here allows (`DecimalNumber` has 17).
const SCALE: u32 = 17;

/// A decimal number that is not negative, exact to seventeen digits after the point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Decimal(u128);

/// What a text of digits says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digits<'a> {
    pub negative: bool,
    /// Without leading zeros.
    pub whole: &'a str,
    /// Without trailing zeros.
    pub fraction: &'a str,
}

impl<'a> Digits<'a> {
    /// The parts of a text of the form of `xs:decimal` (XML Schema part 2, 3.2.3.1): a sign, digits, one point. No
    /// exponent, no infinity, no grouping.
    pub fn of(text: &'a str) -> Option<Digits<'a>> {
        let negative = text.starts_with('-');
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !digits(whole) || !digits(fraction) {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let negative = negative && whole.len() + fraction.len() > 0;
        Some(Digits { negative, whole, fraction })
    }

    /// The number in units of `10^-scale`; `None` when it has more digits than that, is negative or too large.
    pub fn scaled(&self, scale: u32) -> Option<u128> {
        let zeros = (scale as usize).checked_sub(self.fraction.len())?;
        let digits = self.whole.bytes().chain(self.fraction.bytes());
        let mut number: u128 = 0;
        for digit in digits.chain(std::iter::repeat_n(b'0', zeros)) {
            number = number.checked_mul(10)?.checked_add(u128::from(digit - b'0'))?;
        }
        (!self.negative).then_some(number)
    }
}

impl Decimal {
    /// The number a text of the form of `xs:decimal` says; `None` when it is none, negative, finer or too large.
    pub fn parse(text: &str) -> Option<Decimal> {
        Digits::of(text)?.scaled(SCALE).map(Decimal)
    }

    /// An amount in minor units with so many digits after the point.
    pub fn of_minor(minor: u128, digits: u8) -> Option<Decimal> {
        let factor = 10u128.checked_pow(SCALE.checked_sub(u32::from(digits))?)?;
        minor.checked_mul(factor).map(Decimal)
    }

    /// The sum, if it is not too large.
    pub fn plus(self, other: Decimal) -> Option<Decimal> {
        self.0.checked_add(other.0).map(Decimal)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = 10u128.pow(SCALE);
        let fraction = format!("{:0width$}", self.0 % unit, width = SCALE as usize);
        let fraction = fraction.trim_end_matches('0');
        match fraction.is_empty() {
            true => write!(f, "{}", self.0 / unit),
            false => write!(f, "{}.{fraction}", self.0 / unit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_and_nothing_else_is_one() {
        for (text, shown) in [
            ("0", "0"),
            ("007.50", "7.5"),
            (".5", "0.5"),
            ("5.", "5"),
            ("+1.1", "1.1"),
            ("-0", "0"),
        ] {
            assert_eq!(Decimal::parse(text).unwrap().to_string(), shown, "{text}");
        }
        for bad in [
            "",
            ".",
            "1e3",
            "1E400",
            "NaN",
            "INF",
            "-1",
            "1,0",
            " 1",
            "١",
            "0x1",
            "1.000000000000000001",
        ] {
            assert_eq!(Decimal::parse(bad), None, "{bad}");
        }
        assert_eq!(Decimal::parse(&"9".repeat(40)), None);
        let tenth = Decimal::parse("0.1").unwrap();
        let sum = (0..10).try_fold(Decimal::default(), |sum, _| sum.plus(tenth));
        assert_eq!(sum, Decimal::of_minor(100, 2));
    }
}
