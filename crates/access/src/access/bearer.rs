//! Machines: a token for a signed assertion or a certificate, and who comes with a token.

use super::Access;
use crate::asked::{Issued, Shown, TokenRequest};
use crate::dpop::{self, Proof};
use crate::failed::{Denied, OAuthRefused, Why};
use crate::jose::{Jwk, Key, NumericDate, Signed};
use crate::note::Noted;
use crate::once::{OnceId, Shown as Seen};
use crate::policies::class_of;
use crate::principal::{Principal, PrincipalKind, Scope};
use crate::secret::{hash_of_shown, same, secret};
use crate::store::Client;
use crate::tokens::{Bound, Token};
use serde::Deserialize;
use std::sync::Arc;
use terms::PartyId;

/// How long an assertion may live, in seconds.
pub(super) const ASSERTION_S_MAX: u64 = 300;
/// The only kind of assertion (RFC 7523 section 2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Characters of an assertion's id.
const ID_CHARS_MAX: usize = 128;

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: NumericDate,
    jti: String,
    iat: Option<NumericDate>,
    nbf: Option<NumericDate>,
}

/// One audience, also where it is written as a list of one.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    List([String; 1]),
}

impl Audience {
    fn text(&self) -> &str {
        match self {
            Audience::One(text) | Audience::List([text]) => text,
        }
    }
}

/// How a client showed who it is, and what must be remembered of it.
struct Recognised {
    client: Arc<Client>,
    once: Option<OnceId>,
}

const fn refused(error: &'static str, description: &'static str) -> OAuthRefused {
    OAuthRefused { error, description }
}

/// The same words for every client that was not recognised: who exists is nobody's business.
const UNKNOWN: OAuthRefused = refused(
    "invalid_client",
    "the client is unknown or disabled, or its assertion or certificate is not right; the assertion needs alg ES256 or \
     EdDSA, iss = sub = client_id, aud = our issuer, exp at most 5 minutes ahead, and a jti of its own",
);

impl Access {
    /// A token for a client (RFC 6749 section 4.4) that signed an assertion (RFC 7523) or shows its certificate
    /// (RFC 8705). It is bound to the key of the DPoP proof, or to the certificate.
    ///
    /// # Errors
    /// In the words of RFC 6749 section 5.2.
    pub fn token(
        &self,
        form: &TokenRequest<'_>,
        shown: &Shown<'_>,
        now_s: u64,
    ) -> Result<Issued, OAuthRefused> {
        self.issue(form, shown, now_s).inspect_err(|refused| {
            if let Some(times) = self.flood.count(now_s) {
                self.tell(crate::note::AccessNote {
                    at_s: now_s,
                    what: Noted::NotRecognised,
                    who: "".into(),
                    about: "token".to_owned(),
                    says: refused.to_string(),
                    times,
                    loud: false,
                });
            }
        })
    }

    fn issue(
        &self,
        form: &TokenRequest<'_>,
        shown: &Shown<'_>,
        now_s: u64,
    ) -> Result<Issued, OAuthRefused> {
        if form.grant_type != "client_credentials" {
            return Err(refused("unsupported_grant_type", "grant_type must be client_credentials"));
        }
        let recognised = self.recognise(form, shown, now_s)?;
        let client = &recognised.client;
        let scopes = scopes(client, form.scope)?;
        let proof = shown.dpop.map(|proof| Proof::read(proof, shown, None, now_s)).transpose();
        let proof = proof.map_err(|says| refused("invalid_dpop_proof", says))?;
        let bound = match (&proof, shown.certificate_sha256) {
            (Some(proof), _) => Bound::Key(proof.key),
            (None, Some(certificate)) if knows(client, &certificate) => {
                Bound::Certificate(certificate)
            }
            (None, _) => {
                let says =
                    "tokens are bound: send a DPoP proof, or use a client certificate we know";
                return Err(refused("invalid_dpop_proof", says));
            }
        };
        self.take(recognised.once, proof.as_ref(), now_s)?;
        self.hand_out(client, scopes, bound, now_s)
    }

    fn recognise(
        &self,
        form: &TokenRequest<'_>,
        shown: &Shown<'_>,
        now_s: u64,
    ) -> Result<Recognised, OAuthRefused> {
        match (form.client_assertion, form.client_assertion_type) {
            (Some(assertion), Some(ASSERTION_TYPE)) => {
                self.by_assertion(assertion, form.client_id, now_s).ok_or(UNKNOWN)
            }
            (Some(_), _) => Err(refused(
                "invalid_request",
                "client_assertion_type must be urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            )),
            (None, _) => {
                let client = form.client_id.and_then(|name| self.client(name)).ok_or(UNKNOWN)?;
                let certificate = shown.certificate_sha256.ok_or(UNKNOWN)?;
                let fits = knows(&client, &certificate);
                if fits { Ok(Recognised { client, once: None }) } else { Err(UNKNOWN) }
            }
        }
    }

    /// The client that signed this assertion.
    fn by_assertion(
        &self,
        assertion: &str,
        client_id: Option<&str>,
        now_s: u64,
    ) -> Option<Recognised> {
        let signed = Signed::read(assertion)?;
        // The key is the client's, never one that the assertion brings along.
        let name = signed.unverified_issuer()?;
        let client = self.client(&name)?;
        let keys = client.keys.iter().filter_map(|key| Jwk::read(&key.0).ok());
        let named = |jwk: &Jwk| match (&signed.head.kid, &jwk.kid) {
            (Some(wanted), Some(kid)) => wanted == kid,
            _ => true,
        };
        let keys: Vec<Key> = keys.filter(named).map(|jwk| jwk.key).collect();
        let claims = keys.iter().find_map(|key| signed.verified::<Claims>(key))?;
        let aud = self.settings.audiences.iter().any(|ours| ours == claims.aud.text());
        let begun = [claims.iat, claims.nbf].into_iter().flatten();
        let fits = claims.iss == *client.name
            && claims.sub == *client.name
            && client_id.is_none_or(|id| id == &*client.name)
            && aud
            && now_s < claims.exp.0
            && claims.exp.0 <= now_s + ASSERTION_S_MAX
            && begun.into_iter().all(|moment| moment.0 <= now_s + dpop::AHEAD_S_MAX)
            && (1..=ID_CHARS_MAX).contains(&claims.jti.len());
        let once = OnceId::of("assertion", client.name.as_bytes(), claims.jti.as_bytes());
        fits.then_some(Recognised { client, once: Some(once) })
    }

    /// Sees to it that assertion and proof are shown once.
    fn take(
        &self,
        assertion: Option<OnceId>,
        proof: Option<&Proof>,
        now_s: u64,
    ) -> Result<(), OAuthRefused> {
        const FULL: OAuthRefused =
            refused("temporarily_unavailable", "too many at once; try again in a minute");
        match assertion.map(|id| self.assertions.show(id, now_s)) {
            None | Some(Seen::First) => {}
            Some(Seen::Again) => return Err(UNKNOWN),
            Some(Seen::Full) => return Err(FULL),
        }
        match proof.map(|proof| self.proofs.show(proof.once, now_s)) {
            None | Some(Seen::First) => Ok(()),
            Some(Seen::Again) => {
                Err(refused("invalid_dpop_proof", "the DPoP proof was shown before"))
            }
            Some(Seen::Full) => Err(FULL),
        }
    }

    fn hand_out(
        &self,
        client: &Client,
        scopes: Vec<Scope>,
        bound: Bound,
        now_s: u64,
    ) -> Result<Issued, OAuthRefused> {
        let unable = |_| refused("temporarily_unavailable", "no randomness; try again");
        let (access_token, hash) = secret().map_err(unable)?;
        let until_s = now_s + self.settings.token_s;
        let words: Vec<&str> = scopes.iter().map(|scope| scope.word()).collect();
        let scope = words.join(" ");
        let principal = Arc::new(Principal {
            id: format!("client:{}", client.name).into(),
            kind: PrincipalKind::Client,
            roles: [].into(),
            class: class_of(PrincipalKind::Client, &[], &scopes),
            scopes: scopes.into(),
            party: client.party.map(|party| PartyId(party.0)),
            institution: client.institution.clone(),
            session: None,
            until_s,
        });
        let id = principal.id.clone();
        let (name, version) = (client.name.clone(), client.version);
        self.tokens.keep(hash, Token { principal, client: name, version, bound, until_s }, now_s);
        self.note(now_s, Noted::TokenIssued, &id, "token", &scope);
        let token_type = if matches!(bound, Bound::Key(_)) { "DPoP" } else { "Bearer" };
        Ok(Issued { access_token, token_type, expires_in_s: self.settings.token_s, scope })
    }

    /// Whose token this is, shown with the key or certificate it is bound to.
    ///
    /// # Errors
    /// See [`Why`](crate::Why).
    pub fn bearer(
        &self,
        token: &str,
        shown: &Shown<'_>,
        now_s: u64,
    ) -> Result<Arc<Principal>, Denied> {
        self.come_with(token, shown, now_s).map_err(|(why, whose)| {
            let denied = Denied::new(why);
            self.turn_away(now_s, denied, whose.as_deref().unwrap_or("token"), "bearer")
        })
    }

    /// Else why not, and whose token it would have been.
    fn come_with(
        &self,
        shown_token: &str,
        shown: &Shown<'_>,
        now_s: u64,
    ) -> Result<Arc<Principal>, (Why, Option<Arc<str>>)> {
        let hash = hash_of_shown(shown_token).ok_or((Why::NoToken, None))?;
        let token = self.tokens.get(&hash).ok_or((Why::NoToken, None))?;
        let no = |why| (why, Some(token.principal.id.clone()));
        let client = self.store.state().clients.get(&token.client).cloned();
        let current =
            client.is_some_and(|client| !client.disabled && client.version == token.version);
        if !current || token.until_s <= now_s {
            return Err(no(Why::NoToken));
        }
        match token.bound {
            Bound::Certificate(certificate) => {
                let brought = shown.certificate_sha256.is_some_and(|it| same(&it, &certificate));
                if !brought {
                    return Err(no(Why::NotBound));
                }
            }
            Bound::Key(key) => {
                let proof = shown.dpop.ok_or_else(|| no(Why::NotBound))?;
                let proof = Proof::read(proof, shown, Some(shown_token), now_s);
                let proof = proof.map_err(|_| no(Why::BadProof))?;
                if !same(&proof.key, &key) {
                    return Err(no(Why::NotBound));
                }
                match self.proofs.show(proof.once, now_s) {
                    Seen::First => {}
                    Seen::Again => return Err(no(Why::Again)),
                    Seen::Full => return Err(no(Why::Busy)),
                }
            }
        }
        Ok(token.principal.clone())
    }

    /// The client of this name, unless it is disabled.
    fn client(&self, name: &str) -> Option<Arc<Client>> {
        self.store.state().clients.get(name).filter(|client| !client.disabled).cloned()
    }
}

/// The scopes a token shall have: those asked for, all of which the client must have.
fn scopes(client: &Client, asked: Option<&str>) -> Result<Vec<Scope>, OAuthRefused> {
    const SAYS: &str = "a scope is unknown, or the client does not have it";
    let asked = asked.unwrap_or_default().split(' ').filter(|word| !word.is_empty());
    let mut scopes = Vec::new();
    for word in asked {
        let scope = Scope::from_word(word).filter(|scope| client.scopes.contains(scope));
        scopes.push(scope.ok_or(refused("invalid_scope", SAYS))?);
    }
    if scopes.is_empty() {
        scopes.clone_from(&client.scopes);
    }
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        Err(refused("invalid_scope", "the client has no scope"))
    } else {
        Ok(scopes)
    }
}

fn knows(client: &Client, certificate: &[u8; 32]) -> bool {
    // All are compared, so that time says nothing.
    client.certificates.iter().fold(false, |known, kept| known | same(&kept.0, certificate))
}
