//! How a snapshot's bytes are put down and read: numbers, blocks, options and lists. Reading never reads
//! past the end and makes no room that the bytes do not justify.

use alloc::string::String;
use alloc::vec::Vec;

/// Little-endian numbers, and blocks with their length before them.
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
}

impl Writer {
    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }
    pub(super) fn u8(&mut self, n: u8) {
        self.bytes.push(n);
    }
    pub(super) fn u16(&mut self, n: u16) {
        self.raw(&n.to_le_bytes());
    }
    pub(super) fn u32(&mut self, n: u32) {
        self.raw(&n.to_le_bytes());
    }
    pub(super) fn i32(&mut self, n: i32) {
        self.raw(&n.to_le_bytes());
    }
    pub(super) fn u64(&mut self, n: u64) {
        self.raw(&n.to_le_bytes());
    }
    pub(super) fn u128(&mut self, n: u128) {
        self.raw(&n.to_le_bytes());
    }
    pub(super) fn block(&mut self, bytes: &[u8]) {
        self.u64(bytes.len() as u64);
        self.raw(bytes);
    }
    pub(super) fn text(&mut self, text: &str) {
        self.block(text.as_bytes());
    }
    pub(super) fn option<T>(&mut self, value: Option<&T>, write: impl FnOnce(&mut Writer, &T)) {
        self.u8(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }
    /// The count is put in afterwards, because not every source knows its length.
    pub(super) fn all<T>(
        &mut self,
        values: impl Iterator<Item = T>,
        mut write: impl FnMut(&mut Writer, T),
    ) {
        let at = self.bytes.len();
        self.u64(0);
        let mut count = 0u64;
        for value in values {
            write(self, value);
            count += 1;
        }
        self.bytes[at..at + 8].copy_from_slice(&count.to_le_bytes());
    }
}

/// Reads what `Writer` wrote; `None` when the bytes end or say what cannot be.
pub(super) struct Reader<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) at: usize,
}

impl Reader<'_> {
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let found = self.bytes.get(self.at..self.at.checked_add(N)?)?;
        self.at += N;
        found.try_into().ok()
    }
    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }
    pub(super) fn bool(&mut self) -> Option<bool> {
        self.u8().filter(|n| *n <= 1).map(|n| n == 1)
    }
    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }
    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }
    pub(super) fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_le_bytes)
    }
    pub(super) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }
    pub(super) fn u128(&mut self) -> Option<u128> {
        self.array().map(u128::from_le_bytes)
    }
    pub(super) fn block(&mut self) -> Option<Vec<u8>> {
        let len = usize::try_from(self.u64()?).ok()?;
        let found = self.bytes.get(self.at..self.at.checked_add(len)?)?.to_vec();
        self.at += len;
        Some(found)
    }
    pub(super) fn text(&mut self) -> Option<String> {
        String::from_utf8(self.block()?).ok()
    }
    #[expect(clippy::option_option, reason = "whether it could be read, and whether there is one")]
    pub(super) fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) -> Option<Option<T>> {
        if self.bool()? { read(self).map(Some) } else { Some(None) }
    }
    /// How many values `all` would read next.
    pub(super) fn count(&self) -> usize {
        let mut ahead = Reader { bytes: self.bytes, at: self.at };
        // A count that no memory could hold is found out by reading; do not make room for it.
        let most = self.bytes.len() / 16;
        ahead.u64().and_then(|count| usize::try_from(count).ok()).map_or(0, |count| count.min(most))
    }
    pub(super) fn all(&mut self, mut read: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        for _ in 0..self.u64()? {
            read(self)?;
        }
        Some(())
    }
}
