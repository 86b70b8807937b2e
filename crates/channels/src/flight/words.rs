//! Errors as a client sees them: a code of gRPC's and a sentence.

use history::{AskFailed, HistoryFailed};
use std::error::Error;
use tonic::Status;

/// Bytes of a sentence at most: it travels in a header, and headers are short.
const SENTENCE_BYTES_MAX: usize = 2_000;

/// Why there is no answer.
pub fn status(error: &AskFailed) -> Status {
    let sentence = short(&chain(error));
    match error {
        AskFailed::Query(_) | AskFailed::History(HistoryFailed::NoSuchMoment(_)) => {
            Status::invalid_argument(sentence)
        }
        AskFailed::TooLong(_) => Status::deadline_exceeded(sentence),
        AskFailed::TooLarge(_) => Status::resource_exhausted(sentence),
        AskFailed::History(_) | AskFailed::Running(_) | AskFailed::Broken(_) => {
            Status::internal(sentence)
        }
    }
}

/// Something of our own that went wrong.
pub fn internal(error: &dyn Error) -> Status {
    Status::internal(short(&chain(error)))
}

/// A sentence that fits.
pub fn short(sentence: &str) -> String {
    if sentence.len() <= SENTENCE_BYTES_MAX {
        return sentence.to_owned();
    }
    let end = sentence.floor_char_boundary(SENTENCE_BYTES_MAX);
    format!("{}…", &sentence[..end])
}

/// An error and what is behind it.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_sentence_is_cut_between_letters_and_a_short_one_is_not() {
        assert_eq!(short("no such table"), "no such table");
        let cut = short(&"名".repeat(1_000));
        assert!(cut.len() <= SENTENCE_BYTES_MAX + 3 && cut.ends_with("名…"));
    }

    #[test]
    fn a_moment_that_is_not_there_is_the_askers_fault() {
        let error = AskFailed::History(HistoryFailed::NoSuchMoment("there is no entry 9".into()));
        let status = status(&error);
        assert_eq!(status.code(), tonic::Code::InvalidArgument);
        assert!(status.message().ends_with("there is no entry 9"));
    }
}
