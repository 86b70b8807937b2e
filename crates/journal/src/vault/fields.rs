//! What is sealed about a party: a map of names to texts (name, id_number, address, born, phone ...), as
//! deterministic CBOR.

use crate::cbor::{DecodeError, Fault, Reader, Writer, fault};
use std::collections::BTreeMap;

/// Fields by name.
pub type Fields = BTreeMap<String, String>;

/// The map's bytes. RFC 8949 section 4.2.1: keys in the order of their encodings, so shorter ones first.
pub fn encode_fields(fields: &Fields) -> Vec<u8> {
    let mut sorted: Vec<(&String, &String)> = fields.iter().collect();
    sorted.sort_by_key(|(name, _)| (name.len(), name.as_str()));
    let mut bytes = Vec::new();
    let mut w = Writer(&mut bytes);
    w.map_of(sorted.len());
    for (name, text) in sorted {
        w.text(name);
        w.text(text);
    }
    bytes
}

/// The map again.
///
/// # Errors
/// Anything `encode_fields` does not write.
pub fn decode_fields(bytes: &[u8]) -> Result<Fields, DecodeError> {
    let mut r = Reader::new(bytes);
    let count = r.map_of("fields")?;
    let mut fields = Fields::new();
    let mut last: Option<&str> = None;
    for _ in 0..count {
        let name = r.text("field name")?;
        if last.is_some_and(|last| (last.len(), last) >= (name.len(), name)) {
            return fault("field name", Fault::NotCanonical);
        }
        last = Some(name);
        fields.insert(name.to_owned(), r.text("field text")?.to_owned());
    }
    r.end("fields")?;
    Ok(fields)
}
