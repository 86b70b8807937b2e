//! What a start reads from the files: who has which number, from the tables of accounts, parties and
//! erasures.

use crate::archive::Archive;
use crate::directory::{Directory, Names};
use crate::failed::HistoryFailed;
use crate::manifest::{Manifest, RolledFile};
use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{UInt32Type, UInt64Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use sha2::{Digest, Sha256};
use terms::Currency;

/// Fills the directory from everything that is in files.
pub(crate) async fn directory(
    archive: &Archive,
    manifest: &Manifest,
    directory: &Directory,
) -> Result<(), HistoryFailed> {
    for segment in &manifest.segments {
        for (table, fill) in [
            ("accounts", accounts as fn(&mut Names, &RecordBatch) -> Option<()>),
            ("parties", parties),
            ("erasures", erasures),
        ] {
            let Some(file) = segment.files.get(table) else { continue };
            let batches = read(archive, file).await?;
            let mut names = directory.write();
            for batch in batches {
                fill(&mut names, &batch).ok_or_else(|| HistoryFailed::Damaged {
                    name: file.name.clone(),
                    what: "lacks a column it must have; remove the archive and roll again".into(),
                })?;
            }
        }
    }
    Ok(())
}

/// The bytes of a file, once they are found to be those the manifest names.
pub(crate) async fn checked(
    archive: &Archive,
    file: &RolledFile,
) -> Result<Vec<u8>, HistoryFailed> {
    let damaged = |what: &str| HistoryFailed::Damaged {
        name: format!("{}/{}", archive.address(), file.name),
        what: format!("{what}; remove the archive and roll again: the journal has everything"),
    };
    let bytes = archive.read(&file.name).await?.ok_or_else(|| damaged("is gone"))?;
    if crate::convert::hex(&Sha256::digest(&bytes)) == file.sha256 {
        Ok(bytes)
    } else {
        Err(damaged("is not what was written there"))
    }
}

/// All rows of a file.
async fn read(archive: &Archive, file: &RolledFile) -> Result<Vec<RecordBatch>, HistoryFailed> {
    let bytes = checked(archive, file).await?;
    let failed = |error: parquet::errors::ParquetError| HistoryFailed::Archive {
        doing: "read",
        name: file.name.clone(),
        source: error.into(),
    };
    let builder =
        ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).map_err(failed)?;
    let reader = builder.with_projection(ProjectionMask::all()).build().map_err(failed)?;
    Ok(reader.collect::<Result<Vec<_>, _>>()?)
}

fn ids<'a>(batch: &'a RecordBatch, name: &str) -> Option<impl Iterator<Item = u128> + use<'a>> {
    let half = |suffix: &str| {
        let column = batch.column_by_name(&format!("{name}{suffix}"))?;
        column.as_primitive_opt::<UInt64Type>()
    };
    let (hi, lo) = (half("_hi")?, half("_lo")?);
    let id = |(hi, lo): (&u64, &u64)| u128::from(*hi) << 64 | u128::from(*lo);
    Some(hi.values().iter().zip(lo.values()).map(id))
}

fn accounts(names: &mut Names, batch: &RecordBatch) -> Option<()> {
    let currencies = batch.column_by_name("currency")?.as_string_opt::<i32>()?;
    for (id, currency) in ids(batch, "account")?.zip(currencies) {
        let currency = currency?;
        let ledger = Currency::by_code(currency).or_else(|| currency.parse().ok().map(Currency))?;
        names.open(id, ledger);
    }
    Some(())
}

fn parties(names: &mut Names, batch: &RecordBatch) -> Option<()> {
    ids(batch, "party")?.for_each(|id| {
        names.parties.add(id);
    });
    Some(())
}

fn erasures(names: &mut Names, batch: &RecordBatch) -> Option<()> {
    let keys = batch.column_by_name("party_key")?.as_primitive_opt::<UInt32Type>()?;
    names.erased.extend(keys.iter().flatten());
    Some(())
}
