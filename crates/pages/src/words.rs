//! What pages say, from one file a language (`words/`), with each language's own plurals. A word that is missing in a file
//! is found by the tests; at run time its name stands in its place, so that a page never fails for want of a word.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::borrow::Cow;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

/// The files.
pub const FILES: [(Lang, &str); 2] =
    [(Lang::En, include_str!("../words/en.ftl")), (Lang::Zh, include_str!("../words/zh.ftl"))];

static BUNDLES: LazyLock<[FluentBundle<FluentResource>; 2]> =
    LazyLock::new(|| FILES.map(|(lang, text)| bundle(lang, text)));

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Chinese, in simplified characters.
    Zh,
}

impl Lang {
    /// As HTML and HTTP call it (RFC 5646).
    pub fn tag(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh-CN",
        }
    }

    /// As cookies and addresses call it.
    pub fn word(self) -> &'static str {
        match self {
            Lang::En => "en",
            Lang::Zh => "zh",
        }
    }

    /// Back from its word.
    pub fn from_word(word: &str) -> Option<Lang> {
        [Lang::En, Lang::Zh].into_iter().find(|lang| lang.word() == word)
    }

    /// The first language of `Accept-Language` that there is; weights are ignored, browsers send the best first.
    pub fn wanted(header: &str) -> Option<Lang> {
        header.split(',').find_map(|part| {
            let tag = part.split(';').next().unwrap_or_default().trim();
            Lang::from_word(tag.split('-').next().unwrap_or_default())
        })
    }
}

/// Something put into a sentence.
pub type Put<'a> = (&'static str, FluentValue<'a>);

/// The words of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words(pub Lang);

impl Words {
    /// A sentence or word.
    pub fn say(self, name: &str) -> Cow<'static, str> {
        self.find(name, None).map_or_else(|| Cow::Owned(name.to_owned()), Cow::Owned)
    }

    /// The same, with something put in.
    pub fn with(self, name: &str, put: &[Put<'_>]) -> String {
        let mut arguments = FluentArgs::with_capacity(put.len());
        for (name, value) in put {
            arguments.set(*name, value.clone());
        }
        self.find(name, Some(&arguments)).unwrap_or_else(|| name.to_owned())
    }

    /// A word that may be missing: of codes that others may add to.
    pub fn perhaps(self, name: &str) -> Option<String> {
        self.find(name, None)
    }

    fn find(self, name: &str, arguments: Option<&FluentArgs<'_>>) -> Option<String> {
        let bundle = &BUNDLES[self.0 as usize];
        let pattern = bundle.get_message(name)?.value()?;
        Some(bundle.format_pattern(pattern, arguments, &mut Vec::new()).into_owned())
    }
}

/// A text put into a sentence.
pub fn text<'a>(of: impl Into<Cow<'a, str>>) -> FluentValue<'a> {
    FluentValue::String(of.into())
}

/// A count put into a sentence: the language's own plural follows it.
pub fn count(of: u64) -> FluentValue<'static> {
    FluentValue::from(of)
}

fn bundle(lang: Lang, text: &str) -> FluentBundle<FluentResource> {
    let tag: LanguageIdentifier = lang.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // No invisible marks around what is put in: both languages run the same way.
    bundle.set_use_isolating(false);
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(read, _)| read);
    // What stands twice or cannot be read, the tests find.
    let _ = bundle.add_resource(resource);
    bundle
}

#[cfg(test)]
mod tests;
