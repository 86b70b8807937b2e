//! Runs the plays under `scenarios/`: commands left, answers right. `BLESS=1` writes today's answers
//! into the files; then the diff is the review. The language: `plays/words.rs` for what may be asked,
//! `plays/answers.rs` for what is answered, `plays/stage.rs` for how it runs.

mod words;
mod answers;
mod stage;

use stage::Stage;
use std::path::{Path, PathBuf};
use terms::Refusal;

/// Where answers begin, when the command leaves room.
const ANSWER_COLUMN: usize = 64;

fn plays() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(&folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "play") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// What stands left of the answer; `None` for a line that is only an answer.
fn command_of(line: &str) -> Option<&str> {
    let left = line.split_once("=>").map_or(line, |(left, _)| left).trim_end();
    if left.is_empty() && line.contains("=>") { None } else { Some(left) }
}

/// The play with the answers it gets today.
fn perform(name: &str, text: &str) -> String {
    let mut stage = Stage::default();
    let mut performed = String::new();
    // Lines of a block wait for its end: they are one request.
    let mut block: Option<Vec<&str>> = None;
    for (at, line) in text.lines().enumerate() {
        let Some(left) = command_of(line) else { continue };
        let said = left.split_once('#').map_or(left, |(before, _)| before).trim();
        let place = format!("{name}:{}", at + 1);
        match (said, &mut block) {
            ("{", None) => block = Some(Vec::new()),
            ("}", Some(lines)) => {
                let asked: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
                let answers = stage.request(&place, &asked);
                performed.push_str("{\n");
                for (line, answer) in lines.iter().zip(&answers) {
                    write_line(&mut performed, line, std::slice::from_ref(answer));
                }
                performed.push_str("}\n");
                block = None;
            }
            (_, Some(lines)) if !said.is_empty() => lines.push(left),
            ("", _) => write_line(&mut performed, left, &[]),
            (_, None) => {
                let answers = stage.line(&place, said);
                write_line(&mut performed, left, &answers);
            }
            (_, Some(_)) => panic!("{place}: a comment inside a request"),
        }
    }
    assert!(block.is_none(), "{name}: a request without an end");
    stage.end();
    performed
}

/// One answer stands beside its command, several below it.
fn write_line(out: &mut String, left: &str, answers: &[String]) {
    match answers {
        [] => out.push_str(left),
        [answer] => {
            let width = left.chars().count();
            let gap = " ".repeat(ANSWER_COLUMN.saturating_sub(width).max(2));
            out.push_str(&format!("{left}{gap}=> {answer}"));
        }
        several => {
            out.push_str(left);
            for answer in several {
                out.push_str(&format!("\n    => {answer}"));
            }
        }
    }
    out.push('\n');
}

#[test]
fn every_play_gets_the_answers_it_shows() {
    let bless = std::env::var_os("BLESS").is_some_and(|value| value == "1");
    let mut differing = Vec::new();
    for path in plays() {
        let text = std::fs::read_to_string(&path).unwrap();
        let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
        let name = format!("{}/{}", folder.display(), path.file_name().unwrap().display());
        let performed = perform(&name, &text);
        if performed == text {
            continue;
        }
        if bless {
            std::fs::write(&path, performed).unwrap();
            continue;
        }
        let (at, (shown, got)) = text
            .lines()
            .zip(performed.lines().chain(std::iter::repeat("")))
            .enumerate()
            .find(|(_, (shown, got))| shown != got)
            .unwrap_or((0, ("(the file ends)", "(more answers)")));
        differing.push(format!("{name}:{}\n  shown: {shown}\n    got: {got}", at + 1));
    }
    assert!(
        differing.is_empty(),
        "answers changed; `BLESS=1 cargo test -p engine` writes them into the plays, the diff is the \
         review:\n{}",
        differing.join("\n")
    );
}

#[test]
fn every_refusal_appears_in_a_play() {
    let mut said = std::collections::BTreeSet::new();
    for path in plays() {
        let text = std::fs::read_to_string(&path).unwrap();
        let answers = text.lines().filter_map(|line| Some(line.split_once("=>")?.1.to_owned()));
        said.extend(answers.filter_map(|a| Some(a.trim().strip_prefix("refused ")?.to_owned())));
    }
    let unsaid: Vec<&str> =
        Refusal::ALL.iter().map(|r| r.word()).filter(|word| !said.contains(*word)).collect();
    assert!(unsaid.is_empty(), "no play shows: {}", unsaid.join(", "));
}

#[test]
fn a_changed_answer_is_seen() {
    let play = "account 1  => done\nbalance 1\n";
    let performed = perform("here", play);
    assert!(performed.contains("=> debits 0.00, credits 0.00"), "{performed}");
    assert_eq!(perform("here", &performed), performed, "blessing twice changes nothing");
    let wrong = performed.replace("done", "refused exists");
    assert_eq!(
        perform("here", &wrong),
        performed,
        "what stood right of the arrow is never believed"
    );
}
