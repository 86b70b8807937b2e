//! From the text of an XSD to tables. These texts are ours, so reading them is not on guard; what is not understood
//! is an error all the same, and a test reads every one.

use std::collections::HashMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::facets::Facets;
use super::{Particle, Schema, Type, UNBOUNDED};

/// A type as it is being read.
enum Draft {
    Elements { choice: bool, members: Vec<Member> },
    Any,
    Text(Facets),
    Extended { base: String, currency: Option<String> },
}

/// An element whose type is still a name.
struct Member {
    name: String,
    type_name: String,
    min: u32,
    max: u32,
}

#[derive(Default)]
struct Drafts {
    namespace: String,
    root: Option<Member>,
    names: Vec<String>,
    types: Vec<Draft>,
}

pub(super) fn read(xsd: &str) -> Result<Schema, String> {
    let mut reader = Reader::from_str(xsd);
    reader.config_mut().expand_empty_elements = true;
    let mut drafts = Drafts::default();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) => drafts.take(&tag)?,
            Event::Eof => return drafts.finish(),
            _ => {}
        }
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    let found = tag.try_get_attribute(name).map_err(|error| error.to_string())?;
    found
        .map(|attribute| {
            let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0);
            value.map(|value| value.into_owned()).map_err(|error| error.to_string())
        })
        .transpose()
}

fn needed(tag: &BytesStart<'_>, name: &str) -> Result<String, String> {
    attribute(tag, name)?.ok_or_else(|| format!("<{}> without `{name}`", tag.name().0))
}

fn occurs(tag: &BytesStart<'_>, name: &str) -> Result<u32, String> {
    match attribute(tag, name)?.as_deref() {
        None => Ok(1),
        Some("unbounded") => Ok(UNBOUNDED),
        Some(number) => number.parse().map_err(|_| format!("`{number}` as {name}")),
    }
}

impl Drafts {
    fn take(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        let name = tag.name().0;
        match name.strip_prefix("xs:").unwrap_or(name) {
            "schema" => self.namespace = needed(tag, "targetNamespace")?,
            "complexType" => {
                self.names.push(needed(tag, "name")?);
                self.types.push(Draft::Elements { choice: false, members: Vec::new() });
            }
            "simpleType" => {
                let name = needed(tag, "name")?;
                self.types.push(Draft::Text(Facets::of(&name)));
                self.names.push(name);
            }
            "sequence" | "simpleContent" => {}
            "choice" => match self.types.last_mut() {
                Some(Draft::Elements { choice, members }) if members.is_empty() => *choice = true,
                _ => return Err("a choice within a sequence".to_owned()),
            },
            "any" => self.replace(Draft::Any)?,
            "extension" => {
                let base = needed(tag, "base")?;
                self.replace(Draft::Extended { base, currency: None })?;
            }
            "attribute" => self.attribute(tag)?,
            "element" => self.element(tag)?,
            "restriction" => self.facets()?.base(&needed(tag, "base")?)?,
            facet => self.facets()?.add(facet, &needed(tag, "value")?)?,
        }
        Ok(())
    }

    fn replace(&mut self, draft: Draft) -> Result<(), String> {
        *self.types.last_mut().ok_or("content outside a type")? = draft;
        Ok(())
    }

    fn facets(&mut self) -> Result<&mut Facets, String> {
        match self.types.last_mut() {
            Some(Draft::Text(facets)) => Ok(facets),
            _ => Err("a restriction outside a simple type".to_owned()),
        }
    }

    fn attribute(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        let required = needed(tag, "use")? == "required";
        match (self.types.last_mut(), needed(tag, "name")?.as_str()) {
            (Some(Draft::Extended { currency, .. }), "Ccy") if required => {
                *currency = Some(needed(tag, "type")?);
                Ok(())
            }
            (_, other) => Err(format!("the attribute `{other}`")),
        }
    }

    fn element(&mut self, tag: &BytesStart<'_>) -> Result<(), String> {
        let (name, type_name) = (needed(tag, "name")?, needed(tag, "type")?);
        let (min, max) = (occurs(tag, "minOccurs")?, occurs(tag, "maxOccurs")?);
        let member = Member { name, type_name, min, max };
        match self.types.last_mut() {
            None => self.root = Some(member),
            Some(Draft::Elements { members, .. }) => members.push(member),
            Some(_) => return Err(format!("the element `{}` in a text", member.name)),
        }
        Ok(())
    }

    fn finish(self) -> Result<Schema, String> {
        let numbered = self.names.iter().enumerate().map(|(at, name)| (name.clone(), at));
        let places: HashMap<String, usize> = numbered.collect();
        let place = |name: &str| places.get(name).copied().ok_or(format!("no type `{name}`"));
        let particle = |member: Member| {
            let type_at = place(&member.type_name)?;
            Ok::<_, String>(Particle {
                name: member.name,
                type_at,
                min: member.min,
                max: member.max,
            })
        };
        let texts: Vec<Option<Facets>> = self
            .types
            .iter()
            .map(|draft| if let Draft::Text(facets) = draft { Some(facets.clone()) } else { None })
            .collect();
        let text = |name: &str| {
            let facets = texts.get(place(name)?).cloned().flatten();
            facets.ok_or_else(|| format!("`{name}` is not a text"))
        };
        let root = particle(self.root.ok_or("no root element")?)?;
        let mut types = Vec::with_capacity(self.types.len());
        for draft in self.types {
            types.push(match draft {
                Draft::Elements { choice, members } => {
                    let particles = members.into_iter().map(particle).collect::<Result<_, _>>()?;
                    if choice { Type::Choice(particles) } else { Type::Sequence(particles) }
                }
                Draft::Any => Type::Any,
                Draft::Text(facets) => Type::Value(facets),
                Draft::Extended { base, currency: Some(currency) } => {
                    Type::Money(text(&base)?, text(&currency)?)
                }
                Draft::Extended { base, currency: None } => Type::Value(text(&base)?),
            });
        }
        Ok(Schema { namespace: self.namespace, root, types })
    }
}
