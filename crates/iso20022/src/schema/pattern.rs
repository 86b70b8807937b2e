//! The patterns of the schemas: characters, classes, groups and counts. Each piece takes as much as it can and gives
//! nothing back; in all patterns used there, that finds a match whenever there is one.

/// A pattern that the whole text must match.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
struct Piece {
    atom: Atom,
    min: usize,
    max: usize,
}

#[derive(Clone, Debug)]
enum Atom {
    Class(Vec<(char, char)>),
    Group(Pattern),
}

impl Pattern {
    /// The pattern a schema writes.
    pub fn read(written: &str) -> Result<Pattern, String> {
        let mut rest = written;
        let pattern = pieces(&mut rest).ok_or_else(|| format!("the pattern `{written}`"))?;
        if rest.is_empty() { Ok(pattern) } else { Err(format!("the pattern `{written}`")) }
    }

    /// True when all of `text` fits.
    pub fn fits(&self, text: &str) -> bool {
        self.after(text) == Some("")
    }

    fn after<'t>(&self, text: &'t str) -> Option<&'t str> {
        let mut rest = text;
        for piece in &self.pieces {
            let mut count = 0;
            while count < piece.max {
                let Some(after) = piece.atom.after(rest) else { break };
                rest = after;
                count += 1;
            }
            if count < piece.min {
                return None;
            }
        }
        Some(rest)
    }
}

impl Atom {
    fn after<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Atom::Group(pattern) => pattern.after(text),
            Atom::Class(ranges) => {
                let character = text.chars().next()?;
                let fits = ranges.iter().any(|(low, high)| (*low..=*high).contains(&character));
                if fits { text.get(character.len_utf8()..) } else { None }
            }
        }
    }
}

fn take(rest: &mut &str) -> Option<char> {
    let character = rest.chars().next()?;
    *rest = rest.get(character.len_utf8()..)?;
    Some(character)
}

fn pieces(rest: &mut &str) -> Option<Pattern> {
    let mut pieces = Vec::new();
    while !rest.is_empty() && !rest.starts_with(')') {
        let atom = match take(rest)? {
            '(' => {
                let group = self::pieces(rest)?;
                (take(rest)? == ')').then_some(Atom::Group(group))?
            }
            '[' => Atom::Class(class(rest)?),
            '\\' => {
                let character = take(rest)?;
                Atom::Class(vec![(character, character)])
            }
            '.' | '*' | '+' | '?' | '|' | '^' | '$' => return None,
            character => Atom::Class(vec![(character, character)]),
        };
        let (min, max) = count(rest)?;
        pieces.push(Piece { atom, min, max });
    }
    Some(Pattern { pieces })
}

fn class(rest: &mut &str) -> Option<Vec<(char, char)>> {
    let mut ranges = Vec::new();
    loop {
        let low = match take(rest)? {
            ']' => return Some(ranges),
            '^' => return None,
            '\\' => take(rest)?,
            character => character,
        };
        if rest.starts_with('-') && !rest.starts_with("-]") {
            take(rest)?;
            ranges.push((low, take(rest)?));
        } else {
            ranges.push((low, low));
        }
    }
}

fn count(rest: &mut &str) -> Option<(usize, usize)> {
    let Some(after) = rest.strip_prefix('{') else { return Some((1, 1)) };
    let (inside, after) = after.split_once('}')?;
    *rest = after;
    let (min, max) = inside.split_once(',').unwrap_or((inside, inside));
    Some((min.parse().ok()?, max.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_patterns_of_the_schemas_fit_what_they_should() {
        let cases: [(&str, &[&str], &[&str]); 5] = [
            (
                "[A-Z0-9]{4,4}[A-Z]{2,2}[A-Z0-9]{2,2}([A-Z0-9]{3,3}){0,1}",
                &["DEUTDEFF", "DEUTDEFF500"],
                &["DEUTDEF", "DEUTDEFF5", "DEUTDEFF5000", "deutdeff", "DEUT1EFF"],
            ),
            (r"\+[0-9]{1,3}-[0-9()+\-]{1,30}", &["+49-(0)30-1"], &["49-1", "+49-", "+1234-5"]),
            (r"[\+]{0,1}[0-9]{1,15}", &["+1", "1"], &["++1", "+", "1234567890123456"]),
            (
                "[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}",
                &["eb6305c9-1f7f-49de-aed0-16487c27b42d"],
                &["eb6305c9-1f7f-39de-aed0-16487c27b42d", "EB6305C9-1f7f-49de-aed0-16487c27b42d"],
            ),
            ("[A-Z]{6,6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3,3}){0,1}", &["UBSWCHZH80A"], &["UBSWCHZO"]),
        ];
        for (written, good, bad) in cases {
            let pattern = Pattern::read(written).unwrap();
            good.iter().for_each(|text| assert!(pattern.fits(text), "{written} {text}"));
            bad.iter().for_each(|text| assert!(!pattern.fits(text), "{written} {text}"));
        }
        assert!(Pattern::read("a|b").is_err() && Pattern::read("[a").is_err());
    }
}
