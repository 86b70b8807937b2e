//! People at the start of a bank: where they find it, who comes in first, and the console.

use super::config::ApiConfig;
use super::{ACCESS, open_access};
use crate::cli::Context;
use crate::cli::console::{Console, link_json};
use crate::fail::{Done, Exit, Failure};
use access::{Access, Notes, OneTimeLink};
use api::identity::now_s;
use std::net::TcpListener;
use std::sync::Arc;

/// What the first administrator of a bank is called.
pub const ADMINISTRATOR: &str = "administrator";

/// The identities of a bank that is served.
pub struct People {
    /// Them.
    pub access: Arc<Access>,
    /// Open for as long as this is there.
    _console: Option<Console>,
}

impl People {
    /// Opens them, and the console.
    ///
    /// # Errors
    /// Another program has them open; they are damaged; the policies are not right.
    pub fn open(context: &Context, origin: &str, notes: Arc<dyn Notes>) -> Done<People> {
        let access = Arc::new(open_access(&context.dir, origin, notes)?);
        let console = Console::open(&context.dir.join(ACCESS), Arc::clone(&access));
        // The bank is served without a console rather than not at all.
        let console = console.inspect_err(|error| {
            let says = format!("`tj user` and `tj client` wait until the bank is closed: {error}");
            eprintln!("{}", serde_json::json!({ "event": "no_console", "says": says }));
        });
        Ok(People { access, _console: console.ok() })
    }
}

/// The first administrator's link, if there never was anybody.
///
/// # Errors
/// The disk.
pub fn first(access: &Access) -> Done<Option<OneTimeLink>> {
    access.first_administrator(ADMINISTRATOR, now_s()).map_err(|why| {
        Failure::new(Exit::Failed, why.to_string(), "see to the disk, and start again")
    })
}

/// Tells the first administrator's link, once.
pub fn say_first(context: &Context, link: &OneTimeLink) {
    let OneTimeLink { user, token, .. } = link;
    context.out.line(format_args!(
        "the first sign-in of {user:?}, good once and for 24 hours:\n    {token}"
    ));
    context.out.line("    docs/api.md says how it is used; `tj user link administrator` makes another while it was not");
}

/// The same as JSON.
pub fn first_json(link: Option<&OneTimeLink>) -> serde_json::Value {
    link.map_or(serde_json::Value::Null, link_json)
}

/// The bank's address as browsers and programs call it.
pub fn origin(config: &ApiConfig, listener: Option<&TcpListener>, secured: bool) -> String {
    if !config.origin.is_empty() {
        return config.origin.clone();
    }
    let port = listener.and_then(|listener| listener.local_addr().ok()).map(|a| a.port());
    let scheme = if secured { "https" } else { "http" };
    port.map_or_else(
        || "http://localhost".to_owned(),
        |port| format!("{scheme}://localhost:{port}"),
    )
}
