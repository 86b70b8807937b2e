//! Many requests of one upload on their way through the writer, a few at once: while one is decided and synced the next
//! is being made. What each request is of travels beside it and comes back with its answers, in order.

use node::{Answer, Handle, Unanswered};
use std::collections::VecDeque;
use std::time::Instant;
use terms::Command;
use tokio::sync::oneshot;

/// Payments of an upload at most, whatever its form.
pub const ITEMS_MAX: usize = 100_000;
/// Payments that go to the writer as one request.
pub const CHUNK: usize = 2_048;
/// Requests of an upload that are with the writer at once.
pub const IN_LINE: usize = 4;

type Said = Result<Vec<Answer>, Unanswered>;

/// The requests of one upload that are with the writer.
pub struct Pipeline<T> {
    line: Handle,
    deadline: Instant,
    in_line: VecDeque<(T, oneshot::Receiver<Said>)>,
}

impl<T> Pipeline<T> {
    /// To this line, until this moment.
    pub fn new(line: Handle, deadline: Instant) -> Pipeline<T> {
        Pipeline { line, deadline, in_line: VecDeque::new() }
    }

    /// Puts a request in line. When as many are with the writer as may be, waits for the one that has been there for
    /// longest and gives it back with its answers; no answers if there is none by the deadline.
    pub async fn put(&mut self, of: T, request: Vec<Command>) -> Option<(T, Vec<Answer>)> {
        let said = self.submit(request).await;
        self.in_line.push_back((of, said));
        if self.in_line.len() >= IN_LINE { self.next().await } else { None }
    }

    /// The request that has been in line for longest, with its answers; `None` when none is left.
    pub async fn next(&mut self) -> Option<(T, Vec<Answer>)> {
        let (of, said) = self.in_line.pop_front()?;
        let answers = match tokio::time::timeout_at(self.deadline.into(), said).await {
            Ok(Ok(Ok(answers))) => answers,
            _ => Vec::new(),
        };
        Some((of, answers))
    }

    /// When the line is full, waits and tries again until the deadline.
    async fn submit(&self, request: Vec<Command>) -> oneshot::Receiver<Said> {
        let mut request = request;
        loop {
            let (tell, said) = oneshot::channel();
            if request.is_empty() {
                drop(tell.send(Ok(Vec::new())));
                return said;
            }
            let again = request.clone();
            let reply = move |answers| drop(tell.send(answers));
            match self.line.submit_then(request, self.deadline, None, reply) {
                Err(Unanswered::Busy { retry_after }) if Instant::now() < self.deadline => {
                    request = again;
                    tokio::time::sleep(retry_after).await;
                }
                _ => return said,
            }
        }
    }
}
