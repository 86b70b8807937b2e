//! How somebody wants to see pages: language, colours, size of letters, care mode. It lies in one cookie that says nothing
//! about anybody, so that it counts before sign-in and without script.

use crate::words::Lang;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};

const COOKIE_NAME: &str = "look";
/// Seconds that a browser keeps it: a year.
const AGE_S: u32 = 31_536_000;

/// Sizes of letters that are offered, in CSS pixels. MIIT's norm for barrier-free apps wants 30 to be reachable.
pub const SIZES: [u8; 5] = [16, 18, 22, 26, 30];

/// Colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the device says.
    #[default]
    Auto,
    /// Dark ink on paper.
    Light,
    /// Light ink on a dark ground.
    Dark,
    /// Black, white and yellow.
    Contrast,
}

impl Theme {
    /// All of them.
    pub const ALL: [Theme; 4] = [Theme::Auto, Theme::Light, Theme::Dark, Theme::Contrast];

    /// As cookies, pages and forms call it.
    pub fn word(self) -> &'static str {
        match self {
            Theme::Auto => "auto",
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::Contrast => "contrast",
        }
    }

    fn from_word(word: &str) -> Option<Theme> {
        Theme::ALL.into_iter().find(|theme| theme.word() == word)
    }
}

/// All of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The language.
    pub lang: Lang,
    /// The colours.
    pub theme: Theme,
    /// Size of letters in CSS pixels, one of [`SIZES`]; 0 for what the mode gives.
    pub size: u8,
    /// Care mode: everything large, one thing at a time.
    pub care: bool,
}

impl Look {
    /// As the cookie says, else as the browser asks.
    pub fn of(headers: &HeaderMap) -> Look {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let asked = text(ACCEPT_LANGUAGE).and_then(Lang::wanted).unwrap_or_default();
        let plain = Look { lang: asked, theme: Theme::Auto, size: 0, care: false };
        kept(headers, COOKIE_NAME).map_or(plain, |value| plain.read(value))
    }

    /// What a cookie says; what it leaves out or says wrong stays.
    fn read(mut self, text: &str) -> Look {
        for part in text.split('.') {
            if let Some(lang) = Lang::from_word(part) {
                self.lang = lang;
            } else {
                self = self.set(part);
            }
        }
        self
    }

    /// One wish, as a button of a form says it.
    pub fn set(mut self, wish: &str) -> Look {
        match wish {
            "care" => self.care = true,
            "plain" => self.care = false,
            _ => {
                if let Some(lang) = Lang::from_word(wish) {
                    self.lang = lang;
                } else if let Some(theme) = Theme::from_word(wish) {
                    self.theme = theme;
                } else if let Ok(size) = wish.parse::<u8>() {
                    self.size = if SIZES.contains(&size) { size } else { 0 };
                }
            }
        }
        self
    }

    /// The value of `Set-Cookie`.
    pub fn cookie(self, secure: bool) -> String {
        let Look { lang, theme, size, care } = self;
        let mode = if care { "care" } else { "plain" };
        let only = if secure { "; Secure" } else { "" };
        format!(
            "{COOKIE_NAME}={}.{}.{size}.{mode}; Path=/; HttpOnly; SameSite=Lax; Max-Age={AGE_S}{only}",
            lang.word(),
            theme.word()
        )
    }
}

/// What a browser keeps for us under a name.
pub fn kept<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|all| all.split(';')).filter_map(|one| one.split_once('='));
    pairs.find(|(known, _)| known.trim() == name).map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cookie: &str, languages: &str) -> Look {
        let mut headers = HeaderMap::new();
        if !cookie.is_empty() {
            headers.insert(COOKIE, cookie.parse().unwrap());
        }
        headers.insert(ACCEPT_LANGUAGE, languages.parse().unwrap());
        Look::of(&headers)
    }

    #[test]
    fn the_browser_says_the_language_until_somebody_chooses() {
        assert_eq!(of("", "zh-CN,zh;q=0.9,en;q=0.8").lang, Lang::Zh);
        assert_eq!(of("", "de-DE,en-GB;q=0.7").lang, Lang::En);
        assert_eq!(of("look=en.auto.0.plain", "zh-CN").lang, Lang::En);
    }

    #[test]
    fn a_look_is_read_back_from_its_cookie_and_nonsense_is_ignored() {
        let look = Look { lang: Lang::Zh, theme: Theme::Contrast, size: 30, care: true };
        let cookie = look.cookie(true);
        assert!(cookie.ends_with("; Secure"));
        assert_eq!(of(cookie.split(';').next().unwrap(), "en"), look);
        let odd = of("a=b; look=zh.purple.31.care.<script>", "en");
        assert_eq!(odd, Look { lang: Lang::Zh, theme: Theme::Auto, size: 0, care: true });
    }
}
