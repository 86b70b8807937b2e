//! Answers that were given before, by all that made a difference to them. Policies never change while a bank runs, so an
//! answer holds until the process ends.

use super::question::Key;
use crate::asked::Allowed;
use hashbrown::HashMap;
use std::sync::{PoisonError, RwLock};

/// Answers kept at most. Kinds of askers times kinds of questions are a few thousand; more means that a policy uses
/// amounts in a way that tells each from the next.
const ANSWERS_MAX: usize = 65_536;

type Answers = HashMap<Key, Allowed, foldhash::fast::RandomState>;

#[derive(Debug)]
pub(super) struct Cache(RwLock<Answers>);

impl Cache {
    pub(super) fn new() -> Cache {
        Cache(RwLock::default())
    }

    pub(super) fn get(&self, key: &Key) -> Option<Allowed> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    pub(super) fn keep(&self, key: Key, answer: Allowed) {
        let mut answers = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= ANSWERS_MAX {
            answers.clear();
        }
        answers.insert(key, answer);
    }
}
