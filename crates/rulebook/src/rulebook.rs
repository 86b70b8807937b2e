//! All packs under a folder, or none: reads the tree, then every pack, and tells all faults at once.

use crate::fault::{BookRefused, Fault};
use crate::limits::{FOLDERS_DEEP_MAX, PACK_FILES_MAX, PACKS_MAX};
use crate::list::BookList;
use crate::pack::{File, HEAD_FILE, LIST_ENDING, Named, Pack, RULE_ENDING, bytes_max, read_pack};
use crate::rule::{Indicator, QualityRule, RiskRule, Rule};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Packs whose ids, and whose rules' ids, are all different.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rulebook {
    /// In the order of their folders' names.
    pub packs: Vec<Pack>,
}

impl Rulebook {
    /// Every quality rule with its pack.
    pub fn quality(&self) -> impl Iterator<Item = (&Pack, &QualityRule)> {
        self.rules().filter_map(|(pack, rule)| match rule {
            Rule::Quality(rule) => Some((pack, rule)),
            _ => None,
        })
    }

    /// Every indicator with its pack.
    pub fn indicators(&self) -> impl Iterator<Item = (&Pack, &Indicator)> {
        self.rules().filter_map(|(pack, rule)| match rule {
            Rule::Indicator(indicator) => Some((pack, indicator)),
            _ => None,
        })
    }

    /// Every risk rule with its pack.
    pub fn risks(&self) -> impl Iterator<Item = (&Pack, &RiskRule)> {
        self.rules().filter_map(|(pack, rule)| match rule {
            Rule::Risk(rule) => Some((pack, rule)),
            _ => None,
        })
    }

    /// Every list.
    pub fn lists(&self) -> impl Iterator<Item = &BookList> {
        self.packs.iter().flat_map(|pack| &pack.lists)
    }

    /// Every rule with its pack.
    pub fn rules(&self) -> impl Iterator<Item = (&Pack, &Rule)> {
        self.packs.iter().flat_map(|pack| pack.rules.iter().map(move |rule| (pack, rule)))
    }

    /// The rule of an id, with its pack.
    pub fn rule(&self, id: &str) -> Option<(&Pack, &Rule)> {
        self.rules().find(|(_, rule)| rule.id() == id)
    }
}

/// Reads all packs under a folder. A folder with a `pack.toml` is a pack; any other is looked into.
///
/// # Errors
/// Every fault found, of all files; then nothing was loaded.
pub fn load(folder: &Path) -> Result<Rulebook, BookRefused> {
    let mut tree = Tree::default();
    tree.look_into(folder, 1);
    if tree.packs.is_empty() && tree.faults.is_empty() {
        let says = format!("holds no pack: no `{HEAD_FILE}` in it or below it");
        tree.faults.push(Fault::new(&folder.display().to_string(), 0, says));
    }
    let (book, faults) = read(tree.packs);
    tree.faults.extend(faults);
    if tree.faults.is_empty() { Ok(book) } else { Err(BookRefused::new(tree.faults)) }
}

/// The packs of folders and their files that have no fault, and the faults of the others.
pub(crate) fn read(folders: BTreeMap<String, Vec<File>>) -> (Rulebook, Vec<Fault>) {
    let (mut book, mut faults) = (Rulebook::default(), Vec::new());
    let (mut packs, mut rules) = (Names::new("pack"), Names::new("rule"));
    let mut lists = Names::new("list");
    for (folder, files) in folders {
        match read_pack(&folder, files) {
            Ok((pack, named)) => {
                book.packs.push(pack);
                faults.extend(packs.take(named.pack));
                faults.extend(named.rules.into_iter().filter_map(|rule| rules.take(rule)));
                faults.extend(named.lists.into_iter().filter_map(|list| lists.take(list)));
            }
            Err(found) => faults.extend(found),
        }
    }
    (book, faults)
}

/// The names of one kind of thing, each taken once.
struct Names {
    kind: &'static str,
    taken: BTreeMap<String, Named>,
}

impl Names {
    fn new(kind: &'static str) -> Names {
        Names { kind, taken: BTreeMap::new() }
    }

    /// Takes a name; a fault when another has it.
    fn take(&mut self, named: Named) -> Option<Fault> {
        if let Some(first) = self.taken.get(&named.id) {
            let says = format!(
                "the {} id \"{}\" is taken by {}:{}",
                self.kind, named.id, first.file, first.line
            );
            return Some(Fault::new(&named.file, named.line, says));
        }
        self.taken.insert(named.id.clone(), named);
        None
    }
}

/// What was found under a folder.
#[derive(Default)]
struct Tree {
    packs: BTreeMap<String, Vec<File>>,
    faults: Vec<Fault>,
}

impl Tree {
    fn look_into(&mut self, folder: &Path, depth: usize) {
        let name = folder.display().to_string();
        let inside = match listing(folder) {
            Ok(inside) => inside,
            Err(error) => return self.fault(&name, format!("cannot be read: {error}")),
        };
        if inside.iter().any(|path| name_of(path) == HEAD_FILE) {
            return self.take_pack(name, &inside);
        }
        for path in inside {
            if path.is_dir() {
                if depth == FOLDERS_DEEP_MAX {
                    let says = format!("lies deeper than {FOLDERS_DEEP_MAX} folders");
                    self.fault(&path.display().to_string(), says);
                } else {
                    self.look_into(&path, depth + 1);
                }
            } else if [RULE_ENDING, LIST_ENDING].iter().any(|end| name_of(&path).ends_with(end)) {
                let says = format!("belongs to no pack: there is no `{HEAD_FILE}` beside it");
                self.fault(&path.display().to_string(), says);
            }
        }
    }

    fn take_pack(&mut self, folder: String, inside: &[PathBuf]) {
        if self.packs.len() == PACKS_MAX {
            return self.fault(&folder, format!("is one more than the {PACKS_MAX} packs allowed"));
        }
        let mut files = Vec::new();
        // One more than allowed is enough to be refused for it.
        for path in inside.iter().take(PACK_FILES_MAX + 1) {
            let name = path.display().to_string();
            if path.is_dir() {
                self.fault(&name, "a pack holds no folder");
                continue;
            }
            match bytes_of(path) {
                Ok(bytes) => files.push((name_of(path), bytes)),
                Err(error) => self.fault(&name, format!("cannot be read: {error}")),
            }
        }
        self.packs.insert(folder, files);
    }

    fn fault(&mut self, file: &str, says: impl Into<String>) {
        self.faults.push(Fault::new(file, 0, says));
    }
}

/// What lies in a folder, by name.
fn listing(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut inside = Vec::new();
    for entry in fs::read_dir(folder)? {
        inside.push(entry?.path());
    }
    inside.sort();
    Ok(inside)
}

/// The bytes of a file, and at most one more than allowed, for which it will be refused.
fn bytes_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = bytes_max(&name_of(path)) as u64;
    fs::File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
