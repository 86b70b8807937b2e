//! How files stand below each other in one text: each below a line with its name. `text.rs` reads such a text.

use crate::limits::PACK_TEXT_BYTES_MAX;

/// What stands before and behind the name of a file.
pub(crate) const OPEN: &str = "=== ";
pub(crate) const CLOSE: &str = " ===";

/// The files of a pack as one text, the one of this name first; empty if that is longer than is kept.
pub(crate) fn as_text(pack: &str, first: &str, files: &[(String, Vec<u8>)]) -> String {
    let mut files: Vec<&(String, Vec<u8>)> = files.iter().collect();
    files.sort_by_key(|(name, _)| (name != first, name.clone()));
    if files.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > PACK_TEXT_BYTES_MAX {
        return String::new();
    }
    let mut text = String::new();
    for (name, bytes) in files {
        // Only files that were read stand here, and those are UTF-8.
        let body = String::from_utf8_lossy(bytes);
        let end = if body.ends_with('\n') { "" } else { "\n" };
        text.push_str(&format!("{OPEN}{pack}/{name}{CLOSE}\n{body}{end}"));
    }
    text
}
