//! What a value may be: the facets its schema gives it, and beyond them the check digits of an IBAN (ISO 13616) and
//! of an LEI (ISO 17442), which no schema can express.

use super::pattern::Pattern;
use crate::calendar;
use crate::decimal::Digits;
use crate::reason::Reason;
use crate::text::shown;

/// What a value is about, which decides the reason a wrong one is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    /// An amount of money.
    Amount,
    /// A currency.
    Currency,
    /// The number of an account that is an IBAN.
    Iban,
    /// The code of a bank or a business.
    Bic,
    /// A legal entity identifier.
    Lei,
    /// A date or a time.
    Date,
    /// Anything else.
    Other,
}

/// What XML Schema says the text is before the facets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Base {
    String,
    Decimal,
    Date,
    DateTime,
    Time,
    Year,
    YearMonth,
    Boolean,
    Base64,
}

/// What a value of one simple type may be.
#[derive(Clone, Debug)]
pub(crate) struct Facets {
    /// What it is about.
    pub sort: Sort,
    name: String,
    base: Base,
    length_min: usize,
    length_max: usize,
    fraction_max: usize,
    digits_max: usize,
    at_least_zero: bool,
    pattern: Option<Pattern>,
    values: Vec<String>,
}

impl Facets {
    /// Of a type of this name, as yet without facets.
    pub fn of(name: &str) -> Facets {
        let has = |part: &str| name.contains(part);
        let sort = match name {
            _ if has("IBAN") => Sort::Iban,
            _ if has("CurrencyAndAmount") || name == "ImpliedCurrencyAndAmount" => Sort::Amount,
            _ if has("CurrencyCode") => Sort::Currency,
            _ if has("BIC") || has("BEI") => Sort::Bic,
            "LEIIdentifier" => Sort::Lei,
            _ if name.starts_with("ISO") => Sort::Date,
            _ => Sort::Other,
        };
        Facets {
            sort,
            name: name.to_owned(),
            base: Base::String,
            length_min: 0,
            length_max: usize::MAX,
            fraction_max: usize::MAX,
            digits_max: usize::MAX,
            at_least_zero: false,
            pattern: None,
            values: Vec::new(),
        }
    }

    /// What XML Schema calls the text.
    pub fn base(&mut self, base: &str) -> Result<(), String> {
        self.base = match base {
            "xs:string" => Base::String,
            "xs:decimal" => Base::Decimal,
            "xs:date" => Base::Date,
            "xs:dateTime" => Base::DateTime,
            "xs:time" => Base::Time,
            "xs:gYear" => Base::Year,
            "xs:gYearMonth" => Base::YearMonth,
            "xs:boolean" => Base::Boolean,
            "xs:base64Binary" => Base::Base64,
            other => return Err(format!("the base `{other}`")),
        };
        Ok(())
    }

    /// One facet more.
    pub fn add(&mut self, facet: &str, value: &str) -> Result<(), String> {
        let number = || value.parse().map_err(|_| format!("`{value}` as {facet}"));
        match facet {
            "minLength" => self.length_min = number()?,
            "maxLength" => self.length_max = number()?,
            "fractionDigits" => self.fraction_max = number()?,
            "totalDigits" => self.digits_max = number()?,
            "minInclusive" if value == "0" => self.at_least_zero = true,
            "enumeration" => self.values.push(value.to_owned()),
            "pattern" => self.pattern = Some(Pattern::read(value)?),
            other => return Err(format!("the facet `{other}`")),
        }
        Ok(())
    }

    /// Whether `text` is such a value; otherwise what is wrong with it, as a sentence.
    pub fn check(&self, text: &str) -> Result<(), String> {
        // White space around everything but a string says nothing (XML Schema part 2, 4.3.6).
        let trimmed = text.trim_matches([' ', '\t', '\n', '\r']);
        match self.base {
            Base::String => self.check_string(text),
            Base::Decimal => self.check_decimal(trimmed),
            Base::Date => self.is(calendar::is_date(trimmed), trimmed, "a date such as 2026-11-28"),
            Base::DateTime => self.is(
                calendar::is_date_time(trimmed),
                trimmed,
                "a time such as 2026-11-28T09:30:00Z",
            ),
            Base::Time => self.is(calendar::is_time(trimmed), trimmed, "a time such as 09:30:00"),
            Base::Year => self.is(calendar::is_year(trimmed), trimmed, "a year such as 2026"),
            Base::YearMonth => {
                self.is(calendar::is_year_month(trimmed), trimmed, "a month such as 2026-11")
            }
            Base::Boolean => {
                let is = matches!(trimmed, "true" | "false" | "1" | "0");
                self.is(is, trimmed, "true or false")
            }
            Base::Base64 => self.check_base64(trimmed),
        }
    }

    fn is(&self, is: bool, text: &str, what: &str) -> Result<(), String> {
        if is { Ok(()) } else { Err(format!("`{}` is not {what}", shown(text))) }
    }

    fn check_string(&self, text: &str) -> Result<(), String> {
        if !self.values.is_empty() && !self.values.iter().any(|value| value == text) {
            return Err(format!("`{}` is none of {}", shown(text), self.values.join(", ")));
        }
        // Most texts are shorter in bytes than they may be in characters, and then nothing is counted.
        if text.len() > self.length_max && text.chars().count() > self.length_max {
            return Err(format!("more than {} characters", self.length_max));
        }
        if text.chars().take(self.length_min).count() < self.length_min {
            return Err(format!("fewer than {} characters", self.length_min));
        }
        if self.pattern.as_ref().is_some_and(|pattern| !pattern.fits(text)) {
            return Err(format!("`{}` has not the form of {}", shown(text), self.name));
        }
        match self.sort {
            Sort::Iban if remainder_97(text, 4) != Some(1) => {
                Err(format!("the check digits of the IBAN `{}` are wrong", shown(text)))
            }
            Sort::Lei if remainder_97(text, 0) != Some(1) => {
                Err(format!("the check digits of the LEI `{}` are wrong", shown(text)))
            }
            _ => Ok(()),
        }
    }

    fn check_decimal(&self, text: &str) -> Result<(), String> {
        let Some(digits) = Digits::of(text) else {
            return Err(format!("`{}` is not a decimal number such as 12.50", shown(text)));
        };
        if digits.negative && self.at_least_zero {
            return Err(format!("`{}` is negative", shown(text)));
        }
        if digits.fraction.len() > self.fraction_max {
            return Err(format!("more than {} digits after the point", self.fraction_max));
        }
        // Zeros between the point and the first digit count, as they do for libxml2.
        if digits.whole.len() + digits.fraction.len() > self.digits_max {
            return Err(format!("more than {} digits", self.digits_max));
        }
        Ok(())
    }

    fn check_base64(&self, text: &str) -> Result<(), String> {
        let written: Vec<u8> = text.bytes().filter(|byte| !b" \t\n\r".contains(byte)).collect();
        let padding = written.iter().rev().take_while(|byte| **byte == b'=').count();
        let body = written.get(..written.len() - padding).unwrap_or_default();
        let letters = body.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte));
        if !letters || padding > 2 || !written.len().is_multiple_of(4) {
            return Err("not Base64".to_owned());
        }
        let bytes = written.len() / 4 * 3 - padding;
        if bytes > self.length_max || bytes < self.length_min {
            return Err(format!(
                "{bytes} bytes, which is not between {} and {}",
                self.length_min, self.length_max
            ));
        }
        Ok(())
    }

    /// What to answer when such a value is wrong.
    pub fn reason(&self) -> Reason {
        match self.sort {
            Sort::Amount => Reason::AM12,
            Sort::Currency => Reason::AM11,
            Sort::Iban => Reason::AC01,
            Sort::Bic => Reason::RC01,
            Sort::Date if self.base != Base::String => Reason::DT01,
            Sort::Date | Sort::Lei | Sort::Other => Reason::FF01,
        }
    }
}

/// The remainder by 97 of letters and digits read as in ISO 7064 (A is 10, Z is 35), the first `moved` of them last.
/// `None` when there is anything else.
pub(crate) fn remainder_97(text: &str, moved: usize) -> Option<u32> {
    let (front, rest) = text.split_at_checked(moved)?;
    rest.chars().chain(front.chars()).try_fold(0, |remainder, character| {
        let digit = character.to_digit(36)?;
        Some(if digit < 10 {
            (remainder * 10 + digit) % 97
        } else {
            (remainder * 100 + digit) % 97
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_tell_a_wrong_iban_from_a_right_one() {
        // The example of ISO 13616 as published by SWIFT for the United Kingdom and Germany.
        for iban in ["GB29NWBK60161331926819", "DE89370400440532013000", "CH2909000000250094239"] {
            assert_eq!(remainder_97(iban, 4), Some(1), "{iban}");
        }
        assert_ne!(remainder_97("GB29NWBK60161331926818", 4), Some(1));
        assert_eq!(remainder_97("GB2", 4), None);
        assert_eq!(remainder_97("GB29NWBK6016133192681é", 4), None);
    }

    #[test]
    fn base64_is_measured_in_bytes() {
        let mut facets = Facets::of("Max10KBinary");
        facets.base("xs:base64Binary").unwrap();
        facets.add("minLength", "1").unwrap();
        facets.add("maxLength", "3").unwrap();
        for (text, good) in [
            ("AAAA", true),
            ("AA==", true),
            ("A A\n==", true),
            ("", false),
            ("AAAAAA==", false),
            ("AAA", false),
            ("A?==", false),
        ] {
            assert_eq!(facets.check(text).is_ok(), good, "{text}");
        }
    }
}
