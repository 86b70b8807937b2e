//! A run of rules over the past: on a thread of its own, over what is durable, with a bank of its own that it follows from the
//! first record. One at a time; it stops when it is told to or the server ends.

use super::Compiled;
use crate::past::replay::{Beside, Judge, Tally};
use crate::problem::{Kind, Problem};
use crate::reasons::{Reason, words};
use crate::wire::{DraftRef, ModelRef, ReplayRef};
use engine::risk::{Model, Program, Tables};
use engine::{Engine, Follower};
use journal::{Files, Reader};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use terms::{CaseMark, Day, Event, RuleStage, TransferId};

/// Payments that are named for each rule and outcome.
const EXAMPLES: usize = 5;

/// What is run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Of {
    /// A proposal.
    pub draft: Option<DraftRef>,
    /// A rule set that was adopted.
    pub rule_set: Option<u16>,
}

/// Who wants what.
#[derive(Clone, Debug)]
pub struct Asked {
    /// What is run.
    pub of: Of,
    /// Who.
    pub by: String,
    /// Of a text that stands nowhere else: it, so that whoever looks at what it would have done can go on with it.
    pub text: Option<String>,
    /// The model that was handed in and that it looks at.
    pub model: Option<ModelRef>,
    /// Only payments of these days are judged, both ends included.
    pub days: (Option<Day>, Option<Day>),
}

/// Which model a text looks at.
#[derive(Clone, Debug)]
pub enum LooksAt {
    /// The one of the set that judges every payment.
    InForce,
    /// None.
    Nothing,
    /// One that was handed in, by its bytes.
    Other(Vec<u8>),
}

/// What the ledger knows beside the text.
pub struct Known {
    /// The model of the set that judges every payment.
    model: Option<Vec<u8>>,
    adopted: Option<Adopted>,
    marks: BTreeMap<TransferId, (u32, &'static str)>,
    mistaken: BTreeSet<TransferId>,
}

struct Adopted {
    program: Vec<u8>,
    tables: Option<Vec<u8>>,
    model: Option<Vec<u8>>,
    reasons: Vec<Reason>,
}

/// Rules that can be run, and what payments turned out to be.
pub struct Rules {
    program: Program,
    tables: Tables,
    model: Option<Model>,
    reasons: Vec<Reason>,
    marks: BTreeMap<TransferId, (u32, &'static str)>,
    mistaken: BTreeSet<TransferId>,
}

/// The model that the set which judges every payment looks at.
pub fn model_in_force(engine: &Engine) -> Option<[u8; 32]> {
    let mut active = engine.rule_sets().filter(|view| view.set.stage == RuleStage::Active);
    active.find(|view| view.judging)?.set.model
}

impl Known {
    /// As of now; with an adopted set by its number, if that is asked for.
    pub fn of(engine: &Engine, set: Option<u16>) -> Known {
        let artifact = |hash: [u8; 32]| engine.artifact(&hash).map(<[u8]>::to_vec);
        let view = set.and_then(|set| engine.rule_sets().find(|view| view.number == set));
        let adopted = view.and_then(|view| {
            Some(Adopted {
                program: artifact(view.set.program)?,
                tables: view.set.tables.and_then(artifact),
                model: view.set.model.and_then(artifact),
                reasons: words(engine, view.number).reasons,
            })
        });
        let marked = |case: &engine::CaseView<'_>| Some((case.transfer, case.mark?));
        let all: Vec<_> = engine.cases().filter_map(|case| marked(&case)).collect();
        let something = all.iter().filter(|(_, mark)| *mark != CaseMark::Mistaken);
        let marks = (1..).zip(something).map(|(at, (id, mark))| (*id, (at, mark.word()))).collect();
        let mistaken = all.iter().filter(|(_, mark)| *mark == CaseMark::Mistaken);
        Known {
            model: model_in_force(engine).and_then(artifact),
            adopted,
            marks,
            mistaken: mistaken.map(|(id, _)| *id).collect(),
        }
    }

    /// With a text that was read.
    pub fn with(self, read: Compiled, looks_at: &LooksAt) -> Result<Rules, Problem> {
        let bytes = match looks_at {
            LooksAt::InForce => self.model.as_deref(),
            LooksAt::Nothing => None,
            LooksAt::Other(bytes) => Some(bytes.as_slice()),
        };
        Ok(Rules {
            model: bytes.map(model_of).transpose()?,
            program: read.program,
            tables: read.tables,
            reasons: read.reasons,
            marks: self.marks,
            mistaken: self.mistaken,
        })
    }

    /// The adopted set, as it was adopted.
    pub fn as_adopted(self, set: Option<u16>) -> Result<Rules, Problem> {
        let missing = || Problem::missing(format_args!("rule set {}", set.unwrap_or(0)));
        let Adopted { program, tables, model, reasons } = self.adopted.ok_or_else(missing)?;
        let broken = |why: &dyn std::fmt::Display| Problem::new(Kind::Failed, why.to_string());
        let tables = tables.map_or(Ok(Tables::default()), |bytes| Tables::of_bytes(&bytes));
        Ok(Rules {
            program: Program::of_bytes(&program).map_err(|why| broken(&why))?,
            tables: tables.map_err(|why| broken(&why))?,
            model: model.as_deref().map(model_of).transpose()?,
            reasons,
            marks: self.marks,
            mistaken: self.mistaken,
        })
    }
}

fn model_of(bytes: &[u8]) -> Result<Model, Problem> {
    Model::of_bytes(bytes).map_err(|why| Problem::new(Kind::Failed, why.to_string()))
}

/// How a run ended.
pub enum End {
    /// Everything was judged.
    Done(Box<Tally>),
    /// It was told to stop.
    Stopped,
    /// The journal could not be read.
    Failed(String),
}

/// A run.
pub struct Job {
    /// Which.
    pub id: ReplayRef,
    /// Who wants what.
    pub asked: Asked,
    /// Since when, in seconds since 1970.
    pub since_s: u64,
    /// Entries of the journal when it began.
    pub entries: u64,
    /// The rules, in the program's order.
    pub reasons: Vec<Reason>,
    done: AtomicU64,
    stop: AtomicBool,
    end: Mutex<Option<End>>,
}

impl Job {
    /// Begins.
    pub(crate) fn begin(
        id: ReplayRef,
        reader: Reader<Files>,
        rules: Rules,
        asked: Asked,
    ) -> Arc<Job> {
        let job = Arc::new(Job {
            id,
            asked,
            since_s: crate::subscribers::now_s(),
            entries: reader.entries(),
            reasons: rules.reasons.clone(),
            done: AtomicU64::new(0),
            stop: AtomicBool::new(false),
            end: Mutex::new(None),
        });
        let running = Arc::clone(&job);
        let thread = std::thread::Builder::new().name("replay".to_owned());
        let began = thread.spawn(move || {
            let end = running.run(&reader, rules);
            *running.end() = Some(end);
        });
        if let Err(why) = began {
            *job.end() = Some(End::Failed(format!("no thread: {why}")));
        }
        job
    }

    /// How it ended; nothing while it runs.
    pub fn end(&self) -> MutexGuard<'_, Option<End>> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether it goes on.
    pub fn is_running(&self) -> bool {
        self.end().is_none()
    }

    /// Entries it has judged.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// It ends with the batch that it is at.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    fn is_wanted(&self, day: Day) -> bool {
        let (from, to) = self.asked.days;
        from.is_none_or(|from| day >= from) && to.is_none_or(|to| day <= to)
    }

    fn run(&self, reader: &Reader<Files>, rules: Rules) -> End {
        let Rules { program, tables, model, reasons, marks, mistaken } = rules;
        let mut judge = Judge::new(program, tables, model);
        let mut tally = Tally::of(reasons.len(), EXAMPLES);
        let mut bank = Follower::default();
        for batch in reader.scan(0) {
            if self.stop.load(Ordering::Relaxed) {
                return End::Stopped;
            }
            let batch = match batch {
                Ok(batch) => batch,
                Err(why) => return End::Failed(why.to_string()),
            };
            let events = match batch.events() {
                Ok(events) => events,
                Err(why) => return End::Failed(format!("entry {}: {why}", batch.header.entry)),
            };
            for event in &events {
                let recorded = match event {
                    Event::Transfer(done) => done.verdict.map(|verdict| verdict.ruling),
                    Event::Act(_) => None,
                };
                bank.follow(event, |bank, payment, transfer| {
                    if self.is_wanted(payment.time.day_at(payment.utc_offset_min)) {
                        let (said, model_ppm) = judge.judge(bank, payment);
                        let known = marks.get(&transfer.id).copied();
                        let mistaken = mistaken.contains(&transfer.id);
                        let beside = Beside { recorded, known, mistaken, model_ppm };
                        tally.add(&judge, &said, (payment, transfer), beside);
                    }
                });
            }
            self.done.store(batch.header.entry + 1, Ordering::Relaxed);
        }
        End::Done(Box::new(tally))
    }
}
