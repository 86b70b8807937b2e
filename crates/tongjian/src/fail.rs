//! What went wrong, with which exit code, and what to do next. Every failure of the program is one of
//! these; `main` prints it and nothing else prints failures.

use std::error::Error;
use std::fmt;

/// The program's exit codes; 0 is success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// It could not be done: the disk, a damaged journal, a missing key.
    Failed = 1,
    /// The command line or a file it names is not as it should be.
    Usage = 2,
    /// The bank said no, by its rules.
    Refused = 3,
    /// Something does not verify.
    NotVerified = 4,
    /// Not now: another program has the bank open, or whether it was done is not known.
    Unavailable = 5,
}

impl Exit {
    /// One word for programs.
    pub fn word(self) -> &'static str {
        match self {
            Exit::Failed => "failed",
            Exit::Usage => "usage",
            Exit::Refused => "refused",
            Exit::NotVerified => "not_verified",
            Exit::Unavailable => "unavailable",
        }
    }
}

/// A failure as it is shown.
#[derive(Debug)]
pub struct Failure {
    /// The program's exit code.
    pub exit: Exit,
    /// What went wrong, with its causes behind colons.
    pub what: String,
    /// What to do next.
    pub next: String,
    /// The answer was printed already, as answers are; only the exit code is left to give.
    pub said: bool,
}

/// What every part of the program gives back.
pub type Done<T = ()> = Result<T, Failure>;

impl Failure {
    /// A failure that needs no cause.
    pub fn new(exit: Exit, what: impl Into<String>, next: impl Into<String>) -> Failure {
        Failure { exit, what: what.into(), next: next.into(), said: false }
    }

    /// Wrong arguments.
    pub fn usage(what: impl Into<String>, next: impl Into<String>) -> Failure {
        Failure::new(Exit::Usage, what, next)
    }

    /// A failure with the chain of its causes.
    pub fn because(
        exit: Exit,
        what: impl fmt::Display,
        cause: &dyn Error,
        next: impl Into<String>,
    ) -> Failure {
        Failure::new(exit, format!("{what}: {}", chain(cause)), next)
    }

    /// The answer is printed; what is left is the exit code.
    pub fn said(exit: Exit) -> Failure {
        Failure { exit, what: String::new(), next: String::new(), said: true }
    }
}

/// An error and all that is behind it, once each.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let own = error.to_string();
        // Some errors repeat their source in their own words.
        if !text.ends_with(&own) {
            text.push_str(": ");
            text.push_str(&own);
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Outer(std::io::Error);

    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the journal cannot be read")
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn a_failure_names_every_cause_once() {
        let cause = Outer(std::io::Error::other("disk gone"));
        let failure = Failure::because(Exit::Failed, "cannot start", &cause, "see to the disk");
        assert_eq!(failure.what, "cannot start: the journal cannot be read: disk gone");
    }
}
