//! The certificate of the API: from two files that are read again when they change, or one that the bank makes for itself.

use super::config::{ApiConfig, TlsKind};
use crate::fail::{Done, Exit, Failure};
use api::server::TlsNow;
use der::asn1::{GeneralizedTime, UtcTime};
use der::{Reader, SliceReader, Tag};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, crypto, version};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use terms::TimeNs;

/// How often it is looked whether the files changed.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Where the bank's own certificate lies.
const OWN: [&str; 2] = ["keys/api.crt", "keys/api.key"];

/// What the API's connections are secured with; `None` for not at all.
///
/// # Errors
/// A file is missing or not what it should be.
pub fn tls(config: &ApiConfig, bank: &Path) -> Done<Option<TlsNow>> {
    let files = match config.tls {
        TlsKind::Off => return Ok(None),
        TlsKind::Files => [config.certificate.clone(), config.key.clone()],
        TlsKind::SelfSigned => own(bank)?,
    };
    let authorities = config.client_authorities.clone();
    let first = Arc::new(load(&files, &authorities)?);
    let kept = Mutex::new((Instant::now(), stamp(&files), first));
    Ok(Some(Arc::new(move || {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.0.elapsed() >= LOOK_EVERY {
            kept.0 = Instant::now();
            let now = stamp(&files);
            // Half a renewal, or a broken one, leaves the old certificate in use.
            if now != kept.1
                && let Ok(renewed) = load(&files, &authorities)
            {
                (kept.1, kept.2) = (now, Arc::new(renewed));
            }
        }
        Arc::clone(&kept.2)
    })))
}

type Stamp = Vec<Option<(u64, u64, i64, i64)>>;

fn stamp(files: &[PathBuf; 2]) -> Stamp {
    let of = |file: &PathBuf| {
        let known = std::fs::metadata(file).ok()?;
        Some((known.ino(), known.len(), known.mtime(), known.mtime_nsec()))
    };
    files.iter().map(of).collect()
}

fn load([certificate, key]: &[PathBuf; 2], authorities: &Path) -> Done<ServerConfig> {
    let failed = |file: &Path, error: &dyn std::error::Error| {
        let what = format!("{} cannot be used", file.display());
        Failure::because(
            Exit::Usage,
            what,
            error,
            "give a certificate and its own key, both in PEM",
        )
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate)
        .map_err(|error| failed(certificate, &error))?
        .collect();
    let chain = chain.map_err(|error| failed(certificate, &error))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| failed(key, &error))?;
    let provider = Arc::new(crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&version::TLS13])
        .map_err(|error| failed(certificate, &error))?;
    let builder = if authorities.as_os_str().is_empty() {
        builder.with_no_client_auth()
    } else {
        let mut roots = RootCertStore::empty();
        let all = CertificateDer::pem_file_iter(authorities)
            .map_err(|error| failed(authorities, &error))?;
        for authority in all {
            let authority = authority.map_err(|error| failed(authorities, &error))?;
            roots.add(authority).map_err(|error| failed(authorities, &error))?;
        }
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
            .allow_unauthenticated()
            .build()
            .map_err(|error| failed(authorities, &error))?;
        builder.with_client_cert_verifier(verifier)
    };
    let mut config =
        builder.with_single_cert(chain, private).map_err(|error| failed(certificate, &error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The file with the API's certificate; `None` if connections are not secured.
pub fn certificate_of(config: &ApiConfig, bank: &Path) -> Option<PathBuf> {
    match config.tls {
        TlsKind::Off => None,
        TlsKind::Files => Some(config.certificate.clone()),
        TlsKind::SelfSigned => OWN.first().map(|name| bank.join(name)),
    }
}

/// When the first certificate of a file ends; `None` if that cannot be read.
pub fn until(certificate: &Path) -> Option<TimeNs> {
    let first = CertificateDer::pem_file_iter(certificate).ok()?.next()?.ok()?;
    let seconds = not_after(&first).ok()?;
    Some(TimeNs(seconds.checked_mul(1_000_000_000)?))
}

/// `notAfter` of a certificate (RFC 5280 section 4.1), in seconds since 1970.
fn not_after(certificate: &[u8]) -> der::Result<u64> {
    let mut whole = SliceReader::new(certificate)?;
    whole.sequence(|certificate| {
        let seconds = certificate.sequence(|body| {
            // The version is there in all but the oldest.
            if Tag::peek(body)?.is_context_specific() {
                body.tlv_bytes()?;
            }
            for _ in ["serialNumber", "signature", "issuer"] {
                body.tlv_bytes()?;
            }
            let seconds = body.sequence(|validity| {
                validity.tlv_bytes()?;
                let until = Tag::peek(validity)?;
                let until = if until == Tag::UtcTime {
                    validity.decode::<UtcTime>()?.to_unix_duration()
                } else {
                    validity.decode::<GeneralizedTime>()?.to_unix_duration()
                };
                Ok::<_, der::Error>(until.as_secs())
            })?;
            body.drain(body.remaining_len())?;
            Ok::<_, der::Error>(seconds)
        })?;
        certificate.drain(certificate.remaining_len())?;
        Ok(seconds)
    })
}

/// The bank's own certificate, made if there is none.
fn own(bank: &Path) -> Done<[PathBuf; 2]> {
    let files = OWN.map(|name| bank.join(name));
    if files.iter().all(|file| file.exists()) {
        return Ok(files);
    }
    let failed = |error: &dyn std::error::Error| {
        let next = "see to the disk, or give files";
        Failure::because(Exit::Failed, "no certificate can be made", error, next)
    };
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).map_err(|error| failed(&error))?;
    let texts = [made.cert.pem(), made.signing_key.serialize_pem()];
    for (file, text) in files.iter().zip(texts) {
        let mut options = std::fs::OpenOptions::new();
        let opened = options.write(true).create(true).truncate(true).mode(0o600).open(file);
        let mut opened = opened.map_err(|error| failed(&error))?;
        std::io::Write::write_all(&mut opened, text.as_bytes()).map_err(|error| failed(&error))?;
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_read() {
        let mut parameters = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        parameters.not_after = rcgen::date_time_ymd(2031, 3, 4);
        let key = rcgen::KeyPair::generate().unwrap();
        let made = parameters.self_signed(&key).unwrap();
        let seconds = not_after(made.der()).unwrap();
        assert_eq!(TimeNs(seconds * 1_000_000_000).iso_at(0), "2031-03-04T00:00:00Z");
        for wrong in [&b""[..], b"0", b"\x30\x03\x02\x01\x01", &made.der()[..40]] {
            assert!(not_after(wrong).is_err());
        }
    }
}
