//! What each place of a dialogue shows.

use super::facts::{Account, Known, Later, Line, Look, Money, Paying, Quote, Stopped, key_of};
use super::screen::Screen;
use crate::figures;
use crate::words::{Words, count, text};

/// What the start offers, in this order.
pub const MENU: [&str; 10] = [
    "phone-menu-balance",
    "phone-menu-lines",
    "phone-menu-pay",
    "phone-menu-stopped",
    "phone-menu-later",
    "phone-menu-limits",
    "phone-menu-looked",
    "phone-menu-block",
    "phone-menu-language",
    "phone-menu-card",
];

/// Where one is.
#[derive(Clone, Debug)]
pub enum Place {
    /// The PIN is asked for.
    Pin,
    /// The start.
    Menu,
    /// One of several accounts.
    Choose(Vec<Account>),
    /// Whom to pay, with those of before.
    To(Account, Vec<String>),
    /// How much.
    Amount(Account, String),
    /// What would become of it, before the last yes.
    Confirm(Paying, Quote),
    /// A code of the card: the challenge, its number, and whether one was wrong.
    Sign(Paying, String, u8, bool),
    /// It was sent and nobody knows yet what became of it.
    Unsure(Paying),
    /// Payments that somebody looked at.
    Stopped(Vec<Stopped>),
    /// One of them.
    Case(Stopped),
    /// Why one objects.
    Appeal(Stopped),
    /// Payments for later.
    Later(Vec<Later>),
    /// One of them.
    LaterOne(Later),
    /// What an account may send.
    Limits(Account),
    /// A lower limit: of a day, or of one payment.
    LimitNew(Account, bool),
    /// Whether everything shall stop.
    BlockSure,
    /// How to reach a person.
    Person,
    /// Something is said.
    Says(String),
}

/// The screen of a place.
pub fn screen(words: Words, known: &Known, place: &Place) -> Screen {
    match place {
        Place::Pin => {
            let says = words.with("phone-pin", &[("bank", text(known.bank.as_str()))]);
            Screen { back: false, ..Screen::saying(says) }.with("*", words.say("phone-person"))
        }
        Place::Menu => menu(words),
        Place::Choose(accounts) => {
            let name = |account: &Account| format!("{} {}", account.end(), account.free.short());
            listed(words.say("phone-choose").into_owned(), accounts, name)
        }
        Place::To(_, payees) => {
            let says = if payees.is_empty() { "phone-to" } else { "phone-to-before" };
            let end = |payee: &String| format!("..{}", figures::account_end(payee));
            listed(words.say(says).into_owned(), payees, end)
        }
        Place::Amount(from, to) => {
            let put = [("to", text(figures::account_end(to))), ("free", text(from.free.short()))];
            Screen::saying(words.with("phone-amount", &put))
        }
        Place::Confirm(paying, quote) => confirm(words, paying, quote),
        Place::Sign(paying, _, number, wrong) => {
            let put = [
                ("n", count(u64::from(*number))),
                ("money", text(paying.wish.money.short())),
                ("to", text(figures::account_end(&paying.wish.to))),
            ];
            let says = words.with("phone-sign", &put);
            let mut shown = Screen::saying(says);
            if *wrong {
                shown.says.insert(0, words.say("phone-code-wrong").into_owned());
            }
            shown
        }
        Place::Unsure(paying) => {
            let put = [
                ("money", text(paying.wish.money.short())),
                ("to", text(figures::account_end(&paying.wish.to))),
            ];
            Screen::saying(words.with("phone-unsure", &put)).with("1", words.say("phone-ask-again"))
        }
        Place::Person => Screen::saying(
            words.with("phone-person-says", &[("number", text(known.telephone.as_str()))]),
        ),
        Place::Says(says) => Screen {
            says: says.split('\n').map(ToOwned::to_owned).collect(),
            choices: Vec::new(),
            back: true,
        },
        other => of_tasks(words, other),
    }
}

/// Screens of what was stopped, of payments for later, and of limits.
fn of_tasks(words: Words, place: &Place) -> Screen {
    match place {
        Place::Stopped(all) => {
            let name = |one: &Stopped| {
                let status = words.say(&format!("phone-case-{}", one.status));
                format!("{} {} {status}", one.day, one.money.short())
            };
            listed(words.say("phone-stopped").into_owned(), all, name)
        }
        Place::Case(one) => {
            let put = [("money", text(one.money.short())), ("day", text(one.day.as_str()))];
            let says = words.with(&format!("phone-case-says-{}", one.status), &put);
            let mut shown = Screen::saying(says);
            shown.says.extend(one.reasons.iter().cloned());
            shown.with("1", words.say("phone-appeal"))
        }
        Place::Appeal(_) => [1u8, 2, 3]
            .into_iter()
            .fold(Screen::saying(words.say("phone-appeal-why")), |shown, n| {
                shown.with(n.to_string(), words.say(&format!("phone-appeal-{n}")))
            }),
        Place::Later(all) => {
            let name = |one: &Later| format!("{} ..{}", one.money.short(), one.other);
            listed(words.say("phone-later").into_owned(), all, name)
        }
        Place::LaterOne(one) => {
            let put = [
                ("money", text(one.money.short())),
                ("to", text(one.other.as_str())),
                ("repeats", text(words.say(&format!("repeats-{}", one.repeats)).into_owned())),
                ("next", text(one.next.as_str())),
            ];
            Screen::saying(words.with("phone-later-one", &put))
                .with("1", words.say("phone-later-end"))
        }
        Place::Limits(account) => {
            let none = || words.say("phone-limit-none").into_owned();
            let of = |limit: &Option<Money>| limit.as_ref().map_or_else(none, Money::short);
            let put = [
                ("account", text(account.end())),
                ("one", text(of(&account.per_payment))),
                ("day", text(of(&account.per_day))),
            ];
            let shown = Screen::saying(words.with("phone-limits", &put));
            if !account.own {
                return shown;
            }
            shown.with("1", words.say("phone-limit-one")).with("2", words.say("phone-limit-day"))
        }
        Place::LimitNew(_, of_day) => {
            let word = if *of_day { "phone-limit-new-day" } else { "phone-limit-new-one" };
            Screen::saying(words.say(word))
        }
        _ => Screen::saying(words.say("phone-block")).with("1", words.say("phone-block-yes")),
    }
}

fn menu(words: Words) -> Screen {
    let mut menu = Screen::default();
    for (at, word) in MENU.iter().enumerate() {
        menu = menu.with(key_of(at), words.say(word));
    }
    menu.with("0", words.say("phone-hang-up")).with("*", words.say("phone-person"))
}

fn listed<T>(says: String, all: &[T], name: impl Fn(&T) -> String) -> Screen {
    let shown = Screen::saying(says);
    all.iter().enumerate().fold(shown, |shown, (at, one)| shown.with(key_of(at), name(one)))
}

/// A warning comes before the choice, and not paying is the first thing said.
fn confirm(words: Words, paying: &Paying, quote: &Quote) -> Screen {
    let wish = &paying.wish;
    let put = [
        ("money", text(wish.money.short())),
        ("to", text(figures::account(&wish.to))),
        ("from", text(wish.from.end())),
    ];
    let what = words.with("phone-confirm", &put);
    let yes = words.say("phone-yes");
    match quote.would.as_str() {
        "ask" => {
            let mut says = vec![words.say("phone-warn").into_owned()];
            says.extend(quote.reasons.iter().cloned());
            says.push(words.say("phone-warn-stop").into_owned());
            says.push(what);
            let shown = Screen { says, choices: Vec::new(), back: true };
            shown.with("1", words.say("phone-warn-go"))
        }
        "refuse" => {
            let mut says =
                vec![words.with("phone-refused", &[("why", text(quote.refusal.as_str()))])];
            says.extend(quote.reasons.iter().cloned());
            Screen { says, choices: Vec::new(), back: true }
        }
        would => {
            let mut says = vec![what];
            if would == "hold" {
                says.push(words.say("phone-hold").into_owned());
                says.extend(quote.reasons.iter().cloned());
            }
            Screen { says, choices: Vec::new(), back: true }.with("1", yes)
        }
    }
}

/// What there is, account by account.
pub fn balances(words: Words, accounts: &[Account]) -> String {
    let one = |account: &Account| {
        let put = [
            ("account", text(account.end())),
            ("booked", text(account.booked.short())),
            ("free", text(account.free.short())),
        ];
        let word =
            if account.booked == account.free { "phone-balance" } else { "phone-balance-free" };
        words.with(word, &put)
    };
    accounts.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// What happened, the latest first.
pub fn lines(words: Words, lines: &[Line]) -> String {
    if lines.is_empty() {
        return words.say("phone-none-lines").into_owned();
    }
    let one = |line: &Line| {
        let way = if line.came { '+' } else { '-' };
        let other = if line.other.is_empty() {
            words.say("phone-bank").into_owned()
        } else {
            format!("..{}", line.other)
        };
        format!("{} {way}{} {other}", line.day, line.money.short())
    };
    lines.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Who looked, the latest first.
pub fn looks(words: Words, looks: &[Look]) -> String {
    if looks.is_empty() {
        return words.say("phone-none-looked").into_owned();
    }
    let one = |look: &Look| format!("{} {}", look.day, look.who);
    let listed = looks.iter().map(one).collect::<Vec<_>>().join("\n");
    format!("{}\n{listed}", words.say("phone-looked"))
}
