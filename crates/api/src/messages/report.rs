//! What became of a message, as a report: a pain.002 to a customer, a pacs.002 to a bank.

use crate::messages::naming::Naming;
use crate::messages::taken::{Item, NAME_MAX, Taken, Why, reference};
use iso20022::{
    Agent, BlockStatus, Decimal, GroupStatus, PaymentStatus, ReportHeader, Status, StatusReason,
    StatusWriter, WriteError,
};
use std::io::Write;
use terms::TimeNs;

/// Writes the report about a message as it stands at a moment.
///
/// # Errors
/// The stream's; nothing that was read can be unfit to be written.
pub fn write_report<W: Write>(
    taken: &Taken,
    naming: &Naming,
    now: TimeNs,
    out: W,
) -> Result<W, WriteError> {
    let digest = taken.digest.get(..8).unwrap_or_default();
    let header = ReportHeader {
        message: format!("TJ2-{:x}-{digest}", now.0),
        created: now.iso_at(0),
        ..ReportHeader::default()
    };
    let mut writer = match &taken.bank {
        None => StatusWriter::begin_for_customer(out, &header)?,
        Some(bank) => {
            let us = (!naming.bic.is_empty()).then(|| naming.us());
            // A bank that told no BIC has none to be answered under.
            let them = (!bank.is_empty()).then(|| Agent::bic(bank.clone()));
            let header = ReportHeader { instructing: us, instructed: them, ..header };
            StatusWriter::begin_for_bank(out, &header)?
        }
    };
    writer.group(&GroupStatus {
        message: taken.message.clone(),
        definition: taken.definition.clone(),
        created: Some(taken.created.clone()).filter(|created| !created.is_empty()),
        payments: Some(taken.payments),
        sum: taken.sum.as_deref().and_then(Decimal::parse),
        status: Some(taken.group_status()),
        reasons: reasons(&taken.refused),
    })?;
    let mut rest = taken.items.as_slice();
    for (place, block) in (0u32..).zip(&taken.blocks) {
        let count = rest.iter().take_while(|item| item.block == Some(place)).count();
        let (own, after) = rest.split_at(count);
        rest = after;
        let status = match block.refused.is_empty() {
            true => Status::of_group(own.iter().map(|item| item.status)),
            false => Some(Status::RJCT),
        };
        let id = if block.id.is_empty() { iso20022::NOT_PROVIDED } else { &block.id };
        writer.block(&BlockStatus {
            block: id.chars().take(NAME_MAX).collect(),
            payments: None,
            status,
            reasons: reasons(&block.refused),
        })?;
        own.iter().try_for_each(|item| writer.payment(&payment(item)))?;
    }
    rest.iter().try_for_each(|item| writer.payment(&payment(item)))?;
    writer.finish()
}

fn reasons(whys: &[Why]) -> Vec<StatusReason> {
    whys.iter().map(|why| StatusReason::new(why.reason, &why.text)).collect()
}

fn payment(item: &Item) -> PaymentStatus {
    let name = |name: &Option<Box<str>>| name.as_deref().map(str::to_owned);
    PaymentStatus {
        instruction: name(&item.instruction),
        end_to_end: name(&item.end_to_end),
        transaction: name(&item.transaction),
        uetr: item.uetr,
        status: Some(item.status),
        reasons: reasons(&item.why),
        servicer_reference: item.id.map(reference),
        ..PaymentStatus::default()
    }
}
