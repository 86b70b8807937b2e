//! What one key did in the last month, in bounded memory and to the last unit. Time is cut into tiles of five
//! minutes, an hour, six hours and a day, counted from 1970 in UTC; a payment lies in the finest one that is
//! still kept, and tiles that grow old are joined into the coarser ones they lie in. A window is the tile of now
//! and as many before it as the window is long, so it reaches back at least its length and less than one
//! tile more. That is its definition, not an approximation of another one: `docs/features.md`.

use alloc::vec::Vec;
use terms::TimeNs;

/// Nanoseconds of the finest tile: five minutes.
const UNIT_NS: u64 = 300 * 1_000_000_000;
/// Units of a tile of each level, and how many tiles of it are kept before the one of now.
const LEVELS: [(u32, u32); 4] = [(1, 12), (12, 24), (72, 28), (288, 30)];
/// Where the level stands in a tile's head.
const LEVEL_SHIFT: u32 = 30;
/// What a cell's head says beside: that the cell before it tells more, or that its one payment lay just below a threshold
/// or was made at night. Units of all times there are fit below.
const MORE: u32 = 1 << 29;
const NEAR: u32 = 1 << 28;
const NIGHT: u32 = 1 << 27;
const _: () = assert!(u64::MAX / UNIT_NS < NIGHT as u64);
/// Tiles at most, before they are joined.
const TILES_MAX: usize = 98;

/// The largest sum of money that features know, in thousandths of the main unit; more counts as this much. A
/// column of money with 18 digits holds it.
pub const MONEY_MAX: u64 = 10_u64.pow(18) - 1;

/// How far back one looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Window {
    /// One hour, in tiles of five minutes.
    Hour,
    /// 24 hours, in tiles of an hour.
    Day,
    /// 72 hours, in tiles of six hours.
    ThreeDays,
    /// Seven days, in tiles of six hours.
    Week,
    /// Thirty days, in tiles of a day.
    Month,
}

/// How many windows there are.
pub const WINDOWS: usize = 5;

impl Window {
    /// Every window, the shortest first.
    pub const ALL: [Window; WINDOWS] =
        [Window::Hour, Window::Day, Window::ThreeDays, Window::Week, Window::Month];

    /// Seconds of its tiles, and how many of them before the one of now.
    pub const fn tiles(self) -> (u32, u32) {
        let (units, tiles) = match self {
            Window::Hour => LEVELS[0],
            Window::Day => LEVELS[1],
            Window::ThreeDays => (LEVELS[2].0, 12),
            Window::Week => LEVELS[2],
            Window::Month => LEVELS[3],
        };
        (units * (UNIT_NS / 1_000_000_000) as u32, tiles)
    }

    /// The first unit that lies in it at `now`.
    fn start(self, now: u32) -> u32 {
        let (seconds, tiles) = self.tiles();
        let units = seconds / (UNIT_NS / 1_000_000_000) as u32;
        (now / units).saturating_sub(tiles) * units
    }
}

/// The unit of a moment.
#[inline]
fn unit(time: TimeNs) -> u32 {
    (time.0 / UNIT_NS) as u32
}

/// The first unit of each window at a moment.
#[derive(Clone, Copy, Debug)]
pub struct Starts([u32; WINDOWS]);

impl Starts {
    /// At a moment.
    #[inline]
    pub fn at(now: TimeNs) -> Starts {
        let now = unit(now);
        Starts(Window::ALL.map(|window| window.start(now)))
    }
}

/// What a payment adds to a tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weight {
    /// Thousandths of the main unit, at most [`MONEY_MAX`].
    pub amount: u64,
    /// It lies just below a threshold.
    pub near: bool,
    /// It was made at night.
    pub night: bool,
}

/// What payments of a window add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many.
    pub count: u32,
    /// How many just below a threshold.
    pub near: u32,
    /// How many at night.
    pub night: u32,
    /// In all, at most [`MONEY_MAX`].
    pub sum: u64,
    /// The largest.
    pub max: u64,
}

impl Sums {
    #[inline]
    fn add(&mut self, more: &Sums) {
        self.count = self.count.saturating_add(more.count);
        self.near = self.near.saturating_add(more.near);
        self.night = self.night.saturating_add(more.night);
        self.sum = self.sum.saturating_add(more.sum).min(MONEY_MAX);
        self.max = self.max.max(more.max);
    }
}

/// Payments of one tile, of one payment at least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tile {
    /// The level, and the unit it begins with.
    head: u32,
    count: u32,
    near: u32,
    night: u32,
    sum: u64,
    max: u64,
}

impl Tile {
    fn of(head: u32, Sums { count, near, night, sum, max }: Sums) -> Tile {
        Tile { head, count, near, night, sum, max }
    }

    #[inline]
    fn sums(&self) -> Sums {
        let Tile { count, near, night, sum, max, .. } = *self;
        Sums { count, near, night, sum, max }
    }

    fn add(&mut self, more: &Sums) {
        let mut sums = self.sums();
        sums.add(more);
        *self = Tile::of(self.head, sums);
    }

    fn start(&self) -> u32 {
        self.head & ((1 << LEVEL_SHIFT) - 1)
    }

    fn level(&self) -> usize {
        (self.head >> LEVEL_SHIFT) as usize
    }

    /// The same payments in the tile of the level in which they are kept now; `None` if in none.
    fn aged(mut self, oldest: &[u32; LEVELS.len()]) -> Option<Tile> {
        let mut level = self.level();
        while self.start() < oldest[level] {
            level += 1;
            if level == LEVELS.len() {
                return None;
            }
            let units = LEVELS[level].0;
            self.head = (level as u32) << LEVEL_SHIFT | (self.start() / units * units);
        }
        Some(self)
    }
}

/// How tiles lie in memory: one cell if it holds one payment, else two, of which the first tells more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell {
    /// The head; or how many just below a threshold.
    head: u32,
    /// How many; or how many at night.
    count: u32,
    /// In all; or the largest.
    sum: u64,
}

/// Payments of the last month, at most 98 tiles of 16 or 32 bytes. Most keys have few payments, so what has grown old is
/// joined only when there would be no room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tiles {
    /// INVARIANT (windows): the oldest first; a time lies in one tile.
    cells: Vec<Cell>,
}

impl Tiles {
    /// Whether nothing was ever added.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The sums of every window if there was one payment.
    pub fn sums_of_one(then: TimeNs, amount: u64, starts: &Starts) -> [Sums; WINDOWS] {
        let one = Sums { count: 1, sum: amount, max: amount, ..Sums::default() };
        starts.0.map(|start| if unit(then) < start { Sums::default() } else { one })
    }

    /// Reads a little of every 64 bytes and the end, so that what follows need not wait for memory.
    #[inline]
    pub fn touch(&self) -> u32 {
        let end = self.cells.last().map_or(0, |cell| cell.head);
        self.cells.iter().step_by(4).fold(end, |all, cell| all ^ cell.head)
    }

    /// Its tiles, the latest first.
    #[inline]
    fn latest_first(&self) -> impl Iterator<Item = Tile> {
        let mut rest = self.cells.as_slice();
        core::iter::from_fn(move || {
            let (cell, before) = rest.split_last()?;
            let Cell { head, count, sum } = *cell;
            rest = before;
            if head & MORE == 0 {
                let (near, night) = ((head & NEAR != 0).into(), (head & NIGHT != 0).into());
                let head = head & !(NEAR | NIGHT);
                return Some(Tile { head, count, near, night, sum, max: sum });
            }
            let (more, before) = rest.split_last()?;
            rest = before;
            let (near, night, max) = (more.head, more.count, more.sum);
            Some(Tile { head: head & !MORE, count, near, night, sum, max })
        })
    }

    fn pop(&mut self) -> Option<Tile> {
        let last = self.latest_first().next()?;
        let cells = if last.count > 1 { 2 } else { 1 };
        self.cells.truncate(self.cells.len() - cells);
        Some(last)
    }

    fn push(&mut self, tile: Tile) {
        let Tile { mut head, count, near, night, sum, max } = tile;
        if count > 1 {
            self.cells.push(Cell { head: near, count: night, sum: max });
            head |= MORE;
        } else {
            head |= (NEAR * near) | (NIGHT * night);
        }
        self.cells.push(Cell { head, count, sum });
    }

    /// Adds a payment of now; times never go back.
    pub fn add(&mut self, now: TimeNs, weight: Weight) {
        let sums = Sums {
            count: 1,
            near: weight.near.into(),
            night: weight.night.into(),
            sum: weight.amount,
            max: weight.amount,
        };
        let now = unit(now);
        let same = |cell: &Cell| cell.head & !(MORE | NEAR | NIGHT) == now;
        if self.cells.last().is_some_and(same)
            && let Some(mut last) = self.pop()
        {
            last.add(&sums);
            return self.push(last);
        }
        if self.is_full() {
            self.grow_old(now);
        }
        self.push(Tile::of(now, sums));
    }

    /// Whether two more cells would not fit into the room that a list of this length has.
    fn is_full(&self) -> bool {
        let cells = self.cells.len();
        cells >= TILES_MAX
            || cells >= 3 && (cells + 2).next_power_of_two() > cells.next_power_of_two()
    }

    /// Joins what is too old for its level and forgets what is too old for all.
    fn grow_old(&mut self, now: u32) {
        let oldest = LEVELS.map(|(units, tiles)| (now / units).saturating_sub(tiles) * units);
        let tiles: Vec<Tile> = self.latest_first().collect();
        self.cells.clear();
        let mut last: Option<Tile> = None;
        for tile in tiles.into_iter().rev().filter_map(|tile| tile.aged(&oldest)) {
            match &mut last {
                Some(last) if last.head == tile.head => last.add(&tile.sums()),
                _ => {
                    if let Some(last) = last.replace(tile) {
                        self.push(last);
                    }
                }
            }
        }
        if let Some(last) = last {
            self.push(last);
        }
    }

    /// The sums of every window.
    #[inline]
    pub fn sums(&self, starts: &Starts) -> [Sums; WINDOWS] {
        let mut out = [Sums::default(); WINDOWS];
        let (mut sums, mut window) = (Sums::default(), 0);
        for tile in self.latest_first() {
            while tile.start() < starts.0[window] {
                out[window] = sums;
                window += 1;
                if window == WINDOWS {
                    return out;
                }
            }
            sums.add(&tile.sums());
        }
        out[window..].fill(sums);
        out
    }
}

/// How many counterparties are told apart; more of them count as this many.
pub const COUNTERPARTIES_MAX: usize = 64;

/// The last counterparties of one key, the latest last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recent {
    seen: Vec<(u32, u32)>,
}

impl Recent {
    /// Reads a little of every 64 bytes and the end.
    #[inline]
    pub fn touch(&self) -> u32 {
        let end = self.seen.last().map_or(0, |(who, _)| *who);
        self.seen.iter().step_by(8).fold(end, |all, (who, _)| all ^ who)
    }

    /// A payment of now with somebody.
    pub fn add(&mut self, now: TimeNs, who: u32) {
        let now = unit(now);
        if let Some(last) = self.seen.last_mut()
            && last.0 == who
        {
            last.1 = now;
            return;
        }
        match self.seen.iter().rposition(|(other, _)| *other == who) {
            Some(at) => drop(self.seen.remove(at)),
            None if self.seen.len() == COUNTERPARTIES_MAX => drop(self.seen.remove(0)),
            None => {}
        }
        self.seen.push((who, now));
    }

    /// How many different ones in every window, counted up to [`COUNTERPARTIES_MAX`].
    #[inline]
    pub fn distinct(&self, starts: &Starts) -> [u32; WINDOWS] {
        let mut out = [0; WINDOWS];
        let (mut count, mut window) = (0, 0);
        for (_, seen) in self.seen.iter().rev() {
            while *seen < starts.0[window] {
                out[window] = count;
                window += 1;
                if window == WINDOWS {
                    return out;
                }
            }
            count += 1;
        }
        out[window..].fill(count);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;

    /// The definition, payment by payment.
    fn slowly(paid: &[(TimeNs, u32, Weight)], now: TimeNs, window: Window) -> (Sums, u32) {
        let (seconds, tiles) = window.tiles();
        let tile = |time: TimeNs| time.0 / 1_000_000_000 / u64::from(seconds);
        let inside = |time: TimeNs| tile(time) + u64::from(tiles) >= tile(now);
        let (mut sums, mut who) = (Sums::default(), BTreeSet::new());
        for (_, other, weight) in paid.iter().filter(|(time, _, _)| inside(*time)) {
            sums.count += 1;
            sums.near += u32::from(weight.near);
            sums.night += u32::from(weight.night);
            sums.sum += weight.amount;
            sums.max = sums.max.max(weight.amount);
            who.insert(*other);
        }
        (sums, who.len().min(COUNTERPARTIES_MAX) as u32)
    }

    #[test]
    fn every_window_is_what_its_definition_says_at_any_pace() {
        let mut roll = crate::risk::dice(7);
        // From many a minute to a few a month.
        for pause_s in [3, 40, 700, 9_000, 100_000, 900_000] {
            let (mut tiles, mut recent) = (Tiles::default(), Recent::default());
            let mut paid: Vec<(TimeNs, u32, Weight)> = Vec::new();
            let mut now = TimeNs(1_780_000_000 * 1_000_000_000);
            for _ in 0..1_500 {
                now.0 += 1 + roll(2 * pause_s * 1_000_000_000);
                let starts = Starts::at(now);
                let (sums, distinct) = (tiles.sums(&starts), recent.distinct(&starts));
                for (at, window) in Window::ALL.into_iter().enumerate() {
                    // INVARIANT (windows)
                    assert_eq!((sums[at], distinct[at]), slowly(&paid, now, window), "{window:?}");
                }
                let amount = 1 + roll(1_000_000);
                let weight = Weight {
                    amount,
                    near: amount.is_multiple_of(5),
                    night: amount.is_multiple_of(3),
                };
                let who = roll(100) as u32;
                tiles.add(now, weight);
                recent.add(now, who);
                paid.push((now, who, weight));
                assert!(tiles.latest_first().count() <= TILES_MAX);
                assert!(tiles.cells.capacity() <= 256);
            }
        }
    }

    #[test]
    fn a_tile_takes_16_or_32_bytes() {
        assert_eq!(size_of::<Cell>(), 16);
        let mut tiles = Tiles::default();
        let weight = Weight { amount: 7, near: true, night: true };
        tiles.add(TimeNs(UNIT_NS), weight);
        assert_eq!(tiles.cells.len(), 1);
        tiles.add(TimeNs(UNIT_NS + 1), weight);
        assert_eq!(tiles.cells.len(), 2);
        assert_eq!(tiles.sums(&Starts::at(TimeNs(UNIT_NS)))[0].night, 2);
    }
}
