//! Numbers and base64 as lines of text, with exactly one spelling each.
//!
//! Proofs are compared, hashed and archived as text, so a second spelling of the same thing is refused, not tolerated.

use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::hash::Hash;

/// How many characters a hash has in base64.
pub(crate) const HASH_CHARS: usize = 44;

/// Standard base64 with padding (RFC 4648 section 4).
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads what `to_base64` writes; `None` for missing padding, stray bits after the end, or foreign characters.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    // This engine demands canonical padding and zero trailing bits (RFC 4648 section 3.5).
    STANDARD.decode(text).ok()
}

/// Reads a hash in base64.
pub(crate) fn hash_from_base64(text: &str) -> Option<Hash> {
    if text.len() != HASH_CHARS {
        return None;
    }
    from_base64(text)?.try_into().ok()
}

/// Reads a decimal number without sign or leading zeros.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let digits_only = text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    if !digits_only || leading_zero {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(parse_decimal("0"), Some(0));
        assert_eq!(parse_decimal("18446744073709551615"), Some(u64::MAX));
        for bad in ["", "+1", "-0", "00", "01", " 1", "1 ", "0x1", "18446744073709551616", "١"] {
            assert_eq!(parse_decimal(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn base64_has_one_spelling() {
        assert_eq!(from_base64("AAE="), Some([0, 1].to_vec()));
        for bad in ["AAE", "AAF=", "AAE==", "AA E=", "AAE=\n", "-_A=", "A", "=", "AAE=AAE="] {
            assert_eq!(from_base64(bad), None, "{bad:?}");
        }
    }
}
