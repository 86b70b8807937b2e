//! Functions that turn what is stored into what people read: numbers into ids and words, ciphertext into
//! the personal data it holds, as long as its key exists. The first kind are one-to-one, which
//! `exchange.rs` makes use of.

use crate::directory::Directory;
use crate::vault::{Opened, Opener};
use arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder, StringViewBuilder};
use arrow::datatypes::{DataType, UInt8Type, UInt32Type, UInt64Type};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use journal::vault::decode_fields;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use terms::{Currency, PartyId, Sealed, SealingCipher};

/// What a transfer does, by the number in `transfers.phase_no`.
pub const PHASES: [&str; 4] = ["single", "pending", "post", "void"];

/// Which one-to-one function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OneToOne {
    /// Number of an account to its id.
    Account,
    /// Number of a party to its id.
    Party,
    /// Halves of a 128-bit id to the id.
    Id,
    /// ISO 4217 number to its letters.
    Currency,
    /// Number of a phase to its word.
    Phase,
}

/// One of them, with the directory it asks.
#[derive(Clone, Debug)]
pub struct Text {
    /// Which.
    pub of: OneToOne,
    directory: Arc<Directory>,
    signature: Signature,
}

impl PartialEq for Text {
    fn eq(&self, other: &Text) -> bool {
        self.of == other.of && Arc::ptr_eq(&self.directory, &other.directory)
    }
}

impl Eq for Text {}

impl Hash for Text {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.of.hash(state);
    }
}

impl Text {
    fn function(of: OneToOne, directory: &Arc<Directory>) -> ScalarUDF {
        let types = match of {
            OneToOne::Id => vec![DataType::UInt64, DataType::UInt64],
            OneToOne::Phase => vec![DataType::UInt8],
            _ => vec![DataType::UInt32],
        };
        let signature = Signature::exact(types, Volatility::Immutable);
        let directory = Arc::clone(directory);
        ScalarUDF::new_from_impl(Text { of, directory, signature })
    }

    /// The arguments that give `text`, if one can say; what nobody has is a number nobody has.
    pub fn arguments_of(&self, text: &str) -> Option<Vec<ScalarValue>> {
        let id = || text.parse::<u128>().ok().filter(|id| id.to_string() == text);
        let key = |key: Option<u32>| Some(vec![ScalarValue::UInt32(Some(key.unwrap_or(u32::MAX)))]);
        match self.of {
            OneToOne::Account => key(id().and_then(|id| self.directory.read().accounts.key(id))),
            OneToOne::Party => key(id().and_then(|id| self.directory.read().parties.key(id))),
            OneToOne::Id => {
                let (hi, lo) = crate::columns::halves(id()?);
                Some(vec![ScalarValue::UInt64(Some(hi)), ScalarValue::UInt64(Some(lo))])
            }
            OneToOne::Currency => {
                let known = Currency::by_code(text).filter(|c| c.code() == Some(text));
                let number = known.map(|c| c.0).or_else(|| {
                    text.parse().ok().filter(|n: &u32| Currency(*n).to_string() == text)
                });
                key(number)
            }
            OneToOne::Phase => {
                let number = PHASES.iter().position(|phase| *phase == text);
                Some(vec![ScalarValue::UInt8(Some(number.unwrap_or(PHASES.len()) as u8))])
            }
        }
    }

    fn evaluate(&self, arguments: &[ArrayRef], rows: usize) -> ArrayRef {
        let mut out = StringViewBuilder::with_capacity(rows);
        match self.of {
            OneToOne::Account | OneToOne::Party => {
                let names = self.directory.read();
                let ids =
                    if self.of == OneToOne::Account { &names.accounts } else { &names.parties };
                for key in arguments[0].as_primitive::<UInt32Type>() {
                    let id = key.and_then(|key| ids.id(key));
                    out.append_option(id.map(|id| id.to_string()));
                }
            }
            OneToOne::Id => {
                let (hi, lo) = (
                    arguments[0].as_primitive::<UInt64Type>(),
                    arguments[1].as_primitive::<UInt64Type>(),
                );
                for (hi, lo) in hi.iter().zip(lo) {
                    let id = hi.zip(lo).map(|(hi, lo)| u128::from(hi) << 64 | u128::from(lo));
                    out.append_option(id.map(|id| id.to_string()));
                }
            }
            OneToOne::Currency => {
                let mut last: Option<(u32, String)> = None;
                for number in arguments[0].as_primitive::<UInt32Type>() {
                    let Some(number) = number else {
                        out.append_null();
                        continue;
                    };
                    if last.as_ref().is_none_or(|(known, _)| *known != number) {
                        last = Some((number, Currency(number).to_string()));
                    }
                    out.append_option(last.as_ref().map(|(_, text)| text));
                }
            }
            OneToOne::Phase => {
                for number in arguments[0].as_primitive::<UInt8Type>() {
                    out.append_option(number.and_then(|n| PHASES.get(usize::from(n))));
                }
            }
        }
        Arc::new(out.finish())
    }
}

impl ScalarUDFImpl for Text {
    fn name(&self) -> &str {
        match self.of {
            OneToOne::Account => "account_text",
            OneToOne::Party => "party_text",
            OneToOne::Id => "id_text",
            OneToOne::Currency => "currency_text",
            OneToOne::Phase => "phase_text",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        Ok(ColumnarValue::Array(self.evaluate(&arrays, args.number_rows)))
    }
}

/// The plaintext of a sealed value, as far as its key exists.
#[derive(Debug)]
struct Unsealed {
    directory: Arc<Directory>,
    opener: Arc<dyn Opener>,
    signature: Signature,
}

impl PartialEq for Unsealed {
    fn eq(&self, other: &Unsealed) -> bool {
        Arc::ptr_eq(&self.opener, &other.opener)
    }
}

impl Eq for Unsealed {}

impl Hash for Unsealed {
    fn hash<H: Hasher>(&self, state: &mut H) {
        "unsealed".hash(state);
    }
}

/// What stands where somebody was erased.
pub const ERASED: &str = "(erased)";
/// What stands where the vault cannot tell.
pub const SEALED: &str = "(sealed)";

impl ScalarUDFImpl for Unsealed {
    fn name(&self) -> &str {
        "unsealed"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    /// Arguments: number of the party, commitment, cipher, nonce, ciphertext. A first byte tells what follows.
    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let keys = arrays[0].as_primitive::<UInt32Type>();
        let commitments = arrays[1].as_string_view();
        let ciphers = arrays[2].as_primitive::<UInt8Type>();
        let (nonces, texts) = (arrays[3].as_binary::<i32>(), arrays[4].as_binary::<i32>());
        let mut out = arrow::array::BinaryBuilder::new();
        for row in 0..args.number_rows {
            if keys.is_null(row) || texts.is_null(row) {
                out.append_null();
                continue;
            }
            let key = keys.value(row);
            let (party, erased) = {
                let names = self.directory.read();
                (names.parties.id(key), names.erased.contains(&key))
            };
            let (Some(party), false) = (party, erased) else {
                out.append_value(ERASED_MARK);
                continue;
            };
            let nonce = <[u8; 12]>::try_from(nonces.value(row)).ok();
            let Some((nonce, commitment)) = nonce.zip(hash_of(commitments.value(row))) else {
                out.append_value(SEALED_MARK);
                continue;
            };
            let cipher = match ciphers.value(row) {
                2 => SealingCipher::Sm4Gcm,
                _ => SealingCipher::Aes256Gcm,
            };
            let sealed =
                Sealed { commitment, cipher, nonce, ciphertext: texts.value(row).to_vec() };
            match self.opener.open(PartyId(party), &sealed) {
                Opened::Plain(bytes) => {
                    let mut marked = vec![PLAIN_MARK];
                    marked.extend(bytes);
                    out.append_value(marked);
                }
                Opened::Erased => out.append_value(ERASED_MARK),
                Opened::Unreadable => out.append_value(SEALED_MARK),
            }
        }
        Ok(ColumnarValue::Array(Arc::new(out.finish())))
    }
}

/// 32 bytes from their hexadecimal digits.
fn hash_of(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 2 * bytes.len() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

const PLAIN_MARK: u8 = b'+';
const ERASED_MARK: &[u8] = b"-";
const SEALED_MARK: &[u8] = b"?";

/// A field of what `unsealed` gives: the text under a name; with an empty name, all of it as text.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Personal {
    signature: Signature,
}

impl ScalarUDFImpl for Personal {
    fn name(&self) -> &str {
        "personal"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let ColumnarValue::Scalar(ScalarValue::Utf8(Some(name))) = &args.args[1] else {
            return exec_err!("personal() takes the name of a field as a text");
        };
        let arrays = ColumnarValue::values_to_arrays(&args.args[..1])?;
        let mut out = StringBuilder::new();
        for value in arrays[0].as_binary::<i32>() {
            match value {
                None => out.append_null(),
                Some(ERASED_MARK) => out.append_value(ERASED),
                Some([PLAIN_MARK, bytes @ ..]) if name.is_empty() => {
                    out.append_value(String::from_utf8_lossy(bytes));
                }
                Some([PLAIN_MARK, bytes @ ..]) => match decode_fields(bytes) {
                    Ok(fields) => out.append_option(fields.get(name)),
                    Err(_) => out.append_value(SEALED),
                },
                Some(_) => out.append_value(SEALED),
            }
        }
        let array: StringArray = out.finish();
        Ok(ColumnarValue::Array(Arc::new(array)))
    }
}

/// Every function of ours, over one bank's directory and vault.
pub fn all(directory: &Arc<Directory>, opener: &Arc<dyn Opener>) -> Vec<ScalarUDF> {
    let kinds =
        [OneToOne::Account, OneToOne::Party, OneToOne::Id, OneToOne::Currency, OneToOne::Phase];
    let mut functions: Vec<ScalarUDF> =
        kinds.into_iter().map(|of| Text::function(of, directory)).collect();
    let sealed = vec![
        DataType::UInt32,
        DataType::Utf8View,
        DataType::UInt8,
        DataType::Binary,
        DataType::Binary,
    ];
    functions.push(ScalarUDF::new_from_impl(Unsealed {
        directory: Arc::clone(directory),
        opener: Arc::clone(opener),
        signature: Signature::exact(sealed, Volatility::Stable),
    }));
    let personal = vec![DataType::Binary, DataType::Utf8];
    functions.push(ScalarUDF::new_from_impl(Personal {
        signature: Signature::exact(personal, Volatility::Immutable),
    }));
    functions
}
