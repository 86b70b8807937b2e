//! The borders between crates: who may depend on whom, that each outside dependency carries its reason, and
//! that each crate is on the map.

use super::Finding;
use super::tree::Tree;

/// Crate -> the crates of ours it may use. A test that needs more belongs to a crate further right, or stands
/// with its reason in [`TESTS_MAY_USE`].
const MAY_USE: [(&str, &[&str]); 19] = [
    ("terms", &[]),
    ("proof", &[]),
    ("forest", &[]),
    ("engine", &["terms", "forest"]),
    ("journal", &["terms", "proof"]),
    ("node", &["terms", "engine", "proof", "journal"]),
    ("rulebook", &["terms", "engine"]),
    ("history", &["terms", "proof", "journal", "rulebook"]),
    ("api", &["terms", "engine", "proof", "journal", "node", "access", "iso20022"]),
    ("channels", &["terms", "history"]),
    ("pages", &["terms", "access", "api"]),
    ("screening", &[]),
    ("access", &["terms"]),
    ("iso20022", &["terms"]),
    ("city", &["terms"]),
    ("models", &["forest"]),
    (
        "tongjian",
        &[
            "terms",
            "engine",
            "proof",
            "journal",
            "node",
            "rulebook",
            "history",
            "api",
            "access",
            "channels",
            "pages",
            "screening",
            "access",
            "iso20022",
            "city",
            "forest",
            "models",
        ],
    ),
    (
        "sim",
        &[
            "terms",
            "forest",
            "engine",
            "proof",
            "journal",
            "node",
            "screening",
            "iso20022",
            "city",
            "history",
            "tongjian",
        ],
    ),
    ("xtask", &[]),
];

/// Crate -> what its tests use beyond that.
const TESTS_MAY_USE: [(&str, &[&str]); 2] = [
    // The tables are compared with a real bank: what its engine decided and its node answered.
    ("history", &["engine", "node"]),
    // The town's own books are compared with a second opinion: the engine's.
    ("city", &["engine"]),
];

/// One dependency as a manifest writes it.
struct Dependency<'a> {
    name: &'a str,
    line: usize,
    from_workspace: bool,
    only_tests: bool,
}

impl Dependency<'_> {
    /// True when a test of `member` may use it although its code may not.
    fn is_for_a_test_of(&self, member: &str) -> bool {
        let listed = TESTS_MAY_USE.iter().find(|(name, _)| *name == member);
        self.only_tests && listed.is_some_and(|(_, more)| more.contains(&self.name))
    }
}

/// A crate that depends against the arrows, or has no place among them.
pub fn against_the_arrows(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in manifests(tree) {
        let name = package_name(text);
        let Some((_, allowed)) = MAY_USE.iter().find(|(member, _)| *member == name) else {
            let says = format!(
                "crate `{name}` has no place among the arrows; give it one in tidy/arrows.rs"
            );
            found.push(Finding::new(path, 1, says));
            continue;
        };
        for dependency in dependencies(text) {
            let ours = MAY_USE.iter().any(|(member, _)| *member == dependency.name);
            // A crate may name itself: its tests switch on what only tests need.
            let fits = dependency.name == name || allowed.contains(&dependency.name);
            if ours && !fits && !dependency.is_for_a_test_of(name) {
                let says = format!("`{name}` depends on `{}`, against the arrows", dependency.name);
                found.push(Finding::new(path, dependency.line, says));
            }
        }
    }
    found
}

/// An outside dependency without a comment above it, or one that avoids the list where reasons stand.
pub fn dependencies_without_reason(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in manifests(tree) {
        for dependency in dependencies(text).filter(|dependency| !dependency.from_workspace) {
            let says =
                format!("`{}` belongs to the root Cargo.toml, with its reason", dependency.name);
            found.push(Finding::new(path, dependency.line, says));
        }
    }
    let root = tree.text("Cargo.toml").unwrap_or_default();
    let mut explained = "";
    for line in lines_of_section(root, |section| section == "workspace.dependencies") {
        let Some(name) = key(line.text) else { continue };
        // One reason covers a family: `clap` speaks for `clap_complete` below it.
        let family = !explained.is_empty() && name.starts_with(explained);
        if line.above.starts_with('#') {
            explained = name;
        } else if !family && !line.text.contains("path = ") {
            let says = format!("`{name}` has no reason above it");
            found.push(Finding::new("Cargo.toml", line.number, says));
        }
    }
    found
}

/// A crate that ARCHITECTURE.md does not speak of.
pub fn crates_missing_from_the_map(tree: &Tree) -> Vec<Finding> {
    let map = tree.text("ARCHITECTURE.md").unwrap_or_default();
    let missing = |name: &str| !map.contains(&format!("`{name}`"));
    manifests(tree)
        .map(|(path, text)| (path, package_name(text)))
        .filter(|(_, name)| missing(name))
        .map(|(path, name)| {
            Finding::new(path, 1, format!("`{name}` is missing from ARCHITECTURE.md"))
        })
        .collect()
}

/// The manifests of the workspace's members. What lies in `fuzz` and `bench` is a workspace of its own and answers to
/// nobody here.
fn manifests(tree: &Tree) -> impl Iterator<Item = (&str, &str)> {
    let apart = |path: &str| path.starts_with("fuzz/") || path.starts_with("bench/");
    tree.texts().filter(move |(path, text)| {
        path.ends_with("/Cargo.toml") && !apart(path) && text.contains("[package]")
    })
}

fn package_name(manifest: &str) -> &str {
    let line = manifest.lines().find_map(|line| line.strip_prefix("name = \""));
    line.and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

/// All dependencies of a manifest, of every kind.
fn dependencies(manifest: &str) -> impl Iterator<Item = Dependency<'_>> {
    let kinds = ["dependencies", "dev-dependencies", "build-dependencies"];
    let section =
        move |section: &str| kinds.iter().any(|kind| section.rsplit('.').next() == Some(kind));
    lines_of_section(manifest, section).filter_map(|Line { section, number, text, .. }| {
        let from_workspace = text.contains(".workspace") || text.contains("workspace = true");
        let only_tests = section.ends_with("dev-dependencies");
        key(text).map(|name| Dependency { name, line: number, from_workspace, only_tests })
    })
}

/// One line of a section of a manifest.
struct Line<'a> {
    section: &'a str,
    /// From 1.
    number: usize,
    text: &'a str,
    /// The line before it.
    above: &'a str,
}

/// Lines of the sections that `wanted` accepts.
fn lines_of_section<'a>(
    manifest: &'a str,
    wanted: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = Line<'a>> {
    let above = std::iter::once("").chain(manifest.lines());
    let mut section = "";
    manifest.lines().zip(above).enumerate().filter_map(move |(i, (text, above))| {
        if let Some(begins) = text.strip_prefix('[') {
            section = begins.trim_end_matches(']');
            return None;
        }
        wanted(section).then_some(Line { section, number: i + 1, text, above })
    })
}

fn key(line: &str) -> Option<&str> {
    let end = line.find(|c: char| !(c.is_alphanumeric() || "_-".contains(c)))?;
    (end > 0).then(|| &line[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_against_the_arrows_is_found_also_in_tests() {
        let tree = Tree::of(&[
            (
                "crates/terms/Cargo.toml",
                "[package]\nname = \"terms\"\n[dependencies]\nengine.workspace = true\n",
            ),
            (
                "crates/engine/Cargo.toml",
                "[package]\nname = \"engine\"\n[dependencies]\nterms.workspace = true\n",
            ),
            (
                "crates/node/Cargo.toml",
                "[package]\nname = \"node\"\n[dev-dependencies]\nsim = { workspace = true }\n",
            ),
        ]);
        let found = against_the_arrows(&tree);
        let says: Vec<&str> = found.iter().map(|finding| finding.says.as_str()).collect();
        assert_eq!(
            says,
            [
                "`node` depends on `sim`, against the arrows",
                "`terms` depends on `engine`, against the arrows"
            ]
        );
    }

    #[test]
    fn what_only_tests_may_use_is_found_in_code() {
        let manifest =
            |kind: &str| format!("[package]\nname = \"city\"\n[{kind}]\nengine.workspace = true\n");
        let found = |kind: &str| {
            against_the_arrows(&Tree::of(&[("crates/city/Cargo.toml", &manifest(kind))])).len()
        };
        assert_eq!([found("dev-dependencies"), found("dependencies")], [0, 1]);
    }

    #[test]
    fn a_crate_nobody_placed_is_found() {
        let tree = Tree::of(&[("crates/new/Cargo.toml", "[package]\nname = \"new\"\n")]);
        assert_eq!(against_the_arrows(&tree).len(), 1);
        assert_eq!(crates_missing_from_the_map(&tree).len(), 1);
    }

    #[test]
    fn a_crate_on_the_map_is_not_missing() {
        let manifest = "[package]\nname = \"terms\"\n";
        let tree = Tree::of(&[
            ("crates/terms/Cargo.toml", manifest),
            ("ARCHITECTURE.md", "`terms`: words"),
        ]);
        assert_eq!(crates_missing_from_the_map(&tree), []);
    }

    #[test]
    fn a_dependency_without_reason_is_found_and_families_share_one() {
        let root = "[workspace.dependencies]\nterms = { path = \"crates/terms\" }\n\
                    # Command line.\nclap = \"4\"\nclap_complete = \"4\"\nlost = \"1\"\n";
        let member = "[package]\nname = \"engine\"\n[dependencies]\nrand = \"0.9\"\n";
        let tree = Tree::of(&[("Cargo.toml", root), ("crates/engine/Cargo.toml", member)]);
        let found = dependencies_without_reason(&tree);
        let places: Vec<_> =
            found.iter().map(|finding| (finding.path.as_str(), finding.line)).collect();
        assert_eq!(places, [("crates/engine/Cargo.toml", 4), ("Cargo.toml", 6)]);
    }
}
