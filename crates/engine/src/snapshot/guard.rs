//! Risk control's part of a snapshot: it stands behind the rest, and only if there is anything in it. What everybody did
//! lately is not in it; it is made again from the transfers.

use super::bytes::{Reader, Writer};
use crate::guard::{Artifact, CaseRow, CaseStatus, Guard, Owned, SetRow};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use terms::{CaseMark, HoldEnd, RuleSet, RuleStage, ScreeningResult, TimeNs};

pub(super) fn write(w: &mut Writer, guard: &Guard) {
    w.all(guard.artifacts.iter(), |w, (hash, artifact)| {
        w.raw(hash);
        w.u32(artifact.size);
        w.block(&artifact.bytes);
    });
    w.all(guard.sets.iter(), write_set);
    w.all(guard.active.iter(), |w, number| w.u16(*number));
    w.option(guard.trial.as_ref(), |w, number| w.u16(*number));
    w.all(guard.owned.iter(), |w, owned| {
        w.u64(owned.record);
        w.u32(owned.account);
        w.u128(owned.party);
    });
    w.all(guard.warned.iter(), |w, ((payer, payee, amount), then)| {
        w.u32(*payer);
        w.u32(*payee);
        w.u128(*amount);
        w.u64(then.0);
    });
    w.all(guard.cases.iter(), write_case);
    w.all(guard.screened.iter(), |w, (party, result)| {
        w.u128(*party);
        w.u8(*result as u8);
    });
}

pub(super) fn read(r: &mut Reader<'_>) -> Option<Guard> {
    let mut guard = Guard::default();
    r.all(|r| {
        let hash = r.array()?;
        guard.artifacts.insert(hash, Artifact { size: r.u32()?, bytes: r.block()? });
        Some(())
    })?;
    r.all(|r| read_set(r).map(|row| guard.sets.push(row)))?;
    r.all(|r| r.u16().map(|number| guard.active.push(number)))?;
    guard.trial = r.option(Reader::u16)?;
    r.all(|r| {
        let (record, account) = (r.u64()?, r.u32()?);
        guard.owned.push(Owned { record, account, party: r.u128()? });
        Some(())
    })?;
    r.all(|r| {
        let key = (r.u32()?, r.u32()?, r.u128()?);
        guard.warned.insert(key, TimeNs(r.u64()?));
        Some(())
    })?;
    r.all(|r| read_case(r, &mut guard.cases))?;
    r.all(|r| {
        let (party, number) = (r.u128()?, r.u8()?);
        let result = ScreeningResult::ALL.into_iter().find(|result| *result as u8 == number)?;
        guard.screened.insert(party, result);
        Some(())
    })?;
    Some(guard)
}

fn write_set(w: &mut Writer, row: &SetRow) {
    let set = &row.set;
    w.text(&set.name);
    w.raw(&set.program);
    w.raw(&set.words);
    w.option(set.model.as_ref(), |w, model| w.raw(model));
    w.u8(set.stage as u8);
    w.u32(set.share_ppm);
    w.u64(set.loss_max);
    w.u32(set.stopped_ppm_max);
    w.u32(set.hold_s);
    let releases = set.at_end == HoldEnd::Release;
    let bits = [set.four_eyes, releases, set.tables.is_some()];
    w.u8(bits.into_iter().rev().fold(0, |bits, bit| bits << 1 | u8::from(bit)));
    set.tables.iter().for_each(|tables| w.raw(tables));
    w.text(&set.by);
    w.u8(u8::from(row.withdrawn));
    w.u32(row.judged);
    w.u32(row.stopped);
    w.u64(row.lost);
}

fn read_set(r: &mut Reader<'_>) -> Option<SetRow> {
    let mut set = RuleSet {
        name: r.text()?,
        program: r.array()?,
        words: r.array()?,
        model: r.option(Reader::array)?,
        stage: match r.u8()? {
            1 => RuleStage::Shadow,
            2 => RuleStage::Canary,
            3 => RuleStage::Active,
            _ => return None,
        },
        share_ppm: r.u32()?,
        loss_max: r.u64()?,
        stopped_ppm_max: r.u32()?,
        hold_s: r.u32()?,
        four_eyes: false,
        at_end: HoldEnd::Refuse,
        tables: None,
        by: String::new(),
    };
    let bits = r.u8().filter(|bits| *bits < 8)?;
    set.four_eyes = bits & 1 != 0;
    if bits & 2 != 0 {
        set.at_end = HoldEnd::Release;
    }
    if bits & 4 != 0 {
        set.tables = Some(r.array()?);
    }
    set.by = r.text()?;
    Some(SetRow { set, withdrawn: r.bool()?, judged: r.u32()?, stopped: r.u32()?, lost: r.u64()? })
}

fn write_case(w: &mut Writer, (id, case): (&u128, &CaseRow)) {
    w.u128(*id);
    w.u64(case.opened.0);
    w.u16(case.set);
    w.text(&case.claimed_by);
    let (status, by) = match &case.status {
        CaseStatus::Open => (1, ""),
        CaseStatus::Proposed(by) => (2, by.as_str()),
        CaseStatus::Released => (3, ""),
        CaseStatus::Refused => (4, ""),
        CaseStatus::Lapsed => (5, ""),
        CaseStatus::Noted => (6, ""),
        CaseStatus::Passed => (7, ""),
    };
    w.u8(status);
    w.text(by);
    w.u8(case.mark.map_or(0, |mark| mark as u8));
    let bits = [case.reported, case.passes, case.party.is_some()];
    w.u8(bits.into_iter().rev().fold(0, |bits, bit| bits << 1 | u8::from(bit)));
    case.party.iter().for_each(|party| w.u128(*party));
    w.all(case.steps.iter(), |w, step| w.u64(*step));
}

fn read_case(r: &mut Reader<'_>, cases: &mut BTreeMap<u128, CaseRow>) -> Option<()> {
    let (id, opened, set) = (r.u128()?, TimeNs(r.u64()?), r.u16()?);
    let claimed_by = r.text()?;
    let (status, by): (u8, String) = (r.u8()?, r.text()?);
    let status = match status {
        1 => CaseStatus::Open,
        2 => CaseStatus::Proposed(by),
        3 => CaseStatus::Released,
        4 => CaseStatus::Refused,
        5 => CaseStatus::Lapsed,
        6 => CaseStatus::Noted,
        7 => CaseStatus::Passed,
        _ => return None,
    };
    let mark = match r.u8()? {
        0 => None,
        number => Some(CaseMark::ALL.into_iter().find(|mark| *mark as u8 == number)?),
    };
    let bits = r.u8().filter(|bits| *bits < 8)?;
    let (reported, passes) = (bits & 1 != 0, bits & 2 != 0);
    let party = if bits & 4 != 0 { Some(r.u128()?) } else { None };
    let mut steps = Vec::new();
    r.all(|r| {
        steps.push(r.u64()?);
        Some(())
    })?;
    cases.insert(
        id,
        CaseRow { opened, set, claimed_by, status, mark, reported, passes, party, steps },
    );
    Some(())
}
