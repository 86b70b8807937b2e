//! Proofs that a request was made by whoever holds a key (RFC 9449): bound to method, address, moment and token, good once.

use crate::asked::Shown;
use crate::jose::{Jwk, NumericDate, Signed};
use crate::once::OnceId;
use crate::secret::{Hash, hash, same, text_of};
use serde::Deserialize;

/// How old a proof may be, in seconds.
pub(crate) const AGE_S_MAX: u64 = 60;
/// How far ahead of our clock a client's may be, in seconds.
pub(crate) const AHEAD_S_MAX: u64 = 10;
/// Characters of a proof's id.
const ID_CHARS_MAX: usize = 128;

/// A proof that holds. Whoever accepts it must still see to it that it is shown once.
#[derive(Debug)]
pub(crate) struct Proof {
    /// Thumbprint of the key that signed it.
    pub(crate) key: Hash,
    pub(crate) once: OnceId,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: NumericDate,
    ath: Option<String>,
}

impl Proof {
    /// The proof of this request, with the access token it comes with if there is one; else what is wrong.
    pub(crate) fn read(
        proof: &str,
        shown: &Shown<'_>,
        token: Option<&str>,
        now_s: u64,
    ) -> Result<Proof, &'static str> {
        let signed = Signed::read(proof).ok_or("the DPoP proof is not a signed JWT")?;
        if signed.head.typ.as_deref() != Some("dpop+jwt") {
            return Err("the DPoP proof's typ is not dpop+jwt");
        }
        let jwk = signed.head.jwk.as_ref().ok_or("the DPoP proof has no jwk")?;
        let jwk = Jwk::read(jwk).map_err(|_| "the DPoP proof's jwk is not a public key we take")?;
        let claims: Claims = signed
            .verified(&jwk.key)
            .ok_or("the DPoP proof's signature, algorithm or claims are not right")?;
        check(&claims, shown, token, now_s)?;
        Ok(Proof {
            key: jwk.thumbprint,
            once: OnceId::of("dpop", &jwk.thumbprint, claims.jti.as_bytes()),
        })
    }
}

fn check(
    claims: &Claims,
    shown: &Shown<'_>,
    token: Option<&str>,
    now_s: u64,
) -> Result<(), &'static str> {
    if claims.jti.is_empty() || claims.jti.len() > ID_CHARS_MAX {
        return Err("the DPoP proof's jti is empty or too long");
    }
    if claims.htm != shown.method {
        return Err("the DPoP proof is for another method");
    }
    if bare(&claims.htu).is_none() || bare(&claims.htu) != bare(shown.url) {
        return Err("the DPoP proof is for another address");
    }
    let iat = claims.iat.0;
    if iat.saturating_add(AGE_S_MAX) < now_s || iat > now_s + AHEAD_S_MAX {
        return Err("the DPoP proof is too old, or from the future");
    }
    let Some(token) = token else { return Ok(()) };
    let ath = text_of(&hash(token.as_bytes()));
    let fits = claims.ath.as_ref().is_some_and(|shown| same(shown.as_bytes(), ath.as_bytes()));
    if fits { Ok(()) } else { Err("the DPoP proof is for another access token") }
}

/// An address without query and fragment: scheme and host in small letters, no default port (RFC 9449 section 4.3 number 9,
/// RFC 3986 section 6.2.2).
fn bare(url: &str) -> Option<(String, &str)> {
    let url = url.split(['?', '#']).next()?;
    let (scheme, rest) = url.split_once("://")?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let scheme = scheme.to_ascii_lowercase();
    let default = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix(default).unwrap_or(&host);
    Some((format!("{scheme}://{host}"), if path.is_empty() { "/" } else { path }))
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn addresses_are_compared_without_query_default_port_and_capitals() {
        let same = |left, right| bare(left) == bare(right);
        assert!(same("https://Bank.example:443/a?x=1#y", "HTTPS://bank.example/a"));
        assert!(same("https://bank.example", "https://bank.example/"));
        assert!(!same("https://bank.example/a", "http://bank.example/a"));
        assert!(!same("https://bank.example/a", "https://bank.example/A"));
        assert!(!same("https://bank.example/a", "https://bank.example:8443/a"));
        assert!(!same("https://bank.example/a", "https://evil.example/a"));
        assert_eq!(bare("bank.example/a"), None);
    }
}
