//! Thieves, and honest people who look like them. `roster` says on which day what begins; `cast` finds who
//! takes part, `times` when; `networks`, `alone` and `victims` write down what thieves do, `lookalikes` what
//! honest people do; `answers` is what people say when the bank asks. What is written down is an `Errand`; `acts/errands.rs` carries it out.

mod times;
mod cast;
mod networks;
mod alone;
mod victims;
mod lookalikes;
mod roster;
mod answers;

pub(crate) use answers::{confirms, is_frightened};
pub(crate) use roster::{Start, roster};

use crate::desk::Desk;
use crate::errand::Errand;
use crate::habits::midnight;
use crate::label::Pattern;
use crate::rng::{Rng, mix};
use crate::scheme::{Scheme, Thieves};
use cast::Cast;
use times::Window;

impl Desk {
    /// Plans what begins today, with the people and the money as they are now.
    pub(crate) fn begin(&mut self, start: &Start, thieves: &Thieves) {
        let rng = Rng::new(mix(self.world.seed ^ 5 << 40, start.case.into()));
        let first = self.first_day.plus(start.day as i32);
        let window = Window::days(midnight(first), start.days);
        let books = (&self.world, &self.truth, &self.clock);
        let cast = Cast::new(books, rng, window);
        let errand = match start.scheme.and_then(|at| thieves.schemes.get(at)) {
            Some(scheme) => crime(cast, scheme),
            None => honest(cast),
        };
        self.take_on(start.case, errand);
    }
}

fn honest(mut cast: Cast<'_>) -> Errand {
    lookalikes::honest(&mut cast);
    cast.errand(0)
}

fn crime(mut cast: Cast<'_>, scheme: &Scheme) -> Errand {
    cast.schedule = scheme.schedule;
    cast.amount = scheme.amount.clone();
    let count = cast.count(&scheme.accounts).max(1);
    match scheme.pattern {
        Pattern::FanIn
        | Pattern::FanOut
        | Pattern::Cycle
        | Pattern::ScatterGather
        | Pattern::GatherScatter
        | Pattern::Bipartite
        | Pattern::Stack => networks::network(&mut cast, scheme.pattern, count),
        Pattern::Structuring => alone::structuring(&mut cast, count),
        Pattern::Mule => alone::mule(&mut cast, count),
        Pattern::Dormant => alone::dormant(&mut cast, count),
        Pattern::Takeover => victims::takeover(&mut cast, count),
        Pattern::Talked => victims::talked(&mut cast, count),
        Pattern::Listed => victims::to_listed(&mut cast, count),
    }
    let mut errand = cast.errand(scheme.margin_ppm);
    errand.pattern = Some(scheme.pattern);
    errand
}
