//! Dialogues as people have them, and every screen measured in both languages.

use super::super::facts::key_of;
use super::super::screen::length;
use super::*;

const LONG: &str = "Somebody whom you never paid before is paid much more than you usually pay, at night, shortly after a new \
                    device signed in; fraudsters work like this.";

fn begun(lang: Lang) -> Dialogue {
    let known = Known {
        bank: if lang == Lang::En {
            "Mingjing Rural Commercial Bank"
        } else {
            "明镜农村商业银行"
        }
        .to_owned(),
        telephone: "+86 400 800 1234".to_owned(),
        site: "bank.mingjing.example/check".to_owned(),
        sim_changed: false,
    };
    Dialogue::begin(Words(lang), known, "seed".to_owned())
}

fn inside(lang: Lang) -> Dialogue {
    let mut one = begun(lang);
    assert_eq!(one.typed("258036"), Some(Asks::SignIn("258036".to_owned())));
    assert_eq!(one.told(Told::In { sim_changed: false, unseen: None }), None);
    one
}

fn money(amount: &str) -> Money {
    Money { amount: amount.to_owned(), currency: "CNY".to_owned() }
}

fn account(end: u32) -> Account {
    Account {
        id: figures::account_of(&format!("629900000000000{end}")).unwrap(),
        booked: money("123456789012.50"),
        free: money("6000.00"),
        per_payment: Some(money("5000.00")),
        per_day: None,
        own: true,
    }
}

/// The key of an entry of the menu.
fn key(word: &str) -> String {
    key_of(MENU.iter().position(|one| *one == word).unwrap())
}

/// Types a choice of the start, and gives the bank's accounts.
fn choose(one: &mut Dialogue, word: &str) -> Option<Asks> {
    one.typed("00");
    assert_eq!(one.typed(&key(word)), Some(Asks::Accounts));
    one.told(Told::Accounts(vec![account(7_686)]))
}

/// On to the end of what the screen has, and back to nothing unread.
fn read_on(one: &mut Dialogue) {
    while one.pages.len() > one.page + 1 {
        assert_eq!(one.typed("9"), None);
    }
}

/// A payment as far as its last yes.
fn to_confirm(one: &mut Dialogue, would: &str) -> String {
    assert!(matches!(choose(one, "phone-menu-pay"), Some(Asks::Payees(_))));
    one.told(Told::Payees(vec![account(1_111).id, account(2_222).id]));
    assert_eq!(one.typed("2"), None);
    let Some(Asks::Quote(wish)) = one.typed("12*50") else { panic!("no quote") };
    assert_eq!((wish.money.clone(), wish.to.clone()), (money("12.50"), account(2_222).id));
    let quote =
        Quote { would: would.to_owned(), reasons: vec![LONG.to_owned()], refusal: String::new() };
    one.told(Told::Quoted(wish, quote));
    let Some(Place::Confirm(paying, _)) = one.places.last() else { panic!("nothing to confirm") };
    paying.key.clone()
}

#[test]
fn a_payment_goes_from_the_menu_to_its_receipt() {
    let mut one = inside(Lang::En);
    let key = to_confirm(&mut one, "post");
    let Some(Asks::Pay(paying, None)) = one.typed("1") else { panic!("not paid") };
    assert_eq!((paying.key.as_str(), paying.confirmed), (key.as_str(), false));
    one.told(Told::Became(paying, Became::Paid(4_711)));
    assert!(
        one.shows().contains("Paid ¥12.50 to ..2222. Receipt: record 4711."),
        "{}",
        one.shows()
    );
    assert!(one.receipt().is_some_and(|told| told.contains("/check")), "{:?}", one.receipt());
    // Back leads to the start, and not into the payment again.
    one.typed("0");
    assert!(matches!(one.places.last(), Some(Place::Menu)));
}

#[test]
fn a_warning_is_read_to_its_end_before_anything_is_paid() {
    let mut one = inside(Lang::En);
    to_confirm(&mut one, "ask");
    assert!(one.pages.len() > 1 && one.shows().starts_with("WAIT."), "{}", one.shows());
    assert_eq!(one.typed("1"), None, "the first page has no yes");
    read_on(&mut one);
    let Some(Asks::Pay(paying, None)) = one.typed("1") else { panic!("not paid") };
    assert!(paying.confirmed);
    let mut other = inside(Lang::En);
    to_confirm(&mut other, "refuse");
    read_on(&mut other);
    assert_eq!(other.typed("1"), None, "what is refused has no yes at all");
}

#[test]
fn a_stopped_payment_says_why_before_one_objects() {
    let mut one = inside(Lang::En);
    assert_eq!(one.typed(&key("phone-menu-stopped")), Some(Asks::Stopped));
    let stopped = Stopped { reasons: Vec::new(), ..Longest::new().stopped("open") };
    one.told(Told::Stopped(vec![stopped.clone()]));
    assert_eq!(one.typed("1"), Some(Asks::Why(stopped.clone())));
    let why = "The payee was paid by many others today.";
    one.told(Told::Why(Stopped { reasons: vec![why.to_owned()], ..stopped }));
    assert!(one.shows().contains("by many others"), "{}", one.shows());
    read_on(&mut one);
    assert_eq!(one.typed("1"), None, "first it is asked why one objects");
    assert_eq!(one.typed("2"), Some(Asks::Appeal("case".to_owned(), 2)));
}

#[test]
fn a_payment_without_an_answer_is_asked_again_under_the_same_key() {
    let mut one = inside(Lang::En);
    let key = to_confirm(&mut one, "post");
    let Some(Asks::Pay(paying, None)) = one.typed("1") else { panic!("not paid") };
    one.told(Told::Became(paying, Became::Unknown));
    let Some(Asks::Pay(again, None)) = one.typed("1") else { panic!("not asked again") };
    assert_eq!(again.key, key);
    let other = to_confirm(&mut one, "post");
    assert_ne!(other, key, "another payment has another key");
}

#[test]
fn a_large_payment_is_signed_with_the_code_that_is_asked_for() {
    let mut one = inside(Lang::Zh);
    let key = to_confirm(&mut one, "post");
    let Some(Asks::Pay(paying, None)) = one.typed("1") else { panic!("not paid") };
    let sign = |wrong| Became::Sign { challenge: "c".to_owned(), number: Some(7), wrong };
    one.told(Told::Became(paying, sign(false)));
    assert!(one.shows().contains("第7"), "{}", one.shows());
    assert_eq!(one.typed("12345"), None, "five digits are no code");
    let Some(Asks::Pay(paying, Some(answer))) = one.typed("123 456") else { panic!("not signed") };
    let meant = Answer { challenge: "c".to_owned(), number: 7, code: "123456".to_owned() };
    assert_eq!((paying.key.as_str(), answer), (key.as_str(), meant));
    let depth = one.places.len();
    one.told(Told::Became(paying.clone(), sign(true)));
    assert_eq!(one.places.len(), depth, "a wrong code leads to the same question");
    one.told(Told::Became(
        paying,
        Became::Sign { challenge: String::new(), number: None, wrong: true },
    ));
    assert!(one.shows().contains("没有可用的密码卡"), "{}", one.shows());
}

#[test]
fn another_sim_looks_and_does_not_pay() {
    let mut one = begun(Lang::En);
    one.typed("258036");
    one.told(Told::In { sim_changed: true, unseen: None });
    assert_eq!(one.typed(&key("phone-menu-pay")), None);
    assert!(one.shows().contains("SIM"), "{}", one.shows());
    one.typed("00");
    assert_eq!(one.typed(&key("phone-menu-balance")), Some(Asks::Accounts));
}

#[test]
fn a_limit_is_only_lowered() {
    let mut one = inside(Lang::En);
    assert_eq!(choose(&mut one, "phone-menu-limits"), None);
    read_on(&mut one);
    one.typed("1");
    assert_eq!(one.typed("5000"), None, "{}", one.shows());
    assert!(one.shows().contains("only be lowered"), "{}", one.shows());
    let Some(Asks::SetLimits(set)) = one.typed("100") else { panic!("not set") };
    assert_eq!((set.per_payment, set.per_day), (Some(money("100.00")), None));
}

#[test]
fn keys_lead_back_to_the_start_and_to_a_person_from_everywhere() {
    let mut one = inside(Lang::En);
    to_confirm(&mut one, "post");
    one.typed("*");
    assert!(one.shows().contains("+86 400 800 1234"), "{}", one.shows());
    one.typed("0");
    assert!(
        matches!(one.places.last(), Some(Place::Confirm(..))),
        "back from the person to the payment"
    );
    one.typed("00");
    assert!(matches!(one.places.last(), Some(Place::Menu)));
    assert_eq!(one.typed("77"), None);
    assert!(one.shows().starts_with("That is no choice here."), "{}", one.shows());
    one.typed("0");
    assert!(!one.goes_on());
    let mut stranger = begun(Lang::En);
    assert_eq!(stranger.typed("00"), None);
    assert!(matches!(stranger.places.last(), Some(Place::Pin)), "no way in without a PIN");
    stranger.typed("*");
    stranger.typed("0");
    assert!(matches!(stranger.places.last(), Some(Place::Pin)));
}

#[test]
fn a_wrong_pin_is_asked_again_until_it_is_locked() {
    let mut one = begun(Lang::En);
    one.typed("111111");
    one.told(Told::NotIn("That PIN is not right.".to_owned(), true));
    assert!(one.goes_on() && one.shows().starts_with("That PIN is not right."), "{}", one.shows());
    assert!(one.typed("258036").is_some());
    one.told(Told::NotIn("Too many.".to_owned(), false));
    assert!(!one.goes_on());
    assert_eq!(one.shows(), "Too many.");
}

#[test]
fn a_receipt_that_nobody_saw_is_shown_first_at_the_next_call() {
    let mut one = begun(Lang::En);
    one.typed("258036");
    one.told(Told::In { sim_changed: false, unseen: Some("Paid ¥12.50.".to_owned()) });
    assert!(one.shows().starts_with("Since your last call: Paid ¥12.50."), "{}", one.shows());
}

#[test]
fn many_choices_leave_out_the_key_that_goes_on() {
    assert_eq!(
        (0..10).map(key_of).collect::<Vec<_>>(),
        ["1", "2", "3", "4", "5", "6", "7", "8", "10", "11"]
    );
    for at in 0..40 {
        assert_eq!(at_of(&key_of(at)), Some(at));
    }
    assert_eq!((at_of("9"), at_of("0"), at_of("01"), at_of("x")), (None, None, None, None));
}

/// The longest that each thing can be.
struct Longest {
    paying: Paying,
    later: Later,
    line: Line,
    look: Look,
}

impl Longest {
    fn new() -> Longest {
        let wish =
            Wish { from: account(7_686), to: account(1_111).id, money: money("999999999999.99") };
        let (other, money) = ("7686".to_owned(), wish.money.clone());
        let later = Later {
            id: "o".to_owned(),
            from: "a".to_owned(),
            other: other.clone(),
            money: money.clone(),
            repeats: "monthly".to_owned(),
            next: "31.12.".to_owned(),
        };
        Longest {
            paying: Paying { wish, confirmed: true, key: "k".to_owned() },
            later,
            line: Line { came: true, money, other, day: "27.11.".to_owned() },
            look: Look { who: "w".repeat(20), day: "27.11.".to_owned() },
        }
    }

    fn stopped(&self, status: &str) -> Stopped {
        let (case, day) = ("case".to_owned(), "27.11.".to_owned());
        let (money, reasons) = (self.paying.wish.money.clone(), vec![LONG.to_owned()]);
        Stopped { case, money, status: status.to_owned(), day, reasons }
    }

    fn quoted(&self, would: &str) -> Told {
        let reasons = vec![LONG.to_owned(), "金额比平时大得多，第一次付给这个人。".repeat(3)];
        let quote = Quote { would: would.to_owned(), reasons, refusal: LONG.to_owned() };
        Told::Quoted(self.paying.wish.clone(), quote)
    }

    /// Everything that can become of a payment.
    fn became(&self) -> Vec<Told> {
        let sign = |wrong| Became::Sign { challenge: "c".to_owned(), number: Some(24), wrong };
        let all = [
            Became::Paid(u64::MAX),
            Became::Held,
            Became::Not(LONG.to_owned()),
            Became::Unknown,
            sign(false),
            sign(true),
        ];
        all.map(|became| Told::Became(self.paying.clone(), became)).to_vec()
    }

    /// Everything that the bank can say.
    fn told(&self, words: Words) -> Vec<Told> {
        let locked = words.with("phone-pin-locked", &[("number", text("+86 400 800 1234"))]);
        let mut told = vec![
            Told::In { sim_changed: false, unseen: Some(LONG.to_owned()) },
            Told::NotIn(locked, false),
            Told::Accounts(Vec::new()),
            Told::Accounts(vec![account(1_111); 12]),
            Told::Lines(vec![self.line.clone(); 8]),
            Told::Lines(Vec::new()),
            Told::Payees(vec![account(1_111).id; 5]),
            Told::Payees(Vec::new()),
            Told::Stopped(STATUSES.map(|status| self.stopped(status)).to_vec()),
            Told::Stopped(Vec::new()),
            Told::Later(vec![self.later.clone(); 40]),
            Told::Later(Vec::new()),
            Told::Looks(vec![self.look.clone(); 8]),
            Told::Looks(Vec::new()),
            Told::Card(Some(24)),
            Told::Card(None),
            Told::Blocked(12, 3),
            Told::Blocked(1, 0),
            Told::Done("phone-limit-set"),
            Told::Done("phone-later-ended"),
            Told::Done("phone-appealed"),
            Told::Trouble(LONG.to_owned()),
        ];
        told.extend(["post", "hold", "ask", "refuse"].map(|would| self.quoted(would)));
        told.extend(self.became());
        told.extend(STATUSES.map(|status| Told::Why(self.stopped(status))));
        told
    }

    /// Places that are reached without the bank's word.
    fn places(&self) -> Vec<Place> {
        vec![
            Place::Amount(account(7_686), account(1_111).id),
            Place::Limits(account(7_686)),
            Place::LimitNew(account(7_686), false),
            Place::LimitNew(account(7_686), true),
            Place::BlockSure,
            Place::Person,
            Place::LaterOne(self.later.clone()),
            Place::Appeal(self.stopped("open")),
        ]
    }
}

const STATUSES: [&str; 6] = ["open", "proposed", "refused", "lapsed", "released", "noted"];

/// Every place with the longest it can have to show.
fn everywhere(lang: Lang) -> Vec<Dialogue> {
    let longest = Longest::new();
    let mut all = vec![begun(lang), inside(lang)];
    for told in longest.told(Words(lang)) {
        let mut one = inside(lang);
        one.told(told);
        all.push(one);
    }
    for place in longest.places() {
        let mut one = inside(lang);
        one.go(place);
        all.push(one.clone());
        one.wrong();
        all.push(one);
    }
    for word in ["phone-sim", "phone-bye", "phone-busy", "phone-again", "phone-wait"] {
        let mut one = inside(lang);
        one.say(word);
        all.push(one);
    }
    all
}

#[test]
fn every_screen_fits_in_both_languages_and_has_no_word_without_a_sentence() {
    let mut screens = 0;
    for lang in [Lang::En, Lang::Zh] {
        for one in everywhere(lang) {
            for page in &one.pages {
                let (long, most) = length(page);
                let most =
                    if lang == Lang::Zh { most.min(super::super::screen::UCS2_MAX) } else { most };
                assert!(long <= most, "{long} > {most}: {page}");
                assert!(
                    lang == Lang::Zh || most == super::super::screen::GSM_MAX,
                    "not in GSM's letters: {page}"
                );
                assert!(!page.contains("phone-") && !page.contains("{"), "{page}");
                screens += 1;
            }
        }
    }
    assert!(screens > 200, "{screens}");
}

/// The sentences that end a dialogue outside of it.
#[test]
fn what_is_said_to_strangers_fits_one_screen() {
    for lang in [Lang::En, Lang::Zh] {
        for word in ["phone-unknown", "phone-again", "phone-shut", "phone-wait", "phone-pin-locked"]
        {
            let put = [("number", text("+86 400 800 1234"))];
            let said = super::super::screen::plain(lang, &Words(lang).with(word, &put));
            let (long, most) = length(&said);
            assert!(long <= most, "{long}: {said}");
        }
    }
}

/// The menu as `docs/text.md` has it.
#[test]
fn the_menu_in_the_documents_is_the_menu() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/text.md");
    let document = std::fs::read_to_string(path).unwrap();
    let (begin, end) = ("<!-- menu -->\n", "<!-- /menu -->");
    let row = |at: usize| {
        let say = |lang| Words(lang).say(MENU[at]).into_owned();
        format!("| {} | {} | {} |\n", key_of(at), say(Lang::En), say(Lang::Zh))
    };
    let rows: String = (0..MENU.len()).map(row).collect();
    let made = format!("| key | English | 中文 |\n|---|---|---|\n{rows}");
    let (before, rest) = document.split_once(begin).unwrap();
    let (found, after) = rest.split_once(end).unwrap();
    if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
        std::fs::write(path, format!("{before}{begin}{made}{end}{after}")).unwrap();
        return;
    }
    assert!(found == made, "{path} has another menu; if that is meant, run with BLESS=1");
}
