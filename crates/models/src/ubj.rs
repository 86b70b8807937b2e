//! Universal Binary JSON (draft 12) as the same values that JSON gives, arrays and objects with a type and a count
//! included. Numbers are big-endian.

use serde_json::{Map, Number, Value};

/// Arrays and objects within each other at most.
const DEPTH_MAX: usize = 64;
/// Stands for an infinite number, which JSON has not: rounds to infinity in 32 bits.
pub const INFINITE: f64 = 1e300;

/// The value of these bytes; the error says at which byte and what.
pub fn value(bytes: &[u8]) -> Result<Value, (usize, &'static str)> {
    let mut reader = Reader { bytes, at: 0 };
    let read = reader.marker().and_then(|marker| reader.value(marker, 0));
    let value = read.map_err(|says| (reader.at, says))?;
    if reader.at == bytes.len() { Ok(value) } else { Err((reader.at, "more follows its end")) }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

type Says<T> = Result<T, &'static str>;

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Says<[u8; N]> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let taken = rest.first_chunk().ok_or("ends too early")?;
        self.at += N;
        Ok(*taken)
    }

    /// The next marker that means something.
    fn marker(&mut self) -> Says<u8> {
        loop {
            let [marker] = self.take()?;
            if marker != b'N' {
                return Ok(marker);
            }
        }
    }

    fn value(&mut self, marker: u8, depth: usize) -> Says<Value> {
        if depth > DEPTH_MAX {
            return Err("is nested too deep");
        }
        match marker {
            b'Z' => Ok(Value::Null),
            b'T' => Ok(Value::Bool(true)),
            b'F' => Ok(Value::Bool(false)),
            b'd' => self.take().map(|bytes| float(f32::from_be_bytes(bytes).into())),
            b'D' => self.take().map(|bytes| float(f64::from_be_bytes(bytes))),
            b'S' | b'H' => self.text().map(Value::String),
            b'C' => self.take().map(|[letter]| Value::String(char::from(letter).to_string())),
            b'[' => self.array(depth),
            b'{' => self.object(depth),
            _ => self.integer(marker).map(Value::from),
        }
    }

    fn integer(&mut self, marker: u8) -> Says<i64> {
        Ok(match marker {
            b'i' => i8::from_be_bytes(self.take()?).into(),
            b'U' => u8::from_be_bytes(self.take()?).into(),
            b'I' => i16::from_be_bytes(self.take()?).into(),
            b'l' => i32::from_be_bytes(self.take()?).into(),
            b'L' => i64::from_be_bytes(self.take()?),
            _ => return Err("has a marker that is not known"),
        })
    }

    fn length(&mut self) -> Says<usize> {
        let marker = self.marker()?;
        let length = self.integer(marker)?;
        usize::try_from(length).map_err(|_| "has a negative length")
    }

    /// A length and as many bytes.
    fn text(&mut self) -> Says<String> {
        let length = self.length()?;
        let end = self.at.checked_add(length).ok_or("ends too early")?;
        let bytes = self.bytes.get(self.at..end).ok_or("ends too early")?;
        self.at = end;
        String::from_utf8(bytes.to_vec()).map_err(|_| "has a text that is not UTF-8")
    }

    /// The type all elements have and how many there are, if it is said before them.
    fn shape(&mut self) -> Says<(Option<u8>, Option<usize>)> {
        let next = |reader: &Self| reader.bytes.get(reader.at).copied();
        let mut kind = None;
        if next(self) == Some(b'$') {
            self.at += 1;
            let [marker] = self.take()?;
            // Elements of no bytes would be as many as the count likes.
            if b"ZTFN".contains(&marker) {
                return Err("has a typed array of nothing");
            }
            kind = Some(marker);
        }
        if next(self) == Some(b'#') {
            self.at += 1;
            return Ok((kind, Some(self.length()?)));
        }
        if kind.is_some() { Err("has a type without a count") } else { Ok((None, None)) }
    }

    fn array(&mut self, depth: usize) -> Says<Value> {
        let (kind, count) = self.shape()?;
        let mut values = Vec::new();
        while count.is_none_or(|count| values.len() < count) {
            let marker = match kind {
                Some(kind) => kind,
                None => self.marker()?,
            };
            if marker == b']' && count.is_none() {
                break;
            }
            values.push(self.value(marker, depth + 1)?);
        }
        Ok(Value::Array(values))
    }

    fn object(&mut self, depth: usize) -> Says<Value> {
        let (kind, count) = self.shape()?;
        let (mut values, mut read) = (Map::new(), 0);
        while count.is_none_or(|count| read < count) {
            while self.bytes.get(self.at) == Some(&b'N') {
                self.at += 1;
            }
            if count.is_none() && self.bytes.get(self.at) == Some(&b'}') {
                self.at += 1;
                break;
            }
            let key = self.text()?;
            let marker = match kind {
                Some(kind) => kind,
                None => self.marker()?,
            };
            values.insert(key, self.value(marker, depth + 1)?);
            read += 1;
        }
        Ok(Value::Object(values))
    }
}

fn float(value: f64) -> Value {
    Number::from_f64(value.clamp(-INFINITE, INFINITE)).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_marker_is_read() {
        let bytes = [
            &b"{U\x01a[i\xffU\xffI\x01\x00l\x00\x00\x01\x00L\x00\x00\x00\x00\x00\x00\x00\x07"[..],
            b"TFZNCx]U\x01b[$d#U\x02\x3f\x00\x00\x00\xff\x80\x00\x00U\x01cSU\x02hiU\x01d{$U#i\x01i\x01k\x09",
            b"U\x01eD\x3f\xf8\x00\x00\x00\x00\x00\x00N}",
        ]
        .concat();
        let wanted = json!({
            "a": [-1, 255, 256, 256, 7, true, false, null, "x"],
            "b": [0.5, -INFINITE], "c": "hi", "d": {"k": 9}, "e": 1.5,
        });
        assert_eq!(value(&bytes), Ok(wanted));
        for length in 0..bytes.len() {
            assert!(value(&bytes[..length]).is_err(), "cut at {length}");
        }
    }

    #[test]
    fn what_would_fill_memory_or_stack_is_refused() {
        assert_eq!(value(b"[$Z#l\x7f\xff\xff\xff"), Err((3, "has a typed array of nothing")));
        assert_eq!(value(b"[$d#l\x7f\xff\xff\xff"), Err((9, "ends too early")));
        assert!(value(&[b'['; 100]).is_err_and(|(_, says)| says == "is nested too deep"));
        assert!(value(b"[#L\xff\xff\xff\xff\xff\xff\xff\xff").is_err());
    }
}
