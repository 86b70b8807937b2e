//! Tables of words that are not names: legal forms of companies, titles, articles and "son of", numbers. They are
//! ours and short on purpose; each entry is a fact of a language.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::Part;
use super::script::Raw;
use crate::list::Kind;

/// What a legal form says about a company. Forms of the same family do not contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// Company, corporation, incorporated: any of the others can be called so.
    Any,
    /// Owners' liability is limited, shares are not traded: Ltd, GmbH, OOO, Sarl.
    Limited,
    /// Shares: AG, JSC, OAO, SA, plc.
    Shares,
    /// Neither owners nor profit: foundations, autonomous organisations.
    Nobody,
}

/// The longest form has so many words.
pub(super) const FORM_WORDS_MAX: usize = 6;

/// Words of a form as they come out of the script, and whether it may also stand first.
const FORMS: [(&str, Form, bool); 78] = [
    ("company", Form::Any, false),
    ("co", Form::Any, false),
    ("corporation", Form::Any, false),
    ("corp", Form::Any, false),
    ("incorporated", Form::Any, false),
    ("inc", Form::Any, false),
    ("cie", Form::Any, false),
    ("compania", Form::Any, false),
    ("gongsi", Form::Any, false),
    ("limited", Form::Limited, false),
    ("ltd", Form::Limited, false),
    ("limited company", Form::Limited, false),
    ("co ltd", Form::Limited, false),
    ("company limited", Form::Limited, false),
    ("co limited", Form::Limited, false),
    ("pte ltd", Form::Limited, false),
    ("pte", Form::Limited, false),
    ("pvt ltd", Form::Limited, false),
    ("private limited", Form::Limited, false),
    ("pty ltd", Form::Limited, false),
    ("sdn bhd", Form::Limited, false),
    ("llc", Form::Limited, true),
    ("llp", Form::Limited, false),
    ("lp", Form::Limited, false),
    ("fzc", Form::Limited, false),
    ("fze", Form::Limited, false),
    ("fz llc", Form::Limited, false),
    ("limited liability company", Form::Limited, true),
    ("gmbh", Form::Limited, false),
    ("gesellschaft mit beschrankter haftung", Form::Limited, false),
    ("ooo", Form::Limited, true),
    ("o o o", Form::Limited, true),
    ("tov", Form::Limited, true),
    ("too", Form::Limited, true),
    ("obshchestvo s ogranichennoy otvetstvennostyu", Form::Limited, true),
    ("sarl", Form::Limited, true),
    ("srl", Form::Limited, true),
    ("s r l", Form::Limited, true),
    ("societatea cu raspundere limitata", Form::Limited, true),
    ("s de rl de cv", Form::Limited, false),
    ("s de rl", Form::Limited, false),
    ("ltda", Form::Limited, false),
    ("limitada", Form::Limited, false),
    ("cia ltda", Form::Limited, false),
    ("eu", Form::Limited, false),
    ("bv", Form::Limited, false),
    ("kft", Form::Limited, false),
    ("doo", Form::Limited, false),
    ("sp z oo", Form::Limited, false),
    ("sp z o o", Form::Limited, false),
    ("sro", Form::Limited, false),
    ("youxian gongsi", Form::Limited, false),
    ("you xian gong si", Form::Limited, false),
    ("you xian ze ren gong si", Form::Limited, false),
    ("gu fen you xian gong si", Form::Shares, false),
    ("ag", Form::Shares, false),
    ("aktiengesellschaft", Form::Shares, false),
    ("jsc", Form::Shares, true),
    ("ojsc", Form::Shares, true),
    ("cjsc", Form::Shares, true),
    ("pjsc", Form::Shares, true),
    ("joint stock company", Form::Shares, true),
    ("open joint stock company", Form::Shares, true),
    ("closed joint stock company", Form::Shares, true),
    ("public joint stock company", Form::Shares, true),
    ("oao", Form::Shares, true),
    ("zao", Form::Shares, true),
    ("pao", Form::Shares, true),
    ("ao", Form::Shares, true),
    ("aktsionernoe obshchestvo", Form::Shares, true),
    ("sa", Form::Shares, false),
    ("sas", Form::Shares, false),
    ("sa de cv", Form::Shares, false),
    ("sa cv", Form::Shares, false),
    ("plc", Form::Shares, false),
    ("nv", Form::Shares, false),
    ("spa", Form::Shares, false),
    ("ano", Form::Nobody, true),
];
/// Forms that only a company's name ends in; as the end of a person's name they are a name.
const ALSO_NAMES: [&str; 6] = ["co", "ao", "sa", "too", "ano", "eu"];

/// Forms that are found at the end of a word when the space before them was lost.
const GLUED: [&str; 8] =
    ["corporation", "company", "limited", "ltda", "ltd", "llc", "gmbh", "sarl"];

/// Titles before a person's name, and a ship's prefix.
const TITLES: &str = "mr mrs ms miss dr prof professor sir lord lady sheikh shaikh shaykh sheik cheikh hajj haji hajji \
    al-hajj hadji mullah mulla mawlawi maulavi maulvi mawlana maulana ayatollah president prasident general gen colonel \
    col major maj captain capt lieutenant lt brigadier brig sayyid sayyed seyyed sayed seyed sayyad qari hafiz \
    ustad ustaz eng engineer hon rev senor senora don dona herr frau mme madame monsieur";
const SHIP_TITLES: &str = "mv mt ss ms mts";

/// Articles, "son of", "of", "and": they are written or left out at will.
const SMALL: &str = "al el ul ur as ash ad ar an at az bin ben ibn bint binti binte ould wald von van der den de del della \
    di da dos das do du la le les los las y e i und and et of the for in wa jr sr ii iii na";

/// Spellings of one word, each with the one that stands for them.
const SAME: [(&str, &str); 36] = [
    ("abdul", "abdul"),
    ("muhammad", "muhammad"),
    ("abd", "abdul"),
    ("abdel", "abdul"),
    ("abdal", "abdul"),
    ("abdol", "abdul"),
    ("abdur", "abdul"),
    ("abdoul", "abdul"),
    ("abdil", "abdul"),
    ("abdu", "abdul"),
    ("mohd", "muhammad"),
    ("muhd", "muhammad"),
    ("mohammed", "muhammad"),
    ("mohamed", "muhammad"),
    ("mohammad", "muhammad"),
    ("mohamad", "muhammad"),
    ("muhammed", "muhammad"),
    ("muhamad", "muhammad"),
    ("muhamed", "muhammad"),
    ("mohamud", "muhammad"),
    ("mohammod", "muhammad"),
    ("intl", "international"),
    ("int", "international"),
    ("co-operative", "cooperative"),
    ("bros", "brothers"),
    ("mfg", "manufacturing"),
    ("centre", "center"),
    ("govt", "government"),
    ("dept", "department"),
    ("natl", "national"),
    ("univ", "university"),
    ("organisation", "organization"),
    ("org", "organization"),
    ("assn", "association"),
    ("engr", "engineering"),
    ("tech", "technology"),
];

/// Names that very many people have, so that they say little even where a list has them once. From general
/// knowledge of the largest countries, not from any of the files we measure on.
const FREQUENT: &str = "maria jose juan carlos antonio luis francisco manuel miguel daniel david ana pedro jorge fernando rafael \
    roberto ricardo eduardo mario sergio alejandro andres pablo diego rosa carmen laura marta patricia claudia \
    garcia gonzalez rodriguez fernandez lopez martinez sanchez perez gomez martin jimenez ruiz hernandez diaz moreno \
    alvarez munoz romero alonso gutierrez torres dominguez vazquez ramos ramirez castro ortiz rojas reyes morales cruz \
    chavez vargas mendoza herrera medina aguilar guerrero flores rivera silva santos oliveira souza pereira lima costa ferreira \
    almeida ribeiro carvalho john james robert michael william mark richard thomas joseph charles paul peter george steven \
    kevin brian edward mary jennifer linda elizabeth susan anna emily karl karen nancy smith johnson williams brown jones \
    davis miller wilson moore taylor anderson jackson white harris thompson clark lewis walker hall young king wright \
    scott green baker adams nelson hill campbell mitchell roberts lee kim park choi jung wang li zhang liu chen yang huang zhao \
    wu zhou xu sun ma zhu hu guo he lin gao luo zheng liang xie tang deng feng yu dong wei ming hong jian ping jun \
    hua lei jing fang min yong jie tao nguyen tran le pham muhammad ahmad ahmed ali hassan hasan hussein hussain ibrahim \
    mahmud mustafa omar umar yusuf khalid abdul abdullah khan singh kumar ivan sergei aleksandr dmitri andrei ivanov petrov \
    smirnov jean pierre marie michel philippe bernard dubois hans klaus muller schmidt schneider fischer weber meyer wagner giuseppe \
    marco rossi russo ferrari jan anton tanaka suzuki sato takahashi yamamoto watanabe ito";

const NUMBERS: [(&str, &str); 26] = [
    ("one", "1"),
    ("first", "1"),
    ("1st", "1"),
    ("two", "2"),
    ("second", "2"),
    ("2nd", "2"),
    ("three", "3"),
    ("third", "3"),
    ("3rd", "3"),
    ("four", "4"),
    ("fourth", "4"),
    ("4th", "4"),
    ("five", "5"),
    ("fifth", "5"),
    ("5th", "5"),
    ("six", "6"),
    ("sixth", "6"),
    ("6th", "6"),
    ("seven", "7"),
    ("seventh", "7"),
    ("7th", "7"),
    ("eight", "8"),
    ("nine", "9"),
    ("ten", "10"),
    ("eleven", "11"),
    ("twelve", "12"),
];

/// All that the tables say of one word.
#[derive(Clone, Copy, Default)]
struct Known {
    title: bool,
    ship: bool,
    small: bool,
    frequent: bool,
    /// The first or last word of a form.
    edge: bool,
    same: Option<&'static str>,
    number: Option<&'static str>,
}

/// Looks a word up in all tables at once.
fn known(word: &str) -> Known {
    static TABLE: OnceLock<HashMap<&'static str, Known>> = OnceLock::new();
    TABLE.get_or_init(table).get(word).copied().unwrap_or_default()
}

/// Looked up by word, never iterated.
fn table() -> HashMap<&'static str, Known> {
    let mut table: HashMap<&'static str, Known> = HashMap::new();
    let mut each = |words: &'static str, mark: fn(&mut Known)| {
        words.split_whitespace().for_each(|word| mark(table.entry(word).or_default()));
    };
    each(TITLES, |known| known.title = true);
    each(SHIP_TITLES, |known| known.ship = true);
    each(SMALL, |known| known.small = true);
    each(FREQUENT, |known| known.frequent = true);
    for (form, ..) in FORMS {
        let edges = form.split(' ').next().into_iter().chain(form.rsplit(' ').next());
        edges.for_each(|word| table.entry(word).or_default().edge = true);
    }
    SAME.iter().for_each(|(word, same)| table.entry(word).or_default().same = Some(same));
    NUMBERS.iter().for_each(|(word, digits)| table.entry(word).or_default().number = Some(digits));
    table
}

/// Takes legal forms from both ends. A name that is nothing but forms keeps them.
pub(super) fn take_forms(words: &mut Vec<Raw>, kind: Option<Kind>) -> Vec<Form> {
    let mut forms = Vec::new();
    join_dotted(words, kind);
    if matches!(kind, Some(Kind::Vessel | Kind::Aircraft)) {
        return forms;
    }
    if kind != Some(Kind::Person) {
        part_glued(words);
    }
    let person = kind != Some(Kind::Entity);
    while let Some((form, count)) = longest_form(words, true, person) {
        words.truncate(words.len() - count);
        forms.push(form);
    }
    while let Some((form, count)) = longest_form(words, false, person) {
        words.drain(..count);
        forms.push(form);
    }
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// A form that is written to the last word, `SHIPPINGLTD`, becomes a word.
fn part_glued(words: &mut Vec<Raw>) {
    let Some(last) = words.last_mut() else { return };
    let glued = |form: &str| last.text.len() >= form.len() + 4 && last.text.ends_with(form);
    let Some(form) = GLUED.iter().find(|form| glued(form)) else { return };
    last.text.truncate(last.text.len() - form.len());
    let form = Raw { text: (*form).to_owned(), ..last.clone() };
    words.push(form);
}

/// The longest form at the end or the beginning that leaves something.
fn longest_form(words: &[Raw], at_end: bool, person: bool) -> Option<(Form, usize)> {
    let edge = if at_end { words.last() } else { words.first() }?;
    if !known(&edge.text).edge {
        return None;
    }
    let longest = FORM_WORDS_MAX.min(words.len().saturating_sub(1));
    (1..=longest).rev().find_map(|count| {
        let from = if at_end { words.len() - count } else { 0 };
        let part = words.get(from..from + count)?;
        let fits = |(text, _, first): &&(&str, Form, bool)| {
            (at_end || *first || text.len() > 3)
                && !(person && ALSO_NAMES.contains(text) && words.len() < 3)
                && text.split(' ').eq(part.iter().map(|word| word.text.as_str()))
        };
        FORMS.iter().find(fits).map(|(_, form, _)| (*form, count))
    })
}

/// Single letters in a row are one word in a company's name: `A.B.C. Company`, `S. A.`.
fn join_dotted(words: &mut Vec<Raw>, kind: Option<Kind>) {
    if kind == Some(Kind::Person) {
        return;
    }
    let mut joined: Vec<Raw> = Vec::with_capacity(words.len());
    let mut row = 0;
    for word in words.drain(..) {
        let single = word.text.len() == 1 && word.text.bytes().all(|b| b.is_ascii_alphabetic());
        match joined.last_mut() {
            Some(last) if single && row > 0 => last.text.push_str(&word.text),
            _ => joined.push(word),
        }
        row = if single { row + 1 } else { 0 };
    }
    *words = joined;
}

/// Numbers in words become digits.
pub(super) fn numbers(words: &mut [Raw]) {
    for word in words {
        if let Some(digits) = known(&word.text).number {
            word.text = digits.to_owned();
        }
    }
}

/// A title counts little wherever it stands.
pub(super) fn titles(words: &mut [Raw], kind: Option<Kind>) {
    let is_title = |known: Known| match kind {
        Some(Kind::Vessel) => known.ship,
        Some(Kind::Entity | Kind::Aircraft) => false,
        Some(Kind::Person) | None => known.title,
    };
    let titles = words.iter_mut().filter(|word| is_title(known(&word.text)));
    titles.for_each(|word| word.part = Part::Small);
}

/// The spelling that stands for a word of many spellings.
pub(super) fn meaning(word: &str) -> Option<&'static str> {
    known(word).same
}

/// True for a name that very many people have.
pub fn is_frequent(word: &str) -> bool {
    known(word).frequent
}

/// Says of each word what it is.
pub(super) fn settle_parts(words: &mut [Raw]) {
    for word in words.iter_mut() {
        if word.text.len() == 1 && word.text.bytes().all(|b| b.is_ascii_alphabetic()) {
            word.part = Part::Initial;
        } else if known(&word.text).small {
            word.part = Part::Small;
        }
    }
    // A name of small words only is a name.
    if words.iter().all(|word| word.part != Part::Word) {
        words.iter_mut().for_each(|word| word.part = Part::Word);
    }
}
