//! Whether elements stand where their schema allows, one after the other, with nothing kept but the way from the
//! root to here. The reader and the writer both ask it, so that what is written could be read.

use std::fmt::Write as _;

use crate::reason::Reason;
use crate::schema::{Particle, Schema, Type, UNBOUNDED};
use crate::text::shown;

/// One element on the way from the root.
#[derive(Clone, Copy, Debug)]
struct Frame {
    name: &'static str,
    kind: Inside,
    /// It is the how manieth of its name here, from 1; 0 where only one may stand.
    nth: u32,
    /// The particle that was seen last, and how often.
    at: usize,
    count: u32,
}

/// What an element's inside obeys.
#[derive(Clone, Copy, Debug)]
enum Inside {
    Typed(&'static Type),
    /// Within the place for anything.
    Free,
}

/// What is wrong with a value and the reason it is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WrongValue {
    pub what: String,
    pub reason: Reason,
}

/// Walks down and up a schema.
#[derive(Clone, Debug)]
pub(crate) struct Checker {
    schema: &'static Schema,
    frames: Vec<Frame>,
}

/// How the element that opened is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// It has elements, and its name lives as long as the schema.
    Elements(&'static str),
    /// It has text.
    Value(&'static str),
    /// It is within the place for anything.
    Free,
}

impl Checker {
    pub fn new(schema: &'static Schema) -> Checker {
        Checker { schema, frames: Vec::new() }
    }

    /// The element of this name begins.
    pub fn open(&mut self, name: &str) -> Result<Opened, String> {
        let schema = self.schema;
        let Some(parent) = self.frames.last_mut() else {
            if name != schema.root.name {
                return Err(format!(
                    "the root is `{}` and not `{}`",
                    shown(name),
                    schema.root.name
                ));
            }
            return Ok(self.push(&schema.root));
        };
        let particle = match parent.kind {
            Inside::Free => None,
            Inside::Typed(Type::Any) if parent.count > 0 => {
                return Err(format!("`{}` where only one element may stand", shown(name)));
            }
            Inside::Typed(Type::Any) => None,
            Inside::Typed(Type::Sequence(particles)) => {
                Some(next_of_sequence(parent, particles, name)?)
            }
            Inside::Typed(Type::Choice(particles)) => {
                Some(next_of_choice(parent, particles, name)?)
            }
            Inside::Typed(Type::Value(_) | Type::Money(..)) => {
                return Err(format!("the element `{}` where only text may stand", shown(name)));
            }
        };
        match particle {
            Some(particle) => Ok(self.push(particle)),
            None => {
                parent.count += 1;
                self.frames.push(Frame { name: "*", kind: Inside::Free, nth: 0, at: 0, count: 0 });
                Ok(Opened::Free)
            }
        }
    }

    fn push(&mut self, particle: &'static Particle) -> Opened {
        let nth = match self.frames.last() {
            Some(parent) if particle.max > 1 => parent.count,
            _ => 0,
        };
        let inside = self.schema.type_at(particle.type_at);
        let name = particle.name.as_str();
        self.frames.push(Frame { name, kind: Inside::Typed(inside), nth, at: 0, count: 0 });
        if inside.is_value() { Opened::Value(name) } else { Opened::Elements(name) }
    }

    /// The text and the attribute `Ccy` of the innermost element, which has text.
    pub fn value(&self, text: &str, currency: Option<&str>) -> Result<(), WrongValue> {
        let reason_here = |reason| self.reason_here(reason);
        let wrong = |what, reason| WrongValue { what, reason: reason_here(reason) };
        let Some(Frame { kind: Inside::Typed(inside), .. }) = self.frames.last() else {
            return Ok(());
        };
        match (inside, currency) {
            (Type::Money(amount, of_currency), Some(currency)) => {
                of_currency.check(currency).map_err(|what| wrong(what, of_currency.reason()))?;
                amount.check(text).map_err(|what| wrong(what, Reason::AM12))
            }
            (Type::Money(..), None) => {
                Err(wrong("the attribute `Ccy` is missing".to_owned(), Reason::AM11))
            }
            (Type::Value(_), Some(_)) => {
                Err(wrong("the attribute `Ccy` where none may stand".to_owned(), Reason::FF01))
            }
            (Type::Value(facets), None) => {
                facets.check(text).map_err(|what| wrong(what, facets.reason()))
            }
            (Type::Sequence(_) | Type::Choice(_) | Type::Any, _) => Ok(()),
        }
    }

    /// A wrong account is the debtor's or the creditor's where that can be told.
    fn reason_here(&self, reason: Reason) -> Reason {
        let within = |name: &str| self.frames.iter().any(|frame| frame.name == name);
        match reason {
            Reason::AC01 if within("DbtrAcct") => Reason::AC02,
            Reason::AC01 if within("CdtrAcct") => Reason::AC03,
            other => other,
        }
    }

    /// The innermost element ends.
    pub fn close(&mut self) -> Result<(), String> {
        let Some(frame) = self.frames.last() else { return Ok(()) };
        let missing = match frame.kind {
            Inside::Typed(Type::Sequence(particles)) => {
                first_missing(frame, particles, particles.len())
                    .map(|particle| format!("`{}`", particle.name))
            }
            Inside::Typed(Type::Choice(particles)) => {
                let chosen = particles.get(frame.at).filter(|_| frame.count > 0);
                match chosen {
                    Some(particle) if frame.count >= particle.min => None,
                    _ => Some(format!("one of {}", names(particles))),
                }
            }
            Inside::Typed(Type::Any) if frame.count == 0 => Some("an element".to_owned()),
            Inside::Typed(_) | Inside::Free => None,
        };
        if let Some(missing) = missing {
            return Err(format!("`{}` ends and {missing} is missing", frame.name));
        }
        self.frames.pop();
        Ok(())
    }

    /// True when the innermost element has text.
    pub fn is_value(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { kind: Inside::Typed(inside), .. }) if inside.is_value())
    }

    /// True within the place for anything, and not at it.
    pub fn is_free(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { kind: Inside::Free, .. }))
    }

    /// How many elements are open.
    pub fn depth(&self) -> usize {
        self.frames.len()
    }

    /// How many elements of the name that came last the innermost element has.
    pub fn children(&self) -> u32 {
        self.frames.last().map_or(0, |frame| frame.count)
    }

    /// The way from the root, `/Document/CstmrCdtTrfInitn/PmtInf[2]`. Where an element may stand several times, the
    /// number says which one it is.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for frame in &self.frames {
            path.push('/');
            path.push_str(frame.name);
            if frame.nth > 0 {
                // Writing to a string cannot fail.
                let _ = write!(path, "[{}]", frame.nth);
            }
        }
        path
    }
}

/// The first particle before `end` that must stand and does not.
fn first_missing<'p>(frame: &Frame, particles: &'p [Particle], end: usize) -> Option<&'p Particle> {
    let mut open = particles.iter().enumerate().take(end).skip(frame.at);
    open.find(|(at, particle)| {
        let count = if *at == frame.at { frame.count } else { 0 };
        count < particle.min
    })
    .map(|(_, particle)| particle)
}

fn next_of_sequence<'p>(
    frame: &mut Frame,
    particles: &'p [Particle],
    name: &str,
) -> Result<&'p Particle, String> {
    let ahead =
        particles.iter().enumerate().skip(frame.at).find(|(_, particle)| particle.name == name);
    let Some((at, particle)) = ahead else {
        let name = shown(name);
        return Err(match particles.iter().any(|particle| particle.name == name) {
            true => format!("`{name}` is out of order in `{}`", frame.name),
            false => format!("`{name}` is not an element of `{}`", frame.name),
        });
    };
    if at > frame.at {
        if let Some(missing) = first_missing(frame, particles, at) {
            return Err(format!("`{}` is missing before `{name}`", missing.name));
        }
        (frame.at, frame.count) = (at, 0);
    }
    once_more(frame, particle)
}

fn next_of_choice<'p>(
    frame: &mut Frame,
    particles: &'p [Particle],
    name: &str,
) -> Result<&'p Particle, String> {
    let found = particles.iter().enumerate().find(|(_, particle)| particle.name == name);
    let Some((at, particle)) = found else {
        return Err(format!("`{}` is none of {}", shown(name), names(particles)));
    };
    if frame.count == 0 {
        frame.at = at;
    } else if frame.at != at {
        return Err(format!("`{name}` where only one of {} may stand", names(particles)));
    }
    once_more(frame, particle)
}

fn once_more<'p>(frame: &mut Frame, particle: &'p Particle) -> Result<&'p Particle, String> {
    if particle.max != UNBOUNDED && frame.count >= particle.max {
        return Err(format!("`{}` stands more than {} times", particle.name, particle.max));
    }
    frame.count = frame.count.saturating_add(1);
    Ok(particle)
}

fn names(particles: &[Particle]) -> String {
    let names: Vec<&str> = particles.iter().map(|particle| particle.name.as_str()).collect();
    names.join(", ")
}
