//! The program is killed while it posts: what it had acknowledged is there.

use crate::run::Folder;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

#[test]
fn a_killed_program_has_lost_nothing_it_acknowledged() {
    let at = Folder::new("killed");
    let mut acknowledged = String::new();
    for round in 0..3 {
        let seed = round.to_string();
        let mut child = at.command(&["internal-post", "--seed", &seed]).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.by_ref().take(400 + round * 100) {
            acknowledged.push_str(&line.unwrap());
            acknowledged.push('\n');
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What stood in the pipe was acknowledged too; only a last line may be torn.
        let rest: Vec<String> = lines.map_while(Result::ok).collect();
        for line in rest
            .iter()
            .filter(|line| line.split(' ').count() == 3)
            .take(rest.len().saturating_sub(1))
        {
            acknowledged.push_str(line);
            acknowledged.push('\n');
        }
        let (code, said) = has(&at, &acknowledged);
        assert_eq!(code, Some(0), "round {round}: {said}");
    }
    assert!(acknowledged.lines().count() >= 1_500);
    at.ok("verify bank.tj");
    let (code, said) = has(&at, "ack 12345 0\n");
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("missing 12345"), "{said}");
}

fn has(at: &Folder, ids: &str) -> (Option<i32>, String) {
    let mut child = at.command(&["internal-has"]).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(ids.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap(),
    )
}
