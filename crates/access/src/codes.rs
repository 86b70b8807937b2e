//! One-time codes of people's phones: TOTP (RFC 6238) with SHA-1, six digits and 30 seconds, what every app computes.

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Seconds of one step.
pub(crate) const STEP_S: u64 = 30;
/// Bytes of a secret (RFC 4226 section 4 R6 recommends 160 bits).
pub(crate) const SECRET_BYTES: usize = 20;

/// The code of a step.
fn code_at(secret: &[u8], step: u64, digits: u32) -> u32 {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(secret) else { return u32::MAX };
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 0xf);
    let word = [digest[at] & 0x7f, digest[at + 1], digest[at + 2], digest[at + 3]];
    u32::from_be_bytes(word) % 10u32.pow(digits)
}

/// The step whose code this is, among the current one and its neighbours (clocks differ), and later than `last`: no
/// code counts twice (RFC 6238 section 5.2).
pub(crate) fn step_of(secret: &[u8], code: &str, now_s: u64, last: u64) -> Option<u64> {
    let well_formed = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
    let shown = if well_formed { code.parse::<u32>().ok()? } else { return None };
    let now = now_s / STEP_S;
    let mut found = None;
    // All are computed, so that time says nothing.
    for step in now.saturating_sub(1)..=now + 1 {
        let fits =
            crate::secret::same(&code_at(secret, step, 6).to_be_bytes(), &shown.to_be_bytes());
        if fits && step > last && found.is_none() {
            found = Some(step);
        }
    }
    found
}

/// The code that counts now.
pub(crate) fn code_now(secret: &[u8], now_s: u64) -> String {
    format!("{:06}", code_at(secret, now_s / STEP_S, 6))
}

/// Bytes in base32 (RFC 4648 section 6) without padding, as apps take it.
pub(crate) fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in bytes {
        (bits, held) = (bits << 8 | u32::from(*byte), held + 8);
        while held >= 5 {
            held -= 5;
            text.push(char::from(LETTERS[(bits >> held & 31) as usize]));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        text.push(char::from(LETTERS[(bits << (5 - held) & 31) as usize]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238_appendix_b() {
        for (time_s, code) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            assert_eq!(code_at(b"12345678901234567890", time_s / STEP_S, 8), code, "{time_s}");
        }
    }

    #[test]
    fn a_code_counts_for_a_step_before_and_after_and_never_twice() {
        let secret = b"12345678901234567890";
        let code = code_now(secret, 600);
        assert_eq!(step_of(secret, &code, 600, 0), Some(20));
        assert_eq!(step_of(secret, &code, 659, 0), Some(20));
        assert_eq!(step_of(secret, &code, 570, 0), Some(20));
        assert_eq!(step_of(secret, &code, 660, 0), None);
        assert_eq!(step_of(secret, &code, 600, 20), None);
        assert_eq!(step_of(secret, &code[..5], 600, 0), None);
        assert_eq!(step_of(secret, "+12345", 600, 0), None);
    }

    #[test]
    fn base32_is_that_of_rfc_4648_section_10() {
        for (bytes, text) in
            [("", ""), ("f", "MY"), ("foobar", "MZXW6YTBOI"), ("fooba", "MZXW6YTB")]
        {
            assert_eq!(base32(bytes.as_bytes()), text);
        }
    }
}
