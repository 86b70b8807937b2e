//! The program is killed while it makes files of segments, at whatever moment, again and again: no row is
//! lost and none is there twice.

use crate::run::Folder;
use std::process::Stdio;
use std::time::{Duration, Instant};

const ROUNDS: u32 = 12;

fn count(at: &Folder) -> String {
    let text = "SELECT count(*) AS rows, count(DISTINCT entry * 8192 + row) AS places, sum(amount) AS total FROM transfers";
    let said = at.tj(&["query", text, "--format", "csv"]);
    assert_eq!(said.code, 0, "{said:?}");
    said.out
}

#[test]
fn killed_while_rolling_nothing_is_lost_or_doubled() {
    let at = Folder::new("rolled");
    at.tj(&["internal-post", "--count", "40000"]);
    let verified = at.json("verify bank.tj");
    // A roll that nobody disturbs says how long one takes.
    let history = at.path("bank.tj/history");
    let start = Instant::now();
    at.ok("history roll");
    let whole = start.elapsed();
    let expected = count(&at);
    let (rows, rest) = expected.lines().nth(1).unwrap().split_once(',').unwrap();
    assert!(rest.starts_with(&format!("{rows},")), "each row has its own place: {expected}");
    assert!(verified.to_string().contains(rows), "{verified} has not {rows} transfers");
    let mut killed = 0;
    for round in 0..ROUNDS {
        std::fs::remove_dir_all(&history).unwrap();
        // Killed twice at moments spread over the time a roll takes, then let through.
        for part in [round * 2 + 1, round * 3 + 2] {
            let mut command = at.command(&["history", "roll"]);
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(whole * (part % (2 * ROUNDS)) / (2 * ROUNDS));
            killed += u32::from(child.try_wait().unwrap().is_none());
            child.kill().unwrap();
            child.wait().unwrap();
        }
        assert_eq!(count(&at), expected, "round {round}");
        at.ok("history verify");
    }
    assert!(killed > ROUNDS / 2, "only {killed} rolls were still running when they were killed");
    assert!(whole < Duration::from_secs(300), "{whole:?}");
}
