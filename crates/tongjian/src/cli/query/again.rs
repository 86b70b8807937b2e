//! Proofs of answers: written beside an answer, and checked by asking again from a journal alone.

use crate::bank::Bank;
use crate::cli::Context;
use crate::fail::{Done, Exit, Failure, chain};
use crate::figures::grouped;
use crate::tables::{self, Tables};
use arrow::datatypes::Schema;
use history::{CheckAgain, Disagreement, Limits, PROOF_BYTES_MAX, QueryProof, Told};
use journal::{Files, keys};
use proof::VerifierKey;
use serde_json::json;
use std::io::Read;
use std::path::Path;

/// The program, as a proof names it.
const PROGRAM: &str = concat!("tj ", env!("CARGO_PKG_VERSION"));

/// Writes the proof of an answer that was just given; the checkpoint is published already.
///
/// # Errors
/// The file cannot be written.
pub fn write(
    file: &Path,
    bank: &Bank,
    tables: &Tables,
    columns: &Schema,
    (text, told): (&str, &Told),
) -> Done {
    let failed = |cause: &dyn std::error::Error| {
        let what = format!("cannot write {}", file.display());
        Failure::because(Exit::Failed, what, cause, "name another file")
    };
    let checkpoint = bank.node.journal().checkpoint().map_err(|error| failed(&error))?;
    let zone = tables.desk.history().zone();
    let proof = QueryProof::new(PROGRAM, columns, text, told, zone, checkpoint);
    let bytes = proof.to_bytes().map_err(|error| failed(&error))?;
    std::fs::write(file, bytes).map_err(|error| failed(&error))?;
    eprintln!(
        "the proof is in {}; whoever has the journal checks it with `tj --dir JOURNAL query --check {}`",
        file.display(),
        file.display()
    );
    Ok(())
}

/// Asks again, from verified records alone.
///
/// # Errors
/// The proof or the key cannot be read; something does not agree.
pub fn check(context: &Context, file: &Path, key: Option<&Path>, limits: Limits) -> Done {
    let proof = read(file)?;
    let folder = &context.dir;
    let disk =
        Files::read_only(folder).map_err(|error| crate::bank::disk_failed(folder, &error))?;
    let key = match key {
        Some(path) => read_key(path)?,
        None => keys::verifier(&disk).map_err(|error| {
            let next = "name the log's public key with --key FILE";
            Failure::because(Exit::Usage, "there is no key to check with", &error, next)
        })?,
    };
    let check = CheckAgain { proof: &proof, disk: &disk, key: &key, limits };
    match tables::runtime()?.block_on(check.run()) {
        Ok(agreed) => {
            context.out.json(&json!({
                "agrees": true, "entries_verified": agreed.entries, "rows": agreed.rows,
                "last_entry": proof.last_entry, "result_sha256": proof.result_sha256,
            }));
            context.out.line(format_args!(
                "agrees: {} entries verified, asked again as of entry {}, the same {} rows",
                grouped(agreed.entries.into()),
                proof.last_entry,
                grouped(agreed.rows.into())
            ));
            Ok(())
        }
        Err(why) => {
            context.out.json(&json!({ "agrees": false, "why": chain(&why) }));
            let next = match why {
                Disagreement::Journal(_) => {
                    "verify this journal with `tj verify`, or get another copy"
                }
                Disagreement::Ask(_) => "ask with the program that wrote the proof",
                _ => "do not believe the answer; ask the bank how it came about",
            };
            if context.out.is_json() {
                return Err(Failure::said(Exit::NotVerified));
            }
            let what = format!("does not agree: {}", chain(&why));
            Err(Failure::new(Exit::NotVerified, what, next))
        }
    }
}

fn read(file: &Path) -> Done<QueryProof> {
    let name = file.display();
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file);
    opened.and_then(|open| open.take(PROOF_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)).map_err(
        |error| {
            let what = format!("cannot read {name}");
            Failure::because(Exit::Usage, what, &error, "name a file that --proof wrote")
        },
    )?;
    QueryProof::parse(&bytes).map_err(|why| {
        Failure::new(Exit::NotVerified, format!("{name}: {why}"), "name a file that --proof wrote")
    })
}

fn read_key(path: &Path) -> Done<VerifierKey> {
    let what = || format!("cannot read the key in {}", path.display());
    let next = "name the file keys/log.pub of the bank, from somewhere you trust";
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::because(Exit::Usage, what(), &error, next))?;
    VerifierKey::parse(text.trim())
        .map_err(|error| Failure::because(Exit::Usage, what(), &error, next))
}
