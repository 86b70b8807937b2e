//! Files made to hurt: each is refused, by its reason, where it begins to be wrong, and before it is in memory.

use std::io::{self, BufRead, BufReader, Read};

use iso20022::{InitiationItem, Kind, Limits, Message, ReadError, Reason, Refused, open, sample};

/// A source that counts what was taken from it.
struct Counted<R> {
    inner: R,
    taken: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(into)?;
        self.taken += read as u64;
        Ok(read)
    }
}

fn through(source: impl BufRead, limits: Limits) -> Result<u64, ReadError> {
    open(source, limits)?.0.read_through()
}

fn refused(bytes: &[u8]) -> Refused {
    refused_within(bytes, Limits::default())
}

fn refused_within(bytes: &[u8], limits: Limits) -> Refused {
    let whole = through(bytes, limits);
    // One byte at a time must come to the same, whatever the cut.
    let cut = through(BufReader::with_capacity(1, bytes), limits);
    match (whole, cut) {
        (Err(ReadError::Refused(whole)), Err(ReadError::Refused(cut))) => {
            assert_eq!(whole, cut);
            *whole
        }
        other => panic!("not refused: {other:?}"),
    }
}

fn text() -> String {
    String::from_utf8(sample(Kind::Initiation).unwrap()).unwrap()
}

/// The sample with one piece of it replaced.
fn with(from: &str, to: &str) -> String {
    let text = text();
    assert!(text.contains(from), "{from}");
    text.replacen(from, to, 1)
}

#[test]
fn a_document_type_a_processing_instruction_and_an_entity_are_refused() {
    let laughs = "<!DOCTYPE lolz [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>";
    let xxe = "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    for (inserted, what) in [
        (laughs, "a document type (DOCTYPE)"),
        (xxe, "a document type (DOCTYPE)"),
        ("<!DOCTYPE d SYSTEM \"http://example.org/d.dtd\">", "a document type (DOCTYPE)"),
        ("<?xml-stylesheet href=\"x\"?>", "a processing instruction"),
        ("<?php echo 1 ?>", "a processing instruction"),
        (" <?xml version=\"1.0\"?>", "an XML declaration that is not at the very beginning"),
    ] {
        let refused = refused(with("\n<Document", &format!("{inserted}\n<Document")).as_bytes());
        assert_eq!(refused.what, what);
        assert_eq!((refused.place.line, refused.reason), (1, Reason::FF01));
        assert!(refused.place.byte >= 38, "{refused}");
    }
    for entity in [
        "&b;",
        "&nbsp;",
        "&#0;",
        "&#xFFFE;",
        "&#xD800;",
        "&#x110000;",
        "&#;",
        "&#x;",
        "&#-1;",
        "&#+65;",
    ] {
        let bytes = with("Anna Arvin", entity);
        let refused = refused(bytes.as_bytes());
        assert!(refused.what.contains("is an entity that is none of"), "{entity}: {refused}");
    }
    for (broken, what) in
        [("A & B", "not well-formed"), ("A &amp B", "not well-formed"), ("]]>", "`]]>` in text")]
    {
        let refused = refused(with("Anna Arvin", broken).as_bytes());
        assert!(refused.what.starts_with(what), "{broken}: {refused}");
    }
}

#[test]
fn what_xml_allows_in_a_text_is_read_as_it_is_meant() {
    for (written, meant) in [
        ("A &amp; B &lt;&gt;&quot;&apos;", "A & B <>\"'"),
        ("&#65;&#x42;", "AB"),
        ("<![CDATA[A & <B>]]>", "A & <B>"),
        ("A<!-- not seen -->B", "AB"),
        ("A\r\nB\rC", "A\nB\nC"),
        ("&#13;", "\r"),
    ] {
        let bytes = with("Anna Arvin", written);
        let (Message::Initiation(reader), _) = open(bytes.as_bytes(), Limits::default()).unwrap()
        else {
            panic!()
        };
        assert_eq!(reader.header().initiator.name.as_deref(), Some(meant));
    }
    let prefixed = text()
        .replace("</", "</p:")
        .replace("<p:", "<")
        .replace("<", "<p:")
        .replace("<p:/p:", "</p:");
    let prefixed =
        prefixed.replace("<p:?xml", "<?xml").replace("<p:/", "</p:").replace("xmlns=", "xmlns:p=");
    assert!(prefixed.contains("<p:GrpHdr>") && prefixed.contains("</p:GrpHdr>"), "{prefixed}");
    assert_eq!(through(prefixed.as_bytes(), Limits::default()).unwrap(), 2);
    let marked = format!("\u{FEFF}{}", text());
    assert_eq!(through(marked.as_bytes(), Limits::default()).unwrap(), 2);
    assert_eq!(
        through(BufReader::with_capacity(1, marked.as_bytes()), Limits::default()).unwrap(),
        2
    );
    assert_eq!(
        refused(format!("\u{FEFF}{marked}").as_bytes()).what,
        "text outside the root element"
    );
    let hint =
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"a b\" xmlns=";
    assert_eq!(through(with("xmlns=", hint).as_bytes(), Limits::default()).unwrap(), 2);
}

#[test]
fn only_utf_8_and_only_characters_of_xml_are_read() {
    let utf_16 = |mark: [u8; 2], wide: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.into_iter().chain(text().encode_utf16().flat_map(wide)).collect()
    };
    for bytes in [utf_16([0xFF, 0xFE], u16::to_le_bytes), utf_16([0xFE, 0xFF], u16::to_be_bytes)] {
        let refused = refused(&bytes);
        assert!(
            refused
                .to_string()
                .starts_with("UTF-16; only UTF-8 is read at line 1 column 1 (byte 0)"),
            "{refused}"
        );
    }
    let unmarked: Vec<u8> = text().encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(refused(&unmarked).what.contains("U+0000"));
    for encoding in ["ISO-8859-1", "UTF-16", "GB18030", ""] {
        let refused =
            refused(with("encoding=\"UTF-8\"", &format!("encoding=\"{encoding}\"")).as_bytes());
        assert!(refused.what.ends_with("only UTF-8 is read"), "{refused}");
    }
    assert!(
        refused(with("version=\"1.0\"", "version=\"1.1\"").as_bytes())
            .what
            .contains("version is not 1.0")
    );
    for character in ['\0', '\u{1}', '\u{1B}', '\u{FFFE}', '\u{FFFF}'] {
        let bytes = with("Anna Arvin", &format!("Anna{character}Arvin"));
        let refused = refused(bytes.as_bytes());
        let at = bytes.find(character).unwrap();
        assert_eq!(refused.place.byte, at as u64, "{refused}");
        assert!(refused.what.contains(&format!("U+{:04X}", u32::from(character))), "{refused}");
    }
    let at = text().find("Anna").unwrap();
    for bad in
        [&b"\xFF"[..], b"\xC3", b"\xC0\x80", b"\xED\xA0\x80", b"\xF4\x90\x80\x80", b"\xE2\x82"]
    {
        let bytes = text().into_bytes();
        let bytes = [&bytes[..at], bad, &bytes[at..]].concat();
        let refused = refused(&bytes);
        assert_eq!(
            (refused.what.as_str(), refused.place.byte),
            ("not UTF-8", at as u64),
            "{refused}"
        );
    }
    let ends = [text().as_bytes(), &b"\xE2\x82"[..]].concat();
    assert!(refused(&ends).what.starts_with("not UTF-8"));
}

#[test]
fn what_is_not_well_formed_or_not_one_document_is_refused() {
    let text = text();
    for (bytes, what) in [
        (String::new(), "no element"),
        ("   ".to_owned(), "no element"),
        ("{\"a\": 1}".to_owned(), "text outside the root element"),
        (format!("{text}{}", &text[text.find("<Document").unwrap()..]), "a second root element"),
        (format!("{text}<x/>"), "a second root element"),
        (format!("{text}x"), "text outside the root element"),
        (format!("{text}<![CDATA[ ]]>"), "text outside the root element"),
        (format!("{text}&#32;"), "text outside the root element"),
        (text.replace("</Document>", ""), "the document ends within an element"),
        (text.replace("</GrpHdr>", "</GrpHd>"), "not well-formed"),
        (text.replace("<GrpHdr>", "<GrpHdr"), "an attribute without a value"),
        (text.replace("<GrpHdr>", "<GrpHdr a='1' a='2'>"), "the attribute `a` stands twice"),
        (text.replace("<GrpHdr>", "<GrpHdr a=1>"), "an attribute's value without quotes"),
        (text.replace("<GrpHdr>", "<GrpHdr a>"), "an attribute without a value"),
        (text.replace("<GrpHdr>", "<GrpHdr a='1'b='2'>"), "no space before an attribute"),
        (text.replace("<GrpHdr>", "<GrpHdr a='<'>"), "`<` in an attribute"),
        (text.replace("<GrpHdr>", "<GrpHdr a='&x;'>"), "an entity in an attribute"),
        (text.replace("<GrpHdr>", "<GrpHdr a='1'>"), "the attribute `a`"),
        (text.replace("<GrpHdr>", "<GrpHdr p:a='1'>"), "the prefix `p` has no namespace"),
        (
            text.replace("<GrpHdr>", "<p:GrpHdr>").replace("</GrpHdr>", "</p:GrpHdr>"),
            "the prefix `p` has no",
        ),
        (text.replace("<GrpHdr>", "<GrpHdr xmlns:p=''>"), "a namespace declaration of `p`"),
        (
            text.replace("<GrpHdr>", "<GrpHdr xmlns='urn:x'>"),
            "`GrpHdr` is in the namespace `urn:x`",
        ),
        (text.replace("<GrpHdr>", "<GrpHdr xmlns=''>"), "`GrpHdr` is in the namespace ``"),
        (text.replace("<GrpHdr>", "<!-- a -- b --><GrpHdr>"), "not well-formed"),
        (text.replace("<GrpHdr>", "<GrpHdr>x"), "the text `x` where only elements may stand"),
        (text.replace("<GrpHdr>", "<1/><GrpHdr>"), "`1` is not a name"),
        (
            text.replace("pain.001.001.10", "pain.001.001.99"),
            "the version `pain.001.001.99` is not known here; pain.001.001.03, pain.001.001.09, pain.001.001.10 are",
        ),
        (
            text.replace("pain.001.001.10", "camt.055.001.09"),
            "the namespace `camt.055.001.09` is of no message known here",
        ),
        (
            text.replace(" xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.10\"", ""),
            "`Document` has no namespace",
        ),
    ] {
        let refused = refused(bytes.as_bytes());
        assert!(refused.what.starts_with(what), "{what}: {refused}\n{bytes}");
    }
}

#[test]
fn an_element_that_may_not_be_nil_or_of_another_type_is_not() {
    let schema = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
    for attribute in ["xsi:nil=\"true\"", "xsi:type=\"Max35Text\""] {
        let refused = refused(with("<MsgId>", &format!("<MsgId {schema} {attribute}>")).as_bytes());
        assert!(refused.what.starts_with("the attribute `"), "{refused}");
    }
}

#[test]
fn bombs_are_refused_at_their_limit_and_not_taken_into_memory() {
    let root = "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.001.001.10\">";
    assert_eq!(refused("<Envelope>".repeat(5_000).as_bytes()).what, "`Envelope` has no namespace");
    let anything = "<SplmtryData><Envlp>";
    let in_envelope = |inside: &str| {
        with("</CdtTrfTxInf>", &format!("{anything}{inside}</Envlp></SplmtryData></CdtTrfTxInf>"))
    };
    let deep = refused(in_envelope(&"<a>".repeat(5_000)).as_bytes());
    assert_eq!((deep.what.as_str(), deep.limit), ("elements nested too deep", Some(64)));

    let attributes: String = (0..80_000).map(|at| format!(" a{at}='1'")).collect();
    let many = refused(in_envelope(&format!("<a{attributes}/>")).as_bytes());
    assert_eq!(many.limit, Some(Limits::DEFAULT.token_bytes_max));
    let attributes: String = (0..17).map(|at| format!(" a{at}='1'")).collect();
    let many = refused(in_envelope(&format!("<a{attributes}/>")).as_bytes());
    assert_eq!(
        (many.what.as_str(), many.limit),
        ("more attributes than an element may have", Some(16))
    );

    let long = refused(with("Anna Arvin", &"x".repeat(3 << 20)).as_bytes());
    assert_eq!(long.limit, Some(Limits::DEFAULT.token_bytes_max));
    let long = refused(with("Anna Arvin", &"x<!---->".repeat(60_000)).as_bytes());
    assert_eq!(
        (long.what.as_str(), long.limit),
        ("a text longer than any message needs", Some(48 << 10))
    );

    // Each of these would go on for ever.
    let limits = Limits::default();
    for (before, again) in [
        ("", " "),
        ("<", "a"),
        ("<a b='", "x"),
        ("<!--", "x"),
        ("<!DOCTYPE a [", "<!ENTITY a \"ha\">"),
        ("<![CDATA[", "x"),
        ("<?a ", "x"),
        ("&", "x"),
        (root, "x"),
        (root, "</"),
    ] {
        let mut source =
            BufReader::new(Counted { inner: before.as_bytes().chain(Endless(again)), taken: 0 });
        let error = through(&mut source, limits).unwrap_err();
        let taken = source.into_inner().taken;
        assert!(error.refused().is_some(), "{before}{again}: {error}");
        assert!(
            taken <= limits.token_bytes_max + (32 << 10),
            "{before}{again}: {taken} bytes were taken: {error}"
        );
    }
}

/// A text without an end.
struct Endless(&'static str);

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut texts = self.0.as_bytes().iter().cycle();
        into.iter_mut().for_each(|byte| *byte = texts.next().copied().unwrap_or(b' '));
        // Whole texts, so that the next ones begin where they should.
        Ok(into.len() / self.0.len() * self.0.len())
    }
}

#[test]
fn every_limit_of_the_whole_document_is_kept() {
    let text = text();
    let elements = text.matches('<').count() as u64 - text.matches("</").count() as u64 - 1;
    let all = Limits::default();
    assert_eq!(through(text.as_bytes(), Limits { elements_max: elements, ..all }).unwrap(), 2);
    for (limits, limit) in [
        (Limits { elements_max: elements - 1, ..all }, elements - 1),
        (Limits { bytes_max: text.len() as u64 - 1, ..all }, text.len() as u64 - 1),
        (Limits { attributes_max: 1, ..all }, 1),
        (Limits { units_max: 0, ..all }, 0),
        (Limits { unit_bytes_max: 500, ..all }, 500),
        (Limits { depth_max: 3, ..all }, 3),
    ] {
        let error = through(text.as_bytes(), limits).unwrap_err();
        assert_eq!(error.refused().unwrap().limit, Some(limit), "{error}");
    }
    assert_eq!(
        through(text.as_bytes(), Limits { bytes_max: text.len() as u64, ..all }).unwrap(),
        2
    );
}

#[test]
fn a_name_in_disguise_is_kept_and_told() {
    let bytes = with("Wohnbau &amp; Söhne GmbH", "\u{202E}HbmG\u{200B}");
    let (Message::Initiation(mut reader), _) = open(bytes.as_bytes(), Limits::default()).unwrap()
    else {
        panic!()
    };
    reader.next_item().unwrap();
    let Some(InitiationItem::Order(Ok(order))) = reader.next_item().unwrap() else { panic!() };
    assert_eq!(order.creditor.unwrap().name.as_deref(), Some("\u{202E}HbmG\u{200B}"));
    assert_eq!(order.remarks.disguised, ["Cdtr/Nm"]);
}

#[test]
fn a_failing_source_is_not_the_documents_fault() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::new(io::ErrorKind::ConnectionReset, "the line is dead"))
        }
    }
    let text = text();
    let (half, _) = text.as_bytes().split_at(text.len() / 2);
    let error = through(BufReader::new(half.chain(Broken)), Limits::default()).unwrap_err();
    let ReadError::Io(source) = error else { panic!("{error}") };
    assert_eq!(source.kind(), io::ErrorKind::ConnectionReset);
}
