//! Answers of late to the questions that figures are made of: a question leaves an entry in the journal, so one that was just
//! answered is not asked again for those of the same roles.

use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long an answer is kept.
const KEPT_FOR: Duration = Duration::from_secs(30);
/// Answers that are kept at most.
const KEPT_MAX: usize = 64;

/// Answers of late.
#[derive(Debug, Default)]
pub struct Kept(Mutex<BTreeMap<String, (Instant, Value)>>);

impl Kept {
    /// An answer that is not too old.
    pub fn get(&self, key: &str) -> Option<Value> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, answer) = kept.get(key)?;
        (since.elapsed() < KEPT_FOR).then(|| answer.clone())
    }

    /// Forgets all: something was done that changes what they say.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Keeps an answer.
    pub fn keep(&self, key: String, answer: &Value) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (since, _)| since.elapsed() < KEPT_FOR);
        if kept.len() < KEPT_MAX {
            kept.insert(key, (Instant::now(), answer.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_answer_is_kept_for_its_roles_alone() {
        let kept = Kept::default();
        kept.keep("operations hours".to_owned(), &json!(1));
        assert_eq!(kept.get("operations hours"), Some(json!(1)));
        assert_eq!(kept.get("customer hours"), None);
        kept.forget();
        assert_eq!(kept.get("operations hours"), None);
    }
}
