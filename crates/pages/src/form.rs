//! Forms as browsers send them. A field that stands twice is refused: two readers might each believe another.

mod upload;

pub use upload::Upload;

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, Limited};
use std::collections::BTreeMap;
use std::time::Duration;

/// Bytes of a form: a set of rules is one field, and takes up to nine bytes a Chinese character on its way.
const FORM_BYTES_MAX: usize = 256 << 10;
const FORM_PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of a form with a file.
const UPLOAD_BYTES_MAX: usize = 8 << 20;
const UPLOAD_PATIENCE: Duration = Duration::from_secs(30);
/// Fields that never go into an address: secrets, and what belongs to one form.
const NEVER_KEPT: [&str; 9] =
    ["form_token", "key", "password", "code", "link", "answer", "challenge", "pin", "typed"];

/// The fields of a form or of what stands behind the question mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form(BTreeMap<String, String>);

impl Form {
    /// Of an address.
    pub fn of_query(query: &str) -> Form {
        Form::read(query.as_bytes()).unwrap_or_default()
    }

    /// Of a body.
    ///
    /// # Errors
    /// The status that says why not.
    pub async fn of_body(headers: &HeaderMap, body: Body) -> Result<Form, StatusCode> {
        let kind = headers.get(CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
        if !kind.starts_with(b"application/x-www-form-urlencoded") {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        let read = Limited::new(body, FORM_BYTES_MAX).collect();
        let read = tokio::time::timeout(FORM_PATIENCE, read).await;
        let read = read.map_err(|_| StatusCode::REQUEST_TIMEOUT)?;
        let bytes = read.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?.to_bytes();
        Form::read(&bytes).ok_or(StatusCode::BAD_REQUEST)
    }

    /// Of a body that may have a file in it.
    ///
    /// # Errors
    /// The status that says why not.
    pub async fn with_file(
        headers: &HeaderMap,
        body: Body,
    ) -> Result<(Form, Option<Upload>), StatusCode> {
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let Some(boundary) = kind.and_then(upload::boundary_of) else {
            return Form::of_body(headers, body).await.map(|form| (form, None));
        };
        let read = Limited::new(body, UPLOAD_BYTES_MAX).collect();
        let read = tokio::time::timeout(UPLOAD_PATIENCE, read).await;
        let read = read.map_err(|_| StatusCode::REQUEST_TIMEOUT)?;
        let bytes = read.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?.to_bytes();
        let read = upload::read(boundary, &bytes).ok_or(StatusCode::BAD_REQUEST)?;
        Ok((Form(read.0), read.1))
    }

    fn read(bytes: &[u8]) -> Option<Form> {
        let mut fields = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(bytes) {
            let value = value.replace("\r\n", "\n");
            if fields.insert(name.into_owned(), value).is_some() {
                return None;
            }
        }
        Some(Form(fields))
    }

    /// A field without spaces around it; empty if it is not there.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    /// A field that is filled in.
    pub fn filled(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// A field as it was typed, spaces included.
    pub fn raw(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Every field.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// What may stand behind a question mark, so that nothing typed is lost by a sign-in in between.
    pub fn as_query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.fields().filter(|(name, _)| !NEVER_KEPT.contains(name)) {
            query.append_pair(name, value);
        }
        query.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_stands_twice_is_no_form() {
        assert_eq!(Form::read(b"amount=1&amount=100"), None);
        assert_eq!(Form::read(b"amount=+1+&to=2").unwrap().get("amount"), "1");
    }

    #[test]
    fn secrets_never_go_into_an_address() {
        let form =
            Form::read(b"to=62&amount=12.50&password=x&key=k&code=1&pin=2&typed=3&form_token=t")
                .unwrap();
        assert_eq!(form.as_query(), "amount=12.50&to=62");
    }
}
