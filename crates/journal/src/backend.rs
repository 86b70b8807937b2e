//! Where bytes become durable. Each backend keeps the promises of `disk.rs` in its own way.

pub mod files;
