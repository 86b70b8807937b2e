//! A form with a file in it, as browsers send it (`multipart/form-data`, RFC 7578). Read strictly: what is not shaped as browsers
//! shape it is refused as a whole.

use std::collections::BTreeMap;

/// Bytes of the lines in front of one part.
const HEAD_BYTES_MAX: usize = 4 << 10;
/// Parts of one form.
const PARTS_MAX: usize = 16;
/// Characters of a file's name that are kept.
const NAME_CHARS_MAX: usize = 120;

/// A file that came with a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upload {
    /// What it was called; to show, never to open.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The boundary that a content type names.
pub fn boundary_of(kind: &str) -> Option<&str> {
    let rest = kind.strip_prefix("multipart/form-data")?;
    let named = rest.split(';').find_map(|part| part.trim().strip_prefix("boundary="))?;
    let boundary = named.trim_matches('"');
    let shaped = |b: u8| b.is_ascii_alphanumeric() || b"'()+_,-./:=?".contains(&b);
    ((1..=70).contains(&boundary.len()) && boundary.bytes().all(shaped)).then_some(boundary)
}

/// The fields, and the one file that is filled in, if one is.
pub fn read(boundary: &str, body: &[u8]) -> Option<(BTreeMap<String, String>, Option<Upload>)> {
    let mark = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(mark.get(2..)?.as_bytes())?;
    let (mut fields, mut file) = (BTreeMap::new(), None);
    for _ in 0..=PARTS_MAX {
        if rest.strip_prefix(b"--").is_some() {
            return Some((fields, file));
        }
        let part = rest.strip_prefix(b"\r\n")?;
        let end = find(part, mark.as_bytes())?;
        let (inside, after) = (part.get(..end)?, part.get(end + mark.len()..)?);
        rest = after;
        let head_end = find(inside.get(..HEAD_BYTES_MAX.min(inside.len()))?, b"\r\n\r\n")?;
        let (head, content) = (inside.get(..head_end)?, inside.get(head_end + 4..)?);
        let (name, called) = named(std::str::from_utf8(head).ok()?)?;
        match called {
            Some(called) if !called.is_empty() => {
                let upload = Upload { name: shown(&called), bytes: content.to_vec() };
                if file.replace(upload).is_some() {
                    return None;
                }
            }
            // A field for a file in which none was chosen.
            Some(_) => {}
            None => {
                let text = std::str::from_utf8(content).ok()?.replace("\r\n", "\n");
                if fields.insert(name, text).is_some() {
                    return None;
                }
            }
        }
    }
    None
}

/// A part's name, and what its file is called if it is one.
fn named(head: &str) -> Option<(String, Option<String>)> {
    let line = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-disposition").then_some(value.trim())
    })?;
    let rest = line.strip_prefix("form-data")?;
    Some((quoted(rest, "; name=\"")?, quoted(rest, "; filename=\"")))
}

/// What stands between quotes behind a beginning; browsers write a quote within as `%22`.
fn quoted(text: &str, begin: &str) -> Option<String> {
    let from = text.find(begin)? + begin.len();
    let inside = text.get(from..)?;
    inside.find('"').and_then(|end| inside.get(..end)).map(|found| found.replace("%22", "\""))
}

/// A file's name without what folders it was in, and without what cannot be shown.
fn shown(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect()
}

/// Where something stands first.
fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    let first = *what.first()?;
    let mut from = 0;
    loop {
        let at = from + within.get(from..)?.iter().position(|byte| *byte == first)?;
        if within.get(at..)?.starts_with(what) {
            return Some(at);
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "--x1\r\nContent-Disposition: form-data; name=\"form_token\"\r\n\r\nabc\r\n\
        --x1\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\none\r\ntwo\r\n\
        --x1\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\\\a\\\\pay.xml\"\r\nContent-Type: text/xml\r\n\r\n<a>\r\n--x\r\n</a>\r\n\
        --x1--\r\n";

    #[test]
    fn a_form_with_a_file_is_read() {
        let (fields, file) = read("x1", BODY.as_bytes()).unwrap();
        assert_eq!(fields["form_token"], "abc");
        assert_eq!(fields["text"], "one\ntwo");
        let wanted = Upload { name: "pay.xml".into(), bytes: b"<a>\r\n--x\r\n</a>".to_vec() };
        assert_eq!(file, Some(wanted));
        let none = BODY.replace("C:\\\\a\\\\pay.xml", "");
        assert_eq!(read("x1", none.as_bytes()).unwrap().1, None);
    }

    #[test]
    fn what_is_cut_or_doubled_is_refused() {
        for end in 0..BODY.len() - 4 {
            assert_eq!(read("x1", &BODY.as_bytes()[..end]), None, "{end}");
        }
        assert_eq!(read("x2", BODY.as_bytes()), None);
        let doubled = BODY.replace("\"text\"", "\"form_token\"");
        assert_eq!(read("x1", doubled.as_bytes()), None);
    }

    /// Any bytes may come.
    #[test]
    fn no_bytes_make_it_panic() {
        let mut seed = 7_u64;
        for _ in 0..20_000 {
            let mut bytes = BODY.as_bytes().to_vec();
            for _ in 0..4 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let at = (seed >> 33) as usize % bytes.len();
                match seed >> 61 {
                    0 => bytes.truncate(at.max(1)),
                    1 => drop(bytes.remove(at)),
                    _ => bytes[at] = (seed >> 24) as u8,
                }
                if bytes.is_empty() {
                    bytes.push(b'-');
                }
            }
            let _ = read("x1", &bytes);
        }
    }

    #[test]
    fn a_boundary_is_taken_as_it_is_named() {
        assert_eq!(boundary_of("multipart/form-data; boundary=----x1"), Some("----x1"));
        assert_eq!(boundary_of("multipart/form-data; boundary=\"a b\""), None);
        assert_eq!(boundary_of("multipart/form-data"), None);
        assert_eq!(boundary_of("text/plain; boundary=x"), None);
    }
}
