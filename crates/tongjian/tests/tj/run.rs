//! Starts the program in a folder of its own and reads what it says.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run of the program said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A temporary folder that is gone afterwards.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Folder {
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        name.to_owned()
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The program with its standard streams caught, working in this folder on `bank.tj`.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tj"));
        command.current_dir(&self.0).args(words).env_remove("TJ_DIR").env_remove("NO_COLOR");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it with words as they stand.
    pub fn tj(&self, words: &[&str]) -> Said {
        let output = self.command(words).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said {
            code: output.status.code().unwrap_or(-1),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    /// Runs a line of words that must succeed.
    pub fn ok(&self, line: &str) -> String {
        let said = self.tj(&line.split_whitespace().collect::<Vec<_>>());
        assert_eq!(said.code, 0, "{line}: {said:?}");
        said.out
    }

    /// Runs a line of words that must end with `code`.
    pub fn fails(&self, code: i32, line: &str) -> Said {
        let said = self.tj(&line.split_whitespace().collect::<Vec<_>>());
        assert_eq!(said.code, code, "{line}: {said:?}");
        said
    }

    /// Runs a line of words with `--json`; what it prints must be one document.
    pub fn json(&self, line: &str) -> Value {
        let text = self.ok(&format!("{line} --json"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{line}: {error}: {text}"))
    }

    /// An empty bank in `bank.tj`, with segments as small as they can be.
    pub fn init(&self) {
        self.ok("init --name Test --first-day 2026-03-02 --segment-mib 2");
    }

    /// A bank with a till (1), Ada's account (1001) and Bo's (1002), 100.00 yuan on Ada's.
    pub fn small_bank(&self) {
        self.init();
        let said =
            self.tj(&["party", "add", "1", "--name", "Ada 王", "--field", "id_number=990101"]);
        assert_eq!(said.code, 0, "{said:?}");
        self.ok("party add 2 --name Bo");
        self.ok("account open 1 --code 10012");
        self.ok("account open 1001 --code 20111 --owner 1");
        self.ok("account open 1002 --code 20111 --owner 2");
        self.ok("pay 1 1001 100.00 --id 500");
    }

    /// An account's balance as text.
    pub fn balance(&self, account: &str) -> String {
        self.json(&format!("account show {account}"))["balance"].as_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }
}

/// Data that lies beside the project and not in it; `None`, said loudly, when it is not there.
pub fn beside(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join("../shared").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!(
        "SKIPPED: ../shared/{name} is not beside the project, so this test looked at nothing"
    );
    None
}
