//! Lists of accounts or parties: a file of a pack whose head is TOML in comments, then a name a line. A name is an id, or
//! the hash of one where the file does not say whom it names.

use crate::body::Body;
use crate::fault::Fault;
use crate::head::Head;
use engine::risk::{LISTED_MAX, ListOf, NameList};

/// What a hash of an id begins with on a line.
const HASHED: &str = "hash:";
/// Faults that are told of one list; the rest is likely the same mistake.
const FAULTS_MAX: usize = 20;

/// Whose ids stand on a list, as a pack writes it.
const KINDS: &[(&str, ListOf)] = &[("accounts", ListOf::Accounts), ("parties", ListOf::Parties)];

/// A list of a pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookList {
    /// Unique in the rulebook; also the name of its file.
    pub id: String,
    /// Who is on it, and why.
    pub says: String,
    /// The same in Chinese.
    pub says_zh: String,
    /// The names.
    pub names: NameList,
    /// Its file.
    pub file: String,
    /// The line of its id.
    pub line: usize,
}

/// Whose ids, as a pack writes it.
pub fn list_word(of: ListOf) -> &'static str {
    crate::rule::word(KINDS, of)
}

/// Reads a list: its head, and the text behind it, which begins on a line of the file.
pub(crate) fn read_list(
    path: &str,
    stem: &str,
    (toml, first, text): (&str, usize, &str),
) -> Result<BookList, Vec<Fault>> {
    let mut head = Head::read(path, 2, toml)?;
    let id = head.id("id");
    if !id.is_empty() && id != stem {
        head.fault("id", format!("`id` is \"{id}\"; the file of that list is {id}.list"));
    }
    let line = head.line_of("id");
    let of = head.choice("of", KINDS);
    let (says, says_zh) = (head.text("says"), head.text("says_zh"));
    let (mut ids, mut hashes) = (Vec::new(), Vec::new());
    for (number, whole) in (first..).zip(text.lines()) {
        let name = whole.split_once('#').map_or(whole, |(name, _)| name).trim();
        if name.is_empty() {
            continue;
        }
        match name.strip_prefix(HASHED) {
            Some(hex) => match u128::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 32) {
                Some(hash) => hashes.push(hash),
                None => head.add(wrong(path, number, whole, name)),
            },
            None => match name.parse().ok().filter(|_| name.bytes().all(|b| b.is_ascii_digit())) {
                Some(id) => ids.push(id),
                None => head.add(wrong(path, number, whole, name)),
            },
        }
    }
    if ids.len() + hashes.len() > LISTED_MAX {
        head.fault("id", format!("a list has at most {LISTED_MAX} names"));
    }
    let mut faults = head.finish();
    faults.truncate(FAULTS_MAX);
    match of {
        Some(of) if faults.is_empty() => {
            let (names, file) = (NameList::new(of, ids, hashes), path.to_owned());
            Ok(BookList { id, says, says_zh, names, file, line })
        }
        _ => Err(faults),
    }
}

/// A name that is none, with its column.
fn wrong(path: &str, line: usize, whole: &str, name: &str) -> Fault {
    let shown: String = name.chars().take(40).collect();
    let says = format!("\"{shown}\" is neither an id in digits nor `{HASHED}` and 32 hex digits");
    let column = whole.find(name).map_or(1, |at| whole[..at].chars().count() + 1);
    let body = Body { file: path.to_owned(), line, sql: String::new() };
    body.fault_at(1, column, &says)
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::risk::listed_hash;

    const HEAD: &str = "id = \"gone\"\nof = \"parties\"\nsays = \"a\"\nsays_zh = \"b\"\n";

    #[test]
    fn names_are_ids_or_hashes_and_anything_else_is_named_with_its_place() {
        let hash = format!("hash:{:032x}", listed_hash(ListOf::Parties, 9));
        let text = format!("# who\n12 # left in 2025\n\n{hash}\n12\n");
        let list = read_list("p/gone.list", "gone", (HEAD, 7, &text)).unwrap();
        assert_eq!(list.names.len(), 2, "twice the same is once");
        assert!([12, 9].iter().all(|id| list.names.has(*id)) && !list.names.has(13));
        let text = "1\n  hash:12\n-4\n1.5\n";
        let faults = read_list("p/gone.list", "gone", (HEAD, 7, text)).unwrap_err();
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 3, "{said:?}");
        assert!(said[0].starts_with("p/gone.list:8: column 3: \"hash:12\" is neither"), "{said:?}");
        assert!(said[2].starts_with("p/gone.list:10: column 1: \"1.5\""), "{said:?}");
    }
}
