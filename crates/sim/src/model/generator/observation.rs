//! Notes of queries, access and checks: some contradict themselves, some are too long or empty.

use super::{Generator, Model};
use terms::limits::{
    ACCESS_NOTES_MAX, CHECK_RESULTS_MAX, QUERIES_PER_RECORD_MAX, RULE_NAME_BYTES_MAX,
};
use terms::*;

impl Generator {
    /// What somebody saw of a bank that stands as `model`.
    pub(super) fn seen(&mut self, model: &Model) -> Command {
        if self.seed.one_in(2) {
            let query = self.query(model);
            return Command::RecordQueries(vec![query; self.count(QUERIES_PER_RECORD_MAX)]);
        }
        if self.orders && self.seed.one_in(2) {
            let note = self.note();
            return Command::RecordAccess(vec![note; self.count(ACCESS_NOTES_MAX)]);
        }
        let result = self.result();
        Command::RecordCheck(CheckRecord {
            pack: "x".repeat(self.odd(4, &[257])),
            version: self.seed.below(3) as u32,
            hash: [4; 32],
            as_of: model.records(),
            results: vec![result; self.count(CHECK_RESULTS_MAX)],
        })
    }

    fn query(&mut self, model: &Model) -> QueryRecord {
        let end = self.seed.pick(&[QueryEnd::Complete, QueryEnd::Cancelled, QueryEnd::Failed]);
        let result_hash = if end == QueryEnd::Complete { [5; 32] } else { [0; 32] };
        QueryRecord {
            asker: "x".repeat(self.odd(6, &[0, 256, 257])),
            door: self.seed.pick(&[QueryDoor::CommandLine, QueryDoor::FlightSql]),
            text_hash: [6; 32],
            as_of: self.odd(model.records(), &[0, u64::MAX]),
            rows: self.odd(3, &[0, u64::MAX]),
            result_hash: self.odd(result_hash, &[[1; 32]]),
            end,
        }
    }

    fn note(&mut self) -> AccessRecord {
        let kind = self.seed.pick(&AccessKind::ALL);
        let mut text = || "x".repeat(self.odd(7, &[0, 256, 257]));
        let (who, about, says) = (text(), text(), text());
        AccessRecord { kind, who, about, says, times: self.odd(1, &[0, u32::MAX]) }
    }

    fn result(&mut self) -> CheckResult {
        let kind = self.seed.pick(&[CheckKind::Quality, CheckKind::Indicator]);
        let value = if kind == CheckKind::Quality { 0 } else { 3 };
        CheckResult {
            rule: "x".repeat(self.odd(9, &[RULE_NAME_BYTES_MAX, RULE_NAME_BYTES_MAX + 1])),
            kind,
            rows: self.odd(0, &[7, u64::MAX]),
            value: "9".repeat(self.odd(value, &[64, 65])),
            result_hash: [7; 32],
        }
    }

    /// How long a list is of which `most` fit.
    fn count(&mut self, most: usize) -> usize {
        self.odd(2, &[0, 1, most, most + 1])
    }
}
