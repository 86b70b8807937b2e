//! Notes of what was looked at and what was checked. Nobody can say here whether a note is true; it is
//! refused only when it contradicts itself or does not fit its record. Done, it changes nothing but how
//! many records there are and when the last one was.

use super::check_text;
use terms::limits::{
    ACCESS_NOTES_MAX, CHECK_RESULTS_MAX, INDICATOR_BYTES_MAX, QUERIES_PER_RECORD_MAX,
    RULE_NAME_BYTES_MAX,
};
use terms::{AccessRecord, CheckKind, CheckRecord, CheckResult, QueryEnd, QueryRecord, Refusal};

/// Only a query that came to its end has a result.
pub(super) fn allow_queries(queries: &[QueryRecord]) -> Result<(), Refusal> {
    let half_read = |q: &QueryRecord| q.end != QueryEnd::Complete && q.result_hash != [0; 32];
    if queries.iter().any(half_read) {
        return Err(Refusal::ReservedField);
    }
    queries.iter().try_for_each(|query| check_text(&query.asker))?;
    check_list(queries.len(), QUERIES_PER_RECORD_MAX)
}

/// Nothing is noted that happened no time.
pub(super) fn allow_access(notes: &[AccessRecord]) -> Result<(), Refusal> {
    if notes.iter().any(|note| note.times == 0) {
        return Err(Refusal::ReservedField);
    }
    notes.iter().flat_map(|n| [&n.who, &n.about, &n.says]).try_for_each(|text| check_text(text))?;
    check_list(notes.len(), ACCESS_NOTES_MAX)
}

/// Only an indicator has a value.
pub(super) fn allow_check(check: &CheckRecord) -> Result<(), Refusal> {
    let valued = |r: &CheckResult| r.kind == CheckKind::Quality && !r.value.is_empty();
    if check.results.iter().any(valued) {
        return Err(Refusal::ReservedField);
    }
    check_text(&check.pack)?;
    let long =
        |r: &CheckResult| r.rule.len() > RULE_NAME_BYTES_MAX || r.value.len() > INDICATOR_BYTES_MAX;
    if check.results.iter().any(long) {
        return Err(Refusal::TextTooLong);
    }
    check_list(check.results.len(), CHECK_RESULTS_MAX)
}

fn check_list(length: usize, most: usize) -> Result<(), Refusal> {
    if length == 0 {
        Err(Refusal::ListMustNotBeEmpty)
    } else if length > most {
        Err(Refusal::ListTooLong)
    } else {
        Ok(())
    }
}
