//! What is kept: over restarts, crashes at any byte, and changes by strangers.

use super::stage::*;
use crate::*;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn log(folder: &Path) -> Vec<u8> {
    std::fs::read(folder.join("access.log")).unwrap()
}

/// A bank as a copy of its file would give it.
fn from_bytes(bytes: &[u8], key: &Path) -> Result<Bank, AccessFailed> {
    let (folder, notes) = (folder(), std::sync::Arc::new(Kept::default()));
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("access.log"), bytes).unwrap();
    std::fs::copy(key, folder.join("codes.key")).unwrap();
    match open(&folder, &notes) {
        Ok(access) => Ok(Bank { access, notes, folder }),
        Err(failed) => {
            std::fs::remove_dir_all(&folder).unwrap();
            Err(failed)
        }
    }
}

#[test]
fn people_machines_and_sessions_survive_a_restart_and_tokens_do_not() {
    let bank = Bank::new();
    let mut anna = bank.user("anna", &[Role::Teller]);
    let acme = bank.client("acme", &[Scope::Payments]);
    let token = acme.token(&bank);
    let bank = bank.restarted();
    assert_eq!(&*bank.access.session(&anna.cookie, NOW).unwrap().id, "user:anna");
    assert!(bank.sign_in(&mut anna, NOW).is_ok());
    let proof = acme.proof("POST", PAYMENTS_URL, Some(&token), NOW);
    assert_eq!(acme.come(&bank, &token, &proof).unwrap_err().why, Why::NoToken);
    assert!(acme.ask(&bank, &acme.assertion(NOW), NOW).is_ok());
}

#[test]
fn no_secret_lies_in_the_folder_and_only_its_owner_may_read_it() {
    let bank = Bank::new();
    let anna = bank.user("anna", &[Role::Teller]);
    let (secret, signed_in) = bank.password_user("carl", "four horses eat hay");
    let acme = bank.client("acme", &[Scope::Payments]);
    let token = acme.token(&bank);
    let new = NewUser { name: "new", roles: &[], party: None, institution: None };
    let link = bank.access.user_add(&bank.access.console(), &new, NOW).unwrap();
    let bytes = log(&bank.folder);
    let text = String::from_utf8_lossy(&bytes);
    let base32 = crate::codes::base32(&secret);
    let base64 = crate::secret::text_of(&secret);
    for kept in [&anna.cookie, &signed_in.cookie, &token, &link.token, &base32, &base64] {
        assert!(!text.contains(kept.as_str()));
    }
    assert!(!text.contains("four horses"));
    assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&bank.folder), 0o700);
    for name in ["access.log", "codes.key", "lock"] {
        assert_eq!(mode(&bank.folder.join(name)), 0o600, "{name}");
    }
}

#[test]
fn a_second_process_is_refused() {
    let bank = Bank::new();
    let refused = open(&bank.folder, &bank.notes).unwrap_err();
    assert!(matches!(refused, AccessFailed::InUse(_)), "{refused}");
}

#[test]
fn a_file_cut_at_any_byte_opens_as_it_was_before_or_after_a_change() {
    let bank = Bank::new();
    bank.user("anna", &[Role::Teller]);
    let before = log(&bank.folder).len();
    bank.access.user_disable(&bank.access.console(), "anna", NOW).unwrap();
    let bytes = log(&bank.folder);
    let key = bank.folder.join("codes.key");
    for end in before..=bytes.len() {
        let cut = from_bytes(&bytes[..end], &key).unwrap();
        let users = cut.access.users(&cut.access.console(), NOW).unwrap();
        assert_eq!(users[0].disabled, end == bytes.len(), "{end}");
        assert_eq!(log(&cut.folder).len(), if end == bytes.len() { end } else { before });
    }
    // Space that a crash left as zeros is no record, either.
    let zeros = [&bytes[..before], &[0; 300]].concat();
    assert!(
        !from_bytes(&zeros, &key).unwrap().access.users(&bank.access.console(), NOW).unwrap()[0]
            .disabled
    );
}

#[test]
fn a_file_that_somebody_changed_is_refused_with_the_place_named() {
    let bank = Bank::new();
    bank.user("anna", &[Role::Teller]);
    bank.access.user_disable(&bank.access.console(), "anna", NOW).unwrap();
    let bytes = log(&bank.folder);
    let key = bank.folder.join("codes.key");
    for at in (0..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 0x10;
        match from_bytes(&changed, &key) {
            Err(AccessFailed::Damaged { .. } | AccessFailed::Newer { .. }) => {}
            // A longer length makes the last record look unfinished: nobody was told otherwise.
            Ok(cut) => assert!(log(&cut.folder).len() < bytes.len(), "{at}"),
            Err(other) => panic!("{at}: {other}"),
        }
    }
}

#[test]
fn a_record_that_was_left_out_moved_or_doubled_is_refused() {
    let bank = Bank::new();
    bank.user("anna", &[Role::Teller]);
    bank.access.user_disable(&bank.access.console(), "anna", NOW).unwrap();
    bank.access.user_enable(&bank.access.console(), "anna", NOW).unwrap();
    let bytes = log(&bank.folder);
    let key = bank.folder.join("codes.key");
    let mut records = Vec::new();
    let mut at = 80;
    while at < bytes.len() {
        let length = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize + 36;
        records.push(&bytes[at..at + length]);
        at += length;
    }
    let head = &bytes[..80];
    let last = records.len() - 1;
    let without: Vec<&[u8]> = [&records[..1], &records[2..]].concat();
    let mut moved = records.clone();
    moved.swap(last - 1, last);
    let doubled = [&records[..], &records[last..]].concat();
    for records in [without, moved, doubled] {
        let bytes = [head, &records.concat()].concat();
        assert!(matches!(from_bytes(&bytes, &key), Err(AccessFailed::Damaged { .. })));
    }
}

#[test]
fn a_newer_file_is_refused_by_version() {
    let bank = Bank::new();
    let mut bytes = log(&bank.folder);
    bytes[8] = 2;
    let newer = from_bytes(&bytes, &bank.folder.join("codes.key"));
    assert!(matches!(newer, Err(AccessFailed::Newer { version: 2, .. })));
}

#[test]
fn a_long_file_is_written_anew_and_says_the_same() {
    let bank = Bank::new();
    let anna = bank.user("anna", &[Role::Teller]);
    bank.client("acme", &[Scope::Payments]);
    let console = bank.access.console();
    let size = || std::fs::metadata(bank.folder.join("access.log")).unwrap().len();
    let mut sizes = Vec::new();
    for _ in 0..300 {
        let changed = bank.access.store.change(|state| {
            let user = Box::new((*state.users["anna"]).clone());
            Ok::<_, AccessFailed>((vec![crate::store::Change::User(user); 64], ()))
        });
        changed.unwrap();
        sizes.push(size());
    }
    let anew = sizes.windows(2).position(|pair| pair[1] < pair[0]).unwrap();
    assert!(sizes[anew] > (4 << 20) - (64 << 10) && sizes[anew + 1] < 4_096, "{sizes:?}");
    let users = bank.access.users(&console, NOW).unwrap();
    let clients = bank.access.clients(&console, NOW).unwrap();
    let bank = bank.restarted();
    assert_eq!(bank.access.users(&console, NOW).unwrap(), users);
    assert_eq!(bank.access.clients(&console, NOW).unwrap(), clients);
    assert!(bank.access.session(&anna.cookie, NOW).is_ok());
}

#[test]
fn settings_that_are_not_right_are_refused_by_name() {
    let notes = std::sync::Arc::new(Kept::default());
    let good = Settings::at(ORIGIN, "Bank");
    for (settings, says) in [
        (Settings::at("http://bank.example", "Bank"), "origin"),
        (Settings::at("https://bank.example/x", "Bank"), "origin"),
        (Settings { token_s: 601, ..good.clone() }, "token_s"),
        (Settings { session_idle_s: 0, ..good.clone() }, "session_idle_s"),
        (Settings { audiences: vec![], ..good }, "audiences"),
    ] {
        let (folder, policies) = (folder(), policies());
        let refused = Access::open(&folder, settings, policies, notes.clone(), NOW).unwrap_err();
        assert!(refused.to_string().contains(says), "{refused}");
        assert!(!folder.exists());
    }
}

const CHILD: &str = "ACCESS_CHILD_FOLDER";

#[test]
fn killed_at_any_moment_nothing_that_was_told_is_lost() {
    if let Some(folder) = std::env::var_os(CHILD) {
        return add_for_ever(Path::new(&folder));
    }
    let folder = folder();
    let mut told = Vec::new();
    for round in 0..3 {
        let name = "access::tests::keeping::killed_at_any_moment_nothing_that_was_told_is_lost";
        let mut child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(CHILD, &folder)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let lines = std::io::BufReader::new(child.stdout.take().unwrap());
        let mut lines = std::io::BufRead::lines(lines).map_while(Result::ok);
        let names = lines.by_ref().filter_map(|line| Some(line.strip_prefix("told ")?.to_owned()));
        told.extend(names.take(5 + round * 5));
        child.kill().unwrap();
        child.wait().unwrap();
        // What it still said before the end was told, too.
        told.extend(lines.filter_map(|line| Some(line.strip_prefix("told ")?.to_owned())));
    }
    let notes = std::sync::Arc::new(Kept::default());
    let access = open(&folder, &notes).unwrap();
    let users = access.users(&access.console(), NOW).unwrap();
    assert!(
        told.len() >= 5 && told.iter().all(|name| users.iter().any(|user| *user.name == **name))
    );
    assert!(users.len() - told.len() <= 3, "at most one a kill was durable and not told");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The process that will be killed.
fn add_for_ever(folder: &Path) {
    let notes = std::sync::Arc::new(Kept::default());
    let access = open(folder, &notes).unwrap();
    let console = access.console();
    for number in access.users(&console, NOW).unwrap().len().. {
        let name = format!("user{number}");
        let new = NewUser { name: &name, roles: &[], party: None, institution: None };
        access.user_add(&console, &new, NOW).unwrap();
        println!("told {name}");
    }
}
