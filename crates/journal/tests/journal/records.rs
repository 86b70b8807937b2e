//! One event, one encoding: whatever is written reads back, and nothing else is read.

use journal::record::{EncodeError, decode, encode, record_bytes, split};
use journal::testing::{
    Dice, sample_act, sample_event, sample_judged, sample_noted, sample_observation, sample_order,
    sample_own, sample_transfer,
};
use journal::{DecodeError, Fault};
use terms::limits::{RECORD_BYTES_MAX, TRANSFER_RECORD_BYTES};
use terms::{Act, Command, Day, Event, PartyId, TimeNs, Transfer};

fn bytes_of(event: &Event) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(event, &mut bytes).unwrap();
    bytes
}

/// An event of any kind.
fn sample_any(seed: u64) -> Event {
    match seed % 8 {
        0 if seed.is_multiple_of(32) => sample_noted(seed),
        0 if seed % 32 == 8 => sample_order(seed),
        0 if seed % 32 == 16 => sample_own(seed),
        0 => sample_observation(seed),
        1 | 2 => sample_judged(seed),
        _ => sample_event(seed),
    }
}

fn act(command: Command) -> Event {
    Event::Act(Box::new(Act { time: TimeNs(1), booking_date: Day(2), command, outcome: Ok(()) }))
}

#[test]
fn every_event_reads_back() {
    let mut kinds = std::collections::HashSet::new();
    for seed in 0..20_000 {
        let event = sample_any(seed);
        let bytes = bytes_of(&event);
        assert_eq!(record_bytes(&bytes), Ok(bytes.len()));
        assert_eq!(decode(&bytes).as_ref(), Ok(&event), "seed {seed}");
        match &event {
            Event::Transfer(_) => assert_eq!(bytes.len(), TRANSFER_RECORD_BYTES),
            Event::Act(act) => {
                kinds.insert(std::mem::discriminant(&act.command));
            }
        }
    }
    assert_eq!(kinds.len() + 1, COMMAND_KINDS, "every kind of command was tried");
}

/// Kinds of commands, transfers included.
const COMMAND_KINDS: usize = 34;

#[test]
fn what_is_read_is_what_would_be_written() {
    let mut read = 0;
    for seed in 0..40_000 {
        let mut dice = Dice(seed);
        let mut bytes = bytes_of(&sample_any(seed));
        for _ in 0..=dice.below(3) {
            let at = dice.below(bytes.len() as u64) as usize;
            match dice.below(4) {
                0 => bytes[at] = dice.roll() as u8,
                1 => bytes[at] ^= 1 << dice.below(8),
                2 => bytes.truncate(at.max(1)),
                _ => bytes.insert(at, dice.roll() as u8),
            }
        }
        // The length field must not hide what happens behind it.
        if bytes.len() >= 4 && bytes[0] == 2 && dice.below(2) == 0 {
            let length = (bytes.len() - 4) as u16;
            bytes[2..4].copy_from_slice(&length.to_le_bytes());
        }
        if let Ok(event) = decode(&bytes) {
            read += 1;
            assert_eq!(bytes_of(&event), bytes, "seed {seed}");
        }
    }
    assert!(read > 1_000, "mutated records that still mean something were tried: {read}");
}

#[test]
fn random_bytes_never_panic() {
    for seed in 0..50_000 {
        let mut dice = Dice(seed);
        let mut bytes: Vec<u8> = (0..dice.below(200)).map(|_| dice.roll() as u8).collect();
        if bytes.len() > 4 && dice.below(2) == 0 {
            let length = (bytes.len() - 4) as u16;
            bytes[..2].copy_from_slice(&[2, 1]);
            bytes[2..4].copy_from_slice(&length.to_le_bytes());
            bytes[4] = 0xa5;
        }
        let _ = decode(&bytes);
        let _ = split(&bytes).count();
    }
}

#[test]
fn without_a_verdict_none_of_its_bytes_may_be_set() {
    let good = bytes_of(&sample_transfer(7));
    for at in 140..TRANSFER_RECORD_BYTES {
        let mut bad = good.clone();
        bad[at] = 1;
        let (field, fault) = match at {
            140 => ("verdict set", Fault::OutOfRange),
            _ => ("verdict", Fault::NotZero),
        };
        assert_eq!(decode(&bad), Err(DecodeError { field, fault }));
    }
}

#[test]
fn errors_name_the_field() {
    let expire = act(Command::Expire { pending: terms::TransferId(5) });
    let good = bytes_of(&expire);
    // a5 | 01 01 | 02 02 | 03 00 | 04 12 | 05 a1 01 05
    assert_eq!(good[4..], [0xa5, 1, 1, 2, 2, 3, 0, 4, 0x12, 5, 0xa1, 1, 5]);
    let mutated = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] = byte;
        decode(&bytes).unwrap_err()
    };
    let error = |field, fault| DecodeError { field, fault };
    assert_eq!(mutated(0, 3), error("kind", Fault::UnknownCode(3)));
    assert_eq!(mutated(1, 2), error("version", Fault::UnknownCode(2)));
    assert_eq!(mutated(5, 9), error("time", Fault::UnknownKey(9)));
    assert_eq!(mutated(6, 0x41), error("time", Fault::WrongType));
    assert_eq!(mutated(12, 1), error("command", Fault::UnknownCode(1)));
    assert_eq!(mutated(14, 0xa0), error("pending", Fault::Missing));
    assert_eq!(mutated(14, 0xbf), error("fields", Fault::NotCanonical));
    assert_eq!(mutated(16, 0x18), error("pending", Fault::Truncated));

    let mut transfer = bytes_of(&sample_transfer(1));
    transfer[2..4].copy_from_slice(&[0xff, 0xff]);
    assert_eq!(decode(&transfer), Err(error("outcome", Fault::UnknownCode(0xffff))));

    let mut trailing = good.clone();
    trailing.push(0);
    assert_eq!(decode(&trailing), Err(error("record", Fault::TrailingBytes)));
    trailing[2] += 1;
    assert_eq!(decode(&trailing), Err(error("act", Fault::TrailingBytes)));
}

#[test]
fn longer_forms_of_a_number_are_refused() {
    let id = |tail: &[u8]| {
        let mut bytes = vec![2, 1, 0, 0, 0xa5, 1, 1, 2, 2, 3, 0, 4, 0x12, 5, 0xa1, 1];
        bytes.extend_from_slice(tail);
        bytes[2] = (bytes.len() - 4) as u8;
        decode(&bytes)
    };
    assert!(id(&[0x18, 24]).is_ok());
    let not_canonical = Err(DecodeError { field: "pending", fault: Fault::NotCanonical });
    for long in [
        &[0x18, 5][..],
        &[0x19, 0, 24],
        &[0x1a, 0, 0, 1, 0],
        &[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
        &[0xc2, 0x41, 5],
        &[0xc2, 0x49, 0, 1, 2, 3, 4, 5, 6, 7, 8],
    ] {
        assert_eq!(id(long), not_canonical, "{long:02x?}");
    }
    assert!(id(&[0xc2, 0x49, 1, 1, 2, 3, 4, 5, 6, 7, 8]).is_ok());
}

#[test]
fn what_does_not_fit_is_refused_and_leaves_nothing_behind() {
    let mut out = vec![7];
    let reason = "x".repeat(RECORD_BYTES_MAX);
    let long = act(Command::EraseParty { party: PartyId(1), reason });
    assert!(matches!(encode(&long, &mut out), Err(EncodeError::TooLong { .. })));
    let inside = act(Command::Transfer(Transfer::default()));
    assert_eq!(encode(&inside, &mut out), Err(EncodeError::TransferInAct));
    assert_eq!(out, [7]);
}

#[test]
fn records_split_where_they_end() {
    let mut body = Vec::new();
    let acts = (0..50).map(sample_act).chain((0..50).map(sample_observation));
    let events: Vec<Event> = acts.chain((0..50).map(sample_transfer)).collect();
    for event in &events {
        encode(event, &mut body).unwrap();
    }
    let read: Vec<Event> = split(&body).map(|r| decode(r.unwrap()).unwrap()).collect();
    assert_eq!(read, events);
    body.pop();
    assert!(split(&body).last().unwrap().is_err());
}
