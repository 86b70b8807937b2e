//! `tj init`: an empty bank with its keys, its institution, and a chart of accounts to begin with.

use super::Context;
use super::serve::{NotesKept, first, first_json, open_access, say_first};
use crate::answer::must;
use crate::bank::{self, Bank};
use crate::fail::{Done, Exit, Failure};
use crate::figures::{parse_currency, parse_day, parse_offset};
use crate::settings::{Cipher, Settings};
use journal::{OsEntropy, keys};
use node::{Clock, SystemClock};
use serde_json::json;
use std::sync::Arc;
use terms::{ChartClass, ChartLine, Command, Currency, Day, Institution};

/// Chart codes of a small bank; the first four digits as Chinese banks number their general ledger.
pub const CHART: [(u16, ChartClass, &str); 14] = [
    (10_011, ChartClass::Asset, "库存现金 / Cash in vault"),
    (10_012, ChartClass::Asset, "柜员及自助设备现金 / Cash in tills and machines"),
    (10_031, ChartClass::Asset, "存放中央银行款项 / Balances with the central bank"),
    (10_111, ChartClass::Asset, "存放同业款项 / Balances with other banks"),
    (13_031, ChartClass::Asset, "贷款 / Loans"),
    (20_111, ChartClass::Liability, "个人活期存款 / Current accounts of persons"),
    (20_112, ChartClass::Liability, "个人储蓄存款 / Savings of persons"),
    (20_113, ChartClass::Liability, "单位活期存款 / Current accounts of organisations"),
    (22_411, ChartClass::Liability, "其他应付款（待处理） / Suspense"),
    (30_021, ChartClass::Common, "货币兑换 / Currency positions"),
    (40_011, ChartClass::Equity, "实收资本 / Paid-in capital"),
    (60_111, ChartClass::Income, "利息收入 / Interest income"),
    (60_211, ChartClass::Income, "手续费收入 / Fee income"),
    (64_111, ChartClass::Expense, "利息支出 / Interest expense"),
];

/// Make an empty bank.
#[derive(Debug, clap::Args)]
pub struct Init {
    /// The institution's name; public.
    #[arg(long, default_value = "Bank")]
    name: String,
    /// The log's name on checkpoints and receipts, such as bank.example/journal; never changes.
    #[arg(long)]
    origin: Option<String>,
    /// The currency it reports in.
    #[arg(long, default_value = "CNY", value_parser = parse_currency)]
    currency: Currency,
    /// Its business calendar's distance from UTC.
    #[arg(long, default_value = "+08:00", value_parser = parse_offset, allow_hyphen_values = true)]
    utc_offset: i16,
    /// Its first business day; today unless given.
    #[arg(long, value_parser = parse_day)]
    first_day: Option<Day>,
    /// Begin without a chart of accounts.
    #[arg(long)]
    no_chart: bool,
    /// Sign checkpoints with an SM2 key as well.
    #[arg(long)]
    sm2: bool,
    /// What personal data is sealed with.
    #[arg(long, value_enum, default_value = "aes-256-gcm")]
    cipher: Cipher,
    /// Size of the journal's segment files, in MiB.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(2..=4096))]
    segment_mib: u32,
}

impl Init {
    /// Makes it.
    ///
    /// # Errors
    /// There is a bank already, or the disk fails.
    pub fn run(self, context: &Context) -> Done {
        let folder = &context.dir;
        if bank::exists(folder) {
            let what = format!("there is a bank in {} already", folder.display());
            return Err(Failure::new(
                Exit::Failed,
                what,
                "choose another folder with --dir; a bank is never overwritten",
            ));
        }
        let origin = self.origin.clone().unwrap_or_else(|| "bank.example/journal".to_owned());
        let settings =
            Settings { segment_mib: self.segment_mib, cipher: self.cipher, ..Settings::default() };
        let mut bank = Bank::create(folder, &origin, settings)?;
        if self.sm2 {
            let next = "make the bank without --sm2";
            let sm2 =
                keys::create_sm2(bank.node.journal().disk(), &mut OsEntropy).map_err(|error| {
                    Failure::because(Exit::Failed, "no SM2 key was made", &error, next)
                })?;
            bank.node.journal().also_sign_with(sm2);
        }
        let first_day = self.first_day.unwrap_or_else(|| SystemClock.now().day_at(self.utc_offset));
        let institution = Institution {
            name: self.name.clone(),
            currency: self.currency,
            utc_offset_min: self.utc_offset,
            first_day,
        };
        let mut request = vec![Command::OpenInstitution(institution)];
        if !self.no_chart {
            request.extend(CHART.iter().map(|(code, class, name)| {
                Command::DefineChartLine(ChartLine {
                    code: *code,
                    class: *class,
                    name: (*name).to_owned(),
                })
            }));
        }
        let answers = bank.ask(request)?;
        must("opening the institution", &answers)?;
        let public = keys::verifier(bank.node.journal().disk()).map_err(|error| {
            Failure::because(Exit::Failed, "the public key is gone", &error, "make the bank again")
        })?;
        // Who comes in first gets a secret that opens once; there is no password to begin with.
        let notes = Arc::new(NotesKept::default());
        let access = open_access(folder, "http://localhost", notes.clone())?;
        let administrator = first(&access)?;
        must("what was noted", &bank.ask(notes.commands())?)?;
        bank.close()?;
        let out = &context.out;
        out.json(&json!({
            "dir": folder, "origin": origin, "public_key": public.to_string(), "first_day": first_day.to_string(),
            "currency": self.currency.to_string(), "name": self.name,
            "administrator": first_json(administrator.as_ref()),
        }));
        out.line(format_args!("made the bank {:?} in {}", self.name, folder.display()));
        out.line(format_args!("public key, for whoever is to check receipts:\n    {public}"));
        out.line("next: copy keys/master.key and keys/log.key to a safe place, then");
        out.line(format_args!("    tj --dir {} party add --name \"...\" 1", folder.display()));
        out.line(format_args!(
            "    tj --dir {} account open 1001 --code 20111 --owner 1",
            folder.display()
        ));
        if let Some(link) = &administrator {
            say_first(context, link);
        }
        Ok(())
    }
}
