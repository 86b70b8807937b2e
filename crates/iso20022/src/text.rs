//! Text that may stand in a document, and text of a document as an error may show it.

/// XML 1.0 section 2.2, production 2.
pub(crate) fn is_xml_character(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        _ => character >= ' ',
    }
}

/// Text from a message as an error may repeat it: short, and without what a terminal would obey.
pub(crate) fn shown(text: &str) -> String {
    const CHARACTERS_MAX: usize = 40;
    let mut out: String = text.chars().take(CHARACTERS_MAX).flat_map(char::escape_debug).collect();
    if text.chars().nth(CHARACTERS_MAX).is_some() {
        out.push_str("...");
    }
    out
}

/// True when all of `text` may stand in a document.
pub(crate) fn is_xml_text(text: &str) -> bool {
    text.chars().all(is_xml_character)
}
