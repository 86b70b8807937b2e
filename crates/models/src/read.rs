//! The one way in: bytes of a file become a forest, whichever library wrote them.

use crate::error::{Form, ReadError};
use crate::{lightgbm, onnx, xgboost};
use forest::Forest;

/// Bytes of a file at most.
pub const FILE_BYTES_MAX: usize = 256 << 20;

/// What form these bytes have, by how they begin.
pub fn form(bytes: &[u8]) -> Form {
    match bytes {
        [b't', b'r', b'e', b'e', b'\n' | b'\r', ..] => Form::LightGbm,
        [b'T', b'J', b'F', b'O', b'R', b'E', b'S', b'T', ..] => Form::Forest,
        // A key's length, or how many follow, where JSON has space or a quotation mark.
        [b'{', b'i' | b'U' | b'I' | b'l' | b'L' | b'$' | b'#', ..] => Form::XgboostUbj,
        [b'{', ..] => Form::XgboostJson,
        // The version of the form, the first field of a protobuf message.
        [0x08, ..] => Form::Onnx,
        _ => Form::Unknown,
    }
}

/// The forest of a model's file.
///
/// # Errors
/// A form nobody here knows, something a forest cannot express (linear trees, several outputs a leaf, other
/// operators around the trees), or a file that contradicts itself; by line, tree or key.
pub fn read(bytes: &[u8]) -> Result<Forest, ReadError> {
    let form = form(bytes);
    if bytes.len() > FILE_BYTES_MAX {
        return Err(ReadError::new(form, "", format!("more than {FILE_BYTES_MAX} bytes")));
    }
    match form {
        Form::LightGbm => lightgbm::read(bytes),
        Form::XgboostJson => xgboost::read_json(bytes),
        Form::XgboostUbj => xgboost::read_ubj(bytes),
        Form::Onnx => onnx::read(bytes),
        Form::Forest => Forest::of_bytes(bytes).map_err(|wrong| ReadError::of_forest(form, wrong)),
        Form::Unknown => Err(ReadError::new(
            form,
            "",
            "neither LightGBM text, XGBoost JSON or UBJ, ONNX, nor a forest of ours",
        )),
    }
}
