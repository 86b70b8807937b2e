//! Finds which module a Rust path leads to: reads `crate::`, `super::` and `self::` paths, also inside
//! braces, and follows names that a module passes on with `use`.

use std::collections::{BTreeMap, BTreeSet};

use super::lexer::is_word;
use super::source::{Source, find_word, line_of};

/// A module as the names from the root of its crate; the root itself is empty.
pub type Module = Vec<String>;

/// A path as written in a file, made absolute from the crate's root.
#[derive(Debug, PartialEq, Eq)]
pub struct Mention {
    pub line: usize,
    pub path: Vec<String>,
    /// The name it gets here, when it is written in a `use`.
    pub alias: Option<String>,
}

/// All paths in the non-test code of a file that start at `crate`, `super` or `self`.
pub fn mentions(module: &Module, source: &Source) -> Vec<Mention> {
    let code = &source.code;
    let mut found = Vec::new();
    for start in ["crate", "super", "self"] {
        for at in find_word(code, start) {
            let line = line_of(code, at);
            let after = &code[at + start.len()..];
            // A later part of a path that is read from its start, or not a path at all.
            let inside = code[..at].trim_end().ends_with("::") || code[..at].ends_with('$');
            if inside || !after.trim_start().starts_with("::") || source.is_test(line) {
                continue;
            }
            let mut here = module.clone();
            here.extend(enclosing(source, line));
            let in_use = is_in_use(code, at);
            for (path, alias) in read_path(&code[at..]) {
                if let Some(path) = absolute(&here, &path) {
                    found.push(Mention { line, path, alias: alias.filter(|_| in_use) });
                }
            }
        }
    }
    found
}

/// Names of the modules written inside the file around a line, outermost first.
fn enclosing(source: &Source, line: usize) -> impl Iterator<Item = String> {
    let around = source.inline_modules.iter().filter(move |m| (m.first..=m.last).contains(&line));
    around.map(|m| m.name.clone())
}

fn is_in_use(code: &str, at: usize) -> bool {
    let statement = code[..at].rfind([';', '}']).map_or(0, |end| end + 1);
    find_word(&code[statement..at], "use").next().is_some()
}

/// Reads `a::b::{c, d as e, self}` into its paths, each with the name it ends up under.
fn read_path(code: &str) -> Vec<(Vec<String>, Option<String>)> {
    let mut reader = Reader { code, paths: Vec::new() };
    reader.tree(&[]);
    reader.paths
}

struct Reader<'a> {
    code: &'a str,
    paths: Vec<(Vec<String>, Option<String>)>,
}

impl Reader<'_> {
    fn take(&mut self, text: &str) -> bool {
        let rest = self.code.trim_start();
        let taken = rest.strip_prefix(text);
        self.code = taken.unwrap_or(rest);
        taken.is_some()
    }

    fn name(&mut self) -> String {
        let rest = self.code.trim_start();
        let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        self.code = &rest[end..];
        rest[..end].to_owned()
    }

    fn tree(&mut self, prefix: &[String]) {
        let mut path = prefix.to_vec();
        loop {
            if self.take("{") {
                while !self.take("}") {
                    let before = self.code.len();
                    self.tree(&path);
                    self.take(",");
                    if self.code.len() == before {
                        return;
                    }
                }
                return;
            }
            let name = self.name();
            if name.is_empty() || name == "*" {
                break;
            }
            if name != "self" || path.is_empty() {
                path.push(name);
            }
            if !self.take("::") {
                break;
            }
        }
        let alias = if self.code.trim_start().starts_with("as ") {
            self.take("as");
            Some(self.name())
        } else {
            path.last().cloned()
        };
        self.take("*");
        self.paths.push((path, alias));
    }
}

/// Turns a path that starts at `crate`, `super` or `self` into one from the root.
fn absolute(here: &Module, path: &[String]) -> Option<Vec<String>> {
    let mut at = here.clone();
    let mut rest = path;
    while let Some((first, tail)) = rest.split_first() {
        match first.as_str() {
            "crate" => at.clear(),
            "super" => {
                at.pop()?;
            }
            "self" => {}
            _ => break,
        }
        rest = tail;
    }
    at.extend_from_slice(rest);
    Some(at)
}

/// The modules of one crate and the names each passes on.
#[derive(Default)]
pub struct Names {
    pub modules: BTreeSet<Module>,
    pub passed_on: BTreeMap<Module, BTreeMap<String, Vec<String>>>,
}

impl Names {
    /// The module that holds what an absolute path names.
    pub fn resolve(&self, path: &[String]) -> Module {
        self.resolve_within(path, 8)
    }

    fn resolve_within(&self, path: &[String], hops: usize) -> Module {
        let mut at = Module::new();
        for (i, name) in path.iter().enumerate() {
            let mut child = at.clone();
            child.push(name.clone());
            if self.modules.contains(&child) {
                at = child;
                continue;
            }
            if let (Some(target), true) =
                (self.passed_on.get(&at).and_then(|n| n.get(name)), hops > 0)
            {
                let mut onward = target.clone();
                onward.extend_from_slice(&path[i + 1..]);
                return self.resolve_within(&onward, hops - 1);
            }
            break;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split("::").map(str::to_owned).collect()
    }

    #[test]
    fn nested_uses_are_read_whole() {
        let found = read_path("crate::a::{b::{C, D as E}, self, f::*}; rest");
        let paths: Vec<String> = found.iter().map(|(p, _)| p.join("::")).collect();
        assert_eq!(paths, ["crate::a::b::C", "crate::a::b::D", "crate::a", "crate::a::f"]);
        assert_eq!(found[1].1.as_deref(), Some("E"));
    }

    #[test]
    fn super_is_counted_from_the_module_around_it() {
        let source = Source::read(
            "a.rs",
            "fn f() { super::b::g() }\nmod deep { use super::super::c::H; }\n",
        );
        let found = mentions(&path("a"), &source);
        let paths: Vec<String> = found.iter().map(|m| m.path.join("::")).collect();
        assert_eq!(paths, ["b::g", "c::H"]);
    }

    #[test]
    fn a_passed_on_name_leads_to_its_module() {
        let mut names = Names::default();
        names.modules.extend([path("money"), path("account")]);
        names
            .passed_on
            .entry(Module::new())
            .or_default()
            .insert("Amount".to_owned(), path("money::Amount"));
        assert_eq!(names.resolve(&path("Amount::ZERO")), path("money"));
        assert_eq!(names.resolve(&path("account::Id")), path("account"));
        assert_eq!(names.resolve(&path("unknown")), Module::new());
    }
}
