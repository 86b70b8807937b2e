//! Models of others, read into forests of our own: LightGBM text, XGBoost JSON and UBJ, tree ensembles in ONNX.
//! `read.rs` is the one way in; `golden.rs` holds a model against rows its maker vouches for; `train.rs` fits one where
//! there is none yet. Never scores: that is the crate `forest`.

pub mod error;
mod single;
mod lightgbm;
mod ubj;
mod xgboost;
mod onnx;
pub mod read;
pub mod golden;
pub mod train;

pub use error::{Form, ReadError};
pub use read::read;
