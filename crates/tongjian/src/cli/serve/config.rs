//! How a bank is served: one file, every default written out. A key that is not known is refused by its name.

use crate::fail::{Done, Exit, Failure};
use crate::messages::IsoConfig;
use api::bank::ApiLimits;
use api::server::ConnectionLimits;
use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file as `tj serve --print-config` writes it.
pub const TEXT: &str = include_str!("serve.toml");

/// How a bank is served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The open API.
    pub api: ApiConfig,
    /// Arrow Flight SQL.
    pub flight: FlightConfig,
    /// Messages of ISO 20022.
    pub iso: IsoConfig,
}

/// The open API.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiConfig {
    /// Where it listens; empty for not at all.
    pub listen: String,
    /// Its address as clients call it.
    pub origin: String,
    /// `off`, `self-signed` or `files`.
    pub tls: TlsKind,
    /// With `files`: the chain, in PEM.
    pub certificate: PathBuf,
    /// With `files`: its key, in PEM.
    pub key: PathBuf,
    /// Authorities whose client certificates are asked for, in PEM; empty for none.
    pub client_authorities: PathBuf,
    /// Seconds a request may take in all.
    pub patience_s: u32,
    /// Requests a second of one caller.
    pub caller_per_s: NonZeroU32,
    /// Requests a second from one address.
    pub address_per_s: NonZeroU32,
    /// Uploads at once.
    pub uploads_max: usize,
    /// Listeners to events at once.
    pub listeners_max: usize,
    /// Questions in SQL at once.
    pub queries_max: usize,
    /// Connections at once.
    pub connections_max: usize,
    /// Connections at once from one address.
    pub connections_of_address_max: usize,
    /// Seconds for the head of a request, and between two requests.
    pub head_patience_s: u32,
    /// Seconds for a client that takes nothing of its answer.
    pub write_patience_s: u32,
    /// Requests at once on one connection of HTTP/2.
    pub streams_max: u32,
    /// KiB of a request's head.
    pub head_kib_max: usize,
    /// Seconds for what is being answered when the server ends.
    pub end_patience_s: u32,
}

/// Arrow Flight SQL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlightConfig {
    /// Where it listens; empty for not at all.
    pub listen: String,
}

/// Where the certificate comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsKind {
    /// None: in clear, to this machine alone.
    Off,
    /// One that the bank makes for itself, for trying.
    SelfSigned,
    /// Two files, read again when they change.
    Files,
}

impl Config {
    /// Of a file, or the defaults.
    ///
    /// # Errors
    /// The file cannot be read, or has a wrong key or value.
    pub fn of(file: Option<&Path>) -> Done<Config> {
        let Some(file) = file else { return parsed(TEXT, Path::new("the defaults")) };
        let text = std::fs::read_to_string(file).map_err(|error| {
            let what = format!("cannot read {}", file.display());
            Failure::because(Exit::Usage, what, &error, "`tj serve --print-config` writes one")
        })?;
        parsed(&text, file)
    }
}

/// What a file leaves out is as the defaults have it.
fn parsed(text: &str, file: &Path) -> Done<Config> {
    let wrong = |error: &dyn std::error::Error| {
        let what = format!("{} is not right", file.display());
        Failure::because(Exit::Usage, what, error, "`tj serve --print-config` shows every key")
    };
    let mut whole: toml::Table = TEXT.parse().map_err(|error: toml::de::Error| wrong(&error))?;
    let given: toml::Table = text.parse().map_err(|error: toml::de::Error| wrong(&error))?;
    for (name, value) in given {
        match (whole.get_mut(&name), value) {
            (Some(toml::Value::Table(known)), toml::Value::Table(given)) => known.extend(given),
            (_, value) => drop(whole.insert(name, value)),
        }
    }
    whole.try_into().map_err(|error: toml::de::Error| wrong(&error))
}

impl ApiConfig {
    /// Bounds of requests.
    pub fn limits(&self) -> ApiLimits {
        ApiLimits {
            patience: Duration::from_secs(self.patience_s.into()),
            caller_per_s: self.caller_per_s,
            address_per_s: self.address_per_s,
            uploads_max: self.uploads_max,
            listeners_max: self.listeners_max,
        }
    }

    /// Bounds of connections.
    pub fn connections(&self) -> ConnectionLimits {
        ConnectionLimits {
            connections_max: self.connections_max,
            connections_of_address_max: self.connections_of_address_max,
            head_patience: Duration::from_secs(self.head_patience_s.into()),
            write_patience: Duration::from_secs(self.write_patience_s.into()),
            streams_max: self.streams_max,
            head_bytes_max: self.head_kib_max << 10,
            end_patience: Duration::from_secs(self.end_patience_s.into()),
            ..ConnectionLimits::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_file_leaves_out_is_the_default_and_what_is_unknown_is_named() {
        let config = parsed("[api]\nlisten = \"127.0.0.1:1\"\n", Path::new("x")).unwrap();
        assert_eq!(config.api.listen, "127.0.0.1:1");
        assert_eq!(config.api.tls, TlsKind::Off);
        for wrong in ["[api]\nlissen = \"x\"", "[apis]\nlisten = \"x\"", "[api]\ncaller_per_s = 0"]
        {
            let failure = parsed(wrong, Path::new("x")).unwrap_err();
            let text = format!("{failure:?}");
            assert!(
                text.contains("lissen") || text.contains("apis") || text.contains("zero"),
                "{text}"
            );
        }
    }
}
