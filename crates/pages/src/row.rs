//! One page as a row of the table of pages: its path, who may open it, what it does.

use crate::visit::{Said, Visit};
use axum::http::Method;
use futures::future::BoxFuture;

/// What a page does.
pub type Handler = Box<dyn for<'a> Fn(&'a Visit) -> BoxFuture<'a, Said> + Send + Sync>;

/// One page.
pub struct Row {
    /// `GET` for a page, `POST` for what its form does.
    pub method: Method,
    /// Its path, with parameters in braces.
    pub path: &'static str,
    /// Whether somebody must be signed in.
    pub signed_in: bool,
    /// Whether its form may have a file in it; only of those who are signed in.
    pub takes_file: bool,
    /// What it does.
    pub handler: Handler,
}

impl Row {
    /// The same, with a file in its form.
    #[must_use]
    pub fn with_file(mut self) -> Row {
        self.takes_file = true;
        self
    }

    /// The values of the parameters of its path. They become parts of the API's paths, so one that holds anything but what ids
    /// and names are made of is empty, which names nothing.
    pub fn parameters(&self, path: &str) -> Vec<(&'static str, String)> {
        let both = self.path.split('/').zip(path.split('/'));
        let named = both
            .filter_map(|(name, text)| Some((name.strip_prefix('{')?.strip_suffix('}')?, text)));
        let fits = |text: &str| {
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        };
        let kept = |text: &str| if fits(text) { text.to_owned() } else { String::new() };
        named.map(|(name, text)| (name, kept(text))).collect()
    }
}

/// A page for everybody.
#[macro_export]
macro_rules! open {
    ($method:ident $path:literal, $handler:path) => {
        $crate::row::Row {
            method: axum::http::Method::$method,
            path: $path,
            signed_in: false,
            takes_file: false,
            handler: Box::new(|visit| Box::pin($handler(visit))),
        }
    };
}

/// A page for whoever is signed in.
#[macro_export]
macro_rules! inside {
    ($method:ident $path:literal, $handler:path) => {
        $crate::row::Row {
            method: axum::http::Method::$method,
            path: $path,
            signed_in: true,
            takes_file: false,
            handler: Box::new(|visit| Box::pin($handler(visit))),
        }
    };
}
