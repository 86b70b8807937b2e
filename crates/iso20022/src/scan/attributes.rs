//! The inside of a tag: attributes as XML 1.0 section 3.1 writes them, and references in their values.

use crate::text::is_xml_character;

/// An attribute as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Raw<'a> {
    pub name: &'a str,
    pub value: &'a str,
}

const WHITE: [char; 4] = [' ', '\t', '\n', '\r'];

/// The attributes of a tag from what stands behind its name, one by one, so that a bomb is not unpacked first.
pub(super) fn raw_attributes(written: &str) -> impl Iterator<Item = Result<Raw<'_>, String>> {
    let mut rest = written;
    std::iter::from_fn(move || {
        let trimmed = rest.trim_start_matches(WHITE);
        if trimmed.is_empty() {
            return None;
        }
        let next = if trimmed.len() == rest.len() {
            Err("no space before an attribute".to_owned())
        } else {
            one(trimmed)
        };
        match next {
            Ok((raw, after)) => {
                rest = after;
                Some(Ok(raw))
            }
            Err(what) => {
                rest = "";
                Some(Err(what))
            }
        }
    })
}

/// One attribute and what follows it.
fn one(written: &str) -> Result<(Raw<'_>, &str), String> {
    let (name, after) = written.split_once('=').ok_or("an attribute without a value")?;
    let name = name.trim_end_matches(WHITE);
    if !is_name(name.strip_prefix("xmlns:").unwrap_or(name)) && !name.split(':').all(is_name) {
        return Err("an attribute whose name is none".to_owned());
    }
    let after = after.trim_start_matches(WHITE);
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
    let quote = quote.ok_or("an attribute's value without quotes")?;
    let (value, rest) =
        after[1..].split_once(quote).ok_or("an attribute's value without an end")?;
    if value.contains('<') {
        return Err("`<` in an attribute".to_owned());
    }
    Ok((Raw { name, value }, rest))
}

/// A value with its references resolved and each white character as a space (XML 1.0 section 3.3.3).
pub(super) fn resolve_references(value: &str) -> Result<String, String> {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find(['&', '\t', '\n', '\r']) {
        out.push_str(&rest[..at]);
        if rest[at..].starts_with('&') {
            let (reference, after) =
                rest[at + 1..].split_once(';').ok_or("`&` without a `;` in an attribute")?;
            out.push(
                referenced(reference).ok_or("an entity in an attribute that is not known here")?,
            );
            rest = after;
        } else {
            out.push(' ');
            rest = &rest[at + 1..];
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// The character a reference stands for: one of the five of XML 1.0 section 4.6, or a number of section 4.1.
pub(super) fn referenced(reference: &str) -> Option<char> {
    let number = match reference {
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "amp" => return Some('&'),
        "apos" => return Some('\''),
        "quot" => return Some('"'),
        _ => reference.strip_prefix('#')?,
    };
    let (digits, radix) = match number.strip_prefix('x') {
        Some(hexadecimal) => (hexadecimal, 16),
        None => (number, 10),
    };
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let number = u32::from_str_radix(digits, radix).ok()?;
    char::from_u32(number).filter(|character| is_xml_character(*character))
}

/// A name without a colon (XML 1.0 section 2.3, Namespaces in XML section 3).
pub(super) fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(may_begin) && characters.all(may_follow)
}

fn may_begin(character: char) -> bool {
    matches!(character,
        'A'..='Z' | '_' | 'a'..='z' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}'
        | '\u{10000}'..='\u{EFFFF}')
}

fn may_follow(character: char) -> bool {
    may_begin(character)
        || matches!(character, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}
