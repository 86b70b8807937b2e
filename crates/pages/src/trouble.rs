//! What went wrong, for a page: the API's own problem (RFC 9457), with its sentence in the reader's language where there is one.

use crate::words::{Lang, Words};
use axum::http::StatusCode;
use serde_json::Value;

/// Something that is not as asked.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// As the API answered.
    pub status: StatusCode,
    /// One word for it.
    pub code: String,
    /// A sentence, in English.
    pub detail: String,
    /// Fields at fault: a pointer into what was sent, and what is wrong.
    pub fields: Vec<(String, String)>,
    /// All of it, for what stands beside.
    pub document: Box<Value>,
}

impl Trouble {
    /// From an answer that is no success.
    pub fn of(status: StatusCode, document: Value) -> Trouble {
        let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
        let fault = |one: &Value| {
            let part = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
            (part("pointer"), part("detail"))
        };
        let fields = document["errors"].as_array().map(|all| all.iter().map(fault).collect());
        Trouble {
            status,
            code: text("code"),
            detail: text("detail"),
            fields: fields.unwrap_or_default(),
            document: Box::new(document),
        }
    }

    /// Of a page itself.
    pub fn new(status: StatusCode, code: &str) -> Trouble {
        let (code, detail) = (code.to_owned(), String::new());
        Trouble { status, code, detail, fields: Vec::new(), document: Box::default() }
    }

    /// Nothing of that name.
    pub fn not_found() -> Trouble {
        Trouble::new(StatusCode::NOT_FOUND, "not_found")
    }

    /// A field of a form that is not as it must be; `word` names the sentence.
    pub fn field(name: &str, word: &str) -> Trouble {
        let mut trouble = Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid");
        trouble.fields.push((format!("/{name}"), format!("={word}")));
        trouble
    }

    /// Nobody is signed in.
    pub fn is_stranger(&self) -> bool {
        self.status == StatusCode::UNAUTHORIZED
    }

    /// What happened, as a sentence.
    pub fn says(&self, words: Words) -> String {
        let known = words.perhaps(&format!("trouble-{}", self.code.replace('_', "-")));
        known.unwrap_or_else(|| match words.0 {
            Lang::En if !self.detail.is_empty() => sentence(&self.detail),
            _ => words.say("trouble-other").into_owned(),
        })
    }

    /// Fields at fault with their sentences.
    pub fn said_fields(&self, words: Words) -> Vec<(String, String)> {
        let one = |(pointer, detail): &(String, String)| {
            let name = pointer.trim_start_matches(['/', '?', '@']).replace('/', "-");
            let word = detail.strip_prefix('=').map(|word| words.say(word).into_owned());
            let own = word.or_else(|| detail.strip_prefix('!').map(ToOwned::to_owned));
            let known = || {
                let plain = name.replace('_', "-");
                words
                    .perhaps(&format!("field-{name}"))
                    .or_else(|| words.perhaps(&format!("field-{plain}")))
            };
            let said = own.or_else(known).unwrap_or_else(|| sentence(detail));
            (name, said)
        };
        self.fields.iter().map(one).collect()
    }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default();
    let end = if text.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}
