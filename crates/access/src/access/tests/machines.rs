//! Machines: assertions, proofs, tokens, certificates.

use super::stage::*;
use crate::secret::text_of;
use crate::*;
use serde_json::json;

fn why<T: std::fmt::Debug>(result: Result<T, Denied>) -> Why {
    result.unwrap_err().why
}

#[test]
fn a_client_gets_a_token_and_comes_with_it() {
    let bank = Bank::new();
    let acme = bank.client("acme", &[Scope::Payments, Scope::AccountsRead]);
    let issued = acme.ask(&bank, &acme.assertion(NOW), NOW).unwrap();
    assert_eq!((issued.token_type, issued.expires_in_s), ("DPoP", 600));
    assert_eq!(issued.scope, "payments accounts:read");
    let token = issued.access_token;
    let proof = acme.proof("POST", PAYMENTS_URL, Some(&token), NOW);
    let who = acme.come(&bank, &token, &proof).unwrap();
    assert_eq!((&*who.id, who.kind), ("client:acme", PrincipalKind::Client));
    assert!(!bank.all_notes().contains(&token));
}

#[test]
fn assertions_with_another_algorithm_or_none_are_refused() {
    let bank = Bank::new();
    let acme = bank.client("acme", &[Scope::Payments]);
    for alg in ["none", "None", "HS256", "RS256", "PS256", "ES384", "EdDSA", ""] {
        let assertion = acme.sign(&json!({"alg": alg}), &acme.claims(NOW));
        let refused = acme.ask(&bank, &assertion, NOW).unwrap_err();
        assert_eq!(refused.error, "invalid_client", "{alg}");
    }
    let unsigned = acme.sign(&json!({"alg": "none"}), &acme.claims(NOW));
    let unsigned = &unsigned[..=unsigned.rfind('.').unwrap()];
    assert!(acme.ask(&bank, unsigned, NOW).is_err());
    let critical = json!({"alg": "ES256", "crit": ["x"], "x": 1});
    assert!(acme.ask(&bank, &acme.sign(&critical, &acme.claims(NOW)), NOW).is_err());
}

#[test]
fn a_key_that_the_assertion_brings_along_is_not_believed() {
    let bank = Bank::new();
    let acme = bank.client("acme", &[Scope::Payments]);
    let thief = Machine::new("acme", 99);
    let brought = json!({"alg": "ES256", "jwk": thief.jwk()});
    let assertion = thief.sign(&brought, &thief.claims(NOW));
    assert_eq!(acme.ask(&bank, &assertion, NOW).unwrap_err().error, "invalid_client");
    assert_eq!(bank.noted(Noted::NotRecognised, "invalid_client"), 1);
}

#[test]
fn assertions_with_wrong_audience_issuer_subject_or_time_are_refused() {
    let bank = Bank::new();
    let acme = bank.client("acme", &[Scope::Payments]);
    bank.client("beta", &[Scope::Payments]);
    for (member, value) in [
        ("aud", json!("https://other.example")),
        ("aud", json!("https://bank.example/")),
        ("aud", json!([ORIGIN, "https://other.example"])),
        ("aud", json!([])),
        ("iss", json!("beta")),
        ("sub", json!("beta")),
        ("exp", json!(NOW)),
        ("exp", json!(NOW + 301)),
        ("exp", json!(-1)),
        ("exp", json!("soon")),
        ("exp", json!(null)),
        ("iat", json!(NOW + 60)),
        ("nbf", json!(NOW + 60)),
        ("jti", json!("")),
        ("jti", json!("x".repeat(129))),
        ("jti", json!(null)),
    ] {
        let mut claims = acme.claims(NOW);
        claims[member] = value.clone();
        let assertion = acme.sign(&json!({"alg": "ES256"}), &claims);
        assert!(acme.ask(&bank, &assertion, NOW).is_err(), "{member}: {value}");
    }
    let mut claims = acme.claims(NOW);
    claims["aud"] = json!([TOKEN_URL]);
    assert!(acme.ask(&bank, &acme.sign(&json!({"alg": "ES256"}), &claims), NOW).is_ok());
}

#[test]
fn an_assertion_counts_once() {
    let bank = Bank::new();
    let acme = bank.client("acme", &[Scope::Payments]);
    let assertion = acme.assertion(NOW);
    assert!(acme.ask(&bank, &assertion, NOW).is_ok());
    assert_eq!(acme.ask(&bank, &assertion, NOW + 30).unwrap_err().error, "invalid_client");
}

#[test]
fn proofs_for_another_method_address_moment_or_token_are_refused() {
    let bank = Bank::new();
    let acme = bank.client("acme", &[Scope::Payments]);
    let (token, other) = (acme.token(&bank), acme.token(&bank));
    let good = |member: &str, value: serde_json::Value| {
        let mut claims = acme.proof_claims("POST", PAYMENTS_URL, Some(&token), NOW);
        claims[member] = value;
        acme.come(&bank, &token, &acme.proof_of(&claims))
    };
    assert!(good("iat", json!(NOW)).is_ok());
    assert!(good("iat", json!(NOW - 60)).is_ok());
    for (member, value) in [
        ("htm", json!("GET")),
        ("htm", json!("post")),
        ("htu", json!("https://bank.example/api/v1/accounts")),
        ("htu", json!("http://bank.example/api/v1/payments")),
        ("htu", json!("https://evil.example/api/v1/payments")),
        ("iat", json!(NOW - 61)),
        ("iat", json!(NOW + 11)),
        ("ath", json!(text_of(&crate::secret::hash(other.as_bytes())))),
        ("ath", json!(null)),
        ("jti", json!("")),
    ] {
        assert_eq!(why(good(member, value.clone())), Why::BadProof, "{member}: {value}");
    }
}

#[test]
fn proofs_of_another_type_algorithm_or_private_key_are_refused() {
    let bank = Bank::new();
    let acme = bank.client("acme", &[Scope::Payments]);
    let token = acme.token(&bank);
    let claims = || acme.proof_claims("POST", PAYMENTS_URL, Some(&token), NOW);
    let mut private = acme.jwk();
    private["d"] = json!("AAAA");
    for head in [
        json!({"alg": "ES256", "typ": "JWT", "jwk": acme.jwk()}),
        json!({"alg": "none", "typ": "dpop+jwt", "jwk": acme.jwk()}),
        json!({"alg": "HS256", "typ": "dpop+jwt", "jwk": acme.jwk()}),
        json!({"alg": "ES256", "typ": "dpop+jwt", "jwk": private}),
        json!({"alg": "ES256", "typ": "dpop+jwt"}),
    ] {
        let proof = acme.sign(&head, &claims());
        assert_eq!(why(acme.come(&bank, &token, &proof)), Why::BadProof, "{head}");
    }
    assert_eq!(why(acme.come(&bank, &token, &"x".repeat(10_000))), Why::BadProof);
}

#[test]
fn a_proof_counts_once() {
    let bank = Bank::new();
    let acme = bank.client("acme", &[Scope::Payments]);
    let token = acme.token(&bank);
    let proof = acme.proof("POST", PAYMENTS_URL, Some(&token), NOW);
    assert!(acme.come(&bank, &token, &proof).is_ok());
    assert_eq!(why(acme.come(&bank, &token, &proof)), Why::Again);
}

#[test]
fn a_stolen_token_is_worth_nothing_without_its_key() {
    let bank = Bank::new();
    let acme = bank.client("acme", &[Scope::Payments]);
    let token = acme.token(&bank);
    let thief = Machine::new("thief", 99);
    let proof = thief.proof("POST", PAYMENTS_URL, Some(&token), NOW);
    assert_eq!(why(thief.come(&bank, &token, &proof)), Why::NotBound);
    let bare = bank.access.bearer(&token, &post(PAYMENTS_URL, None), NOW);
    assert_eq!(why(bare), Why::NotBound);
    assert_eq!(bank.noted(Noted::NotRecognised, "not_bound"), 2);
}

#[test]
fn a_token_is_bound_to_the_certificate_it_was_given_for() {
    let bank = Bank::new();
    let new = NewClient {
        name: "acme",
        scopes: &[Scope::Payments],
        keys: None,
        certificates_sha256: &[[1; 32], [2; 32]],
        party: None,
        institution: None,
    };
    bank.access.client_add(&bank.access.console(), &new, NOW).unwrap();
    let form = TokenRequest {
        grant_type: "client_credentials",
        client_id: Some("acme"),
        ..TokenRequest::default()
    };
    let with = |certificate_sha256| Shown { certificate_sha256, ..post(TOKEN_URL, None) };
    assert_eq!(bank.access.token(&form, &with(None), NOW).unwrap_err().error, "invalid_client");
    let unknown = bank.access.token(&form, &with(Some([3; 32])), NOW);
    assert_eq!(unknown.unwrap_err().error, "invalid_client");
    let issued = bank.access.token(&form, &with(Some([1; 32])), NOW).unwrap();
    assert_eq!(issued.token_type, "Bearer");
    let token = issued.access_token;
    assert!(bank.access.bearer(&token, &with(Some([1; 32])), NOW).is_ok());
    assert_eq!(why(bank.access.bearer(&token, &with(Some([2; 32])), NOW)), Why::NotBound);
    assert_eq!(why(bank.access.bearer(&token, &with(None), NOW)), Why::NotBound);
}

#[test]
fn a_token_without_proof_or_certificate_is_not_given() {
    let bank = Bank::new();
    let acme = bank.client("acme", &[Scope::Payments]);
    let assertion = acme.assertion(NOW);
    let bare = bank.access.token(&form(&assertion), &post(TOKEN_URL, None), NOW);
    assert_eq!(bare.unwrap_err().error, "invalid_dpop_proof");
    let foreign = Shown { certificate_sha256: Some([9; 32]), ..post(TOKEN_URL, None) };
    let foreign = bank.access.token(&form(&assertion), &foreign, NOW);
    assert_eq!(foreign.unwrap_err().error, "invalid_dpop_proof");
}

#[test]
fn a_token_ends_with_its_time_and_with_its_client() {
    let bank = Bank::new();
    let acme = bank.client("acme", &[Scope::Payments]);
    let console = bank.access.console();
    let come = |token: &str, now_s| {
        let proof = acme.proof("POST", PAYMENTS_URL, Some(token), now_s);
        bank.access.bearer(token, &post(PAYMENTS_URL, Some(&proof)), now_s)
    };
    let token = acme.token(&bank);
    assert!(come(&token, NOW + 599).is_ok());
    assert_eq!(why(come(&token, NOW + 600)), Why::NoToken);
    let token = acme.token(&bank);
    bank.access.client_scopes(&console, "acme", &[Scope::Proofs], NOW).unwrap();
    assert_eq!(why(come(&token, NOW)), Why::NoToken);
    let token = acme.token(&bank);
    bank.access.client_disable(&console, "acme", NOW).unwrap();
    assert_eq!(why(come(&token, NOW)), Why::NoToken);
    assert!(acme.ask(&bank, &acme.assertion(NOW), NOW).is_err());
    bank.access.client_enable(&console, "acme", NOW).unwrap();
    let token = acme.token(&bank);
    assert!(come(&token, NOW).is_ok());
    let other = Machine::new("acme", 88);
    let keys = json!({"keys": [other.jwk()]}).to_string();
    bank.access.client_keys(&console, "acme", Some(&keys), &[], NOW).unwrap();
    assert_eq!(why(come(&token, NOW)), Why::NoToken);
    assert!(acme.ask(&bank, &acme.assertion(NOW), NOW).is_err());
    let token = other.token(&bank);
    bank.access.client_remove(&console, "acme", NOW).unwrap();
    let proof = other.proof("POST", PAYMENTS_URL, Some(&token), NOW);
    assert_eq!(why(other.come(&bank, &token, &proof)), Why::NoToken);
}

#[test]
fn scopes_are_what_was_asked_for_among_what_the_client_has() {
    let bank = Bank::new();
    let acme = bank.client("acme", &[Scope::PaymentsRead, Scope::AccountsRead]);
    let ask = |scope| {
        let (assertion, proof) = (acme.assertion(NOW), acme.proof("POST", TOKEN_URL, None, NOW));
        let form = TokenRequest { scope, ..form(&assertion) };
        bank.access.token(&form, &post(TOKEN_URL, Some(&proof)), NOW)
    };
    assert_eq!(ask(Some("accounts:read")).unwrap().scope, "accounts:read");
    assert_eq!(ask(Some("payments")).unwrap_err().error, "invalid_scope");
    assert_eq!(ask(Some("accounts:read everything")).unwrap_err().error, "invalid_scope");
    assert_eq!(ask(None).unwrap().scope, "payments:read accounts:read");
}

#[test]
fn other_grants_and_kinds_of_assertion_are_refused_by_name() {
    let bank = Bank::new();
    let acme = bank.client("acme", &[Scope::Payments]);
    let assertion = acme.assertion(NOW);
    let shown = post(TOKEN_URL, None);
    for grant_type in ["", "password", "authorization_code", "refresh_token"] {
        let form = TokenRequest { grant_type, ..form(&assertion) };
        let refused = bank.access.token(&form, &shown, NOW).unwrap_err();
        assert_eq!(refused.error, "unsupported_grant_type");
    }
    let form = TokenRequest { client_assertion_type: Some("saml2"), ..form(&assertion) };
    assert_eq!(bank.access.token(&form, &shown, NOW).unwrap_err().error, "invalid_request");
    let other = TokenRequest { client_id: Some("beta"), ..super::stage::form(&assertion) };
    assert_eq!(bank.access.token(&other, &shown, NOW).unwrap_err().error, "invalid_client");
}

#[test]
fn a_client_without_good_keys_is_refused_with_the_key_named() {
    let bank = Bank::new();
    let console = bank.access.console();
    for (keys, says) in [
        (None, "at least one key"),
        (Some("{}"), "is not a JWK set"),
        (Some(r#"{"keys":[]}"#), "at least one key"),
        (Some(r#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB"}]}"#), "key 1 must be EC P-256"),
        (Some(r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#), "key 1 is a private key"),
    ] {
        let new = NewClient {
            name: "acme",
            scopes: &[Scope::Payments],
            keys,
            certificates_sha256: &[],
            party: None,
            institution: None,
        };
        let refused = bank.access.client_add(&console, &new, NOW).unwrap_err().to_string();
        assert!(refused.contains(says), "{refused}");
    }
}

#[test]
fn the_oldest_of_too_many_tokens_ends() {
    let bank = Bank::new();
    let acme = bank.client("acme", &[Scope::Payments]);
    let first = acme.token(&bank);
    for _ in 0..1_024 {
        acme.token(&bank);
    }
    let proof = acme.proof("POST", PAYMENTS_URL, Some(&first), NOW);
    assert_eq!(why(acme.come(&bank, &first, &proof)), Why::NoToken);
}

#[test]
fn a_pass_is_for_the_tables_alone_and_ends_with_what_it_stands_on() {
    let bank = Bank::new();
    let console = bank.access.console();
    let asker = |name: &str, scopes: &[Scope]| {
        let machine = bank.client(name, scopes);
        let token = machine.token(&bank);
        let proof = machine.proof("POST", PAYMENTS_URL, Some(&token), NOW);
        machine.come(&bank, &token, &proof).unwrap()
    };
    let bi = asker("bi", &[Scope::Queries]);
    let till = asker("till", &[Scope::Payments]);
    assert_eq!(bank.access.pass(&till, NOW).unwrap_err().why, Why::NotAllowed);
    let pass = bank.access.pass(&bi, NOW).unwrap().token;
    let shows = |pass: &str, now_s| bank.access.shows_pass(pass, None, now_s).map(|known| known.1);
    assert_eq!(shows(&pass, NOW + 599), Ok(false), "no machine sees personal data");
    assert_eq!(shows(&pass, NOW + 600).unwrap_err().why, Why::NoToken);
    assert!(bank.access.session(&pass, NOW).is_err());
    // The oldest of many ends, and another's never.
    let other = bank.access.pass(&asker("other", &[Scope::Queries]), NOW).unwrap().token;
    let many: Vec<String> =
        (1..=16).map(|n| bank.access.pass(&bi, NOW + n).unwrap().token).collect();
    assert_eq!(shows(&pass, NOW + 16).unwrap_err().why, Why::NoToken);
    assert_eq!((shows(&many[15], NOW + 16), shows(&other, NOW + 16)), (Ok(false), Ok(false)));
    bank.access.client_scopes(&console, "bi", &[Scope::Queries], NOW).unwrap();
    assert_eq!(shows(&many[15], NOW + 16).unwrap_err().why, Why::NoToken, "its client changed");
    bank.access.client_disable(&console, "other", NOW).unwrap();
    assert_eq!(shows(&other, NOW + 16).unwrap_err().why, Why::NoToken);
    assert!(!bank.all_notes().contains(&pass));
}

#[test]
fn a_name_says_what_its_client_or_user_may_now_and_nothing_once_they_are_disabled() {
    let bank = Bank::new();
    bank.client("acme", &[Scope::Events]);
    let console = bank.access.console();
    let may = |id: &str, action| {
        let named = bank.access.named(id, NOW)?;
        let what = Resource::of(ResourceKind::Bank, "");
        Some(bank.access.would_allow(&named, action, &what).is_yes())
    };
    assert_eq!(may("client:acme", Action::EventRead), Some(true));
    assert_eq!(may("client:acme", Action::ReportRead), Some(false));
    bank.access.client_scopes(&console, "acme", &[Scope::Proofs], NOW).unwrap();
    assert_eq!(may("client:acme", Action::EventRead), Some(false));
    bank.access.client_disable(&console, "acme", NOW).unwrap();
    assert_eq!(may("client:acme", Action::EventRead), None);
    let new = NewUser { name: "dora", roles: &[Role::Developer], party: None, institution: None };
    bank.access.user_add(&console, &new, NOW).unwrap();
    assert_eq!(may("user:dora", Action::EventRead), Some(true));
    assert_eq!(may("user:dora", Action::PaymentCreate), Some(false));
    for nobody in ["acme", "client:dora", "user:acme", "console", "user:", ""] {
        assert_eq!(may(nobody, Action::EventRead), None, "{nobody:?}");
    }
}
