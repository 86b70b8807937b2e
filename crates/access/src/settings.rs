//! How a bank's access is set: its address and how long things live.

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
        }
    }
}
