//! As much of CBOR (RFC 8949) as authenticators send: definite lengths, few levels, no floats.

/// Levels of maps and lists in each other.
const LEVELS_MAX: u8 = 4;
/// Items of one map or list.
const ITEMS_MAX: u64 = 64;

/// One item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item<'a> {
    Int(i64),
    Bytes(&'a [u8]),
    Text(&'a str),
    List(Vec<Item<'a>>),
    Map(Vec<(Item<'a>, Item<'a>)>),
    /// False, true or null.
    Simple(u8),
}

/// The value under a key of a map.
pub(super) fn member<'i, 'a>(
    members: &'i [(Item<'a>, Item<'a>)],
    key: &Item<'_>,
) -> Option<&'i Item<'a>> {
    members.iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

/// The item that these bytes are, with nothing after it.
pub(super) fn read_whole(bytes: &[u8]) -> Option<Item<'_>> {
    read(bytes).filter(|(_, rest)| rest.is_empty()).map(|(item, _)| item)
}

/// The first item, and the bytes after it.
pub(super) fn read(bytes: &[u8]) -> Option<(Item<'_>, &[u8])> {
    let mut reader = Reader { rest: bytes };
    let item = reader.item(0)?;
    Some((item, reader.rest))
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// Major type, the low five bits, and the number they stand for.
    fn head(&mut self) -> Option<(u8, u8, u64)> {
        let first = self.take(1)?[0];
        let (major, low) = (first >> 5, first & 0x1f);
        let bytes = match low {
            0..=23 => return Some((major, low, u64::from(low))),
            24..=27 => self.take(1 << (low - 24))?,
            _ => return None,
        };
        Some((major, low, bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))))
    }

    fn item(&mut self, level: u8) -> Option<Item<'a>> {
        let (major, low, number) = self.head()?;
        Some(match major {
            0 => Item::Int(i64::try_from(number).ok()?),
            1 => Item::Int(-1 - i64::try_from(number).ok()?),
            2 => Item::Bytes(self.take(usize::try_from(number).ok()?)?),
            3 => Item::Text(std::str::from_utf8(self.take(usize::try_from(number).ok()?)?).ok()?),
            4 | 5 if level >= LEVELS_MAX || number > ITEMS_MAX => return None,
            4 => Item::List((0..number).map(|_| self.item(level + 1)).collect::<Option<_>>()?),
            5 => Item::Map(self.members(number, level + 1)?),
            7 if (20..=22).contains(&low) => Item::Simple(low),
            _ => return None,
        })
    }

    fn members(&mut self, count: u64, level: u8) -> Option<Vec<(Item<'a>, Item<'a>)>> {
        let mut members = Vec::new();
        for _ in 0..count {
            let key = self.item(level)?;
            // A key twice could be read in two ways.
            if member(&members, &key).is_some() {
                return None;
            }
            members.push((key, self.item(level)?));
        }
        Some(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_read_and_their_rest_is_kept() {
        let bytes = [0xa2, 0x01, 0x20, 0x61, b'x', 0x82, 0x41, 0xff, 0xf5, 0x07];
        let (item, rest) = read(&bytes).unwrap();
        let list = Item::List(vec![Item::Bytes(&[0xff]), Item::Simple(21)]);
        assert_eq!(item, Item::Map(vec![(Item::Int(1), Item::Int(-1)), (Item::Text("x"), list)]));
        assert_eq!(rest, [7]);
    }

    #[test]
    fn what_is_cut_deep_endless_or_twice_is_refused() {
        for bytes in [
            &[0x42, 0x00][..],
            &[0x81, 0x81, 0x81, 0x81, 0x81, 0x00],
            &[0x9f, 0xff],
            &[0x5f, 0xff],
            &[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0xa2, 0x01, 0x02, 0x01, 0x03],
            &[0xfb, 0, 0, 0, 0, 0, 0, 0, 0],
            &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[],
        ] {
            assert_eq!(read(bytes), None, "{bytes:02x?}");
        }
    }
}
