//! The text files of the project as the rules see them, read from a folder or written down in a test.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use super::source::Source;

/// Folders that are not ours to judge: history, builds, and ledgers made by trying the program.
const NOT_OURS: [&str; 5] = [".git", ".cache", "target", "node_modules", "corpus"];

/// What we write by hand. Anything else (keys, vectors, images) has no rules here.
const TEXT: [&str; 12] =
    ["rs", "md", "toml", "sh", "py", "sql", "html", "css", "js", "play", "txt", "yml"];

/// Path with `/` from the root of the project -> text.
#[derive(Default)]
pub struct Tree {
    texts: BTreeMap<String, String>,
    sources: BTreeMap<String, Source>,
}

impl Tree {
    /// Reads all text files under `root`.
    pub fn read(root: &Path) -> io::Result<Tree> {
        let mut tree = Tree::default();
        tree.read_folder(root, "")?;
        Ok(tree)
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = format!("{prefix}{name}");
            if entry.file_type()?.is_dir() {
                let built = entry.path().join("CACHEDIR.TAG").exists();
                if !built && !NOT_OURS.contains(&name.as_str()) && !name.ends_with(".tj") {
                    self.read_folder(&entry.path(), &format!("{path}/"))?;
                }
            } else if is_text(&path) {
                // A file may vanish between the listing and the reading while somebody else works here.
                match fs::read(entry.path()) {
                    Ok(bytes) => self.insert(&path, &String::from_utf8_lossy(&bytes)),
                    Err(gone) if gone.kind() == io::ErrorKind::NotFound => {}
                    Err(other) => return Err(other),
                }
            } else {
                self.texts.insert(path, String::new());
            }
        }
        Ok(())
    }

    fn insert(&mut self, path: &str, text: &str) {
        self.texts.insert(path.to_owned(), text.to_owned());
        if path.ends_with(".rs") {
            self.sources.insert(path.to_owned(), Source::read(path, text));
        }
    }

    /// A tree written down in a test.
    #[cfg(test)]
    pub fn of(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        files.iter().for_each(|(path, text)| tree.insert(path, text));
        tree
    }

    /// Number of files.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Every file and its text; files that are not text are empty here.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The text of one file.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Rust files with code, comments and tests told apart.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.sources.iter().map(|(path, source)| (path.as_str(), source))
    }

    /// True for a file, and for a folder that holds one.
    pub fn has(&self, path: &str) -> bool {
        let folder = format!("{}/", path.trim_end_matches('/'));
        self.texts.contains_key(path) || self.texts.keys().any(|file| file.starts_with(&folder))
    }
}

fn is_text(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| TEXT.contains(&ending))
        || path.ends_with(".ci/run")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_exists_when_a_file_in_it_does() {
        let tree = Tree::of(&[("docs/style.md", "")]);
        assert!(tree.has("docs") && tree.has("docs/") && tree.has("docs/style.md"));
        assert!(!tree.has("doc") && !tree.has("docs/style"));
    }
}
