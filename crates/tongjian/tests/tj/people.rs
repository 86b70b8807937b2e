//! Who may sign in is changed at the console, whether the bank is served or not; and the first administrator's secret is
//! told once.

use crate::run::Folder;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

/// `tj serve`, until it is ended.
struct Served {
    child: Child,
    said: Value,
}

impl Served {
    fn start(at: &Folder) -> Served {
        let line = ["--json", "serve", "--flight", "off", "--api", "127.0.0.1:0"];
        let mut child = at.command(&line).stderr(Stdio::null()).spawn().unwrap();
        let mut text = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            text.push_str(&line.unwrap());
            if text.ends_with('}') && serde_json::from_str::<Value>(&text).is_ok() {
                break;
            }
        }
        let said = serde_json::from_str(&text).unwrap_or_else(|why| panic!("{why}: {text}"));
        Served { child, said }
    }

    fn end(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn names(list: &Value) -> Vec<&str> {
    list["users"].as_array().unwrap().iter().map(|user| user["user"].as_str().unwrap()).collect()
}

#[test]
fn identities_are_changed_while_the_bank_is_served() {
    let at = Folder::new("people");
    let made = at.json("init --name Test --segment-mib 2");
    assert_eq!(made["administrator"]["user"], "administrator");
    assert_eq!(made["administrator"]["token"].as_str().unwrap().len(), 43);
    at.ok("user add anna --role analyst");
    let served = Served::start(&at);
    assert_eq!(served.said["administrator"], Value::Null, "a secret is told once");
    at.ok("user add bert --role teller");
    at.fails(2, "user add bert --role teller");
    let waits = at.json("user give bert operations");
    assert_eq!(waits["is"], "given the role");
    at.fails(3, "user give bert supervisor");
    assert_eq!(names(&at.json("user list")), ["administrator", "anna", "bert"]);
    assert_eq!(at.json("session list")["sessions"], serde_json::json!([]));
    at.fails(2, "session end 0000000000000001");
    let again = at.json("user link administrator");
    assert_ne!(again["token"], made["administrator"]["token"]);
    at.fails(5, "status");
    served.end();
    // The same is there when nobody serves, and a socket that is left over stops nobody.
    at.ok("user remove bert");
    assert_eq!(names(&at.json("user list")), ["administrator", "anna"]);
    let mut killed = Served::start(&at);
    killed.child.kill().unwrap();
    killed.child.wait().unwrap();
    at.ok("user disable anna");
    let served = Served::start(&at);
    assert_eq!(at.json("user list")["users"][1]["disabled"], true);
    served.end();
}

#[test]
fn a_bank_in_a_deep_folder_has_a_console_too() {
    let at = Folder::new("deep");
    let deep = format!("{}/bank.tj", "a-long-name-of-a-folder/".repeat(6));
    std::fs::create_dir_all(at.path(&deep).parent().unwrap()).unwrap();
    at.ok(&format!("--dir {deep} init --segment-mib 2"));
    let mut line =
        at.command(&["--dir", &deep, "--json", "serve", "--flight", "off", "--api", "127.0.0.1:0"]);
    let mut child = line.stderr(Stdio::null()).spawn().unwrap();
    // Held until the end: a server that cannot say what it has to say ends.
    let (mut said, mut first) = (BufReader::new(child.stdout.take().unwrap()), String::new());
    said.read_line(&mut first).unwrap();
    let added = at.tj(&["--dir", &deep, "user", "add", "anna", "--role", "analyst"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(added.code, 0, "{added:?}");
}
