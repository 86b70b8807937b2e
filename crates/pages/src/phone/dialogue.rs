//! A dialogue with a phone that has keys and one small screen: where it is, what was typed, what comes next. Nothing here knows a
//! clock, a network or the bank: what must be asked is handed out as [`Asks`], and the answer comes back as [`Told`]. What each place
//! shows stands in `places.rs`; `9` goes on, `0` back, `00` to the start, `*` to a person, wherever one is.

use super::facts::{
    Account, Became, Known, Later, Line, Look, Money, Paying, Quote, Stopped, Wish, at_of,
    typed_amount,
};
use super::places::{MENU, Place, screen};
use crate::figures;
use crate::words::{Lang, Words, text};

/// Digits of a PIN and of a code.
const CODE_DIGITS: usize = 6;
/// Digits of an account's number at least: fewer are a choice.
const ACCOUNT_DIGITS_MIN: usize = 6;

/// What somebody came for, where an account must be chosen first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// What there is.
    Balance,
    /// What happened.
    Lines,
    /// Pay.
    Pay,
    /// Payments for later.
    Later,
    /// What an account may send.
    Limits,
}

/// The answer to a challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Names the challenge.
    pub challenge: String,
    /// Which code of the card was asked for.
    pub number: u8,
    /// What was typed.
    pub code: String,
}

/// What must be asked of the bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Is this the PIN?
    SignIn(String),
    /// One's accounts.
    Accounts,
    /// What happened on one.
    Lines(String),
    /// Whom it paid lately.
    Payees(String),
    /// What would become of a payment?
    Quote(Wish),
    /// Pay; with the answer to a challenge, if it must be signed.
    Pay(Paying, Option<Answer>),
    /// Payments that somebody looked at.
    Stopped,
    /// Why one was stopped.
    Why(Stopped),
    /// Object to one, for one of three reasons.
    Appeal(String, u8),
    /// Payments for later.
    Later(String),
    /// End one, under a key.
    EndLater(Later, String),
    /// Set what an account may send.
    SetLimits(Account),
    /// Who looked.
    Looks,
    /// Stop everything.
    Block,
    /// How many codes the card has left.
    Card,
    /// Speak another language.
    Speak(Lang),
}

/// What the bank said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Signed in; whether the SIM is another one, and what was not seen because a line broke off.
    In {
        /// The phone has another SIM than before.
        sim_changed: bool,
        /// The last receipt, if it may not have been seen.
        unseen: Option<String>,
    },
    /// Not signed in: a sentence, and whether a PIN may be tried again.
    NotIn(String, bool),
    /// One's accounts.
    Accounts(Vec<Account>),
    /// What happened.
    Lines(Vec<Line>),
    /// Whom one paid lately: numbers in full.
    Payees(Vec<String>),
    /// What would become of it.
    Quoted(Wish, Quote),
    /// What became of it.
    Became(Paying, Became),
    /// Payments that somebody looked at.
    Stopped(Vec<Stopped>),
    /// One of them, with its reasons.
    Why(Stopped),
    /// Payments for later.
    Later(Vec<Later>),
    /// Who looked.
    Looks(Vec<Look>),
    /// Codes left on the card; none if there is no card.
    Card(Option<u8>),
    /// Everything is stopped: on how many accounts, and on how many it could not be.
    Blocked(u64, u64),
    /// Done; the name of the sentence that says so.
    Done(&'static str),
    /// It speaks another language.
    Speaks(Lang),
    /// It could not be; a sentence.
    Trouble(String),
}

/// A dialogue.
#[derive(Clone, Debug)]
pub struct Dialogue {
    /// The words of its language.
    pub words: Words,
    known: Known,
    /// Where one is, and the way back.
    places: Vec<Place>,
    pages: Vec<String>,
    page: usize,
    task: Option<Task>,
    account: Option<Account>,
    /// What keys are made of, and how many were made.
    seed: String,
    keys: u32,
    /// It is over after this screen.
    over: bool,
    receipt: Option<String>,
}

impl Dialogue {
    /// Begins. `seed` is another one for each dialogue.
    pub fn begin(words: Words, known: Known, seed: String) -> Dialogue {
        let mut begun = Dialogue {
            words,
            known,
            places: Vec::new(),
            pages: Vec::new(),
            page: 0,
            task: None,
            account: None,
            seed,
            keys: 0,
            over: false,
            receipt: None,
        };
        begun.go(Place::Pin);
        begun
    }

    /// What the screen shows.
    pub fn shows(&self) -> &str {
        self.pages.get(self.page).map_or("", String::as_str)
    }

    /// Whether it goes on behind this screen.
    pub fn goes_on(&self) -> bool {
        !self.over
    }

    /// What somebody must not miss though the line breaks off here.
    pub fn receipt(&self) -> Option<&str> {
        self.receipt.as_deref()
    }

    /// Somebody typed something. What must be asked, or nothing: then the next screen is there.
    pub fn typed(&mut self, typed: &str) -> Option<Asks> {
        let typed = typed.trim().trim_end_matches('#');
        self.receipt = None;
        let inside = !matches!(self.places.first(), Some(Place::Pin) | None);
        match typed {
            "*" => self.go(Place::Person),
            "00" if inside => self.start(),
            "0" if self.page > 0 => self.page -= 1,
            "0" if self.places.len() > 1 => self.back(),
            "0" => self.end("phone-bye"),
            "9" if self.page + 1 < self.pages.len() => self.page += 1,
            typed => return self.here(typed),
        }
        None
    }

    /// What is typed where one is.
    fn here(&mut self, typed: &str) -> Option<Asks> {
        let place = self.places.last().cloned().unwrap_or(Place::Pin);
        let next = match place {
            Place::Pin => code(typed).map(Asks::SignIn),
            Place::Menu => return self.menu(typed),
            Place::Choose(accounts) => {
                return match chosen(&accounts, typed) {
                    Some(account) => self.on_account(account.clone()),
                    None => self.wrong(),
                };
            }
            Place::To(from, payees) => return self.to(from, &payees, typed),
            Place::Amount(from, to) => return self.amount(from, to, typed),
            Place::Confirm(paying, quote) => {
                let read = self.page + 1 == self.pages.len() && quote.would != "refuse";
                (read && typed == "1").then_some(Asks::Pay(paying, None))
            }
            Place::Sign(paying, challenge, number, _) => {
                code(typed).map(|code| Asks::Pay(paying, Some(Answer { challenge, number, code })))
            }
            Place::Unsure(paying) => (typed == "1").then_some(Asks::Pay(paying, None)),
            Place::Stopped(all) => chosen(&all, typed).cloned().map(Asks::Why),
            Place::Case(stopped) if typed == "1" => {
                self.go(Place::Appeal(stopped));
                return None;
            }
            Place::Appeal(stopped) => matches!(typed, "1" | "2" | "3")
                .then(|| Asks::Appeal(stopped.case, typed.as_bytes()[0] - b'0')),
            Place::Later(all) => return self.choose(&all, typed, Place::LaterOne),
            Place::LaterOne(later) => (typed == "1").then(|| Asks::EndLater(later, self.new_key())),
            Place::Limits(account) if account.own && matches!(typed, "1" | "2") => {
                self.go(Place::LimitNew(account, typed == "2"));
                return None;
            }
            Place::LimitNew(account, of_day) => return self.lower(account, of_day, typed),
            Place::BlockSure => (typed == "1").then_some(Asks::Block),
            Place::Case(_) | Place::Limits(_) | Place::Person | Place::Says(_) => None,
        };
        if next.is_none() {
            self.wrong();
        }
        next
    }

    fn menu(&mut self, typed: &str) -> Option<Asks> {
        let at = at_of(typed).filter(|at| *at < MENU.len());
        let Some(at) = at else { return self.wrong() };
        let task = |task: Task| (Some(task), Some(Asks::Accounts));
        let (task, asks) = match MENU[at] {
            "phone-menu-balance" => task(Task::Balance),
            "phone-menu-lines" => task(Task::Lines),
            "phone-menu-pay" if self.known.sim_changed => {
                self.say("phone-sim");
                (None, None)
            }
            "phone-menu-pay" => task(Task::Pay),
            "phone-menu-stopped" => (None, Some(Asks::Stopped)),
            "phone-menu-later" => task(Task::Later),
            "phone-menu-limits" => task(Task::Limits),
            "phone-menu-looked" => (None, Some(Asks::Looks)),
            "phone-menu-block" => {
                self.go(Place::BlockSure);
                (None, None)
            }
            "phone-menu-language" => {
                let other = if self.words.0 == Lang::En { Lang::Zh } else { Lang::En };
                (None, Some(Asks::Speak(other)))
            }
            _ => (None, Some(Asks::Card)),
        };
        self.task = task;
        asks
    }

    /// Goes on with one of several.
    fn choose<T: Clone>(
        &mut self,
        all: &[T],
        typed: &str,
        place: impl FnOnce(T) -> Place,
    ) -> Option<Asks> {
        match chosen(all, typed) {
            Some(one) => self.go(place(one.clone())),
            None => return self.wrong(),
        }
        None
    }

    fn on_account(&mut self, account: Account) -> Option<Asks> {
        let id = account.id.clone();
        self.account = Some(account.clone());
        match self.task {
            Some(Task::Lines) => Some(Asks::Lines(id)),
            Some(Task::Pay) => Some(Asks::Payees(id)),
            Some(Task::Later) => Some(Asks::Later(id)),
            Some(Task::Limits) => {
                self.go(Place::Limits(account));
                None
            }
            Some(Task::Balance) | None => self.wrong(),
        }
    }

    fn to(&mut self, from: Account, payees: &[String], typed: &str) -> Option<Asks> {
        let before = chosen(payees, typed).cloned();
        let number = typed.replace([' ', '*'], "");
        let long = number.len() >= ACCOUNT_DIGITS_MIN && number.bytes().all(|b| b.is_ascii_digit());
        let written = long.then(|| figures::account_of(&number)).flatten();
        match before.or(written) {
            Some(to) => self.go(Place::Amount(from, to)),
            None => return self.wrong_as("phone-to-wrong", &[]),
        }
        None
    }

    fn amount(&mut self, from: Account, to: String, typed: &str) -> Option<Asks> {
        let amount =
            typed_amount(typed).filter(|amount| amount.bytes().any(|b| (b'1'..=b'9').contains(&b)));
        let Some(amount) = amount else { return self.wrong_as("phone-amount-wrong", &[]) };
        let money = Money { amount, currency: from.booked.currency.clone() };
        Some(Asks::Quote(Wish { from, to, money }))
    }

    /// A limit is only lowered here: whoever has the phone must not be able to raise it.
    fn lower(&mut self, mut account: Account, of_day: bool, typed: &str) -> Option<Asks> {
        let Some(amount) = typed_amount(typed) else {
            return self.wrong_as("phone-amount-wrong", &[]);
        };
        let new = Money { amount, currency: account.booked.currency.clone() };
        let limit = if of_day { &mut account.per_day } else { &mut account.per_payment };
        if let Some(now) = limit.as_ref().filter(|now| !new.is_less(now)) {
            let now = now.short();
            return self.wrong_as("phone-limit-lower", &[("now", text(now))]);
        }
        *limit = Some(new);
        Some(Asks::SetLimits(account))
    }

    /// The bank answered. It may have to be asked something else.
    pub fn told(&mut self, told: Told) -> Option<Asks> {
        match told {
            Told::In { sim_changed, unseen } => {
                self.known.sim_changed = sim_changed;
                self.places.clear();
                self.go(Place::Menu);
                if let Some(unseen) = unseen {
                    let says = self.words.with("phone-unseen", &[("receipt", text(unseen))]);
                    self.go(Place::Says(says));
                }
            }
            Told::NotIn(says, again) => {
                self.over = !again;
                let place = if again { Place::Pin } else { Place::Says(says.clone()) };
                self.places = vec![place];
                self.show(Some(says).filter(|_| again));
            }
            Told::Accounts(all) => return self.accounts(all),
            Told::Became(paying, became) => return self.became(paying, became),
            Told::Quoted(wish, quote) => {
                let paying = Paying { wish, confirmed: quote.would == "ask", key: self.new_key() };
                self.go(Place::Confirm(paying, quote));
            }
            Told::Payees(payees) => {
                let from = self.account.clone().unwrap_or_default();
                self.go(Place::To(from, payees));
            }
            Told::Stopped(all) if all.is_empty() => self.say("phone-none-stopped"),
            Told::Stopped(all) => self.go(Place::Stopped(all)),
            Told::Why(stopped) => self.go(Place::Case(stopped)),
            Told::Later(all) if all.is_empty() => self.say("phone-none-later"),
            Told::Later(all) => self.go(Place::Later(all)),
            Told::Lines(lines) => self.go(Place::Says(super::places::lines(self.words, &lines))),
            Told::Looks(looks) => self.go(Place::Says(super::places::looks(self.words, &looks))),
            Told::Card(left) => {
                let says = match left {
                    Some(left) => {
                        self.words.with("phone-card", &[("left", crate::words::count(left.into()))])
                    }
                    None => self.words.say("phone-no-card").into_owned(),
                };
                self.go(Place::Says(says));
            }
            Told::Blocked(stopped, not) => {
                let (stopped, not) = (crate::words::count(stopped), crate::words::count(not));
                let number = text(self.known.telephone.clone());
                let put = [("stopped", stopped), ("not", not), ("number", number)];
                let says = self.words.with("phone-blocked", &put);
                self.result(says);
            }
            Told::Done(word) => {
                let says = self.words.say(word).into_owned();
                self.result(says);
            }
            Told::Speaks(lang) => {
                self.words = Words(lang);
                self.start();
            }
            Told::Trouble(says) => self.go(Place::Says(says)),
        }
        None
    }

    fn accounts(&mut self, mut all: Vec<Account>) -> Option<Asks> {
        let task = self.task;
        if task == Some(Task::Limits) || task == Some(Task::Pay) {
            all.retain(|account| account.own || task == Some(Task::Limits));
        }
        match (all.len(), task) {
            (0, _) => self.say("phone-no-account"),
            (_, Some(Task::Balance)) => {
                self.go(Place::Says(super::places::balances(self.words, &all)));
            }
            (1, _) => return self.on_account(all.swap_remove(0)),
            _ => self.go(Place::Choose(all)),
        }
        None
    }

    fn became(&mut self, paying: Paying, became: Became) -> Option<Asks> {
        let to = figures::account_end(&paying.wish.to);
        let put = [("money", text(paying.wish.money.short())), ("to", text(to))];
        match became {
            Became::Paid(record) => {
                let mut put = put.to_vec();
                put.push(("record", text(figures::number(record).replace(',', ""))));
                put.push(("site", text(self.known.site.clone())));
                let says = self.words.with("phone-paid", &put);
                self.receipt = Some(says.clone());
                self.result(says);
            }
            Became::Held => {
                let says = self.words.with("phone-held", &put);
                self.receipt = Some(says.clone());
                self.result(says);
            }
            Became::Sign { number: None, .. } => self.say("phone-no-card"),
            Became::Sign { challenge, number: Some(number), wrong } => {
                if matches!(self.places.last(), Some(Place::Sign(..))) {
                    self.places.pop();
                }
                self.go(Place::Sign(paying, challenge, number, wrong));
            }
            Became::Ask => return Some(Asks::Quote(paying.wish)),
            Became::Not(says) => self.result(says),
            Became::Unknown => {
                if matches!(self.places.last(), Some(Place::Unsure(_))) {
                    self.places.pop();
                }
                self.go(Place::Unsure(paying));
            }
        }
        None
    }

    /// A key that no other payment has.
    fn new_key(&mut self) -> String {
        self.keys += 1;
        format!("{}-{}", self.seed, self.keys)
    }

    fn go(&mut self, place: Place) {
        self.places.push(place);
        self.show(None);
    }

    fn say(&mut self, word: &str) {
        self.go(Place::Says(self.words.say(word).into_owned()));
    }

    /// Something is done: what led there cannot be done again by going back.
    fn result(&mut self, says: String) {
        self.places = vec![Place::Menu];
        self.go(Place::Says(says));
    }

    fn start(&mut self) {
        self.places = vec![Place::Menu];
        self.show(None);
    }

    fn back(&mut self) {
        self.places.pop();
        self.show(None);
    }

    fn end(&mut self, word: &str) {
        self.over = true;
        self.pages = vec![super::screen::plain(self.words.0, &self.words.say(word))];
        self.page = 0;
    }

    /// The same screen again, because what was typed is nothing here.
    fn wrong(&mut self) -> Option<Asks> {
        self.wrong_as("phone-wrong", &[])
    }

    fn wrong_as(&mut self, word: &str, put: &[crate::words::Put<'_>]) -> Option<Asks> {
        let says = self.words.with(word, put);
        self.show(Some(says));
        None
    }

    /// Shows where one is, under a sentence if there is one.
    fn show(&mut self, first: Option<String>) {
        let place = self.places.last().unwrap_or(&Place::Pin);
        let mut shown = screen(self.words, &self.known, place);
        if let Some(first) = first {
            shown.says.insert(0, first);
        }
        shown.back = shown.back && !self.over;
        (self.pages, self.page) = (shown.pages(self.words), 0);
    }
}

fn chosen<'a, T>(all: &'a [T], typed: &str) -> Option<&'a T> {
    at_of(typed).filter(|_| typed.len() <= 2).and_then(|at| all.get(at))
}

fn code(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(|c| *c != ' ').collect();
    let fits = digits.len() == CODE_DIGITS && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then_some(digits)
}

#[cfg(test)]
mod tests;
