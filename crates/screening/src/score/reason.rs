//! Why a name is a hit, one reason a fact, said in English and in Chinese.

use crate::born::Births;
use crate::list::Kind;

/// One thing that speaks for a hit, or against it. `asked` is a word of the name that was asked for, `listed` one of
/// the name on the list, both as they are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields of each are the words it speaks of")]
pub enum Reason {
    /// Every word is the same, in the same order.
    SameName,
    /// The words stand in another order.
    OtherOrder,
    /// Two words are spelled differently; how alike they are, of 1000.
    Spelling { asked: String, listed: String, alike: u16 },
    /// Two words sound the same.
    Sound { asked: String, listed: String },
    /// A single letter stands for a word.
    Initial { letter: String, word: String },
    /// Words are written together on one side and apart on the other.
    Joined { asked: String, listed: String },
    /// The listed name has a word that was not asked for.
    NotAsked { listed: String },
    /// A word that was asked for is not in the listed name.
    NotListed { asked: String },
    /// One of the names was brought into Latin letters.
    Transliterated,
    /// Legal forms contradict each other.
    OtherForm,
    /// It is a name of low quality, of the list's own making.
    WeakName,
    /// It is another name of the entry.
    OtherName,
    /// What is known of the births.
    Born(Births),
    /// A country is the same.
    SameCountry,
    /// Countries are known and none is the same.
    OtherCountry,
    /// A person was asked for and a company is listed, or the like.
    OtherKind { listed: Kind },
}

impl Reason {
    /// In English.
    pub fn english(&self) -> String {
        match self {
            Reason::SameName => "the same name".to_owned(),
            Reason::OtherOrder => "the same words in another order".to_owned(),
            Reason::Spelling { asked, listed, alike } => {
                format!("\"{asked}\" is spelled like \"{listed}\" ({}%)", alike / 10)
            }
            Reason::Sound { asked, listed } => format!("\"{asked}\" sounds like \"{listed}\""),
            Reason::Initial { letter, word } => format!("\"{letter}\" may stand for \"{word}\""),
            Reason::Joined { asked, listed } => {
                format!("\"{asked}\" is \"{listed}\" with spaces elsewhere")
            }
            Reason::NotAsked { listed } => format!("the listed name also has \"{listed}\""),
            Reason::NotListed { asked } => format!("the listed name lacks \"{asked}\""),
            Reason::Transliterated => "brought from another script into Latin letters".to_owned(),
            Reason::OtherForm => "the legal forms differ".to_owned(),
            Reason::WeakName => "a name of low quality on the list".to_owned(),
            Reason::OtherName => "another name of the entry".to_owned(),
            Reason::Born(Births::SameDay) => "born on the same day".to_owned(),
            Reason::Born(Births::Agree) => "the births can be the same".to_owned(),
            Reason::Born(Births::Near) => "born within a few years".to_owned(),
            Reason::Born(Births::Differ) => "born in other years".to_owned(),
            Reason::SameCountry => "a country is the same".to_owned(),
            Reason::OtherCountry => "no country is the same".to_owned(),
            Reason::OtherKind { listed } => format!("listed as {}", kind_in_english(*listed)),
        }
    }

    /// In Chinese.
    pub fn chinese(&self) -> String {
        match self {
            Reason::SameName => "名称相同".to_owned(),
            Reason::OtherOrder => "词语相同，次序不同".to_owned(),
            Reason::Spelling { asked, listed, alike } => {
                format!("“{asked}”与“{listed}”拼写相近（{}%）", alike / 10)
            }
            Reason::Sound { asked, listed } => format!("“{asked}”与“{listed}”读音相同"),
            Reason::Initial { letter, word } => format!("“{letter}”可能是“{word}”的缩写"),
            Reason::Joined { asked, listed } => format!("“{asked}”与“{listed}”仅分写不同"),
            Reason::NotAsked { listed } => format!("名单上的名称另有“{listed}”"),
            Reason::NotListed { asked } => format!("名单上的名称没有“{asked}”"),
            Reason::Transliterated => "经转写为拉丁字母后比对".to_owned(),
            Reason::OtherForm => "公司形式不同".to_owned(),
            Reason::WeakName => "名单上的低质量别名".to_owned(),
            Reason::OtherName => "该条目的别名".to_owned(),
            Reason::Born(Births::SameDay) => "出生日期相同".to_owned(),
            Reason::Born(Births::Agree) => "出生日期可能相同".to_owned(),
            Reason::Born(Births::Near) => "出生年份相近".to_owned(),
            Reason::Born(Births::Differ) => "出生年份不同".to_owned(),
            Reason::SameCountry => "国家相同".to_owned(),
            Reason::OtherCountry => "国家均不相同".to_owned(),
            Reason::OtherKind { listed } => format!("名单上登记为{}", kind_in_chinese(*listed)),
        }
    }
}

fn kind_in_english(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "a person",
        Kind::Entity => "an entity",
        Kind::Vessel => "a vessel",
        Kind::Aircraft => "an aircraft",
    }
}

fn kind_in_chinese(kind: Kind) -> &'static str {
    match kind {
        Kind::Person => "个人",
        Kind::Entity => "实体",
        Kind::Vessel => "船舶",
        Kind::Aircraft => "航空器",
    }
}
