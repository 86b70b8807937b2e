//! Modules of a crate use each other in one direction. A ring is named with the line that closes each arrow.
//! A parent and what it contains are one story and may speak to each other; tests may reach anywhere.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use super::paths::{Module, Names, mentions};
use super::source::Source;
use super::tree::Tree;

/// For each parent: which of its children uses which other, and where.
type Arrows = BTreeMap<String, BTreeMap<String, (String, usize)>>;

/// Rings among the modules of each crate.
pub fn rings(tree: &Tree) -> Vec<Finding> {
    let mut crates: BTreeMap<&str, Vec<(Module, &str, &Source)>> = BTreeMap::new();
    for (path, source) in tree.sources() {
        if let Some((home, module)) = module_of(path) {
            crates.entry(home).or_default().push((module, path, source));
        }
    }
    crates.values().flat_map(|files| rings_of_crate(files)).collect()
}

/// `crates/x/src/a/b.rs` is module `a::b` of `crates/x`. Programs beside the library are crates of their own.
fn module_of(path: &str) -> Option<(&str, Module)> {
    let (home, inside) = path.split_once("/src/")?;
    let stem = inside.strip_suffix(".rs")?;
    if stem.starts_with("bin/") {
        return None;
    }
    let stem = stem.strip_suffix("/mod").unwrap_or(stem);
    let module = if ["lib", "main"].contains(&stem) { "" } else { stem };
    Some((home, module.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect()))
}

fn rings_of_crate(files: &[(Module, &str, &Source)]) -> Vec<Finding> {
    let mut names = Names::default();
    for (module, _, _) in files {
        names.modules.extend((0..=module.len()).map(|parts| module[..parts].to_vec()));
    }
    let all: Vec<_> =
        files.iter().map(|(module, path, s)| (module, *path, mentions(module, s))).collect();
    for (module, _, mentions) in &all {
        let passed_on = names.passed_on.entry((*module).clone()).or_default();
        for mention in mentions {
            if let Some(alias) = &mention.alias {
                passed_on.insert(alias.clone(), mention.path.clone());
            }
        }
    }
    for (module, _, source) in files {
        let own = own_children(module, source, &names);
        names.passed_on.entry(module.clone()).or_default().extend(own);
    }
    let mut parents: BTreeMap<Module, Arrows> = BTreeMap::new();
    for (from, path, mentions) in &all {
        for mention in mentions {
            let to = names.resolve(&mention.path);
            let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
            if shared == from.len() || shared == to.len() {
                continue;
            }
            let arrows = parents.entry(from[..shared].to_vec()).or_default();
            let targets = arrows.entry(from[shared].clone()).or_default();
            targets.entry(to[shared].clone()).or_insert_with(|| ((*path).to_owned(), mention.line));
        }
    }
    parents.values().flat_map(rings_among).collect()
}

/// Names a module passes on from its children by `use child::Name`, which need no `self::` in front.
fn own_children(module: &Module, source: &Source, names: &Names) -> Vec<(String, Vec<String>)> {
    let mut found = Vec::new();
    for statement in
        source.code.split(';').filter_map(|text| text.rsplit_once("use ").map(|(_, path)| path))
    {
        let child: String =
            statement.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let mut path = module.clone();
        path.push(child);
        if !names.modules.contains(&path) {
            continue;
        }
        let text = format!("use self::{statement};");
        for mention in mentions(module, &Source::read("", &text)) {
            found.extend(mention.alias.map(|alias| (alias, mention.path)));
        }
    }
    found
}

/// Each ring once: the shortest way from a module back to itself, told from its first name.
fn rings_among(arrows: &Arrows) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut told = BTreeSet::new();
    for start in arrows.keys() {
        let Some(ring) = shortest_ring(arrows, start) else { continue };
        let members: BTreeSet<&String> = ring.iter().copied().collect();
        if !told.insert(members) {
            continue;
        }
        let mut says = format!("modules use each other in a ring: {start}");
        let mut place = None;
        for (from, to) in ring.iter().zip(ring.iter().cycle().skip(1)) {
            let (path, line) = &arrows[*from][*to];
            says += &format!(" -> {to} ({path}:{line})");
            place.get_or_insert((path, *line));
        }
        if let Some((path, line)) = place {
            found.push(Finding::new(path, line, says));
        }
    }
    found
}

fn shortest_ring<'a>(arrows: &'a Arrows, start: &'a String) -> Option<Vec<&'a String>> {
    let mut ways: Vec<Vec<&String>> = vec![vec![start]];
    let mut seen = BTreeSet::new();
    while !ways.is_empty() {
        let mut longer = Vec::new();
        for way in ways {
            let last = way.last()?;
            for next in arrows.get(*last).into_iter().flat_map(BTreeMap::keys) {
                if next == start {
                    return Some(way);
                }
                if seen.insert(next) {
                    let mut further = way.clone();
                    further.push(next);
                    longer.push(further);
                }
            }
        }
        ways = longer;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_of_two_is_found_once_with_both_lines() {
        let tree = Tree::of(&[
            ("crates/x/src/lib.rs", "mod a;\nmod b;\n"),
            ("crates/x/src/a.rs", "use crate::b::B;\n"),
            ("crates/x/src/b.rs", "\nfn f() { super::a::g() }\n"),
        ]);
        let found = rings(&tree);
        assert_eq!(found.len(), 1);
        let says = &found[0].says;
        assert!(
            says.ends_with("a -> b (crates/x/src/a.rs:1) -> a (crates/x/src/b.rs:2)"),
            "{says}"
        );
    }

    #[test]
    fn a_ring_through_a_name_the_root_passes_on_is_found() {
        let tree = Tree::of(&[
            ("crates/x/src/lib.rs", "mod a;\nmod b;\npub use a::A;\npub use crate::b::{B, C};\n"),
            ("crates/x/src/a.rs", "use crate::C;\n"),
            ("crates/x/src/b.rs", "use crate::A;\n"),
        ]);
        assert_eq!(rings(&tree).len(), 1);
    }

    #[test]
    fn a_ring_of_three_between_folders_is_found() {
        let tree = Tree::of(&[
            ("crates/x/src/lib.rs", ""),
            ("crates/x/src/a/one.rs", "use crate::b::B;\n"),
            ("crates/x/src/b.rs", "use crate::c::two::T;\n"),
            ("crates/x/src/c/two.rs", "use super::super::a::one::O;\n"),
        ]);
        assert_eq!(rings(&tree).len(), 1);
    }

    #[test]
    fn one_direction_parents_and_tests_are_no_rings() {
        let tree = Tree::of(&[
            ("crates/x/src/lib.rs", "mod a;\n"),
            ("crates/x/src/a.rs", "mod c;\nuse self::c::C;\npub struct A;\n"),
            ("crates/x/src/a/c.rs", "use super::A;\nuse crate::b::B;\n"),
            (
                "crates/x/src/b.rs",
                "#[cfg(test)]\nmod tests {\n    use crate::a::A;\n    use super::*;\n}\n",
            ),
        ]);
        assert_eq!(rings(&tree), []);
    }
}
