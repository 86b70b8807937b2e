//! All parts with all their examples on one page: what they are documented by.

use crate::parts::examples;
use crate::parts::frame::head;
use crate::visit::{Said, Visit};
use maud::html;

/// The page.
pub async fn show(visit: &Visit) -> Said {
    let words = visit.words;
    let title = words.say("gallery");
    visit.page(
        &title,
        html! {
            (head(&title, &words.say("gallery-says")))
            @for example in examples(words) {
                section.example { h2 { (example.part) ": " (example.name) } (example.html) }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Lang, Words};
    use std::path::PathBuf;

    /// Every example as HTML beside the code; `BLESS=1` writes what is there now.
    #[test]
    fn parts_are_as_they_were() {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden");
        for lang in [Lang::En, Lang::Zh] {
            let mut all = String::new();
            for example in examples(Words(lang)) {
                let html = example.html.into_string().replace("><", ">\n<");
                all.push_str(&format!("== {}: {}\n{html}\n\n", example.part, example.name));
            }
            let path = folder.join(format!("parts.{}.html", lang.word()));
            if std::env::var_os("BLESS").is_some() {
                std::fs::create_dir_all(&folder).unwrap();
                std::fs::write(&path, &all).unwrap();
            }
            let kept = std::fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(all, kept, "{} differs; BLESS=1 writes it anew", path.display());
        }
    }
}
