//! How a bank is served: one file, every default written out. A key that is not known is refused by its name.

use crate::fail::{Done, Exit, Failure};
use crate::messages::IsoConfig;
use api::bank::ApiLimits;
use api::proxies::Proxies;
use api::server::ConnectionLimits;
use api::subscribers::{AddressRules, HookSettings};
use api::traces::TraceSettings;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;
use terms::limits::COMPLAINT_DAYS;

/// The file as `tj serve --print-config` writes it.
pub const TEXT: &str = include_str!("serve.toml");

/// How a bank is served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The open API.
    pub api: ApiConfig,
    /// Events that are sent to whom asked for them.
    pub webhooks: WebhookConfig,
    /// What requests spend their time on.
    pub traces: TraceConfig,
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
    /// The number by which a person of the bank is reached.
    pub telephone: String,
    /// `off`, `self-signed` or `files`.
    pub tls: TlsKind,
    /// With `files`: the chain, in PEM.
    pub certificate: PathBuf,
    /// With `files`: its key, in PEM.
    pub key: PathBuf,
    /// Authorities whose client certificates are asked for, in PEM; empty for none.
    pub client_authorities: PathBuf,
    /// Days in which a complaint is answered, as this bank promises.
    #[serde(deserialize_with = "promise")]
    pub complaint_days: u8,
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
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Proxies,
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

/// Events that are sent to whom asked for them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookConfig {
    /// Addresses of private networks may be called.
    pub private_networks: bool,
    /// This machine may be called, also without TLS.
    pub loopback: bool,
    /// Authorities beside the system's, in PEM; empty for none.
    pub authorities: PathBuf,
    /// Seconds one attempt may take.
    pub patience_s: NonZeroU32,
    /// Seconds before the second attempt.
    pub retry_first_s: NonZeroU32,
    /// Seconds between attempts at most.
    pub retry_max_s: NonZeroU32,
    /// Hours without success after which a webhook is paused.
    pub give_up_h: NonZeroU32,
    /// Webhooks in all.
    pub hooks_max: usize,
    /// Webhooks of one caller.
    pub hooks_of_caller_max: usize,
}

impl WebhookConfig {
    /// Bounds of webhooks.
    pub fn settings(&self) -> HookSettings {
        let seconds = |number: NonZeroU32| Duration::from_secs(number.get().into());
        HookSettings {
            addresses: AddressRules {
                private_networks: self.private_networks,
                loopback: self.loopback,
            },
            authorities: self.authorities.clone(),
            patience: seconds(self.patience_s),
            retry_first: seconds(self.retry_first_s),
            retry_max: seconds(self.retry_max_s),
            give_up: seconds(self.give_up_h).saturating_mul(3_600),
            hooks_max: self.hooks_max,
            hooks_of_caller_max: self.hooks_of_caller_max,
        }
    }
}

/// What requests spend their time on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TraceConfig {
    /// Where a collector takes OTLP in JSON; empty for none.
    pub endpoint: String,
    /// One request of so many.
    pub one_in: NonZeroU32,
}

impl TraceConfig {
    /// Which requests are traced; `None` for none.
    pub fn settings(&self) -> Option<TraceSettings> {
        let (endpoint, one_in) = (self.endpoint.clone(), self.one_in.get().into());
        (!endpoint.is_empty()).then_some(TraceSettings { endpoint, one_in })
    }
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

/// Days that may be promised.
fn promise<'de, D: Deserializer<'de>>(from: D) -> Result<u8, D::Error> {
    let days = u8::deserialize(from)?;
    if COMPLAINT_DAYS.contains(&days) {
        return Ok(days);
    }
    let (least, most) = (COMPLAINT_DAYS.start(), COMPLAINT_DAYS.end());
    Err(D::Error::custom(format!(
        "complaint_days is {days}, and {least} to {most} days can be promised"
    )))
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
            proxies: self.trusted_proxies.clone(),
            complaint_days: self.complaint_days,
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
        for (wrong, named) in [
            ("[api]\nlissen = \"x\"", "lissen"),
            ("[apis]\nlisten = \"x\"", "apis"),
            ("[api]\ncaller_per_s = 0", "zero"),
            ("[api]\ntrusted_proxies = [\"::1\", \"10.0.0.7/8\"]", "10.0.0.7/8"),
        ] {
            let failure = parsed(wrong, Path::new("x")).unwrap_err();
            assert!(format!("{failure:?}").contains(named), "{failure:?}");
        }
    }
}
