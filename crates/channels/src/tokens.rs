//! Who may come in: names with tokens, in one small file of the bank, a line each. A token is shown once, when
//! it is made; the file holds its hash. The file is read again when it has changed, so that what is removed
//! is shut out at the next call. A token's name is what the journal writes down as the asker.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use terms::Day;

/// Bytes of a name at most.
pub const NAME_BYTES_MAX: usize = 64;
/// Where the file lies in a bank's folder.
pub const FILE: &str = "keys/tokens";
/// What every token begins with, so that one that is found lying about is known for what it is.
const PREFIX: &str = "tj_";
/// What stands above the tokens.
const REMARK: &str =
    "# Who may ask over the wire: name, SHA-256 of the token, and until when. See `tj token`.\n";

/// One who may come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Who.
    pub name: Arc<str>,
    /// The last day on which it is taken, in UTC; for ever if `None`.
    pub expires: Option<Day>,
    hash: [u8; 32],
}

/// What is wrong with tokens.
#[derive(Debug)]
pub enum TokensFailed {
    /// The file cannot be read or written.
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line of the file is not a token.
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
    /// It may not be called that.
    Name,
    /// There is one of that name.
    Taken,
}

impl fmt::Display for TokensFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokensFailed::File { path, .. } => write!(f, "cannot use {}", path.display()),
            TokensFailed::Line { path, line } => {
                write!(f, "line {line} of {} is not `NAME SHA256 [expires=DATE]`", path.display())
            }
            TokensFailed::Name => write!(
                f,
                "a token's name has 1 to {NAME_BYTES_MAX} of the characters a-z, 0-9, '-', '_' and '.'"
            ),
            TokensFailed::Taken => f.write_str("there is a token of that name"),
        }
    }
}

impl std::error::Error for TokensFailed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TokensFailed::File { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// By what a file is known to be the one that was read.
type Stamp = (u64, u64, i64, i64);

/// The tokens of a bank.
#[derive(Debug)]
pub struct Tokens {
    path: PathBuf,
    known: RwLock<(Option<Stamp>, Arc<Vec<Token>>)>,
}

impl Tokens {
    /// The tokens of the bank in a folder. Nothing is read yet.
    pub fn of_bank(folder: &Path) -> Tokens {
        Tokens { path: folder.join(FILE), known: RwLock::new((None, Arc::new(Vec::new()))) }
    }

    /// All of them, in the order they were made.
    ///
    /// # Errors
    /// The file cannot be read or is not as it should be.
    pub fn all(&self) -> Result<Arc<Vec<Token>>, TokensFailed> {
        let stamp = match fs::metadata(&self.path) {
            Ok(file) => (file.ino(), file.len(), file.mtime(), file.mtime_nsec()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Arc::default()),
            Err(error) => return Err(self.failed(error)),
        };
        {
            let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
            if known.0 == Some(stamp) {
                return Ok(Arc::clone(&known.1));
            }
        }
        // What is read after the stamp may be newer than it; then the next call reads once more.
        let tokens = Arc::new(self.read()?);
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        *known = (Some(stamp), Arc::clone(&tokens));
        Ok(tokens)
    }

    /// Whose token this is, on a day; `None` if it is nobody's.
    ///
    /// # Errors
    /// The file cannot be read or is not as it should be.
    pub fn whose(&self, token: &str, today: Day) -> Result<Option<Arc<str>>, TokensFailed> {
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let mut found = None;
        // Every token is compared, whole, so that time says nothing about which or how nearly.
        for known in self.all()?.iter() {
            if same(&hash, &known.hash) && known.expires.is_none_or(|last| today <= last) {
                found = Some(Arc::clone(&known.name));
            }
        }
        Ok(found)
    }

    /// Makes a token and gives it: the only time it is seen. `secret` comes from the system's randomness.
    ///
    /// # Errors
    /// The name is not one, or is taken; the disk's.
    pub fn add(
        &self,
        name: &str,
        expires: Option<Day>,
        secret: &[u8; 32],
    ) -> Result<String, TokensFailed> {
        if !is_name(name) {
            return Err(TokensFailed::Name);
        }
        let _alone = self.lock()?;
        let mut tokens = self.read()?;
        if tokens.iter().any(|token| &*token.name == name) {
            return Err(TokensFailed::Taken);
        }
        let token = format!("{PREFIX}{}", BASE64_URL_SAFE_NO_PAD.encode(secret));
        let hash = Sha256::digest(token.as_bytes()).into();
        tokens.push(Token { name: name.into(), expires, hash });
        self.write(&tokens)?;
        Ok(token)
    }

    /// Removes a token; says whether there was one.
    ///
    /// # Errors
    /// The disk's.
    pub fn remove(&self, name: &str) -> Result<bool, TokensFailed> {
        let _alone = self.lock()?;
        let mut tokens = self.read()?;
        let before = tokens.len();
        tokens.retain(|token| &*token.name != name);
        let removed = tokens.len() < before;
        if removed {
            self.write(&tokens)?;
        }
        Ok(removed)
    }

    /// Held while the file is changed; the folder is what everybody who changes it has in common.
    fn lock(&self) -> Result<File, TokensFailed> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let locked = File::open(folder).and_then(|folder| folder.lock().map(|()| folder));
        locked.map_err(|error| self.failed(error))
    }

    fn read(&self) -> Result<Vec<Token>, TokensFailed> {
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.failed(error)),
        };
        let mut tokens = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let wrong = || TokensFailed::Line { path: self.path.clone(), line: at + 1 };
            tokens.push(parse(line).ok_or_else(wrong)?);
        }
        Ok(tokens)
    }

    /// A new file in the place of the old one, for its owner only.
    fn write(&self, tokens: &[Token]) -> Result<(), TokensFailed> {
        let mut text = String::from(REMARK);
        for token in tokens {
            let hash: String = token.hash.iter().map(|byte| format!("{byte:02x}")).collect();
            text.push_str(&format!("{} {hash}", token.name));
            if let Some(day) = token.expires {
                text.push_str(&format!(" expires={day}"));
            }
            text.push('\n');
        }
        let new = self.path.with_extension("new");
        let written = (|| {
            let mut options = OpenOptions::new();
            let mut file =
                options.write(true).create(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, &self.path)?;
            File::open(self.path.parent().unwrap_or(Path::new(".")))?.sync_all()
        })();
        written.map_err(|error| self.failed(error))
    }

    fn failed(&self, source: io::Error) -> TokensFailed {
        TokensFailed::File { path: self.path.clone(), source }
    }
}

fn is_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b);
    (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(allowed)
}

/// `NAME SHA256 [expires=DATE]`.
fn parse(line: &str) -> Option<Token> {
    let mut words = line.split_whitespace();
    let (name, hash) = (words.next()?, words.next()?);
    let expires = match words.next() {
        Some(word) => Some(Day::parse(word.strip_prefix("expires=")?).ok()?),
        None => None,
    };
    if words.next().is_some() || !is_name(name) || hash.len() != 64 || !hash.is_ascii() {
        return None;
    }
    let mut bytes = [0; 32];
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hash.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(Token { name: name.into(), expires, hash: bytes })
}

/// Whether two hashes are the same, in a time that does not depend on where they differ.
fn same(a: &[u8; 32], b: &[u8; 32]) -> bool {
    let differ = a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b));
    std::hint::black_box(differ) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own that is gone afterwards.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Folder {
            let folder = std::env::temp_dir().join(format!("tj-{name}-{}", std::process::id()));
            let _ = fs::remove_dir_all(&folder);
            fs::create_dir_all(folder.join("keys")).unwrap();
            Folder(folder)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    const DAY: Day = Day(20_000);

    #[test]
    fn a_token_opens_until_it_is_removed_and_only_its_hash_is_kept() {
        let folder = Folder::new("tokens");
        let tokens = Tokens::of_bank(&folder.0);
        assert_eq!(tokens.whose("tj_x", DAY).unwrap(), None);
        let first = tokens.add("ana", None, &[1; 32]).unwrap();
        let second = tokens.add("bob", None, &[2; 32]).unwrap();
        let kept = fs::read_to_string(folder.0.join(FILE)).unwrap();
        assert!(!kept.contains(&first) && kept.contains("ana "));
        let mode = fs::metadata(folder.0.join(FILE)).unwrap().mode();
        assert_eq!(mode & 0o777, 0o600);

        // Another process's tokens are seen without a restart, and so is that they are gone.
        let serving = Tokens::of_bank(&folder.0);
        assert_eq!(serving.whose(&first, DAY).unwrap().as_deref(), Some("ana"));
        assert_eq!(serving.whose(&second, DAY).unwrap().as_deref(), Some("bob"));
        assert_eq!(serving.whose(&first[1..], DAY).unwrap(), None);
        assert!(tokens.remove("ana").unwrap());
        assert!(!tokens.remove("ana").unwrap());
        assert_eq!(serving.whose(&first, DAY).unwrap(), None);
        assert_eq!(serving.whose(&second, DAY).unwrap().as_deref(), Some("bob"));
    }

    #[test]
    fn a_token_is_taken_on_its_last_day_and_not_after() {
        let folder = Folder::new("expiry");
        let tokens = Tokens::of_bank(&folder.0);
        let token = tokens.add("ana", Some(DAY), &[1; 32]).unwrap();
        assert!(tokens.whose(&token, DAY).unwrap().is_some());
        assert!(tokens.whose(&token, DAY.plus(1)).unwrap().is_none());
    }

    #[test]
    fn names_are_plain_and_unique_and_a_spoilt_line_is_named() {
        let folder = Folder::new("names");
        let tokens = Tokens::of_bank(&folder.0);
        for name in ["", "Ana", "a b", "名", &"a".repeat(65)] {
            assert!(matches!(tokens.add(name, None, &[1; 32]), Err(TokensFailed::Name)), "{name}");
        }
        tokens.add("ana", None, &[1; 32]).unwrap();
        assert!(matches!(tokens.add("ana", None, &[2; 32]), Err(TokensFailed::Taken)));
        for spoilt in ["ana", "ana 12", "ana zz", &format!("ana {} until=x", "0".repeat(64))] {
            fs::write(folder.0.join(FILE), format!("# one\n{spoilt}\n")).unwrap();
            let read = Tokens::of_bank(&folder.0).all();
            assert!(matches!(read, Err(TokensFailed::Line { line: 2, .. })), "{spoilt}");
        }
    }

    #[test]
    fn hashes_that_differ_in_one_bit_are_not_the_same() {
        let (a, mut b) = ([7; 32], [7; 32]);
        assert!(same(&a, &b));
        b[31] ^= 1;
        assert!(!same(&a, &b));
    }
}
