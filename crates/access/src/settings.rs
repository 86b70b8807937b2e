//! How a bank's access is set: its address and how long things live.

use crate::failed::AccessFailed;
use crate::passkey::Site;
use terms::PartyId;

/// Seconds a token lives at most.
const TOKEN_S_MAX: u64 = 600;

/// Settings of access. Times in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Scheme, host and port as people's browsers see them: `https://bank.example`. `http` only for localhost.
    pub origin: String,
    /// Name of the bank, shown beside a passkey.
    pub title: String,
    /// What assertions of clients must name as `aud`, exactly one of them: the issuer or the token endpoint.
    pub audiences: Vec<String>,
    /// A session ends when nothing came for so long.
    pub session_idle_s: u64,
    /// A session ends after so long in any case.
    pub session_max_s: u64,
    /// A token lives so long, at most 600.
    pub token_s: u64,
    /// A made-up bank, whose people anybody who tries it may be; never where there is real money.
    pub sample: bool,
    /// Of a made-up bank: the customer whose accounts programs of developers may use.
    pub sandbox: Option<PartyId>,
}

impl Settings {
    /// The usual settings of a bank at this address: sessions end after 15 idle minutes and after 12 hours (NIST
    /// SP 800-63B-4 section 2.2.3 asks for no more than an hour idle and 24 hours at its level 2), tokens after 10 minutes.
    pub fn at(origin: &str, title: &str) -> Settings {
        Settings {
            origin: origin.to_owned(),
            title: title.to_owned(),
            audiences: vec![origin.to_owned(), format!("{origin}/oauth/token")],
            session_idle_s: 15 * 60,
            session_max_s: 12 * 3600,
            token_s: 600,
            sample: false,
            sandbox: None,
        }
    }

    /// The site as passkeys know it.
    ///
    /// # Errors
    /// `Settings`, naming the one that is not right.
    pub(crate) fn site(&self) -> Result<Site, AccessFailed> {
        let wrong = |says: &str| AccessFailed::Settings(says.to_owned());
        let (scheme, host) = self.origin.split_once("://").unwrap_or_default();
        let name = host.split(':').next().unwrap_or_default();
        let local = name == "localhost" && scheme == "http";
        if (scheme != "https" && !local) || name.is_empty() || host.contains(['/', '?', '#', '@']) {
            return Err(wrong(
                "origin must be https:// and a host, or http://localhost, with nothing after it",
            ));
        }
        if self.token_s == 0 || self.token_s > TOKEN_S_MAX {
            return Err(wrong("token_s must be 1 to 600"));
        }
        if self.session_idle_s == 0 || self.session_idle_s > self.session_max_s {
            return Err(wrong("session_idle_s must be 1 to session_max_s"));
        }
        if self.audiences.is_empty() {
            return Err(wrong("audiences must name the issuer or the token endpoint"));
        }
        let (origin, title) = (self.origin.clone(), self.title.clone());
        Ok(Site { origin, rp_id: name.to_owned(), title })
    }
}
