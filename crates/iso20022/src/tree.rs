//! One part of a message, small and whole: a header, a payment, an entry. Values were checked by the schema when
//! it was built. Whatever is asked for is marked, so that the rest can be named instead of dropped in silence.

use std::cell::Cell;
use std::ops::Range;

use crate::refused::Place;

#[derive(Clone, Debug)]
struct Element {
    name: &'static str,
    parent: Option<usize>,
    /// The element after the last one inside this, in reading order.
    end: usize,
    text: Range<usize>,
    currency: Range<usize>,
    value: bool,
    place: Place,
    asked: Cell<bool>,
}

/// Elements in reading order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    elements: Vec<Element>,
    open: Vec<usize>,
    text: String,
}

impl Tree {
    /// Empties the tree and keeps its memory.
    pub fn clear(&mut self) {
        self.elements.clear();
        self.open.clear();
        self.text.clear();
    }

    /// About how many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.text.len() + self.elements.len() * size_of::<Element>()
    }

    /// An element begins.
    pub fn open(&mut self, name: &'static str, value: bool, place: Place) {
        let at = self.text.len();
        let parent = self.open.last().copied();
        self.open.push(self.elements.len());
        let element = Element {
            name,
            parent,
            end: 0,
            text: at..at,
            currency: at..at,
            value,
            place,
            asked: Cell::new(false),
        };
        self.elements.push(element);
    }

    /// Text of the innermost element.
    pub fn push_text(&mut self, text: &str) {
        self.text.push_str(text);
        let end = self.text.len();
        if let Some(element) = self.innermost() {
            element.text.end = end;
        }
    }

    /// The attribute `Ccy` of the innermost element, which has no text yet.
    pub fn set_currency(&mut self, currency: &str) {
        let start = self.text.len();
        self.text.push_str(currency);
        let end = self.text.len();
        if let Some(element) = self.innermost() {
            element.currency = start..end;
            element.text = end..end;
        }
    }

    fn innermost(&mut self) -> Option<&mut Element> {
        let at = *self.open.last()?;
        self.elements.get_mut(at)
    }

    /// Text, currency and place of the innermost element, while it is open.
    pub fn innermost_value(&self) -> (&str, Option<&str>, Place) {
        let element = self.open.last().and_then(|at| self.elements.get(*at));
        let Some(element) = element else { return ("", None, Place::default()) };
        let currency = self.slice(&element.currency);
        (self.slice(&element.text), (!currency.is_empty()).then_some(currency), element.place)
    }

    /// The innermost element ends.
    pub fn close(&mut self) {
        let end = self.elements.len();
        if let Some(at) = self.open.pop()
            && let Some(element) = self.elements.get_mut(at)
        {
            element.end = end;
        }
    }

    /// Ends what is still open, for a part that is read before the element around it ends.
    pub fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.close();
        }
    }

    fn slice(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// The outermost element; `None` of an empty tree.
    pub fn root(&self) -> Option<Node<'_>> {
        (!self.elements.is_empty()).then_some(Node { tree: self, at: 0 })
    }

    /// The values nobody asked for, as ways from the root of this tree, each once.
    pub fn skipped(&self) -> Vec<String> {
        let mut skipped: Vec<String> = Vec::new();
        for (at, element) in self.elements.iter().enumerate() {
            if element.value && !element.asked.get() {
                let path = self.path(at);
                if !skipped.contains(&path) {
                    skipped.push(path);
                }
            }
        }
        skipped
    }

    /// The ways to texts in which a character turns or hides what a person reads.
    pub fn disguised(&self) -> Vec<String> {
        let hides = |element: &Element| {
            let text = self.slice(&element.text);
            !text.is_ascii() && text.chars().any(is_disguise)
        };
        let found = self.elements.iter().enumerate().filter(|(_, element)| hides(element));
        found.map(|(at, _)| self.path(at)).collect()
    }

    fn path(&self, at: usize) -> String {
        let mut names = Vec::new();
        let mut next = self.elements.get(at);
        while let Some(element) = next {
            names.push(element.name);
            next = element.parent.and_then(|parent| self.elements.get(parent));
        }
        names.pop();
        names.reverse();
        names.join("/")
    }
}

/// Characters that change the direction of text, or are not seen at all.
fn is_disguise(character: char) -> bool {
    matches!(character,
        '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}')
}

/// One element of a tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'t> {
    tree: &'t Tree,
    at: usize,
}

impl<'t> Node<'t> {
    fn element(&self) -> Option<&'t Element> {
        self.tree.elements.get(self.at)
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.element().map_or("", |element| element.name)
    }

    /// Its text, exactly; marks it as asked for.
    pub fn text(&self) -> &'t str {
        let Some(element) = self.element() else { return "" };
        element.asked.set(true);
        self.tree.slice(&element.text)
    }

    /// Its attribute `Ccy`, empty without one.
    pub fn currency(&self) -> &'t str {
        self.element().map_or("", |element| self.tree.slice(&element.currency))
    }

    /// Where it begins in the document.
    pub fn place(&self) -> Place {
        self.element().map(|element| element.place).unwrap_or_default()
    }

    /// The elements directly inside, in their order.
    pub fn children(&self) -> impl Iterator<Item = Node<'t>> + use<'t> {
        let tree = self.tree;
        let mut next = self.at + 1;
        let end = self.element().map_or(0, |element| element.end);
        std::iter::from_fn(move || {
            let child = tree.elements.get(next).filter(|_| next < end)?;
            let node = Node { tree, at: next };
            // An element that is still open would end nowhere; a part is closed before it is asked.
            next = child.end.max(next + 1);
            Some(node)
        })
    }

    /// The elements of this name directly inside.
    pub fn each(&self, name: &'static str) -> impl Iterator<Item = Node<'t>> + use<'t> {
        self.children().filter(move |child| child.name() == name)
    }

    /// The first element on a way such as `PmtId/EndToEndId`.
    pub fn get(&self, way: &str) -> Option<Node<'t>> {
        way.split('/')
            .try_fold(*self, |node, name| node.children().find(|child| child.name() == name))
    }

    /// The text at the end of a way.
    pub fn text_at(&self, way: &str) -> Option<&'t str> {
        self.get(way).map(|node| node.text())
    }

    /// The `xs:boolean` at the end of a way.
    pub fn flag_at(&self, way: &str) -> Option<bool> {
        self.text_at(way).map(|text| matches!(text.trim(), "true" | "1"))
    }

    /// The text at the end of a way, kept.
    pub fn string_at(&self, way: &str) -> Option<String> {
        self.text_at(way).map(str::to_owned)
    }
}
