//! `tj token`: who may ask a bank that serves. A token is shown once, when it is made; the bank keeps its hash.
//! All of it works while the bank serves, which takes notice at the next call.

use super::Context;
use crate::bank;
use crate::fail::{Done, Exit, Failure};
use crate::figures::parse_day;
use crate::out::{Align, Table};
use channels::tokens::{Tokens, TokensFailed};
use clap::Subcommand;
use serde_json::json;
use terms::Day;

/// Who may ask a bank that serves.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token; it is shown this once
    Add {
        /// Whose: what the journal writes down as the asker.
        name: String,
        /// The last day on which it is taken, in UTC.
        #[arg(long, value_parser = parse_day, value_name = "DATE")]
        expires: Option<Day>,
    },
    /// Whose tokens there are
    List,
    /// Take a token away; it opens nothing from then on
    Remove {
        /// Whose.
        name: String,
    },
}

impl TokenCommand {
    /// Does it.
    ///
    /// # Errors
    /// There is no bank; the name; the disk.
    pub fn run(self, context: &Context) -> Done {
        if !bank::exists(&context.dir) {
            let what = format!("there is no bank in {}", context.dir.display());
            return Err(Failure::new(Exit::Failed, what, "name its folder with --dir or TJ_DIR"));
        }
        let tokens = Tokens::of_bank(&context.dir);
        match self {
            TokenCommand::Add { name, expires } => add(context, &tokens, &name, expires),
            TokenCommand::List => list(context, &tokens),
            TokenCommand::Remove { name } => {
                if !tokens.remove(&name).map_err(|error| tokens_failed(&error))? {
                    let what = format!("there is no token of {name}");
                    return Err(Failure::usage(what, "see `tj token list`"));
                }
                context.out.json(&json!({ "removed": name }));
                context.out.line(format_args!("the token of {name} opens nothing any more"));
                Ok(())
            }
        }
    }
}

fn add(context: &Context, tokens: &Tokens, name: &str, expires: Option<Day>) -> Done {
    let mut secret = [0; 32];
    getrandom::fill(&mut secret).map_err(|error| {
        Failure::new(Exit::Failed, format!("no randomness: {error}"), "see to the system")
    })?;
    let token = tokens.add(name, expires, &secret).map_err(|error| tokens_failed(&error))?;
    let until = expires.map(|day| day.to_string());
    context.out.json(&json!({ "name": name, "token": token, "expires": until }));
    if !context.out.is_json() {
        context.out.raw(format_args!("{token}\n"));
        eprintln!("the token of {name}; it is shown this once, the bank keeps its hash");
    }
    Ok(())
}

fn list(context: &Context, tokens: &Tokens) -> Done {
    let all = tokens.all().map_err(|error| tokens_failed(&error))?;
    let until = |day: Option<Day>| day.map_or("never".to_owned(), |day| day.to_string());
    let rows: Vec<_> = all
        .iter()
        .map(
            |token| json!({ "name": *token.name, "expires": token.expires.map(|d| d.to_string()) }),
        )
        .collect();
    context.out.json(&json!({ "tokens": rows }));
    let mut table = Table::new(&[("name", Align::Left), ("expires", Align::Left)]);
    for token in all.iter() {
        table.row([token.name.to_string(), until(token.expires)]);
    }
    context.out.table(&table);
    Ok(())
}

/// Tokens that cannot be read or changed.
pub fn tokens_failed(error: &TokensFailed) -> Failure {
    let (exit, next) = match error {
        TokensFailed::Name => (Exit::Usage, "choose another name"),
        TokensFailed::Taken => (Exit::Usage, "choose another name, or remove that token first"),
        TokensFailed::Line { .. } => (Exit::Failed, "correct the line, or remove it"),
        TokensFailed::File { .. } => (Exit::Failed, "see to the disk, and to who owns the file"),
    };
    Failure::new(exit, crate::fail::chain(error), next)
}
