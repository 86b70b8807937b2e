//! Where a play runs: an engine, a clock that only the play moves, and everything that happened.

use super::answers;
use super::words::{Ask, read};
use crate::checked::{Decided, check_run};
use engine::Engine;
use terms::{Command, Day, Event, TimeNs};

/// A bank as a play sees it.
pub struct Stage {
    engine: Engine,
    now: TimeNs,
    run: Vec<Decided>,
}

impl Default for Stage {
    /// Plays begin on Monday, 5 January 2026, at eight in the morning (UTC).
    fn default() -> Stage {
        let monday = Day::from_ymd(2026, 1, 5).unwrap();
        let now = TimeNs(TimeNs::start_of(monday).0 + 8 * 3_600_000_000_000);
        Stage { engine: Engine::default(), now, run: Vec::new() }
    }
}

impl Stage {
    /// The answers to one line.
    pub fn line(&mut self, place: &str, line: &str) -> Vec<String> {
        match self.read(place, line) {
            Ask::Command(command) => self.submit(&[command]),
            Ask::Each(commands) => {
                let mut answers = self.submit(&commands);
                let count = answers.len();
                answers.dedup();
                if let [answer] = answers.as_mut_slice() {
                    answer.push_str(&format!(", each of {count}"));
                }
                answers
            }
            Ask::Clock(now) => self.clock(place, now),
            Ask::Balance(account) => vec![answers::balance(self.engine.account(account))],
            Ask::Show(id) => vec![answers::show(&self.engine, id)],
            Ask::Statement { account, from, to, by_value } => {
                answers::statement(&self.engine, account, from, to, by_value)
            }
            Ask::Trial => answers::trial(&self.engine),
            Ask::Due => vec![answers::due(&self.engine)],
            Ask::PayDue => {
                let due: Vec<_> = self.engine.orders_due().map(|due| due.transfer).collect();
                due.into_iter().flat_map(|t| self.submit(&[Command::Transfer(t)])).collect()
            }
            Ask::Today => {
                vec![
                    self.engine
                        .business_day()
                        .map_or("no business day".into(), |day| day.to_string()),
                ]
            }
            Ask::Who(party) => answers::who(&self.engine, party),
            Ask::Restart => {
                let bytes = self.engine.snapshot();
                self.engine = Engine::restore(&bytes).unwrap();
                vec!["the same state".into()]
            }
        }
    }

    /// The answers to several commands that are one request.
    pub fn request(&mut self, place: &str, lines: &[&str]) -> Vec<String> {
        let read = |line: &&str| match self.read(place, line) {
            Ask::Command(command) => command,
            _ => panic!("{place}: {line}: only commands stand in a request"),
        };
        let commands: Vec<Command> = lines.iter().map(read).collect();
        self.submit(&commands)
    }

    /// The run stands every check.
    pub fn end(self) {
        check_run(&self.engine, &self.run);
    }

    fn read(&self, place: &str, line: &str) -> Ask {
        read(&self.engine, self.now, line).unwrap_or_else(|why| panic!("{place}: {line}: {why}"))
    }

    fn submit(&mut self, commands: &[Command]) -> Vec<String> {
        let events = self.engine.submit(self.now, commands);
        let asked = events.iter().filter(|event| !is_own(event));
        let answers = commands.iter().zip(asked).map(|(c, e)| answers::outcome(c, e)).collect();
        self.run.push((self.now, events));
        answers
    }

    /// Moves the clock; what falls due does so by itself.
    fn clock(&mut self, place: &str, now: TimeNs) -> Vec<String> {
        let begins = self.run.is_empty();
        assert!(begins || now >= self.now, "{place}: the clock of a play does not go back");
        self.now = now;
        let mut due = Vec::new();
        self.engine.submit_due(now, &mut due);
        let ended: Vec<String> = due.iter().map(ended).collect();
        self.run.push((now, due));
        if ended.is_empty() { vec![] } else { vec![ended.join("; ")] }
    }
}

/// A rule set that the bank itself had to end.
fn is_own(event: &Event) -> bool {
    let Event::Act(act) = event else { return false };
    matches!(&act.command, Command::WithdrawRules(end) if end.by.is_empty()) && act.outcome.is_ok()
}

/// What the bank did by itself because a time was over.
fn ended(event: &Event) -> String {
    match event {
        Event::Act(act) => match act.command {
            Command::Expire { pending } => format!("expired {pending}"),
            _ => panic!("only expiries fall due: {event:?}"),
        },
        Event::Transfer(done) => {
            let t = &done.transfer;
            format!("posted {}, {}", t.pending_id, t.ledger.format(t.amount))
        }
    }
}
